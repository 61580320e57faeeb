#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# packaging.sh - build the Debian packages, look at them, install and remove them
#
# Usage: packaging.sh
#
# Prints KTAP lines. No virtual machine is needed: all of it happens in Debian trees
# that are as fresh.sh has made them, and gone afterwards. Packages stay in build/deb/.

# Functions are called by way of "try", and by name.
# shellcheck disable=SC2317

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ktap.sh
. "$(dirname "$0")/ktap.sh"

debs=$project/build/deb

# finish - the plan goes on where another part of this script has ended.
finish()
{
	echo "1..$results"
	[ "$failures" -eq 0 ]
	exit
}

install_packages()
{
	apt-get install -qq -y --no-install-recommends "$@" </dev/null
}

# Runs in a tree that has what builds and checks packages.
checks()
{
	local deb

	install_packages build-essential lintian >/dev/null 2>&1
	cd "$debs"
	for deb in "mvgpu-dkms_${version}_all" "mvgpu-tools_${version}_amd64"; do
		try "there is ${deb%%_*}" test -s "$deb.deb"
	done
	try "lintian has nothing to say" says_nothing lintian --allow-root \
		--fail-on error,warning "mvgpu_${version}_amd64.changes"
	finish
}

# as_made PACKAGE - is it, built here from the source package, what it was?
as_made()
{
	local deb

	deb=$(basename "$debs/$1"_*.deb)
	cmp "/tmp/$deb" "$debs/$deb"
}

# Runs in a fresh tree, which has of mvgpu only what the source package brings.
from_source()
{
	local dsc=$debs/mvgpu_$version.dsc package

	install_packages dpkg-dev >/dev/null 2>&1
	cd /tmp
	try "the source package is unpacked" dpkg-source -x "$dsc" mvgpu
	cd mvgpu
	try "what it wants to be built is what it says" apt-get build-dep -qq -y \
		--no-install-recommends "$dsc"
	try "packages are built from it" dpkg-buildpackage -us -uc -b
	for package in mvgpu-dkms mvgpu-tools; do
		try "$package is the same" as_made "$package"
	done
	finish
}

# One line for each file of the system but those of the programs that look after it.
files()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run \
		-o -path /root -o -path /var/tmp -o -path /var/cache -o -path /var/log \
		-o -path "$project" -o -path "$cache" -o -path /var/lib/apt \
		-o -path /var/lib/dpkg \) -prune -o -print | sort
}

# In the order of Kbuild's list.
modules()
{
	# The dollars are Kbuild's and the expression's.
	# shellcheck disable=SC2016
	sed -n 's/^obj-\$(CONFIG_MVGPU\(_[A-Z]*\)\{0,1\}) += \(.*\)\.o$/\2/p' "$project/Kbuild"
}

# info MODULE RELEASE FIELD - what modinfo says of the module that DKMS has built.
info()
{
	modinfo -k "$2" -F "$3" "$1"
}

is()
{
	[ "$1" = "$2" ] || { echo "\"$1\", not \"$2\""; return 1; }
}

built_for()
{
	local series=$1 rel=$2 module found

	found=$(find "/lib/modules/$rel" -name 'mvgpu*.ko*' -printf '%f\n' |
		sed 's/\.ko.*//' | sort)
	try "$series: DKMS has built all modules" is "$found" "$(modules | sort)"
	for module in $(modules); do
		try "$series: $module is where DKMS puts it" grep -q \
			"^/lib/modules/$rel/updates/dkms/$module.ko" \
			<(info "$module" "$rel" filename)
		try "$series: $module is for that kernel" is \
			"$(info "$module" "$rel" vermagic | cut -d' ' -f1)" "$rel"
		try "$series: $module is signed" is "$(info "$module" "$rel" signer)" \
			"DKMS module signing key"
	done
	try "$series: licence" is "$(info mvgpu "$rel" license)" GPL
	try "$series: its alias is virtio-gpu's" grep -qx 'virtio:d00000010v00001AF4\*' \
		<(info mvgpu_virtio "$rel" alias)
	try "$series: modprobe finds what mvgpu_virtio wants" grep -q \
		"/updates/dkms/mvgpu.ko" <(modprobe -S "$rel" --show-depends mvgpu_virtio)
	try "$series: mvgpu_mdev comes along by the softdep" grep -q \
		'/updates/dkms/mvgpu_mdev.ko' <(modprobe -S "$rel" --show-depends mvgpu_virtio)
	try "$series: with the kernel's own mdev" grep -q '/mdev.ko' \
		<(modprobe -S "$rel" --show-depends mvgpu_mdev)
}

