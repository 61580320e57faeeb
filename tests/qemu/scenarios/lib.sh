#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What scenarios share. A scenario is a script that L1 runs, sources this, and
# prints results as KTAP: one line for each thing that was tried, and the tests
# of a guest indented above the line that sums them up. It ends with "finish".
#
# Environment:
#   MVGPU_GPU   PCI address of the GPU; default 0000:00:10.0, the testbed's

# shellcheck source-path=SCRIPTDIR source=../l2.sh
. /run/mvgpu/testbed/l2.sh
# shellcheck source-path=SCRIPTDIR source=../ktap.sh
. /run/mvgpu/testbed/ktap.sh

here=/payload
gpu=${MVGPU_GPU:-0000:00:10.0}
gpu_dir=/sys/bus/pci/devices/$gpu
mdev_dir=/sys/bus/mdev/devices
# UUIDs of the vGPUs that scenarios create.
# shellcheck disable=SC2034
uuid_a=6d766770-7500-4000-8000-00000000000a
# shellcheck disable=SC2034
uuid_b=6d766770-7500-4000-8000-00000000000b

# finish - close the scenario.
finish()
{
	l2_kill_all
	vgpu_remove_all
	dmesg_check
	echo "1..$results"
	[ "$failures" -eq 0 ]
	exit
}

# Whatever stops a scenario early is a failure: no plan is printed then.
trap 'l2_kill_all' EXIT

dmesg_check()
{
	local dir log

	dmesg >/tmp/dmesg
	try "kernel log of L1 is clean" "$l2_here/dmesg-check.sh" /tmp/dmesg
	for dir in /out/l2/*/; do
		# A guest that powers off leaves its dmesg from just before, since
		# a stock virtio_gpu warns while it goes; others are killed.
		log=$dir/dmesg
		[ -f "$log" ] || log=$dir/console.log
		[ -f "$log" ] || continue
		try "kernel log of guest $(basename "$dir") is clean" \
			"$l2_here/dmesg-check.sh" "$log"
	done
}

# modules_install - put mvgpu's modules where modprobe finds them.
modules_install()
{
	local to

	to=/lib/modules/$(uname -r)
	mkdir -p "$to/updates" && cp "$here"/modules/*.ko "$to/updates/" &&
		cp "$here"/modules/depmod/* "$to/"
}

# mvgpu_install - what "make install" installs
mvgpu_install()
{
	tar -C "$here/install" -c . | tar -C / -x --keep-directory-symlink &&
		depmod -a
}

# mvgpu_at_boot - all GPUs are to be shared.
mvgpu_at_boot()
{
	sed -i 's/^blacklist/#&/; s/^#softdep/softdep/' /etc/modprobe.d/mvgpu.conf
}

# modules_load - all of mvgpu, on the physical GPU.
modules_load()
{
	try "mvgpu's modules can be found" modules_install || finish
	try "modprobe mvgpu_virtio" modprobe mvgpu_virtio
	try "modprobe mvgpu_mdev" modprobe mvgpu_mdev
	try "the GPU offers vGPU types" test -d "$gpu_dir/mdev_supported_types"
}

# gpu_to_drm, gpu_from_drm - give the GPU to DRM's driver, take it away again.
gpu_to_drm()
{
	modprobe virtio_gpu
	[ -e /dev/dri/renderD128 ]
}

gpu_from_drm()
{
	local device

	for device in "$gpu_dir"/virtio*; do
		echo "${device##*/}" >/sys/bus/virtio/drivers/virtio_gpu/unbind ||
			return 1
	done
	modprobe -r virtio_gpu
}

# vgpu_create TYPE UUID, as in: vgpu_create 1of4 "$uuid_a"
vgpu_create()
{
	echo "$2" >"$gpu_dir/mdev_supported_types/virtio-pci-mvgpu_$1/create"
}

vgpu_remove()
{
	echo 1 >"$mdev_dir/$1/remove"
}

