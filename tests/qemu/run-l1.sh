#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# run-l1.sh - boot a hypervisor host with a GPU, run a command in it
#
# Usage: run-l1.sh [OPTION]... -- CMD [ARG...]
#
#   --kernel K       6.12 (default), 7.3, debug (see debug-kernel.sh), or a
#                    directory with release, vmlinuz and lib/modules/
#   --payload DIR    show DIR, read-only, as /payload
#   --out DIR        show DIR, writable, as /out; console.log and dmesg end up
#                    there (default: a directory that is removed afterwards)
#   --gpu gl|zink|2d|none
#                    what GPU: with OpenGL (default), with one that hands out memory
#                    as it was left, without OpenGL, or none
#   --gpus N         how many (default 1), at 0000:00:10.0, 11.0, ...
#   --outputs N      displays per GPU (default 1)
#   --display WxH    size of its displays (default 1280x800)
#   --no-gpu         same as --gpu none
#   --iommu          an IOMMU, and the GPU behind it
#   --mem SIZE       memory (default 8G; what is not used is not taken)
#   --smp N          processors (default 3; guests do without the first: l2.sh)
#   --timeout SEC    from the start of QEMU (default 300)
#   --append ARGS    more for the kernel command line
#   --udev           start udevd in L1, which loads drivers for all devices
#   --qemu-arg ARG   one more argument for QEMU; may be repeated
#   --accel tcg|kvm  default tcg, which runs anywhere and the same everywhere;
#                    kvm wants a host with nested virtualisation
#   --verbose        show the kernel's console, too
#   --interactive    a shell instead of CMD; leave it with "exit"
#
# CMD is run by root in L1; see l1-init for what it finds there. Its output is
# shown as it comes. Nothing loads virtio_gpu, since mvgpu wants the device:
# "modprobe virtio_gpu" if you do. kvm_amd is loaded the same way.
#
# In /out while L1 runs: console.log (kernel) and qmp.sock, a monitor (QMP) of the
# QEMU that plays L1's hardware. CMD in L1 can ask that monitor, and for pictures
# of what the physical GPU shows (of several displays the topmost), with l0_* of
# l2.sh. That monitor's own screendump cannot see what OpenGL drew.
#
# Exit status: that of CMD, or
#   120  L1's kernel panicked (an oops counts: L1 runs with oops=panic)
#   121  L1 ended before CMD did, or never came up
#   123  L1 no longer answered for two minutes, or had not booted after three; its
#        registers are in /out
#   124  time was up
# Whatever happens, no process, mount or socket stays behind.
#
# An emulated L1 now and then loses its timer while it boots, or its kernel panics where
# it changes its own code, before CMD: it is booted again then, twice at most.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=qmp.sh
. "$testbed/qmp.sh"

# Requests of L1's CMD for what plays its hardware come as files, its only way
# out: a line for the monitor, or "screen FILE". L1's /out is our $out.
serve()
{
	local id request line

	for request in "$out"/.run/l0-*.req; do
		[ -f "$request" ] || continue
		id=${request%.req}
		line=$(cat "$request")
		line=${line//\/out\//$out/}
		case $line in
		"screen "*)
			# SDL puts its windows where one of 640x480 would be
			# in the middle, and grows them from there.
			xwdtopnm -quiet "$out/.run/Xvfb_screen0" |
				pamcut -left $((${display%x*} - 320)) \
				       -top $((${display#*x} - 240)) \
				       -width "${display%x*}" \
				       -height "${display#*x}" >"${line#* }"
			;;
		*)
			hmp "$out/.run/qmp" "$line"
			;;
		esac >"$id.new" 2>&1 || :
		rm -f "$request"
		mv "$id.new" "$id.reply"
	done
}

gpu_args()
{
	local i model=virtio-gpu-gl-pci props=

	[ "$gpu" != 2d ] || model=virtio-gpu-pci
	[ -z "$iommu" ] || props=,iommu_platform=on,disable-legacy=on
	for ((i = 0; i < gpus; i++)); do
		args+=(-device "$model,id=gpu$i,bus=pcie.0,addr=$(printf %x $((16 + i))),max_outputs=$outputs,xres=${display%x*},yres=${display#*x}$props")
	done
	case $gpu in
	gl | zink) args+=(-display "sdl,gl=on") ;;
	2d) args+=(-display sdl) ;;
	esac
}

share()
{
	args+=(-fsdev "local,id=$1,path=$2,security_model=none,multidevs=remap${3-,readonly=on}"
	       -device "virtio-9p-pci,fsdev=$1,mount_tag=$1")
}

