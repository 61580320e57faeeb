#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What scenarios about mvgpuctl share. Source it after lib.sh.

# Read by lib.sh and by those scenarios.
# shellcheck disable=SC2154

ctl=/usr/local/sbin/mvgpuctl
answer=/tmp/answer
complaint=/tmp/complaint

# ctl_install - mvgpuctl and mvgpu's modules, which are not loaded yet.
ctl_install()
{
	modules_install && install -m 755 "$here/install$ctl" "$ctl"
}

# says STATUS REGEX ARG... - mvgpuctl ARG... ends with STATUS and says on standard
# error what matches, and what to do next.
says()
{
	local want=$1 regex=$2 status=0

	shift 2
	"$ctl" "$@" >"$answer" 2>"$complaint" || status=$?
	if [ "$status" -ne "$want" ] || ! grep -qE -- "$regex" "$complaint" ||
	   ! grep -q '^    .' "$complaint"; then
		echo "status $status, not $want, or not /$regex/:"
		cat "$answer" "$complaint"
		return 1
	fi
}

# refuses STATUS REGEX ARG... - as says, and nothing is changed by that.
refuses()
{
	local before after

	before=$("$ctl" list --json)
	says "$@" || return 1
	after=$("$ctl" list --json)
	[ "$before" = "$after" ] || { echo "it was: $before, it is: $after"; return 1; }
}

# json FILTER WANTED ARG... - of mvgpuctl ARG... --json jq's FILTER shows WANTED.
json()
{
	local filter=$1 want=$2 got

	shift 2
	got=$("$ctl" "$@" --json | jq -c "$filter") || return 1
	[ "$got" = "$want" ] || { echo "$got"; return 1; }
}

# doctor_finds VERDICT REGEX COMMAND... - doctor, run by COMMAND, has one such line.
doctor_finds()
{
	local verdict=$1 regex=$2

	shift 2
	"$@" "$ctl" doctor --json >"$answer"
	jq -e --arg v "$verdict" --arg re "$regex" \
		'[.checks[] | select(.verdict == $v and (.what | test($re)))] | length == 1' \
		"$answer" || { cat "$answer"; return 1; }
}

# force_waits VERB ARG... - with a guest on $guest, it is done when that is gone.
force_waits()
{
	local status=0 forced

	"$here/selftests/mvgpu/vgpu_load" "$guest" 120 >/tmp/load 2>&1 &
	load=$!
	vgpu_is "$guest" state running || status=1
	"$ctl" "$@" >"$answer" 2>&1 &
	forced=$!
	sleep 1
	kill -0 "$forced" || status=1
	kill "$load"
	wait "$load"
	wait "$forced" || status=1
	[ ! -e "$mdev_dir/$guest" ] || status=1
	[ "$status" -eq 0 ] || cat "$answer" /tmp/load
	return "$status"
}

# completes LINE WORD... - what bash offers at the end of LINE are these words.
completes()
{
	local line=$1 got want

	shift
	got=$(bash -c '. "$1"; compopt() { :; }
		COMP_LINE=$2; COMP_POINT=${#2}; _mvgpuctl
		printf "%s\n" "${COMPREPLY[@]}"' - "$here"/install/usr/local/share/bash-completion/completions/mvgpuctl \
		"$line" | sort | tr '\n' ' ')
	want=$(printf '%s\n' "$@" | sort | tr '\n' ' ')
	[ "$got" = "$want" ] || { echo "$got"; return 1; }
}
