// SPDX-License-Identifier: GPL-2.0-only
/*
 * A wrong command line. See commands.h.
 */
#include <stdarg.h>
#include <stdio.h>

#include "lib/host/front/commands.h"
#include "lib/host/front/front.h"

int front_usage(struct front *f, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return kenv_wrong(&f->k, "%s; see ./run_ktstr.sh --help", text);
}
