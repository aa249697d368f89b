// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether values over time are as asserted. See assertion.h.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/check/assertion.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"

/* A rate is of no shorter time: what is counted comes in lumps. */
#define RATE_SPAN_NS	(100 * NSEC_PER_MSEC)
/* Values in a row that are near enough, of what converges */
#define IN_A_ROW	3
/* Between two values, no less time is a hole, whatever the interval. */
#define HOLE_NS		(500 * NSEC_PER_MSEC)
#define HOLE_INTERVALS	10

/**
 * struct part - the points of a series in a phase
 * @s: the series
 * @points: they, without those that come too early to count
 * @n: their number
 * @start_ns: of the phase, on the points' clock; 0 when it has no bounds
 * @end_ns: its end
 * @own_ns: its start, on the clock without what the host took
 * @early: points left out for their time
 */
struct part {
	const struct assertion_series *s;
	const struct assertion_point *points;
	size_t n;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t own_ns;
	size_t early;
};

/* What may be any number of a stretch, as part of it may have been the host's */
struct bounds {
	double low;
	double high;
};

static enum assertion_answer __printf(3, 4)
say(char *why, enum assertion_answer answer, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, ASSERTION_WHY_LEN, fmt, ap);
	va_end(ap);
	return answer;
}

static double at_s(const struct assertion_point *p)
{
	return p->time_ns / (double)NSEC_PER_SEC;
}

/* ---- which points ---- */

static const struct assertion_series *find_series(const struct assertion_run *run,
						  const char *name)
{
	size_t i;

	for (i = 0; i < run->n_series; i++)
		if (!strcmp(run->series[i].name, name))
			return &run->series[i];
	return NULL;
}

static const struct assertion_phase *find_phase(const struct assertion_run *run,
						int step)
{
	size_t i;

	for (i = 0; i < run->n_phases; i++)
		if (run->phases[i].step == step)
			return &run->phases[i];
	return NULL;
}

static void cut_to(struct part *part, const struct assertion_phase *phase)
{
	part->start_ns = phase->start_ns;
	part->end_ns = phase->end_ns;
	while (part->n && part->points->time_ns < phase->start_ns) {
		part->points++;
		part->n--;
	}
	while (part->n && part->points[part->n - 1].time_ns > phase->end_ns)
		part->n--;
}

/* From the start of the phase on, or from the first point where it has none */
static void leave_early_out(struct part *part, unsigned int ms)
{
	uint64_t before_ns = part->start_ns ?
		part->points->time_ns - part->start_ns : 0;

	part->own_ns = part->points->own_ns - min(part->points->own_ns,
						  before_ns);
	while (part->n && part->points->own_ns - part->own_ns <
			  ms * NSEC_PER_MSEC) {
		part->points++;
		part->n--;
		part->early++;
	}
}

/* HOLDS when there are points to look at */
static enum assertion_answer find_part(const struct assertion_run *run,
				       const char *name, int step,
				       unsigned int ms, struct part *part,
				       char *why)
{
	const struct assertion_series *s = find_series(run, name);
	const struct assertion_phase *phase = find_phase(run, step);

	if (!s)
		return say(why, ASSERTION_OPEN, "there is no series %s", name);
	if (!phase && step != ASSERTION_BODY)
		return say(why, ASSERTION_OPEN, "step %d was never seen", step);
	*part = (struct part){ .s = s, .points = s->points, .n = s->n };
	if (phase)
		cut_to(part, phase);
	if (part->n)
		leave_early_out(part, ms);
	if (part->n)
		return ASSERTION_HOLDS;
	if (part->early)
		return say(why, ASSERTION_OPEN,
			   "all %zu values of %s came before %u ms", part->early,
			   name, ms);
	return say(why, ASSERTION_OPEN, "there is no value of %s%s%s", name,
		   *s->why ? ": " : "", s->why);
}

/* ---- what is missing ---- */

