// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading sidecars. See record.h.
 */
#include "lib/host/results/record.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/fail.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/report/sidecar.h"

#define FILE_MAX_BYTES	(256L << 20)
#define DEPTH_MAX	32
#define TEXT_MAX	1024		/* of one dimension */
#define VALUES_MAX	4096

#define bad(err, size, ...)	fail(err, size, -EPROTO, __VA_ARGS__)

/* ---- names ---- */

const char *record_dimension_name(enum record_dimension dimension)
{
	static const char * const names[] = {
#define AS_NAME(id, name, what) name,
		RECORD_DIMENSIONS(AS_NAME)
	};

	return names[dimension];
}

const char *record_dimension_what(enum record_dimension dimension)
{
	static const char * const whats[] = {
#define AS_WHAT(id, name, what) what,
		RECORD_DIMENSIONS(AS_WHAT)
	};

	return whats[dimension];
}

enum record_dimension record_dimension_find(const char *name, size_t len)
{
	enum record_dimension d;

	for (d = 0; d < N_RECORD_DIMENSIONS; d++)
		if (strlen(record_dimension_name(d)) == len &&
		    !memcmp(record_dimension_name(d), name, len))
			break;
	return d;
}

const char *record_result_name(enum record_result result)
{
	static const char * const names[N_RECORD_RESULTS] = {
		[RECORD_PASS] = "pass",
		[RECORD_FAIL] = "fail",
		[RECORD_SKIP] = "skip",
		[RECORD_XFAIL] = "xfail",
		[RECORD_UNJUDGED] = "unjudged",
	};

	return names[result];
}

/* ---- documents ---- */

static int judge_doc(struct json_object *doc, char *err, size_t err_size)
{
	struct json_object *format, *version;
	int64_t n;

	if (!json_object_is_type(doc, json_type_object) ||
	    !json_object_object_get_ex(doc, "format", &format) ||
	    !json_object_is_type(format, json_type_string) ||
	    strcmp(json_object_get_string(format), SIDECAR_FORMAT))
		return bad(err, err_size,
			   "not a sidecar: no document of format "
			   SIDECAR_FORMAT);
	if (!json_object_object_get_ex(doc, "version", &version) ||
	    !json_object_is_type(version, json_type_int))
		return bad(err, err_size, "not a sidecar: it has no version");
	n = json_object_get_int64(version);
	if (n > SIDECAR_VERSION)
		return bad(err, err_size,
			   "a sidecar of version %lld: this ktstr reads those up to %d, a newer one is needed",
			   (long long)n, SIDECAR_VERSION);
	if (n < 1)
		return bad(err, err_size, "not a sidecar: version %lld",
			   (long long)n);
	return 0;
}

int record_doc_read(const char *bytes, size_t len, struct json_object **doc,
		    char *err, size_t err_size)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	enum json_tokener_error error;
	struct json_object *o;
	int ret = 0;

	if (!tok)
		return -ENOMEM;
	if (!len || len > FILE_MAX_BYTES) {
		json_tokener_free(tok);
		return bad(err, err_size, len ? "too large for a sidecar" :
			   "not a sidecar: it is empty");
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, bytes, (int)len);
	error = json_tokener_get_error(tok);
	if (error == json_tokener_continue)
		ret = bad(err, err_size, "a sidecar that was cut short");
	else if (error != json_tokener_success)
		ret = bad(err, err_size, "not a sidecar: no JSON: %s",
			  json_tokener_error_desc(error));
	else
		ret = judge_doc(o, err, err_size);
	json_tokener_free(tok);
	if (ret)
		json_object_put(o);
	else
		*doc = o;
	return ret;
}

/* Who writes the file while we look at it gets an error of his own making. */
static int read_all(int fd, char **bytes, size_t *len)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > FILE_MAX_BYTES)
		return -EFBIG;
	*bytes = malloc(st.st_size + 1);
	if (!*bytes)
		return -ENOMEM;
	for (*len = 0; *len < (size_t)st.st_size; *len += n) {
		n = read(fd, *bytes + *len, st.st_size - *len);
		if (n < 0)
			return -errno;
		if (!n)
			break;
	}
	return 0;
}

int record_doc_load(const char *path, struct json_object **doc, char *err,
		    size_t err_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), ret;
	char *bytes = NULL;
	size_t len = 0;

	ret = fd < 0 ? -errno : read_all(fd, &bytes, &len);
	if (ret == -EFBIG)
		snprintf(err, err_size, "too large for a sidecar");
	else if (ret)
		snprintf(err, err_size, "%s", strerror(-ret));
	else
		ret = record_doc_read(bytes, len, doc, err, err_size);
	free(bytes);
	if (fd >= 0)
		close(fd);
	return ret;
}

