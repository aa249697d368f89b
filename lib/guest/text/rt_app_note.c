// SPDX-License-Identifier: GPL-2.0-only
/*
 * What reading an rt-app file notes on its way. See rt_app.h.
 */
#include "lib/guest/text/rt_app.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/common/ready.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

void rt_app_leave_out(struct rt_app *rt, unsigned int line, const char *fmt, ...)
{
	struct strbuf *to = &rt->r->st->left_out;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	strbuf_addf(to, "%.200s:%u: %s\n", rt->r->name, line, text);
}

void rt_app_set_duration(struct rt_app *rt, unsigned int line, double s)
{
	if (s > READY_MAX_SECONDS)
		rt_app_leave_out(rt, line, "duration: %d s can be at most",
				 READY_MAX_SECONDS);
	rt->duration_s = min(s, (double)READY_MAX_SECONDS);
}
