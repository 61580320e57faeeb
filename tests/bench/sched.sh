#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sched.sh - what the scheduler promises and what it does; build/bench/
#
# Usage: sched.sh [--quick]
#
#   --quick   only the policies on a clock of their own: two minutes
#
# Without it the GPU in software is measured in a kernel, too, in real time (20
# minutes), and the physical GPU with guests on it: its shares (10), and a hang of it
# (5). So that takes 40 minutes in all on two processors with nothing else to do, and
# on a machine that does other work some bounds are not kept.
#
# Each figure is printed as it comes, and all of them with their bounds in a table at
# the end (figures.txt). Drawn are, as SVG and PNG:
#
#   pick-cost   what a pick costs, by the number of vGPUs
#   shares      shares of each second, of jobs from 50 us to 50 ms
#   waits       what a light tenant waits for beside 15 others
#   l1-shares, l1-waits    the same, of the GPU in software in a kernel
#   gpu-shares  shares of the physical GPU in each second, under each policy
#   gpu-waits   what the jobs of two guests that want all of it wait for
#
# Environment:
#   MVGPU_HANGS   how many hangs of the GPU in software (default 500; 10,000 take 25
#                 minutes)

set -eu -o pipefail
# shellcheck source-path=SCRIPTDIR source=../qemu/lib.sh
. "$(dirname "$0")/../qemu/lib.sh"

out=$project/build/bench
shares_log=$project/build/check/l1-6.12-shares.log

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

# plot_waits NAME TITLE RANGE A B - what waits() has made; A and B are the columns' titles.
plot_waits()
{
	plot "$1" "set title \"$2\"
		set xlabel \"ms, by octaves of ns\"
		set ylabel \"percent of waits\"
		set logscale x
		set style fill transparent solid 0.5
		plot [$3] \"$out/$1.dat\" using 1:2 with boxes title \"$4\", \
			\"\" using 1:3 with boxes title \"$5\""
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
	plot_waits waits "Waits of a light tenant beside 15 with jobs to 50 ms" 0.016:1000 \
		"without preemption" "with preemption"
	[ ! -s "$out/l1-shares.dat" ] || draw_l1
	[ ! -s "$out/gpu-shares.dat" ] || draw_gpu
}

draw_l1()
{
	plot l1-shares "$(plot_shares l1-shares "mvgpu_sim in L1, slices of 2 ms" 2 \
		6 "weight 100" 11 300 13 500 14 700 15 1000)"
	plot_waits l1-waits "mvgpu_sim in L1: waits beside 15 others" 0.016:1000 \
		"jobs to 50 ms, with preemption" "jobs to 6.4 ms, without"
}

draw_gpu()
{
	plot gpu-shares "set title \"The physical GPU and two guests that want all of it\"
		set xlabel \"s\"
		set ylabel \"percent of the engine in each second\"
		set yrange [0:110]
		load \"$out/gpu-phases.gp\"
		plot \"$out/gpu-shares.dat\" using 1:2 with lines title \"a\", \
			\"\" using 1:3 with lines title \"b\""
	plot_waits gpu-waits "Waits of both guests' jobs, fair, equal weights" \
		1:64000 a b
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

# shares LOG - each second's as percent. The GPU in software has them once for each length
# of slices; the first is the default.
shares()
{
	awk '/figure: .* slices/ { exit }
	     sub(/^.*# shares: /, "") {
		printf "%d", ++n
		for (i = 1; i <= NF; i++) printf " %.3f", $i * 100
		print ""
	     }' "$1"
}

# phases LOG - for gnuplot: what is written where into the chart of shares.
phases()
{
	awk 'sub(/^.*# phase: /, "") {
		printf "set arrow from %d,0 to %d,110 nohead dashtype 3\n", n, n
		printf "set label \"%s\" at %d,3 rotate by 90\n", $0, n + 4
	     }
	     /# shares: / { n++ }' "$1"
}

# waits LOG - the first two lines of counts, by octaves of ns, as columns of percent.
waits()
{
	awk 'sub(/^.*# waits: /, "") {
		n++
		for (i = 1; i <= NF; i++) { count[n, i] = $i; sum[n] += $i }
		nr = NF
	     }
	     END {
		for (i = 1; i <= nr && n >= 2 && sum[1] && sum[2]; i++)
			printf "%.6f %.3f %.3f\n", 2 ^ (i - 1) / 1000000,
			       100 * count[1, i] / sum[1], 100 * count[2, i] / sum[2]
	     }' "$1"
}

# say - print figures and results of a log as they come.
say()
{
	sed -nuE 's/\r$//
		/^ *(not )?ok /p
		s/^.*# figure: (.*) \| - \| (.*)$/    \1: \2/p
		s/^.*# figure: (.*) \| (.*) \| (.*)$/    \1: \3 (bound: \2)/p'
}

