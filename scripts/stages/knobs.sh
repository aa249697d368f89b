#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each check at both ends of what makes it complain, and a table of it.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

# knobs_table: of "ok 3 favour.by_20.shares # share_error_pct 8.9 %, quiet (9.1 s)"
knobs_table()
{
	awk '
	BEGIN {
		row = "# %-8s %5s  %-16s %12s  %s\n"
		printf row, "knob", "value", "metric", "measured", "verdict"
	}
	/^(not )?ok [0-9]+ [a-z_]+[.]by_[0-9]+[.]/ {
		bad = sub(/^not /, "")
		split($3, part, /[.]/)
		sub(/^[^#]*# */, "")
		sub(/ *[(][0-9.]+ s[)]$/, "")
		metric = bad || /^SKIP/ ? "-" : $1
		measured = "-"
		if (metric != "-") {
			sub(/^[^ ]* /, "")
			measured = substr($0, 1, index($0, ",") - 1)
			sub(/^[^,]*, /, "")
		}
		printf row, part[1], substr(part[2], 4), metric, measured,
			(bad ? "not as it was to be: " : "") $0
	}'
}

stage_begin knobs >/dev/null
status=0
tests=$(program_tests knobs | sed -e 's/^/knobs /')
side_by_side "${KTSTR_HOSTS:-1}" '' "$tests" KTSTR_KERNEL="$kernel" \
	>"$scratch/ktap" || status=$?
cat "$scratch/ktap"
knobs_table <"$scratch/ktap"
exit $status
