// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which tests are meant, and what was probably meant. See names.h.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/host/suite/names.h"

#define NAME_SIZE	520

/* Does it match all of @name, or what is before one of its dots? */
static bool matches_from_start(const char *glob, const char *name)
{
	char part[NAME_SIZE];
	char *dot;

	snprintf(part, sizeof(part), "%s", name);
	while (fnmatch(glob, part, 0)) {
		dot = strrchr(part, '.');
		if (!dot)
			return false;
		*dot = '\0';
	}
	return true;
}

static bool is_pattern(const char *glob)
{
	return strpbrk(glob, "*?[");
}

static bool matches(const char *glob, const struct suite_name *name)
{
	char whole[NAME_SIZE];

	/* Nobody means those that fail on purpose by a star. */
	if (name->on_demand && is_pattern(glob))
		return false;
	snprintf(whole, sizeof(whole), "%s.%s", name->program, name->test);
	return matches_from_start(glob, name->test) ||
	       matches_from_start(glob, whole);
}

static const char *last_of(const char *test)
{
	const char *dot = strrchr(test, '.');

	return dot ? dot + 1 : test;
}

static bool matches_test(const char *glob, const struct suite_name *name)
{
	return !fnmatch(glob, last_of(name->test), 0) ||
	       !fnmatch(glob, name->test, 0);
}

static void fixture_of(const struct suite_name *name, char *buf, size_t size)
{
	snprintf(buf, size, "%s", name->test);
	buf[strcspn(buf, ".")] = '\0';
}

static bool matches_fixture(const char *glob, const struct suite_name *name)
{
	char fixture[NAME_SIZE];

	fixture_of(name, fixture, sizeof(fixture));
	return !fnmatch(glob, fixture, 0);
}

/* What is between FIXTURE and TEST; "" where there is nothing */
static void variant_of(const struct suite_name *name, char *buf, size_t size)
{
	const char *first = strchr(name->test, '.');
	const char *last = strrchr(name->test, '.');

	buf[0] = '\0';
	if (first != last)
		snprintf(buf, size, "%.*s", (int)(last - first - 1), first + 1);
}

static bool matches_variant(const char *glob, const struct suite_name *name)
{
	char variant[NAME_SIZE];

	variant_of(name, variant, sizeof(variant));
	return *variant && !fnmatch(glob, variant, 0);
}

/* ---- names that are near ---- */

static void near_fixture(struct near *near, const struct suite_name *name)
{
	char text[NAME_SIZE];

	fixture_of(name, text, sizeof(text));
	near_offer_as(near, text, text);
}

static void near_variant(struct near *near, const struct suite_name *name)
{
	char text[NAME_SIZE];

	variant_of(name, text, sizeof(text));
	if (*text)
		near_offer_as(near, text, text);
}

static void near_test(struct near *near, const struct suite_name *name)
{
	near_offer_as(near, last_of(name->test), last_of(name->test));
	near_offer_as(near, name->test, name->test);
}

static void near_name(struct near *near, const struct suite_name *name)
{
	char text[NAME_SIZE];

	near_offer_as(near, name->program, name->program);
	snprintf(text, sizeof(text), "*.%s", last_of(name->test));
	/* A star that was meant stands for nothing that could be wrong. */
	near_offer_as(near, is_pattern(near->given) ? text : text + 2, text);
	near_fixture(near, name);
	near_offer_as(near, name->test, name->test);
	snprintf(text, sizeof(text), "%s.%s", name->program, name->test);
	near_offer_as(near, text, name->test);
}

/* ---- the choice ---- */

/* How something is given, what it matches, and what it is near to. */
struct way {
	const char *option;
	bool (*matches)(const char *glob, const struct suite_name *name);
	void (*near)(struct near *near, const struct suite_name *name);
	bool drop;
};

static const struct way by_name = { "", matches, near_name, false };
static const struct way by_test = { "-t ", matches_test, near_test, false };
static const struct way by_fixture = { "-f ", matches_fixture, near_fixture,
				       false };
