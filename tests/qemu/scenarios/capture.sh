#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Record what stock Mesa sends to the kernel, on the GPU itself, as files *.mvc in
# /out: one for each scene of gl-work.sh's glmark2, for kmscube and for mvgpu-gl.
#
# Environment:
#   MVGPU_CAPTURE_DATA=1   with the bytes of all transfers (large)

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=gl-work.sh
. "$here/scenarios/gl-work.sh"

# record NAME CMD...
record()
{
	local name=$1 file=/tmp/$1.mvc

	shift
	MVGPU_CAPTURE=$file MVGPU_FRAMES_MODE=256x256 \
		LD_PRELOAD="$here/guest/mvgpu-capture.so:$here/guest/mvgpu-frames.so" \
		timeout 300 "$@" <&9 >"/tmp/$name.said" 2>&1 || {
		cat "/tmp/$name.said"
		return 1
	}
	cp "$file" /out/
	[ "$(stat -c %s "$file")" -gt 1000 ]
}

try "DRM's driver takes the GPU" modprobe virtio_gpu
n=0
for scene in $scenes; do
	n=$((n + 1))
	try "record glmark2 $scene" \
		record "glmark2-$(printf %02d "$n")-${scene%%:*}" \
		glmark2-es2-drm --off-screen -b "$scene:nframes=$frames"
done
MVGPU_FRAMES_LAST=3 try "record kmscube" record kmscube kmscube
for scene in $("$here/guest/mvgpu-gl" --list); do
	try "record mvgpu-gl $scene" record "gl-$scene" \
		"$here/guest/mvgpu-gl" "$scene"
done
finish
