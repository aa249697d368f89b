// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing sidecars. See sidecar.h.
 */
#include "lib/report/sidecar.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/host/machine.h"
#include "lib/report/collapse.h"
#include "lib/report/json.h"
#include "lib/report/series_json.h"
#include "lib/run/verdict.h"
#include "lib/util/log.h"
#include "lib/util/util.h"

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

static void add_scheduler(struct json_object *o, const struct sidecar *s)
{
	struct json_object *args = json_object_new_array();
	unsigned int i;

	json_add_text(o, "scheduler", s->scheduler);
	json_add_new(o, "scheduler_args", args);
	for (i = 0; args && i < s->n_sched_args; i++) {
		const char *arg = s->sched_args[i];

		json_object_array_add(args, json_text(arg, strlen(arg)));
	}
}

static void add_kernel(struct json_object *o, const struct sidecar *s)
{
	struct json_object *kernel = json_object_new_object();
	char release[128] = "";

	json_add_new(o, "kernel", kernel);
	json_add_text(kernel, "image", s->kernel);
	if (s->kernel)
		host_image_release(s->kernel, release, sizeof(release));
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
	json_add_double(host, "slowness", s->slowness);
}

static void add_vm(struct json_object *o, const struct sidecar *s)
{
	struct json_object *vm = json_object_new_object();
	const struct run_outcome *out = s->out;

	json_add_new(o, "vm", vm);
	json_add_text(vm, "end", vm_end_name(out->vm.end));
	json_add_text(vm, "message", out->vm.message);
	json_add_text(vm, "last_stage",
		      wire_stage_name(max(out->stage, out->vm.stage)));
	json_add_int(vm, "run_us", (int64_t)(out->vm.run_ns / 1000));
	json_add_int(vm, "exits", (int64_t)out->vm.exits);
	json_add_bool(vm, "retried", s->retried);
	json_add_bool(vm, "scheduler_died", out->sched_died);
	json_add_text(vm, "init", outcome_init_words(out));
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

static struct json_object *cgroup_json(const struct wire_cgroup_stats *g)
{
	struct json_object *o = json_object_new_object();

	json_add_text(o, "name", g->name);
	json_add_int(o, "workers", g->workers);
	json_add_int(o, "cpus", g->cpus);
	json_add_double(o, "spread_pct", g->spread_permille / 10.0);
	json_add_double(o, "min_off_cpu_pct", g->min_off_cpu_permille / 10.0);
	json_add_double(o, "max_off_cpu_pct", g->max_off_cpu_permille / 10.0);
	json_add_int(o, "max_gap_ms", g->max_gap_ms);
	json_add_int(o, "max_gap_cpu", g->max_gap_cpu);
	json_add_int(o, "migrations", g->migrations);
	json_add_int(o, "iterations", (int64_t)g->iterations);
	json_add_int(o, "work_units", (int64_t)g->work_units);
	json_add_int(o, "p99_wake_ns", (int64_t)g->p99_wake_ns);
	json_add_int(o, "median_wake_ns", (int64_t)g->median_wake_ns);
	json_add_int(o, "run_delay_ns_mean", (int64_t)g->run_delay_ns_mean);
	json_add_int(o, "run_delay_ns_worst", (int64_t)g->run_delay_ns_worst);
	return o;
}

static void add_cgroups(struct json_object *o, const struct run_outcome *out)
{
	struct json_object *groups = json_object_new_array();
	unsigned int i;

	json_add_new(o, "cgroups", groups);
	for (i = 0; groups && i < out->n_cgroups; i++)
		json_object_array_add(groups, cgroup_json(&out->cgroups[i]));
}

static void add_tail(struct json_object *o, const char *key,
		     const struct strbuf *text, unsigned int lines)
{
	json_add_text(o, key, text->len ? strbuf_tail(text, lines) : "");
}

static void add_texts(struct json_object *o, const struct run_outcome *out)
{
	struct strbuf log = STRBUF_INIT;

	collapse_log(out->sched_log.text, out->sched_log.len, &log);
	add_tail(o, "scheduler_log", &log, LOG_LINES);
	add_tail(o, "sched_ext_dump", &out->scx_dump, LOG_LINES);
	add_tail(o, "console_tail", &out->console, CONSOLE_LINES);
	strbuf_free(&log);
}

static void add_run(struct json_object *o, const struct sidecar *s)
{
	const struct run_outcome *out = s->out;

	add_vm(o, s);
	add_details(o, out);
	add_cgroups(o, out);
	add_texts(o, out);
	json_add_new(o, "monitor", series_json(out));
}

struct json_object *sidecar_json(const struct sidecar *s)
{
	struct json_object *o = json_object_new_object();
	char topology[TOPOLOGY_NAME_LEN];

	if (!o)
		return NULL;
	json_add_text(o, "format", SIDECAR_FORMAT);
	json_add_int(o, "version", SIDECAR_VERSION);
	json_add_text(o, "run_id", getenv("KTSTR_RUN_ID"));
	json_add_text(o, "project_commit", getenv("KTSTR_COMMIT"));
	add_time(o);
	json_add_text(o, "test", s->test);
	json_add_text(o, "result", result_word(s->code));
	json_add_text(o, "reason", s->reason);
	json_add_text(o, "topology", topology_name(&s->topology, topology));
	json_add_int(o, "cpus", topology_cpus(&s->topology));
	add_scheduler(o, s);
	add_kernel(o, s);
	add_host(o, s);
	if (s->out)
		add_run(o, s);
	return o;
}

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

void sidecar_write(const struct sidecar *s)
{
	const char *dir = getenv("KTSTR_SIDECAR_DIR");
	struct json_object *o;
	char path[PATH_MAX];
	int ret;

	if (!dir || !*dir)
		return;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s" SIDECAR_SUFFIX, dir,
			     s->test) >= sizeof(path)) {
		pr_warn("no sidecar: %s is too long a path", dir);
		return;
	}
	o = sidecar_json(s);
	ret = o ? write_whole(path, o) : -ENOMEM;
	if (ret)
		pr_warn("no sidecar: %s: %s", path, strerror(-ret));
	json_object_put(o);
}
