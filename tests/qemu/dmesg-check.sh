#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# dmesg-check.sh - fail if a kernel log tells of a bug
#
# Usage: dmesg-check.sh [--allow FILE] LOG...
#
# Prints each line that does, with the lines that follow it, and exits with 1.
# What stock kernels say in the testbed without mvgpu is in dmesg.allow, extended
# regular expressions, each with its reason; an empty or missing LOG is an error,
# since it proves nothing.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

bad='WARNING: |BUG: |\bOops\b|Kernel panic|general protection|double fault'
bad="$bad|KASAN|KFENCE|UBSAN|kmemleak: [0-9]+ new suspected|refcount_t:"
bad="$bad|possible (recursive locking|circular locking|irq lock|deadlock)"
bad="$bad|lockdep|INFO: (inconsistent|possible|suspicious|trying to register)"
bad="$bad|suspicious RCU|bad unlock balance|lock held when returning"
bad="$bad|blocked for more than|self-detected stall|detected stalls"
bad="$bad|soft lockup|hard LOCKUP|workqueue lockup|rcu: INFO"
bad="$bad|list_(add|del) corruption|scheduling while atomic"
bad="$bad|sleeping function called|Bad page state|page allocation failure"
bad="$bad|DMA-API: |ODEBUG|segfault at|Unable to handle|kernel BUG at"
bad="$bad|unreferenced object|Unknown symbol|disagrees about version"

allow=$testbed/dmesg.allow
if [ "${1-}" = --allow ]; then
	need $# "$1"
	allow=$2
	shift 2
fi
case ${1-} in
'') usage 2 ;;
--help) usage 0 ;;
esac

rules=$(mktemp)
trap 'rm -f "$rules"' EXIT
sed '/^#/d;/^[[:space:]]*$/d' "$allow" >"$rules"
# No rule at all would match every line.
[ -s "$rules" ] || echo '^[^[:print:][:cntrl:]]$' >"$rules"

rc=0
for log in "$@"; do
	[ -s "$log" ] || die "$log is empty or missing" \
		"a log that is not there proves nothing"
	hits=$(grep -anE -- "$bad" "$log" | grep -avEf "$rules" | head -n 20 || :)
	[ -n "$hits" ] || continue
	rc=1
	echo "$log tells of a bug:"
	printf '%s\n' "$hits"
	first=${hits%%:*}
	echo "from its first one on:"
	tail -n "+$first" "$log" | head -n 40 | sed 's/^/    /'
done
exit "$rc"
