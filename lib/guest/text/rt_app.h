/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of rt-app's while it is read. For rt_app.c and what it is made of.
 */
#ifndef KTSTR_TEXT_RT_APP_H
#define KTSTR_TEXT_RT_APP_H

#include <limits.h>

#include "lib/guest/text/record.h"
#include "lib/guest/work/work.h"

#define RT_APP_FOR_EVER	(UINT_MAX - 1)	/* times that a phase comes */

/**
 * struct rt_task - a task
 * @name: its name
 * @line: where it stands
 * @instances: how many
 * @loops: how often it goes through all its phases; -1 for ever
 * @delay_us: when they begin
 * @taskgroup: the cgroup; NULL for that of the test
 * @has_policy: one was said
 * @has_priority: one was said
 * @priority: as rt-app has it: a nice value of the fair classes
 * @work: what they do
 * @n: phases of that
 * @full: there was no room for more
 * @done: it is in the scenario
 */
struct rt_task {
	char name[TEXT_KEY_SIZE];
	unsigned int line;
	unsigned int instances;
	int loops;
	unsigned int delay_us;
	const char *taskgroup;
	bool has_policy;
	bool has_priority;
	int priority;
	struct work_spec work;
	unsigned int n;
	bool full;
	bool done;
};

/**
 * struct rt_app - a file that is read
 * @r: the text
 * @duration_s: how long it is to last; 0 where it does not say
 * @duration_line: where it says that it ends with its tasks; 0 where it does not
 * @policy: of tasks that do not say
 * @tasks: its tasks, @n of them
 * @n: their number
 * @names: of locks and the like, which are channels; a letter before each says
 *	what it is
 * @n_names: their number
 */
struct rt_app {
	struct text_reader *r;
	unsigned int duration_s;
	unsigned int duration_line;
	enum place_policy policy;
	struct rt_task *tasks;
	size_t n;
	char names[WORK_MAX_CHANNELS][TEXT_KEY_SIZE];
	unsigned int n_names;
};

/**
 * rt_app_leave_out() - list what a scenario cannot say
 * @rt: the file
 * @line: where it stands
 */
void __printf(3, 4) rt_app_leave_out(struct rt_app *rt, unsigned int line,
				     const char *fmt, ...);

/**
 * rt_app_set_duration() - how long the scenario is to last
 * @rt: the file
 * @line: where that stands
 * @s: seconds; more than can be are listed
 */
void rt_app_set_duration(struct rt_app *rt, unsigned int line, double s);

/**
 * rt_app_make_scenario() - put its tasks into a step
 * @rt: the file, read
 *
 * Return: 0, -EINVAL, -ENOMEM, with a sentence in @rt->r->err.
 */
int rt_app_make_scenario(struct rt_app *rt);

#endif /* KTSTR_TEXT_RT_APP_H */
