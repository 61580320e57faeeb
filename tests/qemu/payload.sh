#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# payload.sh - build what is carried into L1 and L2; print its directory
#
# Usage: payload.sh [SERIES]...	(default 6.12; "debug": see debug-kernel.sh)
#
# For each kernel series a directory build/payload-SERIES with
#
#   modules/    mvgpu's modules for that kernel, and what depmod says of them
#   install/    what "make install" makes of them
#   guest/      programs for guests and to look at guests (tests/guest)
#   selftests/  kselftests
#   scenarios/  scripts that L1 runs
#   kubevirt.yaml  of the documentation, to be tried
#
# What is up to date is not built again.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Runs in the tree: depmod's view of a kernel that has our modules, too, without
# touching the kernel's own directory.
depmod_for()
{
	local rel=$1 kernel=$2 modules=$3 base file

	base=$(mktemp -d)
	mkdir -p "$base/lib/modules/$rel"
	for file in "$kernel"/{kernel,modules.{order,builtin*}}; do
		[ ! -e "$file" ] || ln -s "$file" "$base/lib/modules/$rel/"
	done
	mkdir "$base/lib/modules/$rel/updates"
	cp "$modules"/*.ko "$base/lib/modules/$rel/updates/"
	depmod -b "$base" -o "$base/out" "$rel"
	rm -rf "$modules/depmod"
	cp -r "$base/out/lib/modules/$rel" "$modules/depmod"
	rm -rf "$base"
}

# Runs in the tree.
build()
{
	local series=$1 rel=$2 kernel=$3 ksrc=$4 to="$project/build/payload-$1" args

	cd "$project"
	args=(KVER="$rel" KDIR="$kernel/build" OUT="build/modules-$rel"
		TOOLS=build/payload-tools WERROR=-Werror)
	# Debian's kernels have no KUnit.
	[ "$series" != debug ] || args+=(CONFIG_MVGPU_SCHED_KUNIT_TEST=m)
	make -s modules tools "${args[@]}"
	make -s -C tests/guest O="$project/build/guest"
	make -s -C tests/selftests KSRC="$ksrc" O="$project/build/selftests"

	mkdir -p "$to/modules" "$to/guest"
	if ! cmp -s <(cat "build/modules-$rel"/*.ko) <(cat "$to"/modules/*.ko 2>&1); then
		rm -rf "$to/modules" "$to/install"
		mkdir "$to/modules"
		cp "build/modules-$rel"/*.ko "$to/modules/"
		depmod_for "$rel" "$kernel" "$to/modules"
	fi
	make -s install "${args[@]}" DESTDIR="$to/install"
	cp tools/packaging/mvgpu.modprobe.conf "$to/modules/"
	cp Documentation/kubevirt.yaml "$to/"
	cp build/guest/* "$to/guest/"
	rm -rf "$to/selftests" "$to/scenarios"
	cp -r build/selftests "$to/selftests"
	cp -r "$testbed/scenarios" "$to/scenarios"
}

if [ "${1-}" = --build ]; then
	shift
	build "$@"
	exit
fi
case ${1-} in
-*) usage 2 ;;
esac
[ $# -gt 0 ] || set -- 6.12

root=$("$testbed/root.sh")
ksrc=$("$testbed/source.sh")
mkdir -p "$project/build"
# Two at once would write to the same files.
exec 8>"$project/build/.payload.lock"
flock 8
for series in "$@"; do
	if [ "$series" = debug ]; then
		own=$("$testbed/debug-kernel.sh")
		rel=$(cat "$own/release")
		kernel=$own/lib/modules/$rel
	else
		rel=$(kernel_release "$root" "$series")
		kernel=/lib/modules/$rel
	fi
	step "building modules for $rel, tests and tools"
	"$testbed/chroot.sh" -- "$testbed/payload.sh" --build \
		"$series" "$rel" "$kernel" "$ksrc" >&2 8>&- ||
		die "mvgpu does not build for kernel $series" \
		    "the compiler's messages are above"
	echo "$project/build/payload-$series"
done
