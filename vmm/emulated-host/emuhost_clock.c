// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real or virtual time for an emulated host. See emuhost_clock.h.
 */
#include "vmm/emulated-host/emuhost_clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "lib/common/util/util.h"
#include "vmm/steal_probe.h"

static const char * const names[] = {
	[EMUHOST_CLOCK_AUTO] = "auto",
	[EMUHOST_CLOCK_REAL] = "real",
	[EMUHOST_CLOCK_VIRTUAL] = "virtual",
};

int emuhost_clock_parse(const char *word, enum emuhost_clock *clock)
{
	size_t i;

	*clock = EMUHOST_CLOCK_REAL;
	if (!word || !*word)
		return 0;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(word, names[i]))
			continue;
		*clock = i;
		return 0;
	}
	return -EINVAL;
}

const char *emuhost_clock_name(enum emuhost_clock clock)
{
	return names[clock];
}

/* ---- the time stamp counter ---- */

#define LOOKS		16	/* at both clocks: the quickest one counts */
#define TSC_KHZ_MIN	100000	/* less, or more, is no TSC */
#define TSC_KHZ_MAX	20000000

/* Of the same moment, as near as can be had. */
struct moment {
	uint64_t tsc;
	uint64_t ns;
};

static struct moment look(void)
{
	struct moment best = { };
	uint64_t took_min = UINT64_MAX, from, to;
	struct timespec ts;
	unsigned int i;

	for (i = 0; i < LOOKS; i++) {
		from = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		to = __rdtsc();
		if (to - from >= took_min)
			continue;
		took_min = to - from;
		best.tsc = from + (to - from) / 2;
		best.ns = ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
	}
	return best;
}

unsigned int emuhost_clock_tsc_khz(enum emuhost_clock clock)
{
	const struct timespec nap = {
		.tv_nsec = EMUHOST_TSC_MS * NSEC_PER_MSEC,
	};
	struct moment from, to;
	uint64_t khz;

	/* QEMU's own: a tick is a nanosecond. */
	if (clock == EMUHOST_CLOCK_VIRTUAL)
		return 1000000;
	from = look();
	clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
	to = look();
	if (to.tsc <= from.tsc || to.ns <= from.ns)
		return 0;
	khz = (double)(to.tsc - from.tsc) * NSEC_PER_MSEC / (to.ns - from.ns);
	return khz < TSC_KHZ_MIN || khz > TSC_KHZ_MAX ? 0 : khz;
}

#define FAST_TIMES	2
#define FAST_LATE_MS	30000

bool emuhost_clock_is_fast(uint64_t own_ms, uint64_t their_ms)
{
	return their_ms > FAST_TIMES * own_ms + FAST_LATE_MS;
}

/* ---- what QEMU gets of this machine ---- */

static int read_thread(int task_dir, const char *tid,
		       struct emuhost_pressure *p)
{
	char name[64], text[128];
	struct steal_thread thread;
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), "%.20s/schedstat", tid);
	fd = openat(task_dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -ENOENT;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[max(n, (ssize_t)0)] = '\0';
	if (!steal_thread_parse(&thread, text, NULL))
		return -ENOENT;
	p->ran_ns = thread.run_ns;
	p->waited_ns = thread.wait_ns;
	return 0;
}

int emuhost_pressure_read(pid_t pid, struct emuhost_pressure *p)
{
	struct emuhost_pressure thread;
	struct dirent *entry;
	int ret = -ENOENT;
	char path[64];
	DIR *dir;

	memset(p, 0, sizeof(*p));
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
		return -ENOENT;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    read_thread(dirfd(dir), entry->d_name, &thread))
			continue;
		if (ret || thread.ran_ns > p->ran_ns)
			*p = thread;
		ret = 0;
	}
	closedir(dir);
	return ret;
}

unsigned int emuhost_pressure_taken_pct(const struct emuhost_pressure *p)
{
	uint64_t wanted = p->ran_ns + p->waited_ns;

	return wanted ? 100 * (p->waited_ns / 1000) / max(wanted / 1000, 1UL) :
			0;
}
