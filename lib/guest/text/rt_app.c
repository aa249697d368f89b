// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of rt-app's, read: doc/tutorial.txt of rt-app has their grammar. See
 * record.h.
 *
 * A task is workers of the type Sequence; those of no task group are beside each
 * other in the test's own cgroup. What a scenario cannot say is listed.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/ready.h"
#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/guest/text/rt_app.h"
#include "lib/guest/work/types.h"

#define RT_PRIORITY	10	/* of FIFO and RR where none is said */
#define POLICY_PREFIX	"SCHED_"
#define MAX_TASKS	256

/* What the names of events are of */
#define MUTEX		'm'
#define COND		'c'
#define THREAD		't'
#define BARRIER		'b'
#define SEMAPHORE	's'

/**
 * struct rt_row - a key
 * @key: the key; of an event the start of it
 * @take: put it into @task, which is NULL where there is none; 0, -errno
 * @why: what is to be listed of it; NULL for nothing
 * @phase: of an event: the kind of phase
 * @of: what its name is of, a letter
 * @per_us: of one that is so many bytes: bytes of a microsecond
 */
struct rt_row {
	const char *key;
	int (*take)(struct rt_app *rt, struct rt_task *task,
		    const struct text_key *key, struct json_object *value);
	const char *why;
	enum work_phase_kind phase;
	char of;
	unsigned int per_us;
};

/* What is shown of a file is its own text, which may be anything. */
static void show(const char *name, char shown[TEXT_KEY_SIZE])
{
	size_t i;

	snprintf(shown, TEXT_KEY_SIZE, "%s", name);
	for (i = 0; shown[i]; i++)
		if (!isprint((unsigned char)shown[i]))
			shown[i] = '?';
}

static int take_number(struct rt_app *rt, const struct text_key *key,
		       struct json_object *value, int least, int64_t most,
		       int *n)
{
	int64_t number = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || number < least ||
	    number > most)
		return text_wrong(rt->r, key->line, "%s: is no whole number from %d to %lld",
				  key->name, least, (long long)most);
	*n = number;
	return 0;
}

/* ---- what a task, or all of them, are ---- */

static int take_policy_word(struct rt_app *rt, const struct text_key *key,
			    struct json_object *value,
			    enum place_policy *policy)
{
	static const char * const names[] = {
		"OTHER", "BATCH", "IDLE", "FIFO", "RR", "DEADLINE",
	};
	const char *text = json_object_get_string(value);
	const size_t len = strlen(POLICY_PREFIX);
	unsigned int i;

	for (i = 0; text && i < ARRAY_SIZE(names); i++) {
		if (strncmp(text, POLICY_PREFIX, len) ||
		    strcmp(text + len, names[i]))
			continue;
		*policy = POLICY_NORMAL + i;
		return 0;
	}
	return text_wrong(rt->r, key->line, "%s: %.40s: there is no such policy, as in SCHED_OTHER",
			  key->name, text ?: "null");
}

static int take_policy(struct rt_app *rt, struct rt_task *task,
		       const struct text_key *key, struct json_object *value)
{
	task->has_policy = true;
	return take_policy_word(rt, key, value, &task->work.place.policy);
}

static int take_priority(struct rt_app *rt, struct rt_task *task,
			 const struct text_key *key, struct json_object *value)
{
	task->has_priority = true;
	return take_number(rt, key, value, -20, 99, &task->priority);
}

static int take_instances(struct rt_app *rt, struct rt_task *task,
			  const struct text_key *key,
			  struct json_object *value)
{
	int n;

	if (take_number(rt, key, value, 0, 1024, &n))
		return -EINVAL;
	if (!n)
		rt_app_leave_out(rt, key->line, "instance: a task that others fork is never started");
	task->instances = n;
	return 0;
}

static int take_delay(struct rt_app *rt, struct rt_task *task,
		      const struct text_key *key, struct json_object *value)
{
	int us;

	if (take_number(rt, key, value, 0, INT_MAX, &us))
		return -EINVAL;
	task->delay_us = us;
	return 0;
}

static int take_loop(struct rt_app *rt, struct rt_task *task,
		     const struct text_key *key, struct json_object *value)
{
	if (take_number(rt, key, value, -1, INT_MAX, &task->loops))
		return -EINVAL;
	if (task->loops >= 0)
		rt_app_leave_out(rt, key->line, "loop: the task does not end after %d, it goes on",
				 task->loops);
	return 0;
}

