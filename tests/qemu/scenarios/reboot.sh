#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A guest reboots three times, without its QEMU being started anew: each time
# the device is reset and taken up again. Then its driver is unbound and bound.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

modules_load
try "create a vGPU" vgpu_create 1of8 "$uuid_a"

guest_start a "$uuid_a" --qemu-arg -action --qemu-arg reboot=reset -- "
	boot=\$(cat /out/boot 2>/dev/null || echo 0)
	boot=\$((boot + 1))
	echo \$boot >/out/boot
	echo \"# boot \$boot\"
	$draw pattern \$boot &
	rm -f /out/next
	until [ -f /out/next ]; do sleep 0.1; done
	# In the middle of it, as when somebody pulls the plug.
	$draw --help >/dev/null 2>&1
	[ \$boot -gt 3 ] || { busybox reboot -f; sleep 60; }
	kill %1
	wait
	cd /sys/bus/virtio/drivers/virtio_gpu
	for device in virtio*; do
		for n in 1 2 3; do
			echo 0 >/sys/class/vtconsole/vtcon1/bind
			echo \$device >unbind && echo \$device >bind || exit 1
		done
	done
	$draw pattern 9 &
	rm -f /out/next
	until [ -f /out/next ]; do sleep 0.1; done
	kill %1
	wait"

for boot in 1 2 3 4; do
	try "boot $boot: the guest draws" guest_said a "ready .*seed=$boot\$"
	try "boot $boot: its picture is shown" screen_is a --seed "$boot"
	advance a
done
try "the guest draws after its driver was bound anew" \
	guest_said a 'ready .*seed=9$'
try "its picture is shown" screen_is a --seed 9
advance a
guest_done a 60 "tests in the guest"
try "nothing of the guest is left" vgpu_idle "$uuid_a"
finish
