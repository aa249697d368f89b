/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a set of sidecars says in few numbers: how many ended how, the mean of each
 * metric, and what stands out.
 */
#ifndef KTSTR_RESULTS_STATS_H
#define KTSTR_RESULTS_STATS_H

#include <stddef.h>

#include "lib/host/results/index.h"

/**
 * struct stats_group - the sidecars of one name
 * @name: what they have in common, of the set; NULL where they do not say
 * @first: its first row; the set is of one order
 * @n: sidecars
 * @counts: by result
 * @since: when the first was written
 * @until: when the last was
 * @sums: of each metric, over @seen of them; what was skipped has none
 */
struct stats_group {
	const char *name;
	const struct result_row *first;
	size_t n;
	size_t counts[N_RECORD_RESULTS];
	const char *since;
	const char *until;
	double *sums;
	size_t *seen;
};

/**
 * struct stats_groups - all of them
 * @list: @n of them, by their names
 */
struct stats_groups {
	struct stats_group *list;
	size_t n;
};

/**
 * stats_group_by() - put together what has one name
 * @set: the sidecars; outlives @groups
 * @dimension: of which the name is
 * @groups: filled in; release with stats_groups_free()
 *
 * Return: 0, -ENOMEM.
 */
int stats_group_by(const struct result_set *set,
		   enum record_dimension dimension,
		   struct stats_groups *groups);
void stats_groups_free(struct stats_groups *groups);

/**
 * stats_mean() - of a metric, in a group
 * @group: the group
 * @metric: index of the metric in its set
 *
 * Return: the mean; NAN where nothing was measured.
 */
double stats_mean(const struct stats_group *group, size_t metric);

/**
 * struct stats_outlier - a run whose number is not like the others'
 * @row: the run
 * @metric: which number, of the set
 * @value: it
 * @mean: of all
 * @sigmas: how many standard deviations it is worse than that
 */
struct stats_outlier {
	const struct result_row *row;
	size_t metric;
	double value;
	double mean;
	double sigmas;
};

/**
 * stats_outliers() - those that are worse than the mean by two sigmas and more
 * @set: the sidecars; outlives @list. What was skipped does not count, and of less
 *	than five nothing stands out
 * @list: gets them, the farthest first; the caller's
 * @n: gets their number
 *
 * Return: 0, -ENOMEM.
 */
int stats_outliers(const struct result_set *set, struct stats_outlier **list,
		   size_t *n);

/* A gate of any difference; and not of none, which is for what nobody judges by. */
#define STATS_ANY	0.000001

/**
 * stats_gate() - by how much a metric has to differ to be called worse
 * @metric: the metric
 *
 * Return: that of its quantity; for a payload's any difference of 5 %; one with
 * no least for what nobody judges by.
 */
struct quantity_gate stats_gate(const struct result_metric *metric);

#endif /* KTSTR_RESULTS_STATS_H */