/* [0, 2] is "0,2". */
static int take_list(struct rt_app *rt, const struct text_key *key,
		     struct json_object *value, char list[PLACE_LIST])
{
	struct strbuf text = STRBUF_INIT;
	bool fits = json_object_is_type(value, json_type_array);
	size_t i;
	int n;

	for (i = 0; fits && i < json_object_array_length(value); i++) {
		if (take_number(rt, key, json_object_array_get_idx(value, i), 0,
				CPU_SETSIZE - 1, &n)) {
			strbuf_free(&text);
			return -EINVAL;
		}
		strbuf_addf(&text, "%s%d", i ? "," : "", n);
	}
	fits = fits && text.len && text.len < PLACE_LIST;
	if (fits)
		strcpy(list, text.text);
	strbuf_free(&text);
	return fits ? 0 : text_wrong(rt->r, key->line, "%s: is no list of numbers, or is too long",
				     key->name);
}

static int take_cpus(struct rt_app *rt, struct rt_task *task,
		     const struct text_key *key, struct json_object *value)
{
	task->work.place.affinity = AFFINITY_EXACT;
	return take_list(rt, key, value, task->work.place.cpus);
}

static int take_nodes(struct rt_app *rt, struct rt_task *task,
		      const struct text_key *key, struct json_object *value)
{
	task->work.place.memory = MEMORY_BIND;
	return take_list(rt, key, value, task->work.place.nodes);
}

static int take_us(struct rt_app *rt, const struct text_key *key,
		   struct json_object *value, unsigned int *us)
{
	int n;

	if (take_number(rt, key, value, 0, INT_MAX, &n))
		return -EINVAL;
	*us = n;
	return 0;
}

static int take_runtime(struct rt_app *rt, struct rt_task *task,
			const struct text_key *key, struct json_object *value)
{
	return take_us(rt, key, value, &task->work.place.runtime_us);
}

static int take_deadline(struct rt_app *rt, struct rt_task *task,
			 const struct text_key *key, struct json_object *value)
{
	return take_us(rt, key, value, &task->work.place.deadline_us);
}

static int take_period(struct rt_app *rt, struct rt_task *task,
		       const struct text_key *key, struct json_object *value)
{
	return take_us(rt, key, value, &task->work.place.period_us);
}

/* "/a/b" is "a/b", and "/" the one that all are in. */
static int take_taskgroup(struct rt_app *rt, struct rt_task *task,
			  const struct text_key *key,
			  struct json_object *value)
{
	const char *text = json_object_get_string(value), *p;

	if (!json_object_is_type(value, json_type_string))
		return text_wrong(rt->r, key->line, "taskgroup: is no text");
	while (*text == '/')
		text++;
	for (p = text; isalnum((unsigned char)*p) || (*p && strchr("_-/", *p));
	     p++)
		;
	if (*p || p - text > NAME_MAX)
		return text_wrong(rt->r, key->line, "taskgroup: has a character in it that is neither letter nor digit");
	task->taskgroup = *text ? text_dup(rt->r, text) : NULL;
	return *text && !task->taskgroup ? -ENOMEM : 0;
}

static const struct rt_row task_rows[] = {
	{ "instance", .take = take_instances },
	{ "loop", .take = take_loop },
	{ "delay", .take = take_delay },
};

/* A phase can have these as well. */
static const struct rt_row place_rows[] = {
	{ "policy", .take = take_policy },
	{ "priority", .take = take_priority },
	{ "cpus", .take = take_cpus },
	{ "nodes_membind", .take = take_nodes },
	{ "taskgroup", .take = take_taskgroup },
	{ "dl-runtime", .take = take_runtime },
	{ "dl-period", .take = take_period },
	{ "period", .take = take_period },
	{ "dl-deadline", .take = take_deadline },
	{ "deadline", .take = take_deadline },
	{ "util_min", .why = "a worker has no clamp of its own" },
	{ "util_max", .why = "a worker has no clamp of its own" },
};

/* ---- events ---- */

static struct work_phase *add_phase(struct rt_app *rt, struct rt_task *task,
				    const struct text_key *key,
				    enum work_phase_kind kind)
{
	struct work_phase *p = &task->work.phases[task->n];

	if (task->n < WORK_MAX_PHASES) {
		task->n++;
		p->kind = kind;
		return p;
	}
	if (!task->full)
		rt_app_leave_out(rt, key->line, "%s: it and what follows it in this task: at most %d events can be",
				 key->name, WORK_MAX_PHASES);
	task->full = true;
	return NULL;
}

