// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of a run's words did not come through. See loss.h.
 */
#include "lib/host/run/loss.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"
#include "lib/host/run/outcome.h"

bool loss_of_records(const struct run_outcome *out)
{
	const struct wire_loss *ring = &out->vm.ring;

	return ring->broken || ring->records > ring->texts;
}

bool loss_of_evidence(const struct run_outcome *out)
{
	return out->vm.ring.broken || out->vm.ring.records ||
	       out->vm.serial_lost || out->vm.console_left_out ||
	       out->console.dropped || out->sched_log.dropped ||
	       out->scx_dump.dropped;
}

static void __printf(3, 4) add(char *text, size_t size, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	if (len)
		len += snprintf(text + len, size - len, ", ");
	if (len >= size)
		return;
	va_start(ap, fmt);
	vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

static void add_ring(const struct wire_loss *ring, char *text, size_t size)
{
	if (ring->records)
		add(text, size, "%llu records of the guest (%llu of them text)",
		    (unsigned long long)ring->records,
		    (unsigned long long)ring->texts);
	if (ring->broken)
		add(text, size, "all records since the guest has damaged the ring");
}

bool loss_describe(const struct run_outcome *out, char *text, size_t size)
{
	const struct {
		const char *what;
		uint64_t bytes;
	} rows[] = {
		{ "of the serial ports", out->vm.serial_lost },
		{ "of the console",
		  out->vm.console_left_out + out->console.dropped },
		{ "of the test program's output", out->output.dropped },
		{ "of the scheduler's log", out->sched_log.dropped },
		{ "of the sched_ext dump", out->scx_dump.dropped },
		{ "of what the body had to say", out->said.dropped },
	};
	size_t i;

	text[0] = '\0';
	add_ring(&out->vm.ring, text, size);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].bytes)
			add(text, size, "%llu bytes %s",
			    (unsigned long long)rows[i].bytes, rows[i].what);
	if (out->n_refused)
		add(text, size, "%llu metrics of the guest that made no sense",
		    (unsigned long long)out->n_refused);
	return *text;
}
