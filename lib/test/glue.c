// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all files of the glue use: its state, and how results are left. See
 * glue.h.
 */
#include "lib/test/glue.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/text.h"
#include "lib/host/run/loss.h"
#include "vmm/emulated-host/emulated-host.h"

struct ktstr_glue ktstr_glue;

bool glue_env_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value && strcmp(value, "0");
}

const struct ktstr_attr *ktstr_given(void)
{
	return ktstr_glue.given.text ? &ktstr_glue.given.attr : NULL;
}

/* One result is one line, and what is in it may be the guest's. */
static void reason_clean(char *reason)
{
	reason[strcspn(reason, "\n")] = '\0';
	text_clean(reason);
}

/* Whatever came of it, that it was not the first try is part of it. */
static void add_retried(const struct ktstr_test *test)
{
	size_t len = strlen(test->reason);

	if (ktstr_glue.retried[0])
		snprintf(test->reason + len, test->reason_size - len,
			 "%sretried: %s", len ? "; " : "", ktstr_glue.retried);
}

static void leave_result(const struct ktstr_test *test, int code,
			 enum run_doubt doubt, const char *fmt, va_list ap)
{
	size_t len;

	*test->exit_code = code;
	ktstr_glue.doubt = doubt;
	len = snprintf(test->reason, test->reason_size, "%s",
		       run_doubt_mark(doubt));
	if (len < test->reason_size)
		vsnprintf(test->reason + len, test->reason_size - len, fmt, ap);
	reason_clean(test->reason);
	add_retried(test);
}

void glue_result(const struct ktstr_test *test, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	leave_result(test, code, RUN_JUDGED, fmt, ap);
	va_end(ap);
}

void glue_not_judged(const struct ktstr_test *test, enum run_doubt doubt,
		     const char *fmt, ...)
{
	va_list ap;

	if (ktstr_glue.not_judged)
		atomic_fetch_add(ktstr_glue.not_judged, 1);
	va_start(ap, fmt);
	leave_result(test, glue_strict() ? RUN_FAIL : RUN_SKIP, doubt, fmt, ap);
	va_end(ap);
}

void glue_retried(const char *why)
{
	FILE *to = ktstr_glue.out ?: stdout;

	snprintf(ktstr_glue.retried, sizeof(ktstr_glue.retried), "%s", why);
	reason_clean(ktstr_glue.retried);
	fprintf(to, "# retried: %s\n", ktstr_glue.retried);
	fflush(to);
}

void glue_note_loss(const struct run_outcome *out,
		    const struct run_verdict *verdict)
{
	char lost[LOSS_TEXT_SIZE];

	if (verdict->code != RUN_FAIL && !verdict->doubt &&
	    loss_describe(out, lost, sizeof(lost)))
		fprintf(ktstr_glue.out, "# lost: %s\n", lost);
}

void glue_note_output(const struct ktstr_test *test, uint64_t lost)
{
	size_t len = strlen(test->reason);

	if (lost)
		snprintf(test->reason + len, test->reason_size - len,
			 "%s%llu bytes of its output were not kept",
			 len ? "; " : "", (unsigned long long)lost);
}

bool glue_strict(void)
{
	return glue_env_set("KTSTR_STRICT");
}

void glue_skip(const struct ktstr_test *test, const char *missing)
{
	enum run_doubt doubt = run_doubt_of(missing);

	if (doubt)
		glue_not_judged(test, doubt, "%s",
				missing + strlen(run_doubt_mark(doubt)));
	else
		glue_result(test, glue_strict() ? RUN_FAIL : RUN_SKIP, "%s%s",
			    glue_strict() ? INFRASTRUCTURE : "", missing);
}

bool glue_color(void)
{
	const char *none = getenv("NO_COLOR");

	if (emuhost_inside())
		return glue_env_set(ENV_COLOR);
	return isatty(STDOUT_FILENO) && !(none && *none);
}