static enum assertion_answer unknown_values(const struct part *part, char *why)
{
	const struct assertion_point *first = NULL;
	size_t i, n = 0;

	for (i = 0; i < part->n; i++) {
		if (part->points[i].known)
			continue;
		first = first ?: &part->points[i];
		n++;
	}
	if (!n)
		return ASSERTION_HOLDS;
	return say(why, ASSERTION_OPEN,
		   "%s is broken: %zu of %zu values could not be read, the first at %.3f s%s%s",
		   part->s->name, n, part->n, at_s(first),
		   *part->s->why ? ": " : "", part->s->why);
}

static enum assertion_answer other_life(const struct part *part, char *why)
{
	size_t i;

	for (i = 1; i < part->n; i++)
		if (part->points[i].life != part->points[0].life)
			return say(why, ASSERTION_OPEN,
				   "%s is broken: it is another one from %.3f s on, as after a new start",
				   part->s->name, at_s(&part->points[i]));
	return ASSERTION_HOLDS;
}

static enum assertion_answer hole(const struct part *part, char *why)
{
	uint64_t most_ns = max(HOLE_INTERVALS * part->s->interval_ns,
			       (uint64_t)HOLE_NS);
	const struct assertion_point *last = &part->points[part->n - 1];
	size_t i;

	if (!part->s->interval_ns)
		return ASSERTION_HOLDS;
	if (part->start_ns && !part->early &&
	    part->points->time_ns - part->start_ns > most_ns)
		return say(why, ASSERTION_OPEN,
			   "%s is broken: no value before %.3f s", part->s->name,
			   at_s(part->points));
	for (i = 1; i < part->n; i++)
		if (part->points[i].own_ns - part->points[i - 1].own_ns >
		    most_ns)
			return say(why, ASSERTION_OPEN,
				   "%s is broken: no value between %.3f and %.3f s",
				   part->s->name, at_s(&part->points[i - 1]),
				   at_s(&part->points[i]));
	if (part->end_ns && part->end_ns - last->time_ns > most_ns)
		return say(why, ASSERTION_OPEN,
			   "%s is broken: no value after %.3f s", part->s->name,
			   at_s(last));
	return ASSERTION_HOLDS;
}

/* HOLDS when it is whole */
static enum assertion_answer whole(const struct part *part, char *why)
{
	enum assertion_answer answer = unknown_values(part, why);

	if (answer == ASSERTION_HOLDS)
		answer = other_life(part, why);
	if (answer == ASSERTION_HOLDS)
		answer = hole(part, why);
	return answer;
}

static enum assertion_answer too_few(const struct part *part, size_t least,
				     char *why)
{
	return say(why, ASSERTION_OPEN, "%zu values of %s are too few: %zu are wanted",
		   part->n, part->s->name, least);
}

/* ---- one after the other ---- */

static bool follows(const struct assertion_point *a,
		    const struct assertion_point *b)
{
	return a->known && b->known && a->life == b->life;
}

static enum assertion_answer judge_order(const struct assertion *a,
					 const struct part *part, char *why)
{
	bool strict = a->pattern == ASSERTION_STRICTLY_INCREASING;
	size_t i;

	for (i = 1; i < part->n; i++) {
		const struct assertion_point *p = &part->points[i - 1];

		if (!follows(p, p + 1) || p[1].value > p->value ||
		    (!strict && p[1].value == p->value))
			continue;
		return say(why, ASSERTION_FAILS,
			   "%s was %" PRId64 " at %.3f s, and %" PRId64 " at %.3f s",
			   part->s->name, p->value, at_s(p), p[1].value,
			   at_s(p + 1));
	}
	return part->n < 2 ? too_few(part, 2, why) : ASSERTION_HOLDS;
}

static struct bounds rate_between(const struct assertion_point *p,
				  const struct assertion_point *q)
{
	double went = (double)q->value - (double)p->value;
	double own = went * NSEC_PER_SEC / max(q->own_ns - p->own_ns,
					       (uint64_t)1);
	double wall = went * NSEC_PER_SEC / max(q->wall_ns - p->wall_ns,
						(uint64_t)1);

	return (struct bounds){ min(own, wall), max(own, wall) };
}

