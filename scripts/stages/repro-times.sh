#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A repro that takes more than 2.2 times as long as its test is too slow.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin repro-times
log=$scratch/run
KTSTR_KERNEL=$kernel KTSTR_OWNER_PID=$$ run "$log" \
	"$install/run_kselftest.sh" -t ktstr:repro
awk '
/ RUN  / { test = $(NF - 1) }
/# functions:/ { sub(/.*# functions:/, ""); functions = $0 }
/# times: repro / {
	sub(/.*# times: /, "")
	split($0, word, /[ ,]+/)
	ratio = word[2] / word[5]
	printf "%sok %d repro-times.%s # repro : primary = %.1f s : %.1f s = %.2f, %d calls; functions:%s\n", \
		ratio > 2.2 ? "not " : "", ++n, test, word[2], word[5],
		ratio, word[9], functions
	failed += ratio > 2.2
}
END { print "1.." n + 0; exit failed > 0 || !n }' "$log"
