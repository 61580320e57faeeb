#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mvgpu-export.timer and its service, run by systemd: it is the first process of a PID
# namespace in L1, with all of root's rights, so that the service's own restrictions hold.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

units=/etc/systemd/system
# node_exporter's, with the owner that Debian's package gives it.
textfiles=/var/lib/prometheus/node-exporter
textfile=$textfiles/mvgpu.prom

# soon SECONDS COMMAND... - wait for it to succeed.
soon()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return
		sleep 0.5
	done
}

# It is told who asks, and does not answer those whom it can not see.
ctl()
{
	nsenter --target "$init" --mount --pid systemctl "$@"
}

property()
{
	ctl show --value --property="$2" "mvgpu-export.$1"
}

# Nothing else that a system starts is looked at: other timers, and a second udevd.
enabled()
{
	local unit

	rm -f "$units"/timers.target.wants/*
	for unit in systemd-udevd.service systemd-udev-trigger.service \
		    systemd-udevd-control.socket systemd-udevd-kernel.socket; do
		ln -s /dev/null "$units/$unit" || return
	done
	systemctl enable mvgpu-export.timer
}

runs()
{
	init=$(pgrep -P "$unshare") && ctl --quiet is-active timers.target 2>/dev/null
}

passed_over()
{
	[ "$(property service ConditionResult)" = no ] &&
		[ "$(property service ConditionTimestampMonotonic)" -gt 0 ]
}

has_run()
{
	[ "$(property service ExecMainStatus)" = "$1" ] &&
		[ "$(property service Result)" = success ]
}

# series - what figures there are, without their values.
series()
{
	sed 's/ [^ ]*$//'
}

is_complete()
{
	diff <(series <"$textfile") <(mvgpuctl export --prometheus | series)
}

# as_exporter COMMAND... - with the rights of node_exporter.
as_exporter()
{
	setpriv --reuid prometheus --regid prometheus --clear-groups --inh-caps=-all \
		--bounding-set=-all "$@"
}

is_gone()
{
	[ ! -e "$textfile" ]
}

try "what \"make install\" installs is there" mvgpu_install
modprobe mvgpu_virtio
modprobe mvgpu_mdev
try "there is a vGPU" vgpu_create 1of4 "$uuid_a"
try "the timer is enabled" enabled
container=testbed unshare --mount --pid --mount-proc --fork --kill-child \
	/usr/lib/systemd/systemd --unit=timers.target >/out/systemd.log 2>&1 &
unshare=$!
# That it is killed is nothing to report.
disown "$unshare"
soon 120 runs
result $? "systemd runs"
try "and the timer" ctl is-active mvgpu-export.timer
try "without a directory the service is passed over" soon 40 passed_over
try "which is no failure" test "$(property service ActiveState)" = inactive
install -d -o prometheus -g prometheus "$textfiles"
try "with one the next reading is there in time" soon 20 test -e "$textfile"
try "the service has done that" soon 5 has_run 0
try "all figures are told" is_complete
try "those of the vGPU, too" grep -q "$uuid_a" "$textfile"
try "node_exporter may read the file, and promtool has nothing to say" says_nothing \
	as_exporter sh -c "promtool check metrics <$textfile"
try "it is root's, and nobody else may write" grep -qx 'root:root 644' \
	<(stat -c '%U:%G %a' "$textfile")
try "nothing lies beside it" test "$(ls -A "$textfiles")" = mvgpu.prom
vgpu_create 1of8 "$uuid_b"
try "the next reading follows in time" soon 20 grep -q "$uuid_b" "$textfile"
vgpu_remove_all
try "modules are unloaded" modprobe -r mvgpu_mdev mvgpu_virtio mvgpu
try "old figures are removed then" soon 20 is_gone
try "which is no failure either" soon 5 has_run 6
kill -KILL "$init"
finish
