// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios as files of rt-app's. See text.h.
 *
 * What rt-app can say is what tasks do from the beginning to the end: what happens
 * to them meanwhile is listed.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/attr/attr.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/op_types.h"
#include "lib/guest/text/record.h"
#include "lib/guest/work/types.h"

#define SPIN_US		100000	/* of who only spins */
#define TASK_NAME_SIZE	96

/**
 * struct rt_out - a file that is written
 * @tasks: its tasks, @n of them
 * @left_out: what it cannot say
 * @workers: of a cgroup that does not say how many
 * @delay_us: when those begin that come now
 */
struct rt_out {
	struct json_object *tasks;
	unsigned int n;
	struct strbuf *left_out;
	unsigned int workers;
	unsigned int delay_us;
};

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static void add_number(struct json_object *o, const char *key, int64_t n)
{
	json_object_object_add(o, key, json_object_new_int64(n));
}

/* ---- what a task does ---- */

/* Keys must differ: rt-app knows an event by how its key begins. */
static void add_event(struct json_object *o, const char *event, uint64_t us)
{
	char key[32];

	snprintf(key, sizeof(key), "%s%d", event, json_object_object_length(o));
	if (us)
		add_number(o, key, us);
}

static void add_timer(struct json_object *o, uint64_t us, bool catches_up)
{
	struct json_object *timer = json_object_new_object();
	char key[32];

	add_text(timer, "ref", "unique");
	add_number(timer, "period", us);
	if (catches_up)
		add_text(timer, "mode", "absolute");
	snprintf(key, sizeof(key), "timer%d", json_object_object_length(o));
	json_object_object_add(o, key, timer);
}

static void put_spin(struct json_object *o, const struct work_spec *work)
{
	(void)work;
	add_event(o, "run", SPIN_US);
}

static unsigned int param(const struct work_spec *work, size_t at)
{
	const struct work_param *p = work_types[work->type]->params;
	unsigned int value;

	memcpy(&value, (const char *)work + at, sizeof(value));
	while (!value && p->name && p->at != at)
		p++;
	return value || !p->name ? value : p->usual;
}

#define PARAM(work, member)	param(work, offsetof(struct work_spec, member))

static void put_bursty(struct json_object *o, const struct work_spec *work)
{
	add_event(o, "run", PARAM(work, burst_ms) * 1000ULL);
	add_event(o, "sleep", PARAM(work, sleep_ms) * 1000ULL);
}

static void put_churn(struct json_object *o, const struct work_spec *work)
{
	add_event(o, "run", PARAM(work, burst_us));
	add_event(o, "sleep", PARAM(work, sleep_us));
}

static void put_timer(struct json_object *o, const struct work_spec *work)
{
	add_timer(o, PARAM(work, interval_us), false);
}

/* What rt-app calls them, and what their names begin with */
static const struct {
	const char *event;
	const char *name;
} events[WORK_PHASE_COUNT] = {
	[WORK_PHASE_SPIN] = { "run", NULL },
	[WORK_PHASE_SLEEP] = { "sleep", NULL },
	[WORK_PHASE_YIELD] = { "yield", "" },
	[WORK_PHASE_IO] = { "iorun", NULL },
	[WORK_PHASE_ALU_HOT] = { "run", NULL },
	[WORK_PHASE_TIMER] = { "timer", NULL },
	[WORK_PHASE_TICK] = { "timer", NULL },
	[WORK_PHASE_SUSPEND] = { "suspend", "thread" },
	[WORK_PHASE_RESUME] = { "resume", "thread" },
	[WORK_PHASE_LOCK] = { "lock", "mutex" },
	[WORK_PHASE_UNLOCK] = { "unlock", "mutex" },
	[WORK_PHASE_TAKE] = { "sem_wait", "sem" },
	[WORK_PHASE_POST] = { "sem_post", "sem" },
	[WORK_PHASE_BARRIER] = { "barrier", "barrier" },
};

static void add_named(struct json_object *o, enum work_phase_kind kind,
		      unsigned int channel)
{
	char key[32], name[32] = "";

	snprintf(key, sizeof(key), "%s%d", events[kind].event,
		 json_object_object_length(o));
	if (channel)
		snprintf(name, sizeof(name), "%s%u", events[kind].name,
			 channel);
	add_text(o, key, name);
}

