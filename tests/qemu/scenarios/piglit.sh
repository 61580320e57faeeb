#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of piglit give in a guest what they give on the GPU itself: results are
# compared, not only those that pass.

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

# same_results - in the guest.
same_results()
{
	l2_output a >/tmp/a.out
	cp /tmp/a.out /out/piglit-guest.out
	diff <(told /tmp/gpu.out) <(told /tmp/a.out)
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
l2_start a --vgpu "$uuid_a" --mem 2G -- "$work"
try "the guest boots" l2_up a 300
start=$SECONDS
l2_wait a 2400
result $? "piglit runs in the guest"
note "in the guest: $((SECONDS - start)) s," \
     "$(vgpu_attr "$uuid_a" stats/jobs) jobs," \
     "busy $(($(vgpu_attr "$uuid_a" stats/busy_ns) / 1000000)) ms"
try "the guest's results are the GPU's own" same_results
try "no command was refused" vgpu_is "$uuid_a" stats/refused 0
try "vGPU a has no errors" vgpu_is "$uuid_a" stats/errors 0
try "nothing of guest a is left" vgpu_idle "$uuid_a"
finish
