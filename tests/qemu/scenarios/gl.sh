#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Stock Mesa draws and computes in two guests at once, and gets what it gets on
# the GPU itself. What a guest has on its screen is what QEMU shows.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# gl-all.sh wants more.
work="$here/scenarios/gl-work.sh ${GL_WORK-}"

# A path and an option: split on purpose.
# shellcheck disable=SC2086
sums_on_gpu 31 bash $work

modules_load
try "create a vGPU of 1of4" vgpu_create 1of4 "$uuid_a"
try "create a vGPU of 1of2" vgpu_create 1of2 "$uuid_b"

both="until [ -f /out/go ]; do sleep 0.1; done"
for name in a b; do
	uuid=uuid_$name
	guest_start "$name" "${!uuid}" --kernel 6.12 -- "$both
		bash $work
		$here/guest/mvgpu-gl --show 3 --picture /out/shown.ppm --hold 600"
done
try "guest a boots" l2_up a 300
try "guest b boots" l2_up b 300
touch "$l2_dir/a/out/go" "$l2_dir/b/out/go"
for name in a b; do
	try "guest $name draws" guest_said "$name" '^# ready show' 900
	try "guest $name gets what the GPU itself draws" sums_are_equal "$name"
	try "guest $name's screen is its picture" shows_its_picture "$name"
	uuid=uuid_$name
	try "vGPU $name was charged for its jobs" \
		test "$(vgpu_attr "${!uuid}" stats/busy_ns)" -gt 0
	try "vGPU $name has no errors" vgpu_is "${!uuid}" stats/errors 0
done
guest_results a 0 "OpenGL in guest a"
guest_results b 0 "OpenGL in guest b"
l2_kill_all
try "nothing of guest a is left" vgpu_idle "$uuid_a"
try "nothing of guest b is left" vgpu_idle "$uuid_b"
finish
