#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests side by side, with programs that boot nothing: the results come in the
# order of the list, from what was captured, and nothing is left behind.
# KTSTR_TEST_INSTALL names an installed suite, of which `ktstr` is taken.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2119,SC2120,SC2154 # for what is sourced
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/stages/lib.sh
. "$top/scripts/stages/lib.sh"
ktstr=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr/ktstr
unset KTSTR_STRICT KTSTR_HOSTS

# fake_suite: two programs of a harness that runs shell functions.
fake_suite()
{
	install=$PWD/install cache=$PWD/cache scratch=$PWD
	mkdir -p install/ktstr
	cp "$ktstr" install/ktstr/ktstr
	printf '%s\n' quick slow >install/ktstr/ktstr-programs
	echo timeout=100 >install/ktstr/settings
	cat >install/ktstr/quick <<'PROGRAM'
#!/bin/bash
# -r FIXTURE.TEST...: what $BODY_TEST says, with the test's name in $1.
if [[ ${1:-} = -l ]]; then
	printf '%-20s %-25s %s\n' '# FIXTURE' VARIANT TEST >&2
	printf '%-20s %-25s %s\n' global '' '' >&2
	echo ------------------------------------------------------------ >&2
	printf '%-20s %-25s %s\n' "${0##*/}" '' a '' '' b '' '' c >&2
	exit 4
fi
echo "TAP version 13"
echo "1..$(($# / 2))"
n=0 status=0
while [[ ${1:-} = -r ]]; do
	body=BODY_${2##*.} n=$((n + 1))
	eval "${!body:-true}"
	case $? in
	0) echo "ok $n $2" ;;
	4) echo "ok $n $2 # SKIP infrastructure: as asked" ;;
	5) echo "ok $n $2 # SKIP inconclusive: as asked" ;;
	*) echo "not ok $n $2${reason:+ # $reason}"; status=1 ;;
	esac
	shift 2
done
exit $status
PROGRAM
	cp install/ktstr/quick install/ktstr/slow
	chmod +x install/ktstr/quick install/ktstr/slow
	# How long they took, so that each program is a slice.
	printf '%s.%s 10000\n' quick a quick b quick c slow a slow b slow c \
		>cache/suite-times
}

# side JOBS LOG: all of the fake suite; its KTAP in file stdout.
side()
{
	local status=0

	side_by_side "$1" "$2" "$(suite_list --plan)" >stdout || status=$?
	cat stdout
	echo "status $status, counts $counts"
	return $status
}

# run STATUS ARG...: `ktstr run` of the fake suite
run()
{
	local want=$1 status=0

	shift
	export KTSTR_SIDECAR_DIR=$PWD/results
	mkdir -p results
	install/ktstr/ktstr run "$@" >stdout 2>stderr </dev/null || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
}

selection()
{
	fake_suite
	diff - <(suite_list --plan -t b) <<'NAMES'
quick quick.b
slow slow.b
NAMES
	[[ $(suite_list --plan --exclude slow.a --exclude '*.c' slow) = 'slow slow.b' ]] ||
		fail "$(suite_list --plan --exclude slow.a --exclude '*.c' slow)"
	! suite_list --plan -t . quick || fail "a dot is a test"
	run 0 --dry-run --exclude slow.a --exclude '*.c' slow
	[[ $(cat stdout) = slow.b ]] || fail "run takes others"
}

# The first program waits for what the second one does.
order_of_the_list()
{
	fake_suite
	export BODY_a="[[ \$0 = */slow ]] || until [[ -e $PWD/done ]]; do sleep 0.1; done"
	export BODY_c="[[ \$0 = */quick ]] || touch $PWD/done"
	side 2 log
	[[ $counts = '6 0 0 0 0 0' ]] || fail "$counts"
	cmp stdout log || fail "another log"
	diff - <(grep -v Totals stdout | sed 's/ # ([0-9.]* s)//') <<'LINES'
KTAP version 1
1..6
# quick: 3 tests
ok 1 quick.a
ok 2 quick.b
ok 3 quick.c
# slow: 3 tests
ok 4 slow.a
ok 5 slow.b
ok 6 slow.c
LINES
}

