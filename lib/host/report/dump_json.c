// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dumps and snapshots as JSON. See dump_json.h.
 */
#include "lib/host/report/dump_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/common/util/util.h"
#include "lib/host/report/json.h"

#define DSQ_TASKS_MAX	64	/* of one queue */
#define TASKS_MAX	512	/* that are runnable */
#define DSQS_MAX	256
#define MAPS_TEXT_MAX	(64U << 10)	/* of one snapshot */

static int64_t us(uint64_t ns)
{
	return (int64_t)(ns / NSEC_PER_USEC);
}

static struct json_object *cpus_json(const struct mon_sample *s)
{
	struct json_object *cpus = json_object_new_array();
	unsigned int i;

	for (i = 0; cpus && i < s->n_cpus; i++) {
		const struct mon_cpu *c = &s->cpus[i];
		struct json_object *o;

		if (!c->valid)
			continue;
		o = json_object_new_object();
		json_add_int(o, "cpu", i);
		json_add_int(o, "nr_running", c->nr_running);
		json_add_int(o, "scx_nr_running", c->scx_nr_running);
		json_add_int(o, "dsq_depth", c->dsq_depth);
		json_add_bool(o, "idle", c->idle);
		json_add_int(o, "curr_pid", c->curr_pid);
		json_add_text(o, "curr_comm", c->curr_comm);
		json_add_int(o, "clock_us", us(c->clock_ns));
		json_object_array_add(cpus, o);
	}
	return cpus;
}

/* A task by its pid; what is none of the tasks that were found is null. */
static void add_pid(struct json_object *pids, const struct mon_dump *d,
		    uint64_t va)
{
	const struct mon_task *t = mon_dump_task(d, va);

	json_object_array_add(pids, t ? json_object_new_int(t->pid) : NULL);
}

static struct json_object *dsq_json(const struct mon_dump *d,
				    const struct mon_dsq *q)
{
	struct json_object *o = json_object_new_object();
	struct json_object *pids = json_object_new_array();
	char id[24];
	size_t i;

	snprintf(id, sizeof(id), "0x%" PRIx64, q->id);
	json_add_text(o, "id", id);
	json_add_text(o, "kind", mon_dsq_kind_name(q->kind));
	json_add_int(o, "where", q->where);
	json_add_int(o, "nr", q->nr);
	json_add_new(o, "pids", pids);
	for (i = 0; pids && i < q->n_tasks && i < DSQ_TASKS_MAX; i++)
		add_pid(pids, d, q->tasks[i]);
	return o;
}

static struct json_object *dsqs_json(const struct mon_dump *d)
{
	struct json_object *dsqs = json_object_new_array();
	size_t i, n = 0;

	for (i = 0; dsqs && i < d->dsqs.n && n < DSQS_MAX; i++) {
		const struct mon_dsq *q = &d->dsqs.list[i];

		if (q->kind != MON_DSQ_USER && !q->nr && !q->n_tasks)
			continue;
		json_object_array_add(dsqs, dsq_json(d, q));
		n++;
	}
	return dsqs;
}

static const char *place_word(const struct mon_dump *d,
			      const struct mon_task *t)
{
	static const char * const words[] = {
		[MON_PLACE_NONE] = "cpu",
		[MON_PLACE_RQ] = "rq",
		[MON_PLACE_DSQ] = "dsq",
		[MON_PLACE_BPF] = "scheduler",
	};
	int dsq;

	return words[mon_task_place(d, t, &dsq)];
}

static struct json_object *tasks_json(const struct mon_dump *d)
{
	struct json_object *tasks = json_object_new_array();
	size_t i, n = 0;

	for (i = 0; tasks && i < d->n_tasks && n < TASKS_MAX; i++) {
		const struct mon_task *t = &d->tasks[i];
		struct json_object *o;

		if (!t->runnable)
			continue;
		o = json_object_new_object();
		json_add_int(o, "pid", t->pid);
		json_add_text(o, "comm", t->comm);
		json_add_int(o, "cpu", t->cpu);
		json_add_text(o, "class", mon_class_name(t->class));
		json_add_text(o, "place", place_word(d, t));
		json_add_bool(o, "on_cpu", t->on_cpu);
		json_add_int(o, "wait_us", us(t->wait_ns));
		json_object_array_add(tasks, o);
		n++;
	}
	return tasks;
}

static struct json_object *exit_json(const struct mon_exit *e)
{
	struct json_object *o;

	if (!e->kind)
		return NULL;
	o = json_object_new_object();
	json_add_int(o, "kind", e->kind);
	json_add_int(o, "cpu", e->cpu);
	json_add_int(o, "code", e->code);
	json_add_text(o, "reason", e->reason);
	json_add_text(o, "message", e->msg);
	return o;
}

struct json_object *dump_json(const struct mon_dump *d)
{
	struct json_object *o = json_object_new_object();
	const struct mon_scx *scx = &d->sample->scx;

	if (!o)
		return NULL;
	json_add_text(o, "scheduler", scx->loaded ? scx->name : NULL);
	json_add_int(o, "bypass_depth", scx->bypass_depth);
	json_add_new(o, "exit", exit_json(&d->exit));
	json_add_int(o, "took_us", us(d->took_ns));
	json_add_bool(o, "cut", !d->budget.left);
	json_add_new(o, "cpus", cpus_json(d->sample));
	json_add_new(o, "dsqs", dsqs_json(d));
	json_add_new(o, "tasks", tasks_json(d));
	return o;
}

struct json_object *dump_map_json(const struct mon_map *map,
				  const struct strbuf *text)
{
	struct json_object *o = json_object_new_object();

	json_add_int(o, "id", map->id);
	json_add_text(o, "name", map->name);
	json_add_text(o, "type", mon_map_type_name(map->type));
	json_add_int(o, "max_entries", map->max_entries);
	json_add_new(o, "values", json_text(text->text, text->len));
	return o;
}

struct json_object *kept_dump_json(const struct mon_kept_dump *kept)
{
	struct json_object *o = dump_json(kept->dump), *maps;
	size_t i;

	maps = json_add_new(o, "maps", json_object_new_array());
	for (i = 0; maps && kept->maps && i < kept->dump->n_maps; i++)
		json_object_array_add(maps, dump_map_json(&kept->dump->maps[i],
							  &kept->maps[i]));
	return o;
}

struct json_object *snapshot_json(const struct mon_snapshot *shot,
				  int64_t time_us)
{
	struct json_object *o = dump_json(shot->dump), *maps;
	size_t i, left = MAPS_TEXT_MAX;

	json_add_int(o, "time_us", time_us);
	json_add_int(o, "stopping_us", us(shot->stopping_ns));
	json_add_int(o, "stood_us", us(shot->stood_ns));
	maps = json_add_new(o, "maps", json_object_new_array());
	for (i = 0; maps && i < shot->dump->n_copies; i++) {
		struct strbuf text = { .text = (char *)"", .max = left };

		mon_snapshot_map_text(shot, i, &text);
		json_object_array_add(maps,
				      dump_map_json(&shot->dump->copies[i].map,
						    &text));
		left -= min(left, text.len);
		strbuf_free(&text);
		/* 0 would be no limit. */
		left = max(left, (size_t)1);
	}
	return o;
}
