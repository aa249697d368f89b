// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assertions as text. See assertion.h; what they come to is in
 * assertion_judge.c.
 */
#include "lib/common/check/assertion.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"

#define WORDS_MAX	16
#define TEXT_MAX	256

#define PATTERN_WORD(id, word, form, what)	#word,
#define PATTERN_FORM(id, word, form, what)	form,

static const char * const pattern_words[] = {
	ASSERTION_PATTERNS(PATTERN_WORD)
};

static const char * const pattern_forms[] = {
	ASSERTION_PATTERNS(PATTERN_FORM)
};

static const char * const reducer_words[ASSERTION_REDUCERS] = {
	[ASSERTION_NO_REDUCER] = "",
	[ASSERTION_MEAN] = "mean",
	[ASSERTION_MIN] = "min",
	[ASSERTION_MAX] = "max",
	[ASSERTION_LAST] = "last",
	[ASSERTION_RATE] = "rate",
};

static const char * const op_words[ASSERTION_OPS] = {
	[ASSERTION_LT] = "<",
	[ASSERTION_LE] = "<=",
	[ASSERTION_EQ] = "==",
	[ASSERTION_NE] = "!=",
	[ASSERTION_GE] = ">=",
	[ASSERTION_GT] = ">",
};

const char *assertion_answer_name(enum assertion_answer answer)
{
	static const char * const names[] = {
		[ASSERTION_HOLDS] = "holds",
		[ASSERTION_FAILS] = "fails",
		[ASSERTION_OPEN] = "open",
	};

	return names[answer];
}

/**
 * struct assertion_text - a text that is being read
 * @copy: it, cut into words
 * @words: they, @n of them
 * @at: the next one
 * @err: gets what is wrong, in @err_size bytes
 */
struct assertion_text {
	char copy[TEXT_MAX];
	const char *words[WORDS_MAX];
	unsigned int n;
	unsigned int at;
	char *err;
	size_t err_size;
};

static int __printf(2, 3) refuse(struct assertion_text *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->err, r->err_size, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int cut(struct assertion_text *r, const char *text)
{
	char *word, *rest = r->copy;

	if (strlen(text) >= sizeof(r->copy))
		return refuse(r, "is longer than %zu bytes",
			      sizeof(r->copy) - 1);
	memcpy(r->copy, text, strlen(text) + 1);
	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		if (r->n == WORDS_MAX)
			return refuse(r, "has more than %d words", WORDS_MAX);
		r->words[r->n++] = word;
	}
	return 0;
}

/* "" when there is none left */
static const char *next(struct assertion_text *r)
{
	return r->at < r->n ? r->words[r->at++] : "";
}

static bool take(struct assertion_text *r, const char *word)
{
	if (r->at == r->n || strcmp(r->words[r->at], word))
		return false;
	r->at++;
	return true;
}

/* Index of a word in a list; its length when it is not there. */
static unsigned int find_word(const char * const *list, unsigned int n,
			      const char *word)
{
	unsigned int i;

	for (i = 0; i < n && strcmp(list[i], word); i++)
		;
	return i;
}

static int take_number(struct assertion_text *r, const char *what, double *value)
{
	const char *word = next(r);
	char *end;

	*value = strtod(word, &end);
	if (!*word || *end || !isfinite(*value) ||
	    strspn(word, "+-.0123456789eE") != strlen(word))
		return refuse(r, "'%s' is no number: %s is wanted", word, what);
	return 0;
}

static int take_unsigned(struct assertion_text *r, const char *what,
			 unsigned int *value)
{
	const char *word = next(r);
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(word, &end, 10);
	if (!isdigit((unsigned char)*word) || *end || errno || n > INT_MAX)
		return refuse(r, "'%s' is no whole number: %s is wanted", word,
			      what);
	*value = n;
	return 0;
}

static int take_name(struct assertion_text *r, char *name)
{
	const char *word = next(r);

	if (!*word)
		return refuse(r, "the name of a series is wanted");
	if (strlen(word) >= ASSERTION_NAME_LEN)
		return refuse(r, "'%s' is too long a name", word);
	snprintf(name, ASSERTION_NAME_LEN, "%s", word);
	return 0;
}

static int take_step(struct assertion_text *r, int *step)
{
	unsigned int n;
	int ret;

	if (!take(r, "step"))
		return refuse(r, "'%s' is no step, as in: in step 1", next(r));
	ret = take_unsigned(r, "the number of a step", &n);
	if (!ret)
		*step = n;
	return ret;
}

static int take_range(struct assertion_text *r, struct assertion *a)
{
	int ret = take_number(r, "the least", &a->low);

	if (!ret)
		ret = take_number(r, "the greatest", &a->high);
	if (!ret && a->low > a->high)
		ret = refuse(r, "%g to %g is empty", a->low, a->high);
	return ret;
}

static int take_op(struct assertion_text *r, struct assertion *a)
{
	const char *word = next(r);
	unsigned int op = find_word(op_words, ASSERTION_OPS, word);

	if (op == ASSERTION_OPS)
		return refuse(r, "'%s' is none of < <= == != >= >", word);
	a->op = op;
	return take_number(r, "a number", &a->high);
}

