#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the monitor costs, measured on the images; it fails where it reads wrong.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin bench
attempt bench env KTSTR_KERNEL="$kernel" "${make_suite[@]}" bench
ktap_end
