#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ksrc.sh - unpack those kernel sources that the checks use; print their path
#
# checkpatch and kernel-doc, and what kselftests are built on and run by, all of
# the 6.12 that the Debian tree has as a package of sources.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

series=6.12
parts="scripts tools/include tools/lib tools/testing/selftests/kselftest
       tools/testing/selftests/run_kselftest.sh"

unpack()
{
	local part paths=()

	for part in $parts; do
		paths+=("linux-source-$series/$part")
	done
	"$testbed/chroot.sh" -- tar -x -C "$1" --strip-components=1 --wildcards \
		-f "/usr/src/linux-source-$series.tar.xz" "${paths[@]}" \
		"linux-source-$series/tools/testing/selftests/kselftest*.h"
}

[ $# -eq 0 ] || usage 2
root=$("$testbed/root.sh")
key=$(hash_of "$testbed/ksrc.sh" "${root%/root}")
[ -d "$cache/ksrc-$key" ] || step "unpacking sources of kernel $series"
cached ksrc "$key" unpack || die "kernel sources could not be unpacked"
