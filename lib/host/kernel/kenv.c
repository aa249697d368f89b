// SPDX-License-Identifier: GPL-2.0-only
/*
 * What people are told, and what a run ends with. See kenv.h.
 */
#include "lib/host/kernel/kenv.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"

#define STATUS_WRONG	1
#define STATUS_MISSING	4
#define TELL_S		30
#define LINE_SIZE	80

/* Those that we may use, as nproc has it. */
static long cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ?
	       sysconf(_SC_NPROCESSORS_ONLN) : CPU_COUNT(&set);
}

static unsigned int jobs_of_make(void)
{
	const char *text = getenv("KTSTR_JOBS");
	long n = text && *text ? atol(text) : cpus();

	return n > 0 ? n : 1;
}

static bool is_set(const char *name)
{
	const char *text = getenv(name);

	return text && *text;
}

void kenv_init(struct kenv *k)
{
	unsigned int i;

	*k = (struct kenv){ .guard_fd = -1, .guard_pid = -1, .as = "" };
	for (i = 0; i < KENV_MAX_LOCKS; i++)
		k->locks[i].fd = -1;
	k->jobs = jobs_of_make();
	if (is_set("KTSTR_CONFIG"))
		k->config = getenv("KTSTR_CONFIG");
	k->verbose = is_set("KTSTR_VERBOSE") &&
		     !strcmp(getenv("KTSTR_VERBOSE"), "1");
}

void kenv_exit(struct kenv *k)
{
	unsigned int i;

	kenv_progress_clear(k);
	guard_stop(k);
	for (i = 0; i < KENV_MAX_LOCKS; i++)
		if (k->locks[i].fd >= 0)
			close(k->locks[i].fd);
}

int kenv_status(int ret)
{
	if (ret >= 0)
		return 0;
	return ret == -ENOENT ? STATUS_MISSING : STATUS_WRONG;
}

/* ---- what people read ---- */

void kenv_progress_clear(struct kenv *k)
{
	if (k->shown)
		fputs("\r\033[K", stderr);
	k->shown = false;
}

/* In one piece, as others may write to the same place. */
static void say(struct kenv *k, const char *fmt, va_list ap)
{
	char *text;

	kenv_progress_clear(k);
	if (vasprintf(&text, fmt, ap) < 0)
		return;
	dprintf(STDERR_FILENO, "ktstr: %s\n", text);
	free(text);
}

void kenv_say(struct kenv *k, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(k, fmt, ap);
	va_end(ap);
}

int kenv_wrong(struct kenv *k, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(k, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int kenv_missing(struct kenv *k, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(k, fmt, ap);
	va_end(ap);
	return -ENOENT;
}

void kenv_progress(struct kenv *k, const char *fmt, ...)
{
	uint64_t now = clock_now_ns();
	char line[LINE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - strlen("ktstr: "), fmt, ap);
	va_end(ap);
	if (isatty(STDERR_FILENO)) {
		dprintf(STDERR_FILENO, "\r\033[Kktstr: %s", line);
		k->shown = true;
	} else if (!k->told_ns || now - k->told_ns >= TELL_S * NSEC_PER_SEC) {
		dprintf(STDERR_FILENO, "ktstr: %s\n", line);
		k->told_ns = now;
	}
}