/* ---- records ---- */

/*
 * Where members are taken from a document: what is wrong with it is kept until
 * all of it has been looked at.
 */
struct record_source {
	struct json_object *doc;
	char *err;
	size_t err_size;
	int ret;
};

static struct json_object *get(struct record_source *s, struct json_object *o,
			       const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!o || !json_object_object_get_ex(o, key, &value) || !value)
		return NULL;
	if (json_object_is_type(value, type) ||
	    (type == json_type_double &&
	     json_object_is_type(value, json_type_int)))
		return value;
	if (!s->ret)
		s->ret = bad(s->err, s->err_size,
			     "a sidecar whose \"%s\" is %s, and not %s", key,
			     json_type_to_name(json_object_get_type(value)),
			     json_type_to_name(type));
	return NULL;
}

/* A copy that is fit to print within a line; of an empty one none. */
static char *copy(struct record_source *s, const char *text, size_t len)
{
	char buf[TEXT_MAX], *out;

	if (!len)
		return NULL;
	text_fit(buf, sizeof(buf), text, len);
	out = strdup(buf);
	if (!out)
		s->ret = -ENOMEM;
	return out;
}

static char *get_text(struct record_source *s, struct json_object *o,
		      const char *key)
{
	struct json_object *text = get(s, o, key, json_type_string);

	return text ? copy(s, json_object_get_string(text),
			   json_object_get_string_len(text)) : NULL;
}

static bool is_true(struct record_source *s, struct json_object *o,
		    const char *key)
{
	return json_object_get_boolean(get(s, o, key, json_type_boolean));
}

static enum record_result take_result(struct record_source *s)
{
	struct json_object *o = get(s, s->doc, "result", json_type_string);
	const char *word = o ? json_object_get_string(o) : "";
	enum record_result r;

	if (is_true(s, s->doc, "infrastructure") ||
	    is_true(s, s->doc, "inconclusive"))
		return RECORD_UNJUDGED;
	for (r = RECORD_PASS; r < RECORD_UNJUDGED; r++)
		if (!strcmp(word, record_result_name(r)))
			return r;
	if (!s->ret)
		s->ret = bad(s->err, s->err_size,
			     "a sidecar without a result that we know");
	return RECORD_UNJUDGED;
}

static char *take_scheduler(struct record_source *s)
{
	struct json_object *name, *args, *arg;
	struct strbuf text = { .text = (char *)"", .max = TEXT_MAX };
	char *out;
	size_t i;

	name = get(s, s->doc, "scheduler", json_type_string);
	args = get(s, s->doc, "scheduler_args", json_type_array);
	strbuf_addf(&text, "%s", name ? json_object_get_string(name) : "eevdf");
	for (i = 0; name && args && i < json_object_array_length(args); i++) {
		arg = json_object_array_get_idx(args, i);
		if (json_object_is_type(arg, json_type_string))
			strbuf_addf(&text, " %s", json_object_get_string(arg));
	}
	out = copy(s, text.text, text.len);
	strbuf_free(&text);
	return out;
}

static char *take_host(struct record_source *s)
{
	struct json_object *host = get(s, s->doc, "host", json_type_object);
	struct json_object *model, *cpus;
	struct strbuf text = { .text = (char *)"", .max = TEXT_MAX };
	char *out;

	if (!host)
		return NULL;
	model = get(s, host, "cpu_model", json_type_string);
	cpus = get(s, host, "online_cpus", json_type_int);
	strbuf_addf(&text, "%s", model && *json_object_get_string(model) ?
		    json_object_get_string(model) : "CPU of no known model");
	if (cpus)
		strbuf_addf(&text, " x %lld",
			    (long long)json_object_get_int64(cpus));
	if (is_true(s, host, "emulated"))
		strbuf_addf(&text, ", emulated");
	if (is_true(s, host, "bare"))
		strbuf_addf(&text, ", no VM");
	out = copy(s, text.text, text.len);
	strbuf_free(&text);
	return out;
}

static void take_dimensions(struct record_source *s, struct record *r)
{
	struct json_object *kernel = get(s, s->doc, "kernel", json_type_object);
	char **d = r->dimensions;
	const char *dot;

	d[RECORD_TEST] = get_text(s, s->doc, "test");
	if (!d[RECORD_TEST]) {
		if (!s->ret)
			s->ret = bad(s->err, s->err_size,
				     "a sidecar that names no test");
		return;
	}
	dot = strrchr(d[RECORD_TEST], '.');
	dot = dot && dot[1] ? dot + 1 : d[RECORD_TEST];
	d[RECORD_SCENARIO] = copy(s, dot, strlen(dot));
	d[RECORD_TOPOLOGY] = get_text(s, s->doc, "topology");
	d[RECORD_SCHEDULER] = take_scheduler(s);
	d[RECORD_KERNEL] = get_text(s, kernel, "release");
	d[RECORD_GIVEN] = get_text(s, s->doc, "given");
	d[RECORD_COMMIT] = get_text(s, s->doc, "project_commit");
	d[RECORD_HOST] = take_host(s);
	d[RECORD_RUN] = get_text(s, s->doc, "run_id");
}

