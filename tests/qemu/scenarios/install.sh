#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What "make install" has left, on a host with udev: modules come by themselves,
# mdevctl makes a vGPU, and a QEMU without root's rights takes it.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

drivers=/sys/bus/virtio/drivers
vfio_pci="vfio-pci,sysfsdev=$mdev_dir/$uuid_a"

driver_is()
{
	local of

	of=$(basename "$(readlink "$gpu_dir"/virtio*/driver)")
	[ "$of" = "$1" ] || { echo "the driver is $of"; return 1; }
}

# as_nobody KIB COMMAND... - in group kvm, with so much lockable memory.
as_nobody()
{
	local limit=$1

	shift
	( ulimit -l "$limit" && exec setpriv --reuid nobody --regid nogroup \
		--groups kvm --inh-caps=-all --bounding-set=-all "$@" )
}

qemu_nobody()
{
	as_nobody 65536 timeout 60 qemu-system-x86_64 -nodefaults -machine q35 \
		-accel tcg -m 32M -display none -device "$vfio_pci" "$@"
}

# It takes the device, says so, and goes when it is told to.
qemu_takes_it()
{
	local said

	said=$(printf 'info pci\nquit\n' | qemu_nobody -S -monitor stdio 2>&1)
	grep -q '1af4:1050' <<<"$said" || { echo "$said"; return 1; }
}

qemu_is_told()
{
	local said

	said=$(qemu_nobody -S -monitor none </dev/null 2>&1) && return 1
	grep -qi "busy" <<<"$said" || { echo "$said"; return 1; }
}

try "what \"make install\" installs is there" mvgpu_install
udevadm control --reload
udevadm trigger --action=add --subsystem-match=virtio
udevadm settle
try "nothing takes the GPU that was not told to" test ! -e "$gpu_dir"/virtio*/driver
try "all GPUs are to be shared" mvgpu_at_boot
# As at a boot: udevd looks by itself after some seconds only.
udevadm control --reload

try "the installed modules are found" modinfo -F filename mvgpu_virtio
try "load DRM's virtio_gpu" modprobe virtio_gpu
try "mvgpu_virtio came first, by its softdep" driver_is mvgpu_virtio
try "mvgpu_mdev came along" test -d "$gpu_dir/mdev_supported_types"
modprobe -r mvgpu_mdev mvgpu_virtio
try "mvgpu_virtio gives the GPU back to nobody" test ! -e "$gpu_dir"/virtio*/driver
modprobe -r virtio_gpu
udevadm trigger --action=add --subsystem-match=virtio
udevadm settle
try "udev loads mvgpu_virtio by its alias" driver_is mvgpu_virtio
try "and mvgpu_mdev" test -d "$gpu_dir/mdev_supported_types"
try "/dev/mvgpu is for who monitors" \
	grep -qx 'root:adm 640' <(stat -c '%U:%G %a' /dev/mvgpu)
try "mvgpuctl is there" grep -q "$gpu" <(mvgpuctl list)
try "with its completion" bash -c ". /usr/local/share/bash-completion/completions/mvgpuctl &&
	COMP_LINE='mvgpuctl types ' COMP_POINT=15 && _mvgpuctl 2>/dev/null;
	echo \"\${COMPREPLY[*]}\" | grep -q \"$gpu\""

try "mdevctl shows the types" grep -q virtio-pci-mvgpu_1of4 <(mdevctl types)
try "mdevctl defines a vGPU" mdevctl define --auto --uuid "$uuid_a" \
	--parent "$gpu" --type virtio-pci-mvgpu_1of4
try "mdevctl starts it" mdevctl start --uuid "$uuid_a"
try "mdevctl lists it" grep -q "^$uuid_a $gpu virtio-pci-mvgpu_1of4" <(mdevctl list)
udevadm settle
modprobe vfio_iommu_type1
group=$(basename "$(readlink "$mdev_dir/$uuid_a/iommu_group")")
try "its group belongs to kvm" \
	grep -qx 'root:kvm 660' <(stat -c '%U:%G %a' "/dev/vfio/$group")
try "a QEMU without root's rights takes it" qemu_takes_it
exec 7<>"/dev/vfio/$group"
try "a second user is told that it is busy" qemu_is_told
exec 7>&-
try "mdevctl stops it" mdevctl stop --uuid "$uuid_a"
try "mdevctl forgets it" mdevctl undefine --uuid "$uuid_a"
try "virtio_gpu loads beside it" modprobe virtio_gpu
device=$(basename "$gpu_dir"/virtio*)
try "the GPU is given back" sh -c "echo $device >$drivers/mvgpu_virtio/unbind &&
	echo $device >$drivers/virtio_gpu/bind"
try "DRM draws on it" "$draw" pattern 1 --hold 0.1
finish
