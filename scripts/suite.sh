# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The suite: built from this checkout against a kernel tree, installed into
# the output folder as kselftest does it, and run. Sourced by run_ktstr.sh.
#
#	out/build/ID/	objects, by kernel tree
#	out/install/	what `make install` of tools/testing/selftests gives
#	out/results/KERNEL-COMMIT/	sidecars and whole reports
#	out/logs/

# A tree to build the suite against when the kernel was built elsewhere.
suite_tree()
{
	local kernels vmlinux

	[[ -n ${tree:-} ]] || kernel_ask tree --suite -- ${kernel:+"$kernel"}
}

# What the suite takes from the tree: other content, other objects.
suite_tools_state()
{
	(cd "$tree/tools" && find lib build include scripts bpf sched_ext \
		testing/selftests/{lib.mk,run_kselftest.sh,kselftest,kselftest_harness.h,kselftest.h} \
		-type f \( -name '*.[chS]' -o -name 'Makefile*' -o -name '*.mk' \
		-o -name '*.sh' \) -printf '%p %s %T@\n' 2>/dev/null) |
		LC_ALL=C sort | hash_stdin
}

# Leaves obj, install and make_suite.
suite_paths()
{
	obj=$out/build/$source_id
	install=$out/install
	make_suite=(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u O
		-u KBUILD_OUTPUT make -L -C "$here"
		KSFT_SRC="$tree/tools/testing/selftests" OUTPUT="$obj"
		VMLINUX="${vmlinux:+$obj/vmlinux}")
}

suite_build()
{
	local log=$out/logs/suite.log state text="building the suite"

	suite_tree
	suite_paths
	state="$tree $(suite_tools_state)"
	if [[ $(cat "$obj/.tools" 2>/dev/null) != "$state" ]]; then
		rm -rf "$obj"
		mkdir -p "$obj"
		printf '%s\n' "$state" >"$obj/.tools"
	fi
	: >"$obj/.begun"	# what changes while we build is not in it
	# make -L minds the link's own age: another kernel, other BPF programs.
	if [[ -n ${vmlinux:-} &&
	      $(readlink "$obj/vmlinux") != "$vmlinux" ]]; then
		ln -sfn "$vmlinux" "$obj/vmlinux"
	fi
	: >"$log"
	job_must "$log" "$text" "${make_suite[@]}" \
		"-j$jobs_of_make" all
	suite_install "$log"
	mv "$obj/.begun" "$install/.built"
	emuhost_judge
}

# The folder that `make -C tools/testing/selftests install` would give. Another
# run may be at work in it: what has not changed is not touched.
suite_install()
{
	local from=$tree/tools/testing/selftests name list

	mkdir -p "$install/kselftest"
	job_must "$1" "installing the suite" "${make_suite[@]}" \
		INSTALL_PATH="$install/ktstr" install
	for name in module.sh runner.sh prefix.pl ktap_helpers.sh ksft.py; do
		install -C -m 755 "$from/kselftest/$name" "$install/kselftest/"
	done
	install -C -m 755 "$from/run_kselftest.sh" "$install/"
	list=$("${make_suite[@]}" -s --no-print-directory COLLECTION=ktstr \
		emit_tests 2>>"$1")
	[[ -n $list ]] || wrong "the suite has no tests; see $1"
	printf '%s\n' "$list" >"$install/kselftest-list.new"
	mv "$install/kselftest-list.new" "$install/kselftest-list.txt"
}

suite_programs()
{
	sed -n 's/^ktstr://p' "$install/kselftest-list.txt"
}

# ---- names of tests ----

# suite_list ARG...: names of tests, as `ktstr list` has them.
suite_list()
{
	"$install/ktstr/ktstr" list "$@"
}

# program_tests PROGRAM: the full name of each of its tests, in their order.
program_tests()
{
	suite_list -- "$1"
}

# Are the programs of the last build what a build would make, as far as names of
# tests go? Then a wrong one can be said before anything is built.
suite_is_fresh()
{
	[[ -f $install/.built && -x $install/ktstr/ktstr ]] || return
	[[ -z $(find "$here/Makefile" "$here/kselftest" "$here/lib" \
		-path "$here/kselftest/unit" -prune -o \
		-newer "$install/.built" -type f -print -quit) ]]
}

# Where whole reports and sidecars go, unless the user has said so.
results_dir()
{
	local dir=${KTSTR_SIDECAR_DIR:-} commit

	if [[ -z $dir ]]; then
		commit=$(our_commit)
		dir=$out/results/${kernel##*/}-${commit:-unknown}
	fi
	mkdir -p "$dir" || missing "$dir: cannot be made"
	printf '%s\n' "$dir"
}

our_commit()
{
	"$here/scripts/commit.sh"
}
