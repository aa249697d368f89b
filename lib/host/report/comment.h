/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of others as KTAP comments.
 */
#ifndef KTSTR_REPORT_COMMENT_H
#define KTSTR_REPORT_COMMENT_H

#include <stddef.h>
#include <stdio.h>

/**
 * report_comment() - print text as KTAP comments, a line each
 *
 * One that would be a result, a plan or the like gets a mark, `# | ok 1 x`, so
 * that no parser takes it for one.
 */
void report_comment(FILE *to, const char *text);

/**
 * report_comment_colored() - the same of a text of ours that has colors
 *
 * What guests said is in it without its escapes.
 */
void report_comment_colored(FILE *to, const char *text);

/**
 * report_comment_start() - begin a line of ours with a text
 *
 * With the same mark where it is needed; the line goes on.
 */
void report_comment_start(FILE *to, const char *text, size_t len);

#endif /* KTSTR_REPORT_COMMENT_H */
