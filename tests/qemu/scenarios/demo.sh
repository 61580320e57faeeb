#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The demo: two virtual machines share one GPU and draw at the same time. Here
# is what runs in L1; demo.sh beside the testbed's scripts shows it.
#
# Lines "step ..." tell the progress, "row ..." the table at the end.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

seconds=10

fail()
{
	echo "step FAILED: $*"
	l2_kill_all
	exit 1
}

say()
{
	echo "step $*"
}

# row NAME UUID TYPE SEED
row()
{
	local frames same=no

	frames=$(l2_output "$1" | sed -n 's/^# frames \([0-9]*\) fps.*/\1/p')
	! screen_is "$1" --seed "$4" >/dev/null || same=yes
	echo "row $1 $3 ${frames:-0} $(vgpu_attr "$2" stats/jobs)" \
	     "$(vgpu_attr "$2" stats/busy_ns) $(vgpu_attr "$2" stats/wait_ns) $same"
}

say "loading mvgpu on the GPU at $gpu"
modules_install
{ modprobe mvgpu_virtio && modprobe mvgpu_mdev; } ||
	fail "mvgpu does not load"

say "creating two vGPUs, each with a write of a UUID to sysfs"
{ vgpu_create 1of4 "$uuid_a" && vgpu_create 1of4 "$uuid_b"; } ||
	fail "a vGPU was not created"

say "booting two KVM guests with the kernel's own virtio_gpu"
wait_go="until [ -f /out/go ]; do sleep 0.1; done"
seed=101
for guest in "guest1 $uuid_a 0" "guest2 $uuid_b 3"; do
	read -r name uuid colour <<<"$guest"
	guest_start "$name" "$uuid" -- "$wait_go
		$draw animate --seed $colour --seconds $seconds
		$draw pattern $seed" || fail "$name was not started"
	seed=202
done
for name in guest1 guest2; do
	l2_up "$name" 300 || fail "$name did not boot"
	say "$name is up"
done

say "both draw a moving picture at once, $seconds seconds long"
touch "$l2_dir/guest1/out/go" "$l2_dir/guest2/out/go"
for name in guest1 guest2; do
	guest_said "$name" 'ready .*seed=[03]$' || fail "$name does not draw"
done
sleep 3
for name in guest1 guest2; do
	l2_screendump "$name" "/out/$name.png" vgpu0 ||
		fail "QEMU shows nothing of $name"
done
say "pictures of both screens were taken"

say "both draw a known pattern, which is compared pixel by pixel"
guest_said guest1 'ready .*seed=101' || fail "guest1 has no pattern"
guest_said guest2 'ready .*seed=202' || fail "guest2 has no pattern"
row guest1 "$uuid_a" 1of4 101
row guest2 "$uuid_b" 1of4 202
for name in guest1 guest2; do
	l2_screendump "$name" "/out/$name-pattern.png" vgpu0
done
l2_kill_all

say "removing the vGPUs and unloading mvgpu"
vgpu_remove_all
modprobe -r mvgpu_virtio mvgpu_mdev || fail "mvgpu does not unload"
