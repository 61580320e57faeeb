#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# check.sh - everything that is tested, in the testbed; the verdict in a line
#
# Usage: check.sh [OPTION] [STEP]...
#
#   --list    the names of all steps, in their order
#   --all     run every step
#
# Without STEP all run but those under "more" below, which run when named. STEP
# may be a pattern: check.sh 'l1-6.12-*'
#
# Two steps run at a time: one that boots a hypervisor and one that does not. None
# can stop another. Its log is build/check/STEP.log, what came out
# of its virtual machines is in build/check/STEP/. The last line counts results:
#
#   N passed, N failed, N skipped
#
# The exit status is 0 only if nothing failed and nothing was skipped: in the
# testbed there is no reason to skip anything.
#
# Environment:
#   FUZZ_SECONDS   how long each target is fuzzed (default 60)

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

export FUZZ_SECONDS=${FUZZ_SECONDS:-60}
out=$project/build/check

# A step is a name, its result's title, and what it runs. Several guests at once
# want: see emulator_failed below.
steps=(
	"build-6.12|modules build for 6.12 without a warning|build 6.12"
	"build-7.3|modules build for 7.3 without a warning|build 7.3"
	"lint|style|lint"
	"user|tests in user space|in_user_space test"
	"fuzz|each target fuzzed for $FUZZ_SECONDS s|in_user_space fuzz"
	"sched|policies on a clock of their own|policies"
	"l1-6.12-load|load and unload|l1 6.12 load-modules"
	"l1-6.12-install|make install|l1 6.12 install --udev"
	"l1-6.12-selftests|kselftests|l1 6.12 selftests --timeout 1500"
	"l1-6.12-two-guests|two guests|l1 6.12 two-guests"
	"l1-6.12-capture|streams of Mesa recorded|capture"
	"l1-6.12-display|displays|l1 6.12 display"
	"l1-6.12-clearing|new memory, on a GPU that leaves it as it was|l1 6.12 clearing --gpu zink"
	"l1-6.12-reboot|reboot|l1 6.12 reboot"
	"l1-6.12-firmware|SeaBIOS and OVMF|l1 6.12 firmware"
)

# Run only when named, or with --all: a check would take too long with them, or they
# were not seen to pass as they are.
more=(
	"l1-6.12-gl|OpenGL in two guests|l1 6.12 gl"
	"l1-6.12-gl-all|OpenGL in two guests, all scenes|l1 6.12 gl-all --timeout 1500"
	"l1-6.12-piglit|tests of piglit|piglit"
	"l1-6.12-shares|shares of the GPU, two guests|l1 6.12 shares"
	"l1-6.12-hang|a hang of the physical GPU|l1 6.12 hang"
	"l1-6.12-kill|QEMU killed|l1 6.12 kill-qemu"
	"l1-6.12-control|mvgpuctl, every verb|l1 6.12 control"
	"l1-6.12-adopt|mvgpuctl adopt and release|l1 6.12 adopt --qemu-arg -device --qemu-arg virtio-gpu-pci,bus=pcie.0,addr=0x11"
	"l1-6.12-sched|scheduler in real time|l1 6.12 sched --smp 1 --no-gpu"
	"l1-6.12-iommu-load|load and unload, IOMMU|l1 6.12 load-modules --iommu"
	"l1-6.12-iommu-selftests|kselftests, IOMMU|l1 6.12 selftests --iommu --timeout 1500"
	"l1-6.12-iommu-doctor|mvgpuctl doctor, IOMMU|l1 6.12 doctor --iommu --append swiotlb=force --qemu-arg -device --qemu-arg virtio-gpu-pci,bus=pcie.0,addr=0x11 --qemu-arg -device --qemu-arg virtio-gpu-pci,bus=pcie.0,addr=0x12,iommu_platform=on,disable-legacy=on"
	"l1-6.12-iommu-two-guests|two guests, IOMMU|l1 6.12 two-guests --iommu"
	"l1-6.12-persist|vGPUs after a reboot of L1|l1 6.12 persist --udev --qemu-arg -action --qemu-arg reboot=reset"
	"l1-6.12-timer|figures of a timer of systemd|l1 6.12 timer"
	"l1-6.12-kubevirt|what KubeVirt finds|l1 6.12 kubevirt"
	"l1-6.12-memory|memory of a guest grows and shrinks|l1 6.12 memory"
	"l1-6.12-libvirt|vGPUs and domains of libvirt|l1 6.12 libvirt --timeout 1800"
	"l1-6.12-performance|fps on a vGPU, passed through, and on QEMU's own|l1 6.12 performance --iommu --timeout 1500"
	"l1-7.3-iommu-two-guests|two guests on 7.3, IOMMU|l1 7.3 two-guests --iommu"
	"l1-7.3-load|load and unload on 7.3|l1 7.3 load-modules"
	"l1-7.3-selftests|kselftests on 7.3|l1 7.3 selftests --timeout 1500"
	"l1-7.3-two-guests|two guests on 7.3|l1 7.3 two-guests"
	"l1-debug-selftests|kselftests, KASAN and lockdep|l1 debug selftests --smp 2 --timeout 7200"
	"packages|Debian packages|packages"
)

