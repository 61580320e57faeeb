#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mvgpuctl takes the physical GPU from DRM's driver and gives it back. Beside it is a second
# one, which the text console is not on.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ctl.sh
. "$(dirname "$0")/ctl.sh"

other=0000:00:11.0

# driver_is DRIVER [ADDR] - whose it is; DRIVER may be "".
driver_is()
{
	local of

	of=$(basename "$(readlink "/sys/bus/pci/devices/${2-$gpu}"/virtio*/driver)")
	[ "$of" = "$1" ] || { echo "the driver is $of"; return 1; }
}

# adopt_leaves FILE - it is the GPU's, and open in this shell.
adopt_leaves()
{
	[ -e "$1" ] || { echo "there is no $1"; return 1; }
	exec 8<"$1"
	says 5 "process $BASHPID .*$1 open" adopt "$gpu" &&
		driver_is virtio_gpu
	local status=$?
	exec 8<&-
	return "$status"
}

# console_of_fb - the directory of the text console that is on framebuffers.
console_of_fb()
{
	local dir

	for dir in /sys/class/vtconsole/vtcon*; do
		if grep -q 'frame buffer' "$dir/name" && grep -q 1 "$dir/bind"; then
			echo "$dir"
		fi
	done
}

# The text console leaves framebuffers, if it is on one.
console_off()
{
	local console

	console=$(console_of_fb)
	[ -z "$console" ] || echo 0 >"$console/bind"
}

# adopt_fails REGEX DRIVER... - these drivers take nothing: adopt says so and what became
# of the GPU.
adopt_fails()
{
	local why=$1 driver status=0

	shift
	console_off
	for driver; do
		mount --bind /dev/full "/sys/bus/virtio/drivers/$driver/bind" || status=1
	done
	says 1 "$why" adopt "$gpu" || status=1
	for driver; do
		umount "/sys/bus/virtio/drivers/$driver/bind" || status=1
	done
	return "$status"
}

# It is not taken but by force.
adopt_forced()
{
	exec 8<>/dev/dri/renderD128
	"$ctl" adopt --force "$gpu" && driver_is mvgpu_virtio
	local status=$?
	exec 8<&-
	return "$status"
}

ctl_install
modprobe vfio_iommu_type1
try "adopt wants the driver" says 6 'mvgpu_virtio is not loaded' adopt "$gpu"
modprobe virtio_gpu
modprobe mvgpu_virtio
modprobe mvgpu_mdev
try "DRM has the GPU" driver_is virtio_gpu
# The text console is on it, as on any host with a screen.
console=$(console_of_fb)
if [ -n "$console" ]; then
	try "adopt leaves the console its GPU" says 5 'text console' adopt "$gpu"
	try "and so it is" driver_is virtio_gpu
	try "but not another GPU" json '.driver' '"mvgpu_virtio"' adopt "$other"
	try "mvgpu has that" driver_is mvgpu_virtio "$other"
	try "release of it" json '.driver' '"virtio_gpu"' release "$other"
	try "DRM has it" driver_is virtio_gpu "$other"
	try "and still the one with the console" driver_is virtio_gpu
	console_off
fi
try "adopt says who uses it" adopt_leaves /dev/dri/renderD128
try "and who uses its framebuffer" adopt_leaves \
	"/dev/$(basename "$gpu_dir"/graphics/fb*)"
try "doctor tells that DRM has it" doctor_finds warning \
	"$(basename "$gpu_dir"/virtio*) is not shared: it has virtio_gpu" env
try "completion of a PCI address, behind its last colon" \
	completes "mvgpuctl adopt ${gpu%:*}:" "${gpu##*:}" "${other##*:}"
try "adopt --force takes it all the same" adopt_forced
"$ctl" release "$gpu"
try "where mvgpu does not take it, its driver has it back" \
	adopt_fails 'mvgpu_virtio does not take .*its old driver has it again' mvgpu_virtio
try "so it is" driver_is virtio_gpu
try "where neither does, that is told" \
	adopt_fails 'nor does its old driver: it has none now' mvgpu_virtio virtio_gpu
try "it has none" driver_is ""
try "and nothing but that is lost" \
	adopt_fails 'it has no driver, as before' mvgpu_virtio
"$ctl" adopt "$gpu"
try "who has no driver can be adopted" driver_is mvgpu_virtio
"$ctl" release "$gpu"
# It is on the new framebuffer.
console_off
try "adopt" json '.driver' '"mvgpu_virtio"' adopt "$gpu"
try "mvgpu has the GPU" driver_is mvgpu_virtio
try "adopt again is no harm" "$ctl" adopt "$gpu"
try "list shows it" json '[.gpus[] | [.name, .bus, .backend]]' "[[\"$gpu\",\"pci\",\"virtio\"]]" list
try "doctor says that there is no IOMMU, and what that is to mvgpu" doctor_finds ok \
	"GPU $gpu can reach all memory: there is no IOMMU, and vGPUs need none" env
try "and what to do if one is wanted" grep -q '"next": "if the GPU itself is not trusted' "$answer"
likewise=${gpu:0:4}$(cut -c 5- /proc/sys/kernel/random/uuid)
"$ctl" create --uuid "$likewise" 1of2 >"$answer"
for verb in show stat trace; do
	try "$verb of what a GPU and a vGPU begin with" \
		refuses 2 "GPU $gpu and vGPU $likewise" "$verb" "${gpu:0:4}"
done
try "but a name is a name" json '.name' "\"$gpu\"" show "$gpu"
"$ctl" destroy "$likewise"
try "a vGPU on it" "$ctl" create --uuid "$uuid_a" 1of2
try "release with a vGPU is refused" refuses 5 'has 1 vGPU' release "$gpu"
guest=$uuid_a
export MVGPU_PARENT=$gpu_dir
try "release --force waits for its VM" force_waits release --force "$gpu"
try "DRM has the GPU again" driver_is virtio_gpu
try "adopt of nothing" says 2 'wants one device' adopt
try "and draws on it" "$draw" pattern 1 --hold 0.1
try "release of what is not ours" says 3 'no GPU' release "$gpu"
try "adopt of what is no GPU" says 3 'no virtio-gpu' adopt 0000:00:00.0
finish
