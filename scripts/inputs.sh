#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# inputs.sh: what results of stages follow from, for lib/host/stages/kept.c: "HASH  PATH"
# for each file of ours, new ones too; an empty line; and lines that stand for the
# kernel, the tools and this machine.
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd -P)
# shellcheck source=scripts/git.sh
. "$here/scripts/git.sh"

(cd "$here" && our_files '*' | sort -u | tr '\n' '\0' |
	xargs -0r sha256sum 2>/dev/null)
echo
{
	kernel=${KTSTR_CHECK_KERNEL:-}
	echo "$kernel ${KTSTR_CHECK_ID:-} ${KTSTR_CHECK_KVM:-}"
	stat -L -c '%s %Y' "$kernel/vmlinux" "$kernel/bzImage"
	for tool in gcc clang make shellcheck perl; do
		command -v "$tool" && "$tool" --version </dev/null | sed -n 1,2p
	done
	uname -r
} 2>&1
exit 0
