# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What all parts of run_ktstr.sh stand on: messages, time, children that cannot
# outlive us, locks. Sourced, never run.

EXIT_WRONG=1
EXIT_MISSING=4

jobs_of_make=${KTSTR_JOBS:-$(nproc)}

# ---- messages: people read stderr, stdout holds results ----

say()
{
	progress_clear
	printf 'ktstr: %s\n' "$*" >&2
}

debug()
{
	[[ -z ${verbose:-} ]] || say "$@"
}

# Both end us with one line that says what, where, and what to do.
wrong()
{
	say "$@"
	exit "$EXIT_WRONG"
}

missing()
{
	say "$@"
	exit "$EXIT_MISSING"
}

# ---- time ----

# clock: leaves the seconds since the machine booted in $now. Limits and
# durations are judged by it: bash's SECONDS jumps with the wall clock.
clock()
{
	read -r now _ </proc/uptime
	now=${now%.*}
}

# ---- progress ----

progress_shown=
progress_last=0

progress_clear()
{
	[[ -z $progress_shown ]] || printf '\r\033[K' >&2
	progress_shown=
}

# One line that rewrites itself on a terminal, a plain line every 30 s elsewhere.
progress()
{
	local text="ktstr: $*" now

	clock
	if [[ -t 2 ]]; then
		printf '\r\033[K%s' "${text:0:${COLUMNS:-79}}" >&2
		progress_shown=1
	elif ((now - progress_last >= 30)); then
		printf '%s\n' "$text" >&2
		progress_last=$now
	fi
}

# ---- descriptors ----

# descriptors_close KEPT...: all above 2 but these.
descriptors_close()
{
	local fd

	for fd in "/proc/$BASHPID/fd"/*; do
		fd=${fd##*/}
		((fd <= 2)) || [[ " $* " = *" $fd "* ]] || exec {fd}>&-
	done
}

# ---- children ----
#
# Three processes. The front waits for the worker and takes the signals; it
# does nothing else, as bash can lose a signal that comes while it parses a
# command substitution. The worker does the work and traps nothing: a signal
# kills it. The guard holds the other end of a pipe that only the worker has
# open: whatever the worker died of, kill -9 too, the guard reads the end of
# file, ends the sessions and removes the folders it was told of.
#
# Each job gets a session of its own, so that all that it starts, whatever
# process groups are made in there, can be found and ended.

# session_signal SID SIGNAL: true when there was anyone to signal.
session_signal()
{
	local sid=$1 signal=$2 file stat found=1

	for file in /proc/[0-9]*/stat; do
		read -r stat 2>/dev/null <"$file" || continue
		# shellcheck disable=SC2086 # split: state ppid pgrp session
		set -- ${stat##*) }
		[[ ${4:-} = "$sid" && $1 != Z ]] || continue
		file=${file%/stat}
		kill -s "$signal" "${file#/proc/}" 2>/dev/null || true
		found=0
	done
	return $found
}

# session_end SID: ask, wait up to 3 s, then insist.
session_end()
{
	local sid=$1 i

	for ((i = 0; i < 60; i++)); do
		case $i in
		0) session_signal "$sid" TERM || return 0 ;;
		30) session_signal "$sid" KILL || return 0 ;;
		*) session_signal "$sid" 0 || return 0 ;;
		esac
		sleep 0.1
	done
	session_signal "$sid" KILL || true
}

# Reads "+SID", "-SID" and "rm FOLDER", each ended by a NUL, until the end of
# file. One that was cut off by our end names another folder: it is dropped.
guard_main()
{
	local word sid
	local folders=()
	local -A sessions=()

	trap '' INT TERM HUP QUIT
	echo ready
	exec >/dev/null
	while IFS= read -rd '' word; do
		case $word in
		+*) sessions[${word#+}]=1 ;;
		-*) unset "sessions[${word#-}]" ;;
		"rm "*) folders+=("${word#rm }") ;;
		esac
	done
	for sid in "${!sessions[@]}"; do
		session_end "$sid"
	done
	((${#folders[@]} == 0)) || rm -rf -- "${folders[@]}"
}

guard_start()
{
	local body

	body=$(declare -f session_signal session_end guard_main)
	exec {guard_says}<> <(:)
	exec {guard}> >(exec setsid bash -c "$body"$'\nguard_main' \
		>&"$guard_says" 2>/dev/null {guard_says}>&-)
	guard_pid=$!
}

# Until it is ready, what interrupts us kills it too: there must be nothing yet
# that it would have to end, and a word to it would be our death, by SIGPIPE.
guard_wait()
{
	read -rt 60 -u "$guard_says" || wrong "the process that cleans up" \
		"behind this one did not start within 60 s; run this again"
	exec {guard_says}>&-
}

# remove_at_end FOLDER: however we end.
remove_at_end()
{
	printf 'rm %s\0' "$1" >&"$guard"
}

# Set around a job that installs: sudo has to become root.
may_gain_privileges=

# Set around a job that talks to us by descriptors of its own.
job_keeps=()

# job_start LOG COMMAND...: leaves the pid, which is the session, in $job.
# A log of "-" is our own stdout, one of "both" our stdout and our stderr. What it runs gains no privileges, and has of
# our descriptors only the locks that we hold: it may still write to what they
# guard when we are dead; and those in job_keeps.
job_start()
{
	local log=$1 fd err start=(setpriv --no-new-privs setsid)

	shift
	debug "+ $* >>$log"
	case $log in
	- | both) exec {fd}>&1 ;;
	*) exec {fd}>>"$log" ;;
	esac
	if [[ $log = both ]]; then
		exec {err}>&2
	else
		exec {err}>&"$fd"
	fi
	[[ -z $may_gain_privileges ]] || start=(setsid)
	{
		descriptors_close 255 "${locks[@]}" "${job_keeps[@]}"
		exec "${start[@]}" env --default-signal=INT,QUIT -- "$@"
	} </dev/null 1>&"$fd" 2>&"$err" &
	job=$!
	exec {fd}>&- {err}>&-
	printf '+%s\0' "$job" >&"$guard"
}

