#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of piglit give in two guests at once what they give on the GPU itself: results
# are compared, not only those that pass.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

work="bash $here/scenarios/piglit-work.sh"

# told FILE - its results, as they can be compared.
told()
{
	grep -E '^# piglit ' "$1" | sort
}

# enough_pass - a test that runs nowhere finds no difference.
enough_pass()
{
	local all passed

	all=$(told /tmp/gpu.out | wc -l)
	passed=$(told /tmp/gpu.out | grep -c ' pass$')
	echo "$passed of $all pass"
	[ "$all" -gt 300 ] && [ $((passed * 100)) -gt $((all * 95)) ]
}

# same_results NAME - in that guest.
same_results()
{
	l2_output "$1" >"/tmp/$1.out"
	cp "/tmp/$1.out" "/out/piglit-$1.out"
	diff <(told /tmp/gpu.out) <(told "/tmp/$1.out")
}

try "DRM's driver takes the GPU" gpu_to_drm
start=$SECONDS
$work >/tmp/gpu.out 2>&1
cp /tmp/gpu.out /out/piglit-gpu.out
note "on the GPU itself: $(told /tmp/gpu.out | awk '{ n[$NF]++ }
	END { for (r in n) print n[r], r }' | xargs), in $((SECONDS - start)) s"
try "piglit runs on the GPU itself" enough_pass
try "DRM's driver gives the GPU back" gpu_from_drm

modules_load
try "create a vGPU of 1of2" vgpu_create 1of2 "$uuid_a"
try "create a vGPU of 1of4" vgpu_create 1of4 "$uuid_b"
for name in a b; do
	uuid=uuid_$name
	l2_start "$name" --vgpu "${!uuid}" --mem 2G -- \
		"until [ -f /out/go ]; do sleep 0.1; done; $work"
done
try "guest a boots" l2_up a 300
try "guest b boots" l2_up b 300
touch "$l2_dir/a/out/go" "$l2_dir/b/out/go"
start=$SECONDS
for name in a b; do
	uuid=uuid_$name
	l2_wait "$name" 3000
	result $? "piglit runs in guest $name"
	note "guest $name: $((SECONDS - start)) s," \
	     "$(vgpu_attr "${!uuid}" stats/jobs) jobs," \
	     "busy $(($(vgpu_attr "${!uuid}" stats/busy_ns) / 1000000)) ms"
	try "guest $name's results are the GPU's own" same_results "$name"
	try "no command of guest $name was refused" unrefused "$name"
	try "nothing of guest $name is left" vgpu_idle "${!uuid}"
done
finish