/* Within, without, or maybe: what the host took may have been its or not */
static enum assertion_answer is_within(const struct bounds *b, double low,
				       double high)
{
	if (b->high < low || b->low > high)
		return ASSERTION_FAILS;
	return b->low >= low && b->high <= high ? ASSERTION_HOLDS :
						  ASSERTION_OPEN;
}

static enum assertion_answer judge_rate(const struct assertion *a,
					const struct part *part, char *why)
{
	const struct assertion_point *p = part->points, *q;
	const struct assertion_point *end = part->points + part->n;
	size_t n = 0, open = 0;

	for (q = p + 1; q < end; q++) {
		enum assertion_answer answer;
		struct bounds b;

		if (!follows(p, q)) {
			p = q;
			continue;
		}
		if (q->own_ns - p->own_ns < RATE_SPAN_NS)
			continue;
		b = rate_between(p, q);
		answer = is_within(&b, a->low, a->high);
		if (answer == ASSERTION_FAILS)
			return say(why, answer,
				   "%s went on by %.1f a second from %.3f to %.3f s, not by %g to %g",
				   part->s->name, (b.low + b.high) / 2, at_s(p),
				   at_s(q), a->low, a->high);
		n++;
		open += answer == ASSERTION_OPEN;
		p = q;
	}
	if (!n)
		return say(why, ASSERTION_OPEN,
			   "no two values of %s are %llu ms apart",
			   part->s->name, RATE_SPAN_NS / NSEC_PER_MSEC);
	if (2 * open > n)
		return say(why, ASSERTION_OPEN,
			   "the host took so much that the rate of %s cannot be told",
			   part->s->name);
	return ASSERTION_HOLDS;
}

/* ---- each by itself ---- */

static bool compares(double value, enum assertion_op op, double number)
{
	switch (op) {
	case ASSERTION_LT:
		return value < number;
	case ASSERTION_LE:
		return value <= number;
	case ASSERTION_EQ:
		return value == number;
	case ASSERTION_NE:
		return value != number;
	case ASSERTION_GE:
		return value >= number;
	default:
		return value > number;
	}
}

static enum assertion_answer judge_always(const struct assertion *a,
					  const struct part *part, char *why)
{
	size_t i;

	for (i = 0; i < part->n; i++) {
		const struct assertion_point *p = &part->points[i];

		if (p->known && !compares(p->value, a->op, a->high))
			return say(why, ASSERTION_FAILS,
				   "%s was %" PRId64 " at %.3f s",
				   part->s->name, p->value, at_s(p));
	}
	return ASSERTION_HOLDS;
}

static double mean_of(const struct part *part)
{
	double sum = 0;
	size_t i, n = 0;

	for (i = 0; i < part->n; i++)
		if (part->points[i].known && ++n)
			sum += (part->points[i].value - sum) / n;
	return sum;
}

/* The mean is of all, so all must be there. */
static enum assertion_answer judge_steady(const struct assertion *a,
					  const struct part *part, char *why)
{
	enum assertion_answer answer = whole(part, why);
	double mean = mean_of(part);
	size_t i;

	if (answer != ASSERTION_HOLDS)
		return answer;
	if (part->n < 2)
		return too_few(part, 2, why);
	for (i = 0; i < part->n; i++) {
		const struct assertion_point *p = &part->points[i];

		if (fabs(p->value - mean) > fabs(mean) * a->high / 100)
			return say(why, ASSERTION_FAILS,
				   "%s was %" PRId64 " at %.3f s, more than %g %% from its mean of %.1f",
				   part->s->name, p->value, at_s(p), a->high,
				   mean);
	}
	return ASSERTION_HOLDS;
}