# job_wait JOB: its exit status. What it left running ends here.
job_wait()
{
	local pid=$1 status=0

	wait "$pid" || status=$?
	session_end "$pid"
	printf -- '-%s\0' "$pid" >&"$guard"
	return $status
}

job_running()
{
	kill -0 "$1" 2>/dev/null
}

# A fifth of a second, without a process for it.
nap()
{
	read -rt 0.2 -u "$nap_fd" || true
}

# job LOG TEXT COMMAND...: run it to its end under a progress line.
job()
{
	local log=$1 text=$2 pid shown_s=0 now begin

	shift 2
	clock
	begin=$now
	job_start "$log" "$@"
	pid=$job
	while job_running "$pid"; do
		clock
		if ((now - begin > shown_s)); then
			shown_s=$((now - begin))
			progress "$text, $shown_s s $(job_detail "$log")"
		fi
		nap
	done
	progress_clear
	job_wait "$pid"
}

# What a build is at: "[1234 steps: kernel/sched/ext.o]".
job_detail()
{
	local steps last

	[[ -s $1 ]] || return 0
	steps=$(wc -l <"$1") || return 0
	last=$(tail -n 1 "$1" | sed -e 's/.*[[:space:]]//') || return 0
	[[ $steps = 0 ]] || printf '[%s lines: %s]' "$steps" "${last:0:40}"
}

# A full disk may have kept even its own error message out of the log.
disk_is_full()
{
	local free block

	grep -q 'No space left on device' "$1" 2>/dev/null && return
	read -r free block <<<"$(stat -f -c '%a %S' "$1")"
	((free * block < 1 << 20))
}

# job_must LOG TEXT COMMAND...: or say why not, with the log's tail, and end.
job_must()
{
	local log=$1 text=$2 status=0

	job "$@" || status=$?
	((status == 0)) && return
	if disk_is_full "$log"; then
		missing "$text: the disk is full; free space in ${log%/logs/*}" \
			"(see ./run_ktstr.sh clean) or name another folder" \
			"by XDG_CACHE_HOME= and KTSTR_OUT="
	fi
	say "$text: failed with status $status; the end of $log:"
	tail -n "${tail_lines:-15}" "$log" | sed -e 's/^/  | /' >&2
	exit "$EXIT_WRONG"
}

# ---- front and worker ----

# The worker may have started already when $worker_pid does not say so yet.
front_interrupted()
{
	trap '' INT TERM HUP
	exec {guard}>&-
	if [[ $! != "$guard_pid" ]]; then
		kill -KILL "$!" 2>/dev/null || true
		wait "$!" 2>/dev/null || true
	fi
	wait "$guard_pid" 2>/dev/null || true
	[[ ! -t 2 ]] || printf '\r\033[K' >&2
	printf 'ktstr: interrupted\n' >&2
	exit "$1"
}

# front_main ARGUMENT...: runs this script again as the worker, to its end.
front_main()
{
	local status=0 worker_pid

	descriptors_close 255		# bash's own, the script
	guard_start
	trap 'front_interrupted 130' INT
	trap 'front_interrupted 143' TERM
	trap 'front_interrupted 129' HUP
	guard_wait
	KTSTR_GUARD=$guard KTSTR_FRONT=$$ setpriv --pdeathsig KILL setsid \
		env --default-signal=INT,QUIT -- "$BASH" "$0" "$@" <&0 &
	worker_pid=$!
	printf '+%s\0' "$worker_pid" >&"$guard"
	exec {guard}>&-
	wait "$worker_pid" || status=$?
	trap '' INT TERM HUP
	wait "$guard_pid" || true
	exit "$status"
}

# The worker's half of it.
worker_init()
{
	guard=$KTSTR_GUARD
	[[ $PPID = "$KTSTR_FRONT" ]] || exit "$EXIT_WRONG"	# it was killed
	unset KTSTR_GUARD KTSTR_FRONT
	# What we make is run: by us, and not written by others.
	umask "$(printf '%04o' $((8#$(umask) | 8#022)))"
	ulimit -c 0
	exec {nap_fd}<> <(:)
}

# ---- locks ----

declare -A locks=()

# lock_take NAME [SECONDS]: waits for whoever has it; ours until we end.
lock_take()
{
	local fd file=$cache/locks/$1 limit_s=${2:-7200} now begin

	clock
	begin=$now
	exec {fd}>"$file"
	if ! flock -n "$fd"; then
		say "another run does the same work, waiting for it ($file)"
		until flock -n "$fd"; do
			clock
			((now - begin < limit_s)) ||
				wrong "$file: taken for $limit_s s;" \
					"see who holds it: fuser $file"
			progress "waiting, $((now - begin)) s"
			nap
		done
	fi
	locks[$1]=$fd
}

lock_drop()
{
	local fd=${locks[$1]}

	exec {fd}>&-
	unset "locks[$1]"
}

# A short name for bytes on stdin.
hash_stdin()
{
	sha256sum | cut -c "1-${1:-12}"
}
