#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kselftest.sh [forms]: the suite in its place in the tree, in the ways in which a
# maintainer may build and run it. Built in the tree and beside it each program runs
# one test; a package must hold the same files, and what it takes to run one program
# that needs them all (repro), or one at all (eevdf). Without `forms` it is built and
# run in the tree, by each check, so that it starts all programs, and has those run a
# test which between them need all that is built: schedulers, and the probe.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

# In the tree: built from nothing, run, and cleaned up after.
stage_kselftest()
{
	kselftest_begin 'eevdf scx repro' || return
	kselftest_in_tree
}

# The other forms, which seldom break and take the suite's build three times.
stage_kselftest_forms()
{
	kselftest_begin "$(suite_programs | tr '\n' ' ')" || return
	kselftest_make kselftest.install_in_tree \
		"KSFT_INSTALL_PATH=$copy/in-tree" install
	attempt kselftest.installed_in_tree grep -x ktstr:eevdf \
		"$copy/in-tree/kselftest-list.txt"
	rm -rf "$copy/in-tree"
	kselftest_out_of_tree
	kselftest_linked
	kselftest_merge
}

# kselftest_begin PROGRAMS: which of them run a test. Leaves copy, linux, selftests,
# quick and listed. The copy is where its files can be links to those of the tree.
kselftest_begin()
{
	copy=$KTSTR_CHECK_TMP linux=$copy/linux
	selftests=$linux/tools/testing/selftests quick=() listed=0
	mkdir -p "$copy"
	kselftest_copy || return
	kselftest_quick "$1"
}

