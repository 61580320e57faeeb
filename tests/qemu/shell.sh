#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# shell.sh - a shell on a hypervisor with a GPU, mvgpu loaded
#
# Usage: shell.sh [KERNEL [OPTION OF run-l1.sh]...]
#
# KERNEL is 6.12, the default, or 7.3. What is written to /out there is in
# build/shell/ here. "exit" ends it.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
-*) usage 2 ;;
esac
kernel=${1-6.12}
[ $# -eq 0 ] || shift

out=$project/build/shell
rm -rf "$out"
mkdir -p "$out"
payload=$("$testbed/payload.sh" "$kernel")
# The kernel hands words that it does not know to init, as environment.
exec "$testbed/run-l1.sh" --kernel "$kernel" --payload "$payload" --out "$out" \
	--timeout 86400 --interactive \
	--append 'PROMPT_COMMAND="source /payload/scenarios/shell.rc"' "$@"
