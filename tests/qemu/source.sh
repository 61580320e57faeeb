#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# source.sh - unpack the sources of Linux 6.12 as Debian has them; print the path
#
# For checkpatch.pl, kernel-doc, the headers and runner of kselftest, and for
# debug-kernel.sh. Takes a minute and 1.7 GiB once. Nothing may change there.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

series=6.12

case ${1-} in
--unpack)
	tar -x -J -C "$3" --strip-components=1 --no-same-owner \
		-f "$2/usr/src/linux-source-$series.tar.xz"
	exit
	;;
?*)
	usage 2
	;;
esac

root=$("$testbed/root.sh")
key=$(hash_of "$(tr '\n' ' ' <"$root/etc/mvgpu-kernels")")
[ -d "$cache/linux-$key" ] || step "unpacking the sources of Linux $series"
cached linux "$key" "$testbed/source.sh" --unpack "$root" ||
	die "the sources of Linux could not be unpacked" "why is above"
