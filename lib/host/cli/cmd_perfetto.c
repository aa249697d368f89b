// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as a trace: Chrome's JSON format, which Perfetto's UI opens.
 *
 * A run is a process. It has a thread for each CPU, with a slice for the task
 * that was seen there in one sample after the other; one for the phases, one
 * for the alarms. Counters are the run queues and the event rates.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/common/quantity.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/report/json.h"

#define TID_PHASES	100000
#define TID_ALARMS	100001

/*
 * A trace that is being written; @pid is the run's, @base_us 0 or its first
 * moment, where that is earlier: Perfetto drops what comes before 0.
 */
struct trace {
	FILE *to;
	int64_t base_us;
	int pid;
	bool any;
};

static int64_t get_int(struct json_object *o, const char *key)
{
	return json_object_get_int64(json_member(o, key));
}

/* Entry @i of the array @key; NULL where it has none. */
static struct json_object *at(struct json_object *o, const char *key, size_t i)
{
	struct json_object *array = json_member(o, key);

	if (!array || json_object_get_type(array) != json_type_array ||
	    i >= json_object_array_length(array))
		return NULL;
	return json_object_array_get_idx(array, i);
}

static size_t length(struct json_object *o, const char *key)
{
	struct json_object *array = json_member(o, key);

	return array && json_object_get_type(array) == json_type_array ?
	       json_object_array_length(array) : 0;
}

/* Takes over @event. */
static void put(struct trace *t, struct json_object *event)
{
	const char *text;

	json_add_int(event, "pid", t->pid);
	text = json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN);
	if (text)
		fprintf(t->to, "%s%s", t->any ? ",\n" : "\n", text);
	t->any = true;
	json_object_put(event);
}

static struct json_object *event_new(const char *ph, const char *name)
{
	struct json_object *event = json_object_new_object();

	json_add_text(event, "ph", ph);
	json_add_text(event, "name", name);
	return event;
}

static void put_name(struct trace *t, const char *what, int tid,
		     const char *name)
{
	struct json_object *event = event_new("M", what);
	struct json_object *args = json_object_new_object();

	json_add_int(event, "tid", tid);
	json_add_text(args, "name", name);
	json_add_new(event, "args", args);
	put(t, event);
}

static void put_slice(struct trace *t, int tid, const char *name,
		      int64_t start_us, int64_t end_us)
{
	struct json_object *event = event_new("X", name);

	json_add_int(event, "tid", tid);
	json_add_int(event, "ts", start_us - t->base_us);
	json_add_int(event, "dur", max(end_us - start_us, (int64_t)1));
	put(t, event);
}

static void put_instant(struct trace *t, int tid, const char *name,
			int64_t time_us)
{
	struct json_object *event = event_new("i", name);

	json_add_int(event, "tid", tid);
	json_add_int(event, "ts", time_us - t->base_us);
	json_add_text(event, "s", "p");
	put(t, event);
}

static void put_counter(struct trace *t, const char *name, int64_t time_us,
			const char *unit, double value)
{
	struct json_object *event = event_new("C", name);
	struct json_object *args = json_object_new_object();

	json_add_int(event, "ts", time_us - t->base_us);
	json_add_double(args, unit, value);
	json_add_new(event, "args", args);
	put(t, event);
}

/* ---- the parts of a run ---- */

static int64_t time_at(struct json_object *mon, size_t i)
{
	return json_object_get_int64(at(mon, "time_us", i));
}

static void put_cpu_counter(struct trace *t, struct json_object *mon,
			    struct json_object *cpu, const struct quantity *q)
{
	size_t n = length(mon, "time_us"), i;
	char name[64];

	snprintf(name, sizeof(name), "CPU %lld %s",
		 (long long)get_int(cpu, "cpu"), q->name);
	for (i = 0; i < n; i++) {
		struct json_object *value = at(cpu, q->name, i);

		if (value)
			put_counter(t, name, time_at(mon, i),
				    quantity_unit_name(q->unit),
				    json_object_get_int64(value));
	}
}

static bool same_task(struct json_object *cpu, size_t a, size_t b)
{
	const char *x = json_object_get_string(at(cpu, "curr_comm", a));
	const char *y = json_object_get_string(at(cpu, "curr_comm", b));

	return x && y && !strcmp(x, y) &&
	       json_object_get_int64(at(cpu, "curr_pid", a)) ==
	       json_object_get_int64(at(cpu, "curr_pid", b));
}

/* A task lasts until the first sample that has another one. */
static void put_cpu_tasks(struct trace *t, struct json_object *mon,
			  struct json_object *cpu, int tid)
{
	size_t n = length(mon, "time_us"), i, end;
	char name[64];

	for (i = 0; i + 1 < n; i = end) {
		int64_t pid = json_object_get_int64(at(cpu, "curr_pid", i));

		end = i + 1;
		if (!at(cpu, "curr_comm", i) || !pid)
			continue;
		while (end + 1 < n && same_task(cpu, i, end))
			end++;
		snprintf(name, sizeof(name), "%s [%lld]",
			 json_object_get_string(at(cpu, "curr_comm", i)),
			 (long long)pid);
		put_slice(t, tid, name, time_at(mon, i), time_at(mon, end));
	}
}

