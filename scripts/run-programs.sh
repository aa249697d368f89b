#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run-programs.sh WHAT SECONDS PROGRAM...: runs programs that print KTAP, one
# after the other, each for at most so long. Their lines come one level deeper,
# as run_kselftest.sh has it. Exit status 1 where one failed, or there is none.
set -uo pipefail
# shellcheck source=scripts/ktap.sh
. "$(dirname "$0")/ktap.sh"

what=$1 limit_s=$2
shift 2
ktap_begin
for program in "$@"; do
	timeout -k 10 "$limit_s" "$program" 2>&1 </dev/null | sed -u -e 's/^/# /'
	status=${PIPESTATUS[0]}
	name="$what: ${program##*/}"
	case $status in
	124 | 137) ktap_result 1 "$name" "not done after $limit_s s" ;;
	*) ktap_result "$status" "$name" "exit status $status" ;;
	esac
done
(($# > 0)) || ktap_result 1 "$what" "there is no program to run"
ktap_end