# part TITLE HOW-LONG - of the figures.
part()
{
	printf '\n%s (%s):\n' "$1" "$2"
	echo "$1" >>"$out/figures"
}

# keep LOG - have its figures in the table.
keep()
{
	sed -nE 's/\r$//; s/^.*# figure: (.*) \| (.*) \| (.*)$/\1\t\2\t\3/p' "$1" >>"$out/figures"
}

# table - of all figures so far: in the end, or when it ends early.
# A trap calls it.
# shellcheck disable=SC2317
table()
{
	awk -F '\t' 'NR == FNR {
			if (NF == 3 && length($1) > w) w = length($1)
			if (NF == 3 && length($2) > v) v = length($2)
			next
		}
		NF == 1 { print (FNR == 1 ? "" : "\n") $1 "\n"; next }
		{ printf "%-" w "s  %-" v "s  %s\n", $1, $2, $3 }' \
		"$out/figures" "$out/figures" >"$out/figures.txt"
	rm "$out/figures"
	printf '\nWhat, its bound, and what was seen:\n\n'
	cat "$out/figures.txt"
	printf '\nfigures: build/bench/figures.txt, charts: build/bench/*.svg and .png\n'
}

policies()
{
	local ksrc rc=0

	part "Policies on a clock of their own" "2 minutes"
	ksrc=$("$testbed/source.sh") || return
	"$testbed/chroot.sh" -- make -sk -C tests/sched KSRC="$ksrc" \
		OUT="$project/build/sched" CHARTS="$out" test cost charts |
		tee "$out/sched.log" | say || rc=$?
	awk '/^# vGPUs/ { nr = $3 ", " $4 ", " $5 ", " $6; next }
	     nr && /^# [a-z]+ / {
		print "# figure: " $2 ", a pick, a start and an end of a job with " nr \
			" vGPUs | - | " $3 ", " $4 ", " $5 ", " $6 " ns"
	     }' "$out/sched.log" >"$out/cost.log"
	say <"$out/cost.log"
	pick_cost >"$out/pick-cost.dat"
	keep "$out/sched.log"
	keep "$out/cost.log"
	return "$rc"
}

# In real time. With one processor: those that the machine has to share out would
# stand still for each other.
software_gpu()
{
	local payload rc=0

	part "The GPU in software, in a kernel" "20 minutes"
	payload=$("$testbed/payload.sh" 6.12) || return
	mkdir -p "$out/l1"
	"$testbed/run-l1.sh" --payload "$payload" --out "$out/l1" --no-gpu \
		--smp 1 --timeout 10000 -- \
		env MVGPU_BENCH=1 MVGPU_HANGS="${MVGPU_HANGS:-500}" \
		bash /payload/scenarios/sched.sh 2>&1 | tee "$out/l1.log" | say || rc=$?
	shares "$out/l1.log" >"$out/l1-shares.dat"
	waits "$out/l1.log" >"$out/l1-waits.dat"
	keep "$out/l1.log"
	return "$rc"
}

# physical_gpu SCENARIO - check.sh's step, which it repeats if the emulator failed.
physical_gpu()
{
	local step=$project/build/check/l1-6.12-$1 rc=0

	rm -f "$step".try[123]
	tail -q -n +1 -F --pid=$$ "$step".try{1,2,3} 2>/dev/null | say &
	"$testbed/check.sh" "l1-6.12-$1" || rc=$?
	# For the last ones.
	sleep 1
	keep "$step.log"
	return "$rc"
}

if [ "${1-}" = --draw ]; then
	draw
	exit
fi
quick=''
case ${1-} in
--quick) quick=1 ;;
-h | --help) usage 0 ;;
?*) usage 2 ;;
esac
[ $# -le 1 ] || usage 2

mkdir -p "$out"
rm -f "$out"/*.dat
: >"$out/figures"
trap table EXIT
rc=0
if [ -n "$quick" ]; then
	echo "This takes 2 minutes; without --quick, what a kernel does is measured, too."
else
	echo "This takes 40 minutes on two processors that have nothing else to do."
fi
policies || rc=$?
if [ -z "$quick" ]; then
	software_gpu || rc=$?
	part "Two guests on the physical GPU" "10 minutes"
	physical_gpu shares || rc=$?
	shares "$shares_log" >"$out/gpu-shares.dat"
	phases "$shares_log" >"$out/gpu-phases.gp"
	waits "$shares_log" >"$out/gpu-waits.dat"
	part "A hang of the physical GPU" "5 minutes"
	physical_gpu hang || rc=$?
fi
"$testbed/chroot.sh" -- "$project/tests/bench/sched.sh" --draw
exit "$rc"
