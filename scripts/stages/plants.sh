#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Faults planted under load, each so often (KTSTR_PLANTS_TIMES, 10): nine of ten are
# caught, with the culprit named.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/load.sh
. "$(dirname "$0")/load.sh"

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
	local times round list all per_cpu log=$out/logs/plants.log

	times=${KTSTR_PLANTS_TIMES:-$(ci_or 10 2)}
	per_cpu=${KTSTR_SOAK_LOAD:-4}
	all=$(grep . <<<"$plants")
	[[ ! -x $install/ktstr/plants ]] ||
		all+=$'\n'$(program_tests plants | sed -e 's/^/plants /')
	for ((round = 0; round < times; round++)); do
		list+=${list:+$'\n'}$all
	done
	load_start $((per_cpu * $(nproc)))
	side_by_side "${KTSTR_HOSTS:-1}" "$log" "$list" KTSTR_KERNEL="$kernel" \
		>"$scratch/ktap" || true
	load_end
	soak_causes "$scratch/ktap"
	plants_judge "$all" "$times" "$scratch/ktap"
}

# plants_judge LIST TIMES KTAP: each fault is caught nine times of ten, and so are all
# of them together; of CI's few times, one that is missed is no more than that.
plants_judge()
{
	local name caught status of=0 all=0 may=$((($2 + 9) / 10))

	while read -r _ name; do
		caught=$(grep -E "^ok [0-9]+ ${name//./[.]} # " "$3" |
			grep -vc ' # SKIP ')
		status=0
		((caught + may >= $2)) || status=1
		echo "# $name: caught $caught of $2"
		ktap_result $status "plants.$name" "caught $caught of $2"
		((all += caught, of += $2))
	done <<<"$1"
	status=0
	((all * 10 >= of * 9)) || status=1
	ktap_result $status plants.all "caught $all of $of"
}

stage_begin plants
stage_plants
ktap_end
