// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type FutexPingPong: two workers that take turns, each waking the other.
 */
#include "lib/guest/work/types.h"

void work_take_turn(struct work_run *run)
{
	atomic_uint *word = &run->first->futex;
	unsigned int mine = run->member, other = !mine;

	if (work_wait(run, word, other, run->first) != mine)
		return;
	work_spin(run, run->spec->spin);
	work_hand(run->first);
	atomic_store(word, other);
	work_wake(word, 1);
	work_pause(run);
}

const struct work_ops work_futex_ping_pong = {
	.name = "FutexPingPong",
	.what = "pairs that wake each other by a futex; each spins so many iterations in its turn",
	.params = { WORK_PARAM(spin, 1024, 1000000000) },
	.group = 2,
	.pass = work_take_turn,
};
