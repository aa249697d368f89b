// SPDX-License-Identifier: GPL-2.0-only
/*
 * Auto-repro of a test: whether it is wanted, and what is done with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/log.h"
#include "lib/common/util/util.h"
#include "lib/host/report/failure.h"
#include "lib/host/report/sidecar.h"
#include "lib/host/repro/ending.h"
#include "lib/host/repro/pipeline.h"
#include "lib/test/attr.h"
#include "lib/test/glue.h"

#define FUNCTIONS_MAX	256

/* KTSTR_REPRO=1: on purpose, also for a test that passes. */
static bool on_purpose(void)
{
	const char *text = getenv("KTSTR_REPRO");

	return text && !strcmp(text, "1");
}

static bool repro_wanted(const struct ktstr_attr *attr,
			 const struct run_outcome *out,
			 const struct run_verdict *verdict)
{
	if (!attr->scheduler || !attr->scheduler->binary) {
		if (on_purpose())
			fprintf(ktstr_glue.out, "# auto-repro: this test has no scheduler to probe: it was run once, as it is\n");
		return false;
	}
	if (on_purpose())
		return true;
	if (verdict->doubt || !ending_is_failure(out) ||
	    attr->auto_repro == AUTO_REPRO_OFF)
		return false;
	if (attr->auto_repro == AUTO_REPRO_ON)
		return true;
	return verdict->code == RUN_FAIL && !ktstr_is_on(attr->expect_err);
}

/* KTSTR_REPRO_FUNCTIONS=a,b,c. Return: a copy to free, NULL for none. */
static char *named_functions(const char **list)
{
	const char *text = getenv("KTSTR_REPRO_FUNCTIONS");
	char *copy = text && *text ? strdup(text) : NULL;
	char *rest = copy, *name;
	unsigned int n = 0;

	while ((name = strsep(&rest, ",")))
		if (*name && n < FUNCTIONS_MAX)
			list[n++] = name;
	list[n] = NULL;
	return copy;
}

static unsigned int named_rounds(void)
{
	const char *text = getenv("KTSTR_REPRO_ROUNDS");
	unsigned long n = text ? strtoul(text, NULL, 10) : 0;

	return n <= 100 ? n : 100;
}

/* Of a test that passes nobody reads it, unless it was asked for. */
static void tell_repro(const char *test, const struct repro *repro, int code)
{
	if (code == RUN_PASS && !on_purpose() && !log_verbose()) {
		report_story_kept(ktstr_glue.out, test, repro->text.text);
		return;
	}
	fprintf(ktstr_glue.out, "# --- auto-repro ---\n");
	report_more(ktstr_glue.out, test, code == RUN_FAIL, repro->text.text,
		    glue_color() ? repro->colored.text : NULL);
}

void host_repro(const struct ktstr_attr *attr, const struct run_config *config,
		const struct run_outcome *out, struct run_verdict *verdict,
		struct sidecar_repro *came)
{
	const char *list[FUNCTIONS_MAX + 1];
	struct repro_request request = {
		.primary = config,
		.out = out,
		.rounds = named_rounds(),
		.color = glue_color(),
	};
	struct repro *repro;
	char *names;

	if (!repro_wanted(attr, out, verdict))
		return;
	repro = malloc(sizeof(*repro));
	if (!repro)
		return;
	names = named_functions(list);
	request.functions = names ? list : NULL;
	request.all_rounds = request.rounds > 0;

	repro_run(&request, repro);
	came->rounds = repro->rounds;
	came->matched = repro->matched;
	if (verdict->code == RUN_PASS && attr->post_repro &&
	    attr->post_repro(repro, verdict->reason, sizeof(verdict->reason)))
		verdict->code = RUN_FAIL;
	tell_repro(config->test, repro, verdict->code);
	repro_free(repro);
	free(repro);
	free(names);
}
