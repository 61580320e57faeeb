#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Guests boot with the vGPU in place under SeaBIOS and under OVMF, which has a
# virtio-gpu driver of its own and hands the device over to the kernel's.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

modules_load
try "create a vGPU" vgpu_create 1of4 "$uuid_a"

seed=60
for firmware in seabios ovmf; do
	seed=$((seed + 1))
	try "$firmware: a guest starts" guest_start "$firmware" "$uuid_a" \
		--firmware "$firmware" -- "$draw pattern $seed --hold 60"
	if [ "$firmware" = ovmf ]; then
		# A picture before the kernel's driver is there is OVMF's.
		sleep 4
		l2_screendump ovmf /out/ovmf.png vgpu0 2>/dev/null &&
			note "what OVMF shows is in ovmf.png"
	fi
	try "$firmware: the guest draws" \
		guest_said "$firmware" "ready .*seed=$seed"
	try "$firmware: its picture is shown" screen_is "$firmware" --seed "$seed"
	l2_kill "$firmware"
	guest_results "$firmware" 0 "$firmware: tests in the guest"
	try "$firmware: nothing of the guest is left" vgpu_idle "$uuid_a"
done
finish