failures_and_infrastructure()
{
	fake_suite
	export BODY_a='[[ $0 = */slow ]]' \
		BODY_b='case $0 in */slow) (exit 5) ;; *) (exit 4) ;; esac'
	! side 2 log || fail "status 0"
	[[ $counts = '3 1 0 1 1 0' ]] || fail "$counts"
	[[ ${tests_failed[*]} = quick.a ]] || fail "${tests_failed[*]}"
	[[ ${tests_not_judged[*]} = 'quick.b slow.b' ]] ||
		fail "${tests_not_judged[*]}"
	[[ $(ktap_count log) = "$counts" ]] || fail "the log says otherwise"
}

# What is behind 4,000 lines of other tests is told once more, at the end.
failed_ones_at_the_end()
{
	local failed=$KTSTR_OUT/failed-tests

	fake_suite
	export KTSTR_AGAIN='KDIR=/k ' KTSTR_AGAIN_OPTIONS='--use-config '
	mkdir results "$KTSTR_OUT"
	echo report >results/slow.a.failure.txt
	printf 'quick quick.c\nother other.x\n' >"$failed"
	export BODY_a='reason="scheduler died: a stall"; false' BODY_b='(exit 4)'
	run 1 -j 2
	diff - <(grep '^# ktstr:' stdout | head -n -1) <<END
# ktstr: failed: quick.a: scheduler died: a stall
# ktstr: not judged: quick.b: infrastructure: as asked
# ktstr: failed: slow.a: scheduler died: a stall; $PWD/results/slow.a.failure.txt
# ktstr: not judged: slow.b: infrastructure: as asked
# ktstr: these again: KDIR=/k ./run_ktstr.sh --use-config run --rerun-failed
END
	# Those that were not run now stay.
	diff - "$failed" <<'FAILED'
other other.x
quick quick.a
quick quick.b
slow slow.a
slow slow.b
FAILED
	unset BODY_a BODY_b KTSTR_AGAIN
	run 0 --rerun-failed
	[[ $(grep -c '^ok ' stdout) = 4 ]] || fail "others were run"
	[[ $(cat "$failed") = 'other other.x' ]] || fail "$(cat "$failed")"
	run 4 --rerun-failed quick
	grep -q '^ktstr: none of these tests failed in the last run$' stderr
}

# As a disk does that is full from the first or from a later byte on.
log_on_a_full_disk()
{
	fake_suite
	side 2 /dev/full
	[[ $counts = '6 0 0 0 0 0' ]] || fail "$counts"
	[[ $log_lost = 'No space left on device' ]] || fail "lost: $log_lost"
	(ulimit -f 1; trap '' XFSZ
	 export BODY_a='printf "# %0.s%1000d\n" {1..50}'
	 side 2 log
	 [[ $counts = '6 0 0 0 0 0' && $log_lost = 'File too large' ]]) || fail "a later byte"
}

# closing PATTERN: the last line
closing()
{
	[[ $(tail -n 1 stdout) =~ ^"# ktstr: "$1$ ]] ||
		fail "$(tail -n 1 stdout)"
}

