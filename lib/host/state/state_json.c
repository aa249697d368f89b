// SPDX-License-Identifier: GPL-2.0-only
/*
 * States of hosts as JSON. See state.h.
 */
#include "lib/host/state/state.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/report/json.h"

#define THREADS_MAX	1000000

/* ---- writing ---- */

static struct json_object *number(uint64_t value)
{
	return value == STATE_UNKNOWN || value > INT64_MAX ? NULL :
	       json_object_new_int64((int64_t)value);
}

static struct json_object *json_numbers(const struct state_numbers *numbers)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < numbers->n; i++)
		json_object_object_add(o, numbers->list[i].name,
				       number(numbers->list[i].value));
	return o;
}

/* Values stand in the order of "values", which is said once. */
static struct json_object *json_thread(const struct state_thread *t)
{
	struct json_object *o = json_object_new_object(), *values;
	enum state_value v;

	json_add_int(o, "tid", t->tid);
	json_add_int(o, "tgid", t->tgid);
	json_add_text(o, "comm", t->comm);
	json_add_text(o, "pcomm", t->pcomm);
	json_add_text(o, "cgroup", t->cgroup);
	json_add_int(o, "start_ticks", (int64_t)t->start_ticks);
	json_add_int(o, "policy", t->policy);
	json_add_int(o, "nice", t->nice);
	json_add_int(o, "cpus", t->cpus);
	values = json_add_new(o, "values", json_object_new_array());
	for (v = 0; v < N_STATE_VALUES; v++)
		json_object_array_add(values, number(t->values[v]));
	return o;
}

static void add_head(struct json_object *o, const struct host_state *s)
{
	struct json_object *names, *host, *name;
	enum state_value v;

	json_add_text(o, "format", STATE_FORMAT);
	json_add_int(o, "version", STATE_VERSION);
	json_add_int(o, "captured_ns", (int64_t)s->captured_ns);
	json_add_double(o, "uptime_s", s->uptime_s);
	host = json_add_new(o, "host", json_object_new_object());
	json_add_text(host, "release", s->release);
	json_add_text(host, "cpu_model", s->cpu_model);
	json_add_text(host, "scheduler", *s->scheduler ? s->scheduler : NULL);
	json_add_int(o, "vanished", (int64_t)s->vanished);
	json_add_new(o, "numbers", json_numbers(&s->host));
	names = json_add_new(o, "values", json_object_new_array());
	for (v = 0; v < N_STATE_VALUES; v++) {
		name = json_object_new_string(state_value_name(v));
		json_object_array_add(names, name);
	}
}

struct json_object *state_json(const struct host_state *s)
{
	struct json_object *o = json_object_new_object(), *list, *g;
	size_t i;

	if (!o)
		return NULL;
	add_head(o, s);
	list = json_add_new(o, "cgroups", json_object_new_array());
	for (i = 0; i < s->n_cgroups; i++) {
		g = json_object_new_object();
		json_add_text(g, "path", s->cgroups[i].path);
		json_add_new(g, "numbers",
			     json_numbers(&s->cgroups[i].numbers));
		json_object_array_add(list, g);
	}
	list = json_add_new(o, "threads", json_object_new_array());
	for (i = 0; i < s->n_threads; i++)
		json_object_array_add(list, json_thread(&s->threads[i]));
	return o;
}

/* ---- reading ---- */

static struct json_object *member(struct json_object *o, const char *key,
				  enum json_type type)
{
	struct json_object *value = NULL;

	if (json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, key, &value);
	return json_object_is_type(value, type) ? value : NULL;
}

static void take_text(struct json_object *o, const char *key, char *buf,
		      size_t size)
{
	struct json_object *text = member(o, key, json_type_string);

	text_fit(buf, size, text ? json_object_get_string(text) : "",
		 text ? json_object_get_string_len(text) : 0);
}

static int64_t take_int(struct json_object *o, const char *key, int64_t none)
{
	struct json_object *value = member(o, key, json_type_int);

	return value ? json_object_get_int64(value) : none;
}

/* Which of ours stands where in the file; another ktstr may have others. */
static size_t read_names(struct json_object *doc, enum state_value **names)
{
	struct json_object *list = member(doc, "values", json_type_array);
	size_t i, n = list ? json_object_array_length(list) : 0;
	const char *name;

	*names = malloc((n + 1) * sizeof(**names));
	if (!*names)
		return 0;
	for (i = 0; i < n; i++) {
		name = json_object_get_string(json_object_array_get_idx(list,
									i));
		(*names)[i] = state_value_find(name ?: "");
	}
	return n;
}

