#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# piglit-work.sh - the tests of piglit that are run on the GPU itself and in a guest
#
# Usage: piglit-work.sh [DIR]	(default /payload/piglit, what tests/qemu/piglit.sh
#				made)
#
# Tells each result, as it comes, as a line "# piglit TEST RESULT"; they must be the same
# wherever it runs on the same GPU. "none" is a test that told nothing: it crashed,
# or took longer than two minutes.

dir=${1-/payload/piglit}
at_once=20
export PIGLIT_PLATFORM=${PIGLIT_PLATFORM-gbm} LD_LIBRARY_PATH=$dir/lib
export PIGLIT_SOURCE_DIR=$dir WAFFLE_GBM_DEVICE=/dev/dri/renderD128

# results PREFIX - what a program of piglit says, as our lines.
results()
{
	sed -nE \
	    -e "s,^PIGLIT: \{\"subtest\": \{\"(.*)\" ?: ?\"(.*)\"\}\}.*,# piglit $1\1 \2,p" \
	    -e "s,^PIGLIT: \{\"result\": \"(.*)\" ?\}.*,# piglit $1 \1,p" |
		tr -d '\r'
}

# shaders DIR - some at a time, since a start takes longer than a test.
shaders()
{
	local files said i

	mapfile -t files < <(find "$1" -maxdepth 1 -name '*.shader_test' | sort)
	for ((i = 0; i < ${#files[@]}; i += at_once)); do
		said=$(timeout 120 bin/shader_runner "${files[@]:i:at_once}" \
			-auto -fbo -report-subtests 2>/dev/null)
		results "$1/" <<<"$said"
		[ "$(grep -c '"subtest"' <<<"$said")" -gt 0 ] ||
			echo "# piglit ${files[i]} none"
	done
}

# program NAME [ARGUMENT]...
program()
{
	local said name="$*"

	said=$(timeout 120 "bin/$1" "${@:2}" -auto -fbo 2>/dev/null)
	said=$(results "${name// /_}/" <<<"$said")
	echo "${said:-# piglit ${name// /_} none}"
}

cd "$dir" || exit
while read -r kind rest; do
	start=$SECONDS
	case $kind in
	shaders) shaders "$rest" ;;
	[a-z]*)
		# Arguments, split on purpose.
		# shellcheck disable=SC2086
		program "$kind" $rest
		;;
	*) continue ;;
	esac
	[ $((SECONDS - start)) -lt 10 ] || echo "# $kind $rest took $((SECONDS - start)) s"
done <tests.list
