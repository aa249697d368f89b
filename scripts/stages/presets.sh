#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each machine that has a name, up to 252 CPUs, and what its kernel shows of it.
# shellcheck disable=SC2154 # of lib.sh
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin presets >/dev/null
tests=$(program_tests presets | sed -e 's/^/presets /')
side_by_side "${KTSTR_HOSTS:-1}" '' "$tests" KTSTR_KERNEL="$kernel"
