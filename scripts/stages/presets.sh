#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each machine that has a name, up to 252 CPUs, and what its kernel shows of it. CI
# takes those of at most 15 CPUs.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin presets >/dev/null
tests=$(program_tests presets | grep -E "$(ci_or . '[.](tiny|odd|smt)_')" |
	sed -e 's/^/presets /')
side_by_side "${KTSTR_HOSTS:-1}" '' "$tests" KTSTR_KERNEL="$kernel"