start_xvfb()
{
	local tries=0 size=$((${display%x*} * 2))x$((${display#*x} * 2))

	mkdir -p /tmp/.X11-unix
	Xvfb :0 -screen 0 "${size}x24" -nolisten tcp -fbdir "$out/.run" \
		>"$out/.run/xvfb.log" 2>&1 &
	export DISPLAY=:0
	until [ -S /tmp/.X11-unix/X0 ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] ||
			die "the X server for L0's display did not start" \
			    "$(tail -n 3 "$out/.run/xvfb.log")"
		sleep 0.1
	done
}

# stands_still - has L1 not written its sign of life for so long? The first is due
# when it has booted; with a shell there is none.
stands_still()
{
	local last=$((started + 60))

	[ -z "$shell" ] || return
	[ ! -f "$out/.run/alive" ] || last=$(stat -c %Y "$out/.run/alive")
	[ $((now - last)) -gt 120 ]
}

# Runs in the tree, in private namespaces; its exit status is the script's.
inside()
{
	local pid started deadline now looked=0 grace='' rc=0 cpu=host

	[ "$accel" = kvm ] || cpu="max,+svm,+npt"
	# Commas are QEMU's.
	# shellcheck disable=SC2054
	args=(-nodefaults -no-user-config -no-reboot -machine q35
	      -cpu "$cpu" -smp "$smp" -m "$mem" -vga none
	      -kernel "$boot/vmlinuz" -initrd "$boot/initrd"
	      -append "console=ttyS0 loglevel=7 panic=-1 oops=panic nokaslr testbed.level=1 modprobe.blacklist=virtio_gpu kvm_amd.nested=0 $append"
	      -serial "file:$out/console.log"
	      -chardev "stdio,id=cmd,signal=off"
	      -device virtio-serial-pci -device virtconsole,chardev=cmd
	      -qmp "unix:$out/.run/qmp,server=on,wait=off"
	      -qmp "unix:$out/.run/qmp2,server=on,wait=off"
	      -drive "if=none,id=root,file=$disk,format=raw,readonly=on"
	      -device virtio-blk-pci,drive=root)
	if [ "$accel" = kvm ]; then
		args+=(-accel kvm)
	else
		args+=(-accel "tcg,thread=multi")
	fi
	[ -z "$iommu" ] || args+=(-device "virtio-iommu-pci,addr=0x3")
	share testbed "$testbed"
	share boot "$boots"
	share out "$out" ""
	[ -z "$payload" ] || share payload "$payload"
	[ -z "$own" ] || share kernel "$own"
	if [ "$gpu" = none ]; then
		args+=(-display none)
	else
		gpu_args
		start_xvfb
	fi
	if [ "$gpu" = zink ]; then
		# OpenGL on Vulkan in software: llvmpipe by itself clears all that
		# it gives out. New memory of the C library is full of 0xab.
		export MESA_LOADER_DRIVER_OVERRIDE=zink LIBGL_ALWAYS_SOFTWARE=1
		export MALLOC_PERTURB_=84
	fi

	qemu-system-x86_64 "${args[@]}" "${more[@]}" <&0 2>"$out/.run/qemu.log" &
	pid=$!
	# Killing it is nothing to report.
	disown "$pid"
	ln -sf .run/qmp2 "$out/qmp.sock"
	started=$(date +%s)
	deadline=$((started + timeout))
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.1
		serve
		now=$(date +%s)
		if [ -f "$out/.run/status" ] && [ -z "$grace" ]; then
			# The command is through: what is left is to switch off.
			grace=$((now + 30))
		fi
		if [ -n "$grace" ] && [ "$now" -gt "$grace" ]; then
			warn "L1 did not power off: switched off"
			kill -KILL "$pid" 2>/dev/null || :
		elif [ -n "$grace" ] || [ "$rc" -ne 0 ]; then
			continue
		fi
		if [ $((now - looked)) -ge 10 ]; then
			looked=$now
			! stands_still || rc=123
		fi
		if [ "$now" -gt "$deadline" ]; then
			: >"$out/.run/stuck"
			if [ -f "$out/.run/stuck-seen" ]; then
				rc=124
			elif [ "$now" -gt $((deadline + 30)) ]; then
				rc=123
			fi
		fi
		if [ "$rc" -eq 123 ]; then
			hmp "$out/.run/qmp" 'info registers -a' \
				>"$out/registers" 2>&1 || :
		fi
		[ "$rc" -eq 0 ] || kill -KILL "$pid" 2>/dev/null || :
	done

	if [ -f "$out/.run/status" ]; then
		exit "$(cat "$out/.run/status")"
	elif [ "$rc" -ne 0 ]; then
		exit "$rc"
	elif grep -q 'Kernel panic' "$out/console.log" 2>/dev/null; then
		exit 120
	fi
	exit 121
}

if [ "${1-}" = --inside ]; then
	# All that the outer half has worked out comes as assignments.
	eval "$2"
	inside
fi

kernel=6.12 payload='' out='' gpu=gl gpus=1 outputs=${MVGPU_OUTPUTS:-1}
display=1280x800 iommu='' mem=8G smp=3 timeout=300 append='' accel=tcg
verbose='' shell='' more=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel | --payload | --out | --gpu | --gpus | --outputs | --display | \
	--mem | --smp | --timeout | --append | --accel)
		need $# "$1"
		printf -v "${1#--}" %s "$2"
		shift
		;;
	--qemu-arg)
		need $# "$1"
		more+=("$2")
		shift
		;;
	--no-gpu) gpu=none ;;
	--iommu) iommu=1 ;;
	--udev) append="$append testbed.udev" ;;
	--verbose) verbose=1 ;;
	--interactive) shell=1 ;;
	--help) usage 0 ;;
	--)
		shift
		break
		;;
	-*) die "unknown option $1" "see run-l1.sh --help" ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || [ -n "$shell" ] || usage 2
