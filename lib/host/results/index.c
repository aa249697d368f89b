// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of sidecars: opening it, and bringing it up to date. See index.h;
 * what is asked of it is in index_load.c.
 */
#include "lib/host/results/index.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/report/json.h"
#include "lib/host/results/files.h"
#include "lib/host/results/index_sql.h"

/* With another one, or other columns, it is made again. */
#define INDEX_VERSION	2
/* How long another's writing is waited for. */
#define BUSY_MS		10000

static const char schema[] =
	"CREATE TABLE sidecar (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
	" dev INTEGER, ino INTEGER, size INTEGER, mtime INTEGER, seen INTEGER,"
	" bad TEXT, result INTEGER, duration_ms INTEGER, time TEXT, reason TEXT"
#define AS_COLUMN(id, name, what) ", \"" name "\" TEXT"
	RECORD_DIMENSIONS(AS_COLUMN) ");"
	"CREATE INDEX sidecar_time ON sidecar (time);"
	"CREATE TABLE metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" unit TEXT, better INTEGER);"
	"CREATE TABLE value (sidecar INTEGER, metric INTEGER, value REAL,"
	" PRIMARY KEY (sidecar, metric)) WITHOUT ROWID;";

/**
 * struct filler - what fills the tables
 * @index: the index
 * @find: the row of a path
 * @seen: marks one as still there
 * @drop: removes one
 * @drop_values: removes its numbers
 * @put: writes a row
 * @metric: writes a metric that is not there yet
 * @value: writes a number
 */
struct filler {
	struct result_index *index;
	sqlite3_stmt *find;
	sqlite3_stmt *seen;
	sqlite3_stmt *drop;
	sqlite3_stmt *drop_values;
	sqlite3_stmt *put;
	sqlite3_stmt *metric;
	sqlite3_stmt *value;
};

/* The parameters of "put": the file, then what it says. */
enum put_param {
	PUT_PATH = 1, PUT_DEV, PUT_INO, PUT_SIZE, PUT_MTIME, PUT_BAD,
	PUT_RESULT, PUT_DURATION, PUT_TIME, PUT_REASON, PUT_DIMENSIONS,
};

static const char put_sql[] =
	"INSERT INTO sidecar (seen, path, dev, ino, size, mtime, bad, result,"
	" duration_ms, time, reason"
#define AS_NAME(id, name, what) ", \"" name "\""
	RECORD_DIMENSIONS(AS_NAME) ") VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
#define AS_MARK(id, name, what) ", ?"
	RECORD_DIMENSIONS(AS_MARK) ")";

/* ---- files ---- */

static void bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

static int put_values(struct filler *f, int64_t id, const struct record *r)
{
	const struct record_value *v;
	int ret = 0;

	for (v = r->values; !ret && v < r->values + r->n_values; v++) {
		bind_text(f->metric, 1, v->name);
		bind_text(f->metric, 2, v->unit);
		sqlite3_bind_int(f->metric, 3, v->better);
		ret = sql_run(f->metric);
		sqlite3_bind_int64(f->value, 1, id);
		bind_text(f->value, 2, v->name);
		sqlite3_bind_double(f->value, 3, v->value);
		if (!ret)
			ret = sql_run(f->value);
	}
	return ret;
}

static int put_file(struct filler *f, const struct result_file *file,
		    const struct record *r, const char *bad)
{
	sqlite3_stmt *st = f->put;
	size_t d;
	int ret;

	bind_text(st, PUT_PATH, file->path);
	sqlite3_bind_int64(st, PUT_DEV, file->dev);
	sqlite3_bind_int64(st, PUT_INO, file->ino);
	sqlite3_bind_int64(st, PUT_SIZE, file->size);
	sqlite3_bind_int64(st, PUT_MTIME, file->mtime_ns);
	bind_text(st, PUT_BAD, bad);
	sqlite3_bind_int(st, PUT_RESULT, r->result);
	sqlite3_bind_int64(st, PUT_DURATION, r->duration_ms);
	bind_text(st, PUT_TIME, r->time ?: "");
	bind_text(st, PUT_REASON, r->reason ?: "");
	for (d = 0; d < N_RECORD_DIMENSIONS; d++)
		bind_text(st, PUT_DIMENSIONS + d, r->dimensions[d]);
	ret = sql_run(st);
	return ret ?: put_values(f, sqlite3_last_insert_rowid(f->index->db), r);
}

