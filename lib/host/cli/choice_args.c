// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which tests are meant: what `run` and `list` have in common. Their arguments
 * begin with a choice, so that one function takes an option for both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"

#define SHARDS_MAX	10000UL

int choice_init(struct suite_choice *choice, int argc, char *err)
{
	char ***const lists[] = {
		&choice->tests, &choice->fixtures, &choice->variants,
		&choice->excludes,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		*lists[i] = calloc(argc + 1, sizeof(**lists[i]));
		if (!*lists[i])
			return cli_bad(err, "no memory");
	}
	return 0;
}

void choice_free(struct suite_choice *choice)
{
	free(choice->tests);
	free(choice->fixtures);
	free(choice->variants);
	free(choice->excludes);
}

static int add(char **list, size_t *n, const char *option, const char *text,
	       char *err)
{
	if (!*text)
		return cli_bad(err, "%s needs a name", option);
	list[(*n)++] = (char *)text;
	return 0;
}

int choice_take_test(void *args, const char *text, char *err)
{
	struct suite_choice *c = args;

	return add(c->tests, &c->n_tests, "-t", text, err);
}

int choice_take_fixture(void *args, const char *text, char *err)
{
	struct suite_choice *c = args;

	return add(c->fixtures, &c->n_fixtures, "-f", text, err);
}

int choice_take_variant(void *args, const char *text, char *err)
{
	struct suite_choice *c = args;

	return add(c->variants, &c->n_variants, "--variant", text, err);
}

int choice_take_exclude(void *args, const char *text, char *err)
{
	struct suite_choice *c = args;

	return add(c->excludes, &c->n_excludes, "--exclude", text, err);
}

int choice_take_shard(void *args, const char *text, char *err)
{
	struct suite_choice *c = args;
	char more;

	if (sscanf(text, "%lu/%lu%c", &c->shard, &c->shards, &more) == 2 &&
	    !strpbrk(text, "+- ") && c->shard >= 1 && c->shard <= c->shards &&
	    c->shards <= SHARDS_MAX)
		return 0;
	return cli_bad(err, "--shard %.100s: is no I/N, as in 1/4", text);
}
