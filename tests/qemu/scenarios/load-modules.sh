#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Modules come and go in any order, and a GPU changes hands with DRM's driver.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

types=$gpu_dir/mdev_supported_types
drivers=/sys/bus/virtio/drivers

# The virtio device of the GPU: virtioN.
device=$(basename "$(echo "$gpu_dir"/virtio*)")

driver()
{
	basename "$(readlink "$drivers/../devices/$device/driver")"
}

driver_is()
{
	[ "$(driver)" = "$1" ] || { echo "the driver is $(driver)"; return 1; }
}

load()
{
	insmod "$here/modules/$1.ko"
}

unload()
{
	rmmod "$1"
}

gone()
{
	[ ! -e "$1" ]
}

refused()
{
	! "$@" || { echo "that should have failed: $*"; return 1; }
}

# What insmod does not look for by itself.
modprobe -a mdev vfio vfio_iommu_type1 virtio_dma_buf

round=0
for order in "mvgpu_virtio mvgpu_mdev" "mvgpu_mdev mvgpu_virtio"; do
	for back in "mvgpu_virtio mvgpu_mdev" "mvgpu_mdev mvgpu_virtio"; do
		round=$((round + 1))
		try "round $round: load mvgpu" load mvgpu
		for module in $order; do
			try "round $round: load $module" load "$module"
		done
		try "round $round: the driver is ours" driver_is mvgpu_virtio
		try "round $round: types are there" test -d "$types"
		try "round $round: GPU has attributes" test -r "$gpu_dir/mvgpu/policy"
		try "round $round: mvgpu is in use" refused unload mvgpu
		try "round $round: create a vGPU" vgpu_create 1of4 "$uuid_a"
		try "round $round: its state is closed" \
			vgpu_is "$uuid_a" state closed
		# The last vGPU of a round is left for the modules to remove.
		[ $round -eq 4 ] ||
			try "round $round: remove the vGPU" vgpu_remove "$uuid_a"
		for module in $back; do
			try "round $round: unload $module" unload "$module"
			try "round $round: types are gone" gone "$types"
		done
		try "round $round: no vGPU is left" gone "$mdev_dir/$uuid_a"
		try "round $round: unload mvgpu" unload mvgpu
	done
done

# The way that people load it: by name, with what it needs.
modules_install
cp "$here/modules/mvgpu.modprobe.conf" /etc/modprobe.d/mvgpu.conf
try "modprobe mvgpu_virtio" modprobe mvgpu_virtio
try "types are there, the frontend came along" test -d "$types"
rmmod mvgpu_mdev
try "modprobe -r mvgpu_virtio" modprobe -r mvgpu_virtio
rmmod mvgpu 2>/dev/null

# DRM's driver comes first; the GPU is taken over and given back.
try "load DRM's virtio_gpu" modprobe virtio_gpu
try "the driver is DRM's" driver_is virtio_gpu
try "load mvgpu beside it" modprobe mvgpu_virtio
try "the driver is still DRM's" driver_is virtio_gpu
try "there are no types" gone "$types"

hand_over()
{
	# The console on it holds nothing, but says so in the log.
	echo "$device" >"$drivers/$1/unbind" && echo "$device" >"$drivers/$2/bind"
}

for round in 1 2 3; do
	try "take-over $round" hand_over virtio_gpu mvgpu_virtio
	try "take-over $round: types are there" test -d "$types"
	try "take-over $round: create a vGPU" vgpu_create 1of1 "$uuid_a"
	try "give back $round" hand_over mvgpu_virtio virtio_gpu
	try "give back $round: the vGPU is gone" gone "$mdev_dir/$uuid_a"
	try "give back $round: DRM draws" \
		"$draw" pattern "$round" --hold 0.1
done
try "take it over to the end" hand_over virtio_gpu mvgpu_virtio

# Unbound while a guest draws: the guest is asked to go, and has to.
try "create a vGPU" vgpu_create 1of4 "$uuid_a"
guest_start a "$uuid_a" -- "$draw animate --seconds 300"
try "a guest draws" guest_said a 'ready '
try "a module whose GPU is in use does not unload" refused unload mvgpu_virtio
l2_kill a
try "remove the vGPU" vgpu_remove "$uuid_a"

# Software GPU, beside the physical one and alone.
try "load mvgpu_sim" modprobe mvgpu_sim
try "unload mvgpu_virtio" modprobe -r mvgpu_virtio
try "unload mvgpu_sim" modprobe -r mvgpu_sim
rmmod mvgpu_mdev 2>/dev/null
rmmod mvgpu 2>/dev/null
try "nothing of mvgpu is loaded" refused grep -q ^mvgpu /proc/modules
finish