static enum assertion_answer judge_converges(const struct assertion *a,
					     const struct part *part, char *why)
{
	const struct assertion_point *last = &part->points[part->n - 1];
	unsigned int in_a_row = 0;
	size_t i;

	for (i = 0; i < part->n; i++) {
		const struct assertion_point *p = &part->points[i];

		if (p->own_ns - part->own_ns > a->ms * NSEC_PER_MSEC)
			break;
		if (p->known && fabs(p->value - a->low) <= a->high)
			in_a_row++;
		else
			in_a_row = 0;
		if (in_a_row == IN_A_ROW)
			return ASSERTION_HOLDS;
	}
	if (whole(part, why) != ASSERTION_HOLDS)
		return ASSERTION_OPEN;
	if (i == part->n)
		return say(why, ASSERTION_OPEN,
			   "%s had not converged to %g, and was over before its %u ms were",
			   part->s->name, a->low, a->ms);
	return say(why, ASSERTION_FAILS,
		   "%s had not converged to %g after %u ms: it was %" PRId64 " at last, at %.3f s",
		   part->s->name, a->low, a->ms, last->value, at_s(last));
}

/* ---- all of them ---- */

/* HOLDS when there is such a number */
static enum assertion_answer reduce(enum assertion_reducer reducer,
				    const struct part *part, struct bounds *b,
				    char *why)
{
	const struct assertion_point *p = part->points;
	const struct assertion_point *last = &part->points[part->n - 1];
	enum assertion_answer answer = whole(part, why);
	double value = p->value;
	size_t i;

	if (answer != ASSERTION_HOLDS)
		return answer;
	if (reducer == ASSERTION_RATE && last->own_ns - p->own_ns < RATE_SPAN_NS)
		return too_few(part, 2, why);
	if (reducer == ASSERTION_RATE) {
		*b = rate_between(p, last);
		return answer;
	}
	if (reducer == ASSERTION_MEAN)
		value = mean_of(part);
	else if (reducer == ASSERTION_LAST)
		value = last->value;
	for (i = 0; i < part->n; i++) {
		if (reducer == ASSERTION_MIN)
			value = min(value, (double)p[i].value);
		else if (reducer == ASSERTION_MAX)
			value = max(value, (double)p[i].value);
	}
	*b = (struct bounds){ value, value };
	return answer;
}

static enum assertion_answer judge_is(const struct assertion *a,
				      const struct part *part, char *why)
{
	enum assertion_answer answer;
	bool low, high;
	struct bounds b;

	answer = reduce(a->reducer, part, &b, why);
	if (answer != ASSERTION_HOLDS)
		return answer;
	low = compares(b.low, a->op, a->high);
	high = compares(b.high, a->op, a->high);
	if (low && high)
		return ASSERTION_HOLDS;
	return say(why, low == high ? ASSERTION_FAILS : ASSERTION_OPEN,
		   b.low == b.high ? "that of %s was %g" :
		   "that of %s was %g, or %g without what the host took",
		   part->s->name, b.low, b.high);
}

/* Both of at least nothing, as counts and their rates are */
static enum assertion_answer judge_bounds(const struct assertion *a,
					  const struct bounds *x,
					  const struct bounds *y, char *why)
{
	struct bounds ratio;
	enum assertion_answer answer;

	if (y->low <= 0 || x->low < 0)
		return say(why, ASSERTION_OPEN,
			   "there is no ratio of %g to %g", x->low, y->low);
	ratio = (struct bounds){ x->low / y->high, x->high / y->low };
	answer = is_within(&ratio, a->low, a->high);
	if (answer == ASSERTION_FAILS)
		return say(why, answer, "the ratio of %.1f to %.1f is %.3f, not %g to %g",
			   x->low, y->low, x->low / y->low, a->low, a->high);
	if (answer == ASSERTION_OPEN)
		return say(why, answer,
			   "the ratio is %.3f to %.3f, as the host took so much",
			   ratio.low, ratio.high);
	return answer;
}

