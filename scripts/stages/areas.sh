#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What schedulers are put through, by area, under EEVDF and schedulers of the tree. CI
# takes what runs under EEVDF.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin areas >/dev/null
mkdir -p "$scratch/flatcg"
# Without it its tests are skipped, and say so.
suite_make -s SCHED="$tree/tools/sched_ext/scx_flatcg" SCHED_OUT="$scratch/flatcg" \
	scheduler >"$scratch/output" 2>&1 || sed -e 's/^/# /' "$scratch/output"
tests=$(program_tests areas | grep -E "$(ci_or . '[.]eevdf[.]')" |
	sed -e 's/^/areas /')
side_by_side "${KTSTR_HOSTS:-1}" '' "$tests" KTSTR_KERNEL="$kernel" \
	KTSTR_SCHEDULER_DIR="$scratch/flatcg"
