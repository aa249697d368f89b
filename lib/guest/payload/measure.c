// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metrics of a payload: a function for each rule. See measure.h.
 */
#include "lib/guest/payload/measure.h"

#include <ctype.h>
#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

/* Who prints more than that in one line prints no result. */
#define LINE_MAX_BYTES	4096
#define NUMBER_MAX_BYTES	64
#define JSON_DEPTH	64
/* Lines that look like the start of JSON and are none */
#define JSON_TRIES	32

/**
 * struct printed_json - JSON that a payload has printed
 * @root: of each stream; NULL for none
 */
struct printed_json {
	struct json_object *root[PAYLOAD_STREAMS];
};

/**
 * struct measuring - a payload that has ended
 * @exit_status: what it ended with
 * @texts: what it has printed
 * @json: the JSON in it
 */
struct measuring {
	int exit_status;
	const char *const *texts;
	struct printed_json json;
};

/* ---- numbers ---- */

/* A decimal number, behind blanks; what follows it is of no interest. */
static double number_at(const char *text, size_t len)
{
	char copy[NUMBER_MAX_BYTES], *end;
	double value;
	size_t n;

	while (len && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	for (n = 0; n < len && n < sizeof(copy) - 1 &&
	     (isdigit((unsigned char)text[n]) ||
	      (text[n] && strchr("+-.eE", text[n]))); n++)
		copy[n] = text[n];
	copy[n] = '\0';
	value = strtod(copy, &end);
	return end == copy ? NAN : value;
}

/* ---- text ---- */

/* In one line; the first, or the last that has a number. */
static double after_in_line(const struct payload_metric *m, const void *arg,
			    const char *line)
{
	double value = NAN, here;
	const char *at;

	(void)arg;
	for (at = strstr(line, m->where); at && (m->last || isnan(value));
	     at = strstr(at, m->where)) {
		at += strlen(m->where);
		here = number_at(at, strlen(at));
		if (!isnan(here))
			value = here;
	}
	return value;
}

static double regex_in_line(const struct payload_metric *m, const void *arg,
			    const char *line)
{
	regmatch_t match[2];

	(void)m;
	if (regexec(arg, line, ARRAY_SIZE(match), match, 0) ||
	    match[1].rm_so < 0)
		return NAN;
	return number_at(line + match[1].rm_so,
			 match[1].rm_eo - match[1].rm_so);
}

static double in_lines(const struct payload_metric *m, const void *arg,
		       const char *text,
		       double (*in_line)(const struct payload_metric *m,
					 const void *arg, const char *line))
{
	char line[LINE_MAX_BYTES];
	double value = NAN, here;

	while (*text && (m->last || isnan(value))) {
		size_t len = strcspn(text, "\n"), n = min(len, sizeof(line) - 1);

		memcpy(line, text, n);
		line[n] = '\0';
		here = in_line(m, arg, line);
		if (!isnan(here))
			value = here;
		text += len + (text[len] == '\n');
	}
	return value;
}

static double in_streams(const struct measuring *now,
			 const struct payload_metric *m, const void *arg,
			 double (*in_line)(const struct payload_metric *m,
					   const void *arg, const char *line))
{
	double value = NAN;
	unsigned int i;

	for (i = 0; i < PAYLOAD_STREAMS && isnan(value); i++)
		value = in_lines(m, arg, now->texts[i], in_line);
	return value;
}

static double take_after(const struct measuring *now,
			 const struct payload_metric *m)
{
	return in_streams(now, m, NULL, after_in_line);
}

static double take_regex(const struct measuring *now,
			 const struct payload_metric *m)
{
	regex_t regex;
	double value;

	if (regcomp(&regex, m->where, REG_EXTENDED))
		return NAN;
	value = in_streams(now, m, &regex, regex_in_line);
	regfree(&regex);
	return value;
}

/* ---- JSON ---- */

static struct json_object *parse_at(const char *text)
{
	struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *root = NULL;

	if (!tok)
		return NULL;
	root = json_tokener_parse_ex(tok, text, strlen(text));
	/* One that goes on beyond the end of the text is none. */
	if (json_tokener_get_error(tok) != json_tokener_success) {
		json_object_put(root);
		root = NULL;
	}
	json_tokener_free(tok);
	return root;
}

/* The first that begins a line: others have words before it. */
static struct json_object *find_json(const char *text)
{
	struct json_object *root = NULL;
	unsigned int tries = 0;

	while (*text && !root && tries < JSON_TRIES) {
		text += strspn(text, " \t\n");
		if (*text == '{' || *text == '[') {
			root = parse_at(text);
			tries++;
		}
		text += strcspn(text, "\n");
	}
	return root;
}

static bool is_number(struct json_object *o)
{
	return json_object_is_type(o, json_type_int) ||
	       json_object_is_type(o, json_type_double);
}

static double take_json(const struct measuring *now,
			const struct payload_metric *m)
{
	struct json_object *found;
	unsigned int i;

	for (i = 0; i < PAYLOAD_STREAMS; i++)
		if (now->json.root[i] &&
		    !json_pointer_get(now->json.root[i], m->where, &found) &&
		    is_number(found))
			return json_object_get_double(found);
	return NAN;
}

/* ---- all of them ---- */

static double take_exit(const struct measuring *now,
			const struct payload_metric *m)
{
	(void)m;
	return now->exit_status < 0 ? NAN : now->exit_status;
}

static double (* const takes[])(const struct measuring *now,
				const struct payload_metric *m) = {
	[PAYLOAD_EXIT] = take_exit,
	[PAYLOAD_AFTER] = take_after,
	[PAYLOAD_REGEX] = take_regex,
	[PAYLOAD_JSON] = take_json,
};

static bool wants_json(const struct payload *p)
{
	unsigned int i, n = payload_n_metrics(p);

	for (i = 0; i < n; i++)
		if (p->metrics[i].rule == PAYLOAD_JSON)
			return true;
	return false;
}

void payload_measure(const struct payload *p, int exit_status,
		     const char *const texts[PAYLOAD_STREAMS],
		     double values[PAYLOAD_MAX_METRICS])
{
	struct measuring now = { .exit_status = exit_status, .texts = texts };
	unsigned int i, n = payload_n_metrics(p);

	for (i = 0; i < PAYLOAD_STREAMS && wants_json(p); i++)
		now.json.root[i] = find_json(texts[i]);
	for (i = 0; i < PAYLOAD_MAX_METRICS; i++) {
		values[i] = i < n ? takes[p->metrics[i].rule](&now,
							      &p->metrics[i]) :
				    NAN;
		if (!isfinite(values[i]))
			values[i] = NAN;
	}
	for (i = 0; i < PAYLOAD_STREAMS; i++)
		json_object_put(now.json.root[i]);
}
