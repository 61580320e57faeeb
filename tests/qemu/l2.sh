#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# KVM guests (L2), for scripts that run in L1. Source it there:
#
#	. /run/mvgpu/testbed/l2.sh
#	l2_start one --vgpu "$uuid" -- 'modetest -M virtio_gpu -c'
#	l2_wait one 120 || echo "status $?"
#	l2_output one
#
# A guest gets the disk that L1 has, with memory laid over it, l1-init as its
# init, the same shares (its /out is a directory of L1's memory), and runs CMD
# as root, with drivers loaded as udev would load them, so virtio_gpu drives its
# vGPU. All about a guest NAME is in /run/mvgpu/l2/NAME:
#
#	console.log  kernel and init      output  of CMD
#	qemu.log     of its QEMU          qmp     monitor
#	cpu.log      CPU state at resets, so at a triple fault, too
#	out/         its /out
#
# and is copied to /out/l2/NAME when l2_wait or l2_kill see its end.
#
# l2_start NAME [OPTION]... -- CMD [ARG...]
#	--kernel SERIES   6.12 or 7.3; default $L2_KERNEL, or what L1 runs
#	--vgpu UUID       an mdev; may be repeated: vgpu0, vgpu1, ... at 00:10.0 ...
#	--display on|off  whether QEMU shows the vGPUs (default off)
#	--vfio ADDR       a PCI device that is bound to vfio-pci
#	--mem SIZE        default 1G
#	--smp N           default 1
#	--firmware seabios|ovmf
#	--payload DIR     default /payload
#	--no-coldplug     load no drivers
#	--udev            start udevd
#	--append ARGS     for its kernel command line
#	--screen ARG      QEMU's -display (default none; VNC: "vnc=unix:/tmp/sock")
#	--qemu-arg ARG    may be repeated
#	--exec            CMD is not wanted: boot and stay up until l2_kill
# l2_wait NAME [SECONDS]      CMD's status; 120 panic, 121 ended early, 124 time up
#                             (the guest is killed then)
# l2_run NAME SECONDS [OPTION]... -- CMD    all of it, and print the output
# l2_output NAME, l2_console NAME           what was said so far
# l2_up NAME [SECONDS]        wait until CMD is being run
# l2_alive NAME
# l2_monitor NAME COMMAND     human monitor;  l2_qmp NAME COMMAND [JSON]  QMP
# l2_screendump NAME FILE [DEVICE [HEAD]]   what QEMU shows; PNG or PPM by name
# l2_kill NAME                at once;  l2_kill_all
#
# The hardware below L1:
# l0_monitor COMMAND          human monitor of L0's QEMU; /out/... means ours
# l0_screen FILE.ppm          the screen that shows the physical GPU's displays

l2_here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source-path=SCRIPTDIR source=qmp.sh
. "$l2_here/qmp.sh"
l2_dir=/run/mvgpu/l2
l2_boot=/run/mvgpu/boot

l2_fail()
{
	echo "l2: $*" >&2
	return 1
}

# l2_kvm - make sure of /dev/kvm.
l2_kvm()
{
	[ ! -c /dev/kvm ] || return 0
	if modprobe kvm_amd 2>/dev/null; then
		! grep -q 'QEMU TCG' /proc/cpuinfo ||
			insmod "$l2_boot/$(l2_series)/tcg_svm.ko"
	else
		modprobe kvm_intel 2>/dev/null ||
			l2_fail "no /dev/kvm: neither kvm_amd nor kvm_intel loads"
	fi
}

