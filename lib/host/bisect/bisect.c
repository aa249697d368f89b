// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first bad commit. See bisect.h.
 */
#include "lib/host/bisect/bisect.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

int bisect_init(struct bisect *b, size_t n, double confidence, double p)
{
	memset(b, 0, sizeof(*b));
	if (n < 2 || n > BISECT_MAX_COMMITS ||
	    !(confidence >= 0.5 && confidence <= 0.9999) ||
	    !(p >= 0 && p <= 1))
		return -EINVAL;
	b->commits = calloc(n, sizeof(*b->commits));
	if (!b->commits)
		return -ENOMEM;
	b->n = n;
	b->confidence = confidence;
	b->p = p;
	return 0;
}

void bisect_exit(struct bisect *b)
{
	free(b->commits);
	memset(b, 0, sizeof(*b));
}

void bisect_note(struct bisect *b, size_t i, enum bisect_result result)
{
	struct bisect_commit *c = &b->commits[i];

	if (result == BISECT_SKIP) {
		c->skipped = true;
		return;
	}
	b->runs++;
	c->passes += result == BISECT_PASS;
	c->fails += result == BISECT_FAIL;
}

/* ---- chances ---- */

/* The good end is none of those that may be the first bad one. */
static unsigned int all_fails(const struct bisect *b)
{
	unsigned int fails = 0;
	size_t i;

	for (i = 1; i < b->n; i++)
		fails += b->commits[i].fails;
	return fails;
}

/*
 * What it says for a commit that so many passes and failures came at it and behind
 * it, as a logarithm: of p^fails (1 - p)^passes, the mean over all p.
 */
static double log_likelihood(const struct bisect *b, unsigned int fails,
			     unsigned int passes)
{
	if (b->p == 1)
		return passes ? -INFINITY : 0;
	if (b->p > 0)
		return passes * log1p(-b->p);
	return lgamma(fails + 1.0) + lgamma(passes + 1.0) -
	       lgamma(fails + passes + 2.0);
}

/* Where nothing can be so (p is 1, and bad ones pass) all chances are 0. */
static void find_chances(struct bisect *b)
{
	unsigned int fails = all_fails(b), passes = 0, before = fails;
	double most = -INFINITY, sum = 0;
	size_t i;

	/* From the end on: what came at @i and behind it */
	for (i = b->n - 1; i >= 1; i--) {
		struct bisect_commit *c = &b->commits[i];

		passes += c->passes;
		before -= c->fails;
		/* One that failed before it was no good one. */
		c->chance = before ? -INFINITY :
			    log_likelihood(b, fails, passes);
		most = max(most, c->chance);
	}
	b->commits[0].chance = 0;
	for (i = 1; i < b->n; i++) {
		struct bisect_commit *c = &b->commits[i];

		c->chance = isinf(most) ? 0 : exp(c->chance - most);
		sum += c->chance;
	}
	for (i = 1; i < b->n && sum > 0; i++)
		b->commits[i].chance /= sum;
}

/* What it fails with, as far as is known: of the most likely commit */
static double likely_p(const struct bisect *b, size_t first_bad)
{
	unsigned int fails = all_fails(b), passes = 0;
	size_t i;

	if (b->p > 0)
		return b->p;
	for (i = first_bad; i < b->n; i++)
		passes += b->commits[i].passes;
	return (fails + 1.0) / (fails + passes + 2.0);
}

/* ---- what is learned ---- */

static double entropy(double chance)
{
	if (chance <= 0 || chance >= 1)
		return 0;
	return -chance * log2(chance) - (1 - chance) * log2(1 - chance);
}

/* Of a run of one that is bad with that chance */
static double learned(double is_bad, double p)
{
	return entropy(p * is_bad) - is_bad * entropy(p);
}

static size_t most_learned(const struct bisect *b, double p)
{
	double is_bad = 0, best = -1;
	size_t i, at = b->n - 1;

	for (i = 1; i < b->n; i++) {
		is_bad += b->commits[i].chance;
		if (b->commits[i].skipped ||
		    learned(min(is_bad, 1.0), p) <= best)
			continue;
		best = learned(min(is_bad, 1.0), p);
		at = i;
	}
	return at;
}

/* ---- answers ---- */

void bisect_answer(struct bisect *b, struct bisect_answer *answer)
{
	size_t i, from = 1;
	double chance = 0;

	find_chances(b);
	*answer = (struct bisect_answer){ .from = 1, .to = b->n - 1 };
	answer->chance = -1;
	/* Those up to one that can be tested cannot be told apart. */
	for (i = 1; i < b->n; i++) {
		chance += b->commits[i].chance;
		if (b->commits[i].skipped)
			continue;
		if (chance > answer->chance) {
			answer->from = from;
			answer->to = i;
			answer->chance = chance;
		}
		from = i + 1;
		chance = 0;
	}
	answer->p = likely_p(b, answer->from);
}

/* Return: are both ends as they were said to be? Else which one is to be run. */
static enum bisect_state check_ends(const struct bisect *b, size_t *i)
{
	const struct bisect_commit *good = &b->commits[0];
	const struct bisect_commit *bad = &b->commits[b->n - 1];

	if (good->skipped || bad->skipped)
		return BISECT_UNTESTED;
	if (good->fails)
		return BISECT_CONTRADICTS;
	if (!bad->fails && bad->passes >= BISECT_BAD_RUNS)
		return BISECT_NEVER_FAILS;
	*i = b->n - 1;
	if (!bad->fails ||
	    (!b->p && bad->fails < BISECT_BAD_FAILS &&
	     bad->passes < BISECT_BAD_RUNS))
		return BISECT_GOES_ON;
	*i = 0;
	return good->passes ? BISECT_FOUND : BISECT_GOES_ON;
}

enum bisect_state bisect_next(struct bisect *b, size_t *i)
{
	struct bisect_answer answer;
	enum bisect_state state = check_ends(b, i);

	if (state != BISECT_FOUND)
		return state;
	bisect_answer(b, &answer);
	if (answer.chance >= b->confidence)
		return BISECT_FOUND;
	/* It was said to fail each time, and has not. */
	if (answer.chance <= 0)
		return BISECT_CONTRADICTS;
	*i = most_learned(b, answer.p);
	return BISECT_GOES_ON;
}
