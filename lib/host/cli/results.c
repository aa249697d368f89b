// SPDX-License-Identifier: GPL-2.0-only
/*
 * The results of a run in the forms that others read. See results.h.
 */
#include "lib/host/cli/results.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/running.h"
#include "lib/host/report/json.h"

#define KCIDB_MAJOR	4
#define KCIDB_MINOR	3
#define WHEN_SIZE	32

static const char *when_text(const struct running *r, char *buf)
{
	struct tm tm;

	strftime(buf, WHEN_SIZE, "%Y-%m-%dT%H:%M:%S+00:00",
		 gmtime_r(&r->began, &tm));
	return buf;
}

static double seconds(unsigned int ms)
{
	return (double)ms / MSEC_PER_SEC;
}

/* ---- JUnit ---- */

/* What may not be printed may not be in XML either. */
static void xml_put(FILE *to, const char *text)
{
	size_t len;

	for (; text && *text; text += len ?: 1) {
		len = text_char(text, strlen(text));
		if (*text == '<')
			fputs("&lt;", to);
		else if (*text == '>')
			fputs("&gt;", to);
		else if (*text == '&')
			fputs("&amp;", to);
		else if (*text == '"')
			fputs("&quot;", to);
		else if (len)
			fwrite(text, 1, len, to);
		else
			fputc('?', to);
	}
}

static void xml_attribute(FILE *to, const char *name, const char *text)
{
	fprintf(to, " %s=\"", name);
	xml_put(to, text);
	fputc('"', to);
}

static void junit_test(FILE *to, const struct suite_program *p,
		       const struct suite_test *t)
{
	static const char * const elements[] = {
		[SUITE_FAIL] = "failure",
		[SUITE_SKIP] = "skipped",
		[SUITE_INFRASTRUCTURE] = "skipped",
		[SUITE_INCONCLUSIVE] = "skipped",
	};
	const char *name = t->label ?: t->name;
	const char *dot = strchr(name, '@');

	/* Versions have dots. */
	dot = memrchr(name, '.', dot ? (size_t)(dot - name) : strlen(name));

	fprintf(to, "    <testcase classname=\"%s.%.*s\"", p->name,
		(int)(dot ? dot - name : 0), name);
	xml_attribute(to, "name", dot ? dot + 1 : name);
	fprintf(to, " time=\"%.3f\"", seconds(t->ms));
	if (t->result == SUITE_PASS) {
		fputs("/>\n", to);
		return;
	}
	fprintf(to, ">\n      <%s", elements[t->result]);
	xml_attribute(to, "message", t->why);
	fputs("/>\n    </testcase>\n", to);
}

static unsigned int program_ms(const struct suite_program *p)
{
	unsigned int i, ms = 0;

	for (i = 0; i < p->n_tests; i++)
		ms += p->tests[i].ms;
	return ms;
}

static void junit_program(FILE *to, const struct running *r,
			  const struct suite_program *p)
{
	unsigned int counts[SUITE_NR_RESULTS] = { }, i;
	char when[WHEN_SIZE];

	for (i = 0; i < p->n_tests; i++)
		counts[p->tests[i].result]++;
	fprintf(to, "  <testsuite name=\"%s\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\" time=\"%.3f\" timestamp=\"%s\">\n",
		p->name, p->n_tests, counts[SUITE_FAIL],
		suite_skipped(counts), seconds(program_ms(p)),
		when_text(r, when));
	for (i = 0; i < p->n_tests; i++)
		junit_test(to, p, &p->tests[i]);
	fputs("  </testsuite>\n", to);
}

int results_junit(const struct running *r, FILE *to)
{
	const struct suite *s = &r->suite;
	const unsigned int *n = s->counts;
	unsigned int i, all = 0;

	for (i = SUITE_PASS; i < SUITE_NR_RESULTS; i++)
		all += n[i];
	fprintf(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ktstr\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\">\n",
		all, n[SUITE_FAIL], suite_skipped(n));
	for (i = 0; i < s->n_programs; i++)
		junit_program(to, r, &s->programs[i]);
	fputs("</testsuites>\n", to);
	return ferror(to) ? -EIO : 0;
}

/* ---- JSON ---- */

static void json_add_test(struct json_object *to, const struct running *r,
			  const struct suite_program *p,
			  const struct suite_test *t)
{
	static const char * const statuses[] = {
		[SUITE_NONE] = "MISS",
		[SUITE_PASS] = "PASS",
		[SUITE_FAIL] = "FAIL",
		[SUITE_SKIP] = "SKIP",
		[SUITE_INFRASTRUCTURE] = "ERROR",
		/* It was done, and what was tested may be well or not. */
		[SUITE_INCONCLUSIVE] = "DONE",
	};
	struct json_object *o = json_object_new_object();
	const char *name = t->label ?: t->name;
	char text[1024], when[WHEN_SIZE];

	snprintf(text, sizeof(text), "ktstr:%s:%s", r->run_id, name);
	json_add_text(o, "id", text);
	json_add_text(o, "origin", "ktstr");
	snprintf(text, sizeof(text), "ktstr:%s", r->run_id);
	json_add_text(o, "build_id", text);
	snprintf(text, sizeof(text), "ktstr.%s.%s", p->name, name);
	json_add_text(o, "path", text);
	json_add_text(o, "status", statuses[t->result]);
	json_add_text(o, "start_time", when_text(r, when));
	json_add_double(o, "duration", seconds(t->ms));
	if (t->why && *t->why)
		json_add_text(o, "comment", t->why);
	json_object_array_add(to, o);
}

int results_json(const struct running *r, FILE *to)
{
	struct json_object *o = json_object_new_object(), *version, *tests;
	const struct suite *s = &r->suite;
	unsigned int i, j;
	const char *text;
	int ret;

	version = json_add_new(o, "version", json_object_new_object());
	json_add_int(version, "major", KCIDB_MAJOR);
	json_add_int(version, "minor", KCIDB_MINOR);
	tests = json_add_new(o, "tests", json_object_new_array());
	for (i = 0; i < s->n_programs; i++)
		for (j = 0; j < s->programs[i].n_tests; j++)
			json_add_test(tests, r, &s->programs[i],
				      &s->programs[i].tests[j]);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	ret = text && fprintf(to, "%s\n", text) > 0 ? 0 : -EIO;
	json_object_put(o);
	return ret;
}
