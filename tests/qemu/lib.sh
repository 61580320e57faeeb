#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Shell helpers that the testbed's scripts share. Source it; it runs nothing.
#
# The testbed in one picture, each level started by the script on its right:
#
#   host   any Linux with user-space tools       root.sh, chroot.sh
#    L0    QEMU that plays the hardware (TCG)    run-l1.sh
#     L1   the hypervisor host, loads mvgpu      l1-init, l2.sh
#      L2  the guests, under KVM                 l1-init
#
# One Debian tree (root.sh) is everything: the chroot that compiles and lints
# and that runs QEMU, and, packed by image.sh, the disk of L1 and of L2.
#
# What is built is kept in a cache. An entry is a directory NAME-KEY, where KEY
# is a hash of everything that went into it, so an entry never changes and is
# never refreshed: touch an input and the next run builds another one.
#
# Environment:
#   MVGPU_CACHE   the cache; default ${XDG_CACHE_HOME:-~/.cache}/mvgpu
#   MVGPU_KERNELS kernel series that the tree holds; default "6.12 7.3"
#   MVGPU_MIRROR  Debian mirror; default the host's own, or deb.debian.org

# Read by the scripts that source this file.
# shellcheck disable=SC2034
testbed=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck disable=SC2034
project=$(cd "$testbed/../.." && pwd -P)
cache=${MVGPU_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/mvgpu}
kernels=${MVGPU_KERNELS:-6.12 7.3}

# Scripts call each other: the one that was started first sets the clock.
export MVGPU_T0=${MVGPU_T0:-$(date +%s)}

# step MESSAGE... - say what is done now and how long it took to get here.
step()
{
	printf '==> [%3ds] %s\n' $(($(date +%s) - MVGPU_T0)) "$*" >&2
}

warn()
{
	printf '%s: warning: %s\n' "${0##*/}" "$*" >&2
}

# die MESSAGE [WHAT TO DO NEXT]...
die()
{
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	shift
	[ $# -eq 0 ] || printf '    %s\n' "$@" >&2
	exit 1
}

# usage - print the calling script's own header, as far as its first blank line
# that is not a comment, and leave.
usage()
{
	sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
	exit "${1:-0}"
}

# need VALUE OPTION - the value of an option that must have one.
need()
{
	[ "$1" -ge 2 ] || die "$2 wants a value" "see ${0##*/} --help"
}

# hash_of FILE-OR-STRING... - 16 hex digits over the contents of files and over
# the other arguments as they are.
hash_of()
{
	local arg

	for arg in "$@"; do
		if [ -f "$arg" ]; then
			sha256sum <"$arg"
		else
			printf '%s\n' "$arg"
		fi
	done | sha256sum | cut -c1-16
}

# cached NAME KEY BUILDER... - print the path of a cache entry, built if need be.
#
# BUILDER, a program and not a function so that its set -e counts, is run with
# an empty directory as its last argument and its output on stderr. The entry
# gets there by rename, so a builder that fails, is interrupted or loses power
# leaves no entry. Of the other entries of that NAME the one used
# last stays, so that two checkouts do not chase each other, and so does any
# that somebody holds (cache_hold).
cached()
{
	local name=$1 key=$2 entry="$cache/$1-$2"

	shift 2
	if [ ! -d "$entry" ]; then
		mkdir -p "$cache" ||
			die "cannot make the cache directory $cache" \
			    "set MVGPU_CACHE to a directory with 12 GiB of room"
		(
			flock 9 || exit 1
			# The lock says that whoever left these is gone.
			rm -rf "${cache:?}/$name"-*.tmp
			[ ! -d "$entry" ] || exit 0
			mkdir "$entry.tmp" && "$@" "$entry.tmp" 9>&- >&2 &&
				sync -f "$entry.tmp" &&
				mv -T "$entry.tmp" "$entry" &&
				cache_trim "$name" "$entry"
		) 9>>"$cache/.$name.lock" || return 1
	fi
	touch "$entry" "$entry.lock"
	echo "$entry"
}

# cache_hold ENTRY - keep an entry from being trimmed while this process, or one
# that it started, lives.
cache_hold()
{
	local fd

	exec {fd}>>"$1.lock"
	flock -s "$fd"
}

cache_trim()
{
	local name=$1 entry=$2 other spare=1

	find "$cache" -maxdepth 1 -type d -name "$name-*" -printf '%T@ %p\n' |
		sort -rn | while read -r _ other; do
		[ "$other" != "$entry" ] || continue
		if [ "$spare" -gt 0 ]; then
			spare=$((spare - 1))
			continue
		fi
		flock -n -x "$other.lock" rm -rf "$other" || continue
		rm -f "$other.lock"
	done
}

# mvgpu_version - that of packages and DKMS.
mvgpu_version()
{
	sed -n '1s/.*(\(.*\)).*/\1/p' "$project/tools/packaging/debian/changelog"
}

# as_root CMD... - run with root's rights.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "not root and no sudo, so I cannot run: $*" \
		    "run it yourself as root, then try again"
	fi
}

# kernel_release ROOT SERIES - "6.12" to "6.12.117+deb13-amd64".
kernel_release()
{
	local rel

	rel=$(awk -v s="$2" '$1 == s { print $2 }' "$1/etc/mvgpu-kernels")
	[ -n "$rel" ] ||
		die "the tree has no kernel $2" \
		    "it has: $(cut -d' ' -f1 "$1/etc/mvgpu-kernels" | xargs)" \
		    "MVGPU_KERNELS names the series to install"
	echo "$rel"
}
