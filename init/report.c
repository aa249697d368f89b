// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host gets to hear: lines on COM2, records in the ring.
 *
 * COM2 says little, but says it from the first moment on and without the ring:
 *
 *	stage WORD
 *	crash TEXT
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* The host reads every few milliseconds: longer means that it does not. */
#define RING_WAIT_MS	2000

void report_open_com2(struct init *in)
{
	struct termios tio;

	/* Non-blocking: no carrier to wait for, and no host that can hold us. */
	in->com2 = open("/dev/ttyS1", O_RDWR | O_NOCTTY | O_NONBLOCK |
				      O_CLOEXEC);
	if (in->com2 < 0)
		return;
	if (tcgetattr(in->com2, &tio) == 0) {
		cfmakeraw(&tio);
		tio.c_cflag |= CLOCAL;
		tcsetattr(in->com2, TCSANOW, &tio);
	}
}

static void __printf(2, 3) com2_line(struct init *in, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int len;

	if (in->com2 < 0)
		return;
	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	len = min(len, (int)sizeof(line) - 2);
	line[len++] = '\n';
	/* If it does not take it, the ring still does. */
	if (write(in->com2, line, len) != len)
		return;
}

void init_put(struct init *in, enum wire_type type, const void *payload,
	      size_t len)
{
	bool wait = !in->ring_stuck || !wire_is_text(type);

	if (!in->ring.hdr)
		return;
	in->ring_stuck = wire_put(&in->ring, type, payload, len,
				  wait ? RING_WAIT_MS : 0) == -ENOSPC;
}

void init_stage(struct init *in, enum wire_stage stage)
{
	if (in->failed || stage <= in->stage)
		return;
	in->stage = stage;
	com2_line(in, "stage %s", wire_stage_name(stage));
	if (in->ring.hdr)
		wire_put_stage(&in->ring, stage);
}

/* One line of words, the run's last ones. Return: are they the first, too? */
static bool last_words(struct init *in, char *text, size_t size,
		       const char *fmt, va_list ap)
{
	char *newline;

	if (in->failed)
		return false;
	in->failed = true;
	vsnprintf(text, size, fmt, ap);
	while ((newline = strchr(text, '\n')))
		*newline = ' ';
	return true;
}

int init_crash(struct init *in, const char *fmt, ...)
{
	char text[400];
	va_list ap;
	bool first;

	va_start(ap, fmt);
	first = last_words(in, text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!first)
		return -1;
	com2_line(in, "crash %s", text);
	init_put(in, WIRE_CRASH, text, strlen(text));
	return -1;
}

static void end_with(struct init *in, enum wire_type type, const char *fmt,
		     va_list ap)
{
	char text[400];

	if (last_words(in, text, sizeof(text), fmt, ap))
		init_put(in, type, text, strlen(text));
}

int init_missing(struct init *in, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end_with(in, WIRE_MISSING, fmt, ap);
	va_end(ap);
	return -1;
}

int init_ours(struct init *in, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end_with(in, WIRE_OURS, fmt, ap);
	va_end(ap);
	return -1;
}
