#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Modes, page flips, the cursor and a monitor that changes while in use, in a
# guest, and what QEMU shows of each.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

modules_load
try "create a vGPU" vgpu_create 1of4 "$uuid_a"

# Each step waits until the one before was looked at from outside.
next="rm -f /out/next; until [ -f /out/next ]; do sleep 0.1; done"
guest_start a "$uuid_a" -- "
	on() { \"\$@\" & pid=\$!; $next; kill \$pid; wait \$pid; }
	on $draw modes --seed 10
	on $draw flip 121 --seed 20
	on $draw cursor --seed 30 --at 300,200
	on $draw cursor --seed 31 --at -10,-20
	on $draw cursor --seed 32 --at 1250,780
	on $draw pattern 33 --mode 640x480
	on $draw pattern 34
	on $draw hotplug-wait --seed 40 --mode 1440x900 --seconds 60"
try "the guest boots" l2_up a 300

# counted NR - has the vGPU had so many frames?
counted()
{
	local frames

	frames=$(vgpu_attr "$uuid_a" stats/frames)
	[ "$frames" -ge "$1" ] || { echo "$frames frames"; return 1; }
}

try "modes are listed and set" guest_said a 'ready .*seed=10'
try "preferred mode is shown" screen_is a --seed 10 --size 1280x800
advance a
try "pages flip" guest_said a 'ready .*seed=21'
try "the page flipped to last is shown" screen_is a --seed 21
try "each was counted as a frame" counted 121
advance a
try "the cursor moves" guest_said a 'ready .*cursor=300,200'
try "the cursor is shown" screen_is a --seed 30 --cursor 300,200
advance a
try "the cursor moves off the corner" guest_said a 'ready .*cursor=-10,-20'
try "half a cursor is shown" screen_is a --seed 31 --cursor -10,-20
advance a
try "the cursor moves to the far corner" guest_said a 'ready .*cursor=1250,780'
try "a quarter of a cursor is shown" screen_is a --seed 32 --cursor 1250,780
advance a
try "a smaller mode is set" guest_said a 'ready .*seed=33'
try "a smaller mode is shown" screen_is a --seed 33 --size 640x480
advance a
try "the cursor is gone" guest_said a 'ready .*seed=34'
try "no cursor is shown" screen_is a --seed 34
advance a

resize()
{
	echo "$2" >"$mdev_dir/$1/mvgpu/mode"
}

resize_fails()
{
	! resize "$@"
}

try "the guest waits for another monitor" guest_said a 'waiting mode='
try "a mode beyond the type is refused" resize_fails "$uuid_a" 2561x1600
try "a mode without height is refused" resize_fails "$uuid_a" 1024x0
try "nonsense is refused" resize_fails "$uuid_a" wide
try "plug another mode in" resize "$uuid_a" 1440x900
try "the guest takes it" guest_said a 'ready mode=1440x900'
try "the new mode is shown" screen_is a --seed 40 --size 1440x900
try "the mode reads back" vgpu_is "$uuid_a" mode 1440x900
advance a

guest_done a 60 "tests in the guest"
try "the guest made no errors" vgpu_is "$uuid_a" state closed
try "nothing of the guest is left" vgpu_idle "$uuid_a"
finish
