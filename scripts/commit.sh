#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# commit.sh: which commit this folder is of, in seven digits, and "-dirty"; in a
# kernel tree, the tree's. Nothing where there is no git.
set -uo pipefail
here=$(cd -P -- "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/git.sh
. "$here/scripts/git.sh"

for dir in "$here" "${here%/tools/testing/selftests/*}"; do
	[[ -e $dir/.git ]] || continue
	git_in "$dir" describe --always --abbrev=7 --dirty --exclude='*' \
		2>/dev/null && break
done
exit 0