vgpu_remove_all()
{
	local dir

	for dir in "$mdev_dir"/*/; do
		[ ! -d "$dir" ] || vgpu_remove "$(basename "$dir")"
	done
}

# vgpu_attr UUID FILE, as in: vgpu_attr "$uuid_a" stats/jobs
vgpu_attr()
{
	cat "$mdev_dir/$1/mvgpu/$2"
}

# vgpu_is UUID FILE VALUE - wait some seconds for an attribute to be that.
vgpu_is()
{
	local tries=50 value

	while [ $tries -gt 0 ]; do
		value=$(vgpu_attr "$1" "$2")
		[ "$value" != "$3" ] || return 0
		tries=$((tries - 1))
		sleep 0.1
	done
	echo "$2 is $value, not $3"
	return 1
}

# between LOW VALUE HIGH
between()
{
	if [ "$2" -lt "$1" ] || [ "$2" -gt "$3" ]; then
		echo "$2 is not in $1 to $3"
		return 1
	fi
}

# vgpu_idle UUID - with nobody there nothing of the tenant may be left.
vgpu_idle()
{
	vgpu_is "$1" state closed && vgpu_is "$1" memory 0 &&
		vgpu_is "$1" stats/pinned_pages 0 &&
		vgpu_is "$1" stats/resources 0
}

# Read by scenarios.
# shellcheck disable=SC2034
draw=$here/guest/mvgpu-draw

# guest_start NAME UUID [OPTION]... -- CMD - a guest whose screen can be seen.
guest_start()
{
	local name=$1 uuid=$2

	shift 2
	l2_start "$name" --vgpu "$uuid" --display on "$@"
}

# guest_said NAME REGEX [SECONDS] - wait for a line of a guest's output.
guest_said()
{
	local name=$1 end=$((SECONDS + ${3:-300}))

	until l2_output "$name" 2>/dev/null | grep -qE -- "$2"; do
		if [ $SECONDS -gt $end ] || ! l2_alive "$name"; then
			echo "$name has not said \"$2\" but:"
			l2_output "$name" | tail -n 20
			l2_console "$name" | tail -n 20
			return 1
		fi
		sleep 0.2
	done
}

# advance NAME - a guest that waits for its /out/next goes on.
advance()
{
	touch "$l2_dir/$1/out/next"
}

# guest_results NAME STATUS WHAT... - a guest's tests, and their sum.
guest_results()
{
	local name=$1 status=$2 said

	shift 2
	said=$(l2_output "$name")
	grep -E '^(ok |not ok |#|1\.\.)' <<<"$said" | sed 's/^/    /'
	if grep -q '^not ok' <<<"$said"; then
		status=1
	elif ! grep -q '^ok' <<<"$said"; then
		note "$name has told no result"
		status=1
	fi
	if [ "$status" -ne 0 ]; then
		note "$name: status $status; it said last:"
		note "$(tail -n 10 <<<"$said")"
		note "$(l2_console "$name" | tail -n 20)"
	fi
	result "$status" "$*"
}

# guest_done NAME SECONDS WHAT... - wait for a guest's end, then its results.
guest_done()
{
	local name=$1 limit=$2 status=0

	shift 2
	l2_wait "$name" "$limit" || status=$?
	guest_results "$name" "$status" "$@"
}

# unrefused NAME - no request of a guest that has ended was answered with an error, says
# its driver: the vGPU's own counters end with it.
unrefused()
{
	local log=$l2_dir/$1/out/dmesg

	[ -s "$log" ] && ! grep -a 'ERROR\* response 0x' "$log"
}

# sums FILE - checksums of what was drawn, as lines that can be compared.
sums()
{
	tr -d '\r' <"$1" | grep -E '^# sum ' | sort
}

# sums_on_gpu NR CMD... - CMD's results on the GPU itself, with NR checksums or
# more, in /tmp/gpu.out
sums_on_gpu()
{
	local want=$1 status=0

	shift
	try "DRM's driver takes the GPU" gpu_to_drm
	"$@" >/tmp/gpu.out 2>&1 || status=$?
	cp /tmp/gpu.out /out/gpu.out
	sed 's/^/    /' /tmp/gpu.out
	result $status "OpenGL on the GPU itself"
	try "there are checksums to compare with" \
		test "$(sums /tmp/gpu.out | wc -l)" -ge "$want"
	try "DRM's driver gives the GPU back" gpu_from_drm
}

# sums_are_equal NAME - are a guest's checksums those of the GPU itself?
sums_are_equal()
{
	diff <(sums /tmp/gpu.out) <(sums "$l2_dir/$1/output")
}

# screen_is NAME [ARGUMENT OF PPMCMP]... - does QEMU show what the guest draws?
#
# What a viewer sees is behind what the guest has drawn by a moment, so look
# again until it is right or time is up.
screen_is()
{
	local name=$1 file=/tmp/$1.ppm tries=10

	shift
	while ! l2_screendump "$name" "$file" vgpu0 ||
	      ! "$here/guest/ppmcmp" "$@" "$file"; do
		tries=$((tries - 1))
		if [ $tries -eq 0 ]; then
			l2_screendump "$name" "/out/wrong-$name.png" vgpu0
			return 1
		fi
		sleep 0.5
	done
}

# shows_its_picture NAME - does QEMU show what mvgpu-gl --show has drawn and read back?
shows_its_picture()
{
	local tries=20

	while ! l2_screendump "$1" "/tmp/$1.ppm" vgpu0 ||
	      ! cmp "/tmp/$1.ppm" "$l2_dir/$1/out/shown.ppm"; do
		tries=$((tries - 1))
		if [ "$tries" -eq 0 ]; then
			l2_screendump "$1" "/out/wrong-$1.png" vgpu0
			pnmtopng "$l2_dir/$1/out/shown.ppm" >"/out/drawn-$1.png"
			return 1
		fi
		sleep 0.5
	done
}
