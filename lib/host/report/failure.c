// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a person reads when a test has failed. See failure.h.
 */
#include "lib/report/failure.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/report/collapse.h"
#include "lib/report/monitor.h"
#include "lib/report/timeline.h"
#include "lib/util/util.h"

#define CONSOLE_LINES	20
#define LOG_LINES	40
#define ALL_LINES	0

/* What a guest prints may hold anything; a terminal is not to obey it. */
static void put_clean(FILE *to, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c == '\r')
			continue;
		fputc(c == '\t' || c >= 0x80 || isprint(c) ? c : '?', to);
	}
}

/* A color or a weight, "\033[31m": its bytes, 0 for anything else. */
static size_t sgr_len(const char *text, size_t len)
{
	size_t n = 2;

	if (len < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (n < len && isdigit((unsigned char)text[n]))
		n++;
	return n < len && text[n] == 'm' ? n + 1 : 0;
}

/* Text of ours, which may have colors; what guests said is in it cleaned. */
static void put_colored(FILE *to, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		size_t n = sgr_len(text, end - text);

		if (n)
			fwrite(text, 1, n, to);
		else
			put_clean(to, text, 1);
		text += n ?: 1;
	}
}

static void put_lines(FILE *to, const char *text,
		      void (*put)(FILE *to, const char *text, size_t len))
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		fputs("# ", to);
		put(to, text, len);
		fputc('\n', to);
		text += len;
		if (*text)
			text++;
	}
}

void report_comment(FILE *to, const char *text)
{
	put_lines(to, text, put_clean);
}

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

static void report_stats(FILE *to, const struct run_outcome *out)
{
	unsigned int i;

	if (!out->n_cgroups)
		return;
	fprintf(to, "# --- stats ---\n");
	for (i = 0; i < out->n_cgroups; i++) {
		const struct wire_cgroup_stats *s = &out->cgroups[i];

		fprintf(to, "#   ");
		put_clean(to, s->name, strlen(s->name));
		fprintf(to, ": workers=%u cpus=%u spread=%u.%u%%", s->workers,
			s->cpus, s->spread_permille / 10,
			s->spread_permille % 10);
		fprintf(to, " gap=%ums migrations=%u iter=%llu\n",
			s->max_gap_ms, s->migrations,
			(unsigned long long)s->iterations);
	}
}

static void report_where(FILE *to, const struct failure *f)
{
	const struct run_outcome *out = f->out;
	const char *words = outcome_init_words(out);

	fprintf(to, "#   last stage: %s; VM: %s after %.2f s, %llu exits\n",
		wire_stage_name(max(out->stage, out->vm.stage)),
		vm_end_name(out->vm.end), out->vm.run_ns / 1e9,
		(unsigned long long)out->vm.exits);
	if (*words) {
		fputs("#   init: ", to);
		put_clean(to, words, strlen(words));
		fputc('\n', to);
	}
	fprintf(to, "#   kernel: %s\n", f->kernel);
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

static void report_diagnostics(FILE *to, const struct failure *f, bool all)
{
	fprintf(to, "# --- diagnostics ---\n");
	report_where(to, f);
	report_regs(to, f->out);
	report_tail(to, all ? "console" : "last console lines",
		    &f->out->console, all ? ALL_LINES : CONSOLE_LINES);
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
	char topology[TOPOLOGY_NAME_LEN];

	fprintf(to, "# ktstr '%s'", f->test);
	if (f->scheduler)
		fprintf(to, " [sched=%s]", f->scheduler);
	fprintf(to, " [topo=%s] failed:\n#   ",
		topology_name(&f->topology, topology));
	put_clean(to, f->verdict->reason, strlen(f->verdict->reason));
	fputc('\n', to);
}

static void report_culprit(FILE *to, const struct failure *f)
{
	if (!f->culprit || !*f->culprit)
		return;
	fputs("#   culprit: ", to);
	put_clean(to, f->culprit, strlen(f->culprit));
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
	report_tail(to, "sched_ext dump", &f->out->scx_dump,
		    all ? ALL_LINES : LOG_LINES);
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

/*
 * The command that runs it again: run_ktstr.sh says with which settings it was
 * called; without it there may be none, but for this program.
 */
static void report_again(FILE *to, const struct failure *f)
{
	const char *settings = getenv("KTSTR_AGAIN");

	if (settings)
		fprintf(to, "#   again: %s./run_ktstr.sh repro %s\n", settings,
			f->test);
	else
		fprintf(to, "#   again: KTSTR_REPRO=1 KTSTR_KERNEL=%s ./%s -r %s\n",
			f->kernel, program_invocation_short_name, f->test);
}

/* At most 25 lines: what, about whom, where, the evidence, and how again. */
static void report_brief(FILE *to, const struct failure *f, const char *path)
{
	static const char no_file[] =
		"KTSTR_VERBOSE=1 prints it, KTSTR_SIDECAR_DIR= keeps it";

	report_error(to, f);
	report_culprit(to, f);
	report_where(to, f);
	report_section_head(to, f, report_stats, 4);
	if (f->out->sched_died || f->out->vm.end != VM_END_POWEROFF)
		report_tail(to, "last console lines", &f->out->console, 4);
	report_section_head(to, f, report_alarms, 5);
	fprintf(to, "#   whole report: %s\n", *path ? path : no_file);
	report_again(to, f);
}

#define FAILURE_FILE	"failure.txt"
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

static FILE *report_open(const char *path, const char *mode)
{
	FILE *file = *path ? fopen(path, mode) : NULL;

	if (*path && !file)
		printf("#   cannot write %s: %s\n", path, strerror(errno));
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

	report_path(f->test, FAILURE_FILE, path, sizeof(path));
	file = report_open(path, "we");
	if (file) {
		report_whole(file, f, true);
		if (fclose(file))
			fprintf(to, "#   cannot write %s: %s\n", path,
				strerror(errno));
	}
	if (f->verbose)
		report_whole(to, f, false);
	else
		report_brief(to, f, path);
}

void report_more(FILE *to, const char *test, bool failed, const char *text,
		 const char *colored)
{
	char path[PATH_MAX];
	FILE *file;

	if (colored)
		put_lines(to, colored, put_colored);
	else
		report_comment(to, text);
	report_path(test, failed ? FAILURE_FILE : STORY_FILE, path,
		    sizeof(path));
	file = report_open(path, failed ? "ae" : "we");
	if (!file)
		return;
	fputs("# --- auto-repro ---\n", file);
	report_comment(file, text);
	fclose(file);
}
