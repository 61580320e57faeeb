#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Results as KTAP, for scripts that try things, in L1 and outside. Source it. Who does
# prints the plan at its end: $results of them, of which $failures are not ok.

results=0
failures=0

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# figure WHAT BOUND SEEN - a row of the table that tests/bench/sched.sh makes.
figure()
{
	note "figure: $1 | $2 | $3"
}

# result STATUS NAME... - ok if STATUS is 0; returns it.
result()
{
	local status=$1

	shift
	results=$((results + 1))
	if [ "$status" -eq 0 ]; then
		echo "ok $results - $*"
	else
		failures=$((failures + 1))
		echo "not ok $results - $*"
	fi
	return "$status"
}

# try NAME CMD... - a result; what CMD says is shown if it fails.
try()
{
	local name=$1 said status=0

	shift
	said=$("$@" 2>&1) || status=$?
	[ "$status" -eq 0 ] || note "$name: status $status: ${said:-(silent)}"
	result "$status" "$name"
}

# says_nothing CMD... - it succeeds, and any output is a complaint.
says_nothing()
{
	local said

	said=$("$@" 2>&1) && [ -z "$said" ] && return
	echo "$said"
	return 1
}
