// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing sidecars. See sidecar.h.
 */
#include "lib/host/report/sidecar.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/log.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/identity.h"
#include "lib/host/report/collapse.h"
#include "lib/host/report/failure.h"
#include "lib/host/report/json.h"
#include "lib/host/report/quantity_json.h"
#include "lib/host/report/refusal.h"
#include "lib/host/report/series_json.h"
#include "lib/host/run/numbers.h"

#define LOG_LINES	200
#define CONSOLE_LINES	60

static const char *result_word(int code)
{
	static const struct {
		int code;
		const char *word;
	} words[] = {
		{ RUN_PASS, "pass" },
		{ RUN_FAIL, "fail" },
		{ RUN_SKIP, "skip" },
		{ RUN_XFAIL, "xfail" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].code == code)
			return words[i].word;
	return "fail";
}

static void add_time(struct json_object *o)
{
	time_t now = time(NULL);
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_add_text(o, "time", text);
}

static void add_scheduler(struct json_object *o,
			  const struct run_subject *subject)
{
	struct json_object *args = json_object_new_array();
	unsigned int i;

	json_add_text(o, "scheduler", run_subject_name(subject));
	json_add_new(o, "scheduler_args", args);
	for (i = 0; args && i < subject->n_args; i++) {
		const char *arg = subject->args[i];

		json_object_array_add(args, json_text(arg, strlen(arg)));
	}
}

/* As a command line has them, so that --attr takes each. */
static void add_attributes(struct json_object *o, const struct sidecar *s)
{
	struct json_object *attrs = json_object_new_object();
	const struct attr_row *row;

	json_add_new(o, "attributes", attrs);
	for (row = attr_rows; row < attr_rows + attr_n_rows; row++) {
		struct strbuf text = STRBUF_INIT;

		if (attr_text(s->attr, row, &text))
			json_add_text(attrs, row->name, text.text);
		strbuf_free(&text);
	}
	json_add_text(o, "given", s->config->given);
}

/* Without a VM it is the one that runs here. */
static void add_kernel(struct json_object *o, const struct run_config *c)
{
	struct json_object *kernel = json_object_new_object();
	const char *image = c->kernel->image;
	struct host_machine machine;
	char release[128] = "";

	json_add_new(o, "kernel", kernel);
	json_add_text(kernel, "image", image[0] ? image : NULL);
	if (c->bare) {
		host_machine_get(&machine);
		snprintf(release, sizeof(release), "%s", machine.release);
	} else if (image[0]) {
		host_image_release(image, release, sizeof(release));
	}
	json_add_text(kernel, "release", release[0] ? release : NULL);
}

static void add_host(struct json_object *o, const struct sidecar *s)
{
	struct json_object *host = json_object_new_object();
	struct host_machine machine;

	host_machine_get(&machine);
	json_add_new(o, "host", host);
	json_add_text(host, "cpu_model", machine.cpu_model);
	json_add_text(host, "kernel_release", machine.release);
	json_add_text(host, "arch", machine.arch);
	json_add_int(host, "online_cpus", machine.online_cpus);
	json_add_int(host, "memory_kb", (int64_t)machine.memory_kb);
	json_add_bool(host, "emulated", s->emulated);
	json_add_bool(host, "bare", s->config->bare);
	json_add_double(host, "slowness", s->config->slowness);
}

static void add_vm(struct json_object *o, const struct sidecar *s,
		   const struct run_quantities *run)
{
	struct json_object *vm = json_object_new_object();
	const struct run_outcome *out = s->out;

	json_add_new(o, "vm", vm);
	json_add_text(vm, "end", vm_end_name(out->vm.end));
	json_add_text(vm, "origin", vm_origin_name(out->vm.origin));
	json_add_text(vm, "message", out->vm.message);
	json_add_text(vm, "last_stage",
		      wire_stage_name(max(out->stage, out->vm.stage)));
	quantities_from_to_json(vm, PER_RUN, FROM_VMM, run);
	json_add_bool(vm, "retried", s->retried && *s->retried);
	json_add_bool(vm, "scheduler_died", out->sched_died);
	json_add_text(vm, "init", outcome_init_words(out));
}

