// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads as values: do they make sense? See payload.h.
 */
#include "lib/common/payload/payload.h"

#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"

#define EXIT_STATUS_MAX	255

#define RULE_WORD(id)	#id,

const char *payload_rule_word(unsigned int i)
{
	static const char * const words[] = { PAYLOAD_RULES(RULE_WORD) };

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

unsigned int payload_n_metrics(const struct payload *p)
{
	unsigned int n = 0;

	while (n < PAYLOAD_MAX_METRICS && p->metrics[n].name)
		n++;
	return n;
}

unsigned int payload_limit_ms(const struct payload *p, unsigned int duration_ms)
{
	return p->deadline_ms ?: duration_ms;
}

/**
 * struct checking - a payload that is looked at
 * @p: the payload
 * @m: its metric; NULL when it is about none
 * @err: gets what is wrong, in @err_size bytes
 * @err_size: see there
 */
struct checking {
	const struct payload *p;
	const struct payload_metric *m;
	char *err;
	size_t err_size;
};

static int __printf(2, 3) wrong(const struct checking *c, const char *fmt, ...)
{
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (c->m)
		snprintf(c->err, c->err_size, "payload '%s': metric '%s': %s",
			 c->p->name, c->m->name, what);
	else
		snprintf(c->err, c->err_size, "payload '%s': %s", c->p->name,
			 what);
	return -EINVAL;
}

/* ---- what each rule needs ---- */

static int check_none(const struct checking *c)
{
	return c->m->where ? wrong(c, "an exit status is nowhere else") : 0;
}

static int check_after(const struct checking *c)
{
	return c->m->where && *c->m->where ? 0 :
	       wrong(c, "the text before it is not given");
}

static int check_regex(const struct checking *c)
{
	char why[100];
	regex_t regex;
	size_t groups;
	int ret;

	ret = regcomp(&regex, c->m->where ?: "", REG_EXTENDED);
	if (ret) {
		regerror(ret, &regex, why, sizeof(why));
		return wrong(c, "no regular expression: %s", why);
	}
	groups = regex.re_nsub;
	regfree(&regex);
	return groups == 1 ? 0 :
	       wrong(c, "a regular expression of %zu groups: the number is that of one",
		     groups);
}

static int check_json(const struct checking *c)
{
	if (c->m->last)
		return wrong(c, "of JSON there is one");
	return c->m->where && c->m->where[0] == '/' ? 0 :
	       wrong(c, "no JSON Pointer, as in /jobs/0/read/iops");
}

static int (* const rule_checks[])(const struct checking *c) = {
	[PAYLOAD_EXIT] = check_none,
	[PAYLOAD_AFTER] = check_after,
	[PAYLOAD_REGEX] = check_regex,
	[PAYLOAD_JSON] = check_json,
};

/* ---- all of it ---- */

static int check_metric(struct checking *c)
{
	const struct payload_metric *m = c->m, *other;

	for (other = c->p->metrics; other < m; other++)
		if (!strcmp(other->name, m->name))
			return wrong(c, "there are two of that name");
	if (strlen(m->name) > PAYLOAD_NAME_MAX)
		return wrong(c, "a name has at most %d characters",
			     PAYLOAD_NAME_MAX);
	if (m->unit && strlen(m->unit) > PAYLOAD_UNIT_MAX)
		return wrong(c, "a unit has at most %d characters",
			     PAYLOAD_UNIT_MAX);
	if ((unsigned int)m->rule >= PAYLOAD_RULE_COUNT ||
	    (unsigned int)m->better >= N_BETTERS)
		return wrong(c, "there is no such rule, or no such better");
	if (m->min.given && m->max.given && m->min.value > m->max.value)
		return wrong(c, "at least %g and at most %g", m->min.value,
			     m->max.value);
	return rule_checks[m->rule](c);
}

static int check_metrics(struct checking *c)
{
	unsigned int i, n = payload_n_metrics(c->p);
	int ret = 0;

	for (i = 0; i < n && !ret; i++) {
		c->m = &c->p->metrics[i];
		ret = check_metric(c);
	}
	c->m = NULL;
	return ret;
}

int payload_check(const struct payload *p, char *err, size_t err_size)
{
	struct checking c = { .p = p, .err = err, .err_size = err_size };

	if (!p->name || !*p->name || strlen(p->name) > PAYLOAD_NAME_MAX) {
		snprintf(err, err_size, "a payload has a name of 1 to %d characters",
			 PAYLOAD_NAME_MAX);
		return -EINVAL;
	}
	if (!p->program || !*p->program)
		return wrong(&c, "it has no program");
	if (p->args[PAYLOAD_MAX_ARGS - 1])
		return wrong(&c, "at most %d arguments can be",
			     PAYLOAD_MAX_ARGS - 1);
	if (p->exit_status > EXIT_STATUS_MAX)
		return wrong(&c, "exit status %u: 0 to %d can be",
			     p->exit_status, EXIT_STATUS_MAX);
	return check_metrics(&c);
}