static int read_thread(struct json_object *o, const enum state_value *names,
		       size_t n, struct state_thread *t)
{
	struct json_object *values = member(o, "values", json_type_array), *v;
	char cgroup[1024];
	size_t i;

	*t = (struct state_thread){
		.tid = (int)take_int(o, "tid", 0),
		.tgid = (int)take_int(o, "tgid", 0),
		.start_ticks = (uint64_t)take_int(o, "start_ticks", 0),
		.policy = (int)take_int(o, "policy", -1),
		.nice = (int)take_int(o, "nice", 0),
		.cpus = (unsigned int)take_int(o, "cpus", 0),
	};
	for (i = 0; i < N_STATE_VALUES; i++)
		t->values[i] = STATE_UNKNOWN;
	for (i = 0; values && i < n && i < json_object_array_length(values);
	     i++) {
		v = json_object_array_get_idx(values, i);
		if (names[i] < N_STATE_VALUES &&
		    json_object_is_type(v, json_type_int) &&
		    json_object_get_int64(v) >= 0)
			t->values[names[i]] =
				(uint64_t)json_object_get_int64(v);
	}
	take_text(o, "comm", t->comm, sizeof(t->comm));
	take_text(o, "pcomm", t->pcomm, sizeof(t->pcomm));
	take_text(o, "cgroup", cgroup, sizeof(cgroup));
	t->cgroup = strdup(cgroup);
	return t->cgroup ? 0 : -ENOMEM;
}

static int read_threads(struct json_object *doc, struct host_state *s)
{
	struct json_object *list = member(doc, "threads", json_type_array);
	size_t i, n = list ? json_object_array_length(list) : 0, n_names;
	enum state_value *names;
	int ret = 0;

	if (!n || n > THREADS_MAX)
		return -EPROTO;
	n_names = read_names(doc, &names);
	s->threads = calloc(n, sizeof(*s->threads));
	if (!s->threads || !names)
		ret = -ENOMEM;
	for (i = 0; !ret && i < n; i++) {
		ret = read_thread(json_object_array_get_idx(list, i), names,
				  n_names, &s->threads[i]);
		s->n_threads += !ret;
	}
	free(names);
	return ret;
}

static int read_doc(struct json_object *doc, struct host_state *s, char *err,
		    size_t err_size)
{
	char format[32];
	int ret;

	take_text(doc, "format", format, sizeof(format));
	if (strcmp(format, STATE_FORMAT)) {
		snprintf(err, err_size, "not the state of a host, as `host capture` writes it");
		return -EPROTO;
	}
	if (take_int(doc, "version", 0) != STATE_VERSION) {
		snprintf(err, err_size, "a state of version %lld: this ktstr reads %d",
			 (long long)take_int(doc, "version", 0),
			 STATE_VERSION);
		return -EPROTO;
	}
	s->captured_ns = (uint64_t)take_int(doc, "captured_ns", 0);
	take_text(member(doc, "host", json_type_object), "release", s->release,
		  sizeof(s->release));
	take_text(member(doc, "host", json_type_object), "cpu_model",
		  s->cpu_model, sizeof(s->cpu_model));
	take_text(member(doc, "host", json_type_object), "scheduler",
		  s->scheduler, sizeof(s->scheduler));
	ret = read_threads(doc, s);
	if (ret == -EPROTO)
		snprintf(err, err_size, "a state without threads");
	return ret;
}

int state_load(const char *path, struct host_state *s, char *err,
	       size_t err_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), ret;
	struct json_object *doc;

	*s = (struct host_state){ };
	if (fd < 0) {
		ret = -errno;
		snprintf(err, err_size, "%s", strerror(-ret));
		return ret;
	}
	doc = json_object_from_fd(fd);
	close(fd);
	snprintf(err, err_size, "no memory");
	if (doc) {
		ret = read_doc(doc, s, err, err_size);
	} else {
		ret = -EPROTO;
		snprintf(err, err_size, "not the state of a host: no JSON, or cut short");
	}
	json_object_put(doc);
	if (ret)
		state_free(s);
	return ret;
}
