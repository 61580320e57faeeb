#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the trees of root.sh and fresh.sh have in common: a Debian 13 with the newest
# generic kernel of each series of MVGPU_KERNELS, and headers. Source it, after lib.sh;
# it belongs to the key of what is made by it.

suite=trixie

# debian_tree ENTRY HOOK OPTION... - by mmdebstrap, in ENTRY/root; sources.list is stdin
#
# HOOK is a shell script, which runs in the tree when its kernels are there. What it
# and mmdebstrap say is in ENTRY/log.
debian_tree()
{
	local entry=$1 apart=()

	export MVGPU_HOOK="$debian_kernels$2"
	shift 2
	# Killed, mmdebstrap leaves what it has mounted; a namespace takes it along.
	[ "$(id -u)" -ne 0 ] || apart=(unshare --mount)
	# Only the hook's own shell may expand what it is made of.
	# shellcheck disable=SC2016,SC2154
	"${apart[@]}" mmdebstrap --mode=auto --variant=minbase --format=directory "$@" \
		--customize-hook='chroot "$1" sh -c "$MVGPU_HOOK" sh '"$kernels" \
		"$suite" "$entry/root" - >"$entry/log" 2>&1 || {
		tail -n 40 "$entry/log" >&2
		exit 1
	}
}

# Runs in the tree. dpkg would make an initrd for each kernel, which takes its time and
# is of no use in the testbed: tiny-initramfs is asked for in place of what does.
# Only the shell in there may expand any of it.
# shellcheck disable=SC2016
debian_kernels='
set -eu
export DEBIAN_FRONTEND=noninteractive
echo "dpkg: installing the kernels"
list=
for series in $*; do
	rel=$(apt-cache pkgnames "linux-headers-$series." |
	      sed -n "s/^linux-headers-\([0-9.]*+deb13[0-9.]*-amd64\)$/\1/p" |
	      sort -V | tail -n 1)
	if [ -z "$rel" ]; then
		echo "the mirror has no generic kernel $series" >&2
		apt-cache pkgnames linux-headers- | grep -- "[0-9]-amd64" >&2
		exit 1
	fi
	list="$list linux-image-$rel linux-headers-$rel"
	echo "$series $rel" >>/etc/mvgpu-kernels
done
# Kernels of trixie-backports want the linux-base of their time.
base=$(apt-cache madison linux-base |
       sed -n "s,.* \([^ ]*-backports\)/.*,linux-base/\1,p" | head -n 1)
apt-get install -y --no-install-recommends $base tiny-initramfs $list
'
