// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs: are all there? A scheduler that is tested on fewer than the test asked
 * for has not been tested.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"

/* How a kernel says that it has left CPUs alone, the cause before the effect. */
static const char * const cpu_words[] = {
	"MPS support code is not built-in",
	"No local APIC present",
	"do_boot_cpu failed",
	"is not present. Aborting bringup",
	"has invalid APIC ID",
	"disabling SMP support",
	"CPU limit of",
	"Rejected CPUs",
	"failed to report alive state",
	"SMP disabled",
};

/* "4,1,0,-;text": the first line that says any of it. */
static const char *cpus_text(char *record, const char *word)
{
	char *text = strchr(record, ';');

	if (!text)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return strstr(text, word) ? text + 1 : NULL;
}

/* The kernel's own line; "" when it has said nothing. */
static void cpus_why(struct init *in, char *why, size_t size)
{
	const char *text = NULL;
	ssize_t len;
	size_t i;
	int fd;

	why[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(cpu_words) && !text; i++) {
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			return;
		do {
			len = read(fd, in->buf, sizeof(in->buf) - 1);
			in->buf[max(len, (ssize_t)0)] = '\0';
			text = cpus_text(in->buf, cpu_words[i]);
		} while (!text && (len > 0 || (len < 0 && errno == EPIPE)));
		close(fd);
	}
	if (text)
		snprintf(why, size, ": the kernel says \"%.200s\"", text);
}

int cpus_check(struct init *in)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	char why[256];

	if (!in->plan.cpus || online < 0 || online >= in->plan.cpus)
		return 0;
	cpus_why(in, why, sizeof(why));
	return init_ours(in, "of %u CPUs %ld came up%s", in->plan.cpus, online,
			 why);
}
