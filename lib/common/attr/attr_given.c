// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes that were given as text. See attr.h.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/attr/kinds.h"
#include "lib/common/attr/schedulers.h"
#include "lib/common/util/near.h"
#include "lib/common/util/util.h"

#define LIMITS	"limits."

/* Cut off and return the first item of @rest, without its backslashes. */
static char *next_item(char **rest)
{
	char *from = *rest, *to = *rest, *item = *rest;

	for (; *from && *from != ','; from++) {
		if (*from == '\\' && (from[1] == ',' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*rest = *from ? from + 1 : NULL;
	*to = '\0';
	return item;
}

static const struct attr_row *find(const char *name)
{
	const struct attr_row *row;

	for (row = attr_rows; row < attr_rows + attr_n_rows; row++)
		if (!strcmp(row->name, name))
			return row;
	for (row = sched_rows; row < sched_rows + sched_n_rows; row++)
		if (!strcmp(row->name, name))
			return row;
	return NULL;
}

static void offer_all(struct near *near)
{
	const struct attr_row *row;

	for (row = attr_rows; row < attr_rows + attr_n_rows; row++)
		if (row->kind->form)
			near_offer(near, row->name);
	/* Else each limit would be offered twice. */
	if (!strstarts(near->given, SCHED_PREFIX))
		return;
	for (row = sched_rows; row < sched_rows + sched_n_rows; row++)
		near_offer(near, row->name);
}

static int no_such(const char *item, const char *name, char *err,
		   size_t err_size)
{
	struct near near = { .given = name };
	char text[NEAR_TEXT_SIZE], limit[sizeof(LIMITS) + 64];

	offer_all(&near);
	/* A limit may have been meant, and its struct left out. */
	if (!near.n) {
		snprintf(limit, sizeof(limit), LIMITS "%.60s", name);
		near.given = limit;
		offer_all(&near);
	}
	snprintf(err, err_size, "%.100s: no such attribute%s", item,
		 near_text(&near, text));
	return -EINVAL;
}

/* It goes to the guest as a line. */
static bool fits_a_line(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

static int take(struct attr_given *given, const char *item, char *err,
		size_t err_size)
{
	const char *value = strchr(item, '=');
	char name[64], why[ATTR_WHY_SIZE];
	const struct attr_row *row;
	int ret;

	if (!value) {
		snprintf(err, err_size, "%.100s: is no NAME=VALUE", item);
		return -EINVAL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(value - item), item);
	row = find(name);
	if (!row)
		return no_such(item, name, err, err_size);
	if (sched_row_of(row) && !given->attr.scheduler) {
		snprintf(err, err_size, "%.100s: comes behind scheduler=, and is of that",
			 item);
		return -EINVAL;
	}
	ret = row->kind->parse(row, value + 1, given, why);
	if (ret)
		snprintf(err, err_size, "%.100s: %s", item, why);
	return ret;
}

/* What is wrong whatever the test says. */
static int check_bounds(const struct attr_given *given, char *err,
			size_t err_size)
{
	struct ktstr_attr attr = {
		.topology = given->attr.topology,
		.needs = given->attr.needs,
		.scheduler = given->attr.scheduler,
	};
	const struct attr_row *row;

	for (row = attr_rows; row < attr_rows + attr_n_rows; row++)
		if (row->max)
			memcpy((char *)&attr + row->offset,
			       (const char *)&given->attr + row->offset,
			       row->size);
	return attr_check(&attr, err, err_size);
}

int attr_given_parse(struct attr_given *given, const char *text, char *err,
		     size_t err_size)
{
	char *rest;
	int ret = 0;

	memset(given, 0, sizeof(*given));
	if (!*text)
		return 0;
	if (!fits_a_line(text)) {
		snprintf(err, err_size,
			 "attributes have a control character in them");
		return -EINVAL;
	}
	given->text = strdup(text);
	if (!given->text) {
		snprintf(err, err_size, "no memory for attributes");
		return -ENOMEM;
	}
	rest = given->text;
	while (rest && !ret)
		ret = take(given, next_item(&rest), err, err_size);
	if (!ret)
		ret = check_bounds(given, err, err_size);
	if (ret)
		attr_given_free(given);
	return ret;
}

void attr_given_free(struct attr_given *given)
{
	free(given->text);
	memset(given, 0, sizeof(*given));
}

int attr_env_check(char *err, size_t err_size)
{
	const char *text = getenv(ENV_ATTR);
	struct attr_given given;
	int ret = attr_given_parse(&given, text ?: "", err, err_size);

	if (!ret)
		attr_given_free(&given);
	return ret;
}

void attr_given_add(struct strbuf *text, const char *item)
{
	if (text->len)
		strbuf_add(text, ",", 1);
	for (; *item; item++) {
		if (*item == ',' || *item == '\\')
			strbuf_add(text, "\\", 1);
		strbuf_add(text, item, 1);
	}
}

void attr_given_addf(struct strbuf *text, const char *fmt, ...)
{
	char *item;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&item, fmt, ap);
	va_end(ap);
	if (len < 0) {
		text->dropped++;
		return;
	}
	attr_given_add(text, item);
	free(item);
}