case $gpu in
gl | zink | 2d | none) ;;
*) die "--gpu is gl, zink, 2d or none" ;;
esac
[[ $display =~ ^[0-9]+x[0-9]+$ ]] || die "--display wants WIDTHxHEIGHT"

root=$("$testbed/root.sh")
disk=$("$testbed/image.sh")
boots=$("$testbed/initrd.sh")
own=
case $kernel in
debug)
	own=$("$testbed/debug-kernel.sh")
	# identify_cpu() forgets for a moment that there are five levels, and KASAN
	# takes what an interrupt reads then for wild.
	append="$append no5lvl"
	;;
*/*)
	own=$(realpath -e "$kernel") || die "there is no kernel at $kernel"
	;;
*)
	kernel_release "$root" "$kernel" >/dev/null
	boot=$boots/$kernel
	;;
esac
[ -z "$own" ] || boot=$("$testbed/initrd.sh" "$own")
for entry in "${disk%/disk}" "$boots"; do
	cache_hold "$entry"
done

temp=
if [ -z "$out" ]; then
	temp=$(mktemp -d "${TMPDIR:-/tmp}/mvgpu-l1.XXXXXX")
	out=$temp
fi
mkdir -p "$out"
out=$(realpath -e "$out")
binds=(--bind "$out")
if [ -n "$payload" ]; then
	payload=$(realpath -e "$payload") || die "there is no such payload"
	binds+=(--bind "$payload")
fi
[ -z "$own" ] || binds+=(--bind "$own")

rm -rf "$out/.run"
rm -f "$out/console.log" "$out/dmesg" "$out/registers"
mkdir -p "$out/.run"
: >"$out/console.log"
if [ -n "$shell" ]; then
	append="$append testbed.shell"
else
	# One argument is a line of shell, several are a command and its words.
	if [ $# -eq 1 ]; then
		printf '%s\n' "$1"
	else
		printf '%q ' "$@"
	fi >"$out/.run/cmd"
fi

follow=
level0=
saved=
# shellcheck disable=SC2317
cleanup()
{
	# Its files are in use until it is gone.
	[ -z "$level0" ] || { kill "$level0"; wait "$level0"; } 2>/dev/null || :
	[ -z "$follow" ] || kill "$follow" 2>/dev/null || :
	[ -z "$saved" ] || stty "$saved" 2>/dev/null || :
	[ ! -d "$out" ] || rm -rf "$out/.run" "$out/qmp.sock"
	[ -z "$temp" ] || rm -rf "$temp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
[ ! -t 0 ] || saved=$(stty -g)
if [ -n "$verbose" ]; then
	tail -f "$out/console.log" >&2 &
	follow=$!
fi

step "booting L1: kernel $(cat "$boot/release"), GPU: $gpu"
state=$(declare -p boot boots disk out payload own gpu gpus outputs display \
	iommu mem smp timeout append accel shell more)
# The private /tmp may not have the directory that we were called in.
cd "$project"
# Whatever ends this script, even SIGKILL, ends what it started.
start=(setpriv --pdeathsig TERM "$testbed/chroot.sh" --private "${binds[@]}"
       -- "$testbed/run-l1.sh" --inside "$state")
for try in 1 2 3; do
	rc=0
	if [ -n "$shell" ]; then
		"${start[@]}" || rc=$?
	else
		# In the background, so that the shell hears signals at once.
		"${start[@]}" </dev/null &
		level0=$!
		wait "$level0" || rc=$?
		level0=
	fi
	# What has given no sign of life has not begun with CMD.
	case $rc in
	120 | 123) [ ! -e "$out/.run/alive" ] || break ;;
	*) break ;;
	esac
	[ "$try" -lt 3 ] || break
	step "L1 did not boot, which is the emulator's fault: again"
done

hint="the whole console: $out/console.log"
[ -z "$temp" ] || hint="use --out DIR to keep the whole console"
case $rc in
0)
	step "L1 is done"
	;;
120 | 121 | 123 | 124)
	case $rc in
	120) what="L1's kernel panicked" ;;
	121) what="L1 ended before the command did" ;;
	123) what="L1 no longer answered" ;;
	124) what="L1 was switched off after $timeout s" ;;
	esac
	step "$what; the end of its console:"
	tail -n 40 "$out/console.log" >&2
	[ ! -s "$out/.run/qemu.log" ] || tail -n 5 "$out/.run/qemu.log" >&2
	[ ! -s "$out/.run/ps" ] || cp "$out/.run/ps" "$out/ps"
	printf '%s: %s\n    %s\n' "${0##*/}" "$what" "$hint" >&2
	;;
*)
	step "L1 is done: the command failed with status $rc"
	;;
esac
exit "$rc"