# build SERIES - a compiler that says anything has found something. kbuild's own
# notice that it differs from the kernel's compiler is none.
build()
{
	local root rel rc=0 said=$out/$step/make.log

	root=$("$testbed/root.sh")
	rel=$(kernel_release "$root" "$1")
	rm -rf "$out/$step/modules"
	"$testbed/chroot.sh" -- make modules KVER="$rel" KFLAGS=W=1 \
		OUT="build/check/$step/modules" >"$said" 2>&1 || rc=$?
	if grep -iE 'warning|error' "$said"; then
		rc=1
	fi
	[ "$rc" -eq 0 ] || tail -n 20 "$said"
	return "$rc"
}

lint()
{
	"$testbed/lint.sh"
}

# in_user_space TARGET [NAME=VALUE]... - of tests/fuzz.
in_user_space()
{
	local ksrc

	ksrc=$("$testbed/source.sh")
	"$testbed/chroot.sh" -- make -C tests/fuzz KSRC="$ksrc" \
		OUT="$project/build/fuzz" FUZZ_SECONDS="$FUZZ_SECONDS" "$@"
}

# The policies of drivers/sched, tests/sched.
policies()
{
	local ksrc

	ksrc=$("$testbed/source.sh")
	# A seed that does not change, as with the fuzzers; "make test" takes others.
	SEED=${SEED:-1} "$testbed/chroot.sh" -- make -s -C tests/sched \
		KSRC="$ksrc" OUT="$project/build/sched" test
}

# emulator_failed - was it TCG? $rc is run-l1.sh's status.
#
# L0's QEMU ended, L1 ran into the end of a stack or stood still, or a guest vanished
# by a triple fault or stopped before it had a driver: so do flaws of TCG's SVM show
# (Documentation/testing.rst). A bug of ours that looks like that does so in every try.
emulator_failed()
{
	[ "$rc" -eq 121 ] || [ "$rc" -eq 123 ] || [ -n "$(find "$out/$step" -name 'vanished-*')" ] ||
		grep -q 'corrupted stack end detected' "$out/$step/console.log"
}

packages()
{
	"$testbed/packaging.sh"
}

# l1 SERIES SCENARIO [OPTION OF run-l1.sh]...
l1()
{
	local series=$1 scenario=$2 payload rc try

	shift 2
	payload=$("$testbed/payload.sh" "$series")
	for try in 1 2 3; do
		rc=0
		rm -f "$out/$step"/vanished-*
		"$testbed/run-l1.sh" --kernel "$series" --payload "$payload" \
			--out "$out/$step" --timeout 900 "$@" -- \
			bash "/payload/scenarios/$scenario.sh" \
			>"$out/$step.try$try" 2>&1 || rc=$?
		[ "$rc" -ne 0 ] || break
		emulator_failed || break
		echo "# the emulator failed: $step.try$try"
		echo "$step: the emulator failed in try $try: status $rc," \
			"$(find "$out/$step" -name 'vanished-*' -printf '%f ')after" \
			"$(tail -n 1 "$out/$step/console.log" | cut -c 1-100)" >&3
	done
	cat "$out/$step.try$try"
	return "$rc"
}

# capture - what was recorded must pass in user space, too. Fuzzers are built in the
# other lane.
capture()
{
	l1 6.12 capture || return
	in_user_space replay OUT="$project/build/replay" \
		CAPTURES="$(echo "$out/$step"/*.mvc)"
}

# piglit - tests of it, which the payload does not have by itself.
piglit()
{
	local from payload

	from=$("$testbed/piglit.sh")
	payload=$("$testbed/payload.sh" 6.12)
	rm -rf "$payload/piglit"
	cp -r "$from" "$payload/piglit"
	l1 6.12 piglit --timeout 3600
}

