#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each of 20 stalls is told right, and 20 healthy runs give no alarm; in CI 3 of each.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin stalls
n=$(ci_or 20 3)
export KTSTR_KERNEL=$kernel KTSTR_OWNER_PID=$$
for test in monitor.stall_is_reported monitor.no_stall_no_alarm; do
	for ((i = 1; i <= n; i++)); do
		program "stalls: $test, $i of $n" 300 \
			"$install/ktstr/monitor" -r "$test"
	done
done
ktap_end
