# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # of lib.sh
#
# Tests beside a load, and why they did not pass: what the stages `soak` and `plants`
# have in common. Sourced by them, behind lib.sh.
#
#	KTSTR_SOAK_LOAD		busy loops for each CPU (4)

# load_start LOOPS: leaves load_pids. They end with us. Each loop has a session of its
# own: all of one would get no more than a single task's share (sched_autogroup).
load_start()
{
	local i

	load_pids=()
	trap 'load_end; stage_end' EXIT
	for ((i = 0; i < $1; i++)); do
		setsid setpriv --pdeathsig KILL \
			bash -c 'while :; do :; done' </dev/null &
		load_pids+=($!)
	done
}

load_end()
{
	((${#load_pids[@]} == 0)) || kill -KILL "${load_pids[@]}" 2>/dev/null
	wait 2>/dev/null
	load_pids=()
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