static void put_phase(struct json_object *o, const struct work_phase *p)
{
	if (p->kind == WORK_PHASE_TIMER || p->kind == WORK_PHASE_TICK) {
		add_timer(o, work_phase_us(p), p->kind == WORK_PHASE_TICK);
		return;
	}
	if (p->lock)
		add_named(o, WORK_PHASE_UNLOCK, p->lock);
	if (events[p->kind].name)
		add_named(o, p->kind, p->channel);
	else
		add_event(o, events[p->kind].event, work_phase_us(p) *
			  (p->kind == WORK_PHASE_IO ? RT_APP_IO_PER_US : 1));
	if (p->lock)
		add_named(o, WORK_PHASE_LOCK, p->lock);
}

static void put_sequence(struct json_object *task, const struct work_spec *work)
{
	struct json_object *phases = json_object_new_object(), *o = NULL;
	const struct work_phase *p = work->phases;
	char name[16];
	unsigned int i;

	for (i = 0; i < WORK_MAX_PHASES && work_phase_is(&p[i]); i++) {
		if (!o) {
			snprintf(name, sizeof(name), "p%u", i);
			o = json_object_new_object();
			json_object_object_add(phases, name, o);
		}
		put_phase(o, &p[i]);
		if (!p[i].loop)
			continue;
		add_number(o, "loop", p[i].loop);
		o = NULL;
	}
	if (o)
		add_number(o, "loop", 1);
	json_object_object_add(task, "phases", phases);
}

/* Work types of which there is something like in rt-app */
static const struct {
	enum work_type type;
	void (*put)(struct json_object *o, const struct work_spec *work);
} types[] = {
	{ WORK_TYPE_CPU_SPIN, put_spin },
	{ WORK_TYPE_BURSTY, put_bursty },
	{ WORK_TYPE_IDLE_CHURN, put_churn },
	{ WORK_TYPE_TIMER_LATENCY, put_timer },
	{ WORK_TYPE_SEQUENCE, put_sequence },
};

static bool put_work(struct json_object *task, const struct work_spec *work)
{
	size_t i;

	/* Without phases it has some of its own, which rt-app has not. */
	if (work->type == WORK_TYPE_SEQUENCE &&
	    !work_phase_is(&work->phases[0]))
		return false;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].type != work->type)
			continue;
		types[i].put(task, work);
		return true;
	}
	return false;
}

/* ---- where it runs ---- */

static const char * const policies[POLICY_COUNT] = {
	[POLICY_NORMAL] = "SCHED_OTHER", [POLICY_BATCH] = "SCHED_BATCH",
	[POLICY_IDLE] = "SCHED_IDLE", [POLICY_FIFO] = "SCHED_FIFO",
	[POLICY_RR] = "SCHED_RR", [POLICY_DEADLINE] = "SCHED_DEADLINE",
};

