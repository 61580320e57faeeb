#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# deb.sh - make Debian packages of this tree, in build/deb/
#
# Usage: deb.sh [--testbed]
#
#   --testbed   not on this system, whatever is installed
#
# What is in the packages is what git tracks, as it is in this directory. Built here
# if all that a build wants is installed here, which is for the Debian that runs here;
# else in a Debian 13 of the testbed's.

set -eu
# shellcheck source-path=SCRIPTDIR/../../tests/qemu source=../../tests/qemu/lib.sh
. "$(dirname "$0")/../../tests/qemu/lib.sh"

out=$project/build/deb

# tracked - names of all files, each with a 0 behind it.
tracked()
{
	local file

	if [ -e .git ] && command -v git >/dev/null; then
		git ls-files -z
	else
		find . -path ./build -prune -o -type f -print0
	fi | while IFS= read -r -d '' file; do
		# What is deleted and not committed is deleted.
		[ ! -f "$file" ] || printf '%s\0' "$file"
	done
}

# source_tree - what Debian wants to have at the top is put there.
source_tree()
{
	rm -rf "$out"
	mkdir -p "$out/$name"
	tracked | xargs -0 cp -p --parents -t "$out/$name"
	mv "$out/$name/tools/packaging/debian" "$out/$name/debian"
}

cd "$project"
name=mvgpu-$(mvgpu_version)
here=1
case ${1-} in
--testbed)
	here=''
	;;
?*)
	usage 2
	;;
esac
source_tree
cd "$out/$name"
if [ -n "$here" ] && dpkg-checkbuilddeps 2>/dev/null; then
	dpkg-buildpackage -us -uc
else
	"$testbed/chroot.sh" --scratch "$("$testbed/fresh.sh")" -- sh -euc '
		apt-get build-dep -qq -y --no-install-recommends ./ >/dev/null
		dpkg-buildpackage -us -uc'
fi
