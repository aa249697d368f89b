// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a person reads when a test has failed. See failure.h.
 */
#include "lib/report/failure.h"

#include <ctype.h>
#include <string.h>

#include "lib/report/monitor.h"
#include "lib/util/util.h"

#define CONSOLE_LINES	20
#define LOG_LINES	40

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

void report_comment(FILE *to, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		fputs("# ", to);
		put_clean(to, text, len);
		fputc('\n', to);
		text += len;
		if (*text)
			text++;
	}
}

static void report_tail(FILE *to, const char *head, const struct strbuf *text,
			unsigned int lines)
{
	if (!text->len)
		return;
	fprintf(to, "# --- %s ---\n", head);
	report_comment(to, strbuf_tail(text, lines));
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

static void report_diagnostics(FILE *to, const struct failure *f)
{
	const struct run_outcome *out = f->out;
	bool wanted = f->verbose || out->sched_died || out->crash[0] ||
		      out->vm.end != VM_END_POWEROFF || !out->has_exit;

	if (!wanted)
		return;
	fprintf(to, "# --- diagnostics ---\n");
	fprintf(to, "#   last stage: %s; VM: %s after %.2f s, %llu exits\n",
		wire_stage_name(max(out->stage, out->vm.stage)),
		vm_end_name(out->vm.end), out->vm.run_ns / 1e9,
		(unsigned long long)out->vm.exits);
	if (out->crash[0]) {
		fputs("#   init: ", to);
		put_clean(to, out->crash, strlen(out->crash));
		fputc('\n', to);
	}
	fprintf(to, "#   kernel: %s\n", f->kernel);
	report_tail(to, "last console lines", &out->console, CONSOLE_LINES);
}

void report_failure(FILE *to, const struct failure *f)
{
	char topology[TOPOLOGY_NAME_LEN];

	fprintf(to, "# ktstr '%s'", f->test);
	if (f->scheduler)
		fprintf(to, " [sched=%s]", f->scheduler);
	fprintf(to, " [topo=%s] failed:\n#   ",
		topology_name(&f->topology, topology));
	put_clean(to, f->verdict->reason, strlen(f->verdict->reason));
	fputc('\n', to);

	report_stats(to, f->out);
	report_diagnostics(to, f);
	report_tail(to, "scheduler log", &f->out->sched_log, LOG_LINES);
	report_monitor(to, f->out);
	report_dump(to, f->out, f->test);
	report_tail(to, "sched_ext dump", &f->out->scx_dump, LOG_LINES);
}
