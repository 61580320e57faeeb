#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# New memory is cleared, on a GPU that gives it out as it was left (--gpu zink): what
# the kselftests find with mvgpu_virtio's switch on, and that they would find it.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# kselftest PROGRAM TEST - one test of it, with the tests of its variants.
kselftest()
{
	"$here/selftests/mvgpu/$1" -t "$2" >/tmp/said 2>&1
}

# clean PROGRAM TEST
clean()
{
	kselftest "$1" "$2" || { cat /tmp/said; return 1; }
	! grep -q SKIP /tmp/said
}

# dirty PROGRAM TEST - it fails, and in each variant.
dirty()
{
	! kselftest "$1" "$2" && grep -q '^not ok' /tmp/said &&
		! grep '^ok' /tmp/said
}

# Those of all but what the 2D commands make, which is always cleared.
tests="vgpu_fresh textures
vgpu_fresh buffers
vgpu_fresh samples
vgpu_3d fresh_memory
vgpu_3d compressed_layers
vgpu_attack fresh_memory
vgpu_renderer layers_read_back"

modules_load
modprobe vfio_iommu_type1
export MVGPU_PARENT=$gpu_dir
while read -r program name; do
	try "nothing is left: $program, $name" clean "$program" "$name"
done <<<"$tests"
try "nothing is left: vgpu_fresh, pictures" clean vgpu_fresh pictures
echo N >/sys/module/mvgpu_virtio/parameters/zero
while read -r program name; do
	try "without clearing it is: $program, $name" dirty "$program" "$name"
done <<<"$tests"
finish
