#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# host.sh - install what the host itself needs, with apt-get
#
# It is little: mmdebstrap to make the Debian tree (root.sh), the keys it is
# checked with, and util-linux. Compilers, linters, QEMU, Mesa and kernels all
# live in the tree. Prints nothing and does nothing where all is there.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -eq 0 ] || usage "$@"

missing=()
for pair in mmdebstrap:mmdebstrap flock:util-linux unshare:util-linux \
	    setpriv:util-linux chroot:coreutils sha256sum:coreutils; do
	command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
[ -f /usr/share/keyrings/debian-archive-keyring.gpg ] ||
	missing+=(debian-archive-keyring)
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null ||
	die "missing on this host: ${missing[*]}" \
	    "there is no apt-get here: install them by other means"

step "installing on the host: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
as_root apt-get install -qq -y --no-install-recommends "${missing[@]}" >&2 || {
	as_root apt-get update -qq >&2
	as_root apt-get install -qq -y --no-install-recommends \
		"${missing[@]}" >&2
} || die "apt-get could not install: ${missing[*]}" \
	 "install them by hand, then try again"
