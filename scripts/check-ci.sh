# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What CI (CI=true) adds to `check`: of `check all`, the stages that cover what
# a landing touches, and a slice in turn. Sourced by run_ktstr.sh.
#
# The turn. Stages of tier 2 are dealt into five groups, as they stand in the
# table. A run takes one by the number of commits on the first-parent history,
# modulo five, and as far as there is time another one by the commit's own hash.
# Where each landing is one commit, or always so many that five does not divide
# them, the first choice alone comes round in five landings; whatever the
# numbers, a group is missed by ten landings in a row in less than one of a
# hundred cases, and there is no state to lose. Where KTSTR_CHECK_SINCE names the
# commit that was landed on, each commit since then counts: its paths, and its
# turn.
#
# Time. The group by number runs whatever it takes: the longest has 1900 s. With
# it there are $ci_seconds of stages beside tier 1, by the seconds of the table,
# which CI's shorter forms of long stages keep (they ask ci_or): those of touched
# paths first, then the other group. What did not fit is said.

#
# A machine may be several times slower than the table has it, and CI is to be
# done within an hour, so a stage of tier 2 is not begun when three times its
# seconds would lead beyond $ci_end_seconds.

ci_groups=5
ci_seconds=2700
ci_end_seconds=3600
ci_slow=3

# ci_or FULL SLICE: how much of a long stage is to be run.
ci_or()
{
	if [[ ${CI:-} = true && ${KTSTR_CHECK_FULL:-0} != 1 ]]; then
		echo "$2"
	else
		echo "$1"
	fi
}

# ci_has_time STAGE: may it be begun? Uses $begin and $now.
ci_has_time()
{
	[[ ${CI:-} = true && ${stage_tier[$1]} = 2 && -n ${ci_says:-} ]] ||
		return 0
	((now - begin + ci_slow * stage_cost[$1] <= ci_end_seconds))
}

our_git()
{
	git_in "$here" "$@" 2>/dev/null
}

# The commits that this landing may have brought, the newest first.
ci_commits()
{
	our_git rev-list --first-parent -n 50 \
		"${KTSTR_CHECK_SINCE:+$KTSTR_CHECK_SINCE..}HEAD" ||
		our_git rev-list --first-parent -n 1 HEAD || true
}

# ci_touched "COMMIT...": the paths that they change.
ci_touched()
{
	local commit

	for commit in $1; do
		our_git diff-tree -r --root --no-commit-id --name-only -m \
			--first-parent "$commit" || true
	done | sort -u
}

# ci_turn COMMIT: the group by its number, and the one by its hash.
ci_turn()
{
	local n hash

	n=$(our_git rev-list --first-parent --count "$1") || n=0
	hash=$((16#${1:0:7}))
	echo $((n % ci_groups)) \
		$(((n + 1 + hash % (ci_groups - 1)) % ci_groups))
}

# ci_group STAGE: where it is dealt.
ci_group()
{
	local name i=0

	for name in "${stage_names[@]}"; do
		[[ ${stage_tier[$name]} = 2 ]] || continue
		[[ $name != "$1" ]] || break
		i=$((i + 1))
	done
	echo $((i % ci_groups))
}

# covers STAGE "PATH...": does one of the paths lie where it looks? A stage that
# looks everywhere is none to be called for each change.
covers()
{
	local path prefix

	for prefix in ${stage_paths[$1]}; do
		[[ $prefix != . ]] || continue
		for path in $2; do
			[[ $path != "$prefix" && $path != "$prefix"/* ]] ||
				return 0
		done
	done
	return 1
}

# ci_add: to $wanted; leaves in $ci_says what, why, and what not.
ci_add()
{
	local commits touched turns='' turn='' name left=$ci_seconds pass
	local by_path=() by_turn=() no_time=() not_now=()

	commits=$(ci_commits)
	[[ -n ${KTSTR_CHECK_SINCE:-} ]] || commits=${commits%%$'\n'*}
	for name in $commits; do
		turns+=" $(ci_turn "$name")"
	done
	read -r turn _ <<<"$turns"
	touched=$(ci_touched "$commits")
	for pass in turn path turns rest; do
		for name in "${stage_names[@]}"; do
			[[ ${stage_tier[$name]} = 2 ]] || continue
			ci_consider
		done
	done
	ci_says="of check all, in turn (groups$(tr ' ' '\n' <<<"$turns" |
		sort -u | tr '\n' ' ')of 0 to $((ci_groups - 1))):"
	ci_says+=" ${by_turn[*]:-none}; for what was touched:"
	ci_says+=" ${by_path[*]:-none};"
	((${#no_time[@]} == 0)) || ci_says+=" no time for: ${no_time[*]};"
	ci_says+=" not now: ${not_now[*]:-none}"
}

# One stage in one pass of ci_add().
ci_consider()
{
	local cost=${stage_cost[$name]}

	[[ " ${by_path[*]} ${by_turn[*]} ${no_time[*]} " != *" $name "* ]] ||
		return 0
	case $pass in
	turn) [[ $turn = "$(ci_group "$name")" ]] || return 0 ;;
	path) covers "$name" "$touched" || return 0 ;;
	turns) [[ " $turns " = *" $(ci_group "$name") "* ]] || return 0 ;;
	rest)
		not_now+=("$name")
		return ;;
	esac
	if [[ $pass != turn ]] && ((cost > left)); then
		no_time+=("$name")
		return
	fi
	left=$((left - cost))
	wanted+=("$name")
	if [[ $pass = path ]]; then
		by_path+=("$name")
	else
		by_turn+=("$name")
	fi
}
