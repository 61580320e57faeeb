#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# piglit.sh - get those tests of Debian's piglit that piglit.tests names; print
# their directory
#
# The package has 34 MB and unpacks to 2 GiB, of which this keeps 18 MB: too
# much for the tree that everything runs in.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

tests=$testbed/piglit.tests
below=./usr/lib/x86_64-linux-gnu/piglit

# Runs in the tree, which cannot be written to.
get()
{
	local to=$1 apt=(-qq -o "Dir::State=$1/apt" -o "Dir::Cache=$1/apt"
		-o APT::Sandbox::User=root)
	local parts=("$below/lib/*" "$below/bin/shader_runner") kind name

	while read -r kind name; do
		case $kind in
		shaders) parts+=("$below/$name/*.shader_test") ;;
		[a-z]*) parts+=("$below/bin/$kind") ;;
		esac
	done <"$tests"
	mkdir -p "$to/apt/lists/partial" "$to/apt/archives/partial"
	apt-get "${apt[@]}" update
	(cd "$to/apt" && apt-get "${apt[@]}" download piglit)
	# It fails for a name that is not in there.
	dpkg-deb --fsys-tarfile "$to"/apt/piglit_*.deb |
		tar -x -C "$to" --strip-components=5 --wildcards "${parts[@]}"
	cp "$tests" "$to/tests.list"
	rm -rf "$to/apt"
}

case ${1-} in
--get)
	get "$2"
	exit
	;;
--build)
	"$testbed/chroot.sh" -- "$testbed/piglit.sh" --get "$2"
	exit
	;;
?*)
	usage 2
	;;
esac

root=$("$testbed/root.sh")
key=$(hash_of "$root" "$tests" "$testbed/piglit.sh")
[ -d "$cache/piglit-$key" ] || step "downloading tests of piglit"
cached piglit "$key" "$testbed/piglit.sh" --build ||
	die "piglit could not be had" "why is above"
