// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scenario that a file of rt-app's comes to: a step that starts its tasks. See
 * rt_app.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/ready.h"
#include "lib/common/util/util.h"
#include "lib/guest/text/rt_app.h"

/* ---- how long it lasts where it ends with its tasks ---- */

/*
 * Of phases [@from, @to), each once: with a timer, that is when it is over, if what
 * is done before it is done by then. Who waits for others is not waited for here.
 */
static double once_us(const struct work_phase *p, unsigned int from,
		      unsigned int to)
{
	double timers = 0, others = 0;
	unsigned int i;

	for (i = from; i < to; i++) {
		bool timer = p[i].kind == WORK_PHASE_TIMER ||
			     p[i].kind == WORK_PHASE_TICK;

		timers += timer ? p[i].us : 0;
		others += timer ? 0 : p[i].us;
	}
	return max(timers, others);
}

/* Return: 0 for one that does not end. */
static double task_us(const struct rt_task *task)
{
	const struct work_phase *p = task->work.phases;
	unsigned int i, from = 0;
	double us = 0;

	for (i = 0; i < task->n; i++) {
		if (p[i].loop == RT_APP_FOR_EVER)
			return 0;
		if (!p[i].loop && i + 1 < task->n)
			continue;
		us += once_us(p, from, i + 1) * max(p[i].loop, 1U);
		from = i + 1;
	}
	return task->loops < 0 ? 0 : task->delay_us + us * task->loops;
}

/* A duration of -1, or none, is: until all tasks have ended. */
static void settle_duration(struct rt_app *rt)
{
	double longest = 0;
	size_t i;

	for (i = 0; i < rt->n; i++)
		longest = max(longest, task_us(&rt->tasks[i]));
	if (rt->duration_s)
		return;
	if (longest > 0) {
		rt_app_set_duration(rt, rt->duration_line ?: 1,
				    longest / 1000000 + 0.999999);
		rt->duration_s = max(rt->duration_s, 1U);
	}
	if (!rt->duration_line)
		return;
	if (rt->duration_s)
		rt_app_leave_out(rt, rt->duration_line, "duration: its tasks take about %u s, after which it ends whatever they do",
				 rt->duration_s);
	else
		rt_app_leave_out(rt, rt->duration_line, "duration: no task of it ends; it lasts as long as the test says");
}

/* ---- the scenario ---- */

static bool is_wanted(const struct rt_task *task)
{
	return task->n && task->instances && !task->done;
}

/* The first that is not there yet, of those that begin first */
static struct rt_task *next_task(struct rt_app *rt)
{
	struct rt_task *first = NULL;
	size_t i;

	for (i = 0; i < rt->n; i++)
		if (is_wanted(&rt->tasks[i]) &&
		    (!first || rt->tasks[i].delay_us < first->delay_us))
			first = &rt->tasks[i];
	return first;
}

/* Cgroups come with the ones above them. */
static bool has_cgroup(const struct op *ops, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ops[i].id == OP_ADD_CGROUP && !strcmp(ops[i].cgroup, name))
			return true;
	return false;
}

static struct op *add_op(struct step *step, enum op_id id)
{
	struct op *op = (struct op *)&step->ops[step->n_ops++];

	op->id = id;
	return op;
}

static void add_task(struct step *step, struct rt_task *task,
		     unsigned int *now_us)
{
	unsigned int ms = (task->delay_us - *now_us + 999) / 1000;
	struct op *op;

	if (ms)
		add_op(step, OP_PAUSE)->ms = ms;
	*now_us = max(task->delay_us, *now_us);
	if (task->taskgroup && !has_cgroup(step->ops, step->n_ops,
					   task->taskgroup))
		add_op(step, OP_ADD_CGROUP)->cgroup = task->taskgroup;
	op = add_op(step, OP_SPAWN);
	op->cgroup = task->taskgroup;
	op->workers = task->instances;
	op->work = task->work;
	task->done = true;
}

#define OPS_OF_TASK	3

/* Each that meets a barrier is waited for. */
static unsigned int count_users(const struct rt_app *rt, unsigned int channel)
{
	unsigned int users = 0, j;
	size_t i;

	for (i = 0; i < rt->n; i++)
		for (j = 0; j < rt->tasks[i].n; j++)
			if (rt->tasks[i].work.phases[j].channel == channel)
				users += rt->tasks[i].instances;
	return users;
}

static void settle_barriers(struct rt_app *rt)
{
	struct work_phase *p;
	unsigned int j;
	size_t i;

	for (i = 0; i < rt->n; i++) {
		for (j = 0; j < rt->tasks[i].n; j++) {
			p = &rt->tasks[i].work.phases[j];
			if (p->kind == WORK_PHASE_BARRIER)
				p->users = max(count_users(rt, p->channel), 1U);
		}
	}
}

int rt_app_make_scenario(struct rt_app *rt)
{
	struct scenario_def *def = &rt->r->st->def;
	struct step *step = text_alloc(rt->r, sizeof(*step));
	unsigned int now_us = 0;
	struct rt_task *task;
	char text[64];

	if (!step)
		return -ENOMEM;
	step->ops = text_alloc(rt->r, (rt->n * OPS_OF_TASK + 1) *
			       sizeof(struct op));
	if (!step->ops)
		return -ENOMEM;
	settle_barriers(rt);
	settle_duration(rt);
	while ((task = next_task(rt)))
		add_task(step, task, &now_us);
	if (!step->n_ops)
		return text_wrong(rt->r, 1, "none of its tasks can be run");
	def->steps = step;
	def->n_steps = 1;
	if (!rt->duration_s)
		return 0;
	snprintf(text, sizeof(text), "duration_s=%u", rt->duration_s);
	def->attributes = text_dup(rt->r, text);
	return def->attributes ? 0 : -ENOMEM;
}
