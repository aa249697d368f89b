// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a person reads when a test has failed. See failure.h.
 */
#include "lib/host/report/failure.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/attr/attr.h"
#include "lib/common/ready.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/identity.h"
#include "lib/host/report/collapse.h"
#include "lib/host/report/comment.h"
#include "lib/host/report/monitor.h"
#include "lib/host/report/timeline.h"
#include "lib/host/run/loss.h"

#define CONSOLE_LINES	20
#define LOG_LINES	40
#define ALL_LINES	0
#define STORY_LINES	5	/* of the short block */

/* The last @lines of a text, or ALL_LINES */
static void report_tail(FILE *to, const char *head, const struct strbuf *text,
			unsigned int lines)
{
	if (!text->len)
		return;
	fprintf(to, "# --- %s ---\n", head);
	report_comment(to, lines ? strbuf_tail(text, lines) : text->text);
	if (text->dropped)
		fprintf(to, "#   (%zu bytes more were not kept)\n",
			text->dropped);
}

/* ": workers=2 cpus=2 spread=1.2% ..." */
static void report_cgroup(FILE *to, const struct cgroup_quantities *set)
{
	const struct quantity *q;
	char text[QUANTITY_TEXT_SIZE];

	fputc(':', to);
	for (q = quantity_next(PER_CGROUP, NULL); q;
	     q = quantity_next(PER_CGROUP, q))
		if (q->word)
			fprintf(to, " %s=%s", q->word,
				quantity_text(q, quantity_get(q, set), "",
					      text));
	fputc('\n', to);
}

static void report_stats(FILE *to, const struct run_outcome *out)
{
	unsigned int i;

	if (!out->n_cgroups)
		return;
	fprintf(to, "# --- stats ---\n");
	for (i = 0; i < out->n_cgroups; i++) {
		const struct outcome_cgroup *g = &out->cgroups[i];

		report_comment_start(to, g->name, strlen(g->name));
		report_cgroup(to, &g->q);
	}
}

static void report_vm(FILE *to, const struct run_outcome *out)
{
	char taken[64] = "";

	/* Some is taken always. */
	if (out->vm.steal_ns > out->vm.run_ns / 8)
		snprintf(taken, sizeof(taken),
			 ", of which the host took %.2f s",
			 out->vm.steal_ns / 1e9);
	fprintf(to, "#   last stage: %s; VM: %s after %.2f s%s, %llu exits\n",
		wire_stage_name(max(out->stage, out->vm.stage)),
		vm_end_name(out->vm.end), out->vm.run_ns / 1e9, taken,
		(unsigned long long)out->vm.exits);
}

static void report_bare(FILE *to, const struct run_outcome *out)
{
	struct host_machine machine;

	host_machine_get(&machine);
	fprintf(to, "#   last stage: %s; on this machine itself, without a VM\n"
		"#   kernel: %s\n", wire_stage_name(out->stage),
		machine.release);
}

static void report_where(FILE *to, const struct failure *f)
{
	const struct run_outcome *out = f->out;
	const char *words = outcome_init_words(out);
	char lost[LOSS_TEXT_SIZE];

	if (f->config->bare)
		report_bare(to, out);
	else
		report_vm(to, out);
	if (*words) {
		fputs("#   init: ", to);
		text_put(to, words, strlen(words));
		fputc('\n', to);
	}
	if (!f->config->bare)
		fprintf(to, "#   kernel: %s\n", f->config->kernel->image);
	if (out->vm.driver[0])
		fprintf(to, "#   virtio driver did what it must not: %s\n",
			out->vm.driver);
	if (loss_describe(out, lost, sizeof(lost)))
		fprintf(to, "#   lost: %s\n", lost);
}

static void report_regs(FILE *to, const struct run_outcome *out)
{
	unsigned int i;

	for (i = 0; i < out->n_regs; i++)
		fprintf(to, "#   CPU %u: ip 0x%llx sp 0x%llx flags 0x%llx\n", i,
			(unsigned long long)out->regs[i].ip,
			(unsigned long long)out->regs[i].sp,
			(unsigned long long)out->regs[i].flags);
}

/* Who stands where, and who waits; without names where there is no vmlinux. */
static void report_story(FILE *to, const struct run_outcome *out)
{
	const struct mon_kept_dump *d = mon_findings_get(&out->findings,
							 MON_DUMP_END);
	const char *line = d ? d->story.text : "";

	if (!*line && out->findings.where.len)
		line = out->findings.where.text;
	if (!*line && out->vm.end != VM_END_POWEROFF)
		report_regs(to, out);
	while (*line) {
		size_t len = strcspn(line, "\n");

		report_comment_start(to, line, len);
		fputc('\n', to);
		line += len + (line[len] == '\n');
	}
}

static void report_diagnostics(FILE *to, const struct failure *f, bool all)
{
	fprintf(to, "# --- diagnostics ---\n");
	report_where(to, f);
	report_story(to, f->out);
	report_tail(to, all ? "console" : "last console lines",
		    &f->out->console, all ? ALL_LINES : CONSOLE_LINES);
}

