#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sched.sh - what the scheduler promises and what it does; build/bench/
#
# Runs the policies on a clock of their own, prints their figures and what a pick
# costs, and draws (SVG and PNG)
#
#   pick-cost   what a pick costs, by the number of vGPUs
#   shares      shares of each second, of jobs from 50 us to 50 ms
#   waits       what a light tenant waits for beside 15 others
#
# With MVGPU_BENCH=1 in the environment the GPU in software is measured in L1, too,
# which takes 45 minutes, most of it for hangs (MVGPU_HANGS: how many, default
# 10,000): its figures are printed, and drawn as l1-shares and l1-waits.

set -eu -o pipefail
# shellcheck source-path=SCRIPTDIR source=../qemu/lib.sh
. "$(dirname "$0")/../qemu/lib.sh"

out=$project/build/bench

# plot NAME COMMANDS - runs in the tree.
plot()
{
	local term

	for term in svg png; do
		gnuplot <<-END
			set terminal $term noenhanced size 800, 500
			set output "$out/$1.$term"
			$2
		END
	done
}

# plot_shares NAME TITLE COLUMN WHAT... - COLUMN of the first tenant; WHAT are numbers of
# tenants and their titles, in turn.
plot_shares()
{
	local name=$1 title=$2 column=$3 lines='' comma=''

	shift 3
	while [ $# -gt 0 ]; do
		lines+="$comma \"$out/$name.dat\" using 1:$((column + $1)) with lines title \"$2\""
		comma=,
		shift 2
	done
	echo "set title \"$title\"
		set xlabel \"s\"
		set ylabel \"percent of the engine in each second\"
		set yrange [0:40]
		plot $lines"
}

draw()
{
	local heavy=(6 "weight 100" 11 300 12 500 13 700 15 1000)

	plot pick-cost "set title \"A pick, a start and an end of a job\"
		set xlabel \"vGPUs with work\"
		set ylabel \"ns\"
		set logscale x 2
		set key left
		plot for [i = 2:5] \"$out/pick-cost.dat\" using 1:i \
			with linespoints title columnheader(i)"
	plot shares "set multiplot layout 1, 2
		$(plot_shares shares "without preemption" 2 "${heavy[@]}")
		$(plot_shares shares "with preemption" 18 "${heavy[@]}")
		unset multiplot"
	plot waits "set title \"Waits of a light tenant beside 15 with jobs to 50 ms\"
		set xlabel \"us, by octaves\"
		set ylabel \"percent of waits\"
		set logscale x 2
		set style fill solid 0.5
		plot [16:1000000] \"$out/waits.dat\" using 1:2 with boxes \
			title \"without preemption\", \
			\"\" using 1:3 with boxes title \"with preemption\""
	[ -s "$out/l1-shares.dat" ] || return 0
	plot l1-shares "$(plot_shares l1-shares "mvgpu_sim in L1, slices of 2 ms" 2 \
		6 "weight 100" 11 300 13 500 14 700 15 1000)"
	plot l1-waits "set title \"mvgpu_sim in L1: waits beside 15 others\"
		set xlabel \"us, by octaves\"
		set ylabel \"percent of waits\"
		set logscale x 2
		set style fill solid 0.5
		plot [16:1000000] \"$out/l1-waits.dat\" using 1:2 with boxes \
			title \"jobs to 50 ms, with preemption\", \
			\"\" using 1:3 with boxes title \"jobs to 6.4 ms, without\""
}

# The table has a row for each policy; gnuplot wants a column for each.
pick_cost()
{
	awk '/^# vGPUs/ { for (i = 3; i <= NF; i++) nr[i - 2] = $i; table = 1; next }
	     table && /^# [a-z]+ / {
		name[++n] = $2
		for (i = 3; i <= NF; i++) cost[n, i - 2] = $i
	     }
	     END {
		printf "vGPUs"
		for (k = 1; k <= n; k++) printf " %s", name[k]
		print ""
		for (i = 1; i in nr; i++) {
			printf "%s", nr[i]
			for (k = 1; k <= n; k++) printf " %s", cost[k, i]
			print ""
		}
	     }' "$out/sched.log"
}

# The scenario says shares once for each length of slices; the first is the default.
l1_shares()
{
	awk '/figure: .* slices/ { exit }
	     sub(/^.*# shares: /, "") {
		printf "%d", ++n
		for (i = 1; i <= NF; i++) printf " %.3f", $i * 100
		print ""
	     }' "$out/l1.log"
}

# Two lines of counts, by octaves of ns, as columns of percent.
l1_waits()
{
	awk 'sub(/^.*# waits: /, "") {
		n++
		for (i = 1; i <= NF; i++) { count[n, i] = $i; sum[n] += $i }
		nr = NF
	     }
	     END {
		for (i = 1; i <= nr && n == 2 && sum[1] && sum[2]; i++)
			printf "%.3f %.3f %.3f\n", 2 ^ (i - 1) / 1000,
			       100 * count[1, i] / sum[1], 100 * count[2, i] / sum[2]
	     }' "$out/l1.log"
}

# In real time. With one processor: those that the machine has to share out would
# stand still for each other.
l1()
{
	local payload rc=0

	payload=$("$testbed/payload.sh" 6.12)
	mkdir -p "$out/l1"
	echo "In a kernel, in real time, which takes 45 minutes (build/bench/l1.log):"
	"$testbed/run-l1.sh" --payload "$payload" --out "$out/l1" --no-gpu \
		--smp 1 --timeout 10000 -- \
		env MVGPU_BENCH=1 MVGPU_HANGS="${MVGPU_HANGS:-10000}" \
		bash /payload/scenarios/sched.sh 2>&1 | tee "$out/l1.log" |
		sed -nu -E 's/# figure: /# /p; t; /^ *(not )?ok /p' ||
		rc=$?
	l1_shares >"$out/l1-shares.dat"
	l1_waits >"$out/l1-waits.dat"
	return "$rc"
}

if [ "${1-}" = --draw ]; then
	draw
	exit
fi
[ $# -eq 0 ] || usage 2

mkdir -p "$out"
rm -f "$out"/*.dat
ksrc=$("$testbed/source.sh")
rc=0
"$testbed/chroot.sh" -- make -s -C tests/sched KSRC="$ksrc" \
	OUT="$project/build/sched" CHARTS="$out" test charts >"$out/sched.log" ||
	rc=$?
echo "On a clock of their own (build/bench/sched.log):"
grep -v '^1\.\.' "$out/sched.log"
pick_cost >"$out/pick-cost.dat"
[ -z "${MVGPU_BENCH-}" ] || l1 || rc=$?
"$testbed/chroot.sh" -- "$project/tests/bench/sched.sh" --draw
echo "charts: build/bench/*.svg and .png"
exit "$rc"
