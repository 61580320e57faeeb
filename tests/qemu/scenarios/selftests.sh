#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Kselftests: user space plays the guest's driver, first on the GPU in software,
# then on the physical one. On a kernel with KUnit its suite comes first.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# run GPU - all programs on MVGPU_PARENT, or without it on the software GPU.
#
# The runner shows what a program says behind "# ", and then a line about the
# program: turned into tests below a result. A test that only one of them can
# run is no skip on the other one.
run()
{
	local line ran=0

	while IFS= read -r line; do
		case $line in
		"# ok "*"# SKIP "*"software GPU"*)
			[ -n "${MVGPU_PARENT-}" ] || echo "    ${line#\# }"
			;;
		"# ok "*"# SKIP "*"physical GPU"*)
			[ -z "${MVGPU_PARENT-}" ] || echo "    ${line#\# }"
			;;
		"# ok "* | "# not ok "*)
			echo "    ${line#\# }"
			;;
		"ok "*" selftests: "*)
			ran=$((ran + 1))
			result 0 "kselftest ${line##*: } on $1"
			;;
		"not ok "*" selftests: "*)
			ran=$((ran + 1))
			result 1 "kselftest ${line##*: } on $1"
			;;
		*)
			echo "    # ${line#\# }"
			;;
		esac
	# The runner wants to write beside itself.
	done < <(/tmp/selftests/run_kselftest.sh -c mvgpu 2>&1)
	try "all kselftests were run on $1" \
		test "$ran" -eq "$(wc -l </tmp/selftests/kselftest-list.txt)"
}

# kunit - the suite's results, which are tests below a result.
kunit()
{
	local status=0 results=/sys/kernel/debug/kunit/mvgpu_sched/results

	modprobe mvgpu_sched_kunit || return
	sed 's/^/    /' "$results"
	grep -q '^ok .* mvgpu_sched$' "$results" || status=1
	modprobe -r mvgpu_sched_kunit || status=1
	return "$status"
}

try "mvgpu's modules can be found" modules_install || finish
if modinfo mvgpu_sched_kunit >/dev/null 2>&1; then
	kunit
	result $? "KUnit's tests of the policies"
fi
cp -r "$here/selftests" /tmp/selftests
try "load the software GPU" modprobe mvgpu_sim
try "load the mdev frontend" modprobe mvgpu_mdev
modprobe vfio_iommu_type1
run "the software GPU"
try "unload the software GPU" modprobe -r mvgpu_sim

modules_load
export MVGPU_PARENT=$gpu_dir
run "the physical GPU"
finish