static int take_converges(struct assertion_text *r, struct assertion *a)
{
	int ret = take_number(r, "the target", &a->low);

	if (!ret)
		ret = take_number(r, "the tolerance", &a->high);
	if (!ret && a->high < 0)
		ret = refuse(r, "a tolerance of %g is less than nothing",
			     a->high);
	return ret ?: take_unsigned(r, "milliseconds", &a->ms);
}

static int take_percent(struct assertion_text *r, struct assertion *a)
{
	int ret = take_number(r, "percent", &a->high);

	if (!ret && a->high < 0)
		ret = refuse(r, "%g percent is less than nothing", a->high);
	return ret;
}

static int take_arguments(struct assertion_text *r, struct assertion *a)
{
	switch (a->pattern) {
	case ASSERTION_RATE_WITHIN:
	case ASSERTION_RATIO_WITHIN:
		return take_range(r, a);
	case ASSERTION_STEADY_WITHIN:
		return take_percent(r, a);
	case ASSERTION_CONVERGES_TO:
		return take_converges(r, a);
	case ASSERTION_ALWAYS:
	case ASSERTION_IS:
		return take_op(r, a);
	default:
		return 0;
	}
}

static bool may_be_late(enum assertion_pattern pattern)
{
	return pattern == ASSERTION_RATE_WITHIN ||
	       pattern == ASSERTION_STEADY_WITHIN ||
	       pattern == ASSERTION_ALWAYS;
}

/* What a pattern's arguments are followed by, in any order */
static int take_clause(struct assertion_text *r, struct assertion *a)
{
	if (take(r, "in"))
		return take_step(r, &a->step);
	if (may_be_late(a->pattern) && take(r, "after"))
		return take_unsigned(r, "milliseconds", &a->ms);
	if (a->pattern != ASSERTION_RATIO_WITHIN || !take(r, "over"))
		return refuse(r, "'%s' cannot be behind %s%s%s", r->words[r->at],
			      pattern_words[a->pattern],
			      *pattern_forms[a->pattern] ? " " : "",
			      pattern_forms[a->pattern]);
	if (r->at < r->n && !strcmp(r->words[r->at], "step"))
		return take_step(r, &a->over_step);
	return take_name(r, a->over);
}

/* Do its parts fit together? */
static int check(struct assertion_text *r, struct assertion *a)
{
	bool ratio = a->pattern == ASSERTION_RATIO_WITHIN;

	if (a->pattern == ASSERTION_IS && !a->reducer)
		return refuse(r, "'is' wants mean, min, max, last or rate before the name");
	if (!ratio && a->pattern != ASSERTION_IS && a->reducer)
		return refuse(r, "'%s' cannot be before the name here: %s is about each value",
			      reducer_words[a->reducer],
			      pattern_words[a->pattern]);
	if (!ratio)
		return 0;
	if (*a->over && a->over_step != ASSERTION_BODY)
		return refuse(r, "it is over one thing, a series or a step");
	if (!*a->over && (a->over_step == ASSERTION_BODY ||
			  a->step == ASSERTION_BODY))
		return refuse(r, "a ratio is 'over NAME', or 'in step N over step N'");
	/* Two steps have no values at one moment. */
	if (!*a->over && !a->reducer)
		a->reducer = ASSERTION_MEAN;
	return 0;
}

static int read_head(struct assertion_text *r, struct assertion *a)
{
	unsigned int i;
	const char *word;
	int ret;

	i = r->n > 1 ? find_word(reducer_words, ASSERTION_REDUCERS, r->words[0]) :
	    ASSERTION_REDUCERS;
	/* A series may have such a name, too. */
	if (i < ASSERTION_REDUCERS &&
	    find_word(pattern_words, ASSERTION_N_PATTERNS, r->words[1]) ==
	    ASSERTION_N_PATTERNS) {
		a->reducer = i;
		r->at++;
	}
	ret = take_name(r, a->of);
	if (ret)
		return ret;
	word = next(r);
	i = find_word(pattern_words, ASSERTION_N_PATTERNS, word);
	if (i == ASSERTION_N_PATTERNS)
		return refuse(r, "'%s' is no pattern: nondecreasing, strictly_increasing, rate_within, steady_within, converges_to, always, is, ratio_within are",
			      word);
	a->pattern = i;
	return 0;
}

int assertion_parse(const char *text, struct assertion *a, char *err,
		    size_t err_size)
{
	struct assertion_text r = { .err = err, .err_size = err_size };
	int ret = cut(&r, text);

	*a = (struct assertion){
		.step = ASSERTION_BODY, .over_step = ASSERTION_BODY,
	};
	if (!ret)
		ret = read_head(&r, a);
	if (!ret)
		ret = take_arguments(&r, a);
	while (!ret && r.at < r.n)
		ret = take_clause(&r, a);
	return ret ?: check(&r, a);
}
