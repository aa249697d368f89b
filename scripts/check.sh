# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# `run_ktstr.sh check`: sees to all that stages find done, and has `ktstr check` run
# them (lib/host/stages). What it finds and builds is told by the environment, and by a
# file for stages that are run alone (scripts/stages/lib.sh). Sourced by run_ktstr.sh.

# What a stage learns from us.
check_settings=(KTSTR_OUT KTSTR_CHECK_HERE KTSTR_CHECK_SELF KTSTR_CHECK_CACHE
	KTSTR_CHECK_KERNEL KTSTR_CHECK_VMLINUX KTSTR_CHECK_TREE KTSTR_CHECK_ID
	KTSTR_CHECK_KVM KTSTR_TEST_INSTALL KTSTR_TEST_KERNEL KTSTR_TEST_OUT
	KTSTR_TEST_CACHE KTSTR_TEST_TREE)

cmd_check()
{
	local door needs sched_kind sched_path test_kernels now
	local kernel='' vmlinux='' tree='' obj install make_suite kvm_state=''

	clock
	export KTSTR_CHECK_BEGAN=$now
	cache_init
	tools_must "$tools_kvm"
	door_build
	door_ask check "$@"
	trap check_not_built EXIT
	check_prepare
	check_tell
	trap - EXIT
	exec "$install/ktstr/ktstr" check "$@"
}

# Whoever reads the last line alone must not take it for a pass.
check_not_built()
{
	local status=$?

	printf '%s\n' 'TAP version 13' 'not ok 1 build' '1..1' \
		"# failed: build; logs: ${out:-the output folder}/logs" \
		'0 passed, 1 failed, 0 skipped'
	exit "$status"
}

# What each stage finds done.
check_prepare()
{
	out_init
	tools_must "$tools_run" "$tools_check"
	kvm_ready
	suite_get
	# All that stages would build in the same folder at the same time.
	job_must "$out/logs/suite.log" "building the tests" \
		"${make_suite[@]}" "-j$jobs_of_make" unit bench-build
}

check_tell()
{
	local name file=$out/check/environment

	export KTSTR_OUT=$out KTSTR_CHECK_HERE=$here
	export KTSTR_CHECK_SELF=$install/ktstr/ktstr KTSTR_CHECK_CACHE=$cache
	export KTSTR_CHECK_KERNEL=$kernel KTSTR_CHECK_VMLINUX=$vmlinux
	export KTSTR_CHECK_TREE=$tree KTSTR_CHECK_ID=$source_id
	export KTSTR_CHECK_KVM="$kvm_state: $kvm_why"
	export KTSTR_TEST_INSTALL=$install KTSTR_TEST_KERNEL=$kernel
	export KTSTR_TEST_OUT=$out KTSTR_TEST_TREE=$tree
	export KTSTR_TEST_CACHE=${cache%/ktstr}
	mkdir -p "$out/check"
	for name in "${check_settings[@]}"; do
		printf 'export %s=%q\n' "$name" "${!name}"
	done >"$file.$$"
	mv "$file.$$" "$file"
}