closing_line()
{
	local where='in [0-9]+ s on [a-zA-Z/ ]+, kernel K, results in .*/results, log .*/logs/run-[0-9]+-[0-9]+-[0-9]+[.]log'

	fake_suite
	mkdir K
	export KTSTR_KERNEL=$PWD/K/
	run 0
	closing "PASS: 6 passed, 0 failed, 0 skipped $where"
	BODY_a='echo "# retried: a"' BODY_b='[[ $0 = */slow ]] || (exit 4)' run 4
	closing "SKIP: 5 passed, 0 failed, 0 skipped, 1 infrastructure, 2 retried $where"
	BODY_a='[[ $0 = */slow ]] || (exit 4)' BODY_b='(exit 5)' run 5
	closing "INCONCLUSIVE: 3 passed, 0 failed, 0 skipped, 1 infrastructure, 2 inconclusive $where"
	BODY_a=false BODY_b='(exit 5)' run 1
	closing "FAIL: 2 passed, 2 failed, 0 skipped, 2 inconclusive $where"
	BODY_a=false run 1
	closing "FAIL: 4 passed, 2 failed, 0 skipped $where"
	(ulimit -f 1
	 export BODY_a='printf "# %0.s%1000d\n" {1..50}'
	 exec install/ktstr/ktstr run 2>&1) | cat >stdout
	closing "PASS: 6 passed, 0 failed, 0 skipped $where [(]not whole: File too large[)]"
	[[ $(find "$KTSTR_OUT/logs" -name 'run-*' | wc -l) = 6 ]] ||
		fail "no log of each"
	touch "$KTSTR_OUT"/logs/run-2020010{1..9}-000000-1.log
	run 0
	[[ $(find "$KTSTR_OUT/logs" -name 'run-*' | wc -l) = 10 ]] ||
		fail "old logs are kept"
}

# The forms that others read: by their schemas, and by what was counted.
results_as_files()
{
	local doc=$top/Documentation

	fake_suite
	export BODY_a='[[ $0 = */slow ]] || { reason="a \"<&>$(printf "\001")\""; false; }'
	export BODY_b='[[ $0 = */slow ]] || (exit 4)'
	run 1 --junit results.xml --json results.json
	xmllint --noout --schema "$doc/results.xsd" results.xml ||
		fail "no JUnit"
	jsonschema -i results.json "$doc/results.schema.json" || fail "no JSON"
	python3 - <<'PYTHON' || fail "other results"
import json
results = json.load(open("results.json"))
got = [(t["path"], t["status"]) for t in results["tests"]]
assert got == [("ktstr.quick.quick.a", "FAIL"), ("ktstr.quick.quick.b", "ERROR"),
               ("ktstr.quick.quick.c", "PASS"), ("ktstr.slow.slow.a", "PASS"),
               ("ktstr.slow.slow.b", "PASS"), ("ktstr.slow.slow.c", "PASS")], got
assert len({t["id"] for t in results["tests"]}) == 6
PYTHON
	[[ $(grep -c '<testcase' results.xml) = 6 ]] || fail "not six"
}

# Nobody reads for a while, or ever again; the tests go on all the same.
slow_reader()
{
	local selected

	fake_suite
	selected=$(suite_list --plan)
	touch stderr
	export BODY_a='printf "# %0.s%1000d\n" {1..2000}' BODY_c="touch $PWD/\${0##*/}.done"
	"$ktstr" suite -j 2 -s 9 install/ktstr 9>told <<<"$selected" | (
		wait_for_file quick.done
		wait_for_file slow.done
		cat >/dev/null
	)
	grep -qx 'counts 6 0 0 0 0 0' told || fail "$(cat told)"
	"$ktstr" suite -l log -s 9 install/ktstr 9>told <<<"$selected" |
		head -n 3
	grep -qx 'counts 6 0 0 0 0 0' told || fail "$(cat told)"
	grep -q 'ok 6 slow.c' log || fail "the log ended with the reader"
}

takes_too_long()
{
	fake_suite
	echo timeout=1 >install/ktstr/settings
	export BODY_b='[[ $0 = */slow ]] || sleep 100'
	! side 2 log || fail "status 0"
	[[ $counts = '4 1 1 0 0 0' ]] || fail "$counts"
	grep -q '^not ok 2 quick.b # no result: the program was not done after 1 s$' log
}

