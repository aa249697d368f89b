// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads in the guest. See payloads.h.
 */
#include "lib/guest/scenario/payloads.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/guest/payload/keeper.h"
#include "lib/guest/scenario/run.h"

#define GRACE_MS	1000
/* To see that a keeper has come to nothing */
#define END_MS		2000
#define WAIT_POLL_MS	10
/* Beyond this share of its time, a bad number may be the host's doing. */
#define HOST_TOOK_MAX	0.1
#define SHOWN_BYTES	1024

/**
 * struct payload_run - a payload that was started
 * @p: the payload
 * @kept: its process
 * @limit_ms: in how much time it must end here
 * @grace_ms: and after SIGTERM
 * @end_ms: and its keeper after that
 * @wait: since it was started
 */
struct payload_run {
	const struct payload *p;
	struct kept_program kept;
	unsigned int limit_ms;
	unsigned int grace_ms;
	unsigned int end_ms;
	struct wire_steal_wait wait;
};

/* ---- a beginning ---- */

static void fill_argv(const struct payload *p, char *program, size_t size,
		      char *argv[PAYLOAD_MAX_ARGS + 2])
{
	unsigned int i;

	snprintf(program, size, PLAN_BIN_DIR "/%s", basename(p->program));
	argv[0] = program;
	for (i = 0; i < PAYLOAD_MAX_ARGS && p->args[i]; i++)
		argv[i + 1] = (char *)p->args[i];
	argv[i + 1] = NULL;
}

int payload_begin(struct ktstr_ctx *ctx, const struct payload *p,
		  const char *cgroup, struct payload_run **to)
{
	unsigned int limit_ms = payload_limit_ms(p, ctx->duration_ms);
	char *argv[PAYLOAD_MAX_ARGS + 2], program[PATH_MAX], procs[PATH_MAX];
	struct payload_run *run = calloc(1, sizeof(*run));
	int ret;

	if (!run)
		return -ENOMEM;
	run->p = p;
	run->limit_ms = stretched_ms(ctx, limit_ms);
	run->grace_ms = stretched_ms(ctx, GRACE_MS);
	run->end_ms = stretched_ms(ctx, END_MS);
	wire_steal_begin(&run->wait, ctx->steal);
	fill_argv(p, program, sizeof(program), argv);
	if (cgroup)
		snprintf(procs, sizeof(procs), "%s/%s/cgroup.procs",
			 ctx->cgroup, cgroup);
	const struct keeper_ask ask = {
		.argv = argv,
		.procs = cgroup ? procs : NULL,
		.dir = PLAN_BIN_DIR,
		.limit_ms = run->limit_ms,
		.grace_ms = run->grace_ms,
		.output_max = 1024ULL * (p->output_kb ?: PAYLOAD_OUTPUT_KB),
		.steal = ctx->steal,
	};

	ret = keeper_start(&ask, &run->kept);
	if (ret)
		free(run);
	else
		*to = run;
	return ret;
}

/* The keeper has the limits; that it does not come to an end is its own. */
bool payload_has_ended(struct payload_run *run)
{
	unsigned int ms = run->limit_ms + run->grace_ms + run->end_ms;

	return keeper_has_ended(&run->kept) ||
	       wire_steal_waited_ns(&run->wait) >= ms * NSEC_PER_MSEC;
}

/* ---- what is said of it ---- */

static void __printf(3, 4) fail(struct ktstr_ctx *ctx,
				const struct payload_run *run,
				const char *fmt, ...)
{
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	check_fail(&ctx->result, "payload '%s': %s", run->p->name, what);
}

static void judge_start(struct ktstr_ctx *ctx, const struct payload_run *run)
{
	static const char * const words[] = {
		[KEEPER_NO_PROCESS] = "no process can be made for it",
		[KEEPER_NO_CGROUP] = "it cannot enter its cgroup",
		[KEEPER_NO_PROGRAM] = "its program cannot be run",
	};
	const struct kept_told *told = run->kept.told;

	fail(ctx, run, "%s: %s", words[told->failure], strerror(told->error));
}

static uint64_t n_printed(const struct kept_told *told)
{
	return told->printed[PAYLOAD_OUT].n + told->printed[PAYLOAD_ERR].n;
}

static void judge_status(struct ktstr_ctx *ctx, const struct payload_run *run)
{
	int status = run->kept.told->status;

	if (WIFSIGNALED(status))
		fail(ctx, run, "it was ended by signal %d (%s)",
		     WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != (int)run->p->exit_status)
		fail(ctx, run, "exit status %d, %u was expected",
		     WEXITSTATUS(status), run->p->exit_status);
}

