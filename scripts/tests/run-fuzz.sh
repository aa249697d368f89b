#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What run-fuzz.sh makes of targets that find something, built as `make fuzz`
# builds ours.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# sanitizers VARIABLE: those that the lines of the Makefile from there on name,
# up to the first that goes on in no other.
sanitizers()
{
	sed -n "/$1/,/[^\\\\]\$/p" "$top/Makefile" |
		grep -oE -e '-f(no-)?sanitize[-a-z]*=[a-z,-]*'
}

# target NAME STATEMENT: a fuzz target that does this with each input.
target()
{
	local compile link cc

	mapfile -t compile < <(sanitizers '^FUZZ_CFLAGS = ')
	mapfile -t link < <(sanitizers '(BPF_CLANG) -fsanitize=')
	((${#compile[@]} && ${#link[@]})) ||
		fail "the Makefile says ${compile[*]}, ${link[*]}"
	cat >"$1.c" <<CODE
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

volatile int most = INT_MAX;
volatile int none;
char *volatile gone;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	$2
	return 0;
}
CODE
	for cc in clang{,-22,-21,-20,-19,-18,-17,-16}; do
		"$cc" -O2 -g "${compile[@]}" -c "$1.c" -o "$1.o" &&
			"$cc" "${link[@]}" "$1.o" -o "$1" && return
	done 2>>errors
	skip "no clang that can fuzz: $(tail -n 1 errors)"
}

# fuzzed STATUS RESULT: of the target "fuzz_made".
fuzzed()
{
	local status=0

	"$top/scripts/run-fuzz.sh" 1 found ./fuzz_made >stdout || status=$?
	cat stdout
	[[ $status = "$1" ]] || fail "exit status $status, not $1"
	grep -q "^$2 1 fuzz.fuzz_made" stdout || fail "it is not '$2'"
}

nothing_found()
{
	target fuzz_made 'none++;'
	fuzzed 0 ok
}

# finding TEXT STATEMENT
finding()
{
	target fuzz_made "$2"
	fuzzed 1 'not ok'
	grep -q "^# .*$1" stdout || fail "it does not say '$1'"
	compgen -G 'found/fuzz_made-crash-*' || fail "the input was not kept"
}

ktap_begin
try run-fuzz.nothing_found nothing_found
try run-fuzz.undefined finding 'signed integer overflow' 'none = most + 1;'
try run-fuzz.address finding 'heap-use-after-free' \
	'gone = __builtin_malloc(1); __builtin_free(gone); *gone = 1;'
ktap_end
