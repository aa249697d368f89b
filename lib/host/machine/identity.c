// SPDX-License-Identifier: GPL-2.0-only
/*
 * What machine this is. See identity.h.
 */
#include "lib/host/machine/identity.h"

#include <asm/bootparam.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#define SETUP_HEADER_OFFSET	0x1f1
#define HDRS_MAGIC		0x53726448	/* "HdrS" */
#define VERSION_BASE		0x200		/* hdr.kernel_version counts on */

static void find_cpu_model(char *buf, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[512];

	buf[0] = '\0';
	while (file && fgets(line, sizeof(line), file)) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, "model name", 10))
			continue;
		colon[1 + strcspn(colon + 1, "\n")] = '\0';
		snprintf(buf, size, "%s", colon + 1 + strspn(colon + 1, " "));
		break;
	}
	if (file)
		fclose(file);
}

void host_machine_get(struct host_machine *m)
{
	long pages = sysconf(_SC_PHYS_PAGES);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct utsname name;

	memset(m, 0, sizeof(*m));
	find_cpu_model(m->cpu_model, sizeof(m->cpu_model));
	if (!uname(&name)) {
		snprintf(m->release, sizeof(m->release), "%s", name.release);
		snprintf(m->arch, sizeof(m->arch), "%s", name.machine);
	}
	m->online_cpus = cpus > 0 ? (unsigned int)cpus : 0;
	if (pages > 0)
		m->memory_kb = (uint64_t)pages * sysconf(_SC_PAGESIZE) / 1024;
}

static void read_word(const char *path, char *word, size_t size)
{
	FILE *file = fopen(path, "re");

	word[0] = '\0';
	if (file && fgets(word, size, file))
		word[strcspn(word, "\n ")] = '\0';
	if (file)
		fclose(file);
}

void host_scheduler(char *name, size_t size)
{
	char state[32];

	name[0] = '\0';
	read_word("/sys/kernel/sched_ext/state", state, sizeof(state));
	if (!strcmp(state, "enabled"))
		read_word("/sys/kernel/sched_ext/root/ops", name, size);
}

static int read_at(int fd, void *to, size_t len, off_t offset)
{
	ssize_t n = pread(fd, to, len, offset);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOEXEC;
}

int host_image_release(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct setup_header hdr;
	char text[128] = "";
	int ret;

	buf[0] = '\0';
	if (fd < 0)
		return -errno;
	ret = read_at(fd, &hdr, sizeof(hdr), SETUP_HEADER_OFFSET);
	if (!ret && (hdr.header != HDRS_MAGIC || !hdr.kernel_version))
		ret = -ENOEXEC;
	if (!ret)
		ret = read_at(fd, text, sizeof(text) - 1,
			      VERSION_BASE + hdr.kernel_version);
	close(fd);
	if (ret)
		return ret;
	text[strcspn(text, " ")] = '\0';
	snprintf(buf, size, "%s", text);
	return 0;
}
