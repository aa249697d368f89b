# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The one way in which git is asked. Sourced by run_ktstr.sh.
#
# The folder may be another user's, as a checkout in a container or a tree on
# a disk that is shared: it is read all the same, and nothing that its
# configuration names is run. A repository around it is not asked: it can be
# anybody's.

# What would point git at another repository, or another configuration.
git_variables=(GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_PREFIX
	GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE
	GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_SHALLOW_FILE
	GIT_GRAFT_FILE GIT_REPLACE_REF_BASE GIT_INTERNAL_SUPER_PREFIX
	GIT_EXTERNAL_DIFF GIT_DISCOVERY_ACROSS_FILESYSTEM)

# git_in FOLDER ARGUMENT...: in this folder's own repository.
git_in()
{
	local dir=$1 name filters=()

	shift
	# Each has up to two programs, for any file that its attributes name.
	while IFS= read -rd '' name; do
		filters+=(-c "$name=")
	done < <(git_quiet "$dir" config -z --name-only --get-regexp \
		'^filter\..*\.(clean|smudge|process)$' 2>/dev/null)
	while IFS= read -rd '' name; do
		filters+=(-c "$name=false")
	done < <(git_quiet "$dir" config -z --name-only --get-regexp \
		'^filter\..*\.required$' 2>/dev/null)
	git_quiet "$dir" "${filters[@]}" "$@"
}

# git_quiet FOLDER ARGUMENT...: but for filters, which have names.
git_quiet()
{
	local dir=$1

	shift
	env "${git_variables[@]/#/--unset=}" \
		GIT_CEILING_DIRECTORIES="$(dirname "$dir")" \
		GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0 \
		GIT_NO_LAZY_FETCH=1 git --no-pager \
		-c safe.directory="$dir" -c safe.bareRepository=explicit \
		-c core.fsmonitor=false -c core.hooksPath=/dev/null \
		-c core.sshCommand=false -c core.askPass= -c protocol.allow=never \
		-c submodule.recurse=false -c diff.ignoreSubmodules=all \
		-C "$dir" "$@"
}

our_git()
{
	git_in "$here" "$@" 2>/dev/null
}

# Our sources that match: of git's files where there is git, new ones too.
our_files()
{
	if our_git rev-parse -q --git-dir >/dev/null; then
		our_git ls-files -co --exclude-standard -- "$@"
	else
		(cd "$here" && for pattern in "$@"; do
			find . -path ./out -prune -o -type f \
				-name "${pattern##*/}" -print
		done | sed -e 's,^\./,,')
	fi
}
