#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run-fuzz.sh SECONDS FOLDER TARGET...: has each fuzz target look for so long,
# from its seeds in kselftest/unit/data on, and prints KTAP. What one finds is left
# in FOLDER, as TARGET-crash-... Exit status 1 where one found something, did not
# run, or there is none.
set -uo pipefail
top=$(cd "$(dirname "$0")/.." && pwd -P)
# shellcheck source=scripts/ktap.sh
. "$top/scripts/ktap.sh"

seconds=$1 found=$2
shift 2
mkdir -p "$found" || exit
work=$(mktemp -d "$found/corpus.XXXXXX") || exit
trap 'rm -rf "$work"' EXIT

# fuzz_one TARGET: it ran, and found nothing.
fuzz_one()
{
	local name=${1##*/} status=0
	local seeds=("$top/kselftest/unit/data/${name#fuzz_}")

	[[ -d ${seeds[0]} ]] || seeds=()
	mkdir "$work/$name"
	timeout -k 10 $((seconds + 120)) "$1" -print_final_stats=0 -timeout=60 \
		-max_total_time="$seconds" -artifact_prefix="$found/$name-" \
		"$work/$name" "${seeds[@]}" >"$work/log" 2>&1 </dev/null ||
		status=$?
	# One that was never called has found nothing either.
	grep -q '^Done [1-9][0-9]* runs in ' "$work/log" || status=1
	((status == 0)) || tail -n 60 "$work/log" | sed -e 's/^/# /'
	ktap_result "$status" "fuzz.$name" "findings are in $found"
}

ktap_begin
for target in "$@"; do
	fuzz_one "$target"
done
(($# > 0)) || ktap_result 1 fuzz "there is no target"
ktap_end
