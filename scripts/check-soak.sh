# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The stages `soak` and `plants` of `run_ktstr.sh check`: how often a verdict is
# wrong. Sourced by run_ktstr.sh.
#
#	KTSTR_SOAK_TESTS	tests on a quiet machine (200)
#	KTSTR_SOAK_LOAD_TESTS	tests under load (100)
#	KTSTR_SOAK_LOAD		busy loops for each CPU (4)
#	KTSTR_PLANTS_TIMES	how often each fault is planted, under that load (10)

# ---- load ----

# load_start LOOPS: leaves load_job. Whatever ends us, the guard ends it.
load_start()
{
	# shellcheck disable=SC2016
	job_start "$scratch/load" bash -c \
		'for ((i = 0; i < $1; i++)); do while :; do :; done & done; wait' \
		- "$1"
	load_job=$job
}

load_end()
{
	session_end "$load_job"
	job_wait "$load_job" || true
}

# ---- soak ----

stage_soak()
{
	local quiet busy per_cpu

	quiet=${KTSTR_SOAK_TESTS:-$(ci_or 200 20)}
	busy=${KTSTR_SOAK_LOAD_TESTS:-$(ci_or 100 10)}
	per_cpu=${KTSTR_SOAK_LOAD:-4}
	((quiet + busy > 0)) || ktap_result 1 soak "not one test was asked for"
	soak_head
	((quiet == 0)) || soak_part quiet "$quiet"
	((busy == 0)) && return
	load_start $((per_cpu * $(nproc)))
	soak_part "load-${per_cpu}x" "$busy"
	load_end
}

soak_head()
{
	printf '# %-12s %6s %7s %7s %8s %13s %15s %8s %8s\n' soak tests \
		passed failed skipped inconclusive infrastructure retried seconds
}

# soak_list TESTS: the default suite, over and over, until there are so many.
soak_list()
{
	local n=0 line

	while ((n < $1)); do
		while read -r line; do
			((n++ < $1)) && echo "$line"
		done <<<"$selected"
	done
}

# soak_part NAME TESTS: a row of the table, its causes, and one result.
soak_part()
{
	local name=$1 tests_wanted=$2 log=$out/logs/soak-$1.log now begin
	local selected
	local p f s i o retried counts tests_failed tests_not_judged log_lost

	selected=$(suite_list --plan)
	clock
	begin=$now
	side_by_side "$(side_jobs)" "$log" "$(soak_list "$tests_wanted")" \
		KTSTR_KERNEL="$kernel" >"$scratch/ktap" || true
	clock
	read -r p f s i o retried <<<"$counts"
	printf '# %-12s %6d %7d %7d %8d %13d %15d %8d %8d\n' "$name" \
		$((p + f + s + i + o)) "$p" "$f" "$s" "$o" "$i" "$retried" \
		$((now - begin))
	soak_causes "$scratch/ktap"
	soak_judge
}

# What did not pass, each with the cause that its line has.
soak_causes()
{
	sed -n -e 's/^not ok [0-9]* \([^ ]*\)\( *#* *\)\(.*\)/failed: \1: \3/p' \
		-e 's/^ok [0-9]* \([^ ]*\) # SKIP infrastructure: \(.*\)/infrastructure: \1: \2/p' \
		-e 's/^ok [0-9]* \([^ ]*\) # SKIP inconclusive: \(.*\)/inconclusive: \1: \2/p' \
		-e 's/^ok [0-9]* \([^ ]*\) # SKIP \(.*\)/skipped: \1: \2/p' \
		-e 's/^# retried: \(.*\)/retried: \1/p' "$1" |
		sed -e 's/: $/: see the log/' -e 's/^/#   /'
}

# No false failure, all that was asked for was run, and of a hundred at most one
# was not judged: one of CI's slice of fewer is no more than that. Uses what
# soak_part() has.
soak_judge()
{
	local status=0 may=$(((tests_wanted + 99) / 100))

	((f == 0 && p > 0 && p + f + s + i + o == tests_wanted &&
	  i + o <= may)) || status=1
	ktap_result $status "soak.$name" \
		"$f failed, $i infrastructure and $o inconclusive of $tests_wanted; see $log"
}

# ---- plants ----

# Faults that tests plant, and name the culprit of: such a test passes where the
# fault was caught and told right. "PROGRAM FIXTURE.TEST" a line; of a program
# `plants` all tests are taken.
plants='
scx scx_dies.bpf_error
scx scx_dies.missing_dsq
scx scx_dies.stall
repro repro_tree.exit
repro repro_tree.ddsp_bogus_dsq_fail
repro repro_tree.enq_last_no_enq_fails
monitor monitor.stall_is_reported
monitor monitor.hung_guest_is_dumped
'

stage_plants()
{
	local times round list all per_cpu counts tests_failed
	# shellcheck disable=SC2034
	local tests_not_judged log_lost log=$out/logs/plants.log

	times=${KTSTR_PLANTS_TIMES:-$(ci_or 10 2)}
	per_cpu=${KTSTR_SOAK_LOAD:-4}
	all=$(grep . <<<"$plants")
	[[ ! -x $install/ktstr/plants ]] ||
		all+=$'\n'$(program_tests plants | sed -e 's/^/plants /')
	for ((round = 0; round < times; round++)); do
		list+=${list:+$'\n'}$all
	done
	load_start $((per_cpu * $(nproc)))
	side_by_side "$(side_jobs)" "$log" "$list" KTSTR_KERNEL="$kernel" \
		>"$scratch/ktap" || true
	load_end
	soak_causes "$scratch/ktap"
	plants_judge "$all" "$times" "$scratch/ktap"
}

# plants_judge LIST TIMES KTAP: each fault is caught nine times of ten.
plants_judge()
{
	local program name caught status

	while read -r program name; do
		caught=$(grep -E "^ok [0-9]+ ${name//./[.]} # " "$3" |
			grep -vc ' # SKIP ')
		status=0
		((caught * 10 >= $2 * 9)) || status=1
		echo "# $name: caught $caught of $2"
		ktap_result $status "plants.$name" "caught $caught of $2"
	done <<<"$1"
}
