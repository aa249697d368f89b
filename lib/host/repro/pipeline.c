// SPDX-License-Identifier: GPL-2.0-only
/*
 * Auto-repro, step by step. See pipeline.h.
 */
#include "lib/host/repro/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "lib/common/scx/decode.h"
#include "lib/common/util/util.h"
#include "lib/host/repro/ending.h"
#include "lib/host/repro/source.h"

/* Of each function, where the test has passed; each takes a dozen of lines. */
#define HEALTHY_CALLS	8

/* One repro VM, for the run's callback. */
struct round {
	struct story story;
	struct run_outcome out;
};

static void on_probe(void *ctx, const void *payload, size_t len)
{
	struct round *round = ctx;

	story_feed(&round->story, payload, len);
}

/* The message first: it is short, and the others repeat it. */
void repro_exit_of(const struct run_outcome *out, const char *vmlinux,
		   struct scx_exit *ex, struct stack *st)
{
	const struct strbuf *texts[] = {
		&out->sched_log, &out->scx_dump, &out->console,
	};
	struct stack_places places;
	struct source *src = NULL;
	char err[256];
	size_t i;

	/* Another kernel's functions are elsewhere. */
	if (vmlinux[0] && !out->series.other_kernel)
		src = source_open(vmlinux, err, sizeof(err));
	source_places(src, &places);
	st->places = &places;
	exit_init(ex);
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		exit_parse(ex, texts[i]->text, texts[i]->len);
		stack_extract(st, texts[i]->text, texts[i]->len);
	}
	st->places = NULL;
	source_close(src);
}

/* Names a line each, for ktstr-probe. What is called all the time is not. */
static void list_functions(const struct repro_request *request,
			   const struct stack *st, struct strbuf *names)
{
	unsigned int i;

	if (request->functions)
		strbuf_addf(names, PROBE_NAMES_USER "\n");
	for (i = 0; request->functions && request->functions[i]; i++)
		strbuf_addf(names, "%s\n", request->functions[i]);
	for (i = 0; !request->functions && i < st->n; i++) {
		const struct stack_func *func = &st->funcs[i];

		if (func->kind == STACK_BPF)
			strbuf_addf(names, PROBE_NAMES_BPF "%s\n", func->name);
		else if (!stack_is_generic(func->name))
			strbuf_addf(names, "%s\n", func->symbol);
	}
}

/* What is to be said of a VM that did not get to the point. */
static enum repro_end round_end(const struct run_outcome *out,
				const struct scx_exit *ex,
				enum exit_match match)
{
	enum wire_stage stage = max(out->stage, out->vm.stage);

	if (match == EXIT_REPRODUCED || ex->found || out->sched_died)
		return REPRO_RAN;
	if (stage < STAGE_INIT)
		return REPRO_NO_BOOT;
	if (stage < STAGE_ATTACHED)
		return REPRO_NO_ATTACH;
	return out->vm.end == VM_END_DEADLINE || out->vm.end == VM_END_HUNG ?
	       REPRO_TIMED_OUT : REPRO_RAN;
}

static void round_reason(const struct run_outcome *out, char *reason,
			 size_t size)
{
	snprintf(reason, size, "%s after %.1f s, last stage: %s%s%.200s",
		 vm_end_name(out->vm.end), out->vm.run_ns / 1e9,
		 wire_stage_name(max(out->stage, out->vm.stage)),
		 out->crash[0] ? "; " : "", out->crash);
}

static void round_free(struct round *round)
{
	if (!round)
		return;
	story_exit(&round->story);
	outcome_exit(&round->out);
	free(round);
}

/* The same run, but with probes, and nothing that ends it early. */
static struct round *round_run(const struct repro_request *request,
			       const char *names, char *err, size_t err_size)
{
	struct run_config config = *request->primary;
	struct round *round = malloc(sizeof(*round));

	if (!round) {
		snprintf(err, err_size, "no memory");
		return NULL;
	}
	story_init(&round->story);
	outcome_init(&round->out);
	config.console = NULL;
	config.output = NULL;
	config.probes = names;
	config.probe = on_probe;
	config.ctx = round;

	if (run_vm(&config, &round->out, err, err_size)) {
		round_free(round);
		return NULL;
	}
	return round;
}

static const char *vmlinux_of(const struct repro_request *request)
{
	const struct run_config *primary = request->primary;

	return primary && primary->kernel ? primary->kernel->vmlinux : "";
}

void repro_init(const struct repro_request *request, struct repro *repro)
{
	memset(repro, 0, sizeof(*repro));
	repro->dump = (struct strbuf)STRBUF_INIT;
	repro->text = (struct strbuf)STRBUF_INIT;
	repro->colored = (struct strbuf)STRBUF_INIT;
	story_init(&repro->story);
	repro->primary_ns = request->out->vm.run_ns;
	repro_exit_of(request->out, vmlinux_of(request),
		      &repro->first, &repro->stack);
	exit_init(&repro->again);
}

