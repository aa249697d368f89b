// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is asked of an index of sidecars. See index.h.
 */
#include "lib/host/results/index.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/results/index_sql.h"

/* More numbers of a run than anybody looks at; payloads may have them. */
#define METRICS_MAX	1024
#define GROW		256

/* ---- filters ---- */

/* "6.12" takes 6.12, 6.12.9 and 6.12-rc1, and not 6.120. */
static bool is_version_of(const char *want, const char *have)
{
	size_t len = strlen(want);

	return !strncmp(want, have, len) &&
	       (!have[len] || have[len] == '.' || have[len] == '-' ||
		have[len] == '+');
}

static bool is_commit_of(const char *want, const char *have)
{
	return strlen(want) >= 4 && strstarts(have, want);
}

static bool is_scheduler_of(const char *want, const char *have)
{
	size_t len = strlen(want);

	return strstarts(have, want) && have[len] == ' ';
}

bool result_filter_takes(enum record_dimension dimension, const char *want,
			 const char *have)
{
	if (!have)
		return !strcmp(want, "null");
	if (!strcmp(want, have) || !fnmatch(want, have, 0))
		return true;
	switch (dimension) {
	case RECORD_KERNEL:
		return is_version_of(want, have);
	case RECORD_COMMIT:
		return is_commit_of(want, have);
	case RECORD_SCHEDULER:
		return is_scheduler_of(want, have);
	default:
		return false;
	}
}

/* ---- rows ---- */

/* A copy that may be printed, whoever has written the index. */
static int column_copy(sqlite3_stmt *st, int i, char **to)
{
	const unsigned char *text = sqlite3_column_text(st, i);

	*to = NULL;
	if (!text)
		return 0;
	*to = strdup((const char *)text);
	if (!*to)
		return -ENOMEM;
	text_clean(*to);
	return 0;
}

static void row_free(struct result_row *row)
{
	size_t i;

	for (i = 0; i < N_RECORD_DIMENSIONS; i++)
		free(row->dimensions[i]);
	free(row->time);
	free(row->reason);
	free(row->path);
	free(row->values);
	*row = (struct result_row){ };
}

enum load_column {
	LOAD_ID, LOAD_RESULT, LOAD_DURATION, LOAD_TIME, LOAD_REASON, LOAD_PATH,
	LOAD_DIMENSIONS,
};

static const char load_sql[] =
	"SELECT id, result, duration_ms, time, reason, path"
#define AS_NAME(id, name, what) ", \"" name "\""
	RECORD_DIMENSIONS(AS_NAME)
	" FROM sidecar WHERE bad IS NULL ORDER BY time, path";

static bool takes(const struct result_filter *filter, sqlite3_stmt *st)
{
	enum record_dimension d;

	for (d = 0; filter && d < N_RECORD_DIMENSIONS; d++)
		if (filter->wants[d] &&
		    !result_filter_takes(d, filter->wants[d], (const char *)
				sqlite3_column_text(st, LOAD_DIMENSIONS + d)))
			return false;
	return true;
}

static int row_read(sqlite3_stmt *st, struct result_row *row)
{
	int result = sqlite3_column_int(st, LOAD_RESULT), ret;
	size_t d;

	*row = (struct result_row){
		.duration_ms = sqlite3_column_int64(st, LOAD_DURATION),
	};
	row->result = result >= 0 && result < N_RECORD_RESULTS ?
		      (enum record_result)result : RECORD_UNJUDGED;
	ret = column_copy(st, LOAD_TIME, &row->time) ?:
	      column_copy(st, LOAD_REASON, &row->reason) ?:
	      column_copy(st, LOAD_PATH, &row->path);
	for (d = 0; !ret && d < N_RECORD_DIMENSIONS; d++)
		ret = column_copy(st, LOAD_DIMENSIONS + d, &row->dimensions[d]);
	if (!ret && (!row->time || !row->reason || !row->path ||
		     !row->dimensions[RECORD_TEST] ||
		     !row->dimensions[RECORD_SCENARIO]))
		ret = -EUCLEAN;
	return ret;
}

/* ---- numbers ---- */

/* Columns are numbered by name; @columns says which one an id has. */
static int metrics_load(struct sqlite3 *db, struct result_set *set,
			int **columns, int64_t *n_ids)
{
	struct result_metric *m;
	sqlite3_stmt *st;
	int64_t id;
	int ret;

	ret = sql_number(db, "SELECT coalesce(max(id), 0) FROM metric", n_ids);
	if (ret)
		return ret;
	if (*n_ids < 0 || *n_ids > 1000000)
		return -EUCLEAN;
	*columns = malloc((*n_ids + 1) * sizeof(**columns));
	set->metrics = calloc(METRICS_MAX, sizeof(*set->metrics));
	if (!*columns || !set->metrics)
		return -ENOMEM;
	for (id = 0; id <= *n_ids; id++)
		(*columns)[id] = -1;
	ret = sql_prepare(db, "SELECT id, name, unit, better FROM metric ORDER BY name",
			  &st);
	while (!ret && sqlite3_step(st) == SQLITE_ROW &&
	       set->n_metrics < METRICS_MAX) {
		id = sqlite3_column_int64(st, 0);
		m = &set->metrics[set->n_metrics];
		ret = column_copy(st, 1, &m->name) ?:
		      column_copy(st, 2, &m->unit);
		if (!ret && (!m->name || id < 0 || id > *n_ids))
			ret = -EUCLEAN;
		if (ret)
			break;
		m->better = (unsigned int)sqlite3_column_int(st, 3) % N_BETTERS;
		(*columns)[id] = set->n_metrics++;
	}
	sqlite3_finalize(st);
	return ret;
}