# Our own sources can be linked to: nothing writes to a file that is there.
kselftest_copy()
{
	local copy_tree=(rsync -a --exclude=.git --exclude='*.o' "$tree/" "$linux/")

	if [[ $tree = "$cache"/sources/* ]]; then
		copy_tree=(cp -al "$tree" "$linux")
	fi
	attempt kselftest.copy_of_the_tree "${copy_tree[@]}" || return
	kselftest_place
}

kselftest_place()
{
	rm -rf "$selftests/ktstr"
	rsync -a --exclude=/out --exclude=/.git "$here/" "$selftests/ktstr/"
}

# kselftest_quick PROGRAMS: the first test of each, of others their list, as
# run_kselftest.sh takes arguments. The list counts as a skip, by the harness.
kselftest_quick()
{
	local program name first

	quick=(env KTSTR_KERNEL="$kernel" KTSTR_CLONE=0)
	for program in $(suite_programs); do
		name=${program//[^A-Za-z0-9_]/_}
		if [[ " $1 " != *" $program "* ]]; then
			quick+=("KSELFTEST_${name^^}_ARGS=-l")
			listed=$((listed + 1))
			continue
		fi
		first=$(program_tests "$program" | sed -n 1p)
		quick+=("KSELFTEST_${name^^}_ARGS=-r $first")
	done
}

# kselftest_judge NAME STATUS: the output must say that tests passed, and none
# that it failed or was skipped, but for the programs that were to list theirs.
kselftest_judge()
{
	local passed failed skipped infra open status=$2

	read -r passed failed skipped infra open _ \
		<<<"$(ktap_count "$scratch/output")"
	if ((failed > 0 || skipped != listed || infra + open > 0 || passed == 0)); then
		status=1
	fi
	result "$status" "$1"
}

kselftest_make()
{
	local name=$1 status=0

	shift
	run "$scratch/output" "${quick[@]}" make -C "$selftests" \
		"-j$jobs_of_make" TARGETS=ktstr FORCE_TARGETS=1 "$@" ||
		status=$?
	if [[ " $* " = *' run_tests '* ]]; then
		kselftest_judge "$name" $status
	else
		result $status "$name"
	fi
}

kselftest_run()
{
	local name=$1 folder=$2 status=0

	shift 2
	run "$scratch/output" "${quick[@]}" \
		"$folder/run_kselftest.sh" "$@" || status=$?
	kselftest_judge "$name" $status
}

# kselftest_same NAME FOLDER REFERENCE: both hold the same files of ours.
kselftest_same()
{
	local name=$1 status=0

	[[ -s $2/ktstr/eevdf && -s $3/ktstr/eevdf ]] || status=1
	grep -q ^ktstr: "$2/kselftest-list.txt" || status=1
	diff <(cd "$2/ktstr" && find . | sort) \
		<(cd "$3/ktstr" && find . | sort) >"$scratch/output" 2>&1 ||
		status=1
	diff <(grep ^ktstr: "$2/kselftest-list.txt") \
		<(grep ^ktstr: "$3/kselftest-list.txt") >>"$scratch/output" 2>&1 ||
		status=1
	result $status "$name"
}

kselftest_in_tree()
{
	kselftest_make kselftest.run_tests run_tests
	kselftest_make kselftest.clean clean
	(cd "$selftests/ktstr" && [[ -s Makefile ]] || echo "no suite there"
	 cd "$selftests/ktstr" && find . -type f -newer Makefile \
		\( -name '*.o' -o -name '*.a' -o -perm /111 -not -name '*.sh' -not -name '*.py' \
		-not -path './.ci/*' \) -print) >"$scratch/output"
	result "$([[ ! -s $scratch/output ]]; echo $?)" kselftest.clean_is_clean
}

kselftest_out_of_tree()
{
	kselftest_make kselftest.run_tests_with_O "O=$copy/o" run_tests
	kselftest_make kselftest.install "O=$copy/o" \
		"KSFT_INSTALL_PATH=$copy/installed" install
	mv "$copy/installed" "$copy/moved"
	kselftest_run kselftest.installed_runs "$copy/moved" -t ktstr:repro
	kselftest_make kselftest.gen_tar "O=$copy/o" \
		"KSFT_INSTALL_PATH=$copy/packed" gen_tar
	mkdir "$copy/unpacked"
	attempt kselftest.unpack tar -xf \
		"$copy/packed/kselftest-packages/kselftest.tar.gz" -C "$copy/unpacked"
	rm -rf "$copy/packed"
	kselftest_same kselftest.gen_tar_is_whole "$copy/unpacked" "$copy/moved"
	kselftest_run kselftest.gen_tar_runs "$copy/unpacked" -t ktstr:eevdf
}

# A link instead of a copy builds and installs.
kselftest_linked()
{
	rm -rf "$selftests/ktstr"
	ln -s "$here" "$selftests/ktstr"
	# What is of the tree is there already.
	kselftest_make kselftest.linked_install "O=$copy/linked" \
		"SCX=$(find "$copy/o" -type d -name sched_ext | head -n 1)" \
		"KSFT_INSTALL_PATH=$copy/linked-installed" install
	kselftest_same kselftest.linked_is_whole "$copy/linked-installed" \
		"$copy/moved"
	kselftest_run kselftest.linked_runs "$copy/linked-installed" \
		-t ktstr:eevdf
	kselftest_place
}

kselftest_merge()
{
	local make_linux=(make -C "$linux" ARCH=x86_64 "O=$copy/merged")
	local option status=0

	mkdir "$copy/merged"
	attempt kselftest.defconfig "${make_linux[@]}" defconfig
	run "$scratch/output" "${make_linux[@]}" \
		kselftest-merge || status=$?
	grep -q '^Merging .*/ktstr/config$' "$scratch/output" || {
		echo "our config was not merged" >>"$scratch/output"
		status=1
	}
	while read -r option; do
		grep -qxF "$option" "$copy/merged/.config" || {
			echo "not so afterwards: $option" >>"$scratch/output"
			status=1
		}
	done < <(grep '^CONFIG_' "$here/config" || echo "an option of ours")
	result $status kselftest.merge
}

if [[ ${1:-} = forms ]]; then
	stage_begin kselftest-forms
	stage_kselftest_forms
else
	stage_begin kselftest
	stage_kselftest
fi
ktap_end
