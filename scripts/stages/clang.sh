#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Everything builds with clang, too: the one that the BPF programs are compiled by.
set -uo pipefail
# shellcheck source=scripts/stages/lib.sh
. "$(dirname "$0")/lib.sh"

stage_begin clang
make_other "$obj-clang"
attempt clang.build suite_make clang-build
ktap_end
