#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# demo.sh - see two virtual machines draw on one GPU, on any machine
#
# Usage: demo.sh [KERNEL]	(6.12, the default, or 7.3: of the hypervisor)
#
# Boots a hypervisor with a GPU in QEMU, creates two vGPUs on it, boots a guest
# on each, lets both draw at once, and leaves pictures of their screens and all
# logs in build/demo/. Takes two to four minutes, and some more the first time,
# when it downloads Debian.

set -eu -o pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

out=$project/build/demo

# What L1 says, as it comes: progress, and what makes the table.
follow()
{
	local line

	while read -r line; do
		# L1's console ends its lines as a terminal does.
		line=${line%$'\r'}
		case $line in
		"step "*) step "${line#step }" ;;
		"row "*) echo "${line#row }" >>"$out/rows" ;;
		*) echo "$line" >>"$out/l1.log" ;;
		esac
	done
}

report()
{
	local name type frames jobs busy wait same rc=0 n=0

	printf '\n%-8s %-6s %8s %8s %14s %14s  %s\n' guest type frames jobs \
		'GPU time (ms)' 'waited (ms)' 'screen is what was drawn'
	while read -r name type frames jobs busy wait same; do
		printf '%-8s %-6s %8d %8d %14d %14d  %s\n' "$name" "$type" \
			"$frames" "$jobs" $((busy / 1000000)) \
			$((wait / 1000000)) "$same"
		n=$((n + 1))
		[ "$same" = yes ] && [ "$frames" -gt 0 ] && [ "$busy" -gt 0 ] ||
			rc=1
	done <"$out/rows"
	[ "$n" -eq 2 ] || rc=1
	printf '\n'
	for name in guest1 guest2; do
		[ -s "$out/$name.png" ] || rc=1
		echo "what $name shows:  build/demo/$name.png" \
		     "(and $name-pattern.png)"
	done
	echo "logs:               build/demo/"
	return "$rc"
}

case ${1-6.12} in
-h | --help) usage 0 ;;
-*) usage 2 ;;
esac
kernel=${1-6.12}

rm -rf "$out"
mkdir -p "$out"
: >"$out/rows"
: >"$out/l1.log"
payload=$("$testbed/payload.sh" "$kernel")
rc=0
"$testbed/run-l1.sh" --kernel "$kernel" --payload "$payload" --out "$out" \
	--timeout 900 -- bash /payload/scenarios/demo.sh |
	follow || rc=$?
[ "$rc" -eq 0 ] || die "the demo failed" "see build/demo/l1.log," \
	"build/demo/console.log and build/demo/l2/"
report || die "a guest's screen is not what it has drawn" \
	"see build/demo/l1.log and build/demo/l2/"
