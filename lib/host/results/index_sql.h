/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SQLite, with our errors.
 */
#ifndef KTSTR_RESULTS_INDEX_SQL_H
#define KTSTR_RESULTS_INDEX_SQL_H

#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/**
 * sql_error() - what a result code means
 * @code: SQLite's
 *
 * Return: -ENOMEM, -EBUSY, -ENOSPC, -EACCES; -EUCLEAN for what is no database, or
 * a spoilt one; -EINVAL for one that has not our tables; else -EIO.
 */
static inline int sql_error(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_MISMATCH:
	case SQLITE_CONSTRAINT:
		return -EUCLEAN;
	case SQLITE_ERROR:
	case SQLITE_SCHEMA:
		return -EINVAL;
	default:
		return -EIO;
	}
}

/**
 * sql_prepare() - make a statement
 *
 * Return: 0, as sql_error().
 */
static inline int sql_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **st)
{
	return sql_error(sqlite3_prepare_v2(db, sql, -1, st, NULL));
}

/**
 * sql_run() - run a statement that gives no rows, and make it ready again
 *
 * Return: 0, as sql_error().
 */
static inline int sql_run(sqlite3_stmt *st)
{
	int ret = sql_error(sqlite3_step(st));

	sqlite3_reset(st);
	return ret;
}

/**
 * sql_do() - run statements as they are written
 *
 * Return: 0, as sql_error().
 */
static inline int sql_do(sqlite3 *db, const char *sql)
{
	return sql_error(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

/**
 * sql_number() - ask for one number
 *
 * Return: 0; -ENOENT where there is none; as sql_error().
 */
static inline int sql_number(sqlite3 *db, const char *sql, int64_t *number)
{
	sqlite3_stmt *st;
	int ret = sql_prepare(db, sql, &st), step;

	if (ret)
		return ret;
	step = sqlite3_step(st);
	if (step == SQLITE_ROW)
		*number = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return step == SQLITE_DONE ? -ENOENT : sql_error(step);
}

#endif /* KTSTR_RESULTS_INDEX_SQL_H */
