// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals that tell a command to end. See told.h.
 */
#include "lib/host/cli/told.h"

#include <stddef.h>

/* A handler has nothing else to write to. */
static volatile sig_atomic_t told;

static void on_end(int sig)
{
	told = sig;
}

void told_begin(void)
{
	const struct sigaction sa = { .sa_handler = on_end };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

const volatile sig_atomic_t *told_to_end(void)
{
	return &told;
}

void told_end(void)
{
	if (!told)
		return;
	signal(told, SIG_DFL);
	raise(told);
}
