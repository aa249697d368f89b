// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two sides of pairs. See bootstrap.h.
 */
#include "lib/host/results/bootstrap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "lib/common/util/util.h"

/* So many draws at most for one estimate, in so many rounds. */
#define DRAWS		2000000
#define ROUNDS_LEAST	200
#define ROUNDS_MOST	1000
/* From there t is as good as normal. */
#define FREEDOM_MANY	1000
/* What is less comes of rounding. */
#define LEAST_ERROR	0.000000000001
#define LEAST_DIFFERENCE 0.000000001

/* ---- t ---- */

/*
 * The sums for whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and
 * 26.7.4): no approximation.
 */
double boot_t_beyond(double t, double freedom)
{
	long i, nu = (long)floor(max(freedom, 1.0));
	double theta, cos2, term, sum;

	t = fabs(t);
	if (isnan(t))
		return 1;
	if (isinf(t))
		return 0;
	if (nu > FREEDOM_MANY)
		return erfc(t / M_SQRT2);
	theta = atan(t / sqrt((double)nu));
	cos2 = nu / (nu + t * t);
	if (nu == 1)
		return 1 - theta * M_2_PI;
	term = nu % 2 ? cos(theta) : 1;
	sum = term;
	for (i = nu % 2 ? 3 : 2; i <= nu - 2; i += 2) {
		term *= cos2 * (i - 1) / i;
		sum += term;
	}
	sum *= sin(theta);
	if (nu % 2)
		sum = (theta + sum) * M_2_PI;
	return max(1 - sum, 0.0);
}

/* The t that is passed, either way, with that chance. */
static double t_of(double chance, double freedom)
{
	double low = 0, high = 1e6, t;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		t = (low + high) / 2;
		if (boot_t_beyond(t, freedom) > chance)
			low = t;
		else
			high = t;
	}
	return high;
}

/* ---- draws ---- */

/* xorshift64*: a seed of its own for each estimate, none of the C library's. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

static size_t draw_below(uint64_t *state, size_t n)
{
	return (size_t)(((draw(state) >> 32) * n) >> 32);
}

static double mean_of(const double *v, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += v[i];
	return sum / n;
}

static double mean_drawn(uint64_t *state, const double *v, size_t n)
{
	size_t i, draws = n - 1;
	double sum = 0;

	for (i = 0; i < draws; i++)
		sum += v[draw_below(state, n)];
	return sum / draws;
}

static double difference_of(double a, double b)
{
	double size = fabs(a) + fabs(b);

	return size > 0 ? 2 * (b - a) / size : 0;
}

/* ---- estimates ---- */

/**
 * struct boot_state - an estimate that is being made
 * @pairs: @n of them
 * @differences: of each
 * @random: of draw()
 */
struct boot_state {
	const struct boot_pair *pairs;
	size_t n;
	double *differences;
	uint64_t random;
};

static double round_by_runs(struct boot_state *s)
{
	const struct boot_pair *p;
	double sum = 0;

	for (p = s->pairs; p < s->pairs + s->n; p++)
		sum += difference_of(mean_drawn(&s->random, p->a, p->n_a),
				     mean_drawn(&s->random, p->b, p->n_b));
	return sum / s->n;
}

static double round_by_pairs(struct boot_state *s)
{
	return mean_drawn(&s->random, s->differences, s->n);
}

static double spread(const double *v, size_t n)
{
	double mean = mean_of(v, n), sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (v[i] - mean) * (v[i] - mean);
	return n > 1 ? sqrt(sum / (n - 1)) : 0;
}

static int error_by_rounds(struct boot_state *s, size_t draws, bool by_runs,
			   double *error)
{
	size_t rounds = DRAWS / max(draws, (size_t)1), i;
	double *found;

	rounds = min(max(rounds, (size_t)ROUNDS_LEAST), (size_t)ROUNDS_MOST);
	found = malloc(rounds * sizeof(*found));
	if (!found)
		return -ENOMEM;
	for (i = 0; i < rounds; i++)
		found[i] = by_runs ? round_by_runs(s) : round_by_pairs(s);
	*error = spread(found, rounds);
	free(found);
	return 0;
}

/* What is the same in each pair is so in each round. */
static bool is_one_value(const double *v, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (v[i] != v[0])
			return false;
	return true;
}