static void judge_end(struct ktstr_ctx *ctx, const struct payload_run *run)
{
	const struct kept_told *told = run->kept.told;

	if (told->timed_out)
		fail(ctx, run, "it did not end within %u ms",
		     stretched_ms(ctx, payload_limit_ms(run->p,
							ctx->duration_ms)));
	if (told->flooded)
		fail(ctx, run, "it printed %" PRIu64 " KiB, at most %u can be",
		     n_printed(told) / 1024,
		     run->p->output_kb ?: PAYLOAD_OUTPUT_KB);
	if (told->killed)
		fail(ctx, run, "it ignores SIGTERM: it was ended by SIGKILL %u ms later",
		     run->grace_ms);
	if (!told->terminated)
		judge_status(ctx, run);
}

/* ---- its metrics ---- */

/* A number that would be better, had the host let it run */
static bool host_may_have(const struct kept_told *told,
			  enum quantity_better better,
			  enum quantity_better bad_where)
{
	return better == bad_where && told->wall_ns &&
	       told->wall_ns - told->own_ns > HOST_TOOK_MAX * told->wall_ns;
}

static void judge_bound(struct ktstr_ctx *ctx, const struct payload_run *run,
			const struct payload_metric *m, double value,
			const char *bound, double limit, bool excused)
{
	const struct kept_told *told = run->kept.told;
	const char *unit = m->unit ?: "", *blank = m->unit ? " " : "";

	if (!excused) {
		fail(ctx, run, "metric '%s': %g%s%s, at %s %g was asked for",
		     m->name, value, blank, unit, bound, limit);
		return;
	}
	snprintf(ctx->result.host_took, sizeof(ctx->result.host_took),
		 "payload '%s': metric '%s': %g%s%s, at %s %g was asked for, and the host took %.0f%% of its time",
		 run->p->name, m->name, value, blank, unit, bound, limit,
		 100.0 * (told->wall_ns - told->own_ns) / told->wall_ns);
}

static void judge_metric(struct ktstr_ctx *ctx, const struct payload_run *run,
			 const struct payload_metric *m, double value)
{
	const struct kept_told *told = run->kept.told;

	if (isnan(value)) {
		if (m->min.given || m->max.given)
			fail(ctx, run, "metric '%s': there is no such number in what it printed (%s%s%s)",
			     m->name, payload_rule_word(m->rule),
			     m->where ? " " : "", m->where ?: "");
		return;
	}
	if (m->min.given && value < m->min.value)
		judge_bound(ctx, run, m, value, "least", m->min.value,
			    host_may_have(told, m->better, BETTER_UP));
	if (m->max.given && value > m->max.value)
		judge_bound(ctx, run, m, value, "most", m->max.value,
			    host_may_have(told, m->better, BETTER_DOWN));
}

static void measure(struct ktstr_ctx *ctx, const struct payload_run *run,
		    struct strbuf *texts)
{
	const struct kept_told *told = run->kept.told;
	const char *const words[] = {
		texts[PAYLOAD_OUT].text, texts[PAYLOAD_ERR].text,
	};
	struct payload_measured *to = &ctx->measured;

	*to = (struct payload_measured){
		.payload = run->p,
		.exit_status = WIFEXITED(told->status) ?
			       WEXITSTATUS(told->status) : -1,
		.wall_ms = told->wall_ns / NSEC_PER_MSEC,
		.printed = n_printed(told),
	};
	payload_measure(run->p, to->exit_status, words, to->values);
}

static void tell_metrics(const struct ktstr_ctx *ctx)
{
	const struct payload_measured *from = &ctx->measured;
	unsigned int i;

	for (i = 0; ctx->wire_fd >= 0 && i < PAYLOAD_MAX_METRICS; i++) {
		const struct payload_metric *m = &from->payload->metrics[i];
		struct wire_payload rec = {
			.better = m->better, .value = from->values[i],
		};

		if (isnan(rec.value))
			continue;
		snprintf(rec.payload, sizeof(rec.payload), "%s",
			 from->payload->name);
		snprintf(rec.metric, sizeof(rec.metric), "%s", m->name);
		snprintf(rec.unit, sizeof(rec.unit), "%s", m->unit ?: "");
		wire_send(ctx->wire_fd, WIRE_PAYLOAD, &rec, sizeof(rec));
	}
}

