/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The index of sidecars: an SQLite database beside them, .ktstr-index.sqlite,
 * which is what questions are asked of.
 *
 * It has nothing that the files have not: opening it takes up what is new, what
 * has changed and what has gone, and one that is spoilt, of another version or
 * missing is made again. Several may open one at a time. Where it cannot be kept
 * (no room, no right to write, somebody holds it for too long) it is made in
 * memory, for this once.
 */
#ifndef KTSTR_RESULTS_INDEX_H
#define KTSTR_RESULTS_INDEX_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/common/util/strbuf.h"
#include "lib/host/results/record.h"

#define RESULT_INDEX_FILE	".ktstr-index.sqlite"

struct sqlite3;

/**
 * struct result_index - an index that is open
 * @db: the database
 * @root: the folder that it is of
 * @kept: it is a file
 * @n_files: sidecars below @root
 * @n_read: those that had to be read now
 * @n_bad: those that are none
 * @bad: the first of these, and what is wrong with it; "" for none
 */
struct result_index {
	struct sqlite3 *db;
	char root[PATH_MAX];
	bool kept;
	size_t n_files;
	size_t n_read;
	size_t n_bad;
	char bad[PATH_MAX + 256];
};

/**
 * struct result_metric - what there are numbers of
 * @name: as in struct record_value
 * @unit: as there; may be ""
 * @per: what it is a quantity of, where it is one
 * @better: which way
 */
struct result_metric {
	char *name;
	char *unit;
	enum quantity_per per;
	enum quantity_better better;
};

/**
 * struct result_row - a sidecar
 * @dimensions: NULL where it does not say
 * @time: "" where it does not say
 * @reason: as in the result line; ""
 * @path: below the root
 * @result: how it ended
 * @duration_ms: -1 where it does not say
 * @values: one for each metric of its set; NAN where it has none
 */
struct result_row {
	char *dimensions[N_RECORD_DIMENSIONS];
	char *time;
	char *reason;
	char *path;
	enum record_result result;
	int64_t duration_ms;
	double *values;
};

/**
 * struct result_set - sidecars that were asked for
 * @rows: @n_rows of them, the oldest first
 * @metrics: @n_metrics, by their names
 */
struct result_set {
	struct result_row *rows;
	size_t n_rows;
	struct result_metric *metrics;
	size_t n_metrics;
};

/**
 * struct result_filter - which are asked for
 * @wants: by dimension, what it has to be; NULL for any. See
 *	result_filter_takes()
 */
struct result_filter {
	const char *wants[N_RECORD_DIMENSIONS];
};

/**
 * result_index_open() - open the index of a folder, and bring it up to date
 * @root: the folder
 * @index: filled in; release with result_index_close()
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -errno.
 */
int result_index_open(const char *root, struct result_index *index, char *err,
		      size_t err_size);

/**
 * result_index_close() - release what result_index_open() has opened
 * @index: the index; a zeroed one
 */
void result_index_close(struct result_index *index);

/**
 * result_index_load() - ask for sidecars
 * @index: the index
 * @filter: which; NULL for all
 * @set: filled in; release with result_set_free()
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, also when there is none; -errno.
 */
int result_index_load(struct result_index *index,
		      const struct result_filter *filter,
		      struct result_set *set, char *err, size_t err_size);
void result_set_free(struct result_set *set);

/**
 * result_index_newest_run() - the run of the sidecar that was written last
 * @index: the index
 * @buf: gets it; "" where no sidecar says which run it is of
 * @size: bytes at @buf
 *
 * Return: 0; -ENOENT when there is no sidecar; -errno.
 */
int result_index_newest_run(struct result_index *index, char *buf, size_t size);

/**
 * result_index_dump() - all that is in it, as text, in an order of its own
 * @index: the index
 * @to: appended to
 *
 * Two indices of the same files say the same, however they came to be.
 *
 * Return: 0, -errno.
 */
int result_index_dump(struct result_index *index, struct strbuf *to);

/**
 * result_filter_takes() - is it what was meant?
 * @dimension: of what
 * @want: what was written
 * @have: what a sidecar says, or NULL
 *
 * A version with fewer parts means all that begin with them ("6.12" is 6.12.9
 * and no 6.120), a commit the one that begins so, with changes or without, a
 * scheduler's name any arguments; "null" is for those that do not say. All else
 * is itself, or a pattern of shells'.
 */
bool result_filter_takes(enum record_dimension dimension, const char *want,
			 const char *have);

#endif /* KTSTR_RESULTS_INDEX_H */