static void add_time(struct rt_app *rt, struct rt_task *task,
		     const struct text_key *key, enum work_phase_kind kind,
		     unsigned int us)
{
	struct work_phase *p = add_phase(rt, task, key, kind);

	if (p)
		p->us = us;
}

/* Return: 0 where there are too many. */
static unsigned int channel_of(struct rt_app *rt, const struct text_key *key,
			       char of, const char *name)
{
	char full[TEXT_KEY_SIZE];
	unsigned int i;

	snprintf(full, sizeof(full), "%c%s", of, name);
	for (i = 0; i < rt->n_names; i++)
		if (!strcmp(rt->names[i], full))
			return i + 1;
	if (i == WORK_MAX_CHANNELS) {
		rt_app_leave_out(rt, key->line, "%s: of locks and the like %d can be",
				 key->name, WORK_MAX_CHANNELS);
		return 0;
	}
	strcpy(rt->names[rt->n_names++], full);
	return i + 1;
}

static void add_channel(struct rt_app *rt, struct rt_task *task,
			const struct text_key *key, enum work_phase_kind kind,
			unsigned int channel, unsigned int lock)
{
	struct work_phase *p = channel ? add_phase(rt, task, key, kind) : NULL;

	if (!p)
		return;
	p->channel = channel;
	p->lock = lock;
}

static const struct rt_row *find_event(const char *name);

static int take_time(struct rt_app *rt, struct rt_task *task,
		     const struct text_key *key, struct json_object *value)
{
	unsigned int us;

	if (take_us(rt, key, value, &us))
		return -EINVAL;
	if (us > WORK_PHASE_MAX_MS * 1000)
		return text_wrong(rt->r, key->line, "%s: is longer than a minute",
				  key->name);
	if (us)
		add_time(rt, task, key, find_event(key->name)->phase, us);
	return 0;
}

/* So long as that many bytes take, which are not worth a microsecond at least. */
static int take_bytes(struct rt_app *rt, struct rt_task *task,
		      const struct text_key *key, struct json_object *value)
{
	const struct rt_row *row = find_event(key->name);
	unsigned int bytes;

	if (take_us(rt, key, value, &bytes))
		return -EINVAL;
	if (bytes)
		add_time(rt, task, key, row->phase,
			 min(bytes / row->per_us + 1,
			     WORK_PHASE_MAX_MS * 1000U));
	return 0;
}

static bool is_text(struct json_object *o, const char *text)
{
	return o && !strcmp(json_object_get_string(o) ?: "", text);
}

static int take_timer(struct rt_app *rt, struct rt_task *task,
		      const struct text_key *key, struct json_object *value)
{
	struct json_object *ref;
	unsigned int n = task->n;

	if (!json_object_is_type(value, json_type_object))
		return text_wrong(rt->r, key->line, "%s: is an object, {...}",
				  key->name);
	ref = marked_find(value, "ref", NULL);
	if (ref && strncmp(json_object_get_string(ref) ?: "", "unique", 6))
		rt_app_leave_out(rt, key->line, "%s: each worker has one of its own, whatever its name",
				 key->name);
	if (take_time(rt, task, key, marked_find(value, "period", NULL)))
		return -EINVAL;
	if (task->n > n && is_text(marked_find(value, "mode", NULL), "absolute"))
		task->work.phases[n].kind = WORK_PHASE_TICK;
	return 0;
}

/* Once, or twice where the clock says so. */
static int take_yield(struct rt_app *rt, struct rt_task *task,
		      const struct text_key *key, struct json_object *value)
{
	(void)value;
	add_time(rt, task, key, WORK_PHASE_YIELD, 1);
	return 0;
}

/* One without a name has the task's. */
static int take_name(struct rt_app *rt, struct rt_task *task,
		     const struct text_key *key, struct json_object *value)
{
	const struct rt_row *row = find_event(key->name);
	const char *name = value ? json_object_get_string(value) : task->name;

	if (value && !json_object_is_type(value, json_type_string))
		return text_wrong(rt->r, key->line, "%s: is no name",
				  key->name);
	add_channel(rt, task, key, row->phase,
		    channel_of(rt, key, row->of, name), 0);
	return 0;
}

