#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Ctrl-C and kill -9 of run_ktstr.sh at any moment: the right exit status,
# nothing left running, nothing half-written, and the next run succeeds.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# A tree whose build would stay: a child in a process group of its own, and
# one that ignores SIGTERM.
stubborn_tree()
{
	fake_tree tree
	cat >tree/parts/hook <<HOOK
perl -e 'setpgrp; exec "sleep", "300"' &
(trap '' TERM; sleep 300) &
touch $PWD/building
sleep 300
HOOK
	export KDIR=$PWD/tree
}

calm_tree()
{
	echo : >tree/parts/hook
}

no_entry()
{
	[[ -z $(ls cache/ktstr/kernels) ]] || fail "an entry was kept"
}

ctrl_c_while_building()
{
	stubborn_tree
	start kernel
	wait_for_file building
	kill -INT -- "-$front_pid"
	end_status 130
	[[ $(tail -n 1 stderr) = 'ktstr: interrupted' ]] || fail "not one line"
	nothing_left
	no_entry
	calm_tree
	front 0 'kernel: ' kernel
}

# The keeper is the one that ends what others left: it has no session of its own yet
# when the signal comes, but nothing may have been started, nor be started later.
ctrl_c_before_the_keeper()
{
	stubborn_tree
	cat >slow.c <<SLOW
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
pid_t setsid(void)
{
	if (!strncmp(program_invocation_short_name, "ktstr-front", 11) &&
	    access("$PWD/keeper", F_OK)) {
		close(open("$PWD/keeper", O_CREAT | O_WRONLY, 0644));
		sleep(4);
	}
	return syscall(SYS_setsid);
}
SLOW
	gcc -D_GNU_SOURCE -shared -fPIC -o slow.so slow.c
	LD_PRELOAD=$PWD/slow.so start kernel
	wait_for_file keeper
	sleep 2
	kill -INT -- "-$front_pid"
	end_status 130
	nothing_left
	[[ ! -e building && ! -e cache/ktstr ]] || fail "it was begun"
}

# Only the script gets the signal, as from `kill` or a CI runner.
signal_to_the_script_alone()
{
	stubborn_tree
	start kernel
	wait_for_file building
	kill -s "$1" "$front_pid"
	end_status "$2"
	nothing_left
	no_entry
}

kill_9_while_building()
{
	stubborn_tree
	start kernel
	wait_for_file building
	kill -KILL "$front_pid"
	end_status 137
	nothing_left
	calm_tree
	front 0 'kernel: ' kernel
}

ctrl_c_while_waiting()
{
	local i

	fake_tree tree
	# It builds until the other run was seen to wait, a minute at most.
	echo "touch $PWD/building; for i in \$(seq 600); do [ -e $PWD/go ] || sleep 0.1; done" \
		>tree/parts/hook
	export KDIR=$PWD/tree
	start kernel
	wait_for_file building
	mkdir other
	(
		cd other
		ln -s ../cache ../tree .
		start kernel
		for ((i = 0; i < 600; i++)); do
			! grep -q 'another run does the same work' stderr ||
				break
			sleep 0.1
		done
		kill -INT -- "-$front_pid"
		end_status 130
		grep -q 'another run does the same work' stderr
	) || fail "the run that waits"
	touch go
	end_status 0
}

# Whenever it comes, what is in the cache afterwards is whole.
ctrl_c_at_any_moment()
{
	local i delay status

	fake_tree tree
	head -c 20M /dev/urandom >>tree/parts/image
	echo 'sleep 0.2' >tree/parts/hook
	export KDIR=$PWD/tree
	for ((i = 0; i < 24; i++)); do
		delay=$(printf '0.%03d' $((i * 60 % 1000)))
		((i < 17)) || delay=1$delay
		start kernel
		sleep "$delay"
		kill -INT -- "-$front_pid" 2>/dev/null || true
		status=0
		wait "$front_pid" || status=$?
		[[ $status = 130 || $status = 0 ]] ||
			fail "exit status $status after $delay s: $(cat stderr)"
		nothing_left
		echo "/* $i */" >>tree/kernel/sched/core.c
	done
	front 0 'kernel: ' kernel
}

kill_9_at_any_moment()
{
	local i

	fake_tree tree
	head -c 20M /dev/urandom >>tree/parts/image
	export KDIR=$PWD/tree
	for ((i = 1; i < 10; i++)); do
		start kernel
		sleep "0.${i}5"
		kill -KILL "$front_pid" 2>/dev/null || true
		wait "$front_pid" || true
	done
	front 0 'kernel: ' kernel
	front 0 'kernel: .*from the cache' kernel
}

ktap_begin
try interrupt.ctrl_c_while_building ctrl_c_while_building
try interrupt.ctrl_c_before_the_keeper ctrl_c_before_the_keeper
try interrupt.sigint_to_the_script_alone signal_to_the_script_alone INT 130
try interrupt.sigterm_to_the_script_alone signal_to_the_script_alone TERM 143
try interrupt.sighup_to_the_script_alone signal_to_the_script_alone HUP 129
try interrupt.kill_9_while_building kill_9_while_building
try interrupt.ctrl_c_while_waiting ctrl_c_while_waiting
try interrupt.ctrl_c_at_any_moment ctrl_c_at_any_moment
try interrupt.kill_9_at_any_moment kill_9_at_any_moment
ktap_end
