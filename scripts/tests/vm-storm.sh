#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The storm: VMs boot on the emulated host while QEMU is told to stop and go on
# some hundred times a second. The mended QEMU stands it; with the six bytes
# that were taken from it, it does not. And who is used when one of two does
# not. Environment as for vm-bad-input.sh; KTSTR_STORM_BOOTS: how many.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

export KTSTR_KERNEL=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}
boots=${KTSTR_STORM_BOOTS:-6}

entry=$(realpath "$real_cache"/ktstr/emulated-host/current-2 2>/dev/null)
# The newest build: check has made it.
# shellcheck disable=SC2012
boot=$(ls -t "${KTSTR_TEST_OUT:?names the output folder}"/build/*/bench/boot \
	2>/dev/null | head -n 1)
launcher=${boot%/bench/boot}/ktstr-emulated-host
export KTSTR_SCHEDULER_DIR=${boot%/bench/boot}

needs()
{
	[[ -n $entry ]] || skip "no emulated host in the cache"
	[[ -n $boot ]] || skip "no bench/boot: make bench-build"
	[[ $(<"$entry/verdict") = mended*[0-9a-f] ]] ||
		skip "QEMU $(<"$entry/version") was not mended"
}

# qemu_copy DIR: a copy of the entry's QEMU, of which all but the program is links.
qemu_copy()
{
	local name

	mkdir -p "$1/bin"
	cp "$entry/qemu" "$entry/version" "$1/"
	ln -s "$entry/lib" "$entry/share" "$1/"
	for name in kernel modules; do
		ln -s "$entry/$name" "$1/"
	done
	cp "$entry/virtiofsd" "$1/"
	ln -s "$entry/bin/virtiofsd" "$1/bin/"
	cp "$entry/bin/qemu-system-x86_64" "$1/bin/"
}

# unmend DIR: what fetch.sh has taken from it is put back.
unmend()
{
	local at bytes

	read -r at bytes < <(sed -n 2p "$entry/verdict")
	printf '%b' "$(fold -w 2 <<<"$bytes" | sed -e 's/^/\\x/' |
		tr -d '\n')" |
		dd of="$1/bin/qemu-system-x86_64" bs=1 seek="$at" \
			conv=notrunc status=none
	cmp -s "$1/bin/qemu-system-x86_64" "$entry/bin/qemu-system-x86_64" &&
		fail "nothing to put back"
	return 0
}

# A cache of our own: leaves `mine`, its first QEMU.
cache_init()
{
	needs
	mine=$PWD/own/ktstr/emulated-host/entry
	qemu_copy "$mine"
	ln -s entry "${mine%/*}/current-2"
	export XDG_CACHE_HOME=$PWD/own
}

# storm BOOTS SECONDS [LAUNCHER'S OPTION...]
storm()
{
	local n=$1 limit_s=$2 status=0

	shift 2
	"$launcher" -S 1000000 -t "$limit_s" -r "$KTSTR_KERNEL" "$@" -- \
		"$boot" -n "$n" -c 1,4 >out 2>&1 </dev/null || status=$?
	cat out
	grep -q 'storm: [0-9]\{3,\} pairs' out || fail "there was no storm"
	return $status
}

mended_one_stands_it()
{
	needs
	export XDG_CACHE_HOME=$real_cache
	storm "$boots" $((boots * 60 + 60)) || fail "it did not stand it"
	[[ $(grep -c '^ok ' out) = "$boots" ]] || fail "not $boots boots"
}

# The first boot that fails is enough, and takes its deadline.
unmended_one_does_not()
{
	cache_init
	unmend "$mine"
	echo mended >"$mine/verdict"
	! storm 3 150 || fail "it stood it: this test shows nothing"
	grep -q -e '^not ok ' -e 'still running after 150 s' out ||
		fail "no boot failed"
}

# run PATTERN STATUS: a command there; stderr matches.
run()
{
	local status=0

	"$launcher" -- true >out 2>&1 </dev/null || status=$?
	cat out
	[[ $status = "$2" ]] || fail "status $status, not $2"
	grep -q "$1" out || fail "it does not say: $1"
}

# judge STATUS COMMAND: what is judged by.
judge()
{
	local status=0

	"$launcher" -j -S 1000000 -- sh -c "sleep 1; $2" >out 2>&1 </dev/null ||
		status=$?
	cat out
	[[ $status = "$1" ]] || fail "status $status, not $1"
}

without_a_verdict_it_is_not_used()
{
	cache_init
	run 'QEMU [0-9.]* (has no verdict yet); ./run_ktstr.sh judges it' 4
	judge 0 true
	grep -q '^stands the storm: ' "$mine/verdict" || fail "no verdict"
	run 'running on an emulated host' 0
}

the_second_is_used_when_the_first_fails()
{
	cache_init
	qemu_copy "$mine/second"
	echo 9.9.9 >"$mine/version"
	judge 4 'exit 1'
	# None is fit.
	run 'QEMU 9.9.9 (does not stand the storm: exit status 1), QEMU .*fetch.sh --update' 4
	# The verdict stays: nothing is judged again.
	judge 4 true
	echo mended >"$mine/second/verdict"
	run 'running on an emulated host (QEMU 1' 0
}

ktap_begin
try vm_storm.mended_one_stands_it mended_one_stands_it
try vm_storm.unmended_one_does_not unmended_one_does_not
try vm_storm.without_a_verdict_it_is_not_used without_a_verdict_it_is_not_used
try vm_storm.the_second_is_used_when_the_first_fails the_second_is_used_when_the_first_fails
ktap_end
