# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tests of the suite, as many at a time as the machine carries, by `ktstr suite`
# (lib/host/suite/suite.h). Sourced by run_ktstr.sh.

# A VM or an emulated host is at work in so much memory, and VMs of the suite
# have so many CPUs.
side_mb=2560
side_vm_cpus=4

# How many run at a time: hosts that are emulated have a CPU each, VMs several.
side_jobs()
{
	local jobs memory_mb

	if [[ -n ${KTSTR_HOSTS:-} ]]; then
		echo "$KTSTR_HOSTS"
		return
	fi
	jobs=$(nproc)
	[[ $kvm_state = emulated ]] || jobs=$((jobs / side_vm_cpus))
	memory_mb=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' \
		/proc/meminfo)
	((jobs <= memory_mb / side_mb)) || jobs=$((memory_mb / side_mb))
	echo $((jobs > 0 ? jobs : 1))
}

# side_by_side JOBS LOG TESTS [SETTING...]: runs TESTS, lines "PROGRAM TEST".
# KTAP goes to stdout and to LOG ("" for none). Leaves counts, "PASSED FAILED
# SKIPPED INFRASTRUCTURE INCONCLUSIVE RETRIED", the lists tests_failed and
# tests_not_judged, and in log_lost why LOG is not whole. They come from what was captured, not
# from LOG, which may be on a disk that is full.
side_by_side()
{
	local jobs=$1 log=$2 list=$3 says line='' heard='' status=0 now begin limit_s
	local job_keeps

	shift 3
	clock
	begin=$now
	counts='0 0 0 0 0 0' tests_failed=() tests_not_judged=() log_lost=''
	limit_s=$(sed -n 's/^timeout=//p' "$install/ktstr/settings")
	exec {says}<> <(:)
	job_keeps=("$says")
	# shellcheck disable=SC2016
	job_start - env KTSTR_OWNER_PID=$$ "$@" bash -c \
		'exec "${@:2}" <<<"$1"' - "$list" "$install/ktstr/ktstr" suite \
		-j "$jobs" ${limit_s:+-t "$limit_s"} ${log:+-l "$log"} \
		-T "$cache/suite-times" \
		-s "$says" "$install/ktstr"
	while job_running "$job"; do
		side_listen 0.2 || true
	done
	job_wait "$job" || status=$?
	# Our own word comes behind all of its, whole lines or not.
	printf '\nover\n' >&"$says"
	until [[ $line = over ]]; do
		side_listen 60 || true
	done
	progress_clear
	exec {says}>&-
	return $status
}

# side_listen SECONDS: leaves one line of what `ktstr suite` tells in $line, or
# nothing yet. A time that is up in the midst of a line takes none of it away.
side_listen()
{
	local some='' name

	line=''
	if ! read -rt "$1" -u "$says" some; then
		heard+=$some
		return 1
	fi
	line=$heard$some heard=''
	case $line in
	'progress '*)
		# On one terminal the two would write over each other.
		clock
		[[ -t 1 ]] || progress "${line#* }, $((now - begin)) s" ;;
	'failed '*)
		read -r _ name _ <<<"$line"
		tests_failed+=("$name") ;;
	'infrastructure '* | 'inconclusive '*)
		read -r _ name _ <<<"$line"
		tests_not_judged+=("$name") ;;
	'log '*) log_lost=${line#* } ;;
	'counts '*) counts=${line#* } ;;
	esac
}
