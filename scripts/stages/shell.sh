#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `ktstr shell`: a prompt in a VM, which a terminal of the test's talks to. It boots
# whole kernels, and 100 KB of paste go through a console, so it takes minutes where
# CPUs are emulated.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin shell
in_kvm_prefix
if attempt shell.build suite_make all unit; then
	programs env KTSTR_KERNEL="$kernel" "${in_kvm[@]}" \
		"$here/scripts/run-programs.sh" unit 1500 \
		"$obj/unit/shell_guest_test"
fi
ktap_end
