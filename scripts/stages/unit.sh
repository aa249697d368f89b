#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Unit tests, but for those that need a KVM, and those that boot an emulated host,
# which the stage `sanitizers` runs.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin unit
programs env KTSTR_KERNEL="$kernel" "${make_suite[@]}" "-j$jobs_of_make" run-unit
ktap_end