static int take_pair(struct rt_app *rt, const struct text_key *key,
		     struct json_object *value, unsigned int *ref,
		     unsigned int *mutex)
{
	bool object = json_object_is_type(value, json_type_object);
	struct json_object *r = object ? marked_find(value, "ref", NULL) : NULL;
	struct json_object *m = object ? marked_find(value, "mutex", NULL) :
				NULL;

	if (!r || !m)
		return text_wrong(rt->r, key->line, "%s: is no {\"ref\": NAME, \"mutex\": NAME}",
				  key->name);
	*ref = channel_of(rt, key, COND, json_object_get_string(r));
	*mutex = channel_of(rt, key, MUTEX, json_object_get_string(m));
	return 0;
}

static int take_wait(struct rt_app *rt, struct rt_task *task,
		     const struct text_key *key, struct json_object *value)
{
	unsigned int ref, mutex;
	int ret = take_pair(rt, key, value, &ref, &mutex);

	if (!ret)
		add_channel(rt, task, key, WORK_PHASE_SUSPEND, ref, mutex);
	return ret;
}

static int take_sync(struct rt_app *rt, struct rt_task *task,
		     const struct text_key *key, struct json_object *value)
{
	unsigned int ref, mutex;
	int ret = take_pair(rt, key, value, &ref, &mutex);

	if (ret)
		return ret;
	add_channel(rt, task, key, WORK_PHASE_LOCK, mutex, 0);
	add_channel(rt, task, key, WORK_PHASE_RESUME, ref, 0);
	add_channel(rt, task, key, WORK_PHASE_SUSPEND, ref, mutex);
	add_channel(rt, task, key, WORK_PHASE_UNLOCK, mutex, 0);
	return 0;
}

/* rt-app knows them by how they begin; a longer one comes first. */
static const struct rt_row event_rows[] = {
	{ "runtime", .take = take_time, .phase = WORK_PHASE_SPIN },
	{ "run", .take = take_time, .phase = WORK_PHASE_SPIN },
	{ "sleep", .take = take_time, .phase = WORK_PHASE_SLEEP },
	{ "timer", .take = take_timer, .phase = WORK_PHASE_TIMER },
	{ "yield", .take = take_yield },
	{ "iorun", .take = take_bytes, .phase = WORK_PHASE_IO,
	  .per_us = RT_APP_IO_PER_US,
	  .why = "it writes a file of its own for as long as 100 MB/s take" },
	{ "memrun", .why = "memory is not gone through" },
	{ "mem", .take = take_bytes, .phase = WORK_PHASE_SPIN, .per_us = 1000,
	  .why = "it computes, without memory, for as long as 1 GB/s take" },
	{ "lock", .take = take_name, .phase = WORK_PHASE_LOCK, .of = MUTEX },
	{ "unlock", .take = take_name, .phase = WORK_PHASE_UNLOCK,
	  .of = MUTEX },
	{ "wait", .take = take_wait },
	{ "signal", .take = take_name, .phase = WORK_PHASE_RESUME, .of = COND,
	  .why = "it wakes all who wait, not one" },
	{ "broad", .take = take_name, .phase = WORK_PHASE_RESUME, .of = COND },
	{ "sync", .take = take_sync },
	{ "suspend", .take = take_name, .phase = WORK_PHASE_SUSPEND,
	  .of = THREAD },
	{ "resume", .take = take_name, .phase = WORK_PHASE_RESUME,
	  .of = THREAD },
	{ "barrier", .take = take_name, .phase = WORK_PHASE_BARRIER,
	  .of = BARRIER },
	{ "sem_post", .take = take_name, .phase = WORK_PHASE_POST,
	  .of = SEMAPHORE },
	{ "sem_wait", .take = take_name, .phase = WORK_PHASE_TAKE,
	  .of = SEMAPHORE },
	{ "fork", .why = "no task is started by another" },
};

static const struct rt_row *find_event(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(event_rows); i++)
		if (!strncmp(name, event_rows[i].key,
			     strlen(event_rows[i].key)))
			return &event_rows[i];
	return NULL;
}

/* ---- keys ---- */

static const struct rt_row *find_row(const struct rt_row *rows, size_t n,
				     const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(rows[i].key, name))
			return &rows[i];
	return NULL;
}

static int take_row(struct rt_app *rt, struct rt_task *task,
		    const struct rt_row *row, const struct text_key *key,
		    struct json_object *value)
{
	if (row->why)
		rt_app_leave_out(rt, key->line, "%s: %s", key->name, row->why);
	return row->take ? row->take(rt, task, key, value) : 0;
}

