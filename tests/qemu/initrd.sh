#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# initrd.sh - make what L1 and L2 boot from; print the path of its directory
#
# Usage: initrd.sh [DIR]
#
# Without DIR the result has one directory per kernel series of the Debian tree,
# each with vmlinuz, an initrd, a file "release" and tcg_svm.ko (see there). With DIR, a kernel of one's
# own in the layout that debug-kernel.sh leaves (release, vmlinuz, lib/modules/),
# those three files are in the result itself.
#
# The initrd is busybox, initrd-init, l1-init and the modules that lead to the
# root disk, unpacked: busybox cannot read .ko.xz, and under TCG copying is
# cheaper than decompressing.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# In the order of need; what a kernel has built in or lacks is left out.
modules="virtio_pci virtio_iommu virtio_blk crc32c_generic libcrc32c crc16
	 mbcache jbd2 ext4 overlay virtio_console 9pnet_virtio 9p"

# pack RELEASE MODULES-ROOT VMLINUZ TO - runs in the tree.
pack()
{
	local rel=$1 base=$2 vmlinuz=$3 to=$4 work module line file name

	work=$(mktemp -d)
	mkdir -p "$work/bin" "$work/modules" "$to"
	cp /bin/busybox "$work/bin/"
	cp "$testbed/initrd-init" "$work/init"
	cp "$testbed/l1-init" "$work/l1-init"
	chmod 755 "$work/init" "$work/l1-init"
	: >"$work/modules/order"
	for module in $modules; do
		modprobe -d "$base" -S "$rel" --show-depends "$module" \
			2>/dev/null || :
	done | while read -r line file _; do
		[ "$line" = insmod ] || continue
		name=${file##*/}
		name=${name%.xz}
		name=${name%.zst}
		[ ! -e "$work/modules/$name" ] || continue
		case $file in
		*.xz) xz -dc "$file" >"$work/modules/$name" ;;
		*.zst) zstd -dcq "$file" >"$work/modules/$name" ;;
		*) cp "$file" "$work/modules/$name" ;;
		esac
		echo "$name" >>"$work/modules/order"
	done
	(cd "$work" && find . | cpio -o -H newc -R 0:0 --quiet) >"$to/initrd"
	cp "$vmlinuz" "$to/vmlinuz"
	echo "$rel" >"$to/release"
	rm -rf "$work"
}

# quirk RELEASE TO - what lets KVM guests run where TCG plays L1's CPU.
quirk()
{
	local work

	work=$(mktemp -d)
	cp "$testbed/quirk/"* "$work/"
	make -s -C "/lib/modules/$1/build" M="$work" modules >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		return 1
	}
	cp "$work/tcg_svm.ko" "$2/"
	rm -rf "$work"
}

pack_all()
{
	local dir=$1 to=$2 series rel

	if [ -n "$dir" ]; then
		pack "$(cat "$dir/release")" "$dir" "$dir/vmlinuz" "$to"
		return
	fi
	while read -r series rel; do
		pack "$rel" / "/boot/vmlinuz-$rel" "$to/$series"
		quirk "$rel" "$to/$series"
	done </etc/mvgpu-kernels
}

case ${1-} in
--pack)
	pack_all "$2" "$3"
	exit
	;;
--help)
	usage 0
	;;
esac

root=$("$testbed/root.sh")
own=
key="${root%/root}"
bind=()
if [ $# -gt 0 ]; then
	own=$(realpath -e "$1")
	[ -f "$own/release" ] || die "$own has no file \"release\"" \
		"it must be laid out as debug-kernel.sh does it"
	key="$own $(stat -c %Y "$own/vmlinuz")"
	bind=(--bind "$own")
fi
key=$(hash_of "$testbed/initrd.sh" "$testbed/initrd-init" "$testbed/l1-init" \
	"$testbed/quirk/tcg_svm.c" "$key")
cached "boot${own:+own}" "$key" "$testbed/chroot.sh" "${bind[@]}" -- \
	"$testbed/initrd.sh" --pack "$own" ||
	die "the initrd could not be built" "what went wrong is above"
