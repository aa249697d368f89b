// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that go through memory: as much as fits a cache, or page after page.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/common/util/random.h"
#include "lib/guest/work/types.h"

#define PASS_ACCESSES	1024

static int cache_init(struct work_run *run)
{
	run->mem = calloc(run->spec->kb, 1024);
	return run->mem ? 0 : -ENOMEM;
}

static void cache_exit(struct work_run *run)
{
	free(run->mem);
}

/* Reads, changes and writes one byte in each @stride. */
static void cache_touch(struct work_run *run, unsigned int n)
{
	size_t size = run->spec->kb * 1024UL, at = 0;
	volatile unsigned char *mem = run->mem;
	unsigned int i;

	for (i = 0; i < n; i++) {
		mem[at]++;
		at += run->spec->stride;
		at -= at >= size ? size : 0;
	}
	work_done(run, n);
}

static void cache_pressure_pass(struct work_run *run)
{
	cache_touch(run, PASS_ACCESSES);
}

const struct work_ops work_cache_pressure = {
	.name = "CachePressure",
	.what = "changes a byte in each stride bytes of kb KiB",
	.params = {
		WORK_PARAM(kb, 32, 1048576),
		WORK_PARAM(stride, 64, 4096),
	},
	.hungry = true,
	.group = 1,
	.init = cache_init,
	.pass = cache_pressure_pass,
	.exit = cache_exit,
};

static void cache_yield_pass(struct work_run *run)
{
	cache_touch(run, PASS_ACCESSES);
	sched_yield();
}

const struct work_ops work_cache_yield = {
	.name = "CacheYield",
	.what = "as CachePressure, and yields after each 1024",
	.params = {
		WORK_PARAM(kb, 32, 1048576),
		WORK_PARAM(stride, 64, 4096),
	},
	.group = 1,
	.init = cache_init,
	.pass = cache_yield_pass,
	.exit = cache_exit,
};

/* ---- CachePipe: pairs that hand each other a turn by a pipe ---- */

static void cache_pipe_pass(struct work_run *run)
{
	cache_touch(run, run->spec->spin);
	work_exchange(run);
}

const struct work_ops work_cache_pipe = {
	.name = "CachePipe",
	.what = "pairs that change spin bytes of kb KiB each, then wake each other by a pipe",
	.params = {
		WORK_PARAM(kb, 32, 1048576),
		WORK_PARAM(stride, 64, 4096),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group = 2,
	.fds = work_pipes_of_pair,
	.init = cache_init,
	.pass = cache_pipe_pass,
	.exit = cache_exit,
};

/* ---- PageFaultChurn ---- */

#define PAGE	4096UL

static int page_fault_churn_init(struct work_run *run)
{
	size_t size = run->spec->kb * 1024UL;

	run->mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (run->mem == MAP_FAILED) {
		run->mem = NULL;
		return -ENOMEM;
	}
	/* A large page would be one fault for all of it. */
	madvise(run->mem, size, MADV_NOHUGEPAGE);
	return 0;
}

static void page_fault_churn_pass(struct work_run *run)
{
	unsigned long n = run->spec->kb * 1024UL / PAGE;
	volatile unsigned char *mem = run->mem;
	unsigned int i;

	for (i = 0; i < run->spec->pages; i++)
		mem[random_next(&run->seed) % n * PAGE] = 1;
	work_done(run, run->spec->pages);
	madvise(run->mem, n * PAGE, MADV_DONTNEED);
	work_spin(run, run->spec->spin);
}

static void page_fault_churn_exit(struct work_run *run)
{
	munmap(run->mem, run->spec->kb * 1024UL);
}

const struct work_ops work_page_fault_churn = {
	.name = "PageFaultChurn",
	.what = "touches pages of kb KiB at random, gives them back, and spins so many iterations",
	.params = {
		WORK_PARAM(kb, 4096, 1048576),
		WORK_PARAM(pages, 256, 1000000),
		WORK_PARAM(spin, 64, 1000000000),
	},
	.group = 1,
	.init = page_fault_churn_init,
	.pass = page_fault_churn_pass,
	.exit = page_fault_churn_exit,
};
