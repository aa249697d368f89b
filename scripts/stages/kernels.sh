#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels that lack something or are older, as other builds of the same suite meet
# them: what the monitor and the repro need not have. CI takes one in turn.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

# name | what its build is told beside its config, scripts/tests/NAME.kconfig
kernel_variants='
lean	|
old	| KTSTR_SOURCE=bookworm-backports/linux-source-6.12
'

# By the day: which landing it is moves in steps that two may divide.
kernel_in_turn()
{
	(($(date +%s) / 86400 % 2)) && echo lean || echo old
}

# kernel_variant NAME [SETTING]: build it, run the suites that look inside.
kernel_variant()
{
	local built=$scratch/$1.folder

	# shellcheck disable=SC2016
	attempt "kernels.$1.build" env -u KDIR -C "$here" \
		KTSTR_CONFIG="scripts/tests/$1.kconfig" ${2:+"$2"} \
		bash -c './run_ktstr.sh kernel >"$1"' - "$built" || return
	kernel_suites "$(cat "$built")"
}

# kernel_suites KERNEL
kernel_suites()
{
	local selected status=0

	selected=$(suite_list --plan monitor repro)
	side_by_side 1 '' "$selected" KTSTR_KERNEL="$1" \
		>"$scratch/output" || status=$?
	grep -v -e '^TAP version' -e '^1[.][.]' "$scratch/output"
	: >"$scratch/output"
	ktap_number=$((ktap_number + 2))
	((status == 0)) || ktap_failed=1
}

stage_begin kernels
while IFS='|' read -r name setting; do
	read -r name <<<"$name"
	read -r setting <<<"$setting"
	[[ -n $name ]] || continue
	if [[ -n $(ci_or '' only) && $name != "$(kernel_in_turn)" ]]; then
		ktap_result 4 "kernels.$name" "CI takes one in turn"
		continue
	fi
	kernel_variant "$name" "$setting"
done <<<"$kernel_variants"
ktap_end
