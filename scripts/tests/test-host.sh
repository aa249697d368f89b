#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `ktstr test --host`: scenarios on this machine itself, whose cgroups are as they
# were behind it, however it ends. Also what it refuses, and what it misses.
#
# It has a cgroup of its own for the top of all cgroups, so nobody else's come and
# go there. KTSTR_TEST_INSTALL names an installed suite.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

ktstr=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr/ktstr
root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
unset KTSTR_STRICT KTSTR_ATTR

remove_group()
{
	echo 1 >"$1/cgroup.kill"
	find "$1" -mindepth 1 -depth -type d -exec rmdir {} \;
	rmdir "$1"
}

# inside: run the rest below a cgroup that stands for all.
inside()
{
	local top_group=$root/ktstr-test.$$ status=0 old

	# Of one that was killed
	for old in "$root"/ktstr-test.*; do
		[[ ! -d $old || -d /proc/${old##*.} ]] || remove_group "$old"
	done
	mkdir "$top_group" || return
	(
		echo "$BASHPID" >"$top_group/cgroup.procs" &&
			KTSTR_TEST_INSIDE=1 exec unshare -C -m \
				--propagation private bash "$0"
	) || status=$?
	remove_group "$top_group"
	return $status
}

if [[ $EUID = 0 && -n $root && -z ${KTSTR_TEST_INSIDE:-} ]]; then
	inside
	exit
fi

if [[ -n ${KTSTR_TEST_INSIDE:-} ]]; then
	umount -l "$root" && mount -t cgroup2 none "$root" &&
		mkdir "$root/tests" && echo $$ >"$root/tests/cgroup.procs" || exit
fi

# All that can be seen of it: names, and what is handed on.
picture()
{
	(cd "$root" && find . | sort &&
		find . -name cgroup.subtree_control -exec grep -H . {} +) || true
}

# host STATUS ARGUMENT...: a run to its end; nothing is left, but what was there.
# Spread is not judged: others use this machine, too, see beside_others().
host()
{
	local want=$1 status=0

	shift
	mkdir -p results
	picture >before
	KTSTR_SIDECAR_DIR=$PWD/results timeout 100 "$ktstr" test --host "$@" \
		>stdout 2>stderr </dev/null || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
	picture >after
}

says()
{
	grep -qE -e "$1" stdout || fail "no /$1/"
}

one_scenario()
{
	host 0 -s steady -d 1 --attr limits.max_spread_pct=off
	diff before after
	says "^ok 1 ready.host.steady"
	says "^# not judged, as no monitor looks into this machine: .*idle"
	says "^# kernel $(uname -r) on this machine itself\$"
	says "^# steady +[0-9]+n[0-9]+l[0-9]+c[0-9]+t .* pass\$"
	says "^# ktstr: PASS: .* on this machine itself, kernel $(uname -r),"
	grep -q '"bare":true' results/ready.host.steady.ktstr.json ||
		fail "not in the sidecar"
}

# What other programs took is not the scheduler's, and is said.
beside_others()
{
	local i loops=() status=0

	for ((i = 0; i < 2 * $(nproc); i++)); do
		bash -c 'while :; do :; done' &
		loops+=($!)
	done
	mkdir -p results
	KTSTR_SIDECAR_DIR=$PWD/results timeout 100 "$ktstr" test --host \
		-s steady -d 2 --attr limits.max_spread_pct=1 \
		>stdout 2>stderr </dev/null || status=$?
	kill "${loops[@]}"
	wait "${loops[@]}" 2>/dev/null || true
	cat stdout stderr
	# An even share is even, whatever they took.
	[[ $status != 0 ]] || return 0
	[[ $status = 5 ]] || fail "exit status $status, not 5"
	says 'inconclusive: other programs took [0-9]+ % of a CPU'
	says '^#   again: .*(/ready|run_ktstr.sh test --host)'
}

# Where cgroup v1 has the controllers, that is what is said.
two_groups()
{
	local there

	there=$(cat "$root/cgroup.controllers")
	if [[ " $there " = *' cpu '* ]]; then
		host 0 -s two_cgroups -d 1 --attr limits.max_spread_pct=off
	else
		host 4 -s two_cgroups -d 1
		says "# SKIP there is no controller cpu in $root: "
	fi
	diff before after
}

refused()
{
	host 4 -s cpu_hotplug
	says '^ok 1 .*# SKIP step 0 has CpuOffline, which takes CPUs from everybody: in a VM only$'
	diff before after
	host 4 -s steady --attr memory_mb=512
	says '# SKIP attribute memory_mb is asked for, which only a VM has$'
	diff before after
}

refused_of_a_file()
{
	cat >freeze.json <<'JSON'
{
	"cgroups": [{ "name": "a", "workers": 1 }],
	"steps": [
		{ "ops": [{ "op": "Pause", "ms": 10 }], "hold": { "share": 0.4 } },
		{ "ops": [{ "op": "FreezeAll", "ms": 10 }] }
	]
}
JSON
	host 4 -s ./freeze.json
	says '# SKIP step 1 has FreezeAll, which freezes all tasks'
	diff before after
}

# What works is run, whatever stands beside it.
refused_beside_others()
{
	host 4 -s cpu_hotplug -s steady -d 1
	says '^# ktstr: SKIP: .*: 1 passed, 0 failed, 1 skipped'
	diff before after
}

# begin: a run that is at work; leaves its process in $front_pid, its cgroup in
# $own, who looks after it in $keeper.
begin()
{
	local i name

	mkdir -p results
	picture >before
	KTSTR_SIDECAR_DIR=$PWD/results setsid env \
		--default-signal=HUP,INT,QUIT,TERM "$ktstr" test --host \
		-s steady -d 60 >stdout 2>stderr </dev/null &
	front_pid=$!
	for ((i = 0; i < 600; i++)); do
		for own in "$root"/ktstr-host.*; do
			[[ -z $(cat "$own"/groups/*/cgroup.procs 2>/dev/null) ]] ||
				break 2
		done
		sleep 0.1
	done
	[[ -d $own ]] || { cat stdout stderr; fail "no cgroup after 60 s"; }
	name=${own##*/ktstr-host.}
	keeper=${name%%.*}
}

# as_before SECONDS
as_before()
{
	local i

	for ((i = 0; i < $1 * 10; i++)); do
		picture >after
		! cmp -s before after || return 0
		sleep 0.1
	done
	diff before after
}

# ended SIGNAL STATUS WHOM: by a terminal, all that are in the foreground are.
ended()
{
	local status=0

	begin
	kill -s "$1" -- "$3$front_pid"
	wait "$front_pid" || status=$?
	cat stdout stderr
	[[ $status = "$2" ]] || fail "exit status $status, not $2"
	# It was the last to go.
	picture >after
	diff before after
}

starter_is_killed()
{
	begin
	kill -9 "$front_pid"
	wait "$front_pid" 2>/dev/null || true
	as_before 20
}

# Nobody is left to clear away: the next run does it.
all_are_killed()
{
	begin
	kill -STOP "$keeper"
	kill -9 "$front_pid"
	kill -9 "$keeper"
	wait "$front_pid" 2>/dev/null || true
	[[ -d $own ]] || fail "it was removed: by whom?"
	mv before at_first
	host 0 -s steady -d 1 --attr limits.max_spread_pct=off
	grep -qF "removed cgroup $own, which a run had left" stdout stderr ||
		fail "nothing is said of it"
	diff at_first after
}

# With a process that does not go by itself
what_a_dead_one_left()
{
	local own=$root/ktstr-host.4194303.1 i

	picture >at_first
	mkdir -p "$own"/groups/{a,b/c}
	echo 1 >"$own/groups/a/cgroup.freeze"
	sleep 1000 &
	echo $! >"$own/groups/a/cgroup.procs"
	host 0 -s steady -d 1 --attr limits.max_spread_pct=off
	wait $! 2>/dev/null || true
	diff at_first after
}

# Its owner is alive: this shell.
what_a_live_one_has()
{
	local start own

	start=$(sed -e 's/.*) //' "/proc/$$/stat" | cut -d' ' -f20)
	own=$root/ktstr-host.$$.$start
	mkdir "$own" "$own/groups" "$root/ktstr-host.mine"
	host 0 -s steady -d 1 --attr limits.max_spread_pct=off
	diff before after
	# The same number, of one that began at another time
	mv_group "$own" "$root/ktstr-host.$$.$((start + 1))"
	host 0 -s steady -d 1 --attr limits.max_spread_pct=off
	[[ ! -d $root/ktstr-host.$$.$((start + 1)) ]] || fail "it is left"
	rmdir "$root/ktstr-host.mine"
}

mv_group()
{
	rmdir "$1/groups" "$1"
	mkdir "$2"
}

# ---- what is missing ----

not_root()
{
	mkdir results
	KTSTR_SIDECAR_DIR=$PWD/results unshare -U "$ktstr" test --host \
		-s steady -d 1 >stdout 2>stderr && fail "it ran"
	cat stdout stderr
	says '# SKIP only root can make cgroups for it on this machine$'
}

# without COMMAND: a run where that was done to the mounts.
# shellcheck disable=SC2016
without()
{
	local status=0

	mkdir results
	KTSTR_SIDECAR_DIR=$PWD/results unshare -m --propagation private bash -c \
		"$1"' && exec "$0" test --host -s steady -d 1' "$ktstr" \
		>stdout 2>stderr || status=$?
	cat stdout stderr
	[[ $status = 4 ]] || fail "exit status $status, not 4"
	says "# SKIP $2"
}

no_cgroups()
{
	# shellcheck disable=SC2016
	without 'while at=$(awk "\$3 == \"cgroup2\" { print \$2; exit }" /proc/self/mounts); [ -n "$at" ]; do umount -l "$at"; done' \
		'no cgroup v2 is mounted on this machine'
}

read_only()
{
	without "mount -o remount,bind,ro '$root'" \
		"no cgroup can be made in $root: Read-only file system"
}

ktap_begin
if [[ -z ${KTSTR_TEST_INSIDE:-} ]]; then
	try test_host.needs_root_and_cgroup_v2 skip "this is not root, or there is no cgroup v2"
	ktap_end
	exit
fi
try test_host.one_scenario one_scenario
try test_host.beside_others beside_others
try test_host.two_groups two_groups
try test_host.refused refused
try test_host.refused_of_a_file refused_of_a_file
try test_host.refused_beside_others refused_beside_others
try test_host.interrupted ended INT 130 -
try test_host.terminated ended TERM 143 ''
try test_host.starter_is_killed starter_is_killed
try test_host.all_are_killed all_are_killed
try test_host.what_a_dead_one_left what_a_dead_one_left
try test_host.what_a_live_one_has what_a_live_one_has
try test_host.not_root not_root
try test_host.no_cgroups no_cgroups
try test_host.read_only read_only
ktap_end