/* What it said last, where it has failed. */
static void show(const struct payload_run *run, const struct strbuf *texts)
{
	const struct strbuf *text = &texts[texts[PAYLOAD_ERR].len ?
					   PAYLOAD_ERR : PAYLOAD_OUT];
	size_t from = text->len - min(text->len, SHOWN_BYTES + 0UL);

	if (!text->len)
		return;
	printf("payload '%s' printed%s:\n%s%s", run->p->name,
	       from ? ", at last" : "", text->text + from,
	       strends(text->text, "\n") ? "" : "\n");
	fflush(stdout);
}

static void judge(struct ktstr_ctx *ctx, const struct payload_run *run)
{
	struct strbuf texts[PAYLOAD_STREAMS] = { STRBUF_INIT, STRBUF_INIT };
	unsigned int i, before = ctx->result.n_details;

	for (i = 0; i < PAYLOAD_STREAMS; i++)
		printed_text(&run->kept.told->printed[i], &texts[i]);
	judge_end(ctx, run);
	measure(ctx, run, texts);
	tell_metrics(ctx);
	/* Who has failed otherwise has no numbers worth a word. */
	for (i = 0; i < payload_n_metrics(run->p) &&
	     ctx->result.n_details == before; i++)
		judge_metric(ctx, run, &run->p->metrics[i],
			     ctx->measured.values[i]);
	if (ctx->result.n_details > before)
		show(run, texts);
	for (i = 0; i < PAYLOAD_STREAMS; i++)
		strbuf_free(&texts[i]);
}

/* ---- an end ---- */

/* From now on it has no more than the time to end in. */
static void ask_end(struct ktstr_ctx *ctx, struct payload_run *run)
{
	run->limit_ms = 0;
	wire_steal_begin(&run->wait, ctx->steal);
	keeper_ask_end(&run->kept);
}

void payload_finish(struct ktstr_ctx *ctx, struct payload_run *run,
		    enum payload_end how)
{
	if (how != PAYLOAD_AWAIT && !keeper_has_ended(&run->kept))
		ask_end(ctx, run);
	while (!payload_has_ended(run))
		poll(NULL, 0, WAIT_POLL_MS);
	if (how == PAYLOAD_DROP)
		goto out_free;
	if (!keeper_has_ended(&run->kept))
		fail(ctx, run, "it cannot be ended, not by SIGKILL either");
	else if (run->kept.told->failure)
		judge_start(ctx, run);
	else
		judge(ctx, run);
out_free:
	keeper_end(&run->kept);
	free(run);
}

/* ---- for bodies ---- */

static void tell(const struct ktstr_ctx *ctx)
{
	const struct check_result *res = &ctx->result;
	unsigned int i;

	if (ctx->wire_fd < 0)
		return;
	for (i = 0; i < res->n_details; i++)
		wire_send(ctx->wire_fd, WIRE_DETAIL, &res->details[i],
			  sizeof(res->details[i]));
	if (res->host_took[0])
		wire_send(ctx->wire_fd, WIRE_DOUBT, res->host_took,
			  strlen(res->host_took));
}

struct payload_run *payload_start(struct ktstr_ctx *ctx,
				  const struct payload *p)
{
	struct payload_run *run = NULL;
	int ret;

	memset(&ctx->result, 0, sizeof(ctx->result));
	ret = payload_begin(ctx, p, p->cgroup, &run);
	if (ret)
		check_fail(&ctx->result, "payload '%s': cannot be started: %s",
			   p->name, strerror(-ret));
	tell(ctx);
	return run;
}

static struct check_result *finish(struct ktstr_ctx *ctx,
				   struct payload_run *run,
				   enum payload_end how)
{
	if (!run)
		return &ctx->result;
	memset(&ctx->result, 0, sizeof(ctx->result));
	payload_finish(ctx, run, how);
	tell(ctx);
	return &ctx->result;
}

struct check_result *payload_wait(struct ktstr_ctx *ctx,
				  struct payload_run *run)
{
	return finish(ctx, run, PAYLOAD_AWAIT);
}

struct check_result *payload_kill(struct ktstr_ctx *ctx,
				  struct payload_run *run)
{
	return finish(ctx, run, PAYLOAD_END);
}

struct check_result *execute_payload(struct ktstr_ctx *ctx,
				     const struct payload *p)
{
	return payload_wait(ctx, payload_start(ctx, p));
}

double payload_value(const struct ktstr_ctx *ctx, const char *metric)
{
	const struct payload *p = ctx->measured.payload;
	unsigned int i;

	for (i = 0; p && i < payload_n_metrics(p); i++)
		if (!strcmp(p->metrics[i].name, metric))
			return ctx->measured.values[i];
	return NAN;
}
