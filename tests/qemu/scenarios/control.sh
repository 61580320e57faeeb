#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mvgpuctl, every verb but adopt and release (adopt.sh), with good input and bad, on the GPU
# in software.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=ctl.sh
. "$(dirname "$0")/ctl.sh"

sim=mvgpu_sim.0

# group_of UUID - the file that QEMU opens for it.
group_of()
{
	echo "/dev/vfio/$(basename "$(readlink "$mdev_dir/$1/iommu_group")")"
}

#
# Without mvgpu
#

ctl_install
try "list says that mvgpu is missing" says 6 'no /dev/mvgpu' list
try "and so does create" says 6 'no /dev/mvgpu' create 1of4
try "doctor finds that nothing is loaded" \
	json '[.good, ([.checks[] | select(.verdict == "bad")] | length)]' \
	'[false,3]' doctor
modprobe mvgpu_sim
try "create wants mvgpu_mdev" refuses 6 'no mediated devices' create 1of4
modprobe mvgpu_mdev
modprobe vfio_iommu_type1
try "doctor is content" json '.good' true doctor

doctor_sees_config()
{
	local config status=0

	config=/boot/config-$(uname -r)
	[ ! -e "$config" ] || mv "$config" /tmp/config
	mkdir -p /boot
	printf '%s\n' CONFIG_VFIO=m CONFIG_VIRTIO_PCI=m >"$config"
	doctor_finds bad "lacks CONFIG_VFIO_MDEV" env || status=1
	! grep -q '"what": "kernel [^ ]*"' "$answer" || status=1
	echo CONFIG_VFIO_MDEV=m >>"$config"
	doctor_finds ok '^kernel [^ ]*$' env || status=1
	rm "$config"
	[ ! -e /tmp/config ] || mv /tmp/config "$config"
	return "$status"
}

doctor_counts_readers()
{
	local fd fds=()

	while exec {fd}</dev/mvgpu; do
		fds+=("$fd")
	done 2>/dev/null
	doctor_finds bad 'too many have it open' env
}

try "doctor finds what the kernel lacks" doctor_sees_config
try "the soft limit of memory that may be locked counts" doctor_finds warning \
	'memory that may be locked: 64 KiB' prlimit --memlock=65536:unlimited
try "and may be enough" doctor_finds ok 'memory that may be locked' \
	prlimit --memlock=unlimited:unlimited
try "doctor finds too many readers" doctor_counts_readers
try "every verb has help" bash -c "
	for verb in list types show create destroy set reset policy stat top \
		    events trace export adopt release doctor; do
		$ctl \$verb --help | grep -q \"^Usage: mvgpuctl \$verb\" || exit 1
	done"

try "completion of a file" completes "mvgpuctl trace -o /etc/hostn" /etc/hostname
try "completion of a verb" completes "mvgpuctl ad" adopt
try "completion of options" completes "mvgpuctl top --d" --delay
try "completion of a value" completes "mvgpuctl --color=n" never

#
# list, types, create
#

try "list of a GPU without vGPUs" json '.' '{"gpus":[{"name":"mvgpu_sim.0","bus":"platform","backend":"sim","policy":"fair","engines":1,"memory_total":1073741824,"units":64,"units_used":0,"nr_vgpus":0,"timeslice_us":2000,"job_timeout_ms":2000,"outstanding":2,"ban_resets":10,"ban_seconds":60,"preemption":1,"vgpus":[]}]}' list
try "types" json '.gpus[0].types | map([.type, .units, .available, .memory_max, .displays])' \
	'[["mvgpu_1of1",64,1,1073741824,4],["mvgpu_1of2",32,2,536870912,4],["mvgpu_1of4",16,4,268435456,2],["mvgpu_1of8",8,8,134217728,2],["mvgpu_1of16",4,16,67108864,1],["mvgpu_1of32",2,32,33554432,1],["mvgpu_1of64",1,64,16777216,1]]' types
try "create takes a UUID and parameters" json '.' \
	"{\"uuid\":\"$uuid_a\",\"gpu\":\"$sim\",\"type\":\"mvgpu_1of4\"}" \
	create --uuid "$uuid_a" --weight 200 --cap 50 --min 20 mvgpu_1of4
try "list shows it" json '.gpus[0].vgpus' \
	"[{\"uuid\":\"$uuid_a\",\"type\":\"mvgpu_1of4\",\"state\":\"closed\",\"in_use\":false,\"weight\":200,\"cap\":50,\"min\":20,\"engine\":0,\"engine_owned\":false,\"units\":16,\"memory_max\":268435456,\"mode\":\"1280x800\"}]" list
