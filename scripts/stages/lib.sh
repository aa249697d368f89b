# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # for who sources it
#
# What the programs of stages stand on. Each prints KTAP and is run alone as well as
# by `ktstr check`: what `./run_ktstr.sh check` found and built the last time stands
# in check/environment of the output folder. Sourced by them.
#
# Leaves here, out, cache, kernel, vmlinux, tree, obj, install and make_suite, as
# lib/host/front has them; and scratch, a folder that goes with the stage.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=scripts/ktap.sh
. "$here/scripts/ktap.sh"
# shellcheck source=scripts/git.sh
. "$here/scripts/git.sh"

stage_environment()
{
	local file=${KTSTR_OUT:-$here/out}/check/environment

	[[ -z ${KTSTR_CHECK_TREE:-} ]] || return 0
	# shellcheck disable=SC1090 # it is made by lib/host/front
	[[ -r $file ]] && . "$file" && return
	echo "ktstr: ${0##*/}: ./run_ktstr.sh check is to be run first: it" \
		"builds what stages need" >&2
	exit 1
}

# Leaves obj, install and make_suite, as lib/host/front/suite_make.c has it.
suite_paths()
{
	obj=$out/build/$source_id
	install=$out/install
	make_suite=(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u O
		-u KBUILD_OUTPUT make -L -C "$here"
		KSFT_SRC="$tree/tools/testing/selftests" OUTPUT="$obj"
		VMLINUX="${vmlinux:+$obj/vmlinux}")
}

# Folders that nobody but us removes.
made=()

# How we end, also by a signal.
stage_end()
{
	((${#made[@]} == 0)) || rm -rf -- "${made[@]}"
}

# stage_begin NAME
stage_begin()
{
	stage_environment
	stage=$1 out=$KTSTR_OUT cache=$KTSTR_CHECK_CACHE
	kernel=$KTSTR_CHECK_KERNEL vmlinux=$KTSTR_CHECK_VMLINUX
	tree=$KTSTR_CHECK_TREE source_id=$KTSTR_CHECK_ID
	jobs_of_make=${KTSTR_JOBS:-$(nproc)}
	suite_paths
	if [[ -z ${KTSTR_TEST_DIR:-} ]]; then
		KTSTR_TEST_DIR=$(mktemp -d) || exit
		KTSTR_CHECK_TMP=$cache/tmp/check-$1.$$
		made=("$KTSTR_TEST_DIR" "$KTSTR_CHECK_TMP")
	fi
	trap stage_end EXIT
	scratch=$KTSTR_TEST_DIR
	ktap_begin
}

# uptime_s: seconds that no clock's change moves.
uptime_s()
{
	local s

	read -r s _ </proc/uptime
	echo "${s%.*}"
}

# ---- results ----

# ktap_count FILE: "PASSED FAILED SKIPPED INFRASTRUCTURE INCONCLUSIVE RETRIED"
ktap_count()
{
	"$install/ktstr/ktstr" check --count "$1"
}

# run LOG COMMAND...: its output goes there.
run()
{
	local log=$1

	shift
	"$@" >>"$log" 2>&1 </dev/null
}

# result STATUS NAME: one line, and on failure what lies in $scratch/output.
result()
{
	(($1 == 0 || $1 == 4)) || sed -e 's/^/# /' "$scratch/output"
	: >"$scratch/output"
	ktap_result "$@"
}

# attempt NAME COMMAND...: passes when the command does.
attempt()
{
	local name=$1 status=0

	shift
	run "$scratch/output" "$@" || status=$?
	result "$status" "$name"
	return "$status"
}

# program NAME SECONDS COMMAND...: a program that prints KTAP itself; its
# lines come one level deeper, as run_kselftest.sh has it.
program()
{
	local name=$1 limit_s=$2 status=0

	shift 2
	timeout -k 10 "$limit_s" "$@" 2>&1 </dev/null | sed -u -e 's/^/# /'
	status=${PIPESTATUS[0]}
	case $status in
	124 | 137) ktap_result 1 "$name" "not done after $limit_s s" ;;
	*) ktap_result "$status" "$name" "exit status $status" ;;
	esac
}

# programs COMMAND...: one that prints KTAP with the tests of programs one level
# deeper, and whatever it has to say of a build.
programs()
{
	local status=0 plan

	"$@" 2>&1 </dev/null | tee "$scratch/programs" |
		grep --line-buffered -v -e '^TAP version' -e '^1[.][.]'
	status=${PIPESTATUS[0]}
	plan=$(grep -c '^1[.][.][1-9]' "$scratch/programs")
	((plan == 1)) || status=1
	((status == 0)) && return
	ktap_failed=1
	# Where a test failed, that is what was said, and make ends with 2.
	grep -q '^not ok ' "$scratch/programs" ||
		ktap_result 1 "$stage" "exit status $status, $plan plans"
}

# ---- names of tests ----

suite_programs()
{
	sed -n 's/^ktstr://p' "$install/kselftest-list.txt"
}

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

# ---- builds ----

# suite_make TARGET...
suite_make()
{
	"${make_suite[@]}" "-j$jobs_of_make" "$@"
}

# make_other FOLDER SETTING...: another build of ours with the libraries of the
# first one.
make_other()
{
	local dir=$1

	shift
	mkdir -p "$dir"
	make_suite=("${make_suite[@]/OUTPUT=*/OUTPUT=$dir}" SCX="$obj/sched_ext"
		"$@")
}

# ---- VMs ----

# What to put before a command that needs a KVM: leaves in_kvm.
in_kvm_prefix()
{
	in_kvm=()
	[[ ${KTSTR_CHECK_KVM:-} = usable* ]] ||
		in_kvm=("$obj/ktstr-emulated-host" -e KTSTR_KERNEL
			-e KTSTR_SCHEDULER_DIR --)
}

# side_by_side JOBS LOG TESTS [SETTING...]: runs TESTS, lines "PROGRAM TEST", by
# `ktstr suite`. KTAP goes to stdout and to LOG ("" for none). Leaves counts, as
# ktap_count() has them, the lists tests_failed and tests_not_judged, and in
# log_lost why LOG is not whole. They come from what was captured, not from LOG,
# which may be on a disk that is full.
side_by_side()
{
	local jobs=$1 log=$2 list=$3 status=0 limit_s what rest name

	shift 3
	counts='0 0 0 0 0 0' tests_failed=() tests_not_judged=() log_lost=''
	limit_s=$(sed -n 's/^timeout=//p' "$install/ktstr/settings")
	env KTSTR_OWNER_PID=$$ "$@" "$install/ktstr/ktstr" suite -j "$jobs" \
		${limit_s:+-t "$limit_s"} ${log:+-l "$log"} \
		-T "$cache/suite-times" -s 9 "$install/ktstr" \
		9>"$scratch/told" <<<"$list" || status=$?
	while read -r what rest; do
		name=${rest%% *}
		case $what in
		failed) tests_failed+=("$name") ;;
		infrastructure | inconclusive) tests_not_judged+=("$name") ;;
		log) log_lost=$rest ;;
		counts) counts=$rest ;;
		esac
	done <"$scratch/told"
	return $status
}

# ---- CI ----

# ci_or FULL SLICE: how much of a long stage is to be run.
ci_or()
{
	if [[ ${CI:-} = true && ${KTSTR_CHECK_FULL:-0} != 1 ]]; then
		echo "$2"
	else
		echo "$1"
	fi
}