dies_with_us()
{
	local i selected

	fake_suite
	selected=$(suite_list --plan)
	export BODY_a="touch $PWD/up.\$\$; exec sleep 300"
	"$ktstr" suite -j 2 install/ktstr <<<"$selected" &
	for ((i = 0; i < 100; i++)); do
		[[ $(find . -name 'up.*' | wc -l) != 2 ]] || break
		sleep 0.1
	done
	[[ $i != 100 ]] || fail "they do not run side by side"
	kill -KILL $!
	wait $! || true
	for i in up.*; do
		! alive "${i#up.}" || sleep 1
		! alive "${i#up.}" || fail "${i#up.} lives on"
	done
}

# Names and what came of them, as parsers of others have it: "NAME ok|not ok|skip".
# What is behind a "#" is no name; TAP::Parser leaves it where it is.
parsed_by_perl()
{
	perl -MTAP::Parser -e '
		my $parser = TAP::Parser->new({ tap => join("", <STDIN>) });
		while (my $r = $parser->next) {
			next unless $r->is_test;
			my ($name) = $r->description =~ /^([^#]*[^# ])/;
			my $result = $r->has_skip ? "skip" : $r->is_ok ? "ok" : "not ok";
			print "$name $result\n";
		}
		print "$_\n" for $parser->parse_errors;'
}

parsed_by_kunit()
{
	"$tree/tools/testing/kunit/kunit.py" parse --json="$PWD/kunit.json" >&2 || true
	python3 - <<'PYTHON'
import json
words = {"PASS": "ok", "FAIL": "not ok", "SKIP": "skip"}
for test in json.load(open("kunit.json"))["test_cases"]:
    print(test["name"], words[test["status"]])
PYTHON
}

parsed_by_python()
{
	python3 -c '
import sys
from tap.parser import Parser
for line in Parser().parse_text(sys.stdin.read()):
    if line.category == "test":
        print(line.description, "skip" if line.skip else "ok" if line.ok else "not ok")'
}

parsers_agree()
{
	local tree=${KTSTR_TEST_TREE:?names a kernel tree} parser n=0

	fake_suite
	export BODY_a='[[ $0 = */slow ]] || { echo "ok 9 other"; echo "1..77"
		echo "Bail out! no"; echo "# not ok 1 quick.b"; reason="a: b"; false; }'
	export BODY_b='[[ $0 = */slow ]] || (exit 4)'
	run 1
	cat >wanted <<'WANTED'
quick.a not ok
quick.b skip
quick.c ok
slow.a ok
slow.b ok
slow.c ok
WANTED
	for parser in perl kunit python; do
		case $parser in
		perl) perl -MTAP::Parser -e1 || continue ;;
		python) python3 -c 'import tap.parser' || continue ;;
		esac
		n=$((n + 1))
		"parsed_by_$parser" <stdout >seen
		diff wanted seen || fail "$parser reads something else"
	done
	((n >= 2)) || skip "neither TAP::Parser (perl) nor python3-tap is installed"
}

# What a program leaves behind comes to `ktstr`, and ends with it.
nothing_is_left_behind()
{
	fake_suite
	export BODY_a='setsid sh -c "echo \$\$ >'"$PWD"'/left; exec sleep 300" >/dev/null 2>&1 &
		until [[ -s '"$PWD"'/left ]]; do sleep 0.1; done'
	run 0 quick
	! alive "$(cat left)" || fail "it lives on"
}

# Whoever has died may not have been waited for yet.
alive()
{
	local stat

	read -r stat 2>/dev/null <"/proc/$1/stat" && [[ $stat != *') Z '* ]]
}

ktap_begin
try side_by_side.selection selection
try side_by_side.order_of_the_list order_of_the_list
try side_by_side.failures_and_infrastructure failures_and_infrastructure
try side_by_side.failed_ones_at_the_end failed_ones_at_the_end
try side_by_side.log_on_a_full_disk log_on_a_full_disk
try side_by_side.closing_line closing_line
try side_by_side.results_as_files results_as_files
try side_by_side.parsers_agree parsers_agree
try side_by_side.nothing_is_left_behind nothing_is_left_behind
try side_by_side.slow_reader slow_reader
try side_by_side.takes_too_long takes_too_long
try side_by_side.dies_with_us dies_with_us
ktap_end
