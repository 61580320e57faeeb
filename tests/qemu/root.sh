#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# root.sh - make the Debian 13 tree that everything else runs in; print its path
#
# Holds the packages of the file "packages", and for each kernel series of
# MVGPU_KERNELS Debian's newest generic kernel with its headers (the cloud
# flavour has neither mdev nor DRM), co-installed: 6.12 is trixie's own, later
# ones come from trixie-backports. /etc/mvgpu-kernels tells which they are, a
# line "SERIES RELEASE" each.
#
# Takes 2 to 5 minutes and 4 GiB once; after that the cache answers, whatever
# Debian does to its archive. Remove the entry to get newer packages.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=debian.sh
. "$(dirname "$0")/debian.sh"

# exists URI - is there such a file on the mirror?
exists()
{
	local helper=/usr/lib/apt/apt-helper to rc=0

	[ -x "$helper" ] || return 0
	to=$(mktemp)
	"$helper" -qq download-file "$1" "$to" >/dev/null 2>&1 || rc=1
	rm -f "$to"
	return "$rc"
}

# host_mirror LABEL - the mirror that this host uses for itself.
host_mirror()
{
	command -v apt-get >/dev/null || return 0
	# These are apt's placeholders, not the shell's.
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' "Label: $1" 2>/dev/null |
		grep -E '^https?://' | head -n 1
}

# sources - print the tree's sources.list.
sources()
{
	local mirror security at

	mirror=${MVGPU_MIRROR:-$(host_mirror Debian)}
	mirror=${mirror:-http://deb.debian.org/debian}
	mirror=${mirror%/}
	exists "$mirror/dists/$suite/InRelease" ||
		die "cannot read $mirror/dists/$suite/InRelease" \
		    "check the network, or set MVGPU_MIRROR to a Debian mirror"
	for at in "$suite" "$suite-updates" "$suite-backports"; do
		! exists "$mirror/dists/$at/InRelease" ||
			echo "deb $mirror $at main"
	done
	for security in "$(host_mirror Debian-Security)" "$mirror-security" \
			http://deb.debian.org/debian-security; do
		security=${security%/}
		[ -n "$security" ] || continue
		at=$suite-security
		if exists "$security/dists/$at/InRelease"; then
			echo "deb $security $at main"
			break
		fi
	done
}

# Runs in the tree: initrd.sh makes ours.
# Only the shell in there may expand any of it.
# shellcheck disable=SC2016
finish='
rm -f /boot/initrd* /initrd* /vmlinuz*
cd /usr/src
for series in $*; do
	[ "$series" = 6.12 ] || continue
	apt-get download -o APT::Sandbox::User=root "linux-source-$series"
	dpkg-deb --fsys-tarfile "linux-source-$series"_*.deb |
		tar -x -C / "./usr/src/linux-source-$series.tar.xz"
	rm "linux-source-$series"_*.deb
done
'

build_root()
{
	local dir=$1/root include rel

	include=$(sed 's/#.*//' "$testbed/packages" | xargs | tr ' ' ,)
	sources >"$1/sources.list"
	step "building the Debian tree, some minutes:" \
	     "$(cut -d' ' -f2,3 "$1/sources.list" | xargs)"
	debian_tree "$1" "$finish" --include="$include" \
		--dpkgopt='path-exclude=/etc/kernel/postinst.d/*' \
		--dpkgopt='path-exclude=/etc/kernel/postrm.d/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/info/*' <"$1/sources.list"
	while read -r _ rel; do
		{ [ -f "$dir/boot/vmlinuz-$rel" ] &&
		  [ -d "$dir/usr/lib/modules/$rel/build/" ]; } ||
			die "kernel $rel was not installed as a whole"
	done <"$dir/etc/mvgpu-kernels"
	step "the Debian tree is ready: $(du -sm "$dir" | cut -f1) MiB"
}

case ${1-} in
--build)
	build_root "$2"
	exit 0
	;;
--help)
	usage 0
	;;
?*)
	usage 2
	;;
esac

key=$(hash_of "$testbed"/{root.sh,debian.sh,packages} "$kernels")
if [ ! -d "$cache/root-$key" ]; then
	"$testbed/host.sh"
fi
entry=$(cached root "$key" "$testbed/root.sh" --build) ||
	die "the Debian tree could not be built" \
	    "what went wrong is above; running it again starts afresh"
echo "$entry/root"
