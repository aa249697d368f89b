#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Unit tests under ASan and UBSan.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin sanitizers
make_other "$obj-san" SAN=1
programs env KTSTR_KERNEL="$kernel" "${make_suite[@]}" "-j$jobs_of_make" run-unit
ktap_end
