#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `run_ktstr.sh bisect` as users call it: sixteen commits of a small scheduler, one of
# which breaks it, and one that does not build.
#
# KTSTR_TEST_OUT is the output folder of the suite, KTSTR_TEST_KERNEL a folder
# of the kernel cache.
set -uo pipefail
# shellcheck source=scripts/tests/lib.sh
. "$(dirname "$0")/lib.sh"

kernel=${KTSTR_TEST_KERNEL:?names a folder of the kernel cache}
real_cache=${KTSTR_TEST_CACHE:?names the folder of the cache}

# commit SUBJECT: all that lies in repo
commit()
{
	git -C repo add -A
	git -C repo -c user.name=nobody -c user.email=nobody@localhost \
		commit -q -m "$1"
}

# sources LINE-OF-ENQUEUE: a scheduler of a few lines
sources()
{
	cat >repo/sched/scx_mine.bpf.c <<BPF
#include <scx/common.bpf.h>

char _license[] SEC("license") = "GPL";
UEI_DEFINE(uei);

void BPF_STRUCT_OPS(mine_enqueue, struct task_struct *p, u64 enq_flags)
{
	$1
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
	cat >repo/sched/scx_mine.c <<'C'
#include <signal.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <scx/common.h>
#include "scx_mine.bpf.skel.h"

static volatile int done;

static void end(int sig)
{
	done = 1;
}

int main(void)
{
	struct scx_mine *skel;
	struct bpf_link *link;

	signal(SIGINT, end);
	signal(SIGTERM, end);
	skel = SCX_OPS_OPEN(mine_ops, scx_mine);
	SCX_OPS_LOAD(skel, mine_ops, scx_mine, uei);
	link = SCX_OPS_ATTACH(skel, mine_ops, scx_mine);
	while (!done && !UEI_EXITED(skel, uei))
		usleep(100000);
	bpf_link__destroy(link);
	UEI_REPORT(skel, uei);
	scx_mine__destroy(skel);
	return 0;
}
C
}

# Its 11th commit is bad; the 5th does not build, and the 6th does again.
repository()
{
	local i

	mkdir -p repo/sched
	git -C repo init -q
	sources ''
	commit 'mine: the first'
	for ((i = 1; i <= 16; i++)); do
		echo "$i" >repo/notes
		((i != 5)) || echo 'no C' >>repo/sched/scx_mine.c
		((i != 6)) || sources ''
		((i != 11)) || sources 'scx_bpf_error("planted");'
		commit "mine: change $i"
	done
}

# bisecting STATUS ARGUMENT...: leaves what it prints in stdout and stderr.
bisecting()
{
	local want=$1 status=0

	shift
	mkdir -p results
	XDG_CACHE_HOME=$real_cache KTSTR_KERNEL=$kernel \
		KTSTR_OUT=$KTSTR_TEST_OUT KTSTR_SIDECAR_DIR=$PWD/results \
		timeout 2400 "$top/run_ktstr.sh" bisect "$@" >stdout 2>stderr \
		</dev/null || status=$?
	cat stdout stderr
	[[ $status = "$want" ]] || fail "exit status $status, not $want"
}

planted_commit_is_found()
{
	local bad

	repository
	bad=$(git -C repo rev-parse HEAD~5)
	bisecting 0 --good HEAD~16 --bad HEAD --flaky 1 -t 1n1l1c1t \
		repo/sched/scx_mine.bpf.c
	grep -qx "first bad commit: $bad mine: change 11" stdout ||
		fail "another commit"
	grep -q '^bisect: confidence 100.0 %' stdout || fail "not sure"
	(($(grep -c '^bisect: run ' stdout) <= 7)) || fail "too many runs"
	[[ -z $(git -C repo status --porcelain) ]] || fail "the work tree changed"
}

what_is_wrong_is_said()
{
	repository
	bisecting 1 --good HEAD --bad HEAD~3 repo/sched/scx_mine.bpf.c
	grep -q -e '--good HEAD: is no ancestor of --bad HEAD~3' stderr ||
		fail "not said"
	bisecting 1 --good nosuch --bad HEAD repo/sched/scx_mine.bpf.c
	grep -q -e '--good nosuch: git finds no such commit' stderr ||
		fail "not said"
	bisecting 1 --good HEAD~1 --bad HEAD repo/sched/scx_mine.c
	grep -q 'is no X.bpf.c of' stderr || fail "not said"
	mkdir none
	cp repo/sched/* none/
	bisecting 1 --good a --bad b none/scx_mine.bpf.c
	grep -q 'is in no git repository' stderr || fail "not said"
}

ktap_begin
try bisect.what_is_wrong_is_said what_is_wrong_is_said
try bisect.planted_commit_is_found planted_commit_is_found
ktap_end
