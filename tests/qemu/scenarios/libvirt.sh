#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# libvirt's daemon finds the types, makes a vGPU by way of mdevctl, and runs a domain
# with it as README.md says: the guest draws, reboots, stands still, renders by OpenGL, and
# nobody else gets its vGPU meanwhile. Another domain gets the vGPU while it runs, computes
# and renders on it, and gives it back.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

parent=pci_$(tr ':.' __ <<<"$gpu")
node=mdev_$(tr - _ <<<"$uuid_a")_$(tr ':.' __ <<<"$gpu")
type=virtio-pci-mvgpu_1of4
root=/tmp/libvirt

virsh()
{
	timeout 120 virsh -q -c qemu:///system "$@"
}

# screen_is asks for a picture by this: here it comes from libvirt, which makes a PNG.
l2_screendump()
{
	virsh screenshot "$1" "$2.png" >/dev/null && pngtopnm "$2.png" >"$2"
}

# said REGEX COMMAND... - it succeeds, and says that.
said()
{
	local what=$1 text

	shift
	text=$("$@" 2>&1) || { echo "$text"; return 1; }
	grep -qE -- "$what" <<<"$text" || { echo "$text"; return 1; }
}

# refused REGEX COMMAND... - it fails, and says why.
refused()
{
	local why=$1 text

	shift
	! text=$("$@" 2>&1) || { echo "not refused: $text"; return 1; }
	grep -qiE -- "$why" <<<"$text" || { echo "$text"; return 1; }
}

# soon COMMAND... - it succeeds within some seconds.
soon()
{
	local tries=100

	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { "$@"; return; }
		sleep 0.2
	done
}

# There is no systemd and nobody but root; what libvirt keeps its domains apart with
# is not what is tested.
daemon_start()
{
	cat >>/etc/libvirt/qemu.conf <<-EOF
		user = "root"
		group = "root"
		dynamic_ownership = 0
		remember_owner = 0
		security_driver = "none"
		cgroup_controllers = []
		namespaces = []
		stdio_handler = "file"
	EOF
	echo 'auth_unix_rw = "none"' >>/etc/libvirt/libvirtd.conf
	taskset -c "$(l2_cpus)" libvirtd -d && soon virsh uri
}

