#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What KubeVirt's virt-handler reads and writes in sysfs, with the names that
# Documentation/kubevirt.yaml has: it finds the types, fills the GPU with one of them,
# knows each vGPU by its group, and removes them. Sources are named in kubevirt.rst.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

yaml=$here/kubevirt.yaml
bus=/sys/class/mdev_bus
id=$(sed -n '/mediatedDeviceTypes:/,/- /s/.*- //p' "$yaml")
selector=$(sed -n 's/.*mdevNameSelector: "\(.*\)"/\1/p' "$yaml")

# name_of DIR - of a type, as KubeVirt compares it: it takes spaces for underscores, in
# the selector, too.
name_of()
{
	tr ' ' _ <"$1/name"
}

# discover WANTED - "PARENT TYPE" of each type that has that directory or name
# (discoverConfigurableMDEVTypes()).
discover()
{
	local dir parent type

	for dir in "$bus"/*/mdev_supported_types/*; do
		type=$(basename "$dir")
		parent=$(basename "$(dirname "$(dirname "$dir")")")
		case $1 in
		"$type" | "$(name_of "$dir")") echo "$parent $type" ;;
		esac
	done
}

# found_once WANTED - one type, on the GPU.
found_once()
{
	local found

	found=$(discover "$1")
	[ "$found" = "$gpu $id" ] || { echo "\"$1\" finds \"$found\""; return 1; }
}

# fill - createMdevTypes()
fill()
{
	local type=$bus/$gpu/mdev_supported_types/$id n

	n=$(cat "$type/available_instances") || return
	while [ "$n" -gt 0 ]; do
		cat /proc/sys/kernel/random/uuid >"$type/create" || return
		n=$((n - 1))
	done
}

# devices - "GROUP UUID PARENT NUMA" of each vGPU that the selector permits
# (discoverPermittedHostMediatedDevices()).
devices()
{
	local link path parent

	for link in "$mdev_dir"/*; do
		[ -L "$link" ] || continue
		[ "$(name_of "$link/mdev_type")" = "${selector// /_}" ] || continue
		path=$(readlink "$link")
		# What is left of a path must have room for a parent.
		[ "$(tr -cd / <<<"$path" | wc -c)" -ge 4 ] || continue
		parent=$(basename "$(dirname "$path")")
		echo "$(basename "$(readlink "$link/iommu_group")")" "$(basename "$link")" \
			"$parent" "$(cat "/sys/bus/pci/devices/$parent/numa_node")"
	done
}

# devices_are NR - so many, all of the GPU, each with a group of its own that a
# container can be given, and a number for the node.
devices_are()
{
	local group uuid parent numa nr=0 said

	said=$(devices)
	while read -r group uuid parent numa; do
		if [ -c "/dev/vfio/$group" ] && [ "${#uuid}" -eq 36 ] &&
		   [ "$parent" = "$gpu" ] && [[ $numa =~ ^-?[0-9]+$ ]]; then
			nr=$((nr + 1))
		fi
	done <<<"$said"
	if [ "$nr" -ne "$1" ] || [ "$(wc -l <<<"$said")" -ne "$1" ] ||
	   [ "$(cut -d' ' -f1 <<<"$said" | sort -u | wc -l)" -ne "$1" ]; then
		echo "$nr are good of: $said"
		return 1
	fi
}

# empty - removeUndesiredMDEVs()
empty()
{
	local group uuid rest

	while read -r group uuid rest; do
		vgpu_remove "$uuid" || return
	done < <(devices)
	[ -z "$(ls "$mdev_dir")" ]
}

modules_load
try "the example names a type and a name" test -n "$id" -a -n "$selector"
try "the type is found by its directory" found_once "$id"
try "and by its name" found_once "${selector// /_}"
for dir in "$gpu_dir"/mdev_supported_types/*; do
	try "no other type is $(cat "$dir/name")" test \
		"$(discover "$(name_of "$dir")" | wc -l)" -eq 1
done
try "the GPU is filled with it" fill
try "nothing more goes in" test \
	"$(cat "$bus/$gpu/mdev_supported_types/$id/available_instances")" -eq 0
try "four devices can be handed out" devices_are 4
guest_start a "$(devices | sed -n '3s/[^ ]* \([^ ]*\).*/\1/p')" -- "$draw pattern 5 --hold 60"
try "a guest draws on one" guest_said a 'ready .*seed=5'
try "its picture is shown" screen_is a --seed 5
l2_kill a
try "all are removed" empty
finish