/* How much a round is worth: the best is the one to show. */
static unsigned int match_rank(enum exit_match match)
{
	static const unsigned int ranks[] = {
		[EXIT_NOT_REPRODUCED] = 1,
		[EXIT_DIFFERENT] = 2,
		[EXIT_REPRODUCED] = 3,
	};

	return ranks[match];
}

bool repro_take(const struct repro_request *request, struct repro *repro,
		const struct run_outcome *out, struct story *story)
{
	const struct ending first = {
		request->out, &repro->first, &repro->stack,
	};
	struct stack st = { };
	enum exit_match match;
	struct scx_exit ex;

	repro_exit_of(out, vmlinux_of(request), &ex, &st);
	match = ending_match(&first, &(struct ending){ out, &ex, &st });
	repro->rounds++;
	repro->matched += match == EXIT_REPRODUCED;
	if (repro->taken && match_rank(match) <= match_rank(repro->match)) {
		stack_free(&st);
		return false;
	}

	repro->taken = true;
	repro->end = round_end(out, &ex, match);
	round_reason(out, repro->reason, sizeof(repro->reason));
	ending_crash_text(out, repro->crash, sizeof(repro->crash));
	repro->match = match;
	repro->again = ex;
	stack_free(&repro->again_stack);
	repro->again_stack = st;
	strbuf_reset(&repro->dump);
	strbuf_add(&repro->dump, out->scx_dump.text, out->scx_dump.len);
	story_exit(&repro->story);
	repro->story = *story;
	story_init(story);
	story_stitch(&repro->story);
	repro->repro_ns = out->vm.run_ns;
	return true;
}

void repro_take_none(struct repro *repro, const char *why)
{
	repro->rounds++;
	if (repro->taken)
		return;
	repro->end = REPRO_NO_BOOT;
	snprintf(repro->reason, sizeof(repro->reason), "%s", why);
}

static void repro_render(const struct repro_request *request,
			 const struct run_outcome *shown, uint64_t duration_ns,
			 struct repro *repro)
{
	const char *vmlinux = request->primary->kernel->vmlinux;
	const struct mon_series *series = &request->out->series;
	const struct repro_report report = {
		.primary_ran = request->out->stage >= STAGE_WORKLOAD,
		.healthy = !ending_is_failure(request->out),
		.end = repro->end,
		.match = repro->match,
		.rounds = repro->rounds,
		.matched = repro->matched,
		.reason = repro->reason,
		.crash = repro->crash,
		.exit = &repro->again,
		.story = &repro->story,
		.duration_ns = duration_ns,
		.sched_log = shown ? &shown->sched_log : NULL,
		.dump = shown ? &shown->scx_dump : NULL,
		.console = shown ? &shown->console : NULL,
	};
	struct decode *decode;
	char err[sizeof(series->why_none)] = "no vmlinux";
	struct btf *btf = NULL;
	struct render r = { };

	/* Names and lines of another kernel would be lies. */
	if (series->other_kernel)
		snprintf(err, sizeof(err), "%s", series->why_none);
	else if (vmlinux[0])
		btf = btf__parse(vmlinux, NULL);
	if (report.healthy && !request->primary->verbose)
		r.calls_max = HEALTHY_CALLS;
	decode = decode_create(btf);
	r.decode = decode;
	if (vmlinux[0] && !series->other_kernel)
		r.source = source_open(vmlinux, err, sizeof(err));
	if (!r.source)
		r.no_source = err;
	if (decode)
		render_repro(&r, &report, &repro->text);
	r.color = true;
	if (decode && request->color)
		render_repro(&r, &report, &repro->colored);
	source_close(r.source);
	decode_destroy(decode);
	btf__free(btf);
}

/* Is another round worth its time? */
static bool go_on(const struct repro_request *request,
		  const struct repro *repro)
{
	if (repro->rounds >= (request->rounds ?: REPRO_ROUNDS))
		return false;
	/* Where nothing has failed, nothing is to come again. */
	if (!request->rounds && !ending_is_failure(request->out))
		return false;
	/* A guest that hangs takes all the time that it is given. */
	return request->all_rounds ||
	       (!repro->matched && repro->end != REPRO_TIMED_OUT);
}

void repro_run(const struct repro_request *request, struct repro *repro)
{
	uint64_t begin_ns = clock_now_ns();
	struct strbuf names = STRBUF_INIT;
	struct round *shown = NULL;

	repro_init(request, repro);
	list_functions(request, &repro->stack, &names);
	do {
		char err[400] = "";
		struct round *round = round_run(request, names.text, err,
						sizeof(err));

		if (!round) {
			repro_take_none(repro, err);
			break;
		}
		if (repro_take(request, repro, &round->out, &round->story)) {
			round_free(shown);
			shown = round;
		} else {
			round_free(round);
		}
	} while (go_on(request, repro));
	repro_render(request, shown ? &shown->out : NULL,
		     clock_now_ns() - begin_ns, repro);
	round_free(shown);
	strbuf_free(&names);
}

void repro_free(struct repro *repro)
{
	stack_free(&repro->stack);
	stack_free(&repro->again_stack);
	story_exit(&repro->story);
	strbuf_free(&repro->dump);
	strbuf_free(&repro->text);
	strbuf_free(&repro->colored);
}