static void put_cpus(struct trace *t, struct json_object *mon)
{
	const struct quantity *q;
	size_t i;

	for (i = 0; i < length(mon, "cpus"); i++) {
		struct json_object *cpu = at(mon, "cpus", i);
		int tid = (int)get_int(cpu, "cpu") + 1;
		char name[32];

		snprintf(name, sizeof(name), "CPU %d (sampled)", tid - 1);
		put_name(t, "thread_name", tid, name);
		put_cpu_tasks(t, mon, cpu, tid);
		for (q = quantity_next(PER_CPU, NULL); q;
		     q = quantity_next(PER_CPU, q))
			if (q->unit == UNIT_TASKS)
				put_cpu_counter(t, mon, cpu, q);
	}
}

/* From one sample to the next; not over the end of a scheduler. */
static void put_rate(struct trace *t, struct json_object *mon,
		     const char *name, struct json_object *counts)
{
	size_t n = length(mon, "time_us"), i;
	char label[96];

	snprintf(label, sizeof(label), "SCX_EV_%s", name);
	for (i = 1; i < n && i < json_object_array_length(counts); i++) {
		struct json_object *was = json_object_array_get_idx(counts,
								    i - 1);
		struct json_object *is = json_object_array_get_idx(counts, i);
		int64_t t0 = time_at(mon, i - 1), t1 = time_at(mon, i);
		int64_t more = json_object_get_int64(is) -
			       json_object_get_int64(was);

		if (was && is && more >= 0 && t1 > t0)
			put_counter(t, label, t1, "per second",
				    more * 1e6 / (t1 - t0));
	}
}

static bool ever_counted(struct json_object *counts)
{
	size_t i;

	if (json_object_get_type(counts) != json_type_array)
		return false;
	for (i = 0; i < json_object_array_length(counts); i++)
		if (json_object_get_int64(json_object_array_get_idx(counts, i)))
			return true;
	return false;
}

static void put_events(struct trace *t, struct json_object *mon)
{
	struct json_object *events = json_member(mon, "events");

	if (!events || json_object_get_type(events) != json_type_object)
		return;
	json_object_object_foreach(events, name, counts) {
		if (ever_counted(counts))
			put_rate(t, mon, name, counts);
	}
}

static void put_happenings(struct trace *t, struct json_object *mon)
{
	char text[320];
	size_t i;

	put_name(t, "thread_name", TID_PHASES, "phases");
	for (i = 0; i < length(mon, "phases"); i++) {
		struct json_object *p = at(mon, "phases", i);

		put_slice(t, TID_PHASES,
			  json_object_get_string(json_member(p, "name")) ?: "?",
			  get_int(p, "start_us"), get_int(p, "end_us"));
	}
	for (i = 0; i < length(mon, "marks"); i++) {
		struct json_object *m = at(mon, "marks", i);

		snprintf(text, sizeof(text), "%s: %s",
			 json_object_get_string(json_member(m, "kind")) ?: "?",
			 json_object_get_string(json_member(m, "text")) ?: "");
		put_instant(t, TID_PHASES, text, get_int(m, "time_us"));
	}
	if (length(mon, "alarms"))
		put_name(t, "thread_name", TID_ALARMS, "alarms");
	for (i = 0; i < length(mon, "alarms"); i++) {
		struct json_object *a = at(mon, "alarms", i);

		put_slice(t, TID_ALARMS + (int)i,
			  json_object_get_string(json_member(a, "text")) ?: "?",
			  get_int(a, "since_us"), get_int(a, "time_us"));
	}
}

static void earliest(struct json_object *list, const char *key,
		     int64_t *first_us)
{
	size_t i;

	if (!list || json_object_get_type(list) != json_type_array)
		return;
	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		*first_us = min(*first_us, key ? get_int(o, key) :
					   json_object_get_int64(o));
	}
}

/* What was before the guest's clock, or the monitor, began is earlier than 0. */
static int64_t base_of(struct json_object *mon)
{
	int64_t first_us = 0;

	earliest(json_member(mon, "time_us"), NULL, &first_us);
	earliest(json_member(mon, "phases"), "start_us", &first_us);
	earliest(json_member(mon, "marks"), "time_us", &first_us);
	earliest(json_member(mon, "alarms"), "since_us", &first_us);
	return first_us;
}

int perfetto_write(const struct runs *runs, FILE *to)
{
	struct trace t = { .to = to };
	char name[400];
	size_t i;

	fprintf(to, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
	for (i = 0; i < runs->n; i++) {
		struct json_object *run = runs->list[i];
		struct json_object *mon = json_member(run, "monitor");

		t.pid = (int)i + 1;
		snprintf(name, sizeof(name), "%s: %s",
			 json_object_get_string(json_member(run, "test")) ?: "?",
			 json_object_get_string(json_member(run, "result")) ?: "?");
		put_name(&t, "process_name", 0, name);
		if (!mon)
			continue;
		t.base_us = base_of(mon);
		put_cpus(&t, mon);
		put_events(&t, mon);
		put_happenings(&t, mon);
	}
	fprintf(to, "\n]}\n");
	return ferror(to) ? -EIO : 0;
}

int perfetto_main(int argc, char **argv, char *err)
{
	return cli_convert(argc, argv, perfetto_write, err);
}
