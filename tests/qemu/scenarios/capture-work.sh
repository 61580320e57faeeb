#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# capture-work.sh - record what Mesa sends to the kernel
#
# Usage: capture-work.sh DIR DATA_DIR
#
# Leaves a file NAME.mvc for each scene of gl-work.sh's glmark2, for kmscube and for each
# scene of mvgpu-gl: in DIR without the bytes of transfers, in DATA_DIR with them. Tells
# results as TAP.

# shellcheck source-path=SCRIPTDIR source=gl-work.sh
. "$(dirname "$0")/gl-work.sh"

dir=$1 data=$2

# record NAME CMD...
record()
{
	local name=$1 said status=0

	shift
	said=$(MVGPU_CAPTURE=$dir/$name.mvc MVGPU_CAPTURE_DATA=$data/$name.mvc \
		MVGPU_FRAMES_MODE=256x256 \
		LD_PRELOAD="$guest/mvgpu-capture.so:$guest/mvgpu-frames.so" \
		timeout 300 "$@" <&9 2>&1) || status=1
	[ "$status" -eq 0 ] || while read -r line; do
		echo "# $line"
	done <<<"$said"
	[ "$(stat -c %s "$dir/$name.mvc")" -gt 1000 ] || status=1
	result "$status" "record $name"
}

mkdir -p "$dir" "$data"
n=0
# Set by gl-work.sh.
# shellcheck disable=SC2154
for scene in $all; do
	n=$((n + 1))
	MVGPU_FRAMES=finish record "glmark2-$(printf %02d "$n")-${scene%%:*}" \
		glmark2-es2-drm --off-screen -b "$scene:nframes=$frames"
done
MVGPU_FRAMES_LAST=3 record kmscube kmscube
for scene in $("$guest/mvgpu-gl" --list); do
	record "gl-$scene" "$guest/mvgpu-gl" "$scene"
done
echo "1..$results"