static int values_load(sqlite3_stmt *st, int64_t id,
		       const struct result_set *set, const int *columns,
		       int64_t n_ids, struct result_row *row)
{
	int64_t metric;
	double value;
	size_t i;

	row->values = malloc((set->n_metrics + 1) * sizeof(*row->values));
	if (!row->values)
		return -ENOMEM;
	for (i = 0; i < set->n_metrics; i++)
		row->values[i] = NAN;
	sqlite3_bind_int64(st, 1, id);
	while (sqlite3_step(st) == SQLITE_ROW) {
		metric = sqlite3_column_int64(st, 0);
		value = sqlite3_column_double(st, 1);
		if (metric >= 0 && metric <= n_ids && columns[metric] >= 0 &&
		    isfinite(value))
			row->values[columns[metric]] = value;
	}
	return sql_error(sqlite3_reset(st));
}

/* ---- all of it ---- */

static struct result_row *row_room(struct result_set *set)
{
	struct result_row *rows = set->rows;

	if (set->n_rows % GROW == 0) {
		rows = realloc(rows, (set->n_rows + GROW) * sizeof(*rows));
		if (!rows)
			return NULL;
		set->rows = rows;
	}
	return &set->rows[set->n_rows];
}

static int rows_load(sqlite3_stmt *st, sqlite3_stmt *values,
		     const struct result_filter *filter, const int *columns,
		     int64_t n_ids, struct result_set *set)
{
	struct result_row *row;
	int step, ret;

	while ((step = sqlite3_step(st)) == SQLITE_ROW) {
		if (!takes(filter, st))
			continue;
		row = row_room(set);
		if (!row)
			return -ENOMEM;
		ret = row_read(st, row) ?:
		      values_load(values, sqlite3_column_int64(st, LOAD_ID),
				  set, columns, n_ids, row);
		if (ret) {
			row_free(row);
			return ret;
		}
		set->n_rows++;
	}
	return sql_error(step);
}

int result_index_load(struct result_index *index,
		      const struct result_filter *filter,
		      struct result_set *set, char *err, size_t err_size)
{
	sqlite3_stmt *st = NULL, *values = NULL;
	int *columns = NULL, ret;
	int64_t n_ids = 0;

	*set = (struct result_set){ };
	/* What is read is of one moment, whoever writes meanwhile. */
	ret = sql_do(index->db, "BEGIN");
	if (!ret)
		ret = metrics_load(index->db, set, &columns, &n_ids) ?:
		      sql_prepare(index->db, load_sql, &st) ?:
		      sql_prepare(index->db, "SELECT metric, value FROM value WHERE sidecar = ?",
				  &values) ?:
		      rows_load(st, values, filter, columns, n_ids, set);
	sqlite3_finalize(st);
	sqlite3_finalize(values);
	sql_do(index->db, "COMMIT");
	free(columns);
	if (!ret)
		return 0;
	snprintf(err, err_size, "%.1000s/" RESULT_INDEX_FILE ": %s%s",
		 index->root, strerror(-ret),
		 ret == -EUCLEAN ? "; remove it" : "");
	result_set_free(set);
	return ret;
}

void result_set_free(struct result_set *set)
{
	size_t i;

	for (i = 0; i < set->n_rows; i++)
		row_free(&set->rows[i]);
	for (i = 0; i < set->n_metrics; i++) {
		free(set->metrics[i].name);
		free(set->metrics[i].unit);
	}
	free(set->rows);
	free(set->metrics);
	*set = (struct result_set){ };
}

int result_index_newest_run(struct result_index *index, char *buf, size_t size)
{
	sqlite3_stmt *st;
	int ret, step;

	ret = sql_prepare(index->db, "SELECT \"run\" FROM sidecar WHERE bad IS NULL"
			  " ORDER BY time DESC, path DESC LIMIT 1", &st);
	if (ret)
		return ret;
	step = sqlite3_step(st);
	if (step == SQLITE_ROW) {
		snprintf(buf, size, "%s", (const char *)
			 sqlite3_column_text(st, 0) ?: "");
		text_clean(buf);
	}
	sqlite3_finalize(st);
	return step == SQLITE_DONE ? -ENOENT : sql_error(step);
}

/* ---- dump ---- */

static int dump_table(struct sqlite3 *db, const char *sql, struct strbuf *to)
{
	sqlite3_stmt *st;
	int ret, i, step;

	ret = sql_prepare(db, sql, &st);
	if (ret)
		return ret;
	while ((step = sqlite3_step(st)) == SQLITE_ROW) {
		for (i = 0; i < sqlite3_column_count(st); i++)
			strbuf_addf(to, "%s%s", i ? "|" : "", (const char *)
				    sqlite3_column_text(st, i) ?: "(null)");
		strbuf_addf(to, "\n");
	}
	sqlite3_finalize(st);
	return sql_error(step);
}

int result_index_dump(struct result_index *index, struct strbuf *to)
{
	return dump_table(index->db, "SELECT path, ino, size, mtime, bad, result,"
			  " duration_ms, time, reason"
			  RECORD_DIMENSIONS(AS_NAME)
			  " FROM sidecar ORDER BY path", to) ?:
	       dump_table(index->db, "SELECT path, name, unit, better, value"
			  " FROM value JOIN sidecar ON sidecar = sidecar.id"
			  " JOIN metric ON metric = metric.id"
			  " ORDER BY path, name", to);
}
