/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Schedulers that are declared: what can be said of one, as text and as JSON, and
 * those that are there.
 *
 * To add one: a row of ready_schedulers[], and an entry in
 * Documentation/schedulers.rst. To add something that can be said of one: a member
 * of struct scheduler (parts.h), a row of sched_rows[], an entry there; what reads
 * JSON and writes its schema has it then.
 */
#ifndef KTSTR_ATTR_SCHEDULERS_H
#define KTSTR_ATTR_SCHEDULERS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/attr/attr.h"

#define SCHED_EEVDF	"eevdf"
/* Begins the name of each row: those of attributes are others. */
#define SCHED_PREFIX	"scheduler."
/* Begins a source that is in the kernel's tree. */
#define SCHED_TREE	"tree:"
/* It stands in the environment of tests. */
#define SCHED_CGROUP_MAX 30
/* In arguments, what is put there. */
#define SCHED_CONFIG	"{config}"
#define SCHED_CGROUP	"{cgroup}"

/* A row for each member; offsets are those of struct attr_given. */
extern const struct attr_row sched_rows[];
extern const size_t sched_n_rows;

/* Those that every tree has, and ours. */
extern const struct scheduler ready_schedulers[];
extern const size_t ready_n_schedulers;

/**
 * sched_row_of() - is it a row of a scheduler, and what is it called there?
 * @row: any row
 *
 * Return: its name without the prefix; NULL for an attribute.
 */
const char *sched_row_of(const struct attr_row *row);

/**
 * scheduler_find() - one of those that are there
 * @name: its name
 *
 * Return: NULL if there is none.
 */
const struct scheduler *scheduler_find(const char *name);

/**
 * scheduler_text() - a declaration, as KTSTR_ATTR has it
 * @s: the scheduler; NULL is EEVDF
 * @text: it is added there: "scheduler=eevdf,scheduler.name=scx_a,..."
 */
void scheduler_text(const struct scheduler *s, struct strbuf *text);

/**
 * scheduler_check() - does a declaration make sense?
 * @s: the scheduler
 * @err: gets one sentence that names member and value
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int scheduler_check(const struct scheduler *s, char *err, size_t err_size);

/**
 * scheduler_command() - what `echo VALUE > PATH` comes to
 * @text: the command
 * @line: gets "PATH VALUE"
 *
 * Return: false when it is something else.
 */
bool scheduler_command(const char *text, struct strbuf *line);

/**
 * scheduler_arg() - an argument, with what stands for something in its place
 * @s: the scheduler
 * @arg: of its arguments
 * @config: where its file lies in the guest
 * @to: gets it
 */
void scheduler_arg(const struct scheduler *s, const char *arg,
		   const char *config, struct strbuf *to);

#endif /* KTSTR_ATTR_SCHEDULERS_H */
