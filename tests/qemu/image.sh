#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# image.sh - pack the Debian tree as the disk of L1 and L2; print its path
#
# An ext4 file system without a journal: nobody ever writes to it. Each guest
# lays memory over it (initrd-init). What only building and linting need is left
# out.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

left_out="usr/src usr/include usr/lib/gcc usr/libexec/gcc usr/lib/llvm-19
	  usr/share/doc var/cache var/lib/apt"

# Runs in the tree, in namespaces of its own, so the mounts vanish.
pack()
{
	local to=$1 dir mib

	mount --bind / /mnt
	for dir in $left_out; do
		[ ! -d "/mnt/$dir" ] || mount -t tmpfs tmpfs "/mnt/$dir"
	done
	mib=$(du -smx /mnt | cut -f1)
	mke2fs -q -t ext4 -O ^has_journal,^resize_inode -m 0 -b 4096 \
		-d /mnt "$to/disk" $((mib + mib / 4 + 64))M
}

case ${1-} in
--pack)
	pack "$2"
	exit
	;;
?*)
	usage 2
	;;
esac

root=$("$testbed/root.sh")
key=$(hash_of "$testbed/image.sh" "${root%/root}")
[ -d "$cache/image-$key" ] || step "packing the guests' disk"
entry=$(cached image "$key" "$testbed/chroot.sh" -- "$testbed/image.sh" --pack) ||
	die "the guests' disk could not be built" "what went wrong is above"
echo "$entry/disk"
