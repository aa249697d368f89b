#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How `run_ktstr.sh check` ends: what passes, what is only skipped, and what
# cannot run at all. The stages themselves are not run here.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/common.sh
. "$top/scripts/common.sh"
# shellcheck source=scripts/tools.sh
. "$top/scripts/tools.sh"
# shellcheck source=scripts/source.sh
. "$top/scripts/source.sh"
# shellcheck source=scripts/kernel.sh
. "$top/scripts/kernel.sh"
# shellcheck source=scripts/kvm.sh
. "$top/scripts/kvm.sh"
# shellcheck source=scripts/suite.sh
. "$top/scripts/suite.sh"
# shellcheck source=scripts/check.sh
. "$top/scripts/check.sh"
# shellcheck source=scripts/check-stages.sh
. "$top/scripts/check-stages.sh"
# shellcheck disable=SC2034 # for what was sourced
here=$top invoked_as=$0
unset KTSTR_STRICT

# ends STATUS PASSED FAILED SKIPPED STAGE...: as check_end() says it.
ends()
{
	local want=$1 passed=$2 failed=$3 skipped=$4 status=0

	shift 4
	(check_end "$@") >stdout 2>stderr || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
	[[ $(tail -n 1 stdout) = "$passed passed, $failed failed, $skipped skipped" ]] ||
		fail "not the closing line"
}

says_no_kvm()
{
	[[ $(cat stderr) = 'ktstr: no KVM here that can run a kernel, so nothing ran in VMs: because' ]] ||
		fail "not one line that says so"
}

a_skip_is_no_failure()
{
	local kvm_state=usable

	ends 0 3 0 0 style guests
	ends 0 3 0 1 style guests
	[[ ! -s stderr ]] || fail "something was said"
}

strict_minds_skips()
{
	local kvm_state=usable

	export KTSTR_STRICT=1
	ends 0 3 0 0 style
	ends 4 3 0 1 style
	KTSTR_STRICT=0 ends 0 3 0 1 style
}

a_failure_is_one_with_skips_too()
{
	local kvm_state=emulated

	ends 1 3 1 0 style
	KTSTR_STRICT=1 ends 1 3 1 1 style
}

no_kvm_at_all()
{
	local kvm_state=none kvm_why=because

	ends 4 3 0 0 style guests
	says_no_kvm
	ends 4 0 0 0 suite-eevdf
	says_no_kvm
	ends 1 3 1 0 style guests
	says_no_kvm
	ends 0 3 0 0 style unit
	[[ ! -s stderr ]] || fail "KVM was not needed"
}

# What is needed to get that far, and stages that only leave their names.
stubs()
{
	cache_init() { :; }
	out_init() { out=$PWD; }
	tools_must() { :; }
	kvm_ready() { :; }
	kernel_get() { :; }
	suite_build() { source_id=x make_suite=(make); }
	job_must() { :; }
	check_phase() { echo "phase $1" >>phases; }
}

# phases KVM "PHASE..." STATUS: which are run where KVM is so, and the status.
phases()
{
	local kvm_state=$1 kvm_why=because want=$3 status=0

	stubs
	(check_run style guests boots) >stdout 2>stderr || status=$?
	cat stdout stderr
	[[ $(tr '\n' ' ' <phases) = "$2" ]] || fail "other phases: $(cat phases)"
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
}

ktap_begin
try check_end.a_skip_is_no_failure a_skip_is_no_failure
try check_end.strict_minds_skips strict_minds_skips
try check_end.a_failure_is_one_with_skips_too a_failure_is_one_with_skips_too
try check_end.no_kvm_at_all no_kvm_at_all
try check_end.no_vms_without_kvm phases none 'phase 1 ' 4
try check_end.vms_with_kvm phases usable 'phase 1 phase 2 phase 3 ' 0
ktap_end