made=$("$ctl" create 1of8)
try "create makes a UUID" grep -qxE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' <<<"$made"
try "and that is the device's" test -d "$mdev_dir/$made/mvgpu"
try "text of list" grep -qE "^  $uuid_a  mvgpu_1of4    closed         no     200   50   20 " \
	<("$ctl" list)
try "a type that does not fit is refused" refuses 5 'no room' create 1of1
try "a type that does not exist" refuses 3 'no type "1of3"' create 1of3
try "a path as a type" refuses 3 'no type' create ../mvgpu_1of4
try "a UUID that is none" refuses 2 'no UUID' create --uuid 123 1of8
try "no UUID at all" refuses 2 'no UUID' create --uuid '' 1of8
try "a UUID that is taken" refuses 5 'already' create --uuid "${uuid_a^^}" 1of8
try "a GPU that does not exist" refuses 3 'no GPU' create --gpu 0000:77:00.0 1of8
try "a weight out of range" refuses 2 'weight' create --weight 1001 1of8
try "min above cap" refuses 2 'above cap' create --cap 10 --min 11 1of8
try "a min that can't be promised creates nothing" \
	refuses 5 'nothing was created' create --min 81 1of8
try "no type" refuses 2 'wants one type' create
try "an option that does not exist" refuses 2 'no option' create --size 4 1of8

#
# set, reset, policy, show
#

vgpus='[.gpus[0].vgpus[] | [.weight, .cap, .min]]'
try "one that is bad changes none" refuses 1 'nothing was set' \
	set "$made" weight=3 "$uuid_a" weight=10 min=60
try "set changes both" "$ctl" set "$uuid_a" cap=0 min=60 "$made" weight=7 min=35
try "and so it is" json "$vgpus" '[[200,0,60],[7,0,35]]' list
try "a guarantee is handed over in one call" \
	"$ctl" set "$uuid_a" min=35 "$made" min=60
try "and it was" json "$vgpus" '[[200,0,35],[7,0,60]]' list
try "more than there is, is not promised" refuses 5 'nothing was set' set "$uuid_a" min=36
try "min above cap is refused" refuses 1 'nothing was set' set "$made" cap=59
try "a weight out of range is refused" refuses 2 'from 1 to 1000' set "$made" weight=0
try "so is a word" refuses 2 'weight' set "$made" weight=much
try "a name that does not exist" refuses 2 'speed' set "$made" speed=9
try "a vGPU twice" refuses 2 'twice' set "$made" weight=1 "$made" weight=2
try "a vGPU that does not exist" refuses 3 'no vGPU' set 0000 weight=1
try "nothing to set" refuses 2 'what is to be set' set "$made"
try "the beginning of a name will do" "$ctl" set "${uuid_a:0:20}" weight=33
try "set --json tells what has become of it" json '[.vgpus[] | .weight]' '[34]' \
	set "$uuid_a" weight=34
try "reset of who is not banned" json '.' \
	"{\"lifted\":[],\"not_banned\":[\"$uuid_a\"]}" reset "$uuid_a"
try "which it says" grep -qx "vGPU $uuid_a was not banned; its hangs so far are forgotten" \
	<("$ctl" reset "$uuid_a")
try "reset of nobody" refuses 3 'no vGPU' reset 0000

try "policy shows" grep -q '^policy          fair$' <("$ctl" policy)
try "policy sets" json '[.policy, .timeslice_us, .ban_resets]' '["fixed",1000,0]' \
	policy fixed timeslice_us=1000 ban_resets=0
try "the file says so, too" grep -qx fixed /sys/devices/platform/$sim/mvgpu/policy
try "a policy that does not exist" refuses 3 'neither a GPU nor a policy' policy faire
try "policy exclusive with two vGPUs" refuses 5 'nothing was set' policy exclusive
try "one out of range leaves the others" refuses 1 'nothing was set' \
	policy equal timeslice_us=500 ban_seconds=0
try "a leading 0 does not make it octal" json '.job_timeout_ms' 500 \
	policy job_timeout_ms=0500
"$ctl" policy job_timeout_ms=2000
try "a limit that does not exist" refuses 2 'not "speed=1"' policy speed=1
try "back to what it was" "$ctl" policy "$sim" fair timeslice_us=2000 ban_resets=10