/* ---- values ---- */

static struct record_value *add_value(struct record_source *s,
				      struct record *r)
{
	struct record_value *values;

	if (r->n_values == VALUES_MAX || s->ret)
		return NULL;
	values = realloc(r->values, (r->n_values + 1) * sizeof(*values));
	if (!values) {
		s->ret = -ENOMEM;
		return NULL;
	}
	r->values = values;
	values += r->n_values++;
	*values = (struct record_value){ };
	return values;
}

/* A quantity of a run stands in the object of who has measured it. */
static void take_quantity(struct record_source *s, struct record *r,
			  const struct quantity *q)
{
	const char *object = q->from == FROM_VMM ? "vm" :
			     q->from == FROM_MONITOR ? "monitor" : "summary";
	struct json_object *o = get(s, s->doc, object, json_type_object);
	struct json_object *number = get(s, o, q->name, json_type_double);
	struct record_value *v;
	double value = number ? json_object_get_double(number) : NAN;

	if (!isfinite(value))
		return;
	v = add_value(s, r);
	if (!v)
		return;
	v->value = value;
	v->better = q->better;
	v->name = copy(s, q->name, strlen(q->name));
	v->unit = copy(s, quantity_unit_name(q->unit),
		       strlen(quantity_unit_name(q->unit)));
}

static enum quantity_better better_of(struct json_object *word)
{
	enum quantity_better b;

	for (b = 0; word && b < N_BETTERS; b++)
		if (!strcmp(json_object_get_string(word),
			    quantity_better_name(b)))
			return b;
	return BETTER_NEITHER;
}

static void take_metric(struct record_source *s, struct record *r,
			struct json_object *o)
{
	struct json_object *payload, *metric, *value;
	char name[TEXT_MAX];
	struct record_value *v;

	if (!json_object_is_type(o, json_type_object))
		return;
	payload = get(s, o, "payload", json_type_string);
	metric = get(s, o, "metric", json_type_string);
	value = get(s, o, "value", json_type_double);
	if (!payload || !metric || !value ||
	    !isfinite(json_object_get_double(value)))
		return;
	v = add_value(s, r);
	if (!v)
		return;
	snprintf(name, sizeof(name), "%s.%s", json_object_get_string(payload),
		 json_object_get_string(metric));
	v->value = json_object_get_double(value);
	v->better = better_of(get(s, o, "better", json_type_string));
	v->name = copy(s, name, strlen(name));
	v->unit = get_text(s, o, "unit");
}

static void take_values(struct record_source *s, struct record *r)
{
	struct json_object *payloads;
	const struct quantity *q;
	size_t i;

	for (q = quantity_next(PER_RUN, NULL); q; q = quantity_next(PER_RUN, q))
		take_quantity(s, r, q);
	payloads = get(s, s->doc, "payloads", json_type_array);
	for (i = 0; payloads && i < json_object_array_length(payloads); i++)
		take_metric(s, r, json_object_array_get_idx(payloads, i));
}

int record_of(struct json_object *doc, struct record *r, char *err,
	      size_t err_size)
{
	struct record_source s = {
		.doc = doc, .err = err, .err_size = err_size,
	};
	struct json_object *ms;

	*r = (struct record){ .duration_ms = -1 };
	take_dimensions(&s, r);
	r->result = take_result(&s);
	r->time = get_text(&s, doc, "time");
	r->reason = get_text(&s, doc, "reason");
	ms = get(&s, doc, "duration_ms", json_type_int);
	if (ms && json_object_get_int64(ms) >= 0)
		r->duration_ms = json_object_get_int64(ms);
	take_values(&s, r);
	if (s.ret == -ENOMEM)
		snprintf(err, err_size, "no memory");
	if (s.ret)
		record_free(r);
	return s.ret;
}

void record_free(struct record *r)
{
	size_t i;

	for (i = 0; i < N_RECORD_DIMENSIONS; i++)
		free(r->dimensions[i]);
	for (i = 0; i < r->n_values; i++) {
		free(r->values[i].name);
		free(r->values[i].unit);
	}
	free(r->time);
	free(r->reason);
	free(r->values);
	*r = (struct record){ };
}