# count FILE STATUS - results in a log, "passed failed skipped", and a line for
# each that is not good.
#
# Lines "ok" and "not ok" count, at any depth of indentation; one that sums up
# indented ones counts only if it says what they do not. So do a plan that does
# not match and an exit status that no line explains.
count()
{
	awk -v status="$2" -v out=/dev/stderr '
	function bad(what) { failed++; print "    " what >out }
	{ gsub(/\r/, "") }
	/^ +(ok|not ok) / {
		below++
		if (/^ +not ok /) { bad($0); below_bad++ }
		else if (/# SKIP/) { skipped++; print "    " $0 >out }
		else passed++
		next
	}
	/^(ok|not ok) / {
		top++
		if (/^not ok /) { if (!below_bad) bad($0) }
		else if (/# SKIP/) { skipped++; print "    " $0 >out }
		else if (!below) passed++
		below = below_bad = 0
		next
	}
	/^1\.\.[0-9]+/ { plan += substr($1, 4) }
	END {
		if (top && plan != top)
			bad("the plan is of " plan + 0 " results, not " top)
		if (!failed && status) bad("ended with status " status)
		if (!top && !status) passed++
		print passed + 0, failed + 0, skipped + 0
	}' "$1"
}

# run STEP TITLE COMMAND... - one step, its log and its results.
run()
{
	local title=$2 start rc=0 p f s

	step=$1
	shift 2
	start=$(date +%s)
	rm -rf "${out:?}/$step"
	mkdir -p "$out/$step"
	# In a shell of its own, with set -e in force.
	( set -e; "$@" ) 3>&1 >"$out/$step.log" 2>&1 </dev/null &
	wait $! || rc=$?
	read -r p f s < <(count "$out/$step.log" "$rc" 2>"$out/$step.bad")
	echo "$p $f $s" >>"$out/results"
	# In one piece, since the other lane prints, too.
	{
		printf '%-26s %4d passed %3d failed %3d skipped %5d s  %s\n' \
			"$step" "$p" "$f" "$s" $(($(date +%s) - start)) "$title"
		if [ "$f" -gt 0 ] || [ "$s" -gt 0 ]; then
			head -n 20 "$out/$step.bad"
			echo "    see build/check/$step.log, which ends with"
			tail -n 15 "$out/$step.log" | cut -c 1-200 |
				sed 's/^/    | /'
		fi
	} >"$out/$step.said"
	cat "$out/$step.said"
	rm "$out/$step.said"
}

wanted()
{
	local pattern

	[ ${#patterns[@]} -gt 0 ] || return 0
	for pattern in "${patterns[@]}"; do
		# It is a pattern.
		# shellcheck disable=SC2053
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

# lane l1|rest - run those of the wanted steps that boot a hypervisor, or the rest.
lane()
{
	local entry name title words of

	for entry in "${steps[@]}"; do
		IFS='|' read -r name title words <<<"$entry"
		of=rest
		[[ $name != l1-* ]] || of=l1
		[ "$of" = "$1" ] || continue
		wanted "$name" || continue
		# Words of the table, split on purpose.
		# shellcheck disable=SC2086
		run "$name" "$title" $words
	done
}

# end_lanes - what a step starts ends with it: run-l1.sh and chroot.sh clean up on
# a signal. Each lane is a process group, so that a signal reaches all of it.
end_lanes()
{
	local pid

	for pid in "${lanes[@]}"; do
		# One of them may be through already.
		kill -TERM -- "-$pid" || :
		wait "$pid" || :
	done 2>/dev/null
	echo "check.sh: interrupted" >&2
	exit 130
}

lanes=() patterns=() all=''
while [ $# -gt 0 ]; do
	case $1 in
	--list)
		printf '%s\n' "${steps[@]%%|*}" "${more[@]%%|*}"
		exit
		;;
	--all) all=1 ;;
	-h | --help) usage 0 ;;
	-*) usage 2 ;;
	*) patterns+=("$1") ;;
	esac
	shift
done

mkdir -p "$out"
: >"$out/results"
[ -z "$all" ] && [ ${#patterns[@]} -eq 0 ] || steps+=("${more[@]}")
trap end_lanes INT TERM HUP
set -m
for name in rest l1; do
	lane "$name" &
	lanes+=($!)
done
for pid in "${lanes[@]}"; do
	wait "$pid" || die "a lane ended early" "what it said is above"
done
[ -s "$out/results" ] || die "there is no such step" "see check.sh --list"
read -r passed failed skipped < <(awk '{ p += $1; f += $2; s += $3 }
	END { print p, f, s }' "$out/results")
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$skipped" -eq 0 ]