try "show of a vGPU" json '[.uuid, .gpu, .weight, .stats.jobs, .stats.memory, (.stats.wait_hist | length)]' \
	"[\"$uuid_a\",\"$sim\",34,0,0,37]" show "$uuid_a"
try "its times add up" json '.stats | .busy_ns + .wait_ns + .idle_ns == .age_ns' true show "$uuid_a"
try "show of a GPU" json '[.name, .nr_vgpus, .stats.memory]' "[\"$sim\",2,0]" show "$sim"
try "text of a GPU's preemption" grep -qx 'preemption       1' <("$ctl" show "$sim")
try "the mode is as in sysfs" json '.mode' "\"$(vgpu_attr "$uuid_a" mode)\"" show "$uuid_a"
try "preemptions are as in sysfs" json '.stats.preemptions' \
	"$(vgpu_attr "$uuid_a" stats/preemptions)" show "$uuid_a"
try "show of nobody" refuses 3 'no vGPU' show nobody
try "text of show" grep -qx 'weight           34' <("$ctl" show "$uuid_a")

#
# Rights
#

as_nobody()
{
	setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=-all \
		--bounding-set=-all "$@"
}

as_adm()
{
	setpriv --reuid nobody --regid nogroup --groups adm --inh-caps=-all \
		--bounding-set=-all "$@"
}

nobody_is_refused()
{
	local status=0

	as_nobody "$ctl" list >"$answer" 2>&1 || status=$?
	[ "$status" -eq 4 ] && grep -q 'as root' "$answer"
}

# adm_is_refused ARG... - who may only look is told to be root.
adm_is_refused()
{
	local status=0

	as_adm "$ctl" "$@" >"$answer" 2>&1 || status=$?
	if [ "$status" -ne 4 ] || ! grep -q 'as root' "$answer"; then
		echo "status $status"
		cat "$answer"
		return 1
	fi
}

# Files of sysfs belong to user 0, who may lack what setting wants.
root_without_cap()
{
	local file

	for file in "$mdev_dir/$uuid_a/mvgpu/weight" \
		    /sys/devices/platform/$sim/mvgpu/timeslice_us; do
		! setpriv --inh-caps=-sys_admin --bounding-set=-sys_admin \
			bash -c "echo 500 >$file" 2>"$answer" || return 1
		grep -q 'not permitted' "$answer" || { cat "$answer"; return 1; }
	done
	[ "$(vgpu_attr "$uuid_a" weight)" = 34 ]
}

# Reads, but neither sets nor creates.
adm_may_look()
{
	local status

	as_adm "$ctl" list | grep -q "$uuid_a" || return 1
	status=0
	as_adm "$ctl" set "$uuid_a" weight=1 >"$answer" 2>&1 || status=$?
	[ "$status" -eq 4 ] || { cat "$answer"; return 1; }
	status=0
	as_adm "$ctl" create 1of8 >"$answer" 2>&1 || status=$?
	[ "$status" -eq 4 ] || { cat "$answer"; return 1; }
	[ "$(vgpu_attr "$uuid_a" weight)" = 34 ]
}

try "nobody may look" nobody_is_refused
# What the udev rule does; scenario install looks at that.
chgrp adm /dev/mvgpu
try "who monitors may look, and no more" adm_may_look
try "nor trace" adm_is_refused trace -s 0.1 -o /tmp/none
try "sysfs is not for a root without CAP_SYS_ADMIN" root_without_cap

#
# events
#

"$ctl" events --follow --json >/tmp/events 2>&1 &
events=$!
"$ctl" events --count 2 >/tmp/events.two 2>&1 &
events_two=$!
sleep 1
temporary=$("$ctl" create 1of16)
"$ctl" set "$temporary" weight=1
"$ctl" policy timeslice_us=3000
"$ctl" destroy "$temporary"
sleep 1
# Its output must be there already: nobody waits for a buffer to fill.
try "events --follow told each" test \
	"$(jq -c '[.event, .is_gpu, .name, .count, .lost]' /tmp/events)" = \
	"[\"created\",false,\"$temporary\",1,0]
