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
# shellcheck source-path=SCRIPTDIR source=debian.sh
. "$(dirname "$0")/debian.sh"

# What each way of using it will install beside our packages.
to_build="build-essential debhelper dh-dkms libjansson-dev pkgconf lintian"
to_run="dkms libjansson4 openssl systemd"

# Runs in the tree.
fetch="
apt-get clean
for use in '$to_build' '$to_run'; do
	apt-get install -y --no-install-recommends --download-only \$use
done
"

build_fresh()
{
	local from

	from=$(dirname "$("$testbed/root.sh")")
	step "building a fresh Debian, some minutes"
	debian_tree "$1" "$fetch" --skip=cleanup/apt/lists,cleanup/apt/cache \
		<"$from/sources.list"
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

key=$(hash_of "$testbed"/{fresh.sh,debian.sh} "$kernels")
entry=$(cached fresh "$key" "$testbed/fresh.sh" --build) ||
	die "the fresh Debian could not be built" \
	    "what went wrong is above; running it again starts afresh"
echo "$entry/root"
