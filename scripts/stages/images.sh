#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# images.sh [64]: memory images of guests. They stay in the cache as long as the kernel
# does. Of those that kselftest/unit/data/mon-image.sh knows, all of up to 8 CPUs; with
# 64 those of as many, and then the unit tests that read them, of which the stage
# `unit` has skipped these. That of 252 CPUs is made by hand.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

images_small='l4-kaslr l5-nokaslr stall l4-nokaslr l5-kaslr eevdf cpus8'
images_64='cpus64 hang64'

# images_make "NAME..."
images_make()
{
	local make=$here/kselftest/unit/data/mon-image.sh dir name bpftool=''

	export KTSTR_KERNEL=$kernel OUTPUT=$obj QEMU
	QEMU=$(command -v qemu-system-x86_64 ||
		printf '%s\n' "$cache"/emulated-host/current-*/qemu | tail -n 1)
	dir=$(XDG_CACHE_HOME=${cache%/ktstr} "$make" -d)
	find "$cache/images" -mindepth 1 -maxdepth 1 -mtime +14 \
		-not -path "$dir" -exec rm -rf {} + 2>/dev/null || true
	for name in $1; do
		if [[ -s $dir/$name.core ]]; then
			result 0 "images.$name"
		elif [[ -x $QEMU ]]; then
			[[ -n $bpftool ]] || attempt images.bpftool suite_make bpftool
			bpftool=1
			attempt "images.$name" env \
				XDG_CACHE_HOME="${cache%/ktstr}" "$make" "$name"
		else
			ktap_result 4 "images.$name" "no qemu-system-x86_64"
		fi
	done
}

images_64()
{
	local name test_programs=()

	images_make "$images_64"
	attempt images-64.build suite_make unit || return
	for name in $(our_files 'kselftest/unit/mon_*_test.c'); do
		test_programs+=("$obj/unit/$(basename "$name" .c)")
	done
	programs env KTSTR_KERNEL="$kernel" "$here/scripts/run-programs.sh" \
		unit 600 "${test_programs[@]}"
}

if [[ ${1:-} = 64 ]]; then
	stage_begin images-64
	images_64
else
	stage_begin images
	images_make "$images_small"
fi
ktap_end