l2_series()
{
	local rel

	rel=$(uname -r)
	for series in "$l2_boot"/*; do
		if [ "$(cat "$series/release")" = "$rel" ]; then
			basename "$series"
			return
		fi
	done
	basename "$(find "$l2_boot" -mindepth 1 -maxdepth 1 | sort -V | head -n 1)"
}

# l2_cpus - the processors that guests may use.
#
# QEMU's TCG has flags of SVM in a word (hflags2) that any processor changes for the
# first one, with no lock, whenever it loads an FPU state (cpu_clear_ignne(), 10.0 to
# 11.1). A guest entered or left there at that moment takes L1 along: L1 runs with the
# guest's flags, or as if it were the guest. So the first one has no guests.
l2_cpus()
{
	local last=$(($(nproc) - 1))

	if [ "$last" -gt 0 ] && grep -q 'QEMU TCG' /proc/cpuinfo; then
		echo "1-$last"
	else
		echo "0-$last"
	fi
}

l2_start()
{
	local name=$1 dir="$l2_dir/$1" kernel=${L2_KERNEL-} display=off mem=1G
	local smp=1 firmware=seabios payload=/payload append='' plug=coldplug
	local screen=none stay='' addr=16 n=0 boot code args=() shares=() share

	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel | --display | --mem | --smp | --firmware | --payload | \
		--append | --screen)
			local "${1#--}=$2"
			shift
			;;
		--vgpu)
			# Which display the guest has is known only at the end.
			args+=(vgpu "$2")
			shift
			;;
		--vfio)
			args+=(vfio "$2")
			shift
			;;
		--qemu-arg)
			args+=(qemu "$2")
			shift
			;;
		--udev) plug=udev ;;
		--no-coldplug) plug=plain ;;
		--exec) stay=1 ;;
		--)
			shift
			break
			;;
		*)
			l2_fail "unknown option $1"
			return 2
			;;
		esac
		shift
	done
	[ -n "$kernel" ] || kernel=$(l2_series)
	boot=$l2_boot/$kernel
	[ -f "$boot/vmlinuz" ] || { l2_fail "no kernel $kernel"; return 2; }
	! l2_alive "$name" || { l2_fail "$name is running"; return 2; }
	l2_kvm || return 1

	rm -rf "$dir"
	mkdir -p "$dir/out/.run"
	if [ -n "$stay" ]; then
		echo 'touch /out/.run/up; sleep infinity'
	elif [ $# -eq 1 ]; then
		printf 'touch /out/.run/up\n%s\n' "$1"
	else
		printf 'touch /out/.run/up\n'
		printf '%q ' "$@"
	fi >"$dir/out/.run/cmd"

	set -- "${args[@]}"
	args=()
	while [ $# -gt 0 ]; do
		case $1 in
		vgpu)
			modprobe -q vfio_iommu_type1
			args+=(-device "vfio-pci,id=vgpu$n,bus=pcie.0,addr=$(printf %x $addr),sysfsdev=/sys/bus/mdev/devices/$2,display=$display")
			n=$((n + 1))
			addr=$((addr + 1))
			;;
		vfio)
			args+=(-device "vfio-pci,bus=pcie.0,addr=$(printf %x $addr),host=$2")
			addr=$((addr + 1))
			;;
		qemu)
			args+=("$2")
			;;
		esac
		shift 2
	done
	if [ "$firmware" = ovmf ]; then
		code=/usr/share/OVMF
		cp "$code/OVMF_VARS_4M.fd" "$dir/vars.fd"
		args+=(-drive "if=pflash,format=raw,readonly=on,file=$code/OVMF_CODE_4M.fd"
		       -drive "if=pflash,format=raw,file=$dir/vars.fd")
	fi
	shares=("testbed $l2_here" "boot $l2_boot" "out $dir/out")
	[ ! -d "$payload" ] || shares+=("payload $payload")
	for share in "${shares[@]}"; do
		args+=(-fsdev "local,id=${share%% *},path=${share#* },security_model=none,multidevs=remap"
		       -device "virtio-9p-pci,fsdev=${share%% *},mount_tag=${share%% *}")
	done

	taskset -c "$(l2_cpus)" qemu-system-x86_64 \
		-name "$name" -nodefaults -no-user-config -no-reboot \
		-machine q35 -accel kvm -cpu host -smp "$smp" -m "$mem" \
		-vga none -display "$screen" \
		-kernel "$boot/vmlinuz" -initrd "$boot/initrd" \
		-append "console=ttyS0 loglevel=7 panic=-1 oops=panic testbed.level=2 testbed.$plug $append" \
		-serial "file:$dir/console.log" \
		-chardev "file,id=cmd,path=$dir/output" \
		-device virtio-serial-pci -device virtconsole,chardev=cmd \
		-qmp "unix:$dir/qmp,server=on,wait=off" \
		-d cpu_reset -D "$dir/cpu.log" \
		-drive "if=none,id=root,file=/dev/vda,format=raw,readonly=on,file.locking=off" \
		-device virtio-blk-pci,drive=root \
		"${args[@]}" </dev/null >"$dir/qemu.log" 2>&1 &
	echo $! >"$dir/pid"
	disown $!

	# A guest that QEMU refuses shows here, not in l2_wait.
	local tries=0
	until [ -S "$dir/qmp" ]; do
		if ! l2_alive "$name" || [ $tries -gt 300 ]; then
			l2_fail "QEMU did not start $name: $(tail -n 3 "$dir/qemu.log")"
			return 1
		fi
		tries=$((tries + 1))
		sleep 0.1
	done
}

l2_alive()
{
	local pid

	pid=$(cat "$l2_dir/$1/pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null
}

# l2_save NAME - copy what is known about a guest to where it outlives L1.
l2_save()
{
	[ -d /out ] || return 0
	mkdir -p "/out/l2/$1"
	for file in console.log output qemu.log cpu.log out/dmesg; do
		[ ! -f "$l2_dir/$1/$file" ] ||
			cp "$l2_dir/$1/$file" "/out/l2/$1/"
	done
}

l2_up()
{
	local end=$((SECONDS + ${2:-120}))

	until [ -e "$l2_dir/$1/out/.run/up" ]; do
		if [ $SECONDS -gt $end ] || ! l2_alive "$1"; then
			l2_fail "$1 did not come up: $(l2_state "$1")"
			# It has not met a device of ours yet.
			grep -q 'virtio.gpu' "$l2_dir/$1/console.log" ||
				touch "/out/vanished-$1"
			return 1
		fi
		sleep 0.2
	done
}

# l2_state NAME - where it is, for when it should be elsewhere: its processors, and
# the end of its console.
l2_state()
{
	! l2_alive "$1" || l2_monitor "$1" 'info registers -a'
	tail -n 5 "$l2_dir/$1/console.log"
}

l2_wait()
{
	local dir="$l2_dir/$1" end=$((SECONDS + ${2:-300})) rc=121

	while l2_alive "$1"; do
		if [ -f "$dir/out/.run/status" ]; then
			# Left to do is to power off: give that a limit of its own.
			[ "$end" -lt $((SECONDS + 30)) ] || end=$((SECONDS + 30))
		fi
		if [ $SECONDS -gt $end ]; then
			[ -f "$dir/out/.run/status" ] || rc=124
			: >"$dir/out/.run/stuck"
			sleep 4
			break
		fi
		sleep 0.1
	done
	l2_kill "$1"
	if [ -f "$dir/out/.run/status" ]; then
		rc=$(cat "$dir/out/.run/status")
	elif grep -q 'Kernel panic' "$dir/console.log" 2>/dev/null; then
		rc=120
	fi
	return "$rc"
}

# l2_vanished NAME - did it end by itself, with neither a farewell nor a panic?
l2_vanished()
{
	! l2_alive "$1" && [ ! -f "$l2_dir/$1/out/.run/status" ] &&
		! grep -qE 'reboot: |Kernel panic' "$l2_dir/$1/console.log"
}

l2_kill()
{
	local pid

	if pid=$(cat "$l2_dir/$1/pid" 2>/dev/null); then
		l2_vanished "$1" && [ -d /out ] && touch "/out/vanished-$1"
		kill -KILL "$pid" 2>/dev/null
		# Its vGPU is free only when the last of it is gone.
		while kill -0 "$pid" 2>/dev/null; do
			sleep 0.05
		done
		rm -f "$l2_dir/$1/pid"
		l2_save "$1"
	fi
	return 0
}

l2_kill_all()
{
	local dir

	for dir in "$l2_dir"/*/; do
		[ ! -d "$dir" ] || l2_kill "$(basename "$dir")"
	done
}

