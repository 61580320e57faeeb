#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two guests with different kernels draw different pictures at once on one GPU,
# and each screen shows what its guest has drawn, pixel by pixel. Then both draw by
# OpenGL at once, and get what the GPU itself draws.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Scenes that need most of the protocol; gl.sh runs all of them.
gl="$here/guest/mvgpu-gl depth geometry tessellation query msaa textures targets product condition"
# A path and words: split on purpose.
# shellcheck disable=SC2086
sums_on_gpu 18 $gl
modules_load
try "create a vGPU of 1of4" vgpu_create 1of4 "$uuid_a"
try "create a vGPU of 1of2" vgpu_create 1of2 "$uuid_b"

# Each step begins in both at once. The pattern stays on the screen to the end.
at="until [ -f /out/\$step ]; do sleep 0.1; done"
work()
{
	echo "step=go; $at; $draw animate --seed $1 --seconds 6
		$draw pattern $2 --hold 600 &
		step=gl; $at; $gl; echo '# ready gl'; wait"
}
guest_start a "$uuid_a" --kernel 6.12 -- "$(work 1 101)"
guest_start b "$uuid_b" --kernel 7.3 -- "$(work 3 202)"
try "guest with kernel 6.12 boots" l2_up a 450
try "guest with kernel 7.3 boots" l2_up b 450
touch "$l2_dir/a/out/go" "$l2_dir/b/out/go"

try "guest a draws" guest_said a 'ready .*seed=101'
try "guest b draws" guest_said b 'ready .*seed=202'
try "screen a is a's, pixel by pixel" screen_is a --seed 101 --size 1280x800
try "screen b is b's, pixel by pixel" screen_is b --seed 202 --size 1920x1080

touch "$l2_dir/a/out/gl" "$l2_dir/b/out/gl"
for name in a b; do
	try "guest $name is through with OpenGL" guest_said "$name" '^# ready gl'
	try "guest $name gets what the GPU itself draws" sums_are_equal "$name"
done
try "screen a is still a's" screen_is a --seed 101
try "screen b is still b's" screen_is b --seed 202

for uuid in "$uuid_a" "$uuid_b"; do
	note "$uuid: $(vgpu_attr "$uuid" stats/jobs) jobs," \
	     "busy $(vgpu_attr "$uuid" stats/busy_ns) ns," \
	     "waited $(vgpu_attr "$uuid" stats/wait_ns) ns," \
	     "errors $(vgpu_attr "$uuid" stats/errors)"
	try "vGPU ${uuid: -1} was charged for its jobs" \
		test "$(vgpu_attr "$uuid" stats/busy_ns)" -gt 0
	try "vGPU ${uuid: -1} has no errors" vgpu_is "$uuid" stats/errors 0
done

guest_results a 0 "tests in guest a"
guest_results b 0 "tests in guest b"
l2_kill_all
try "nothing of guest a is left" vgpu_idle "$uuid_a"
try "nothing of guest b is left" vgpu_idle "$uuid_b"
finish
