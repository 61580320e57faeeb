#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How fast is OpenGL for one tenant? The same scenes of glmark2, in one run:
#
#   gpu          on the GPU itself, in L1
#   peer         in a guest of QEMU's own virtio-gpu-gl, on the same GPU
#   passthrough  in a guest that has the whole GPU
#   vgpu         in a guest on a vGPU of type 1of1
#
# passthrough and vgpu run in turns, twice, since the machine below has other
# things to do as well. Then perf tells where L1's time goes while a vGPU draws.
#
# Environment:
#   PERF_SECONDS   of each scene (default 5)

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

seconds=${PERF_SECONDS:-5}
scenes="build:use-vbo=true shading:shading=phong texture:texture-filter=mipmap
	bump:bump-render=normals buffer:update-method=map
	conditionals:fragment-steps=5 loop:fragment-loop=true:fragment-steps=5"
# Not 800x600: glmark2 takes a window of its default size for one that is there.
mark="MVGPU_FRAMES=none MVGPU_FRAMES_MODE=1024x768 LD_PRELOAD=$here/guest/mvgpu-frames.so
	glmark2-es2-drm --off-screen"
for scene in $scenes; do
	mark="$mark -b $scene:duration=$seconds"
done
mark=$(echo "$mark" | xargs)
limit=600

# gpu_to DRIVER - of DRM's virtio_gpu, mvgpu, vfio-pci; it has the GPU now.
gpu_to()
{
	local device

	case $(basename "$(readlink "$gpu_dir/driver")") in
	vfio-pci)
		echo "$gpu" >/sys/bus/pci/drivers/vfio-pci/unbind
		echo >"$gpu_dir/driver_override"
		;;
	virtio-pci)
		modprobe -r mvgpu_mdev mvgpu_virtio 2>/dev/null
		for device in "$gpu_dir"/virtio*; do
			[ ! -e "$device/driver" ] ||
				echo "${device##*/}" >"$device/driver/unbind"
		done
		modprobe -r virtio_gpu
		;;
	esac
	case $1 in
	vfio-pci)
		modprobe vfio_iommu_type1 allow_unsafe_interrupts=1
		modprobe vfio-pci
		[ ! -e "$gpu_dir/driver" ] ||
			echo "$gpu" >/sys/bus/pci/drivers/virtio-pci/unbind
		echo vfio-pci >"$gpu_dir/driver_override"
		echo "$gpu" >/sys/bus/pci/drivers_probe
		;;
	*)
		[ -e "$gpu_dir/driver" ] ||
			echo "$gpu" >/sys/bus/pci/drivers/virtio-pci/bind
		if [ "$1" = mvgpu ]; then
			modprobe mvgpu_virtio && modprobe mvgpu_mdev
		else
			modprobe virtio_gpu
		fi
		;;
	esac
}

# table WAY - of what glmark2 has said on stdin: lines "WAY SCENE FPS".
table()
{
	tr -d '\r' | sed -n "s/^\[\([a-z0-9]*\)\] \(.*\): FPS: *\([0-9]*\) .*/$1 \1:\2 \3/p" |
		sed 's/:duration=[0-9.]*//'
}

# measured WAY - keep what was measured; there must be a figure for each scene.
measured()
{
	table "$1" >/tmp/figures
	cat /tmp/figures >>/tmp/all
	sed 's/^/# fps /' /tmp/figures
	try "$1: each scene has a figure" test \
		"$(wc -l </tmp/figures)" -eq "$(wc -w <<<"$scenes")"
}

# guest WAY NAME OPTION... - boot a guest that runs the scenes.
guest()
{
	local way=$1 name=$2

	shift 2
	l2_start "$name" --mem 1500M "$@" -- "$mark 2>&1"
	try "$way: the guest boots" l2_up "$name" 300
	l2_wait "$name" "$limit" || note "$(l2_output "$name" | tail -n 20)"
	measured "$way" < <(l2_output "$name")
}

# profile - where L1's processors are while a vGPU draws.
profile()
{
	local scene="build:use-vbo=true:duration=60"

	l2_start profile --mem 1500M --vgpu "$uuid_a" -- "${mark%% -b *} -b $scene"
	try "profile: the guest boots" l2_up profile 300
	sleep 10
	perf record -q -a -e cpu-clock -F 199 -o /tmp/perf.data sleep 20
	l2_kill profile
	# By thread: what mvgpu does it does in workers that are called after it.
	perf report -i /tmp/perf.data --stdio --sort comm >/out/perf.txt 2>&1
	grep -E '^ +[0-9]' /out/perf.txt | sed 's/^ */# perf /'
}


# mean WAY SCENE
mean()
{
	awk -v way="$1" -v scene="$2" '$1 == way && $2 == scene {
		sum += $3; n++ } END { printf "%.1f", n ? sum / n : 0 }' /tmp/all
}

summary()
{
	local scene name

	for scene in $scenes; do
		name=$scene
		echo "# $name: gpu $(mean gpu "$name")" \
		     "peer $(mean peer "$name")" \
		     "passthrough $(mean passthrough "$name")" \
		     "vgpu $(mean vgpu "$name")" \
		     "vgpu/passthrough $(awk -v a="$(mean vgpu "$name")" \
			-v b="$(mean passthrough "$name")" \
			'BEGIN { printf "%.3f", b ? a / b : 0 }')"
	done
}

modules_install
: >/tmp/all
try "the GPU goes to DRM's driver" gpu_to virtio_gpu
measured gpu < <(eval "env $mark" 2>&1)
guest peer peer --qemu-arg -device --qemu-arg virtio-gpu-gl-pci \
	--screen egl-headless,rendernode=/dev/dri/renderD128
for round in 1 2; do
	try "the GPU goes to vfio-pci" gpu_to vfio-pci
	guest passthrough "pass$round" --vfio "$gpu"
	try "the GPU goes to mvgpu" gpu_to mvgpu
	try "create a vGPU" vgpu_create 1of1 "$uuid_a"
	guest vgpu "vgpu$round" --vgpu "$uuid_a"
	[ "$round" -eq 1 ] || profile
	vgpu_remove_all
done
summary
finish