/* Its end, on a terminal, were else a screen of counters that are 0. */
static void report_scx_dump(FILE *to, const struct run_outcome *out, bool all)
{
	struct strbuf dump = STRBUF_INIT;

	if (all) {
		report_tail(to, "sched_ext dump", &out->scx_dump, ALL_LINES);
		return;
	}
	collapse_zeros(out->scx_dump.text, out->scx_dump.len, &dump);
	dump.dropped += out->scx_dump.dropped;
	report_tail(to, "sched_ext dump", &dump, LOG_LINES);
	strbuf_free(&dump);
}

static void report_sched_log(FILE *to, const struct run_outcome *out, bool all)
{
	struct strbuf log = STRBUF_INIT;

	collapse_log(out->sched_log.text, out->sched_log.len, &log);
	report_tail(to, "scheduler log", &log, all ? ALL_LINES : LOG_LINES);
	strbuf_free(&log);
}

static void report_error(FILE *to, const struct failure *f)
{
	const char *scheduler = run_subject_name(f->config->subject);
	char topology[TOPOLOGY_NAME_LEN];

	fprintf(to, "# ktstr '%s'", f->config->test);
	if (scheduler)
		fprintf(to, " [sched=%s]", scheduler);
	fprintf(to, " [topo=%s] failed:\n",
		topology_name(&f->config->machine->topology, topology));
	report_comment_start(to, f->verdict->reason, strlen(f->verdict->reason));
	fputc('\n', to);
}

static void report_culprit(FILE *to, const struct failure *f)
{
	if (!f->culprit || !*f->culprit)
		return;
	fputs("#   culprit: ", to);
	text_put(to, f->culprit, strlen(f->culprit));
	fputc('\n', to);
}

static void report_timeline(FILE *to, const struct run_outcome *out)
{
	struct timeline timeline;

	if (timeline_build(&out->series, &timeline))
		return;
	timeline_print(to, &timeline);
	timeline_free(&timeline);
}

/* Each section: to a terminal the end of its text, to a file @all of it */
static void report_whole(FILE *to, const struct failure *f, bool all)
{
	report_error(to, f);
	report_culprit(to, f);
	report_stats(to, f->out);
	report_diagnostics(to, f, all);
	report_timeline(to, f->out);
	report_sched_log(to, f->out, all);
	report_monitor(to, f->out);
	if (!all)
		report_dump(to, f->out);
	report_scx_dump(to, f->out, all);
	if (all)
		report_all_dumps(to, f->out);
}

/* The first @lines of what a section says. */
static void report_head(FILE *to, const char *text, unsigned int lines)
{
	while (*text && lines--) {
		size_t len = strcspn(text, "\n") + 1;

		fprintf(to, "%.*s\n", (int)len - 1, text);
		text += text[len - 1] ? len : len - 1;
	}
	if (*text)
		fprintf(to, "#   ...\n");
}

static void report_section_head(FILE *to, const struct failure *f,
				void (*section)(FILE *to,
						const struct run_outcome *out),
				unsigned int lines)
{
	char *text = NULL;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	if (!mem)
		return;
	section(mem, f->out);
	if (!fclose(mem))
		report_head(to, text, lines);
	free(text);
}

static void put_word(FILE *to, const char *word)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_add_word(&text, word);
	fputs(text.text, to);
	strbuf_free(&text);
}

static void put_setting(FILE *to, const char *name)
{
	const char *value = getenv(name);

	if (!value || !*value)
		return;
	fprintf(to, "%s=", name);
	put_word(to, value);
	fputc(' ', to);
}

/* What a program takes of the environment, and a shell may not have. */
static void put_settings(FILE *to)
{
	static const char * const names[] = {
		"KTSTR_SCHEDULER_DIR", "KTSTR_STRICT", "XDG_CACHE_HOME",
		READY_ENV_MACHINES, READY_ENV_FILES, READY_ENV_HOST,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		put_setting(to, names[i]);
}

/* One that was read from a file lies beside the results. */
static void put_scenario(FILE *to, const struct run_config *c)
{
	const char *name = strrchr(c->test, '.') + 1;
	const char *dir = getenv("KTSTR_SIDECAR_DIR");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s%s" READY_FILE_SUFFIX, dir ?: "",
		 dir ? "/" : "", name);
	put_word(to, c->workload->scenario ? path : name);
}

/*
 * The command that runs it again, with the attributes that were given.
 * run_ktstr.sh says with which settings and options it was called, and `test` with
 * which scheduler; without it there may be none, but for this program.
 */