static void add_lost(struct json_object *o, const struct run_outcome *out)
{
	const struct {
		const char *key;
		uint64_t n;
	} rows[] = {
		{ "records", out->vm.ring.records },
		{ "text_records", out->vm.ring.texts },
		{ "serial_bytes", out->vm.serial_lost },
		{ "console_bytes",
		  out->vm.console_left_out + out->console.dropped },
		{ "output_bytes", out->output.dropped },
		{ "scheduler_log_bytes", out->sched_log.dropped },
		{ "sched_ext_dump_bytes", out->scx_dump.dropped },
		{ "said_bytes", out->said.dropped },
		{ "metrics_refused", out->n_refused },
	};
	struct json_object *lost = json_object_new_object();
	size_t i;

	json_add_new(o, "lost", lost);
	json_add_bool(lost, "ring_broken", out->vm.ring.broken);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		json_add_int(lost, rows[i].key, (int64_t)rows[i].n);
}

static void add_details(struct json_object *o, const struct run_outcome *out)
{
	struct json_object *details = json_object_new_array();
	unsigned int i;

	json_add_new(o, "details", details);
	for (i = 0; details && i < out->n_details; i++) {
		const char *text = out->details[i].text;

		json_object_array_add(details, json_text(text, strlen(text)));
	}
}

static void add_assertions(struct json_object *o, const struct run_outcome *out)
{
	struct json_object *list = json_object_new_array();
	unsigned int i;

	json_add_new(o, "assertions", list);
	for (i = 0; list && i < out->n_assertions; i++) {
		const struct outcome_assertion *a = &out->assertions[i];
		struct json_object *one = json_object_new_object();

		json_add_text(one, "text", a->text);
		json_add_text(one, "answer", assertion_answer_name(a->answer));
		json_add_text(one, "why", a->why);
		json_object_array_add(list, one);
	}
}

/* What is the scheduler's doing; how the run went is told with "vm". */
static void add_summary(struct json_object *o,
			const struct run_quantities *run)
{
	static const enum quantity_from froms[] = {
		FROM_MEMORY, FROM_SCHEDSTAT, FROM_WORKERS, FROM_HARNESS,
	};
	struct json_object *summary = json_object_new_object();
	size_t i;

	json_add_new(o, "summary", summary);
	for (i = 0; i < ARRAY_SIZE(froms); i++)
		quantities_from_to_json(summary, PER_RUN, froms[i], run);
}

static void add_cgroups(struct json_object *o, const struct run_outcome *out)
{
	struct json_object *groups = json_object_new_array();
	unsigned int i;

	json_add_new(o, "cgroups", groups);
	for (i = 0; groups && i < out->n_cgroups; i++) {
		struct json_object *group = json_object_new_object();

		json_add_text(group, "name", out->cgroups[i].name);
		quantities_to_json(group, PER_CGROUP, &out->cgroups[i].q);
		json_object_array_add(groups, group);
	}
}

static void add_workers(struct json_object *o, const struct run_outcome *out)
{
	struct json_object *workers = json_object_new_array();
	unsigned int i;

	json_add_new(o, "workers", workers);
	for (i = 0; workers && i < out->n_workers; i++) {
		const struct outcome_worker *w = &out->workers[i];
		struct json_object *worker = json_object_new_object();

		json_add_text(worker, "cgroup", out->cgroups[w->cgroup].name);
		json_add_int(worker, "worker", w->index);
		quantities_to_json(worker, PER_WORKER, &w->q);
		json_object_array_add(workers, worker);
	}
}

static void add_turns(struct json_object *o, const struct run_outcome *out)
{
	struct json_object *turns = json_object_new_array();
	unsigned int i;

	json_add_new(o, "turns", turns);
	for (i = 0; turns && i < out->n_turns; i++) {
		struct json_object *turn = json_object_new_object();

		quantities_to_json(turn, PER_TURN, &out->turns[i]);
		json_object_array_add(turns, turn);
	}
}

static void add_payloads(struct json_object *o, const struct run_outcome *out)
{
	struct json_object *payloads = json_object_new_array();
	unsigned int i;

	json_add_new(o, "payloads", payloads);
	for (i = 0; payloads && i < out->n_payloads; i++) {
		const struct outcome_payload *p = &out->payloads[i];
		struct json_object *metric = json_object_new_object();

		json_add_text(metric, "payload", p->payload);
		json_add_text(metric, "metric", p->metric);
		json_add_text(metric, "unit", p->unit);
		json_add_text(metric, "better", quantity_better_name(p->better));
		json_add_double(metric, "value", p->value);
		json_object_array_add(payloads, metric);
	}
}

