#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sched.sh - what the scheduler promises and what it does; build/bench/
#
# Runs the policies on a clock of their own and prints the figures, and what a
# pick costs. Where gnuplot is in the Debian tree, draws that as pick-cost.svg and
# pick-cost.png, too.

set -eu
# shellcheck source-path=SCRIPTDIR source=../qemu/lib.sh
. "$(dirname "$0")/../qemu/lib.sh"

out=$project/build/bench

# Runs in the tree.
draw()
{
	local term

	for term in svg png; do
		gnuplot <<-END
			set terminal $term size 800, 500
			set output "$out/pick-cost.$term"
			set title "A pick, a start and an end of a job"
			set xlabel "vGPUs with work"
			set ylabel "ns"
			set logscale x 2
			set key left
			plot for [i = 2:5] "$out/pick-cost.dat" using 1:i \
				with linespoints title columnheader(i)
		END
	done
}

if [ "${1-}" = --draw ]; then
	draw
	exit
fi
[ $# -eq 0 ] || usage 2

mkdir -p "$out"
ksrc=$("$testbed/source.sh")
"$testbed/chroot.sh" -- make -s -C tests/sched KSRC="$ksrc" \
	OUT="$project/build/sched" test >"$out/sched.log"
grep -v '^1\.\.' "$out/sched.log"

# The table has a row for each policy; gnuplot wants a column for each.
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
     }' "$out/sched.log" >"$out/pick-cost.dat"
if "$testbed/chroot.sh" -- sh -c 'command -v gnuplot' >/dev/null; then
	"$testbed/chroot.sh" -- "$project/tests/bench/sched.sh" --draw
	echo "charts: build/bench/pick-cost.svg and .png"
else
	echo "gnuplot is not in the Debian tree: no charts"
fi
