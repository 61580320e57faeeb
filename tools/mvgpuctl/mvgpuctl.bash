# SPDX-License-Identifier: GPL-2.0
# bash completion for mvgpuctl(8)

_mvgpuctl_gpus()
{
	local dir

	for dir in /sys/bus/{pci,platform}/devices/*/mvgpu; do
		[ ! -d "$dir" ] || basename "${dir%/mvgpu}"
	done
}

_mvgpuctl_vgpus()
{
	local dir

	for dir in /sys/bus/mdev/devices/*/mvgpu; do
		[ ! -d "$dir" ] || basename "${dir%/mvgpu}"
	done
}

_mvgpuctl_types()
{
	local dir

	for dir in /sys/bus/{pci,platform}/devices/*/mdev_supported_types/*-mvgpu_*; do
		[ ! -d "$dir" ] || echo "${dir##*-}"
	done | sort -u
}

# virtio-gpus, by their names on the bus.
_mvgpuctl_virtio()
{
	local file

	for file in /sys/bus/virtio/devices/*/device; do
		! grep -qx 0x0010 "$file" 2>/dev/null ||
			basename "${file%/device}"
	done
}

_mvgpuctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local word verb='' words='' verbs

	verbs="list types show create destroy set reset policy stat top events
	       trace export adopt release doctor"
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		-*) ;;
		*) verb=$word; break ;;
		esac
	done
	case $verb in
	'') words="$verbs --json --color=auto --color=always --color=never --help" ;;
	types) words="$(_mvgpuctl_gpus)" ;;
	show | stat) words="$(_mvgpuctl_vgpus) $(_mvgpuctl_gpus)" ;;
	create)
		case $prev in
		--gpu) words=$(_mvgpuctl_gpus) ;;
		--uuid | --weight | --cap | --min) ;;
		*) words="--gpu --uuid --weight --cap --min $(_mvgpuctl_types)" ;;
		esac
		;;
	destroy) words="--force $(_mvgpuctl_vgpus)" ;;
	set) words="weight= cap= min= $(_mvgpuctl_vgpus)" ;;
	reset) words="$(_mvgpuctl_vgpus)" ;;
	policy)
		words="fair equal fixed exclusive timeslice_us= job_timeout_ms=
		       outstanding= ban_resets= ban_seconds= $(_mvgpuctl_gpus)"
		;;
	top) words="$(_mvgpuctl_gpus)" ;;
	events) words="--follow --count --timeout" ;;
	trace) words="--seconds --output --svg $(_mvgpuctl_vgpus) $(_mvgpuctl_gpus)" ;;
	export) words="--prometheus --output" ;;
	adopt) words="--force $(_mvgpuctl_virtio)" ;;
	release) words="--force $(_mvgpuctl_gpus)" ;;
	esac
	[ -z "$verb" ] || words="$words --json --help"
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	# The value follows at once.
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
}

complete -F _mvgpuctl mvgpuctl
