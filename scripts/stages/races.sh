#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What has threads, under TSan, to which a race is an error by itself. A guest that
# writes to memory which is being read is none of these: wire_ring_test has one.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

race_tests=(mon_live_test suite_test util_writer_test vmm_clone_test vmm_create_test
	vmm_threads_test)

stage_begin races
make_other "$obj-tsan" SAN=thread
test_programs=("${race_tests[@]/#/$obj-tsan/unit/}")
if attempt races.build suite_make "${test_programs[@]}"; then
	programs env KTSTR_KERNEL="$kernel" "$here/scripts/run-programs.sh" \
		races 600 "${test_programs[@]}"
fi
ktap_end
