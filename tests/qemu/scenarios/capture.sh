#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Record what a guest's stock Mesa sends to its vGPU, then replay it on another vGPU: what
# comes back must be what the guest got, byte by byte.
#
# Leaves the files that capture-work.sh makes without bytes in /out. Those in
# tests/fuzz/captures are such.

# Functions are called by way of "try".
# shellcheck disable=SC2317

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

modules_load
try "create a vGPU" vgpu_create 1of1 "$uuid_a"
l2_start a --vgpu "$uuid_a" --mem 2G -- \
	"bash $here/scenarios/capture-work.sh /out/captures /out/data"
try "the guest boots" l2_up a 300 || finish
guest_done a 900 "what a guest draws is recorded"
try "no command was refused" unrefused a
try "take the vGPU away" vgpu_remove "$uuid_a"
cp "$l2_dir/a/out/captures"/*.mvc /out/
note "$(du -sh "$l2_dir/a/out/data")"

MVGPU_PARENT=$gpu_dir "$here/selftests/mvgpu/vgpu_replay" \
	"$l2_dir/a/out/data"/*.mvc >/tmp/replayed
status=$?
sed 's/^/    /' /tmp/replayed
result $status "another vGPU gives what the guest got"
finish