static void add_list(struct json_object *o, const char *key, const char *list)
{
	struct json_object *numbers = json_object_new_array();
	cpu_set_t set;
	int i;

	CPU_ZERO(&set);
	cpus_parse(list, &set);
	for (i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			json_object_array_add(numbers,
					      json_object_new_int(i));
	json_object_object_add(o, key, numbers);
}

static void put_deadline(struct json_object *task, const struct work_place *p)
{
	add_number(task, "dl-runtime", p->runtime_us);
	add_number(task, "dl-deadline", p->deadline_us);
	add_number(task, "dl-period", p->period_us);
}

static void put_place(struct rt_out *out, struct json_object *task,
		      const struct work_place *p, const char *name)
{
	if (policies[p->policy])
		add_text(task, "policy", policies[p->policy]);
	else
		strbuf_addf(out->left_out, "%s: its scheduling class\n", name);
	if (p->policy == POLICY_DEADLINE)
		put_deadline(task, p);
	if (p->priority || p->nice)
		add_number(task, "priority", p->priority ? (int)p->priority :
					     p->nice);
	if (p->affinity == AFFINITY_EXACT)
		add_list(task, "cpus", p->cpus);
	else if (p->affinity)
		strbuf_addf(out->left_out, "%s: its affinity\n", name);
	if (p->memory == MEMORY_BIND && !p->memory_flags)
		add_list(task, "nodes_membind", p->nodes);
	else if (p->memory)
		strbuf_addf(out->left_out, "%s: its memory policy\n", name);
	if (p->uid || p->gid)
		strbuf_addf(out->left_out, "%s: its user and group\n", name);
}

/* ---- tasks ---- */

static bool has_bytes(const void *from, size_t n)
{
	const char *bytes = from;
	size_t i;

	for (i = 0; i < n; i++)
		if (bytes[i])
			return true;
	return false;
}

/* A name of its own, which is the thread's as well. */
static void name_task(struct rt_out *out, const struct work_spec *work,
		      const char *cgroup, char name[TASK_NAME_SIZE])
{
	const char *base = work->place.comm[0] ? work->place.comm :
			   cgroup ?: "task";

	snprintf(name, TASK_NAME_SIZE, "%.64s", base);
	if (json_object_object_get_ex(out->tasks, name, NULL))
		snprintf(name, TASK_NAME_SIZE, "%.64s-%u", base, out->n);
}

static void put_task(struct rt_out *out, const char *cgroup,
		     unsigned int workers, const struct work_spec *work)
{
	struct json_object *task = json_object_new_object();
	char name[TASK_NAME_SIZE];

	name_task(out, work, cgroup, name);
	out->n++;
	add_number(task, "instance", workers ?: out->workers);
	if (out->delay_us)
		add_number(task, "delay", out->delay_us);
	put_place(out, task, &work->place, name);
	if (cgroup) {
		struct strbuf group = STRBUF_INIT;

		strbuf_addf(&group, "/%s", cgroup);
		add_text(task, "taskgroup", group.text);
		strbuf_free(&group);
	}
	add_number(task, "loop", -1);
	if (put_work(task, work)) {
		json_object_object_add(out->tasks, name, task);
		return;
	}
	strbuf_addf(out->left_out, "%s: work of the type %s\n", name,
		    work_types[work->type]->name);
	json_object_put(task);
}

static void put_def(struct rt_out *out, const struct cgroup_def *def)
{
	put_task(out, def->name, def->workers, &def->work);
	if (def->cpuset.kind)
		strbuf_addf(out->left_out, "%s: its cpuset\n", def->name);
	if (has_bytes(&def->limits, sizeof(def->limits)))
		strbuf_addf(out->left_out, "%s: its limits\n", def->name);
}

/* Workers that are started are tasks with a delay. */
static void put_op(struct rt_out *out, const struct op *op)
{
	char text[200];

	if (op->id == OP_SPAWN) {
		put_task(out, op->cgroup, op->workers, &op->work);
	} else if (op->id == OP_ADD_CGROUP_DEF) {
		put_def(out, op->def);
	} else if (op->id == OP_PAUSE) {
		out->delay_us += op->ms * 1000;
	} else if (op->id != OP_ADD_CGROUP || op->cpuset.kind) {
		op_describe(op, text, sizeof(text));
		strbuf_addf(out->left_out, "an op: %s\n", text);
	}
}

static void put_steps(struct rt_out *out, const struct scenario_def *def)
{
	const struct step *step = def->steps;
	size_t i;

	for (i = 0; i < def->n_defs; i++)
		put_def(out, &def->defs[i]);
	if (!def->n_steps)
		return;
	for (i = 0; i < step->n_defs; i++)
		put_def(out, &step->defs[i]);
	for (i = 0; i < step->n_ops; i++)
		put_op(out, &step->ops[i]);
	if (step->hold.every_ms)
		strbuf_addf(out->left_out, "step 0: that its ops come again\n");
	for (i = 1; i < def->n_steps; i++)
		strbuf_addf(out->left_out, "step %zu\n", i);
}

static void put_global(const struct ktstr_attr *attr, struct json_object *o)
{
	struct json_object *global = json_object_new_object();

	add_number(global, "duration", attr->duration_s);
	add_text(global, "calibration", "CPU0");
	add_text(global, "default_policy", "SCHED_OTHER");
	json_object_object_add(o, "global", global);
}

int scenario_write_rt_app(const struct scenario_def *def, struct strbuf *text,
			  struct strbuf *left_out)
{
	struct json_object *o = json_object_new_object();
	struct rt_out out = {
		.tasks = json_object_new_object(), .left_out = left_out,
	};
	struct ktstr_merged merged;
	struct attr_given given;
	char err[256];

	attr_merge_defaults(&merged);
	if (def->attributes &&
	    !attr_given_parse(&given, def->attributes, err, sizeof(err))) {
		attr_merge_level(&merged, &given.attr);
		attr_given_free(&given);
	}
	out.workers = merged.attr.workers;
	put_steps(&out, def);
	json_object_object_add(o, "tasks", out.tasks);
	put_global(&merged.attr, o);
	return text_put_json(o, text);
}
