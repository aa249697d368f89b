#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# landing.sh [COMMITS]: what may have landed, for lib/host/stages/landing.c and the
# stage `style`: a line "commit HASH NUMBER" for each commit, the newest first, where
# NUMBER counts the first-parent history, and "touched PATH" for what they change.
# It is the newest commit, or so many; all since KTSTR_CHECK_SINCE, where that names
# one. Without git: nothing.
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd -P)
# shellcheck source=scripts/git.sh
. "$here/scripts/git.sh"

most=${1:-1}
[[ -z ${KTSTR_CHECK_SINCE:-} ]] || most=50
commits=$(our_git rev-list --first-parent -n "$most" \
	"${KTSTR_CHECK_SINCE:+$KTSTR_CHECK_SINCE..}HEAD" ||
	our_git rev-list --first-parent -n 1 HEAD) || exit 0
n=$(our_git rev-list --first-parent --count HEAD) || exit 0
while read -r commit; do
	[[ -z $commit ]] || echo "commit $commit $((n--))"
done <<<"$commits"
[[ -n $commits ]] || exit 0
our_git diff-tree -r --root --no-commit-id --name-only -m --first-parent \
	--stdin <<<"$commits" | sort -u | sed -e 's/^/touched /'