static int no_such_key(struct rt_app *rt, const struct text_key *key,
		       const struct rt_row *rows, size_t n)
{
	struct near near = { .given = key->name };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < n; i++)
		near_offer(&near, rows[i].key);
	return text_wrong(rt->r, key->line, "%s: rt-app has no such key%s",
			  key->name, near_text(&near, offered));
}

static int take_place_or_event(struct rt_app *rt, struct rt_task *task,
			       const struct text_key *key,
			       struct json_object *value, bool only_phase)
{
	const struct rt_row *row = find_row(place_rows, ARRAY_SIZE(place_rows),
					    key->name);

	if (row && !only_phase) {
		rt_app_leave_out(rt, key->line, "%s: is a task's, and does not change from phase to phase",
				 key->name);
		return 0;
	}
	if (!row)
		row = find_event(key->name);
	return row ? take_row(rt, task, row, key, value) :
		     no_such_key(rt, key, event_rows, ARRAY_SIZE(event_rows));
}

/* How often a phase comes, which its last event says. */
static int end_phase(struct rt_app *rt, struct rt_task *task, unsigned int from,
		     struct json_object *o)
{
	struct text_key key = { .name = "loop" };
	struct json_object *loop = marked_find(o, "loop", &key.line);
	int n = 1;

	if (loop && take_number(rt, &key, loop, -1, INT_MAX, &n))
		return -EINVAL;
	if (task->n == from)
		return 0;
	if (!n) {
		memset(&task->work.phases[from], 0,
		       (task->n - from) * sizeof(task->work.phases[0]));
		task->n = from;
		return 0;
	}
	task->work.phases[task->n - 1].loop = n < 0 ? RT_APP_FOR_EVER : 0U + n;
	return 0;
}

static int take_phase(struct rt_app *rt, struct rt_task *task,
		      const struct text_key *at, struct json_object *o,
		      bool only_phase)
{
	unsigned int from = task->n;
	struct text_key key;
	int ret = 0;

	if (!json_object_is_type(o, json_type_object))
		return text_wrong(rt->r, at->line, "%s: is an object, {...}",
				  at->name);
	json_object_object_foreach(o, marked, value) {
		marked_key(marked, &key);
		if (!ret && strcmp(key.name, "loop"))
			ret = take_place_or_event(rt, task, &key, value,
						  only_phase);
	}
	return ret ?: end_phase(rt, task, from, o);
}

static int take_phases(struct rt_app *rt, struct rt_task *task,
		       const struct text_key *at, struct json_object *o)
{
	struct text_key key;
	int ret = 0;

	if (!json_object_is_type(o, json_type_object))
		return text_wrong(rt->r, at->line, "phases: is an object, {...}");
	json_object_object_foreach(o, marked, value) {
		marked_key(marked, &key);
		ret = ret ?: take_phase(rt, task, &key, value,
					json_object_object_length(o) == 1);
	}
	return ret;
}

/* ---- tasks ---- */

static int take_task_key(struct rt_app *rt, struct rt_task *task,
			 const struct text_key *key, struct json_object *value)
{
	const struct rt_row *row = find_row(task_rows, ARRAY_SIZE(task_rows),
					    key->name);

	if (row)
		return take_row(rt, task, row, key, value);
	if (!strcmp(key->name, "phases"))
		return take_phases(rt, task, key, value);
	return take_place_or_event(rt, task, key, value, true);
}

/* What was said of its class makes sense only with all of it. */
static void settle_place(struct rt_app *rt, struct rt_task *task)
{
	struct work_place *p = &task->work.place;

	if (!task->has_policy)
		p->policy = rt->policy;
	if (p->policy == POLICY_DEADLINE) {
		p->period_us = p->period_us ?: p->runtime_us;
		p->deadline_us = p->deadline_us ?: p->period_us;
		return;
	}
	if (p->runtime_us)
		rt_app_leave_out(rt, task->line, "dl-runtime: a worker has no slice of its own");
	p->runtime_us = 0;
	p->period_us = 0;
	p->deadline_us = 0;
	if (p->policy == POLICY_FIFO || p->policy == POLICY_RR)
		p->priority = task->has_priority ? max(task->priority, 1) :
			      RT_PRIORITY;
	else
		p->nice = min(task->priority, 19);
}