l2_output()
{
	# The console ends its lines as a terminal does.
	tr -d '\r' <"$l2_dir/$1/output"
}

l2_console()
{
	cat "$l2_dir/$1/console.log"
}

l2_run()
{
	local name=$1 limit=$2 rc=0

	shift 2
	l2_start "$name" "$@" || return
	l2_wait "$name" "$limit" || rc=$?
	l2_output "$name"
	case $rc in
	12[014])
		l2_fail "$name: status $rc; its console ended with:"
		l2_console "$name" | tail -n 15 >&2
		;;
	esac
	return $rc
}

l2_qmp()
{
	local name=$1

	shift
	qmp "$l2_dir/$name/qmp" "$@"
}

l2_monitor()
{
	hmp "$l2_dir/$1/qmp" "$2"
}

l2_screendump()
{
	local name=$1

	shift
	screendump "$l2_dir/$name/qmp" "$@"
}

# l0_request COMMAND-LINE - leave a request for run-l1.sh and wait for its reply.
l0_request()
{
	local id tries=300

	id=$(mktemp -u /out/.run/l0-XXXXXX)
	printf '%s\n' "$1" >"$id.new"
	mv "$id.new" "$id.req"
	until [ -f "$id.reply" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { l2_fail "L0 does not answer"; return 1; }
		sleep 0.1
	done
	cat "$id.reply"
	rm -f "$id.reply"
}

l0_monitor()
{
	l0_request "$1"
}

l0_screen()
{
	l0_request "screen $(realpath -m "$1")"
	[ -s "$1" ] || l2_fail "no picture of the physical screen"
}
