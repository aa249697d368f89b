#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# 50 boots in a row, in CI 10. Where an emulated host broke, another one goes on with
# the next boot; a VM that failed is never tried again.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

boots_run()
{
	local first=1 hosts=1 status n_failed=0 log=$scratch/boots

	while :; do
		status=0
		: >"$log"
		run "$log" timeout -k 10 2300 env KTSTR_KERNEL="$kernel" \
			KTSTR_OWNER_PID=$$ KTSTR_SCHEDULER_DIR="$obj" \
			"${in_kvm[@]}" "$obj/bench/boot" -n "$boots" -c 1,2,4 \
			-f $first || status=$?
		sed -e 's/^/# /' "$log"
		first=$((first + $(grep -cE '^(not )?ok ' "$log")))
		n_failed=$((n_failed + $(grep -c '^not ok ' "$log")))
		((status == 125 && first <= boots && hosts < 4)) || break
		hosts=$((hosts + 1))
		echo "# the emulated host broke: number $hosts goes on with boot $first"
	done
	((n_failed == 0 && first > boots || status != 0)) || status=1
	ktap_result $status "boots: $boots in a row, 1, 2 and 4 CPUs" \
		"$((first - 1)) of $boots were tried, $n_failed failed, $hosts emulated hosts, exit status $status"
}

stage_begin boots
boots=$(ci_or 50 10)
in_kvm_prefix
! attempt boots.build suite_make bench-build || boots_run
ktap_end
