#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The host takes three seconds while a guest runs: the VMM, or the emulated host
# in which it runs, is stopped. A test of what is well passes, and one that is to
# see a worker stand still sees it.
#
# KTSTR_TEST_INSTALL is an installed suite, KTSTR_TEST_KERNEL a folder of the
# kernel cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
export KTSTR_KERNEL=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}
stop_s=3

# below PID: all that it has started, itself first.
below()
{
	local child children

	printf '%s\n' "$1"
	read -r -a children < <(cat "/proc/$1/task/"*/children 2>/dev/null) ||
		true
	for child in "${children[@]}"; do
		below "$child"
	done
}

# machine_of PID: the process below it that runs the guest, once it does.
machine_of()
{
	local pid

	for pid in $(below "$1"); do
		if grep -qs '^ktstr-vcpu' "/proc/$pid/task/"*/comm ||
		   [[ $(cat "/proc/$pid/comm" 2>/dev/null) = emulated-host ]]
		then
			printf '%s\n' "$pid"
			return
		fi
	done
	return 1
}

# stopped TEST SECONDS: run it, and stop its machine each so often, as nobody
# knows when it comes to the workload.
stopped()
{
	local machine='' pid status=0 stops=0

	export XDG_CACHE_HOME=$real_cache
	"$install/eevdf" -r "$1" >stdout 2>&1 </dev/null &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep "$2"
		grep -q '^#  RUN ' stdout || continue
		machine=$(machine_of "$pid") || continue
		kill -STOP "$machine" 2>/dev/null || continue
		sleep "$stop_s"
		# It may be killed by who waited for it.
		kill -CONT "$machine" 2>/dev/null || continue
		stops=$((stops + 1))
	done
	wait "$pid" || status=$?
	cat stdout
	((stops > 0)) || fail "it was never stopped"
	((status == 0)) || fail "exit status $status after $stops stops"
	grep -q '^ok 1 ' stdout || fail "no result"
	! grep -q 'infrastructure' stdout || fail "it was not judged"
}

try vm_stopped.steady_test_passes stopped eevdf.1n1l2c1t.steady 2
try vm_stopped.cgroups_are_fair stopped eevdf.1n1l2c1t.two_cgroups 3
try vm_stopped.worker_that_stands_still_is_seen \
	stopped checks.gap_of_a_spinner 2

ktap_end
