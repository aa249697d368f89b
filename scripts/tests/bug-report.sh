#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `ktstr bug-report`: what is packed, and that no name of the host, of a user, or of
# a home is in there.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

ktstr=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr/ktstr
host='host-of-mine.example.org'
user=anna-lena

# What a test leaves, with all that tells of us, and words that only look like it.
leave_results()
{
	mkdir -p results/runs/17-4
	cat >results/a.one.ktstr.json <<-JSON
		{"format":"ktstr-run","version":1,"test":"a.one","result":"fail","user":"x",
		 "kernel":{"image":"/home/$user/build/bzImage"},
		 "reason":"$user at $host","again":"HOME=\\/home\\/$user \\/home\\/${user}x"}
	JSON
	cp results/a.one.ktstr.json results/runs/17-4/a.one-12.ktstr.json
	printf '%s\n' "# on host-of-mine, of $user:" \
		"# whole report: /home/$user/out/x (~/out)" \
		"# ${user}s is another word" >results/a.one.failure.txt
	echo "story" >results/a.one.repro.txt
}

# packed NAME...: these, and no others
packed()
{
	[[ $(find ktstr-bug-report -type f -printf '%f\n' | sort | tr '\n' ' ') = "$* " ]] ||
		fail "$(find ktstr-bug-report)"
}

# bug_report STATUS ARGUMENT...
# shellcheck disable=SC2016 # the inner shell has its own arguments
bug_report()
{
	local want=$1 status=0

	shift
	unshare -u true 2>/dev/null ||
		skip "who is not root cannot give a host another name"
	HOME=/home/$user USER=$user KTSTR_SIDECAR_DIR=$PWD/results unshare -u \
		sh -c 'hostname "$0" && exec "$@"' "$host" \
		"$ktstr" bug-report "$@" >stdout 2>stderr </dev/null || status=$?
	cat stdout stderr
	((status == want)) || fail "exit status $status, not $want"
}

names_are_replaced()
{
	leave_results
	bug_report 0 -o r.tar.gz a.one
	tar -xzf r.tar.gz
	packed a.one.failure.txt a.one.ktstr.json a.one.repro.txt \
		trace.perfetto.json
	if grep -rE "host-of-mine|example.org|/home/$user\b|\b$user\b" ktstr-bug-report; then
		fail "a name is in there"
	fi
	grep -q '^# on HOST, of USER:$' ktstr-bug-report/a.one.failure.txt
	grep -q '^# whole report: ~/out/x (~/out)$' ktstr-bug-report/a.one.failure.txt
	# What only begins like one stays.
	grep -q "^# ${user}s is another word$" ktstr-bug-report/a.one.failure.txt
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert d["reason"] == "USER at HOST", d
assert d["user"] == "x" and d["kernel"]["image"] == "~/build/bzImage", d' \
		ktstr-bug-report/a.one.ktstr.json
	grep -q '^replaced: /home/anna-lena by ~, ' stdout
}

# A host may be called what we call a member.
members_keep_their_names()
{
	leave_results
	host=reason bug_report 0 -o r.tar.gz a.one
	tar -xzf r.tar.gz
	python3 -c 'import json, sys
assert json.load(open(sys.argv[1]))["reason"].startswith("USER at ")' \
		ktstr-bug-report/a.one.ktstr.json
}

names_are_kept_and_told()
{
	leave_results
	bug_report 0 --keep a.one
	tar -xzf a.one.bug-report.tar.gz
	cmp results/a.one.failure.txt ktstr-bug-report/a.one.failure.txt
	cmp results/a.one.ktstr.json ktstr-bug-report/a.one.ktstr.json
	grep -q "^kept: $user, which is there [0-9]* times$" stdout
}

run_is_packed()
{
	leave_results
	bug_report 0 -o r.tar.gz 17-4
	tar -xzf r.tar.gz
	packed a.one-12.ktstr.json trace.perfetto.json
}

what_is_not_there_is_named()
{
	mkdir results
	bug_report 1 a.none
	grep -q 'a.none: no test of that name has left anything in ' stderr
	bug_report 1 ../x
	grep -q 'is the name of no test and of no run' stderr
	bug_report 1
	grep -q 'needs a test, or a run' stderr
	leave_results
	bug_report 1 -o /nonexistent/r a.one
	grep -q '/nonexistent/r: No such file' stderr
}

ktap_begin
try bug_report.names_are_replaced names_are_replaced
try bug_report.members_keep_their_names members_keep_their_names
try bug_report.names_are_kept_and_told names_are_kept_and_told
try bug_report.run_is_packed run_is_packed
try bug_report.what_is_not_there_is_named what_is_not_there_is_named
ktap_end
