#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nothing that a reader of our output does fails a test: one that sleeps, one
# that goes, none at all. What a body prints is bounded, and is no result of
# ours. Environment as for vm-bad-input.sh.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}
export KTSTR_KERNEL=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}

# Longer than the host's patience with anything else.
sleep_s=20
# 1 MiB as it comes, and a harness's words.
bytes_max=1200000

suite()
{
	export XDG_CACHE_HOME=$real_cache
	timeout 600 "$install/ktstr/eevdf" "$@"
}

has()
{
	grep -qxF -- "$1" output || fail "there is no line: $1"
}

# Where KVM is emulated it is a pipe of there, as else what carries it hither
# takes all of it before the reader comes.
reader_sleeps()
{
	local size in_kvm=()

	"$install/ktstr/kvm-check" >/dev/null ||
		in_kvm=("$install/ktstr/ktstr-emulated-host" -w "$PWD"
			-r "$install" -r "$KTSTR_KERNEL" -e KTSTR_KERNEL --)
	# shellcheck disable=SC2016
	XDG_CACHE_HOME=$real_cache timeout 600 "${in_kvm[@]}" bash -c \
		'"$1" -t floods 2>&1 | (sleep "$2"; cat >"$3")' - \
		"$install/ktstr/eevdf" $sleep_s "$PWD/output"
	grep -v '^# flood ' output
	has 'ok 1 body.floods'
	has '# one?two'
	has '# | ok 7 not.a.test # SKIP'
	has '# | not ok 8 neither'
	has '# | 1..9'
	has '# the last line'
	[[ $(grep -cE '^(# )*(not )?ok ' output) = 1 ]] ||
		fail "there are other results"
	size=$(stat -c %s output)
	((size < bytes_max)) || fail "$size bytes"
}

reader_is_not_there()
{
	local status=0

	suite -t is_killed >&- 2>stderr || status=$?
	cat stderr
	[[ $status = 0 ]] || fail "exit status $status"
}

ktap_begin
try vm_output.reader_sleeps reader_sleeps
try vm_output.reader_is_not_there reader_is_not_there
ktap_end