static const struct way by_variant = { "--variant ", matches_variant,
				       near_variant, false };
static const struct way but_for = { "--exclude ", matches, near_name, true };

static void say_none(const struct suite_names *names, const struct way *way,
		     const char *glob, struct strbuf *err)
{
	struct near near = { .given = glob };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < names->n; i++)
		way->near(&near, &names->list[i]);
	strbuf_addf(err, "%s%s: no test has that name%s; `list` names all",
		    way->option, glob, near_text(&near, offered));
}

/* Mark in @hit whom it matches of those that are chosen. Return: anyone? */
static bool hit_by(const struct suite_names *names, const struct way *way,
		   const char *glob, bool *hit)
{
	bool any = false;
	size_t i;

	for (i = 0; i < names->n; i++)
		if (names->list[i].chosen &&
		    way->matches(glob, &names->list[i])) {
			hit[i] = true;
			any = true;
		}
	return any;
}

/*
 * Of the chosen ones keep, or drop, those that one of @globs matches. Each must
 * match one of those that were chosen when we began.
 */
static int narrow(struct suite_names *names, const struct way *way,
		  char **globs, size_t n, struct strbuf *err)
{
	bool *hit;
	size_t i;

	if (!n)
		return 0;
	hit = calloc(names->n + 1, sizeof(*hit));
	if (!hit)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (hit_by(names, way, globs[i], hit))
			continue;
		say_none(names, way, globs[i], err);
		free(hit);
		return -ENOENT;
	}
	for (i = 0; i < names->n; i++)
		names->list[i].chosen &= hit[i] != way->drop;
	free(hit);
	return 0;
}

/* No tests on demand, unless their names, or their programs', were given. */
static void choose_all(struct suite_names *names, bool on_demand)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		names->list[i].chosen = on_demand || !names->list[i].on_demand;
}

static size_t count_chosen(const struct suite_names *names)
{
	size_t i, n = 0;

	for (i = 0; i < names->n; i++)
		n += names->list[i].chosen;
	return n;
}

static bool is_in(const struct suite_names *names, const struct suite_name *t)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->list[i].program, t->program) &&
		    !strcmp(names->list[i].test, t->test))
			return true;
	return false;
}

static int take_only(struct suite_names *names, const struct suite_names *only,
		     struct strbuf *err)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		names->list[i].chosen &= is_in(only, &names->list[i]);
	if (count_chosen(names))
		return 0;
	strbuf_addf(err, "none of these tests failed in the last run");
	return -ENODATA;
}

/* In turn, so that those of a program, which take as long, are spread. */
static int take_shard(struct suite_names *names, unsigned long shard,
		      unsigned long shards, struct strbuf *err)
{
	size_t i, n = 0, all = count_chosen(names);

	for (i = 0; i < names->n; i++)
		if (names->list[i].chosen)
			names->list[i].chosen = n++ % shards == shard - 1;
	if (count_chosen(names))
		return 0;
	strbuf_addf(err, "--shard %lu/%lu: has no test, of %zu", shard, shards,
		    all);
	return -ENOENT;
}

int suite_choose(struct suite_names *names, const struct suite_choice *c,
		 struct strbuf *err)
{
	int ret;

	choose_all(names, c->n_globs > 0);
	ret = narrow(names, &by_name, c->globs, c->n_globs, err);
	if (!ret)
		ret = narrow(names, &by_test, c->tests, c->n_tests, err);
	if (!ret)
		ret = narrow(names, &by_fixture, c->fixtures, c->n_fixtures,
			     err);
	if (!ret)
		ret = narrow(names, &by_variant, c->variants, c->n_variants,
			     err);
	if (!ret)
		ret = narrow(names, &but_for, c->excludes, c->n_excludes, err);
	if (!ret && !count_chosen(names)) {
		strbuf_addf(err, "no test is left of what was named");
		ret = -ENOENT;
	}
	if (!ret && c->only)
		ret = take_only(names, c->only, err);
	if (!ret && c->shards)
		ret = take_shard(names, c->shard, c->shards, err);
	return ret;
}
