#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each fuzz target, for KTSTR_FUZZ_SECONDS (60; in CI 10).
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin fuzz
if attempt fuzz.build suite_make fuzz; then
	programs "${make_suite[@]}" run-fuzz FUZZ_DIR="$out/fuzz" \
		FUZZ_SECONDS="${KTSTR_FUZZ_SECONDS:-$(ci_or 60 10)}"
fi
ktap_end
