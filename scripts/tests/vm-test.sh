#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `run_ktstr.sh test` as users call it: machines that are typed, schedulers that
# are built for it, numbers in the table, and why a scheduler failed.
#
# KTSTR_TEST_OUT is the output folder of the suite, KTSTR_TEST_KERNEL a folder
# of the kernel cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

install=${KTSTR_TEST_INSTALL:?names an installed suite}/ktstr
kernel=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}

# testing STATUS ARGUMENT...: leaves what it prints in stdout and stderr.
testing()
{
	local want=$1 status=0

	shift
	mkdir -p results
	XDG_CACHE_HOME=$real_cache KTSTR_KERNEL=$kernel \
		KTSTR_OUT=$KTSTR_TEST_OUT KTSTR_SIDECAR_DIR=$PWD/results \
		timeout 600 "$top/run_ktstr.sh" test "$@" >stdout 2>stderr \
		</dev/null || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
}

# row SCENARIO TOPOLOGY VERDICT: a line of the table, a number in each column.
row()
{
	grep -qE "^# $1 +$2 +[0-9]+% +[0-9.]+% +[0-9]+ ms +[0-9.]+ ms  $3\$" \
		stdout || fail "no row of $1 on $2"
}

# A scheduler of a few lines, in a folder of its own.
scheduler()
{
	mkdir mine
	cat >mine/scx_mine.bpf.c <<'BPF'
#include <scx/common.bpf.h>

char _license[] SEC("license") = "GPL";
UEI_DEFINE(uei);

void BPF_STRUCT_OPS(mine_enqueue, struct task_struct *p, u64 enq_flags)
{
	scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, SCX_SLICE_DFL, enq_flags);
}

void BPF_STRUCT_OPS(mine_exit, struct scx_exit_info *ei)
{
	UEI_RECORD(uei, ei);
}

SCX_OPS_DEFINE(mine_ops,
	       .enqueue	= (void *)mine_enqueue,
	       .exit	= (void *)mine_exit,
	       .name	= "mine");
BPF
	cat >mine/scx_mine.c <<'C'
#include <signal.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <scx/common.h>
#include "scx_mine.bpf.skel.h"

static volatile int stop;

static void on_signal(int sig)
{
	stop = sig;
}

int main(void)
{
	struct scx_mine *skel = SCX_OPS_OPEN(mine_ops, scx_mine);
	struct bpf_link *link;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	SCX_OPS_LOAD(skel, mine_ops, scx_mine, uei);
	link = SCX_OPS_ATTACH(skel, mine_ops, scx_mine);
	while (!stop && !UEI_EXITED(skel, uei))
		sleep(1);
	bpf_link__destroy(link);
	UEI_REPORT(skel, uei);
	scx_mine__destroy(skel);
	return 0;
}
C
}

eevdf_on_typed_machines()
{
	testing 0 eevdf -t 1n1l1c1t -t 1n1l1c2t -s two_cgroups -d 3
	row two_cgroups 1n1l1c1t pass
	row two_cgroups 1n1l1c2t pass
	tail -n 1 stdout | grep -q '^# ktstr: PASS: eevdf: 2 passed, 0 failed' ||
		fail "no closing line"
	grep -q '"topology":"1n1l1c2t"' \
		results/ready.eevdf-1n1l1c2t.two_cgroups.ktstr.json
	held_for 3 results/ready.eevdf-1n1l1c1t.two_cgroups.ktstr.json
}

# held_for SECONDS SIDECAR: by the marks of the workload.
held_for()
{
	python3 - "$@" <<'PYTHON'
import json, sys
marks = json.load(open(sys.argv[2]))["monitor"]["marks"]
at = [m["time_us"] for m in marks if m["kind"] == "step"]
seconds = (at[-1] - at[0]) / 1e6
print("held for", seconds)
sys.exit(not float(sys.argv[1]) <= seconds)
PYTHON
}

folder_of_a_scheduler()
{
	scheduler
	testing 0 mine -s steady -t 1n1l2c1t
	row steady 1n1l2c1t pass
	grep -q '"scheduler":"scx_mine"' \
		results/ready.scx_mine-1n1l2c1t.steady.ktstr.json
}

does_not_build()
{
	scheduler
	echo 'int broken = nothing;' >>mine/scx_mine.bpf.c
	testing 1 mine -s steady
	grep -q 'scx_mine.bpf.c:.*nothing' stderr ||
		fail "the compiler's error is not shown"
}

# Not scx_flatcg: on a busy machine one of its tasks stalls now and then, for as long as
# it is let.
name_of_the_tree()
{
	testing 0 scx_central -s steady -t 1n1l2c1t
	row steady 1n1l2c1t pass
}

# Its arguments reach it; a failure says why, and how to have it again.
why_it_failed()
{
	testing 1 "$install/scx_ktstr" -s steady -t 1n1l2c1t -- -f error -a 500
	grep -A1 "^# ktstr 'ready.scx_ktstr-1n1l2c1t.steady' .*failed:" stdout |
		tail -n 1 | grep -q 'ktstr: host-triggered crash' ||
		fail "the second line is not why"
	grep -q "again: .*run_ktstr.sh test $install/scx_ktstr -t 1n1l2c1t -s steady -- -f error -a 500" \
		stdout || fail "it is not said how to have it again"
	grep -q '^# ready.scx_ktstr-1n1l2c1t.steady: .*host-triggered crash' \
		stdout || fail "not below the table"
	grep -q '^#   report: /.*failure.txt' stdout || fail "no report"
}

no_scheduler_at_all()
{
	cp /bin/true scx_true
	testing 1 ./scx_true -s steady -t 1n1l1c1t
	grep -q '^# ready.scx_true-1n1l1c1t.steady: .* died at stage scheduler: it exited with status 0$' \
		stdout || fail "not said why"
}

ktap_begin
try vm_test.eevdf_on_typed_machines eevdf_on_typed_machines
try vm_test.folder_of_a_scheduler folder_of_a_scheduler
try vm_test.does_not_build does_not_build
try vm_test.name_of_the_tree name_of_the_tree
try vm_test.why_it_failed why_it_failed
try vm_test.no_scheduler_at_all no_scheduler_at_all
ktap_end
