#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The hypervisor reboots, and the vGPUs that mdevctl has written down are back, with
# their parameters. Runs once in each boot: L1's disk is memory, so what a disk would
# keep (what "make install" has left, and /etc/mdevctl.d) is put back by hand.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

kept=/out/kept
uuids=6d766770-7500-4000-8000-00000000010
# Weight, cap and min of each.
parameters=("300 0 10" "50 40 0" "1000 5 5" "1 0 0")

# vgpus - all there are, with what an admin has set.
vgpus()
{
	mvgpuctl list --json | jq -S '[.gpus[].vgpus[] |
		{uuid, type, weight, cap, min}] | sort_by(.uuid)'
}

# as_defined - are the first boot's vGPUs what they are meant to be?
as_defined()
{
	diff <(printf '%s\n' "${parameters[@]}") \
		<(jq -r '.[] | "\(.weight) \(.cap) \(.min)"' "$kept/vgpus")
}

types()
{
	(cd "$gpu_dir/mdev_supported_types" && grep -H . ./*/name ./*/description ./*/device_api)
}

same()
{
	diff <("$1") "$kept/$1"
}

disk()
{
	mvgpu_install && mvgpu_at_boot
	[ ! -d "$kept/mdevctl.d" ] || cp -a "$kept/mdevctl.d" /etc/
	udevadm control --reload
}

# define NR TYPE - with the parameters of that number, and start it.
define()
{
	local uuid=$uuids$1 name value

	mdevctl define --auto --uuid "$uuid" --parent "$gpu" \
		--type "virtio-pci-mvgpu_$2" || return
	read -ra value <<<"${parameters[$1]}"
	for name in weight cap min; do
		mdevctl modify --uuid "$uuid" --addattr "mvgpu/$name" \
			--value "${value[0]}" || return
		value=("${value[@]:1}")
	done
	mdevctl start --uuid "$uuid"
}

# back - are all there, with their parameters? It starts no process to find out: on
# emulated processors that would take the time that is measured.
back()
{
	local nr dir weight cap min

	for nr in "${!parameters[@]}"; do
		dir=$mdev_dir/$uuids$nr/mvgpu
		[ -e "$dir/min" ] || return
		read -r weight <"$dir/weight"
		read -r cap <"$dir/cap"
		read -r min <"$dir/min"
		[ "$weight $cap $min" = "${parameters[nr]}" ] || return
	done
}

disk
if [ ! -d "$kept" ]; then
	udevadm trigger --action=add
	udevadm settle
	try "udev gives the GPU to mvgpu" test -d "$gpu_dir/mdev_supported_types"
	try "define a vGPU of a quarter" define 0 1of4
	try "one of an eighth" define 1 1of8
	try "two of a sixteenth" define 2 1of16
	try "the other" define 3 1of16
	mkdir "$kept"
	vgpus >"$kept/vgpus"
	types >"$kept/types"
	note "$(jq -c . "$kept/vgpus")"
	try "they are there, as they were defined" as_defined
	try "there are types" test "$(wc -l <"$kept/types")" -ge 21
	cp -a /etc/mdevctl.d "$kept/"
	echo "results=$results failures=$failures" >"$kept/state"
	sync
	busybox reboot -f
	sleep 600
	exit 1
fi

# As far as the other boot came.
# shellcheck disable=SC1091
. "$kept/state"
try "it is the second boot" test "$(awk '{ print int($1) }' /proc/uptime)" -lt 200
try "there are no vGPUs yet" test -z "$(ls "$mdev_dir" 2>/dev/null)"
mkfifo /run/never
exec 4<>/run/never
start=${EPOCHREALTIME/./}
# What a system does when it boots.
udevadm trigger --action=add
until back; do
	ms=$(((${EPOCHREALTIME/./} - start) / 1000))
	[ "$ms" -lt 60000 ] || break
	# Nothing ever comes: a sleep without a process.
	read -rt 0.05 -u 4 || :
done
ms=$(((${EPOCHREALTIME/./} - start) / 1000))
note "back after $ms ms"
try "the same vGPUs are there, with their parameters" same vgpus
try "within 5 s" test "$ms" -le 5000
try "types are what they were" same types

guest_start a "${uuids}0" -- "$here/guest/mvgpu-gl product && $draw pattern 7 --hold 600"
try "a guest boots on one of them" l2_up a 450
try "it renders, and draws" guest_said a 'ready .*seed=7'
try "its picture is shown" screen_is a --seed 7
l2_kill_all
guest_results a 0 "tests in the guest"
finish