/* One that is no sidecar is kept as that, so that it is not read each time. */
static int read_file(struct filler *f, const struct result_file *file)
{
	struct json_object *doc = NULL;
	char path[PATH_MAX], bad[256] = "";
	struct record r = { };
	int ret = -ENAMETOOLONG;

	f->index->n_read++;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", f->index->root,
			     file->path) < sizeof(path))
		ret = record_doc_load(path, &doc, bad, sizeof(bad));
	/* Whoever has removed it is no trouble of ours. */
	if (ret == -ENOENT)
		return 0;
	if (!ret)
		ret = record_of(doc, &r, bad, sizeof(bad));
	json_object_put(doc);
	if (ret == -ENOMEM)
		return ret;
	if (ret && !bad[0])
		snprintf(bad, sizeof(bad), "%s", strerror(-ret));
	ret = put_file(f, file, &r, bad[0] ? bad : NULL);
	record_free(&r);
	return ret;
}

static bool is_as_it_was(sqlite3_stmt *row, const struct result_file *file)
{
	return sqlite3_column_int64(row, 1) == (int64_t)file->dev &&
	       sqlite3_column_int64(row, 2) == (int64_t)file->ino &&
	       sqlite3_column_int64(row, 3) == file->size &&
	       sqlite3_column_int64(row, 4) == file->mtime_ns;
}

/* A row of that number may come again: nothing of this one may stay. */
static int drop_row(struct filler *f, int64_t id)
{
	sqlite3_bind_int64(f->drop_values, 1, id);
	sqlite3_bind_int64(f->drop, 1, id);
	return sql_run(f->drop_values) ?: sql_run(f->drop);
}

static int take_file(struct filler *f, const struct result_file *file)
{
	int64_t id;
	bool same;
	int step, ret = 0;

	bind_text(f->find, 1, file->path);
	step = sqlite3_step(f->find);
	id = step == SQLITE_ROW ? sqlite3_column_int64(f->find, 0) : -1;
	same = step == SQLITE_ROW && is_as_it_was(f->find, file);
	sqlite3_reset(f->find);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return sql_error(step);
	if (same) {
		sqlite3_bind_int64(f->seen, 1, id);
		return sql_run(f->seen);
	}
	if (id >= 0)
		ret = drop_row(f, id);
	return ret ?: read_file(f, file);
}

/* ---- all of them ---- */

static int prepare(struct filler *f)
{
	const struct {
		sqlite3_stmt **st;
		const char *sql;
	} rows[] = {
		{ &f->find, "SELECT id, dev, ino, size, mtime FROM sidecar WHERE path = ?" },
		{ &f->seen, "UPDATE sidecar SET seen = 1 WHERE id = ?" },
		{ &f->drop, "DELETE FROM sidecar WHERE id = ?" },
		{ &f->drop_values, "DELETE FROM value WHERE sidecar = ?" },
		{ &f->put, put_sql },
		{ &f->metric, "INSERT INTO metric (name, unit, better) VALUES (?, ?, ?)"
			      " ON CONFLICT DO NOTHING" },
		{ &f->value, "INSERT OR REPLACE INTO value SELECT ?, id, ?3 FROM metric"
			     " WHERE name = ?2" },
	};
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ret = sql_prepare(f->index->db, rows[i].sql, rows[i].st);
		if (ret)
			return ret;
	}
	return 0;
}

static void finish(struct filler *f)
{
	sqlite3_finalize(f->find);
	sqlite3_finalize(f->seen);
	sqlite3_finalize(f->drop);
	sqlite3_finalize(f->drop_values);
	sqlite3_finalize(f->put);
	sqlite3_finalize(f->metric);
	sqlite3_finalize(f->value);
}

static int take_files(struct result_index *index,
		      const struct result_files *files)
{
	struct filler f = { .index = index };
	int ret = sql_do(index->db, "UPDATE sidecar SET seen = 0");
	size_t i;

	if (!ret)
		ret = prepare(&f);
	for (i = 0; !ret && i < files->n; i++)
		ret = take_file(&f, &files->list[i]);
	finish(&f);
	if (!ret)
		ret = sql_do(index->db,
			     "DELETE FROM sidecar WHERE seen = 0;"
			     "DELETE FROM value WHERE sidecar NOT IN (SELECT id FROM sidecar);"
			     "DELETE FROM metric WHERE id NOT IN (SELECT metric FROM value)");
	return ret;
}

