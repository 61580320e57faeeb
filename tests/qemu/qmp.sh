#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# QMP, the monitor protocol of QEMU, for the shell. Source it; needs socat, jq.
# The one who waits is the shell: nothing here lasts longer than qmp_patience.

qmp_patience=${qmp_patience:-30}

# qmp SOCKET COMMAND [ARGUMENTS] - run a QMP command; ARGUMENTS is a JSON object.
# Prints what it returns, or its error message with status 1.
qmp()
{
	local sock=$1 request line='' reply='' in to pid

	request=$(jq -nc --arg c "$2" --argjson a "${3:-{\}}" \
		'{execute: $c, arguments: $a, id: "mvgpu"}') || return 1
	# Processes that QEMU sees come and go one at a time: a socket serves one.
	coproc qmp_peer { exec socat - "UNIX-CONNECT:$sock" 2>&1; }
	# shellcheck disable=SC2154
	in=${qmp_peer[0]} to=${qmp_peer[1]} pid=$qmp_peer_PID
	{
		printf '{"execute": "qmp_capabilities"}\n%s\n' "$request" >&"$to"
	} 2>/dev/null || :
	while read -r -t "$qmp_patience" -u "$in" line; do
		case $line in
		*'"id": "mvgpu"'*)
			reply=$line
			break
			;;
		'{'*) ;;
		*) break ;;
		esac
	done
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null

	if [ -z "$reply" ]; then
		echo "no answer to $2 from $sock: ${line:-silence}" >&2
		return 1
	fi
	if ! jq -e 'has("return")' <<<"$reply" >/dev/null; then
		jq -r '.error.desc' <<<"$reply" >&2
		return 1
	fi
	jq -Mc '.return' <<<"$reply"
}

# hmp SOCKET COMMAND-LINE - run a command of the human monitor by way of QMP.
hmp()
{
	local reply

	reply=$(qmp "$1" human-monitor-command \
		"$(jq -nc --arg c "$2" '{"command-line": $c}')") || return 1
	jq -r . <<<"$reply" | tr -d '\r' | sed '/^$/d'
}

# screendump SOCKET FILE [DEVICE [HEAD]] - a picture, PNG if FILE ends so, or PPM.
screendump()
{
	local format=ppm

	[ "${2%.png}" = "$2" ] || format=png
	qmp "$1" screendump "$(jq -nc --arg f "$2" --arg format "$format" \
		--arg d "${3-}" --argjson h "${4:-0}" '
		{filename: $f, format: $format} +
		if $d == "" then {} else {device: $d, head: $h} end')" >/dev/null
}
