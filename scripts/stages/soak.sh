#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How often a verdict is wrong: the default suite on a quiet machine, and under load.
#
#	KTSTR_SOAK_TESTS	tests on a quiet machine (200)
#	KTSTR_SOAK_LOAD_TESTS	tests under load (100)
#	KTSTR_SOAK_LOAD		busy loops for each CPU (4)
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/load.sh
. "$(dirname "$0")/load.sh"

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
	local name=$1 tests_wanted=$2 log=$out/logs/soak-$1.log begin
	local selected
	local p f s i o retried

	selected=$(suite_list --plan)
	begin=$(uptime_s)
	side_by_side "${KTSTR_HOSTS:-1}" "$log" "$(soak_list "$tests_wanted")" \
		KTSTR_KERNEL="$kernel" >"$scratch/ktap" || true
	read -r p f s i o retried <<<"$counts"
	printf '# %-12s %6d %7d %7d %8d %13d %15d %8d %8d\n' "$name" \
		$((p + f + s + i + o)) "$p" "$f" "$s" "$o" "$i" "$retried" \
		$(($(uptime_s) - begin))
	soak_causes "$scratch/ktap"
	soak_judge
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

stage_begin soak
stage_soak
ktap_end
