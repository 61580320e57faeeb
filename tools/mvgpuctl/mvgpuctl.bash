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

# virtio-gpus, by their names on the bus and by those of their PCI devices.
_mvgpuctl_virtio()
{
	local file dir

	for file in /sys/bus/virtio/devices/*/device; do
		grep -qx 0x0010 "$file" 2>/dev/null || continue
		basename "${file%/device}"
		dir=$(realpath "${file%/device}/..")
		[ ! -e "$dir/vendor" ] || basename "$dir"
	done
}

# Files, as any program takes them.
_mvgpuctl_files()
{
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_mvgpuctl()
{
	local line=${COMP_LINE:0:COMP_POINT} cur prev trim all
	local word verb='' words='' verbs

	verbs="list types show create destroy set reset policy stat top events
	       trace export adopt release doctor"
	# By blanks: readline takes ":" and "=" for ends of words, too, and wants what
	# is behind the last of them.
	cur=${line##*[[:space:]]}
	trim=${cur%"${cur##*[:=]}"}
	read -ra all <<<"${line%"$cur"}"
	prev=${all[-1]}
	for word in "${all[@]:1}"; do
		case $word in
		-*) ;;
		*) verb=$word; break ;;
		esac
	done
	case $verb/$prev in
	trace/-o | trace/--output | trace/--svg | export/-o | export/--output)
		_mvgpuctl_files "$cur"
		return
		;;
	esac
	case $verb in
	'') words="$verbs --json --color=auto --color=always --color=never --help" ;;
	types) words="$(_mvgpuctl_gpus)" ;;
	show) words="$(_mvgpuctl_vgpus) $(_mvgpuctl_gpus)" ;;
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
	stat) words="--interval --count $(_mvgpuctl_vgpus) $(_mvgpuctl_gpus)" ;;
	top) words="--delay --count $(_mvgpuctl_gpus)" ;;
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
	COMPREPLY=("${COMPREPLY[@]#"$trim"}")
}

complete -F _mvgpuctl mvgpuctl
