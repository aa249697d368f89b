# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The stages of `run_ktstr.sh check`, each a function that prints results by
# result(), attempt() or program() of check.sh. kernel, tree, obj, install and
# make_suite are as in suite.sh; scratch is a folder that goes afterwards.

# Our sources that match, tracked by git where there is git.
our_files()
{
	if git -C "$here" rev-parse -q --git-dir >/dev/null 2>&1; then
		git -c safe.directory='*' -C "$here" ls-files -- "$@"
	else
		(cd "$here" && for pattern in "$@"; do
			find . -path ./out -prune -o -type f \
				-name "${pattern##*/}" -print
		done | sed -e 's,^\./,,')
	fi
}

in_here()
{
	bash -c 'cd "$1" && shift && exec "$@"' - "$here" "$@"
}

# ---- style ----

# What a room may include, beside itself.
rooms='
lib/util	|
lib/wire	| lib/util
lib/check	| lib/util lib/wire
vmm		| lib/util lib/wire
vmm/x86		| lib/util lib/wire vmm
vmm/emulated-host | lib/util lib/wire vmm
init		| lib/util lib/wire
lib/host	| lib/util
lib/work	| lib/util lib/wire
lib/scenario	| lib/util lib/wire lib/check lib/work vmm/topology.h
lib/monitor	| lib/util lib/wire lib/check lib/host vmm
lib/run		| lib/util lib/wire lib/check lib/host lib/monitor vmm
lib/repro	| lib/util lib/wire lib/check lib/host lib/monitor lib/run vmm
lib/report	| lib/util lib/wire lib/check lib/host lib/monitor lib/run lib/repro vmm
'

# Files that stand above their room: a program, or the one door to another.
room_exceptions='
vmm/emulated-host/emulated-host-main.c	| lib/host
'

stage_style()
{
	local files scripts

	mapfile -t files < <(our_files '*.c' '*.h')
	mapfile -t scripts < <(our_files 'scripts/tests/*.sh' 'vmm/*.sh')
	attempt style.checkpatch in_here "$tree/scripts/checkpatch.pl" \
		--no-tree --strict --terse --quiet --no-summary \
		--show-types -f "${files[@]}"
	style_kernel_doc
	attempt style.shellcheck in_here shellcheck -x -a run_ktstr.sh .ci/run \
		"${scripts[@]}"
	style_spdx
	style_headers
	style_rooms
}

style_kernel_doc()
{
	local headers

	mapfile -t headers < <(our_files '*.h' | grep -v '^bpf/')
	attempt style.kernel_doc in_here "$tree/scripts/kernel-doc" -none \
		-Wall -Werror "${headers[@]}"
}

style_spdx()
{
	local file status=0

	for file in $(our_files '*.c' '*.h' '*.sh'); do
		sed -n 1,2p "$here/$file" | grep -q SPDX-License-Identifier ||
			{ echo "$file"; status=1; }
	done >"$scratch/output"
	result $status style.spdx
}

# Each header compiles alone.
style_headers()
{
	local header status=0

	for header in $(our_files '*.h' | grep -v '^bpf/'); do
		echo "#include \"$header\"" |
			gcc -std=gnu11 -fsyntax-only -Wall -Werror -D_GNU_SOURCE= \
				-Wno-unused-function -x c -I"$here" \
				-I"$here/lib" -isystem \
				"$tree/tools/testing/selftests" - \
			|| status=1
	done >"$scratch/output" 2>&1
	result $status style.headers_alone
}

style_rooms()
{
	local room allowed status=0

	while IFS='|' read -r room allowed; do
		read -r room <<<"$room"
		[[ -z $room ]] || room_is_clean "$room" "$allowed" || status=1
	done <<<"$rooms" >"$scratch/output"
	result $status style.rooms
}

# room_is_clean ROOM "ALLOWED...": names each include that is not.
room_is_clean()
{
	local room=$1 may file included more status=0

	while IFS=: read -r file included; do
		more=$(sed -n "s,^${file}[[:space:]]*|,,p" <<<"$room_exceptions")
		may=" $room $2 $more "
		[[ $may = *" ${included%/*} "* || $may = *" $included "* ]] || {
			echo "$file includes $included"
			status=1
		}
	done < <(cd "$here" && grep -oHE '^#include "[^"]*/[^"]*"' \
		"$room"/*.[ch] 2>/dev/null |
		sed -e 's/#include "//' -e 's/"$//')
	return $status
}

# ---- unit tests and fuzzing ----

stage_unit()
{
	unit_run "$obj"
}

stage_sanitizers()
{
	make_other "$obj-san" SAN=1
	unit_run "$obj-san" SAN=1
}

# Another build of ours with the libraries of the first one.
make_other()
{
	local dir=$1

	shift
	mkdir -p "$dir"
	make_suite=("${make_suite[@]/OUTPUT=*/OUTPUT=$dir}" SCX="$obj/sched_ext"
		"$@")
}

unit_run()
{
	local dir=$1 name

	attempt "unit.build" "${make_suite[@]}" "-j$jobs_of_make" unit || return
	for name in $(our_files 'kselftest/unit/*_test.c'); do
		name=$(basename "$name" .c)
		program "unit: $name" 120 "$dir/unit/$name"
	done
}

stage_clang()
{
	local clang

	clang=$(clang_newest)
	make_other "$obj-clang" CC="$clang"
	attempt "clang.build" "${make_suite[@]}" "-j$jobs_of_make" all unit
}

fuzz_seconds=10

stage_fuzz()
{
	local name seeds

	attempt fuzz.build "${make_suite[@]}" "-j$jobs_of_make" fuzz || return
	for name in $(our_files 'kselftest/unit/fuzz_*.c'); do
		name=$(basename "$name" .c)
		mkdir -p "$scratch/corpus/$name" "$out/fuzz"
		seeds=("$here/kselftest/unit/data/${name#fuzz_}")
		[[ -d ${seeds[0]} ]] || seeds=()
		attempt "fuzz.$name" "$obj/fuzz/$name" -print_final_stats=0 \
			-max_total_time=$fuzz_seconds -timeout=10 \
			-artifact_prefix="$out/fuzz/$name-" \
			"$scratch/corpus/$name" "${seeds[@]}"
	done
}

# ---- scripts/tests ----

# stage_script NAME: it prints KTAP at the top level itself.
stage_script()
{
	local status=0

	export KTSTR_TEST_DIR=$scratch KTSTR_TEST_INSTALL=$install
	export KTSTR_TEST_KERNEL=$kernel KTSTR_TEST_TREE=$tree
	job "$scratch/output" "$1" "$here/scripts/tests/$1.sh" || status=$?
	grep -v -e '^TAP version' -e '^1\.\.' "$scratch/output"
	exit $status
}

# ---- in VMs ----

# stage_suite suite-NAME
stage_suite()
{
	local status=0

	KTSTR_KERNEL=$kernel job - "$1" "$install/run_kselftest.sh" \
		-t "ktstr:${1#suite-}" || status=$?
	exit $status
}

stage_boots()
{
	attempt boots.build "${make_suite[@]}" "-j$jobs_of_make" bench || return
	program "boots: 50 in a row, 1, 2 and 4 CPUs" 800 env \
		KTSTR_KERNEL="$kernel" "${in_kvm[@]}" "$obj/bench/boot" -n 50 -c 1,2,4
}
