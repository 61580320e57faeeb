#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# fresh.sh - make a Debian 13 such as a user has it, for packages; print its path
#
# A minimal system with the newest kernel of each series of MVGPU_KERNELS, its headers
# and nothing of what our packages want: that their dependencies bring it is what is
# tested. These are in apt's archive of packages, so that apt-get installs them without
# a network. Mirrors are root.sh's.
#
# Use it by chroot.sh --scratch, which leaves it as it was.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

suite=trixie
# What each way of using it will install beside our packages.
to_build="build-essential debhelper dh-dkms libjansson-dev pkgconf lintian"
to_run="dkms libjansson4 openssl systemd"

# Runs in the tree. Only the shell in there may expand any of it.
# shellcheck disable=SC2016
fill='
set -eu
export DEBIAN_FRONTEND=noninteractive
list=
for series in $3; do
	rel=$(apt-cache pkgnames "linux-headers-$series." |
	      sed -n "s/^linux-headers-\([0-9.]*+deb13[0-9.]*-amd64\)$/\1/p" |
	      sort -V | tail -n 1)
	[ -n "$rel" ] || { echo "the mirror has no kernel $series" >&2; exit 1; }
	list="$list linux-image-$rel linux-headers-$rel"
	echo "$series $rel" >>/etc/mvgpu-kernels
done
# Kernels of trixie-backports want the linux-base of their time.
base=$(apt-cache madison linux-base |
       sed -n "s,.* \([^ ]*-backports\)/.*,linux-base/\1,p" | head -n 1)
apt-get install -y --no-install-recommends $base tiny-initramfs $list
apt-get clean
for use in "$1" "$2"; do
	apt-get install -y --no-install-recommends --download-only $use
done
'

build_fresh()
{
	local from apart=()

	[ "$(id -u)" -ne 0 ] || apart=(unshare --mount)
	from=$(dirname "$("$testbed/root.sh")")
	step "building a fresh Debian, some minutes"
	export MVGPU_HOOK=$fill MVGPU_BUILD=$to_build MVGPU_RUN=$to_run MVGPU_SERIES=$kernels
	# Only the hook's own shell may expand what it is made of.
	# shellcheck disable=SC2016
	"${apart[@]}" mmdebstrap --mode=auto --variant=minbase --format=directory \
		--skip=cleanup/apt/lists,cleanup/apt/cache \
		--customize-hook='chroot "$1" sh -c "$MVGPU_HOOK" sh "$MVGPU_BUILD" \
			"$MVGPU_RUN" "$MVGPU_SERIES"' \
		"$suite" "$1/root" - <"$from/sources.list" >"$1/log" 2>&1 || {
		tail -n 40 "$1/log" >&2
		exit 1
	}
	step "the fresh Debian is ready: $(du -sm "$1/root" | cut -f1) MiB"
}

case ${1-} in
--build)
	build_fresh "$2"
	exit 0
	;;
--help)
	usage 0
	;;
?*)
	usage 2
	;;
esac

key=$(hash_of "$testbed/fresh.sh" "$kernels")
entry=$(cached fresh "$key" "$testbed/fresh.sh" --build) ||
	die "the fresh Debian could not be built" \
	    "what went wrong is above; running it again starts afresh"
echo "$entry/root"