static void add_tail(struct json_object *o, const char *key,
		     const struct strbuf *text, unsigned int lines)
{
	json_add_text(o, key, text->len ? strbuf_tail(text, lines) : "");
}

static void add_refusal(struct json_object *o, const struct run_outcome *out)
{
	struct strbuf text = STRBUF_INIT;
	bool refused = out->sched_log.len &&
		       refusal_excerpt(out->sched_log.text, REFUSAL_LINES,
				       &text);

	json_add_text(o, "refusal", refused ? text.text : NULL);
	strbuf_free(&text);
}

static void add_texts(struct json_object *o, const struct run_outcome *out)
{
	struct strbuf log = STRBUF_INIT;

	collapse_log(out->sched_log.text, out->sched_log.len, &log);
	add_tail(o, "scheduler_log", &log, LOG_LINES);
	add_refusal(o, out);
	add_tail(o, "sched_ext_dump", &out->scx_dump, LOG_LINES);
	add_tail(o, "console_tail", &out->console, CONSOLE_LINES);
	strbuf_free(&log);
}

static void add_run(struct json_object *o, const struct sidecar *s)
{
	const struct run_outcome *out = s->out;
	struct run_quantities run;

	run_measure(out, &run);
	if (s->config->bare)
		json_add_new(o, "vm", NULL);
	else
		add_vm(o, s, &run);
	add_lost(o, out);
	add_details(o, out);
	add_assertions(o, out);
	add_summary(o, &run);
	add_cgroups(o, out);
	add_workers(o, out);
	add_turns(o, out);
	add_payloads(o, out);
	add_texts(o, out);
	json_add_new(o, "monitor", series_json(out, &run));
}

/* Who looks for a member finds it, whatever became of the run. */
static void add_no_run(struct json_object *o)
{
	static const char * const members[] = {
		"vm", "lost", "details", "assertions", "summary", "cgroups",
		"workers", "turns", "payloads", "scheduler_log", "refusal",
		"sched_ext_dump", "console_tail", "monitor",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(members); i++)
		json_add_new(o, members[i], NULL);
}

/* What somebody does next who sees that it failed. */
static void add_after(struct json_object *o, const struct sidecar *s)
{
	struct json_object *repro = NULL;
	char *again = NULL;
	size_t size;
	FILE *to;

	json_add_text(o, "culprit", s->culprit && *s->culprit ? s->culprit :
		      NULL);
	if (s->repro.rounds) {
		repro = json_object_new_object();
		json_add_int(repro, "rounds", s->repro.rounds);
		json_add_int(repro, "matched", s->repro.matched);
	}
	json_add_new(o, "repro", repro);
	to = open_memstream(&again, &size);
	if (to) {
		report_again(to, s->config);
		fclose(to);
	}
	json_add_text(o, "again", again);
	free(again);
}

struct json_object *sidecar_json(const struct sidecar *s)
{
	struct json_object *o = json_object_new_object();
	const struct run_config *c = s->config;
	char topology[TOPOLOGY_NAME_LEN];

	if (!o)
		return NULL;
	json_add_text(o, "format", SIDECAR_FORMAT);
	json_add_int(o, "version", SIDECAR_VERSION);
	json_add_text(o, "run_id", getenv("KTSTR_RUN_ID"));
	json_add_text(o, "project_commit", getenv("KTSTR_COMMIT"));
	add_time(o);
	json_add_text(o, "test", c->test);
	json_add_text(o, "result", result_word(s->code));
	json_add_text(o, "reason", s->reason);
	json_add_bool(o, "infrastructure", s->doubt == RUN_INFRASTRUCTURE);
	json_add_bool(o, "inconclusive", s->doubt == RUN_INCONCLUSIVE);
	json_add_text(o, "retried", s->retried && *s->retried ? s->retried :
		      NULL);
	json_add_int(o, "duration_ms", s->took_ns / NSEC_PER_MSEC);
	add_after(o, s);
	json_add_text(o, "topology",
		      topology_name(&c->machine->topology, topology));
	json_add_int(o, "cpus", topology_cpus(&c->machine->topology));
	add_scheduler(o, c->subject);
	add_attributes(o, s);
	add_kernel(o, c);
	add_host(o, s);
	if (s->out)
		add_run(o, s);
	else
		add_no_run(o);
	return o;
}

