#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# All that the compiler sees at once; the libraries of the tree are as they are.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin lto
make_other "$obj-lto" USERCFLAGS=-flto=auto USERLDFLAGS=-flto=auto
if attempt lto.build suite_make all; then
	programs env KTSTR_KERNEL="$kernel" "${make_suite[@]}" \
		"-j$jobs_of_make" run-unit
fi
ktap_end
