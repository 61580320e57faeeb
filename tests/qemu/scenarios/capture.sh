#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Record what stock Mesa sends to the kernel on the GPU itself, then replay it on a
# vGPU of the same GPU: what comes back must be the same, byte by byte.
#
# Leaves files *.mvc in /out, without bytes of transfers: one for each scene of
# gl-work.sh's glmark2, for kmscube and for each scene of mvgpu-gl. Those in
# tests/fuzz/captures are such.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=gl-work.sh
. "$here/scenarios/gl-work.sh"

# record NAME CMD... - with bytes to /tmp/data, without them to /out.
record()
{
	local name=$1

	shift
	MVGPU_CAPTURE=/out/$name.mvc MVGPU_CAPTURE_DATA=/tmp/data/$name.mvc \
		MVGPU_FRAMES_MODE=256x256 \
		LD_PRELOAD="$guest/mvgpu-capture.so:$guest/mvgpu-frames.so" \
		timeout 300 "$@" <&9 >/tmp/said 2>&1 || {
		cat /tmp/said
		return 1
	}
	[ "$(stat -c %s "/out/$name.mvc")" -gt 1000 ]
}

mkdir -p /tmp/data
try "DRM's driver takes the GPU" gpu_to_drm
n=0
for scene in $all; do
	n=$((n + 1))
	MVGPU_FRAMES=finish try "record glmark2 $scene" \
		record "glmark2-$(printf %02d "$n")-${scene%%:*}" \
		glmark2-es2-drm --off-screen -b "$scene:nframes=$frames"
done
MVGPU_FRAMES_LAST=3 try "record kmscube" record kmscube kmscube
for scene in $("$guest/mvgpu-gl" --list); do
	try "record mvgpu-gl $scene" record "gl-$scene" "$guest/mvgpu-gl" "$scene"
done
note "$(du -sh /tmp/data)"
try "DRM's driver gives the GPU back" gpu_from_drm

modules_load
modprobe vfio_iommu_type1
MVGPU_PARENT=$gpu_dir "$here/selftests/mvgpu/vgpu_replay" \
	/tmp/data/*.mvc >/tmp/replayed
status=$?
sed 's/^/    /' /tmp/replayed
result $status "the vGPU gives what the GPU gave"
finish
