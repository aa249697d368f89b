# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# `run_ktstr.sh test`: a scheduler through the ready scenarios, on each kernel
# that was named; built before, where it is a source. Sourced by run_ktstr.sh.

cmd_test()
{
	local door needs sched_kind sched_path test_kernels kernel kernels
	local vmlinux tree source_id='' status=0 one

	shift
	cache_init
	tools_must "$tools_kvm"
	door_build
	door_ask test "$@"
	[[ $needs != programs ]] || test_here "$@"
	[[ $sched_kind != source ]] ||
		path_for_make "the scheduler: " "$sched_path" "move it"
	((${#test_kernels[@]} == 0)) || kernel_must "${test_kernels[@]}"
	((${#test_kernels[@]} > 0)) || test_kernels=("${KTSTR_KERNEL:-}")
	tools_must "$tools_run"
	for kernel in "${test_kernels[@]}"; do
		test_can_look_up "$kernel" "$@"
	done
	out_init
	kvm_must
	if [[ -n ${test_kernels[0]} ]]; then
		kernel_get "${test_kernels[@]}"
		test_kernels=("${kernels[@]}")
	fi
	for kernel in "${test_kernels[@]}"; do
		one=0
		test_on "$kernel" "$@"
		((one == 0 || status == EXIT_WRONG)) || status=$one
	done
	exit "$status"
}

# test_here ARGUMENT...: on this machine itself, without a kernel of ours or a VM.
test_here()
{
	local kernel='' vmlinux='' tree='' obj install make_suite kvm_state=''
	local ktstr_settings status=0

	out_init
	install=$out/install
	if ! suite_is_fresh; then
		tools_must "$tools_run"
		suite_get
	fi
	kernel=host
	ktstr_results
	kernel=''
	ktstr_run test "$@" || status=$?
	exit "$status"
}

# test_can_look_up KERNEL ARGUMENT...: a name that is none is said before
# anything is built.
test_can_look_up()
{
	local kernel=$1 kernels vmlinux tree=''
	local sched_kind=$sched_kind sched_path=$sched_path test_kernels

	shift
	test_look_up "$@"
}

# test_on KERNEL ARGUMENT...: on one kernel, "" for one that we build. Leaves
# what came of it in $one.
test_on()
{
	local named=$1 kernel='' vmlinux='' tree='' obj install make_suite
	local ktstr_settings kernels
	local sched_kind=$sched_kind sched_path=$sched_path test_kernels

	shift
	if [[ -n $named ]]; then
		kernel_get "$named"
		tree=''
	fi
	test_look_up "$@"
	[[ -n $named ]] || kernel_get
	lock_take "suite-$(printf '%s' "$out" | hash_stdin 8)"
	suite_build
	test_build
	lock_drop "suite-$(printf '%s' "$out" | hash_stdin 8)"
	ktstr_results
	ktstr_run test --program "$sched_path" "$@" || one=$?
}

# What is but a name is one of the kernel's own schedulers.
test_look_up()
{
	[[ $sched_kind = name ]] || return 0
	suite_tree
	KTSTR_DOOR_SCHEDULERS=$tree/tools/sched_ext door_ask test "$@"
}

# A source becomes a program, against the kernel under test.
test_build()
{
	local log=$out/logs/scheduler.log name dir source

	case $sched_kind in
	none) sched_path=eevdf ;;
	source)
		[[ -n $vmlinux ]] || missing "$kernel: there is no vmlinux" \
			"beside this kernel to build a scheduler against"
		name=$(basename "$sched_path" .bpf.c)
		dir=$obj/schedulers/$(hash_stdin 8 <<<"$sched_path")
		: >"$log"
		job_must "$log" "building $name" "${make_suite[@]}" -s \
			--no-print-directory SCHED="${sched_path%.bpf.c}" \
			SCHED_OUT="$dir" scheduler
		sched_path=$dir/$name ;;
	declared)
		source=$("$install/ktstr/ktstr" list --source-of "$sched_path") ||
			exit "$EXIT_WRONG"
		[[ -n $source ]] || return 0
		[[ $source != tree:* ]] || source=$tree/${source#tree:}
		path_for_make "the scheduler: " "$source" "move it"
		sched_kind=source
		sched_path=$source
		test_build ;;
	esac
}
