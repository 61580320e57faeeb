#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A guest gives the physical GPU a job that takes much longer than job_timeout_ms,
# while another guest draws: what happens to whom, and how long it takes.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Some 30 ms each, so 12 s. One without an end: HANG_ROUNDS=1000000
rounds=${HANG_ROUNDS:-400}
# QEMU resets the GPU when it is through with what it has.
seconds=${HANG_SECONDS:-120}

gpu_resets()
{
	cat "$gpu_dir/mvgpu/stats/resets"
}

# noticed - ms of L1's clock at which the kernel said so, since it began to run
noticed()
{
	dmesg | sed -nE 's/^\[ *([0-9]+)\.([0-9]{3}).* a job ran for too long: .*/\1\2/p' |
		head -n 1
}

# uptime_ms - L1's clock, as the kernel's log has it
uptime_ms()
{
	local up

	read -r up _ </proc/uptime
	echo "${up/./}0"
}

# resets_in SECONDS - wait for the first.
resets_in()
{
	local end=$((SECONDS + $1))

	until [ "$(gpu_resets)" -gt 0 ]; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# answered_badly UUID - within some seconds requests of it are answered with errors.
answered_badly()
{
	local end=$((SECONDS + 10))

	until [ "$(vgpu_attr "$1" stats/errors)" -gt 0 ]; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

modules_load
try "create vGPU a of 1of4" vgpu_create 1of4 "$uuid_a"
try "create vGPU b of 1of4" vgpu_create 1of4 "$uuid_b"
guest_start a "$uuid_a" -- "until [ -f /out/go ]; do sleep 0.1; done
	$here/guest/mvgpu-gl --load 5 --rounds $rounds"
guest_start b "$uuid_b" -- "until [ -f /out/go ]; do sleep 0.1; done
	$here/guest/mvgpu-gl --load 600"
try "guest a boots" l2_up a 300
try "guest b boots" l2_up b 300
touch "$l2_dir/b/out/go"
try "guest b draws" guest_said b '^# ready load'
limit=$(cat "$gpu_dir/mvgpu/job_timeout_ms")

touch "$l2_dir/a/out/go"
try "guest a begins" guest_said a '^# ready load'
start=$(uptime_ms)
try "the GPU is reset" resets_in "$seconds"
end=$(uptime_ms)
at=$(noticed)
figure "jobs of $rounds rounds, job_timeout_ms $limit: noticed after" \
	"$((limit + 3000)) ms" "$((at - start)) ms"
figure "likewise, the GPU is reset after" "$seconds s" "$((end - start)) ms"
# The machine is an emulated one, and the guest said that it began through a console.
try "it was noticed in time" between 0 $((at - start)) $((limit + 3000))
try "jobs of a were answered with errors" answered_badly "$uuid_a"
try "and those of b" answered_badly "$uuid_b"
for name in a b; do
	uuid=uuid_$name
	note "vGPU $name: state $(vgpu_attr "${!uuid}" state)," \
	     "resets $(vgpu_attr "${!uuid}" stats/resets)," \
	     "errors $(vgpu_attr "${!uuid}" stats/errors)"
done
try "it counts against a" vgpu_is "$uuid_a" stats/resets 1
try "and not against b" vgpu_is "$uuid_b" stats/resets 0

# The stock driver of both has lost all that it had: they boot again.
for name in a b; do
	l2_kill "$name"
	uuid=uuid_$name
	try "nothing of guest $name is left" vgpu_idle "${!uuid}"
done
for name in a b; do
	uuid=uuid_$name
	guest_start "$name" "${!uuid}" -- "$here/guest/mvgpu-gl --load 5"
done
guest_done a 300 "guest a boots again, and draws"
guest_done b 300 "guest b boots again, and draws"
try "the GPU was reset once" test "$(gpu_resets)" -eq 1
finish
