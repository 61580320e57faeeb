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

# since T A B - from an older sample to now: $a and $b, tenths of a percent of the time,
# and in thousandths $b_to_a.
since()
{
	sample
	a=$(((on_a - $2) / (t - $1)))
	b=$(((on_b - $3) / (t - $1)))
	b_to_a=$(((on_b - $3) * 1000 / (on_a - $2 + 1)))
}

# measure WHAT - for a while, and tell of each second what charts are drawn from.
measure()
{
	local t on_a on_b i last first

	# A change takes effect with the next job: leave those before it out.
	sleep 1
	note "phase: $1"
	sample
	first=("$t" "$on_a" "$on_b")
	for ((i = 0; i < window; i++)); do
		last=("$t" "$on_a" "$on_b")
		sleep 1
		since "${last[@]}"
		note "$(printf 'shares: %d.%03d %d.%03d' $((a / 1000)) $((a % 1000)) \
			$((b / 1000)) $((b % 1000)))"
	done
	since "${first[@]}"
	figure "$1: a and b, of $window s" - \
		"$((a / 10)).$((a % 10)) and $((b / 10)).$((b % 10)) %"
}

# waits UUID COUNT... - what was added to stats/wait_hist since it was that.
waits()
{
	local before=("${@:2}") now i

	read -ra now < <(vgpu_attr "$1" stats/wait_hist)
	for i in "${!now[@]}"; do
		now[i]=$((now[i] - before[i]))
	done
	note "waits: ${now[*]}"
}

# bounded WHAT LOW VALUE HIGH - a figure in thousandths, and whether it is in its bounds.
bounded()
{
	figure "$1, thousandths" "$2 to $4" "$3"
	try "$1" between "$2" "$3" "$4"
}

# settled - both have begun and want all that there is.
settled()
{
	local t on_a on_b tries=20

	while [ "$tries" -gt 0 ]; do
		sample
		set -- "$t" "$on_a" "$on_b"
		sleep 10
		since "$@"
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

read -ra before_a < <(vgpu_attr "$uuid_a" stats/wait_hist)
read -ra before_b < <(vgpu_attr "$uuid_b" stats/wait_hist)
measure "fair, weights 100 and 100"
waits "$uuid_a" "${before_a[@]}"
waits "$uuid_b" "${before_b[@]}"
bounded "equal weights: a gets half" 485 $((a * 1000 / (a + b))) 515
bounded "equal weights: the GPU is busy" 900 $((a + b)) 1010

try "b has three times the weight" vgpu_set "$uuid_b" weight 300
# A job of 200 ms more or less at the ends is 2.7 percent of this proportion in 40 s.
window=$((3 * window)) measure "fair, weights 100 and 300"
bounded "weights 1 : 3: b gets three times what a gets, within 3 percent" \
	2910 "$b_to_a" 3090
bounded "weights 1 : 3: the GPU is busy" 900 $((a + b)) 1010

try "b has a cap of 20 percent" vgpu_set "$uuid_b" cap 20
measure "fair, b capped to 20"
# Less if jobs of a that cannot be stopped are in its way.
bounded "cap: b gets no more" 90 "$b" 206
bounded "cap: a gets what b may not have" 770 "$a" 920
try "b has no cap" vgpu_set "$uuid_b" cap 0

try "b has a guarantee of 60 percent" vgpu_set "$uuid_b" min 60
try "and no weight" vgpu_set "$uuid_b" weight 1
measure "fair, weights 100 and 1, b guaranteed 60"
bounded "guarantee: b gets it" 580 "$b" 660
try "b has no guarantee" vgpu_set "$uuid_b" min 0

try "policy equal" gpu_set policy equal
measure "equal"
bounded "equal: a gets half, whatever the weights" \
	485 $((a * 1000 / (a + b))) 515

try "policy fixed" gpu_set policy fixed
measure "fixed, both halves"
half=$b
bounded "fixed: a gets its half" 450 "$a" 505
bounded "fixed: b gets its half" 450 "$b" 505
l2_kill a
measure "fixed, b alone"
bounded "fixed: b alone is no faster" $((half - 20)) "$b" 505

try "policy fair" gpu_set policy fair
measure "fair, b alone"
bounded "fair: b alone gets all" 850 "$b" 1010

try "vGPU b has no errors" vgpu_is "$uuid_b" stats/errors 0
l2_kill_all
try "nothing of guest a is left" vgpu_idle "$uuid_a"
try "nothing of guest b is left" vgpu_idle "$uuid_b"
finish
