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
#include <unistd.h>

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
