// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type IoUring: writes that kernel threads of the worker do.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define BLOCK		4096
#define MAX_EVENTS	256

/**
 * struct uring - a ring, and the file that is written
 * @fd: the ring
 * @file: in memory
 * @params: what the kernel says of it
 * @ring: its queues
 * @size: bytes there
 * @sqes: what is asked for
 * @block: what is written
 */
struct uring {
	int fd;
	int file;
	struct io_uring_params params;
	char *ring;
	size_t size;
	struct io_uring_sqe *sqes;
	char block[BLOCK];
};

static const char *lacks_io_uring(const struct work_spec *spec)
{
	struct io_uring_params params = { };
	int fd = syscall(SYS_io_uring_setup, 1, &params);

	(void)spec;
	if (fd < 0)
		return "the kernel has no io_uring for it";
	close(fd);
	return params.features & IORING_FEAT_SINGLE_MMAP ? NULL :
	       "the kernel's io_uring is too old";
}

static void *map(const struct uring *u, size_t size, off_t what)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, u->fd, what);
}

static int io_uring_init(struct work_run *run)
{
	struct uring *u = calloc(1, sizeof(*u));
	struct io_uring_params *p;

	run->mem = u;
	if (!u)
		return -ENOMEM;
	p = &u->params;
	u->fd = syscall(SYS_io_uring_setup, run->spec->events, p);
	if (u->fd < 0)
		return -errno;
	u->size = max(p->sq_off.array + p->sq_entries * sizeof(unsigned int),
		      p->cq_off.cqes +
		      p->cq_entries * sizeof(struct io_uring_cqe));
	u->ring = map(u, u->size, IORING_OFF_SQ_RING);
	u->sqes = map(u, p->sq_entries * sizeof(*u->sqes), IORING_OFF_SQES);
	if (u->ring == MAP_FAILED || u->sqes == MAP_FAILED)
		return -errno;
	u->file = memfd_create("ktstr-io-uring", MFD_CLOEXEC);
	return u->file < 0 ? -errno : 0;
}

static atomic_uint *word(const struct uring *u, unsigned int at)
{
	return (atomic_uint *)(u->ring + at);
}

/* Each is for a thread of the kernel: done at once, it would be no task. */
static void ask(struct uring *u, unsigned int n)
{
	const struct io_sqring_offsets *off = &u->params.sq_off;
	unsigned int tail = atomic_load(word(u, off->tail));
	unsigned int mask = u->params.sq_entries - 1, i, at;

	for (i = 0; i < n; i++) {
		at = tail++ & mask;
		u->sqes[at] = (struct io_uring_sqe){
			.opcode = IORING_OP_WRITE,
			.flags = IOSQE_ASYNC,
			.fd = u->file,
			.off = (uint64_t)i * BLOCK,
			.addr = (uintptr_t)u->block,
			.len = BLOCK,
		};
		*word(u, off->array + at * sizeof(at)) = at;
	}
	atomic_store(word(u, off->tail), tail);
}

/* Return: how many were written whole, of those that have come to an end. */
static unsigned int take(struct uring *u, unsigned int *ended)
{
	const struct io_cqring_offsets *off = &u->params.cq_off;
	unsigned int head = atomic_load(word(u, off->head));
	unsigned int tail = atomic_load(word(u, off->tail)), written = 0;
	const struct io_uring_cqe *cqes = (void *)(u->ring + off->cqes);

	for (; head != tail; head++, (*ended)++)
		written += cqes[head & (u->params.cq_entries - 1)].res == BLOCK;
	atomic_store(word(u, off->head), head);
	return written;
}

/* What is not let run of those threads is a gap of ours. */
static void io_uring_pass(struct work_run *run)
{
	unsigned int n = run->spec->events, sent = 0, ended = 0;
	struct uring *u = run->mem;
	int ret;

	work_spin(run, run->spec->spin);
	ask(u, n);
	while (ended < n) {
		ret = syscall(SYS_io_uring_enter, u->fd, n - sent, 1,
			      IORING_ENTER_GETEVENTS, NULL, 0);
		if (ret < 0 && work_stopped(run))
			return;
		sent += max(ret, 0);
		work_done(run, take(u, &ended));
	}
}

static void io_uring_exit(struct work_run *run)
{
	struct uring *u = run->mem;

	close(u->file);
	close(u->fd);
	free(u);
}

const struct work_ops work_io_uring = {
	.name = "IoUring",
	.what = "spins so many iterations, then has kernel threads of its own write events blocks of 4 KiB, and waits for all of them (io_uring)",
	.params = {
		WORK_PARAM(events, 8, MAX_EVENTS),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group = 1,
	.lacks = lacks_io_uring,
	.init = io_uring_init,
	.pass = io_uring_pass,
	.exit = io_uring_exit,
};
