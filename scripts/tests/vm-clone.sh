#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A VM that begins as a copy of one that has booted gives the verdict of one
# that boots: tests that pass, that see a fault and that see a scheduler die,
# cold and copied. A copy that is no good is thrown away, and does no harm.
#
# KTSTR_CLONE_ROUNDS says how often each is run; KTSTR_TEST_INSTALL is an
# installed suite, KTSTR_TEST_KERNEL a folder of the kernel cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
kernel=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}
rounds=${KTSTR_CLONE_ROUNDS:-1}
# Of machines that differ by one thing alone: CPUs, LLCs.
tests=(eevdf_up.two_cgroups eevdf.1n1l2c1t.two_cgroups
	eevdf.1n2l2c1t.two_cgroups checks.lost_worker scx.simple.steady
	monitor.map_write_crash)

# Templates of its own; all else is the user's.
own_cache()
{
	export XDG_CACHE_HOME=$work/own-cache
	mkdir -p "$XDG_CACHE_HOME/ktstr"
	[[ -e $XDG_CACHE_HOME/ktstr/emulated-host ]] ||
		ln -s "$real_cache/ktstr/emulated-host" "$XDG_CACHE_HOME/ktstr/"
	clones=$XDG_CACHE_HOME/ktstr/clones
}

# running NAME CLONE: verdicts in NAME.verdicts, sidecars in NAME.
running()
{
	local name=$1 clone=$2

	mkdir "$name"
	KTSTR_KERNEL=$kernel KTSTR_SIDECAR_DIR=$PWD/$name \
		KTSTR_CLONE=$clone timeout 1800 "$install/ktstr" run -j 1 "${tests[@]}" \
		>"$name.out" 2>&1 </dev/null || true
	cat "$name.out"
	sed -nE 's/^((not )?ok) [0-9]+ ([^ ]+).*/\1 \3/p' "$name.out" \
		>"$name.verdicts"
	(($(wc -l <"$name.verdicts") == ${#tests[@]})) ||
		fail "$name: not all tests have a result"
}

# origins NAME: of each VM that ran, once.
origins()
{
	grep -hoE '"origin": ?"[a-z]+"' -r "$1" | sed 's/.*"\([a-z]*\)"$/\1/' |
		sort -u | tr '\n' ' '
}

are_origins()
{
	[[ $(origins "$1") = "$2 " ]] || fail "$1: $(origins "$1"), not $2"
}

cold_and_cloned_agree()
{
	local i

	own_cache
	rm -rf "$clones"
	running making 1
	[[ -n $(find "$clones" -name '*.vm') ]] || fail "nothing to copy from"
	for ((i = 0; i < rounds; i++)); do
		running "cold$i" 0
		are_origins "cold$i" cold
		running "cloned$i" 1
		are_origins "cloned$i" clone
		diff "cold$i.verdicts" "cloned$i.verdicts"
	done
	if grep -v '^ok ' cold*.verdicts; then
		fail "tests of a healthy machine failed"
	fi
}

spoilt_copies_are_thrown_away()
{
	local file

	own_cache
	tests=(eevdf_up.two_cgroups)
	rm -rf "$clones"
	running making 1
	are_origins making template
	for file in "$clones"/*.vm; do
		# In the middle of what KVM is given.
		printf 'rubbish' | dd of="$file" bs=1 seek=2000 conv=notrunc
	done
	running spoilt 1
	are_origins spoilt template
	grep -q '^ok ' spoilt.verdicts
	for file in "$clones"/*.vm; do
		truncate -s -4096 "$file"
	done
	running cut 1
	are_origins cut template
	grep -q '^ok ' cut.verdicts
	running after 1
	are_origins after clone
	grep -q '^ok ' after.verdicts
}

ktap_begin
try vm_clone.cold_and_cloned_agree cold_and_cloned_agree
try vm_clone.spoilt_copies_are_thrown_away spoilt_copies_are_thrown_away
ktap_end
