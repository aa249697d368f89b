#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kill -9 and Ctrl-C of a running suite: no process stays, and no file outside
# of the cache and the output folder. Environment as for vm-bad-input.sh.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}
export KTSTR_KERNEL=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}

# Whose parent has died must be gone so soon.
gone_after_s=10

# start COMMAND...: in a session of its own, until a VM or an emulated host is
# up and the first test is at work.
start()
{
	local i

	touch stamp
	export XDG_CACHE_HOME=$real_cache KTSTR_VERBOSE=1
	setsid env --default-signal=INT,QUIT "$@" >stdout 2>&1 </dev/null &
	started=$!
	for ((i = 0; i < 3000; i++)); do
		! grep -q "$up_pattern" stdout || return 0
		kill -0 "$started" 2>/dev/null || break
		sleep 0.1
	done
	cat stdout
	fail "it did not come to its first test"
}

# The first line of a guest's console.
up_pattern='Linux version'

all_gone()
{
	local i files

	for ((i = 0; i < gone_after_s * 10; i++)); do
		[[ -n $(marked) ]] || break
		sleep 0.1
	done
	nothing_left
	files=$(find /tmp /var/tmp /dev/shm /run -xdev -newer stamp \
		\( -iname '*ktstr*' -o -iname '*qemu*' -o -iname '*virtio*' \
		-o -iname '*emu*' \) -not -path "$KTSTR_TEST_DIR/*" \
		-not -path "${KTSTR_TEST_OUT:-$KTSTR_TEST_DIR}/*" 2>/dev/null)
	[[ -z $files ]] || fail "left behind: $files"
	files=$(find /sys/fs/cgroup -name '*ktstr*' -newer stamp 2>/dev/null)
	[[ -z $files ]] || fail "left behind: $files"
}

# pids_of NAME: of those with our mark, whose program is NAME.
pids_of()
{
	local file exe

	for file in $(marked); do
		exe=$(readlink "${file%environ}exe") || continue
		[[ ${exe##*/} != "$1" ]] || echo "$file"
	done
}

# pid_of NAME: of those with our mark, the oldest whose program is NAME.
pid_of()
{
	local file exe

	for file in $(marked | sort -t/ -k3 -n); do
		exe=$(readlink "${file%environ}exe") || continue
		if [[ ${exe##*/} = "$1" ]]; then
			file=${file#/proc/}
			echo "${file%/environ}"
			return
		fi
	done
	fail "no process $1 to kill"
}

kill_9_the_program()
{
	start "$install/ktstr/eevdf" -t steady
	kill -KILL "$started"
	all_gone
}

kill_9_the_program_of_a_runner()
{
	export KSELFTEST_EEVDF_ARGS='-t steady'
	start "$install/run_kselftest.sh" -t ktstr:eevdf
	kill -KILL "$(pid_of eevdf)"
	wait "$started" && fail "the runner passes a program that was killed"
	cat stdout
	grep -q '^not ok .*eevdf' stdout || fail "no failure is reported"
	all_gone
}

# Its subshells must not go on with the next program either.
kill_9_the_runner()
{
	export KSELFTEST_EEVDF_ARGS='-t steady' KSELFTEST_SCX_ARGS='-t steady'
	start "$install/run_kselftest.sh" -t ktstr:eevdf -t ktstr:scx
	kill -KILL "$started"
	all_gone
	! grep -q 'selftests: ktstr: scx' stdout ||
		fail "the next program was started"
}

kill_9_make()
{
	export KSELFTEST_EEVDF_ARGS='-t steady' KSELFTEST_SCX_ARGS='-t steady'
	printf 'run_tests:\n\t@cd %s && ./run_kselftest.sh %s %s; true\n' \
		"$install" '-t ktstr:eevdf' '-t ktstr:scx' >Makefile
	start make run_tests
	kill -KILL "$started"
	all_gone
	! grep -q 'selftests: ktstr: scx' stdout ||
		fail "the next program was started"
}

ctrl_c_the_program()
{
	local status=0

	start "$install/ktstr/eevdf" -t steady
	kill -INT -- "-$started"
	wait "$started" || status=$?
	[[ $status != 0 ]] || fail "exit status 0"
	all_gone
}

sigterm_the_program()
{
	local status=0

	start "$install/ktstr/eevdf" -t steady
	kill -TERM "$started"
	wait "$started" || status=$?
	[[ $status != 0 ]] || fail "exit status 0"
	all_gone
}

front_run()
{
	local status=0

	export KTSTR_OUT=${KTSTR_TEST_OUT:?names the output folder}
	start "$top/run_ktstr.sh" run -t steady eevdf
	kill -s "$1" -- "$2$started"
	wait "$started" || status=$?
	cat stdout
	[[ $status = "$3" ]] || fail "exit status $status, not $3"
	all_gone
}

# Two hosts at work; the second one's output waits for its turn.
front_run_side_by_side()
{
	local status=0 i

	export KTSTR_OUT=${KTSTR_TEST_OUT:?names the output folder}
	export KTSTR_HOSTS=2
	start "$top/run_ktstr.sh" run -t steady eevdf scx
	for ((i = 0; i < 300; i++)); do
		[[ $(pids_of scx) = '' ]] || break
		sleep 0.1
	done
	[[ $i != 300 ]] || fail "they do not run side by side"
	kill -s "$1" -- "$2$started"
	wait "$started" || status=$?
	cat stdout
	[[ $status = "$3" ]] || fail "exit status $status, not $3"
	all_gone
}

ktap_begin
try vm_kill.kill_9_the_program kill_9_the_program
try vm_kill.kill_9_the_program_of_a_runner kill_9_the_program_of_a_runner
try vm_kill.kill_9_the_runner kill_9_the_runner
try vm_kill.kill_9_make kill_9_make
try vm_kill.ctrl_c_the_program ctrl_c_the_program
try vm_kill.sigterm_the_program sigterm_the_program
try vm_kill.ctrl_c_run_ktstr front_run INT - 130
try vm_kill.kill_9_run_ktstr front_run KILL '' 137
try vm_kill.ctrl_c_side_by_side front_run_side_by_side INT - 130
try vm_kill.kill_9_side_by_side front_run_side_by_side KILL '' 137
ktap_end
