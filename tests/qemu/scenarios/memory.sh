#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A guest's memory grows and shrinks (virtio-mem) beside its vGPU, which draws from
# the new memory and goes on when it is taken away.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

mib=$((1 << 20))

# memory_get - how much of it the guest has plugged in, in bytes
memory_get()
{
	l2_qmp a qom-get '{"path": "/machine/peripheral/more", "property": "size"}'
}

# memory_ask MIB - how much it is to have
memory_ask()
{
	l2_qmp a qom-set "{\"path\": \"/machine/peripheral/more\",
		\"property\": \"requested-size\", \"value\": $(($1 * mib))}"
}

# memory_is FROM TO - wait until it is so many MiB.
memory_is()
{
	local tries=150 got=

	while [ "$tries" -gt 0 ]; do
		got=$(memory_get) || return
		got=$((got / mib))
		[ "$got" -lt "$1" ] || [ "$got" -gt "$2" ] || return 0
		tries=$((tries - 1))
		sleep 0.2
	done
	echo "$got MiB, not $1 to $2"
	return 1
}

modules_load
try "create a vGPU" vgpu_create 1of4 "$uuid_a"

# All memory of its own is below 4 GiB: a zone Normal has nothing but what is plugged
# in, and the kernel takes from there first.
# shellcheck disable=SC2016
guest='
	free()
	{
		awk "/zone +Normal/ { on = 1 } on && /pages free/ { print \$3; exit }" \
			/proc/zoneinfo
	}
	show()
	{
		local pid was

		was=$(free)
		"$draw" "$@" &
		pid=$!
		rm -f /out/next
		until [ -f /out/next ]; do sleep 0.1; done
		echo "# taken $((${was:-0} - $(free)))"
		kill "$pid"
		wait "$pid"
	}
	modprobe virtio_mem
	show pattern 61
	show pattern 62
	"$draw" animate --seed 70 --seconds 20
	show pattern 63'

guest_start a "$uuid_a" --mem 1G,maxmem=2G --append memhp_default_state=online_kernel \
	--qemu-arg -object --qemu-arg memory-backend-ram,id=backing,size=512M \
	--qemu-arg -device \
	--qemu-arg virtio-mem-pci,id=more,memdev=backing,requested-size=0,bus=pcie.0,addr=18 \
	-- "draw=$draw$guest"
try "the guest boots" l2_up a 300 || finish
try "it draws" guest_said a 'ready .*seed=61'
try "its picture is shown" screen_is a --seed 61

try "more memory is offered" memory_ask 384
try "the guest plugs it in" memory_is 384 384
try "the picture is still there" screen_is a --seed 61
advance a
try "the guest draws" guest_said a 'ready .*seed=62'
try "its picture is shown" screen_is a --seed 62
advance a
# A screen of 1280x800 is 1000 pages.
try "it came from the new memory" guest_said a '^# taken [1-9][0-9]{3,}'

try "the guest draws without a break" guest_said a 'ready .*seed=70'
try "memory is wanted back" memory_ask 64
try "the guest gives it back" memory_is 0 192
try "and gets it again" memory_ask 384
try "the guest plugs it in" memory_is 384 384
try "it goes on drawing" guest_said a 'ready .*seed=63'
try "its picture is shown" screen_is a --seed 63
try "the vGPU has seen no error" vgpu_is "$uuid_a" stats/errors 0
try "and was not reset" vgpu_is "$uuid_a" stats/resets 0
advance a
guest_done a 120 "tests in the guest"
try "nothing of the guest is left" vgpu_idle "$uuid_a"
finish