static enum assertion_answer judge_reduced(const struct assertion *a,
					   const struct part *x,
					   const struct part *y, char *why)
{
	enum assertion_answer answer;
	struct bounds bx, by;

	answer = reduce(a->reducer, x, &bx, why);
	if (answer == ASSERTION_HOLDS)
		answer = reduce(a->reducer, y, &by, why);
	return answer == ASSERTION_HOLDS ? judge_bounds(a, &bx, &by, why) :
					   answer;
}

/* Value by value, of those that were read at one moment */
static enum assertion_answer judge_pairs(const struct assertion *a,
					 const struct part *x,
					 const struct part *y, char *why)
{
	const struct assertion_point *p = x->points, *q = y->points;
	const struct assertion_point *zero = NULL;
	size_t n = 0;

	while (p < x->points + x->n && q < y->points + y->n) {
		double ratio;

		if (p->time_ns != q->time_ns) {
			if (p->time_ns < q->time_ns)
				p++;
			else
				q++;
			continue;
		}
		ratio = (double)p->value / q->value;
		if (p->known && q->known && !q->value)
			zero = zero ?: q;
		else if (p->known && q->known && ++n &&
			 (ratio < a->low || ratio > a->high))
			return say(why, ASSERTION_FAILS,
				   "%s was %" PRId64 " and %s %" PRId64 " at %.3f s: a ratio of %.3f, not %g to %g",
				   x->s->name, p->value, y->s->name, q->value,
				   at_s(p), ratio, a->low, a->high);
		p++;
		q++;
	}
	if (zero)
		return say(why, ASSERTION_OPEN, "%s was 0 at %.3f s",
			   y->s->name, at_s(zero));
	return n ? ASSERTION_HOLDS :
	       say(why, ASSERTION_OPEN, "%s and %s were never read together",
		   x->s->name, y->s->name);
}

static enum assertion_answer judge_ratio(const struct assertion *a,
					 const struct assertion_run *run,
					 const struct part *x, char *why)
{
	enum assertion_answer answer;
	struct part y;

	answer = find_part(run, *a->over ? a->over : a->of,
			   *a->over ? a->step : a->over_step, a->ms, &y, why);
	if (answer != ASSERTION_HOLDS)
		return answer;
	if (a->reducer)
		return judge_reduced(a, x, &y, why);
	answer = judge_pairs(a, x, &y, why);
	return answer == ASSERTION_HOLDS ? whole(&y, why) : answer;
}

/* ---- which of them ---- */

static enum assertion_answer judge_part(const struct assertion *a,
					const struct part *part, char *why)
{
	switch (a->pattern) {
	case ASSERTION_NONDECREASING:
	case ASSERTION_STRICTLY_INCREASING:
		return judge_order(a, part, why);
	case ASSERTION_RATE_WITHIN:
		return judge_rate(a, part, why);
	case ASSERTION_STEADY_WITHIN:
		return judge_steady(a, part, why);
	case ASSERTION_ALWAYS:
		return judge_always(a, part, why);
	default:
		return judge_is(a, part, why);
	}
}

enum assertion_answer assertion_judge(const struct assertion *a,
				      const struct assertion_run *run,
				      char why[ASSERTION_WHY_LEN])
{
	/* What converges has its time to do so; nothing of it is early. */
	unsigned int ms = a->pattern == ASSERTION_CONVERGES_TO ? 0 : a->ms;
	enum assertion_answer answer;
	struct part part;

	*why = '\0';
	answer = find_part(run, a->of, a->step, ms, &part, why);
	if (answer != ASSERTION_HOLDS)
		return answer;
	/* What comes after it has converged may be missing. */
	if (a->pattern == ASSERTION_CONVERGES_TO)
		return judge_converges(a, &part, why);
	if (a->pattern == ASSERTION_RATIO_WITHIN)
		answer = judge_ratio(a, run, &part, why);
	else
		answer = judge_part(a, &part, why);
	return answer == ASSERTION_HOLDS ? whole(&part, why) : answer;
}
