// SPDX-License-Identifier: GPL-2.0-only
/*
 * What follows from the table of attributes: levels, refusal, lists. See attr.h.
 */
#include "lib/common/attr/attr.h"

#include <errno.h>
#include <string.h>

#include "lib/common/attr/kinds.h"
#include "lib/common/util/util.h"

static void *at(struct ktstr_attr *attr, const struct attr_row *row)
{
	return (char *)attr + row->offset;
}

static const void *const_at(const struct ktstr_attr *attr,
			    const struct attr_row *row)
{
	return (const char *)attr + row->offset;
}

bool attr_is_given(const struct ktstr_attr *attr, const struct attr_row *row)
{
	const char *bytes = const_at(attr, row);
	size_t i;

	for (i = 0; i < row->size; i++)
		if (bytes[i])
			return true;
	return false;
}

/* ---- levels ---- */

/* There is one that does. */
static void add_args(struct ktstr_merged *m, const char * const *args)
{
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_ARGS && args[i]; i++)
		if (m->n_sched_args < ATTR_MAX_ARGS)
			m->sched_args[m->n_sched_args++] = args[i];
}

void attr_merge_defaults(struct ktstr_merged *merged)
{
	const struct attr_row *row;

	memset(merged, 0, sizeof(*merged));
	for (row = attr_rows; row < attr_rows + attr_n_rows; row++)
		if (row->value)
			memcpy(at(&merged->attr, row), row->value, row->size);
}

void attr_merge_level(struct ktstr_merged *merged,
		      const struct ktstr_attr *over)
{
	const struct attr_row *row;

	for (row = attr_rows; row < attr_rows + attr_n_rows; row++) {
		if (!attr_is_given(over, row))
			continue;
		if (row->merge == ATTR_ADDS)
			add_args(merged, const_at(over, row));
		else
			memcpy(at(&merged->attr, row), const_at(over, row),
			       row->size);
	}
}

/* ---- refusal ---- */

static int check_max(const struct ktstr_attr *attr, const struct attr_row *row,
		     char *err, size_t err_size)
{
	unsigned int value;

	if (!row->max)
		return 0;
	memcpy(&value, const_at(attr, row), sizeof(value));
	if (value <= row->max)
		return 0;
	snprintf(err, err_size, ".%s = %u: at most %u can be", row->name,
		 value, row->max);
	return -EINVAL;
}

int attr_check(const struct ktstr_attr *attr, char *err, size_t err_size)
{
	const struct attr_row *row;
	int ret;

	for (row = attr_rows; row < attr_rows + attr_n_rows; row++) {
		if (!attr_is_given(attr, row))
			continue;
		ret = check_max(attr, row, err, err_size);
		if (!ret && row->check)
			ret = row->check(attr, err, err_size);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- lists ---- */

bool attr_is_text(const struct attr_row *row)
{
	return row->kind->form;
}

bool attr_text(const struct ktstr_attr *attr, const struct attr_row *row,
	       struct strbuf *text)
{
	if (!row->kind->print || !attr_is_given(attr, row))
		return false;
	row->kind->print(row, const_at(attr, row), text);
	return true;
}

const char *const *attr_texts(const struct ktstr_attr *attr,
			      const struct attr_row *row)
{
	return row->kind == &attr_args ? const_at(attr, row) : NULL;
}

void attr_head(const struct attr_row *row, struct strbuf *text)
{
	strbuf_addf(text, "%s", row->name);
	if (row->words)
		strbuf_addf(text, "=%s|%s", row->words[0], row->words[1]);
	else if (row->kind->form)
		strbuf_addf(text, "=%s", row->kind->form);
	strbuf_addf(text, " [");
	if (row->value)
		row->kind->print(row, row->value, text);
	else
		strbuf_addf(text, "%s", row->usual);
	strbuf_addf(text, "]");
}

void attr_list(FILE *to)
{
	const struct attr_row *row;
	struct strbuf head;

	for (row = attr_rows; row < attr_rows + attr_n_rows; row++) {
		if (!attr_is_text(row))
			continue;
		head = (struct strbuf)STRBUF_INIT;
		attr_head(row, &head);
		fprintf(to, "%s\n    %s\n", head.text, row->what);
		strbuf_free(&head);
	}
}