# passed_over RELEASE HEADERS - DKMS does not try to build for such a kernel.
passed_over()
{
	local status=0

	dkms build "mvgpu/$version" -k "$1" --kernelsourcedir "$2" || status=$?
	[ "$status" -eq 77 ] || { echo "status $status, not 77"; return 1; }
}

exclusive()
{
	local rel headers=/tmp/headers config=include/config/auto.conf

	rel=$(awk 'NR == 1 { print $2 }' /etc/mvgpu-kernels)
	try "DKMS passes over a kernel that was not tried" passed_over 6.13.1-amd64 \
		"/lib/modules/$rel/build"
	mkdir -p "$headers/include/config"
	grep -v '^CONFIG_VFIO_MDEV=' "/lib/modules/$rel/build/$config" >"$headers/$config"
	try "and one that has no mdev" passed_over 6.12.1-cloud-amd64 "$headers"
}

units()
{
	local state

	try "systemd takes the units" says_nothing systemd-analyze --man=no verify \
		mvgpu-export.service mvgpu-export.timer
	state=$(systemctl is-enabled mvgpu-export.timer) || :
	try "the timer is not enabled by itself" is "$state" disabled
	try "the timer can be enabled" systemctl enable mvgpu-export.timer
}

# Runs in a fresh tree.
lives()
{
	local series rel

	# A user has it; and openssl, which mvgpu-dkms recommends.
	install_packages openssl systemd >/dev/null 2>&1
	files >/tmp/before

	try "both packages are installed" install_packages \
		"$debs/mvgpu-dkms_${version}_all.deb" "$debs/mvgpu-tools_${version}_amd64.deb"
	while read -r series rel; do
		built_for "$series" "$rel"
	done </etc/mvgpu-kernels
	try "mvgpuctl runs" mvgpuctl --help
	try "and says what is missing" grep -q 'there is no /dev/mvgpu' \
		<(mvgpuctl list 2>&1)
	exclusive
	units

	# As the timer would have left it.
	mkdir -p /var/lib/prometheus/node-exporter
	touch /var/lib/prometheus/node-exporter/mvgpu.prom
	try "both are removed" apt-get remove -qq -y mvgpu-dkms mvgpu-tools
	try "modules are gone with them" is "$(find /lib/modules -name 'mvgpu*')" ''
	try "so are figures that grow old" \
		test ! -e /var/lib/prometheus/node-exporter/mvgpu.prom
	try "what an admin may have changed stays" test -f /etc/modprobe.d/mvgpu.conf
	try "both are purged" apt-get purge -qq -y mvgpu-dkms mvgpu-tools
	rm -r /var/lib/prometheus
	apt-get autoremove -qq -y --purge -o APT::AutoRemove::RecommendsImportant=false \
		-o APT::AutoRemove::SuggestsImportant=false >/dev/null 2>&1
	files >/tmp/after
	sort -u /tmp/before /var/lib/dpkg/info/*.list >/tmp/known
	# DKMS has the key that modules were signed with: the firmware may know it.
	try "nothing is left" says_nothing comm -13 /tmp/known \
		<(grep -v '^/var/lib/dkms' /tmp/after)
	try "and nothing else is gone" says_nothing comm -23 /tmp/before /tmp/after
	finish
}

version=$(mvgpu_version)
case ${1-} in
--checks | --from_source | --lives)
	# What is not ok ends nothing.
	set +e
	"${1#--}"
	;;
?*)
	usage 2
	;;
esac

mkdir -p "$project/build"
"$project/tools/packaging/deb.sh" --testbed >"$project/build/deb.log" 2>&1 || {
	tail -n 30 "$project/build/deb.log"
	die "the packages could not be built" "what went wrong is above"
}
fresh=$("$testbed/fresh.sh")
status=0
for part in checks from_source lives; do
	"$testbed/chroot.sh" --scratch "$fresh" -- "$testbed/packaging.sh" "--$part" || status=1
done
exit "$status"
