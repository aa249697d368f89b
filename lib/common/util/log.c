// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages for people. See log.h.
 */
#include "lib/common/util/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool log_verbose(void)
{
	const char *value = getenv("KTSTR_VERBOSE");

	return value && *value && strcmp(value, "0");
}

void log_line(const char *fmt, ...)
{
	char line[1024] = "# ";
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line + 2, sizeof(line) - 3, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;

	len += 2;
	if (len > (int)sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	/* A closed stderr is no reason to fail. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