void report_again(FILE *to, const struct run_config *c)
{
	const char *settings = getenv("KTSTR_AGAIN");
	const char *options = getenv("KTSTR_AGAIN_OPTIONS");
	const char *command = getenv("KTSTR_AGAIN_TEST");
	const char *args = getenv("KTSTR_AGAIN_ARGS");
	const char *whole = getenv("KTSTR_AGAIN_WHOLE");
	char topology[TOPOLOGY_NAME_LEN];

	/* Who has given a command has put some there beside the user's. */
	if (settings && whole) {
		fprintf(to, "%s./run_ktstr.sh %s%s", settings, options ?: "",
			whole);
		return;
	}
	if (!settings || !command)
		put_setting(to, ENV_ATTR);
	if (settings && command) {
		fprintf(to, "%s./run_ktstr.sh %s%s ", settings,
			options ?: "", command);
		if (!c->bare)
			fprintf(to, "-t %s ",
				topology_name(&c->machine->topology, topology));
		fputs("-s ", to);
		put_scenario(to, c);
		fputs(args ?: "", to);
		return;
	}
	if (settings) {
		fprintf(to, "%s./run_ktstr.sh %srepro %s", settings,
			options ?: "", c->test);
		return;
	}
	put_settings(to);
	if (!c->bare) {
		fputs("KTSTR_REPRO=1 KTSTR_KERNEL=", to);
		put_word(to, c->kernel->image);
		fputc(' ', to);
	}
	put_word(to, c->program ?: "");
	fprintf(to, " -r %s", c->test);
}

/* At most 25 lines: what, about whom, where, the evidence, and how again. */
static void report_brief(FILE *to, const struct failure *f, const char *path)
{
	static const char no_file[] =
		"KTSTR_VERBOSE=1 prints it, KTSTR_SIDECAR_DIR= keeps it";
	bool ended = f->out->vm.end == VM_END_POWEROFF;

	report_error(to, f);
	report_culprit(to, f);
	report_where(to, f);
	/* One that did not end has more to tell than what its workers got. */
	if (ended)
		report_section_head(to, f, report_stats, 3);
	else
		report_section_head(to, f, report_story, STORY_LINES);
	if (f->out->sched_died || f->out->vm.end != VM_END_POWEROFF)
		report_tail(to, "last console lines", &f->out->console, 4);
	report_section_head(to, f, report_alarms, ended ? 4 : 2);
	fprintf(to, "#   whole report: %s\n", *path ? path : no_file);
	fputs("#   again: ", to);
	report_again(to, f->config);
	fputc('\n', to);
}

#define STORY_FILE	"repro.txt"

/* Where a text about a test goes; "" when nobody named a folder. */
static void report_path(const char *test, const char *suffix, char *path,
			size_t size)
{
	const char *dir = getenv("KTSTR_SIDECAR_DIR");

	path[0] = '\0';
	if (dir && *dir)
		snprintf(path, size, "%s/%s.%s", dir, test, suffix);
}

static FILE *report_open(FILE *to, const char *path, const char *mode)
{
	FILE *file = *path ? fopen(path, mode) : NULL;

	if (*path && !file)
		fprintf(to, "#   cannot write %s: %s\n", path, strerror(errno));
	return file;
}

void report_forget(const char *test)
{
	char path[PATH_MAX];

	report_path(test, FAILURE_FILE, path, sizeof(path));
	unlink(path);
	report_path(test, STORY_FILE, path, sizeof(path));
	unlink(path);
}

void report_failure(FILE *to, const struct failure *f)
{
	char path[PATH_MAX];
	FILE *file;

	report_path(f->config->test, FAILURE_FILE, path, sizeof(path));
	file = report_open(to, path, "we");
	if (file) {
		report_whole(file, f, true);
		if (fclose(file))
			fprintf(to, "#   cannot write %s: %s\n", path,
				strerror(errno));
	}
	if (f->config->verbose)
		report_whole(to, f, false);
	else
		report_brief(to, f, path);
}

/* Leaves in @path where it is; "" where nobody wants it kept. */
static void keep_story(FILE *to, const char *test, bool failed,
		       const char *text, char *path, size_t path_size)
{
	FILE *file;

	report_path(test, failed ? FAILURE_FILE : STORY_FILE, path, path_size);
	file = report_open(to, path, failed ? "ae" : "we");
	if (!file)
		return;
	fputs("# --- auto-repro ---\n", file);
	report_comment(file, text);
	if (fclose(file))
		fprintf(to, "#   cannot write %s: %s\n", path,
			strerror(errno));
}

void report_more(FILE *to, const char *test, bool failed, const char *text,
		 const char *colored)
{
	char path[PATH_MAX];

	if (colored)
		report_comment_colored(to, colored);
	else
		report_comment(to, text);
	keep_story(to, test, failed, text, path, sizeof(path));
}

void report_story_kept(FILE *to, const char *test, const char *text)
{
	char path[PATH_MAX];

	fputs("# auto-repro: ", to);
	text_put(to, text, strcspn(text, "\n"));
	fputc('\n', to);
	keep_story(to, test, false, text, path, sizeof(path));
	if (path[0])
		fprintf(to, "#   all of it: %s\n", path);
}
