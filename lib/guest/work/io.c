// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that wait for a file: of a file system where there is one, else of memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/util/random.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define BLOCK		4096
#define FILE_BLOCKS	1024
#define BURST_BLOCKS	16

/**
 * struct io_file - a file of its own
 * @fd: the file, FILE_BLOCKS long; it has no name
 * @at: the next block to write
 * @block: what is written and read
 */
struct io_file {
	int fd;
	unsigned int at;
	char block[BLOCK];
};

static int io_init(struct work_run *run)
{
	struct io_file *f = calloc(1, sizeof(*f));

	run->mem = f;
	if (!f)
		return -ENOMEM;
	f->fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (f->fd < 0)
		f->fd = memfd_create("ktstr-io", MFD_CLOEXEC);
	if (f->fd < 0 || ftruncate(f->fd, FILE_BLOCKS * BLOCK))
		return -errno;
	return 0;
}

static void io_exit(struct work_run *run)
{
	struct io_file *f = run->mem;

	close(f->fd);
	free(f);
}

static void write_next(struct work_run *run, struct io_file *f)
{
	if (pwrite(f->fd, f->block, BLOCK, (off_t)f->at * BLOCK) == BLOCK)
		work_done(run, 1);
	f->at = (f->at + 1) % FILE_BLOCKS;
}

static void read_random(struct work_run *run, struct io_file *f)
{
	off_t at = random_next(&run->seed) % FILE_BLOCKS;

	if (pread(f->fd, f->block, BLOCK, at * BLOCK) == BLOCK)
		work_done(run, 1);
}

static void io_sync_write_pass(struct work_run *run)
{
	struct io_file *f = run->mem;
	unsigned int i;

	for (i = 0; i < BURST_BLOCKS && !work_stopped(run); i++)
		write_next(run, f);
	fdatasync(f->fd);
	work_sleep(run, run->spec->sleep_us * NSEC_PER_USEC);
}

const struct work_ops work_io_sync_write = {
	.name = "IoSyncWrite",
	.what = "writes 16 blocks of 4 KiB, waits for them to be stored, and sleeps for sleep_us",
	.params = { WORK_PARAM(sleep_us, 100, 10000000) },
	.group = 1,
	.init = io_init,
	.pass = io_sync_write_pass,
	.exit = io_exit,
};

static void io_rand_read_pass(struct work_run *run)
{
	read_random(run, run->mem);
}

const struct work_ops work_io_rand_read = {
	.name = "IoRandRead",
	.what = "reads blocks of 4 KiB at random",
	.group = 1,
	.init = io_init,
	.pass = io_rand_read_pass,
	.exit = io_exit,
};

static void io_convoy_pass(struct work_run *run)
{
	struct io_file *f = run->mem;

	write_next(run, f);
	read_random(run, f);
	if (f->at % BURST_BLOCKS == 0)
		fdatasync(f->fd);
}

const struct work_ops work_io_convoy = {
	.name = "IoConvoy",
	.what = "writes block after block, reads one at random between two, and after 16 waits for them to be stored",
	.group = 1,
	.init = io_init,
	.pass = io_convoy_pass,
	.exit = io_exit,
};
