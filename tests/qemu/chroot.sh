#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# chroot.sh - run a command inside the Debian tree
#
# Usage: chroot.sh [--bind DIR]... [--private] [--scratch ROOT] [--] CMD [ARG...]
#
# CMD runs as root of the tree, in the same directory, with the same environment
# (but for PATH and HOME) and open files, and its exit status is ours. It finds
# at the same paths as on the host: the project, the cache and /tmp, all
# writable, and every --bind DIR. The tree itself is read-only, so that what one
# command does there cannot change the next one.
#
#   --bind DIR   show DIR of the host, too
#   --private    an empty /tmp and no network, for programs that would leave
#                files or sockets behind (--bind still works below /tmp)
#   --scratch ROOT
#                in the tree ROOT instead, all of it writable: what is written to it
#                stays in memory and is gone with CMD. Its /tmp is its own, too
#
# To build modules:
#   chroot.sh make -C /lib/modules/RELEASE/build M="$PWD" modules
# where /etc/mvgpu-kernels in the tree has the line "SERIES RELEASE".
#
# All mounts live in a mount namespace and all processes in a PID namespace, so
# nothing outlives the command, however it or this script ends. Without root's
# rights a user namespace stands in for them; that wants ranges for the user in
# /etc/subuid and /etc/subgid.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Runs as the first process of its own namespaces: everything below it goes when
# it goes.
inside()
{
	local root=$1 dir

	shift
	if [ -n "$MVGPU_SCRATCH" ]; then
		mount -t tmpfs tmpfs /mnt
		mkdir /mnt/upper /mnt/work
		mount -t overlay -o "lowerdir=$root,upperdir=/mnt/upper,workdir=/mnt/work" \
			overlay "$root"
	else
		mount --bind "$root" "$root"
	fi
	mount -t proc proc "$root/proc"
	mount --rbind /sys "$root/sys"
	mount --rbind /dev "$root/dev"
	for dir in run var/tmp root home; do
		mount -t tmpfs tmpfs "$root/$dir"
	done
	if [ -n "$MVGPU_PRIVATE" ]; then
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
	else
		mount --rbind /tmp "$root/tmp"
	fi
	while [ "$1" != -- ]; do
		mkdir -p "$root$1"
		mount --rbind "$1" "$root$1"
		shift
	done
	shift
	[ -n "$MVGPU_SCRATCH" ] || mount -o remount,bind,ro "$root"

	dir=$PWD
	if [ ! -d "$root$dir" ]; then
		warn "the tree does not show $dir, so this runs in $project"
		dir=$project
	fi
	unset LD_PRELOAD LD_LIBRARY_PATH MVGPU_PRIVATE MVGPU_SCRATCH
	# make and gcc name temporary files after their process, and in here all numbers
	# start at 1 again: in a directory of others make finds "its" pipe there, and goes
	# on with one job at a time.
	export MVGPU_IN_ROOT=1 HOME=/root LC_ALL=C.UTF-8 TMPDIR=/var/tmp
	export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	# As the namespace's init this shell hears only the signals that it has
	# a trap for. The command gets our stdin back: "&" would take it away.
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	chroot "$root" env --chdir="$dir" -- "$@" <&0 &
	wait $!
}

if [ "${1-}" = --inside ]; then
	shift
	inside "$@"
	exit
fi

binds=("$project")
private=
scratch=
while [ $# -gt 0 ]; do
	case $1 in
	--bind)
		need $# "$1"
		binds+=("$(realpath -e "$2")")
		shift
		;;
	--private)
		private=1
		;;
	--scratch)
		need $# "$1"
		scratch=$(realpath -e "$2")
		private=1
		shift
		;;
	--help)
		usage 0
		;;
	--)
		shift
		break
		;;
	-*)
		die "unknown option $1" "see chroot.sh --help"
		;;
	*)
		break
		;;
	esac
	shift
done
[ $# -gt 0 ] || usage 2

# Already there: what a script in the tree starts may use this one, too.
[ -z "${MVGPU_IN_ROOT-}" ] || exec "$@"

root=${scratch:-$("$testbed/root.sh")}
cache_hold "${root%/root}"
ns=(--mount --pid --fork --kill-child=KILL)
[ -z "$private" ] || ns+=(--net --ipc)
[ "$(id -u)" -eq 0 ] || ns+=(--user --map-root-user --map-auto)

# unshare blocks signals while it waits, but takes its child along when killed.
pid=
trap '[ -z "$pid" ] || kill -KILL $pid; exit 130' INT
trap '[ -z "$pid" ] || kill -KILL $pid; exit 143' TERM HUP
MVGPU_PRIVATE=$private MVGPU_SCRATCH=$scratch setpriv --pdeathsig KILL unshare "${ns[@]}" -- \
	"$testbed/chroot.sh" --inside "$root" "${binds[@]}" "$cache" -- "$@" <&0 &
pid=$!
rc=0
wait $pid || rc=$?
exit "$rc"
