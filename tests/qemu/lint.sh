#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# lint.sh - check the style of everything; a line ok or not ok for each tool
#
#   checkpatch   all C, --strict
#   sparse       a build for kernel 6.12 (7.3 wants a newer sparse than Debian's)
#   kernel-doc   headers and drivers, -Wall
#   codespell    all text
#   manual       what mandoc says of manual pages
#   scripts      what shellcheck -x says of them
#   spdx         a licence identifier in each file that can carry one
#   abi          each file in sysfs is in Documentation/ABI
#
# What they say is in build/lint/TOOL.log. Tools are those of the Debian tree,
# so that they say the same everywhere.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

logs=$project/build/lint
series=6.12
# By the first pattern that a file's name matches, what checkpatch has no say in:
# programs for user space name things as libc and libdrm do; what defines the
# kernel's words cannot use them; the one place that knows kernel versions; macros
# that make trace events are no code.
exempt=(
	'^tests/fuzz/include/ CAMELCASE,PREFER_KERNEL_TYPES,VOLATILE,MEMORY_BARRIER,MACRO_ARG_UNUSED,MACRO_ARG_REUSE'
	'^(tests|tools)/ CAMELCASE,PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO'
	'^include/compat/ LINUX_VERSION_CODE,CONSTANT_COMPARISON'
	'^include/trace/ OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT'
)

# files REGEX - those of the project whose name matches.
files()
{
	grep -E -- "$1" "$logs/files" || :
}

c_files()
{
	files '\.[ch]$'
}

# Also scripts that tell what they are only in their first line.
shell_files()
{
	local file

	files '\.sh$'
	grep -vE '\.[A-Za-z0-9]+$' "$logs/files" | while read -r file; do
		! head -c 64 "$file" | head -n 1 | grep -aqE '^#!.*\b(ba|da)?sh\b' ||
			echo "$file"
	done
}

exempt_from()
{
	local entry

	for entry in "${exempt[@]}"; do
		if [[ $1 =~ ${entry% *} ]]; then
			echo "--ignore=${entry##* }"
			return
		fi
	done
}

# It leaves files behind where it runs, so not here.
lint_checkpatch()
{
	local dir file rc=0

	dir=$(mktemp -d)
	cd "$dir"
	while read -r file; do
		# shellcheck disable=SC2046
		perl "$ksrc/scripts/checkpatch.pl" --no-tree --strict --terse \
			--no-summary --show-types $(exempt_from "$file") \
			-f "$project/$file" 2>>"$dir/stderr" || rc=1
	done < <(c_files)
	# Without a tree it complains of having none; anything else is news.
	! grep -v -e '^find:.*/include' -e 'uninitialized value .root in' \
		"$dir/stderr" || rc=1
	cd "$project"
	rm -rf "$dir"
	return "$rc"
}

# sparse does not know of guard() and its like, and then finds that locks are
# taken and never released: it is not asked about contexts.
lint_sparse()
{
	local out rel rc=0

	rel=$(kernel_release / "$series")
	out=build/lint/sparse-$rel
	rm -rf "$out"
	make modules KVER="$rel" OUT="$out" \
		KFLAGS="W=1 C=2 CF='-D__CHECK_ENDIAN__ -Wno-context'" >"$logs/sparse.out" 2>&1 ||
		rc=1
	grep -E 'warning|error:|WARNING|sparse.*(unusable|too old)' \
		"$logs/sparse.out" && rc=1
	# Each file is named as it is checked.
	grep -q '^  CHECK ' "$logs/sparse.out" || {
		tail "$logs/sparse.out"
		echo "sparse was not run"
		rc=1
	}
	return "$rc"
}

lint_kernel_doc()
{
	files '^(include|drivers)/.*\.[ch]$' |
		xargs perl "$ksrc/scripts/kernel-doc" -Wall -Werror -none 2>&1
}

lint_codespell()
{
	grep -v '^LICENSE' "$logs/files" | xargs codespell --ignore-words-list=renderd,nd,zink 2>&1
}

lint_manual()
{
	files '\.8$' | xargs mandoc -T lint -W warning 2>&1
}

lint_scripts()
{
	shell_files | xargs shellcheck -x 2>&1
}

# Markdown, JSON, Debian's packaging (which has debian/copyright), seeds of the
# fuzzer and empty files carry none.
lint_spdx()
{
	local file rc=0

	while read -r file; do
		grep -Iq . "$file" || continue
		if ! head -n 3 "$file" | grep -q 'SPDX-License-Identifier: '; then
			echo "$file: no SPDX-License-Identifier in its first lines"
			rc=1
		fi
	done < <(grep -vE -e '^LICENSE|^Documentation/ABI/|\.(md|json|txt)$' -e '(^|/)debian/' \
		-e '(^|/)(corpus|seeds)/' -e '\.gitignore$' "$logs/files")
	return "$rc"
}

# undocumented KIND OWNER - files that sysfs_KIND.c makes and the ABI's document lacks.
undocumented()
{
	local name

	while read -r name; do
		grep -qE "/<$2>/mvgpu/(stats/)?$name$" Documentation/ABI/testing/sysfs-mvgpu ||
			echo "sysfs_$1.c: $name is not in Documentation/ABI"
	done < <(sed -nE "s/^\t&$1_attr_(\w+)\.attr,$/\1/p" "drivers/core/sysfs_$1.c")
}

lint_abi()
{
	local said

	said=$(undocumented gpu addr; undocumented vgpu uuid)
	[ -z "$said" ] && return
	echo "$said"
	return 1
}

# Runs in the tree.
inside()
{
	local tool n=0 bad=0 log

	ksrc=$1
	cd "$project"
	for tool in checkpatch sparse kernel_doc codespell manual scripts spdx abi; do
		n=$((n + 1))
		log=$logs/${tool/_/-}.log
		# A subshell of its own, or "if" would switch its set -e off.
		( set -e; "lint_$tool" ) >"$log" &
		if wait $!; then
			echo "ok $n - lint: ${tool/_/-}"
		else
			bad=1
			head -n 40 "$log" | sed 's/^/# /'
			echo "# all of it: build/lint/${log##*/}"
			echo "not ok $n - lint: ${tool/_/-}"
		fi
	done
	echo "1..$n"
	return "$bad"
}

if [ "${1-}" = --inside ]; then
	inside "$2"
	exit
fi
[ $# -eq 0 ] || usage 2

mkdir -p "$logs"
cd "$project"
if [ -e .git ] && command -v git >/dev/null; then
	# What is not added yet counts, too; what is deleted does not.
	git ls-files -co --exclude-standard
else
	find . -path ./build -prune -o -type f -print | sed 's|^\./||'
fi | sort -u | while read -r file; do
	[ ! -f "$file" ] || printf '%s\n' "$file"
done >"$logs/files"
ksrc=$("$testbed/source.sh")
exec "$testbed/chroot.sh" -- "$testbed/lint.sh" --inside "$ksrc"