static int take_task(struct rt_app *rt, struct rt_task *task,
		     const struct text_key *at, struct json_object *o)
{
	struct text_key key;
	int ret = 0;

	show(at->name, task->name);
	task->line = at->line;
	task->instances = 1;
	task->loops = -1;
	task->work.type = WORK_TYPE_SEQUENCE;
	snprintf(task->work.place.comm, PLACE_COMM, "%.*s", PLACE_COMM - 1,
		 task->name);
	if (!json_object_is_type(o, json_type_object))
		return text_wrong(rt->r, at->line, "%s: a task is an object, {...}",
				  at->name);
	json_object_object_foreach(o, marked, value) {
		marked_key(marked, &key);
		ret = ret ?: take_task_key(rt, task, &key, value);
	}
	settle_place(rt, task);
	if (!ret && !task->n)
		rt_app_leave_out(rt, at->line, "%s: a task of which nothing is left",
				 task->name);
	return ret;
}

static int take_tasks(struct rt_app *rt, struct json_object *o,
		      unsigned int line)
{
	struct text_key key;
	int ret = 0;

	if (!json_object_is_type(o, json_type_object))
		return text_wrong(rt->r, line, "tasks: is an object, {...}");
	if (json_object_object_length(o) > MAX_TASKS)
		return text_wrong(rt->r, line, "tasks: %d of them, at most %d can be",
				  json_object_object_length(o), MAX_TASKS);
	rt->tasks = text_alloc(rt->r, (json_object_object_length(o) + 1) *
			       sizeof(*rt->tasks));
	if (!rt->tasks)
		return -ENOMEM;
	json_object_object_foreach(o, marked, value) {
		marked_key(marked, &key);
		ret = ret ?: take_task(rt, &rt->tasks[rt->n], &key, value);
		rt->n++;
	}
	return ret;
}

/* ---- of all tasks ---- */

static int take_duration(struct rt_app *rt, struct rt_task *task,
			 const struct text_key *key, struct json_object *value)
{
	int s;

	(void)task;
	if (take_number(rt, key, value, -1, INT_MAX, &s))
		return -EINVAL;
	if (s < 0)
		rt->duration_line = key->line;
	else
		rt_app_set_duration(rt, key->line, s);
	return 0;
}

static int take_default_policy(struct rt_app *rt, struct rt_task *task,
			       const struct text_key *key,
			       struct json_object *value)
{
	(void)task;
	return take_policy_word(rt, key, value, &rt->policy);
}

#define OUTPUT		"is about rt-app's own output"

static const struct rt_row global_rows[] = {
	{ "duration", .take = take_duration },
	{ "default_policy", .take = take_default_policy },
	{ "calibration", .why = "what is computed is measured by each worker's CPU clock" },
	{ "lock_pages", .why = "pages are not locked" },
	{ "pi_enabled", .why = "locks lend no priority" },
	{ "logdir", .why = OUTPUT },
	{ "log_basename", .why = OUTPUT },
	{ "log_size", .why = OUTPUT },
	{ "gnuplot", .why = OUTPUT },
	{ "ftrace", .why = OUTPUT },
	{ "cumulative_slack", .why = OUTPUT },
	{ "frag", .why = "rt-app itself no longer knows it" },
	{ "io_device", .why = "what iorun writes is a file of its own" },
	{ "mem_buffer_size", .why = "memory is not gone through" },
};

static int take_global(struct rt_app *rt, struct json_object *o,
		       unsigned int line)
{
	struct text_key key;
	int ret = 0;

	if (!json_object_is_type(o, json_type_object))
		return text_wrong(rt->r, line, "global: is an object, {...}");
	json_object_object_foreach(o, marked, value) {
		const struct rt_row *row;

		marked_key(marked, &key);
		row = find_row(global_rows, ARRAY_SIZE(global_rows), key.name);
		if (ret)
			break;
		ret = row ? take_row(rt, NULL, row, &key, value) :
		      no_such_key(rt, &key, global_rows,
				  ARRAY_SIZE(global_rows));
	}
	return ret;
}

int text_read_rt_app(struct text_reader *r, struct json_object *o)
{
	struct rt_app rt = { .r = r };
	struct json_object *part;
	unsigned int line = 1;
	int ret = 0;

	/* What is said of all of them goes before what tasks do not say. */
	part = marked_find(o, "global", &line);
	if (part)
		ret = take_global(&rt, part, line);
	if (!ret) {
		part = marked_find(o, "tasks", &line);
		ret = take_tasks(&rt, part, line);
	}
	return ret ?: rt_app_make_scenario(&rt);
}
