#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `run_ktstr.sh test` as it is typed: its help, and what is wrong in it is said
# in one line, with what may have been meant, before anything is built.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# wrong PATTERN ARGUMENT...: one line on stderr; no kernel, no suite.
wrong()
{
	local pattern=$1

	shift
	front 1 "$pattern" test "$@"
	[[ $(wc -l <stderr) = 1 && ! -s stdout ]] || fail "not one line"
	[[ ! -e out && -z $(find cache/ktstr/{build,sources,kernels} \
		-mindepth 1) ]] || fail "something was made"
}

help()
{
	local word

	front 0 '' test "$@"
	for word in 'Usage: ./run_ktstr.sh test SCHEDULER' '-t, --topology' \
		'--kernel K' '--host' 'oversubscribed  ' 'Exit status: '; do
		grep -qF -e "$word" stdout || fail "$word is not in there"
	done
	[[ ! -s stderr ]] || fail "more than help"
}

# Each ready scenario is in the help, and the other way round; the others are
# as many as it says.
help_lists_the_table()
{
	local others

	front 0 '' test --help
	sed -n -e '/define READY_SCENARIOS/,/[^\]$/!d' \
		-e 's/^\trow(arg, \([a-z_]*\),.*/\1/p' \
		"$top/lib/common/ready.h" | sort >table
	sed -n '/^Ready scenarios:/,/^$/s/^  \([a-z_]*\) .*/\1/p' stdout |
		sort >listed
	[[ $(wc -l <table) -ge 5 ]] || fail "no table"
	diff table listed
	others=$(($(grep -c $'^\trow(arg, ' "$top/lib/common/ready.h") -
		  $(wc -l <table)))
	grep -qF "The $others others: " stdout || fail "not $others others"
}

schedulers()
{
	mkdir -p lone two
	touch lone/scx_lone.{bpf.c,c} two/scx_{a,b}.{bpf.c,c} scx_nobody.bpf.c
	printf '#!/bin/sh\n' >script
	chmod +x script
}

wrong_scheduler()
{
	schedulers
	wrong 'two: holds 2 schedulers, name one of them: scx_a.bpf.c, scx_b.bpf.c' two
	wrong 'two/scx_c: no such program.*; near: scx_a, scx_b' two/scx_c
	wrong 'there is no scx_nobody.c beside it' scx_nobody.bpf.c
	wrong 'script: is neither a program \(ELF\) nor' ./script
	mkdir 'a b'
	mv lone 'a b'
	wrong "a b/.*make cannot build in a path with ' '.*; move it" 'a b/lone'
}

# Names are those of the tree, which need not be built for that.
wrong_name()
{
	fake_tree tree
	mkdir -p tree/tools/sched_ext
	touch tree/tools/sched_ext/scx_flatcg.{bpf.c,c}
	KDIR=$PWD/tree front 1 'scx_flatgc: no such scheduler here, nor in .*tools/sched_ext; near: scx_flatcg' \
		test scx_flatgc
	builds_are 0
	[[ ! -e out ]] || fail "something was made"
}

# The source is looked up for the name, then for the suite.
source_is_said_once()
{
	local status=0

	fake_tree tree
	mkdir -p tree/tools/sched_ext
	touch tree/tools/sched_ext/scx_flatcg.{bpf.c,c}
	echo 'exit 1' >tree/parts/hook
	KDIR=$PWD/tree "$top/run_ktstr.sh" test scx_flatcg >stdout 2>stderr ||
		status=$?
	cat stderr
	[[ $status = 1 ]] || fail "exit status $status"
	builds_are 1
	[[ $(grep -c 'kernel source: ' stderr) = 1 ]] || fail "not once"
}

wrong_kernel()
{
	mkdir -p cache/ktstr/kernels/7.3-some
	touch cache/ktstr/.ktstr-cache
	front 1 '--kernel nowhere: no kernel there; .* 7.3-some$' \
		test eevdf --kernel nowhere
	[[ ! -e out ]] || fail "something was made"
	rmdir cache/ktstr/kernels/7.3-some
}

# What comes behind "--" is the scheduler's, options of ours as well.
arguments_are_not_ours()
{
	wrong '-- --help: eevdf is no program' eevdf -- --help
	wrong '-- -v: eevdf is no program' eevdf -- -v --no-install
}

ktap_begin
try door_test.help help --help
try door_test.help_of_the_command_only help eevdf -h
try door_test.help_lists_the_table help_lists_the_table
try door_test.no_scheduler wrong 'test needs a scheduler' -t 1n1l1c1t
try door_test.two_schedulers wrong 'b: test takes one scheduler; its arguments come behind --' a b
try door_test.wrong_option wrong '--topolgy: no such option of test; near: --topology' eevdf --topolgy=1n1l1c1t
try door_test.wrong_letter wrong '-x: no such option of test' eevdf -x
try door_test.option_without_value wrong '-s needs a value: SCENARIO' eevdf -s
try door_test.wrong_topology wrong '-t 2l4c: is no topology, .*; near: 1n2l4c1t' eevdf -t 2l4c
try door_test.impossible_topology wrong '3 LLCs do not divide over 2 nodes; near: 2n4l1c1t' eevdf -t 2n3l1c1t
try door_test.wrong_scenario wrong '-s stedy: no such scenario; near: steady; .list --scenarios. has all of them; a file has ' eevdf -s stedy
try door_test.wrong_duration wrong '-d 1m: is no number of seconds from 1 to 300' eevdf -d 1m
try door_test.wrong_scheduler wrong_scheduler
try door_test.wrong_name wrong_name
try door_test.source_is_said_once source_is_said_once
try door_test.wrong_kernel wrong_kernel
try door_test.host_has_its_scheduler wrong 'eevdf: with --host the scheduler is the one that runs on this machine' --host eevdf
try door_test.host_has_its_topology wrong '-t: makes no sense with --host' --host -t 1n1l1c1t
try door_test.host_has_its_kernel wrong '-k: makes no sense with --host' --kernel x --host
try door_test.host_has_one_at_a_time wrong '-j: makes no sense with --host' --host -j 2
try door_test.host_takes_no_arguments wrong '--: makes no sense with --host' --host -- -f
try door_test.wrong_scenario_of_the_host wrong '-s stedy: no such scenario; near: steady' --host -s stedy
try door_test.host_takes_no_value wrong '--host=1: takes no value' --host=1
try door_test.arguments_are_not_ours arguments_are_not_ours
ktap_end
