#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Guests boot with the vGPU in place under SeaBIOS and under OVMF, which has a
# virtio-gpu driver of its own and hands the device over to the kernel's.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# firmware_draws NAME JOBS - has it used the vGPU, which had done JOBS before, before
# the guest's kernel was there?
firmware_draws()
{
	local end=$((SECONDS + 300))

	until [ "$(vgpu_attr "$uuid_a" stats/jobs)" -gt "$2" ]; do
		if [ "$SECONDS" -gt "$end" ] || ! l2_alive "$1"; then
			echo "nothing was drawn"
			return 1
		fi
		sleep 0.2
	done
	if grep -q 'Linux version' <(l2_console "$1"); then
		echo "the kernel came first"
		return 1
	fi
	l2_screendump "$1" "/out/$1.png" vgpu0
}

modules_load
try "create a vGPU" vgpu_create 1of4 "$uuid_a"

seed=60
for firmware in seabios ovmf; do
	seed=$((seed + 1))
	jobs=$(vgpu_attr "$uuid_a" stats/jobs)
	try "$firmware: a guest starts" guest_start "$firmware" "$uuid_a" \
		--firmware "$firmware" -- "$draw pattern $seed --hold 60"
	[ "$firmware" = seabios ] ||
		try "ovmf: its own driver draws" firmware_draws ovmf "$jobs"
	try "$firmware: the guest draws" \
		guest_said "$firmware" "ready .*seed=$seed"
	try "$firmware: its picture is shown" screen_is "$firmware" --seed "$seed"
	l2_kill "$firmware"
	guest_results "$firmware" 0 "$firmware: tests in the guest"
	try "$firmware: nothing of the guest is left" vgpu_idle "$uuid_a"
done
finish
