# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What `run_ktstr.sh check` need not compute twice, on this machine: a stage
# that has passed with the same files, kernel and tools. Never where CI=true,
# nor for a stage that was named. Sourced by run_ktstr.sh.
#
#	CACHE/check/times	STAGE SECONDS, of the last runs
#	CACHE/check/kept/STAGE	INPUTS PASSED SKIPPED SECONDS, of its last pass
#	CACHE/check/style/	names are hashes of files that are in style

# What each stage stands on, whatever it covers.
kept_common='scripts/check*.sh scripts/common.sh scripts/ktap.sh
scripts/suite.sh scripts/side-by-side.sh scripts/tests/lib.sh run_ktstr.sh'

# kept_init: leaves the hash of each file of ours, and of all that is not ours.
kept_init()
{
	mkdir -p "$cache/check/kept" "$cache/check/style"
	kept_files=$(cd "$here" && our_files . | sort -u |
		tr '\n' '\0' | xargs -0r sha256sum 2>/dev/null) || true
	kept_machine=$(
		echo "$kernel ${source_id:-} $kvm_state"
		stat -L -c '%s %Y' "$kernel/vmlinux" "$kernel/bzImage" 2>&1
		for tool in gcc clang make shellcheck perl; do
			command -v "$tool" && "$tool" --version | sed -n 1,2p
		done 2>&1
		uname -r
	) || true
}

# kept_inputs STAGE: a hash of what its result follows from.
kept_inputs()
{
	local pattern='' path

	for path in ${stage_paths[$1]} $kept_common "scripts/tests/$1.sh"; do
		path=${path//./[.]}
		path=${path//\*/[^\/]*}
		[[ $path = '[.]' ]] && path=''
		pattern+="|  $path${path:+(/|\$)}"
	done
	{
		grep -E -e "${pattern#|}" <<<"$kept_files"
		echo "$kept_machine"
	} | hash_stdin 32
}

# check_is_kept STAGE: has it passed with the same inputs? Counts it, then.
check_is_kept()
{
	local inputs p s seconds age
	local file=$cache/check/kept/$1

	[[ ${CI:-} != true && $named != *" $1 "* ]] || return 1
	[[ ${KTSTR_CHECK_AGAIN:-0} != 1 ]] || return 1
	read -r inputs p s seconds 2>/dev/null <"$file" || return 1
	[[ $inputs = "$(kept_inputs "$1")" ]] || return 1
	age=$(($(date +%s) - $(stat -c %Y "$file")))
	number=$((number + 1))
	passed=$((passed + p)) skipped=$((skipped + s))
	echo "ok $number $1 # $p passed, 0 failed, $s skipped: kept from" \
		"$(kept_age "$age") ago, when it took $seconds s"
}

kept_age()
{
	if (($1 < 7200)); then
		echo "$(($1 / 60)) min"
	elif (($1 < 172800)); then
		echo "$(($1 / 3600)) h"
	else
		echo "$(($1 / 86400)) days"
	fi
}

# kept_save STAGE PASSED SKIPPED SECONDS
kept_save()
{
	echo "$(kept_inputs "$1") $2 $3 $4" | keep_file "$cache/check/kept/$1"
}

# times_last STAGE [DEFAULT]: what it took the last time.
times_last()
{
	awk -v name="$1" -v seconds="${2:--}" \
		'$1 == name { seconds = $2 } END { print seconds }' \
		"$cache/check/times" 2>/dev/null || echo "${2:--}"
}

# times_save STAGE SECONDS
times_save()
{
	local file=$cache/check/times

	{
		grep -v "^$1 " "$file" 2>/dev/null || true
		echo "$1 $2"
	} | keep_file "$file"
}

# keep_file FILE: from stdin, whole or not at all: a disk may be full.
keep_file()
{
	if ! { cat >"$1.$$" && mv "$1.$$" "$1"; } 2>/dev/null; then
		rm -f "$1.$$"
	fi
}