/* Nothing to write where all files are as they were: readers need no lock. */
static bool is_up_to_date(struct result_index *index,
			  const struct result_files *files)
{
	sqlite3_stmt *st;
	size_t n = 0;
	bool same;

	if (sql_prepare(index->db, "SELECT id, dev, ino, size, mtime, path FROM sidecar"
			" ORDER BY path", &st))
		return false;
	while (sqlite3_step(st) == SQLITE_ROW && n < files->n &&
	       is_as_it_was(st, &files->list[n]) &&
	       !strcmp((const char *)sqlite3_column_text(st, 5) ?: "",
		       files->list[n].path))
		n++;
	same = n == files->n && sqlite3_step(st) != SQLITE_ROW;
	sqlite3_finalize(st);
	return same;
}

static int make_tables(struct result_index *index)
{
	char pragma[64];

	snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d",
		 INDEX_VERSION);
	return sql_do(index->db, schema) ?: sql_do(index->db, pragma);
}

static int update(struct result_index *index, const struct result_files *files)
{
	int64_t version = 0;
	int ret;

	ret = sql_number(index->db, "PRAGMA user_version", &version);
	if (!ret && version == INDEX_VERSION && is_up_to_date(index, files))
		return 0;
	ret = sql_do(index->db, "BEGIN IMMEDIATE");
	if (ret)
		return ret;
	/* Somebody else may have made them meanwhile. */
	ret = sql_number(index->db, "PRAGMA user_version", &version);
	if (!ret && !version)
		ret = make_tables(index);
	else if (!ret && version != INDEX_VERSION)
		ret = -ESTALE;
	if (!ret)
		ret = take_files(index, files);
	if (!ret)
		ret = sql_do(index->db, "COMMIT");
	if (ret)
		sql_do(index->db, "ROLLBACK");
	return ret;
}

static void count(struct result_index *index)
{
	sqlite3_stmt *st;

	if (sql_prepare(index->db, "SELECT path, bad FROM sidecar"
			" WHERE bad IS NOT NULL ORDER BY path", &st))
		return;
	for (; sqlite3_step(st) == SQLITE_ROW; index->n_bad++)
		if (!index->n_bad)
			snprintf(index->bad, sizeof(index->bad), "%s: %s",
				 sqlite3_column_text(st, 0),
				 sqlite3_column_text(st, 1));
	sqlite3_finalize(st);
	text_clean(index->bad);
}

/* ---- opening ---- */

/* What is in the file may be anybody's: no triggers, no functions of his. */
static int open_db(struct result_index *index, const char *path)
{
	int ret = sqlite3_open_v2(path, &index->db, SQLITE_OPEN_READWRITE |
				  SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW |
				  SQLITE_OPEN_PRIVATECACHE, NULL);

	if (ret != SQLITE_OK)
		return sql_error(ret);
	sqlite3_db_config(index->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(index->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(index->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(index->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_busy_timeout(index->db, BUSY_MS);
	/* It can be made again: nobody needs to wait for the disk. */
	return sql_do(index->db, "PRAGMA synchronous = OFF");
}

static int try_open(struct result_index *index, const char *path,
		    const struct result_files *files)
{
	int ret = open_db(index, path) ?: update(index, files);

	if (ret) {
		sqlite3_close(index->db);
		index->db = NULL;
		index->n_read = 0;
	}
	return ret;
}

static bool is_spoilt(int err)
{
	return err == -EUCLEAN || err == -ESTALE || err == -EINVAL;
}

int result_index_open(const char *root, struct result_index *index, char *err,
		      size_t err_size)
{
	struct result_files files;
	char path[PATH_MAX];
	int ret, len;

	*index = (struct result_index){ };
	snprintf(index->root, sizeof(index->root), "%s", root);
	len = snprintf(path, sizeof(path), "%s/" RESULT_INDEX_FILE, root);
	ret = result_files_find(root, &files);
	if (ret || (size_t)len >= sizeof(path)) {
		snprintf(err, err_size, "%.1000s: %s", root,
			 strerror(ret ? -ret : ENAMETOOLONG));
		return ret ?: -ENAMETOOLONG;
	}
	ret = try_open(index, path, &files);
	if (is_spoilt(ret) && !unlink(path))
		ret = try_open(index, path, &files);
	index->kept = !ret;
	if (ret)
		ret = try_open(index, ":memory:", &files);
	index->n_files = files.n;
	result_files_free(&files);
	if (ret)
		snprintf(err, err_size, "%.1000s: no index of its sidecars: %s",
			 root, strerror(-ret));
	else
		count(index);
	return ret;
}

void result_index_close(struct result_index *index)
{
	sqlite3_close(index->db);
	*index = (struct result_index){ };
}