/* Return: values of all pairs, 0 where one has a side of less than two. */
static size_t values_of_runs(const struct boot_pair *pairs, size_t n)
{
	size_t i, values = 0;

	for (i = 0; i < n; i++) {
		if (pairs[i].n_a < 2 || pairs[i].n_b < 2)
			return 0;
		values += pairs[i].n_a + pairs[i].n_b;
	}
	return values;
}

/*
 * Where there is no difference, a value may as well be the other side's: that all
 * of them lie the same way is one of so many cases, and the other way another.
 */
static double least_p(const struct boot_pair *pairs, size_t n, bool by_runs)
{
	double cases = n * M_LN2;
	size_t i;

	for (i = 0; i < n && by_runs; i++)
		cases += lgamma(pairs[i].n_a + pairs[i].n_b + 1.0) -
			 lgamma(pairs[i].n_a + 1.0) -
			 lgamma(pairs[i].n_b + 1.0) - M_LN2;
	return min(2 * exp(-cases), 1.0);
}

static void judge(struct boot_state *s, size_t values,
		  struct boot_estimate *e)
{
	/* Each of a difference's two means has half of the values. */
	double drawn_from = e->by_runs ? (double)values / 2 : (double)s->n;
	double deviation = e->error * sqrt(drawn_from);

	if (e->by_runs)
		deviation /= M_SQRT2;
	if (e->freedom < BOOT_LEAST_FREEDOM) {
		e->p = 1;
		return;
	}
	/* What is the same each time has no error; rounding has some. */
	if (e->error > LEAST_ERROR) {
		e->effect = e->difference / deviation;
		e->p = boot_t_beyond(e->difference / e->error, e->freedom);
	} else {
		e->p = fabs(e->difference) > LEAST_DIFFERENCE ? 0 : 1;
		e->effect = e->p ? 0 : copysign(HUGE_VAL, e->difference);
	}
}

int boot_estimate(const struct boot_pair *pairs, size_t n, uint64_t seed,
		  struct boot_estimate *e)
{
	struct boot_state s = {
		.pairs = pairs, .n = n,
		.random = (seed + 1) * 0x9e3779b97f4a7c15ULL | 1,
	};
	size_t i, values = values_of_runs(pairs, n);
	int ret = 0;

	*e = (struct boot_estimate){
		.by_runs = values > 0, .p = 1,
		.least_p = least_p(pairs, n, values > 0),
	};
	s.differences = malloc(n * sizeof(*s.differences));
	if (!s.differences)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		s.differences[i] =
			difference_of(mean_of(pairs[i].a, pairs[i].n_a),
				      mean_of(pairs[i].b, pairs[i].n_b));
	e->difference = mean_of(s.differences, n);
	e->freedom = values ? (double)(values - 2 * n) : (double)n - 1;
	if (e->freedom >= 1 && (values || !is_one_value(s.differences, n)))
		ret = error_by_rounds(&s, values ?: n, e->by_runs, &e->error);
	free(s.differences);
	if (!ret)
		judge(&s, values, e);
	return ret;
}

void boot_interval(const struct boot_estimate *e, double level, double *low,
		   double *high)
{
	double reach = t_of(1 - level, e->freedom) * e->error;

	*low = max(e->difference - reach, -2.0);
	*high = min(e->difference + reach, 2.0);
}

double boot_change(double difference)
{
	if (difference >= 2)
		return HUGE_VAL;
	if (difference <= -2)
		return -1;
	return 2 * difference / (2 - difference);
}

/* ---- many at a time ---- */

struct boot_chance {
	double p;
	size_t i;
};

static int cmp_chance(const void *a, const void *b)
{
	const struct boot_chance *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p) ?: (x->i > y->i) - (x->i < y->i);
}

/* Holm, 1979: the least likely has to stand against all of them. */
int boot_holm(const double *p, size_t n, double level, bool *is)
{
	struct boot_chance *order = malloc((n + 1) * sizeof(*order));
	bool so = true;
	size_t i;

	if (!order)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		order[i] = (struct boot_chance){ p[i], i };
	qsort(order, n, sizeof(*order), cmp_chance);
	for (i = 0; i < n; i++) {
		so = so && order[i].p <= level / (n - i);
		is[order[i].i] = so;
	}
	free(order);
	return 0;
}
