#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What "mvgpuctl doctor" says of an IOMMU, in each state that a GPU and it can be in. It
# wants one (run-l1.sh --iommu), swiotlb=force on the kernel's command line, and two GPUs
# without OpenGL more: one that goes past the IOMMU, and one behind it.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ctl.sh
. "$(dirname "$0")/ctl.sh"

past=0000:00:11.0
flat=0000:00:12.0
pci=/sys/bus/pci

# domain ADDR TYPE - what the IOMMU is for a GPU; nobody may have it meanwhile.
domain()
{
	echo "$1" >"$pci"/drivers/virtio-pci/unbind &&
		echo "$2" >"$pci/devices/$1/iommu_group/type" &&
		echo "$1" >"$pci"/drivers/virtio-pci/bind
}

# says_of ADDR VERDICT REGEX - what doctor says of that GPU's memory.
says_of()
{
	doctor_finds "$2" "GPU $1 $3" env
}

# warned_of GPUS - those are all that somebody is told to do something about.
warned_of()
{
	[ "$("$ctl" doctor --json | jq -c '[.checks[] |
		select(.verdict == "warning" and (.what | test("memory|IOMMU"))) |
		.what | capture("GPU (?<gpu>[0-9a-f:.]+)").gpu]')" = "$1" ] ||
		{ "$ctl" doctor; return 1; }
}

# renders - does a vGPU of the first GPU have 3D?
renders()
{
	MVGPU_PARENT=$gpu_dir "$here/selftests/mvgpu/vgpu_3d" -t capsets
}

renders_not()
{
	! renders
}

ctl_install
modprobe vfio_iommu_type1
ulimit -l unlimited
modprobe mvgpu_virtio
modprobe mvgpu_mdev
try "the IOMMU holds the GPU, and is lazy" says_of "$gpu" ok \
	'is held by the IOMMU .* some ms longer'
try "another goes past it" says_of "$past" ok 'can reach all memory: it goes past the IOMMU'
try "nobody has to act" warned_of '[]'
try "and vGPUs have 3D" renders
try "an IOMMU that is strict" domain "$gpu" DMA
try "is told" says_of "$gpu" ok 'is held by the IOMMU .*iommu.strict=1'
try "one that lets all pass" domain "$gpu" identity
try "which makes copies of memory here: a warning" says_of "$gpu" warning 'gets copies of memory'
try "with what to do" grep -q '"next": "boot without swiotlb=force' "$answer"
try "and it is true" renders_not
try "the same for a GPU without OpenGL" domain "$flat" identity
try "is none" says_of "$flat" ok 'can reach all memory: the IOMMU lets it \(identity\)'
try "so there is one to act on" warned_of "[\"$gpu\"]"
finish
