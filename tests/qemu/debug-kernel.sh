#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh - build a 6.12 that finds bugs; print the path of its directory
#
# Debian's kernels have KUnit, KASAN, lockdep, kmemleak and fault injection off.
# This one has them on (debug.config). The directory holds release, vmlinuz,
# lib/modules/ (for run-l1.sh) and build/, against which external modules build:
#
#	chroot.sh make -C "$(debug-kernel.sh)/build" M="$PWD" modules
#	run-l1.sh --kernel debug -- CMD
#
# Takes 10 to 20 minutes on two processors and 2 GiB, once. It is slow: for L1
# only, L2 keeps Debian's.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# check_config CONFIG FRAGMENT - is all there that was asked for?
check_config()
{
	local line bad=

	while read -r line; do
		case $line in
		CONFIG_*)
			grep -qxF -- "$line" "$1" || bad="$bad ${line%%=*}"
			;;
		'# CONFIG_'*)
			line=${line#\# }
			! grep -q "^${line%% *}=" "$1" || bad="$bad ${line%% *}"
			;;
		esac
	done <"$2"
	[ -z "$bad" ] || die "Kconfig did not take:$bad" "mend $2"
}

# Runs in the tree. The sources are built where they are, not with O=, since the
# directory is renamed afterwards and only such a build does not mind.
build()
{
	local source=$1 to=$2 b=$2/build make

	make=(nice -n 15 make -s -C "$b" "-j$(nproc)")
	cp -a "$source" "$b"
	"${make[@]}" x86_64_defconfig kvm_guest.config
	(cd "$b" && scripts/kconfig/merge_config.sh -m -O . .config \
		"$testbed/debug.config" >/dev/null)
	"${make[@]}" olddefconfig
	check_config "$b/.config" "$testbed/debug.config"
	"${make[@]}" bzImage modules
	"${make[@]}" INSTALL_MOD_PATH="$to" INSTALL_MOD_STRIP=1 \
		DEPMOD=/usr/sbin/depmod modules_install
	"${make[@]}" kernelrelease >"$to/release"
	cp "$b/arch/x86/boot/bzImage" "$to/vmlinuz"
	rm -f "$to"/lib/modules/*/build "$to"/lib/modules/*/source
	ln -s ../../../build "$to/lib/modules/$(cat "$to/release")/build"

	# To build modules takes headers, scripts, objtool and Module.symvers.
	find "$b" \( -path "$b/scripts" -o -path "$b/tools/objtool" \) -prune -o \
		-type f \( -name '*.o' -o -name '*.a' -o -name '*.cmd' \
		-o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \) \
		-exec rm -f {} +
	rm -rf "$b/vmlinux" "$b"/.tmp_vmlinux* "$b/arch/x86/boot/compressed" \
		"$b/Documentation" "$b/drivers" "$b/sound" "$b/fs" "$b/net"
}

case ${1-} in
--build)
	build "$2" "$3"
	exit
	;;
?*)
	usage 2
	;;
esac

source=$("$testbed/source.sh")
key=$(hash_of "$testbed/debug-kernel.sh" "$testbed/debug.config" "$source")
[ -d "$cache/debug-$key" ] || step "building the debug kernel, 10 to 20 minutes"
cached debug "$key" "$testbed/chroot.sh" -- "$testbed/debug-kernel.sh" --build \
	"$source" || die "the debug kernel could not be built" "why is above"
