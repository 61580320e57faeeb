#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# gl-work.sh - the OpenGL that is run on the GPU itself and in guests
#
# Usage: gl-work.sh [--all] [WORK]...	(default: scenes glmark2 kmscube)
#
#   --all   all scenes of glmark2 that fit, not only some that differ most
#
# Tells results as TAP, and checksums of pictures as lines "# sum NAME HEX",
# which must be the same wherever it runs on the same GPU.

guest=/payload/guest
frames=2
some="build texture:texture-filter=mipmap shading:shading=phong
	effect2d:kernel=1,1,1,1,1;1,1,1,1,1 desktop:effect=blur:windows=2
	buffer:update-method=map jellyfish"
all="build:use-vbo=true texture:texture-filter=mipmap shading:shading=phong
	bump:bump-render=normals effect2d:kernel=1,1,1,1,1;1,1,1,1,1
	pulsar:quads=5:light=false:texture=false desktop:effect=blur:windows=2
	buffer:update-method=map ideas:speed=duration jellyfish terrain shadow
	refract conditionals:fragment-steps=5 function:fragment-steps=5
	loop:fragment-loop=true:fragment-steps=5 clear"

scenes=$some
if [ "${1-}" = --all ]; then
	scenes=$all
	shift
fi

results=0
mkfifo /tmp/silent.$$
exec 9<>/tmp/silent.$$

# result STATUS NAME
result()
{
	local word=ok

	[ "$1" -eq 0 ] || word="not ok"
	results=$((results + 1))
	echo "$word $results - $2"
}

# watched NAME FRAMES CMD... - run a program, tell checksums of its frames.
#
# Its input stays open and silent: kmscube stops when a key is pressed.
watched()
{
	local name=$1 want=$2 status=0 said

	shift 2
	said=$(LD_PRELOAD=$guest/mvgpu-frames.so timeout 600 "$@" <&9 2>&1) ||
		status=1
	sed -n "s/.*# frame \([0-9]*\) \([0-9a-f]*\)\$/# sum $name.\1 \2/p" <<<"$said"
	[ "$(grep -c '# frame ' <<<"$said")" -eq "$want" ] || status=1
	[ "$status" -eq 0 ] || while read -r line; do
		echo "# $line"
	done <<<"$said"
	result "$status" "$name draws $want frames"
}

work_glmark2()
{
	local args=() scene n=0

	for scene in $scenes; do
		args+=(-b "$scene:nframes=$frames")
		n=$((n + 1))
	done
	MVGPU_FRAMES=finish MVGPU_FRAMES_MODE=256x256 MVGPU_FRAMES_STEP=700 \
		watched glmark2 $((n * frames)) glmark2-es2-drm --off-screen \
		"${args[@]}"
}

work_kmscube()
{
	MVGPU_FRAMES_MODE=640x480 MVGPU_FRAMES_LAST=12 MVGPU_FRAMES_EVERY=4 \
		watched kmscube 3 kmscube
}

work_scenes()
{
	"$guest/mvgpu-gl"
	result $? "mvgpu-gl"
}

# Who sources this wants no more.
[ "${BASH_SOURCE[0]}" = "$0" ] || return 0

[ $# -gt 0 ] || set -- scenes glmark2 kmscube
for work; do
	start=$SECONDS
	"work_$work"
	echo "# $work took $((SECONDS - start)) s"
done
echo "1..$results"
