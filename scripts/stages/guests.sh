#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Unit tests of the VMM that run a few instructions in a guest: *_guest_test.c, but
# for the shell, which boots kernels and has a stage of its own.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin guests
in_kvm_prefix
if attempt guests.build suite_make all unit; then
	mapfile -t tests < <(find "$obj/unit" -name '*_guest_test' \
		! -name 'shell_*' | sort)
	programs env KTSTR_KERNEL="$kernel" "${in_kvm[@]}" \
		"$here/scripts/run-programs.sh" unit 300 "${tests[@]}"
fi
ktap_end
