#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Unit tests of the VMM that run a few instructions in a guest: *_guest_test.c.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin guests
in_kvm_prefix
if attempt guests.build suite_make all unit; then
	programs env KTSTR_KERNEL="$kernel" "${in_kvm[@]}" \
		"$here/scripts/run-programs.sh" unit 300 "$obj"/unit/*_guest_test
fi
ktap_end
