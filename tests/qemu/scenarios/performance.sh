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
# Two figures have a bound. A vGPU is as fast as passthrough, within 3 percent: in the
# mean of the scenes that are bound by drawing, since single ones differ by a quarter from
# run to run. And mvgpu_proto_control, which checks and translates requests, takes 5
# percent of the time of L1's processors at most.
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
# Of these buffer has its vertices sent anew for each frame; all others only draw.
sending=buffer:update-method=map
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

# share SYMBOL - of L1's time what profile_by has found for it and all that it calls.
share()
{
	awk -v symbol="$1" '$NF == symbol { print $4; exit }' /out/perf-sym.txt
}

# profile SCENE - where L1's processors are while a vGPU draws, and what its jobs wait for.
profile()
{
	local name=${1%%:*} jobs busy wait t part

	l2_start profile --mem 1500M --vgpu "$uuid_a" -- "${mark%% -b *} -b $1:duration=60"
	try "profile: the guest boots" l2_up profile 300
	sleep 10
	t=${EPOCHREALTIME/./}
	jobs=$(vgpu_attr "$uuid_a" stats/jobs)
	busy=$(vgpu_attr "$uuid_a" stats/busy_ns)
	wait=$(vgpu_attr "$uuid_a" stats/wait_ns)
	perf record -q -a -g -e cpu-clock -F 199 -o /tmp/perf.data sleep 20
	jobs=$(($(vgpu_attr "$uuid_a" stats/jobs) - jobs))
	busy=$(($(vgpu_attr "$uuid_a" stats/busy_ns) - busy))
	wait=$(($(vgpu_attr "$uuid_a" stats/wait_ns) - wait))
	t=$((${EPOCHREALTIME/./} - t))
	note "perf, $1, $((t / 1000)) ms: $jobs jobs, $((busy / 1000000)) ms on the GPU," \
	     "$((wait / 1000000)) ms on the way there"
	l2_kill profile
	profile_by comm --no-children
	# With what they call. Modules are told by kallsyms only.
	profile_by sym --children | grep -E ' mvgpu_| virtqueue_notify'
	part=$(share mvgpu_proto_control)
	figure "$name: mvgpu_proto_control and what it calls, of L1's time" "5.00%" "$part"
	part=${part/./}
	# Not found is not little.
	try "$name: checks and translation take 5 percent at most" \
		test "${part%\%}" -le 500
}

# profile_by KEY OPTION - those that have a thousandth of the time or more.
profile_by()
{
	perf report -i /tmp/perf.data --stdio -g none --sort "$1" "$2" \
		--kallsyms=/proc/kallsyms 2>/dev/null |
		sed -nE "s/^ +([0-9])/# perf $1 \1/p" |
		tee "/out/perf-$1.txt" | grep -v "^# perf $1 0\.0"
}

# mean WAY SCENE
mean()
{
	awk -v way="$1" -v scene="$2" '$1 == way && $2 == scene {
		sum += $3; n++ } END { printf "%.1f", n ? sum / n : 0 }' /tmp/all
}

# ratio SCENE - of a vGPU's frames to those of passthrough
ratio()
{
	awk -v a="$(mean vgpu "$1")" -v b="$(mean passthrough "$1")" \
		'BEGIN { printf "%.3f\n", b ? a / b : 0 }'
}

# mean_ratio - of the scenes that are bound by drawing
mean_ratio()
{
	local scene

	for scene in $scenes; do
		[ "$scene" = "$sending" ] || ratio "$scene"
	done | awk '{ sum += $1 } END { printf "%.3f", NR ? sum / NR : 0 }'
}

summary()
{
	local name all

	for name in $scenes; do
		echo "# $name: gpu $(mean gpu "$name")" \
		     "peer $(mean peer "$name")" \
		     "passthrough $(mean passthrough "$name")" \
		     "vgpu $(mean vgpu "$name")" \
		     "vgpu/passthrough $(ratio "$name")"
	done
	all=$(mean_ratio)
	figure "vGPU/passthrough, mean of the scenes but ${sending%%:*}" 0.970 "$all"
	try "a vGPU is as fast as passthrough, within 3 percent" \
		test "${all/./}" -ge 970
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
	[ "$round" -eq 1 ] || for scene in build:use-vbo=true "$sending"; do
		profile "$scene"
	done
	vgpu_remove_all
done
summary
finish
