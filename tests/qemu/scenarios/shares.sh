#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two guests want all of one GPU: what each gets of its time, by the policies and
# parameters of the scheduler, changed while they draw.
#
# Their load is glmark2. As it is, off-screen, it waits for each frame, and a guest's
# processor, which is emulated, is slow: the processors would say who gets what. So it runs
# some frames ahead, as it would with a screen that has buffers for them, and each guest
# has two.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

window=${SHARES_SECONDS:-40}
mark="MVGPU_FRAMES=none MVGPU_FRAMES_AHEAD=4 MVGPU_FRAMES_MODE=1920x1080 LD_PRELOAD=$here/guest/mvgpu-frames.so
	glmark2-es2-drm --off-screen -b terrain:duration=3600"

gpu_set()
{
	echo "$2" >"$gpu_dir/mvgpu/$1"
}

vgpu_set()
{
	echo "$3" >"$mdev_dir/$1/mvgpu/$2"
}

# sample - the clock in us, and how many ns a and b were on the GPU: $t, $on_a, $on_b
#
# Without a process, which would take long to start on a busy machine.
sample()
{
	t=${EPOCHREALTIME/./}
	read -r on_a <"$mdev_dir/$uuid_a/mvgpu/stats/busy_ns"
	read -r on_b <"$mdev_dir/$uuid_b/mvgpu/stats/busy_ns"
}

# measure WHAT - for a while: $a and $b, tenths of a percent of the time, and in
# thousandths $b_to_a.
measure()
{
	local t0 a0 b0 t on_a on_b

	# A change takes effect with the next job: leave those before it out.
	sleep 1
	sample
	t0=$t a0=$on_a b0=$on_b
	sleep "$window"
	sample
	a=$(((on_a - a0) / (t - t0)))
	b=$(((on_b - b0) / (t - t0)))
	b_to_a=$(((on_b - b0) * 1000 / (on_a - a0 + 1)))
	note "$1: $((a / 10)).$((a % 10)) and $((b / 10)).$((b % 10)) percent of $window s"
}

# between LOW VALUE HIGH
between()
{
	if [ "$2" -lt "$1" ] || [ "$2" -gt "$3" ]; then
		echo "$2 is not in $1 to $3"
		return 1
	fi
}

# settled - both have begun and want all that there is.
settled()
{
	local window=10 tries=20

	while [ "$tries" -gt 0 ]; do
		measure "until both draw"
		[ $((a + b)) -lt 970 ] || [ "$a" -lt 300 ] || [ "$b" -lt 300 ] || return 0
		tries=$((tries - 1))
	done
	return 1
}

modules_load
try "create vGPU a of 1of2" vgpu_create 1of2 "$uuid_a"
try "create vGPU b of 1of2" vgpu_create 1of2 "$uuid_b"
for name in a b; do
	uuid=uuid_$name
	guest_start "$name" "${!uuid}" -- "until [ -f /out/go ]; do sleep 0.1; done
		for n in 1 2; do $(echo "$mark" | xargs) & done; wait"
done
for name in a b; do
	try "guest $name boots" l2_up "$name" 300
done
touch "$l2_dir/a/out/go" "$l2_dir/b/out/go"
try "both draw" settled || finish

measure "fair, weights 100 and 100"
try "equal weights: a gets half" between 485 $((a * 1000 / (a + b))) 515
try "equal weights: the GPU is busy" between 900 $((a + b)) 1010

try "b has three times the weight" vgpu_set "$uuid_b" weight 300
# A job of 200 ms more or less at the ends is 2.7 percent of this proportion in 40 s.
window=$((3 * window)) measure "fair, weights 100 and 300"
try "weights 1 : 3: b gets three times what a gets, within 3 percent" \
	between 2910 "$b_to_a" 3090
try "weights 1 : 3: the GPU is busy" between 900 $((a + b)) 1010

try "b has a cap of 20 percent" vgpu_set "$uuid_b" cap 20
measure "fair, b capped to 20"
# Less if jobs of a that cannot be stopped are in its way.
try "cap: b gets no more" between 120 "$b" 206
try "cap: a gets what b may not have" between 770 "$a" 890
try "b has no cap" vgpu_set "$uuid_b" cap 0

try "b has a guarantee of 60 percent" vgpu_set "$uuid_b" min 60
try "and no weight" vgpu_set "$uuid_b" weight 1
measure "fair, weights 100 and 1, b guaranteed 60"
try "guarantee: b gets it" between 580 "$b" 660
try "b has no guarantee" vgpu_set "$uuid_b" min 0

try "policy equal" gpu_set policy equal
measure "equal"
try "equal: a gets half, whatever the weights" \
	between 485 $((a * 1000 / (a + b))) 515

try "policy fixed" gpu_set policy fixed
measure "fixed, both halves"
half=$b
try "fixed: a gets its half" between 450 "$a" 505
try "fixed: b gets its half" between 450 "$b" 505
l2_kill a
measure "fixed, b alone"
try "fixed: b alone is no faster" between $((half - 20)) "$b" 505

try "policy fair" gpu_set policy fair
measure "fair, b alone"
try "fair: b alone gets all" between 850 "$b" 1010

try "vGPU b has no errors" vgpu_is "$uuid_b" stats/errors 0
l2_kill_all
try "nothing of guest a is left" vgpu_idle "$uuid_a"
try "nothing of guest b is left" vgpu_idle "$uuid_b"
finish
