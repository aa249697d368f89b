# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # of lib.sh
#
# Tests beside a load, and why they did not pass: what the stages `soak` and `plants`
# have in common. Sourced by them, behind lib.sh.
#
#	KTSTR_SOAK_LOAD		busy loops for each CPU (4)

# load_start LOOPS: leaves load_pid. It ends with us.
load_start()
{
	# shellcheck disable=SC2016
	setsid bash -c \
		'for ((i = 0; i < $1; i++)); do while :; do :; done & done; wait' \
		- "$1" </dev/null &
	load_pid=$!
	trap 'load_end; stage_end' EXIT
}

load_end()
{
	[[ -z ${load_pid:-} ]] || kill -KILL -- "-$load_pid" 2>/dev/null
	wait 2>/dev/null
	load_pid=''
}

# What did not pass, each with the cause that its line has.
soak_causes()
{
	sed -n -e 's/^not ok [0-9]* \([^ ]*\)\( *#* *\)\(.*\)/failed: \1: \3/p' \
		-e 's/^ok [0-9]* \([^ ]*\) # SKIP infrastructure: \(.*\)/infrastructure: \1: \2/p' \
		-e 's/^ok [0-9]* \([^ ]*\) # SKIP inconclusive: \(.*\)/inconclusive: \1: \2/p' \
		-e 's/^ok [0-9]* \([^ ]*\) # SKIP \(.*\)/skipped: \1: \2/p' \
		-e 's/^# retried: \(.*\)/retried: \1/p' "$1" |
		sed -e 's/: $/: see the log/' -e 's/^/#   /'
}
