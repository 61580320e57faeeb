#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# QEMU is killed while its guest draws: nothing of the tenant stays, a guest on
# another vGPU does not notice, and the next tenant finds the vGPU as new.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

modules_load
try "create a vGPU" vgpu_create 1of4 "$uuid_a"
try "create a vGPU for a neighbour" vgpu_create 1of4 "$uuid_b"

# It rests while the others boot: all share one processor.
guest_start neighbour "$uuid_b" -- "
	$draw pattern 77 &
	until [ -f /out/stop ]; do sleep 1; done
	kill %1
	wait
	$draw animate --seconds 1 && $draw pattern 78 --hold 60"
try "the neighbour boots" l2_up neighbour 300
try "it draws" guest_said neighbour 'ready .*seed=77'

for n in 1 2; do
	try "round $n: a guest starts" guest_start a "$uuid_a" -- \
		"$draw animate --seed $n --seconds 300"
	try "round $n: it draws" guest_said a 'ready '
	sleep 1
	note "memory $(vgpu_attr "$uuid_a" memory)," \
	     "pinned pages $(vgpu_attr "$uuid_a" stats/pinned_pages)"
	l2_kill a
	try "round $n: nothing is left once QEMU is killed" vgpu_idle "$uuid_a"
	try "round $n: the neighbour runs" vgpu_is "$uuid_b" state running
done

try "one more guest starts" guest_start a "$uuid_a" -- \
	"$draw pattern 55 --hold 60"
try "it draws" guest_said a 'ready .*seed=55'
try "its picture is shown" screen_is a --seed 55
l2_kill a
guest_results a 0 "tests in the last guest"

try "the neighbour's picture is still there" screen_is neighbour --seed 77
touch "$l2_dir/neighbour/out/stop"
try "the neighbour goes on drawing" guest_said neighbour 'ready .*seed=78'
try "its picture is shown" screen_is neighbour --seed 78
try "the neighbour has seen no error" vgpu_is "$uuid_b" stats/errors 0
try "the neighbour was not reset" vgpu_is "$uuid_b" stats/resets 0
l2_kill neighbour
guest_results neighbour 0 "tests in the neighbour"
finish