[\"policy\",false,\"$temporary\",1,0]
[\"policy\",true,\"$sim\",1,0]
[\"removed\",false,\"$temporary\",1,0]"
try "and still waits" kill "$events"
status=0
wait "$events_two" || status=$?
result "$status" "events --count ended after two"
try "which it printed" test "$(wc -l </tmp/events.two)" -eq 2
try "events gives up in time, and says so" says 1 'nothing happened' events --timeout 0.2
try "events of something" says 2 'takes no "x"' events x
try "no event at all" says 2 'count' events -n 0

#
# stat, top, export, beside a guest that may have a fifth
#

guest=$("$ctl" create --cap 20 1of16)
"$here/selftests/mvgpu/vgpu_load" "$guest" 120 >/tmp/load 2>&1 &
load=$!
for _ in {1..100}; do
	[ "$(vgpu_attr "$guest" state)" != running ] || break
	sleep 0.1
done
try "a guest runs" grep -qx running "$mdev_dir/$guest/mvgpu/state"
sleep 1
tmux -f /dev/null new-session -d -x 100 -y 20 "$ctl top -d 0.1 2>/tmp/top.err"
"$ctl" stat -i 0.5 -n 3 --json >/tmp/stat.gpu &
watchers=$!
"$ctl" stat -i 0.5 -n 3 --json "$guest" >/tmp/stat.vgpu &
watchers+=" $!"
"$ctl" stat -i 0.5 -n 3 "$guest" >/tmp/stat.text &
watchers+=" $!"
"$ctl" stat -i 0.1 -n 21 >/tmp/stat.long &
watchers+=" $!"
"$ctl" top -d 0.7 -n 2 >/tmp/top.text &
watchers+=" $!"
"$ctl" top -d 1 -n 1 --json >/tmp/top.json &
watchers+=" $!"
# A list of numbers.
# shellcheck disable=SC2086
wait $watchers
# In one tenth of a second there may be nothing on a machine that is held up.
for _ in {1..20}; do
	tmux capture-pane -p >/tmp/top.tmux
	! grep -qE "^  ${guest:0:8} .*#" /tmp/top.tmux || break
	sleep 0.2
done
busy_before=$(vgpu_attr "$guest" stats/busy_ns)
status=0
"$ctl" trace -s 2 -o /tmp/trace.json --svg /tmp/trace.svg "$guest" 2>"$complaint" || status=$?
busy_after=$(vgpu_attr "$guest" stats/busy_ns)
result "$status" "trace"
try "and told how much" grep -qE '^[0-9]+ slices of 1 vGPUs in 2\.' "$complaint"
told=$(sed -n 's/^\([0-9]*\) slices of .*/\1/p' "$complaint")
"$ctl" trace -s 0.2 "$made" >/tmp/trace.none 2>/dev/null
try "trace tells in JSON what it has written" json '[.slices, .vgpus, .lost]' '[0,0,0]' \
	trace -s 0.2 -o /tmp/trace.some "$made"
"$ctl" export --prometheus -o /tmp/mvgpu.prom
try "a vGPU in use is not destroyed" says 5 'in use' destroy "$made" "$guest"
try "list says that it is in use" json "[.gpus[0].vgpus[] | select(.in_use) | .uuid]" \
	"[\"$guest\"]" list
try "and none beside it" test -d "$mdev_dir/$made"
tmux send-keys q
sleep 1
try "q ends top" bash -c '! tmux has-session 2>/dev/null'
try "it had nothing to complain of" test ! -s /tmp/top.err
kill "$load"
status=0
wait "$load" || status=$?
[ "$status" -eq 0 ] || cat /tmp/load
result "$status" "the guest is done"
try "and goes" "$ctl" destroy "$guest"

# traces_well FILE - the JSON Object Format of the Trace Event Format, of which no more is used
# than complete events, of threads and processes that have names, and one instant event.
traces_well()
{
	jq -e '
		def whole: type == "number" and . >= 0 and . == floor;
		def named: type == "object" and keys == ["name"] and
			(.name | type == "string" and . != "");
		[.traceEvents[] | select(.ph == "M") | [.name, .pid, .tid]] as $names |
		keys == ["displayTimeUnit", "traceEvents"] and .displayTimeUnit == "ms" and
		all(.traceEvents[]; (.name | type == "string" and . != "") and (.pid | whole) and
			if .ph == "M" and .name == "process_name" then
				keys == ["args", "name", "ph", "pid"] and (.args | named)
			elif .ph == "M" and .name == "thread_name" then
				keys == ["args", "name", "ph", "pid", "tid"] and
				(.tid | whole) and (.args | named)
			elif .ph == "X" then
				keys == ["args", "cat", "dur", "name", "ph", "pid", "tid", "ts"] and
				.cat == "job" and ([.ts, .dur, .tid] | all(whole)) and
				(.args | type == "object") and
				([["process_name", .pid, null], ["thread_name", .pid, .tid]] - $names
				 == [])
			else
				.ph == "i" and keys == ["args", "name", "ph", "pid", "s", "ts"] and
				.s == "g" and (.ts | whole)
			end)
		' "$1"
}

# About a fifth, on a machine that may be slow.
fifth='.busy > 0.05 and .busy < 0.3'
try "stat told of the GPU, a line each interval" test \
	"$(jq -c "[.gpu == \"$sim\", .jobs_per_s > 0, ($fifth)]" /tmp/stat.gpu | uniq -c | tr -s ' ')" = \
	' 3 [true,true,true]'
try "and of the vGPU" test \
	"$(jq -c "[.uuid == \"$guest\", .wait > 0.3, ($fifth)]" /tmp/stat.vgpu | uniq -c | tr -s ' ')" = \
	' 3 [true,true,true]'
# stat_lines WHO LINES FILE - of stat in text: a heading before each twenty lines, columns as
# wide as it, and figures that fit together. Of a guest that may have a fifth (WHO is vgpu)
# they are those of its load: it always waits when it is not served, each frame is two
# jobs, and each transfer, half of them, takes 6 ms.
stat_lines()
{
	awk -v who="$1" -v lines="$2" '
	function bad(why) { print why ": " $0; failed = 1 }
	NR == 1 { heading = $0 }
	NR % 21 == 1 {
		if ($0 != heading || $0 !~ /^TIME +BUSY% +WAIT% +IDLE% +JOBS\/S +FPS +SWITCH\/S +WAIT99us +RUN99us +MEMORY +RESETS$/)
			bad("no heading")
		next
	}
	{
		n++
		if ($0 !~ /^[0-2][0-9]:[0-5][0-9]:[0-6][0-9]( +[0-9]+\.[0-9]){6}( +[0-9]+){2} +64 KiB +0$/)
			bad("form")
		if (length($0) != length(heading))
			bad("width")
		sum = $2 + $3 + $4
		if (sum < 99.8 || sum > 100.2)
			bad("times do not add up")
		if (who == "gpu" && $3 != 0)
			bad("a GPU does not wait")
		if (who == "vgpu" && ($2 < 5 || $2 > 30 || $3 < 30))
			bad("not a fifth")
		if (who == "vgpu" && ($5 <= 0 || $6 <= $5 / 4 || $6 >= $5))
			bad("jobs and frames")
		if (who == "vgpu" && ($8 < 6000 || $9 < 6000 || $9 > 1000000))
			bad("how long jobs waited and ran")
	}
	END { exit failed || n != lines }' "$3"
}

try "stat in text told of the vGPU" stat_lines vgpu 3 /tmp/stat.text
try "and of the GPU, with a second heading" stat_lines gpu 21 /tmp/stat.long
try "top told of all" test "$(jq -c "[.gpu, (.vgpus | length), (.vgpus[] |
	select(.uuid == \"$guest\") | $fifth)]" /tmp/top.json)" = "[\"$sim\",3,true]"
try "top in a pipe is lines" test "$(grep -c "^GPU $sim  fair  [#.]" /tmp/top.text)" -eq 2
try "without colours" bash -c "! grep -q $'\033' /tmp/top.text"
try "who uses most comes first" grep -qE "^  $guest  running    [#]+[.]" \
	<(sed -n 3p /tmp/top.text)
# Of two readings, with two idle vGPUs in each. Each frame is two jobs: drawn and shown.
top_tells_frames()
{
	awk -v guest="$guest" '
	{ print }
	$1 == guest { shows += $6 > 0 && $7 > $6 / 4 && $7 < $6 }
	$1 ~ /^[0-9a-f]+-/ && $1 != guest { idle += $7 == "0.0" }
	END { exit shows != 2 || idle != 4 }' /tmp/top.text
}

try "it tells frames of who shows some, and of nobody else" top_tells_frames
try "top has a heading as wide as its lines" grep -qE '^  VGPU +STATE +GPU +GPU% +WAIT% +JOBS/S +FPS +MEMORY *$' /tmp/top.tmux
try "top on a terminal" grep -qE "^  ${guest:0:8}  running    #+\.+ +[0-9.]+%" /tmp/top.tmux
cp /tmp/trace.json /tmp/trace.svg /out/
# A fifth of the time again, and no more than the counters tell, which were looked at
# a while before and after.
# Its dollars are those of jq.
# shellcheck disable=SC2016
try "trace tells what the engine did" jq -e --argjson busy $((busy_after - busy_before)) '
	[.traceEvents[] | select(.ph == "X")] as $s |
	([$s[].dur] | add) as $us |
	(.traceEvents[-1].args.traced_us) as $traced |
	[$s[] | .ts + .dur] as $end |
	($s | length) > 10 and $us * 1000 < $busy * 1.01 and
	$traced >= 2e6 and $us > $traced * 0.05 and $us < $traced * 0.3 and
	([range(1; $s | length) | select($s[.].ts < $end[. - 1])] == []) and
	([$s[] | select(.name == "INTERNAL" or (.name | startswith("0x")))] == []) and
	([.traceEvents[] | select(.name == "thread_name").args.name] == ["'"$guest"'"])
	' /tmp/trace.json
try "the picture is XML" xmllint --noout /tmp/trace.svg
try "and has as many slices" test "$(grep -c '<title>' /tmp/trace.svg)" -eq \
	"$(jq '[.traceEvents[] | select(.ph == "X")] | length' /tmp/trace.json)"
try "which are as many as trace told" test "$told" -eq \
	"$(jq '[.traceEvents[] | select(.ph == "X")] | length' /tmp/trace.json)"
try "trace is of the format that it is said to be" traces_well /tmp/trace.json
try "trace of who is idle has none" jq -e '[.traceEvents[] | select(.ph != "i")] == []' /tmp/trace.none
try "and is of that format" traces_well /tmp/trace.none
try "who interrupts trace has what there was" timeout --preserve-status -s INT 5 \
	"$ctl" trace -s 300 -o /tmp/trace.int
try "all of it" jq -e '.traceEvents[-1].name == "end of trace"' /tmp/trace.int
for signal in HUP QUIT PIPE; do
	try "so has who gets SIG$signal" timeout --preserve-status -s $signal 2 \
		"$ctl" trace -s 300 -o /tmp/trace.$signal
	try "all of that, too" jq -e '.traceEvents[-1].name == "end of trace"' \
		/tmp/trace.$signal
done
try "nothing stays in tracefs" test -z "$(ls -A /sys/kernel/tracing/instances)"
echo good >/tmp/good.json
try "trace of nobody leaves the file as it was" says 3 'no vGPU' \
	trace -o /tmp/good.json nobody
try "so does trace for no time" says 2 'seconds' trace -o /tmp/good.json -s 0
try "and trace of two" says 2 'about one' trace -o /tmp/good.json a b
try "and one that can't write the other file" says 3 'there is none' \
	trace -o /tmp/good.json --svg /nowhere/file
try "all of it" grep -qx good /tmp/good.json
try "nothing lies beside it" test "$(echo /tmp/good.json*)" = /tmp/good.json
try "a device is not replaced by a file" "$ctl" trace -s 0.1 -o /dev/null
try "it is what it was" test -c /dev/null
try "nor by export" "$ctl" export --prometheus -o /dev/null
try "it still is" test -c /dev/null
try "trace of nobody" says 3 'no vGPU' trace -o /tmp/none nobody
try "trace to where nothing is" says 3 'there is none' trace -o /nowhere/file
try "trace for no time" says 2 'seconds' trace -s 0 -o /tmp/none
try "stat of who is gone" says 3 'no vGPU' stat -n 1 "$guest"

# Every sample has a type, every histogram's buckets grow up to its count, and no
# series is told twice.
prometheus_valid()
{
	awk '
	function bad(why) { print why ": " $0; failed = 1 }
	/^# TYPE/ { if ($3 in type) bad("type twice"); type[$3] = $4; next }
	/^# HELP/ { if (NF < 4) bad("no help"); help[$3] = 1; next }
	/^#/ || !/^[a-z_]+\{([a-z]+="[^"\\]*",?)+\} [0-9.e+-]+$/ { bad("form"); next }
	{
		series = $0; sub(/ [^ ]*$/, "", series)
		if (seen[series]++) bad("twice")
		name = $1; sub(/\{.*/, "", name)
		base = name; sub(/_(bucket|sum|count)$/, "", base)
		of = base
		if (type[base] != "histogram") of = name
		if (!(of in type) || !(of in help)) bad("no type or help")
		if (type[of] == "counter" && of !~ /_total$/) bad("no _total")
		if (type[of] != "counter" && of ~ /_total$/) bad("_total")
		if (name ~ /_bucket$/) {
			if ($NF + 0 < last + 0) bad("buckets shrink")
			last = $NF
			if ($0 ~ /le="\+Inf"/) { inf = $NF; last = 0 }
		}
		if (name ~ /_count$/ && $NF != inf) bad("count is not +Inf")
		lines++
	}
	END { exit failed || lines < 50 }' "$1"
}

# prometheus_adds_up FILE FIGURE [PAST] - the GPU's is that of its vGPUs, and of those that
# are gone.
prometheus_adds_up()
{
	awk -v gpu="mvgpu_gpu_$2{" -v vgpu="mvgpu_vgpu_$2{" -v past="mvgpu_gpu_${3-}{" '
		index($0, gpu) == 1 { want = $NF }
		index($0, vgpu) == 1 || index($0, past) == 1 { sum += $NF; n++ }
		END {
			d = want - sum
			if (want > 0 && n > 1 && d < 1e-6 && d > -1e-6) exit
			print "the GPU has " want ", " n " others have " sum
			exit 1
		}' "$1"
}

cp /tmp/mvgpu.prom /tmp/top.tmux /out/
try "promtool has nothing to say of export" says_nothing \
	sh -c 'promtool check metrics </tmp/mvgpu.prom'
try "export is valid" prometheus_valid /tmp/mvgpu.prom
try "busy time adds up" prometheus_adds_up /tmp/mvgpu.prom \
	busy_seconds_total past_busy_seconds_total
try "switches add up" prometheus_adds_up /tmp/mvgpu.prom switches_total past_switches_total
try "memory adds up" prometheus_adds_up /tmp/mvgpu.prom memory_used_bytes
try "all may read the file" grep -qx 644 <(stat -c %a /tmp/mvgpu.prom)
try "export to where nothing is" says 3 'there is none' export --prometheus -o /nowhere/file
try "export of something else" says 2 'prometheus' export

# top in a pipe has nothing to put right: a signal ends it at once.
top_ends()
{
	local begin=$SECONDS

	timeout -k 20 2 "$ctl" top -d 3600 | cat >"$answer"
	[ $((SECONDS - begin)) -lt 10 ]
}

# Nor does it wait for a key where there are none.
top_without_keys_ends()
{
	local tries=20 socket=keys$RANDOM

	tmux -L "$socket" -f /dev/null new-session -d \
		"echo \$\$ >/tmp/top.pid; exec $ctl top -d 3600 </dev/null"
	sleep 1
	tmux -L "$socket" has-session || return 1
	kill "$(cat /tmp/top.pid)"
	while tmux -L "$socket" has-session 2>/dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.2
	done
}

# screen COMMAND... - what a terminal of eight lines shows of it, colours included.
screen()
{
	# The server of the last one may still be about to go.
	local socket=screen$RANDOM

	tmux -L "$socket" -f /dev/null new-session -d -x 100 -y 8 "$@"
	sleep 1
	tmux -L "$socket" capture-pane -p -e
	tmux -L "$socket" kill-server
}

top_says_more()
{
	local several

	for _ in 1 2 3 4 5 6; do
		several+=" $("$ctl" create 1of64)"
	done
	screen "$ctl top -d 0.1" >"$answer"
	# A list of UUIDs.
	# shellcheck disable=SC2086
	"$ctl" destroy $several
	# Four of them, below the GPU and a heading.
	grep -qE '^ *4 more' "$answer" || { cat "$answer"; return 1; }
}

# Ten times a second, if nobody says otherwise.
top_is_live()
{
	local begin=${EPOCHREALTIME/./} ms drawn

	script -qec "$ctl top -n 20" /tmp/top.script </dev/null >/dev/null || return
	ms=$(((${EPOCHREALTIME/./} - begin) / 1000))
	drawn=$(grep -o $'\033\\[H' /tmp/top.script | wc -l)
	echo "$drawn times in $ms ms"
	[ "$drawn" -ge 20 ] && [ "$ms" -ge 1900 ] && [ "$ms" -lt 6000 ]
}

try "top is drawn ten times a second" top_is_live
try "a signal ends top in a pipe" top_ends
try "and on a terminal without keys" top_without_keys_ends
try "top says how many do not fit" top_says_more
try "top has colours on a terminal" grep -q $'\033\\[3[123]m[#.]' <(screen "$ctl top -d 0.1")
screen "NO_COLOR=1 $ctl top -d 0.1" >"$answer"
try "but not with NO_COLOR" grep -q "^GPU $sim  fair  [#.][#.]" "$answer"
try "top of two" says 2 'about one' top a b
try "top of nobody" says 3 'no GPU' top nobody
try "top all the time" says 2 'seconds' top -d 0
try "list of something" says 2 'takes no' list x
try "types of nobody" says 3 'no GPU' types nobody
try "types of two" says 2 'takes no' types "$sim" x
try "doctor of something" says 2 'takes no' doctor x
try "release of a GPU in software" says 1 'not adopted' release "$sim"

#
# Hung and banned
#

# The guest of this vGPU has just hung the GPU, and stands still.
ban()
{
	"$here/selftests/mvgpu/vgpu_load" "$1" 120 >/tmp/load 2>&1 &
	load=$!
	vgpu_is "$1" state running || return 1
	sleep 1
	echo 1 >/sys/kernel/debug/$sim/hang_nth
	sleep 0.2
	kill -STOP "$load"
	vgpu_is "$1" state banned
}

"$ctl" policy ban_resets=1 job_timeout_ms=1000
ban "$made"
result $? "a guest hangs the GPU"
try "it is banned and in use" json '[.state, .in_use]' '["banned",true]' show "$made"
try "text of list" grep -qE "^  $made  mvgpu_1of8    banned        yes " <("$ctl" list)
try "export tells both" test "$("$ctl" export --prometheus |
	grep -cE "^mvgpu_vgpu_(in_use|state)\{.*$made\"(,state=\"banned\")?\} 1$")" -eq 2
try "it is not taken from its VM" refuses 5 'in use \(banned\)' destroy "$made"
try "doctor tells of it" grep -q "vGPU $made is banned" <("$ctl" doctor)
kill -CONT "$load"
kill "$load"
wait "$load"
try "its VM is gone" json '[.state, .in_use]' '["banned",false]' show "$made"
try "reset lifts the ban" json '.' "{\"lifted\":[\"$made\"],\"not_banned\":[]}" reset "$made"
try "and so it is" grep -qx closed "$mdev_dir/$made/mvgpu/state"
"$ctl" policy ban_resets=10 job_timeout_ms=2000

#
# destroy
#

try "destroy of the same twice takes nobody" \
	refuses 2 'named twice' destroy "$uuid_a" "$made" "${uuid_a:0:35}"
try "destroy of one that does not exist takes nobody" \
	refuses 3 'no vGPU' destroy "$uuid_a" 0000
guest=$("$ctl" create 1of64)
try "destroy --force waits for the VM" force_waits destroy --force "$guest"
try "destroy" json '.' "{\"destroyed\":[\"$uuid_a\",\"$made\"]}" destroy "$uuid_a" "$made"
try "they are gone" json '.gpus[0].vgpus' '[]' list

#
# Modules go while somebody looks
#

"$ctl" events --follow >/tmp/events.last 2>&1 &
events=$!
exec 9</dev/mvgpu
sleep 0.5
try "backend and frontend are unloaded while /dev/mvgpu is open" \
	modprobe -r mvgpu_mdev mvgpu_sim
try "which the core bears" test -c /dev/mvgpu
try "list is empty" json '.gpus' '[]' list
try "top of no GPU" says 3 'no GPU' top -n 1
try "two GPUs" modprobe mvgpu_sim nr_gpus=2
modprobe mvgpu_mdev
sleep 0.5
try "who listened saw GPUs go and come" test \
	"$(awk '{ print $2, $4 }' /tmp/events.last | tr '\n' ' ')" = \
	"removed $sim created $sim created mvgpu_sim.1 "
kill "$events"
exec 9<&-
try "with two GPUs, create wants to know which" refuses 2 'there are 2 GPUs: mvgpu_sim.0, mvgpu_sim.1' create 1of4
try "and so does top" says 2 'there are 2 GPUs: mvgpu_sim.0, mvgpu_sim.1' top -n 1
try "the other one" json '[.gpu]' '["mvgpu_sim.1"]' create --gpu mvgpu_sim.1 --uuid "$uuid_a" 1of4
"$ctl" create --gpu "$sim" --uuid "$uuid_b" 1of4 >"$answer"
try "set of two GPUs' is refused" refuses 2 'of one GPU' set "$uuid_a" weight=1 "$uuid_b" weight=1
try "an ambiguous name is refused" refuses 2 'several vGPUs' show "${uuid_a:0:8}"
try "an ambiguous GPU is refused" refuses 2 'several GPUs' policy mvgpu_sim
"$ctl" destroy "$uuid_a" "$uuid_b"
try "unload" modprobe -r mvgpu_mdev mvgpu_sim
try "all of it" bash -c '[ ! -e /sys/module/mvgpu ] || modprobe -r mvgpu'
finish
