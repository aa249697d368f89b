/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The answers of `stats`. See cmd_stats.c.
 */
#ifndef KTSTR_CLI_STATS_H
#define KTSTR_CLI_STATS_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/host/results/index.h"

struct columns;
struct comparison;
struct json_object;

/**
 * struct asked - a question and what it is asked of
 * @index: the index
 * @set: the sidecars that it is about
 * @run: their run; "" for those of no run
 * @what: a dimension or a member, or NULL
 * @json: print JSON
 */
struct asked {
	struct result_index index;
	struct result_set set;
	char run[256];
	const char *what;
	bool json;
};

/* Each prints its answer. Return: exit status; -errno with a sentence in @err. */
int stats_summary(struct asked *asked, char *err);
int stats_list(struct asked *asked, char *err);
int stats_metrics(struct asked *asked, char *err);
int stats_values(struct asked *asked, char *err);
int stats_show_host(struct asked *asked, char *err);
int stats_explain(struct asked *asked, char *err);

/**
 * stats_print_json() - print a document, and release it
 * @o: the document
 *
 * Return: 0, -errno.
 */
int stats_print_json(struct json_object *o);

/**
 * compare_table() - print what became of each metric
 * @c: the comparison
 * @to: where
 */
void compare_table(const struct comparison *c, FILE *to);

/**
 * stats_tell_of_index() - say what it has met on its way, whatever was asked
 * @index: the index
 */
void stats_tell_of_index(const struct result_index *index);

/**
 * stats_doc() - the whole sidecar of a row
 * @asked: the question
 * @row: the row
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: the document, the caller's; NULL.
 */
struct json_object *stats_doc(const struct asked *asked,
			      const struct result_row *row, char *err);

#endif /* KTSTR_CLI_STATS_H */
