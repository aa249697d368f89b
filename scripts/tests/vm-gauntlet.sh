#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `ktstr gauntlet` and `ktstr verify` in VMs: cells, the matrix, those that failed
# again, what no time was left for, and the three answers about schedulers of which one
# is refused and one does nothing.
#
# KTSTR_TEST_INSTALL is an installed suite, KTSTR_TEST_KERNEL a folder of the kernel
# cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
kernel=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}

# ktstr STATUS ARGUMENT...: leaves what it prints in stdout and stderr.
ktstr()
{
	local want=$1 status=0

	shift
	mkdir -p results state
	XDG_CACHE_HOME=$real_cache KTSTR_KERNEL=$kernel KTSTR_OUT=$PWD/state \
		KTSTR_SIDECAR_DIR=$PWD/results \
		timeout 900 "$install/ktstr" "$@" >stdout 2>stderr </dev/null ||
		status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
}

# says PATTERN: a line of it is like that.
says()
{
	grep -qE "$1" stdout || fail "no line is like $1"
}

# One scheduler that works, one that dies at once.
declare_schedulers()
{
	cat >schedulers.json <<'JSON'
{ "schedulers": [
	{ "name": "refused", "binary": "scx_ktstr", "args": [ "-f", "rejected" ] },
	{ "name": "idle", "binary": "scx_ktstr", "args": [ "-f", "no-attach" ] }
] }
JSON
}

cells_and_matrix()
{
	declare_schedulers
	ktstr 1 gauntlet -s steady --preset 1n1l1c1t --preset 1n1l2c1t -d 1 \
		--scheduler eevdf --scheduler refused --attr auto_repro=off \
		--declared schedulers.json
	says '^ok [0-9]+ steady/1n1l1c1t/eevdf '
	says '^ok [0-9]+ steady/1n1l2c1t/eevdf '
	says '^not ok [0-9]+ steady/1n1l1c1t/refused .*the verifier refused'
	says '^# steady/eevdf +\.  \.$'
	says '^# steady/refused +F  F$'
	says '^# ktstr: 4 of 4 cells were run$'
	grep -q 'class="fail"' results/gauntlet.html || fail "no failure on the page"
	ls results/eevdf/*.ktstr.json results/refused/*.ktstr.json

	# These again, and no others.
	ktstr 1 gauntlet -s steady --preset 1n1l1c1t --preset 1n1l2c1t -d 1 \
		--scheduler eevdf --scheduler refused --attr auto_repro=off \
		--declared schedulers.json \
		--rerun-failed --cell '*/1n1l1c1t/*'
	says '^1\.\.1$'
	says '^not ok 1 steady/1n1l1c1t/refused '
}

# Nothing is begun that would not end in time, and the rest is named.
no_time()
{
	ktstr 1 gauntlet -s steady --preset 1n1l1c1t --budget 1
	says '^# ktstr: 0 of 1 cells were run, which cover 0 of '
	says '^# ktstr: left out for want of time, .*: steady/1n1l1c1t/eevdf$'
}

three_answers()
{
	declare_schedulers
	ktstr 1 verify --scheduler scx_ktstr --scheduler refused \
		--preset 1n1l1c1t --declared schedulers.json
	says '^# 1n1l1c1t/scx_ktstr +yes +yes +yes +[0-9]+ \(ktstr_'
	says '^# 1n1l1c1t/refused +NO +NO +NO'
	says '^#   ktstr_enqueue +verified_insns=[0-9]+$'
	says '^#   the verifier refused ktstr_'
	says '^# ktstr: FAIL: 1 of 2 cells'
	[[ $(grep -c '^#   ' stdout) -le 60 ]] || fail "a refusal of too many lines"
}

ktap_begin
try vm_gauntlet.cells_and_matrix cells_and_matrix
try vm_gauntlet.no_time no_time
try vm_gauntlet.three_answers three_answers
ktap_end
