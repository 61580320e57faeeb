#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The scheduler in real time, on the GPU in software: shares, caps, waits, hangs,
# 1,024 vGPUs, engines of one's own. With MVGPU_BENCH=1 the bounds are those of
# Documentation/scheduler.rst, and it takes longer.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# As the kselftest runner would, but with its lines as they are.
run()
{
	local line rc

	while IFS= read -r line; do
		case $line in
		"ok "* | "not ok "*) echo "    $line" ;;
		"rc "*) rc=${line#rc } ;;
		*) echo "    # ${line#\# }" ;;
		esac
	done < <("$here/selftests/mvgpu/$1" 2>&1; echo "rc $?")
	result "$rc" "$1"
}

modules_install
try "load the software GPU" modprobe mvgpu_sim
try "load the mdev frontend" modprobe mvgpu_mdev
modprobe vfio_iommu_type1
run vgpu_sched
run vgpu_hangs
try "unload the software GPU" modprobe -r mvgpu_sim
try "load one for 1,024 vGPUs" modprobe mvgpu_sim overcommit=16
run vgpu_many
try "unload it" modprobe -r mvgpu_sim
try "load one with four engines" modprobe mvgpu_sim engines=4
run vgpu_engines
try "unload it" modprobe -r mvgpu_sim
finish