# types_agree - does libvirt tell of each type what sysfs does?
types_agree()
{
	local xml dir at tag file of n=0

	xml=$(virsh nodedev-dumpxml "$parent") || return
	for dir in "$gpu_dir"/mdev_supported_types/*/; do
		at="//capability[@type='mdev_types']/type[@id='$(basename "$dir")']"
		for of in name:name deviceAPI:device_api \
			  availableInstances:available_instances; do
			tag=${of%:*} file=$dir${of#*:}
			[ "$(xmllint --xpath "string($at/$tag)" - <<<"$xml")" = \
				"$(cat "$file")" ] || { echo "$file: $xml"; return 1; }
			n=$((n + 1))
		done
	done
	[ "$n" -ge 3 ]
}

# hostdev_xml UUID DISPLAY
hostdev_xml()
{
	cat <<-EOF
		<hostdev mode='subsystem' type='mdev' model='vfio-pci' display='$2'>
		  <source><address uuid='$1'/></source>
		</hostdev>
	EOF
}

# ports_xml - libvirt makes as many as a domain needs when it is defined; these are some
# more, for what is plugged in later.
ports_xml()
{
	local n

	for n in {1..10}; do
		echo "<controller type='pci' index='$n' model='pcie-root-port'/>"
	done
}

# share_xml TAG DIR
share_xml()
{
	cat <<-EOF
		<filesystem type='mount' accessmode='passthrough' multidevs='remap'>
		  <source dir='$2'/>
		  <target dir='$1'/>
		</filesystem>
	EOF
}

# domain_xml NAME [UUID] - a guest as that of l2_start, with a vGPU. libvirt would let it
# run on all processors, whatever its daemon may use.
domain_xml()
{
	local dir=$l2_dir/$1 boot

	boot=$l2_boot/$(l2_series)
	cat <<-EOF
		<domain type='kvm'>
		  <name>$1</name>
		  <memory unit='GiB'>1</memory>
		  <vcpu cpuset='$(l2_cpus)'>1</vcpu>
		  <os>
		    <type arch='x86_64' machine='q35'>hvm</type>
		    <kernel>$boot/vmlinuz</kernel>
		    <initrd>$boot/initrd</initrd>
		    <cmdline>console=ttyS0 loglevel=7 panic=-1 oops=panic testbed.level=2 testbed.coldplug</cmdline>
		  </os>
		  <features><acpi/></features>
		  <cpu mode='host-passthrough'/>
		  <devices>
		    <disk type='block' device='disk'>
		      <driver name='qemu' type='raw'/>
		      <source dev='/dev/vda'/>
		      <target dev='vda' bus='virtio'/>
		      <readonly/>
		      <shareable/>
		    </disk>
		    $(share_xml testbed "$l2_here")
		    $(share_xml boot "$l2_boot")
		    $(share_xml out "$dir/out")
		    $(share_xml payload /payload)
		    <controller type='usb' model='none'/>
		    <controller type='pci' index='0' model='pcie-root'/>
		    $(ports_xml)
		    <serial type='file'>
		      <source path='$dir/console.log' append='on'/>
		    </serial>
		    <console type='file'>
		      <source path='$dir/output' append='on'/>
		      <target type='virtio'/>
		    </console>
		    <graphics type='vnc' socket='$dir/vnc'/>
		    $([ -z "$2" ] || hostdev_xml "$2" on)
		    <video><model type='none'/></video>
		    <memballoon model='none'/>
		  </devices>
		</domain>
	EOF
}

# domain_define NAME UUID COMMAND - so that l2_* and guest_* know it by its name, too.
domain_define()
{
	local dir=$l2_dir/$1

	mkdir -p "$dir/out/.run"
	printf 'touch /out/.run/up\n%s\n' "$3" >"$dir/out/.run/cmd"
	ln -sfn "/run/libvirt/qemu/$1.pid" "$dir/pid"
	domain_xml "$1" "$2" >"$root/$1.xml"
	cp "$root/$1.xml" /out/
	virsh define "$root/$1.xml"
}

# cpus_are NAME CPUS - may no thread of it run elsewhere?
cpus_are()
{
	local task

	for task in "/proc/$(cat "$l2_dir/$1/pid")/task"/*; do
		grep -qE "^Cpus_allowed_list:[[:space:]]$2\$" "$task/status" ||
			{ cat "$task/status"; return 1; }
	done
}

# QEMU itself with a vGPU that another one has.
qemu_alone()
{
	timeout 60 qemu-system-x86_64 -nodefaults -machine q35 -accel tcg -m 32M \
		-display none -monitor none -S \
		-device "vfio-pci,sysfsdev=$mdev_dir/$1" </dev/null
}

mkdir -p "$root"
# Before udevd could load kvm without what it wants here.
l2_kvm
cp "$here/install/usr/lib/udev/rules.d/70-mvgpu.rules" /usr/lib/udev/rules.d/
/usr/lib/systemd/systemd-udevd --daemon
modprobe vfio_iommu_type1
modules_load
try "libvirtd starts" daemon_start || finish
note "$(virsh version | tail -n 2)"

#
# Node devices
#

try "libvirt knows the GPU as one with types" \
	said "^$parent\$" virsh nodedev-list --cap mdev_types
try "it tells its types as sysfs does" types_agree

cat >"$root/node.xml" <<EOF
<device>
  <parent>$parent</parent>
  <capability type='mdev'>
    <type id='$type'/>
    <uuid>$uuid_a</uuid>
    <attr name='mvgpu/weight' value='200'/>
  </capability>
</device>
EOF
sed "s/$uuid_a/$uuid_b/; s/200/5000/" "$root/node.xml" >"$root/wrong.xml"
try "nodedev-define" virsh nodedev-define "$root/node.xml"
try "nothing is made yet" test ! -e "$mdev_dir/$uuid_a"
try "nodedev-start" virsh nodedev-start "$node"
try "the vGPU is there, with its weight" vgpu_is "$uuid_a" weight 200
try "libvirt lists it" soon said "^$node\$" virsh nodedev-list --cap mdev
try "libvirt tells its type" said "<type id='$type'/>" virsh nodedev-dumpxml "$node"
try "and the weight that it is to have" said "<attr name='mvgpu/weight' value='200'/>" \
	virsh nodedev-dumpxml "$node" --inactive
try "one less is available" types_agree
try "a weight out of range is refused" refused 'weight' virsh nodedev-create "$root/wrong.xml"
try "and leaves no vGPU" test ! -e "$mdev_dir/$uuid_b"

try "nodedev-autostart" virsh nodedev-autostart "$node"
try "libvirt says so" said '^Autostart: +yes' virsh nodedev-info "$node"
try "mvgpu_mdev goes, and takes the vGPU along" modprobe -r mvgpu_mdev
try "libvirt knows" soon said '^Active: +no' virsh nodedev-info "$node"
try "mvgpu_mdev comes back" modprobe mvgpu_mdev
try "the vGPU comes back by itself" soon test -d "$mdev_dir/$uuid_a/mvgpu" || finish
try "with its weight" vgpu_is "$uuid_a" weight 200
try "libvirt knows, too" soon said '^Active: +yes' virsh nodedev-info "$node"

#
# A domain
#

# It powers off at its button, as with systemd; there is nobody in it to do so.
# shellcheck disable=SC2016
guest='
	button()
	{
		local name

		modprobe -a button evdev
		until name=$(grep -l "Power Button" /sys/class/input/event*/device/name); do
			sleep 0.1
		done
		name=${name%%/device*}
		head -c 24 "/dev/input/${name##*/}" >/dev/null
		dmesg >/out/dmesg
		busybox poweroff -f
	}
	vgpu()
	{
		grep -q 0x1050 /sys/bus/pci/devices/*/device
	}
	# until it may go on
	keep()
	{
		local pid

		"$@" &
		pid=$!
		rm -f /out/next
		until [ -f /out/next ]; do sleep 0.1; done
		kill "$pid"
		wait "$pid"
	}
	boot=$(($(cat /out/boot 2>/dev/null || echo 0) + 1))
	echo $boot >/out/boot
	button &
	case $1 in
	keep)
		for n in $boot 10 11; do
			keep "$draw" pattern $n
		done
		keep "$gl" --show 3 --picture /out/shown.ppm --hold 600
		;;
	hotplug)
		# There is no udevd to load it when the device comes.
		modprobe virtio_gpu
		for n in 21 22; do
			echo "# waits $n"
			until vgpu && [ -e /dev/dri/card0 ]; do sleep 0.1; done
			"$gl" product geometry msaa
			keep "$draw" pattern $n
			echo "# released $n"
			while vgpu; do sleep 0.1; done
			echo "# gone $n"
		done
		;;
	esac
	dmesg >/out/dmesg
	echo "# end"
	sleep 600'

programs="draw=$draw; gl=$here/guest/mvgpu-gl"
try "define a domain" domain_define a "$uuid_a" "$programs; set -- keep$guest"
try "it starts" virsh start a || finish
try "its QEMU keeps off the first processor" cpus_are a "$(l2_cpus)"
try "the guest boots" l2_up a 300 || finish
try "it draws on the vGPU" guest_said a 'ready .*seed=1$'
try "virsh screenshot shows it" screen_is a --seed 1
try "the vGPU has done its work" test "$(vgpu_attr "$uuid_a" stats/jobs)" -gt 0

try "virsh reboot" virsh reboot a --mode acpi
try "the guest draws after it" guest_said a 'ready .*seed=2$'
try "its picture is shown" screen_is a --seed 2
try "virsh reset" virsh reset a
try "the guest draws after it" guest_said a 'ready .*seed=3$'
try "its picture is shown" screen_is a --seed 3

try "virsh suspend" virsh suspend a
try "virsh resume" virsh resume a
advance a
try "the guest draws on" guest_said a 'ready .*seed=10$'
kill -STOP "$(cat "$l2_dir/a/pid")"
sleep 3
try "with QEMU stopped, the vGPU can be asked" vgpu_is "$uuid_a" state running
kill -CONT "$(cat "$l2_dir/a/pid")"
advance a
try "QEMU goes on, and the guest draws" guest_said a 'ready .*seed=11$'
try "its picture is shown" screen_is a --seed 11

#
# Others want its vGPU
#

try "define another domain with that vGPU" domain_define b "$uuid_a" true
try "it does not start, and libvirt says why" refused 'in use' virsh start b
try "it is off" said '^shut off' virsh domstate b
try "QEMU itself is told, too" refused 'busy' qemu_alone "$uuid_a"
try "the vGPU is not destroyed" refused 'in use' virsh nodedev-destroy "$node"
try "who has it runs on" said '^running' virsh domstate a
try "and still shows its picture" screen_is a --seed 11
try "it has seen no error" vgpu_is "$uuid_a" stats/errors 0

#
# Mesa, as it is, renders on it
#

advance a
try "the guest renders by OpenGL" guest_said a '^# ready show'
try "what it has rendered is shown" shows_its_picture a
try "streams of 3D commands did that" test "$(vgpu_attr "$uuid_a" stats/streams)" -gt 0
try "none was refused" vgpu_is "$uuid_a" stats/refused 0
advance a
try "the guest is through" guest_said a '^# end'
try "virsh destroy" virsh destroy a
l2_save a
guest_results a 0 "tests in the guest"
try "nothing of the guest is left" vgpu_idle "$uuid_a"

#
# Hot-plug and hot-unplug
#

# Not one that is shown: QEMU keeps that until it ends (limits, README.md).
hostdev_xml "$uuid_a" off >"$root/hostdev.xml"
try "define a domain without a vGPU" domain_define h '' "$programs; set -- hotplug$guest"
try "it starts" virsh start h || finish
try "the guest boots" l2_up h 300 || finish
for n in 21 22; do
	try "$n: the guest has none" guest_said h "^# waits $n"
	try "$n: virsh attach-device" virsh attach-device h "$root/hostdev.xml" --live
	try "$n: the guest renders, and draws, on it" guest_said h "ready .*seed=$n\$"
	try "$n: the vGPU has done its work" test "$(vgpu_attr "$uuid_a" stats/jobs)" -gt 0
	try "$n: it is another one's now" refused 'in use|busy' virsh start b
	advance h
	try "$n: the guest lets go" guest_said h "^# released $n"
	try "$n: virsh detach-device" virsh detach-device h "$root/hostdev.xml" --live
	try "$n: the guest has no vGPU" guest_said h "^# gone $n"
	try "$n: nothing of the guest is left in it" soon vgpu_idle "$uuid_a"
done
try "the guest is through" guest_said h '^# end'
try "virsh shutdown" virsh shutdown h
try "it is off" soon said '^shut off' virsh domstate h
l2_save h
guest_results h 0 "tests in the guest"

#
# The end
#

for name in a b h; do
	try "undefine domain $name" virsh undefine "$name"
done
try "nodedev-destroy" virsh nodedev-destroy "$node"
try "the vGPU is gone" test ! -e "$mdev_dir/$uuid_a"
try "nodedev-undefine" virsh nodedev-undefine "$node"
try "libvirt forgets it" refused 'not found|could not find' virsh nodedev-info "$node"
try "all are available again" types_agree
finish