/* ---- files ---- */

/* Nobody is to find half of it: written beside, then renamed. */
static int write_whole(const char *path, struct json_object *o)
{
	char temp[PATH_MAX];
	int ret = 0;

	if ((size_t)snprintf(temp, sizeof(temp), "%s.%d", path, getpid()) >=
	    sizeof(temp))
		return -ENAMETOOLONG;
	if (json_object_to_file_ext(temp, o, JSON_C_TO_STRING_PLAIN |
				    JSON_C_TO_STRING_NOSLASHESCAPE))
		ret = errno ? -errno : -EIO;
	else if (rename(temp, path))
		ret = -errno;
	if (ret)
		unlink(temp);
	return ret;
}

/* The file of a run that has a name, under the test's own name as well. */
static int put_in_place(const char *kept, const char *path)
{
	char temp[PATH_MAX];
	int ret = 0;

	if ((size_t)snprintf(temp, sizeof(temp), "%s.%d", path, getpid()) >=
	    sizeof(temp))
		return -ENAMETOOLONG;
	unlink(temp);
	if (link(kept, temp))
		return -errno;
	if (rename(temp, path))
		ret = -errno;
	/* Where both are the same file already, rename() leaves both. */
	unlink(temp);
	return ret;
}

/* Runs of one test that are not alike: cells of a gauntlet, say. */
static uint64_t what_it_is(struct json_object *o)
{
	static const char * const members[] = {
		"topology", "scheduler", "scheduler_args", "attributes",
		"given", "kernel",
	};
	uint64_t hash = 0xcbf29ce484222325ULL;
	struct json_object *value;
	const char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		json_object_object_get_ex(o, members[i], &value);
		for (text = json_object_to_json_string(value); *text; text++)
			hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL;
	}
	return hash;
}

/*
 * RUNS/NAME/TEST-HASH. Only a run itself writes there, and no two of its tests the
 * same: whoever else writes, nothing is lost. -ENOENT where the run has no name.
 */
static int kept_path(const char *dir, const char *test, struct json_object *o,
		     char *path, size_t size)
{
	const char *run = getenv("KTSTR_RUN_ID");
	int len;

	if (!run || !*run)
		return -ENOENT;
	if (strchr(run, '/') || *run == '.')
		return -EINVAL;
	snprintf(path, size, "%s/" SIDECAR_RUNS, dir);
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	snprintf(path, size, "%s/" SIDECAR_RUNS "/%s", dir, run);
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	len = snprintf(path, size, "%s/" SIDECAR_RUNS "/%s/%s-%016llx"
		       SIDECAR_SUFFIX, dir, run, test,
		       (unsigned long long)what_it_is(o));
	return (size_t)len < size ? 0 : -ENAMETOOLONG;
}

static int write_both(const char *dir, const char *test, const char *path,
		      struct json_object *o)
{
	char kept[PATH_MAX];
	int ret = kept_path(dir, test, o, kept, sizeof(kept));

	if (ret == -ENOENT)
		return write_whole(path, o);
	if (!ret)
		ret = write_whole(kept, o);
	if (ret)
		return ret;
	/* A file system without links has it twice. */
	return put_in_place(kept, path) ? write_whole(path, o) : 0;
}

void sidecar_write(const struct sidecar *s)
{
	const char *dir = getenv("KTSTR_SIDECAR_DIR");
	struct json_object *o;
	char path[PATH_MAX];
	int ret;

	if (!dir || !*dir)
		return;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s" SIDECAR_SUFFIX, dir,
			     s->config->test) >= sizeof(path)) {
		pr_warn("no sidecar: %s is too long a path", dir);
		return;
	}
	o = sidecar_json(s);
	ret = o ? write_both(dir, s->config->test, path, o) : -ENOMEM;
	if (ret)
		pr_warn("no sidecar: %s: %s", path, strerror(-ret));
	json_object_put(o);
}
