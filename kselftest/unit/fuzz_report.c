// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz the report layer: records from the ring, samples with any numbers, and
 * all that is printed of them. The input is a list of pieces, each a head of
 * four bytes { what, type, length (16 bits) } and its bytes.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/report/failure.h"
#include "lib/host/report/monitor.h"
#include "lib/host/report/sidecar.h"
#include "lib/host/report/timeline.h"
#include "lib/host/repro/pipeline.h"

#define CPUS	2
#define EVENTS	3
#define CGROUPS	3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes of the input, zeroes behind its end. */
struct bytes {
	const uint8_t *p;
	size_t len;
};

static uint64_t take(struct bytes *b, size_t size)
{
	uint64_t value = 0;
	size_t n = min(size, b->len);

	memcpy(&value, b->p, n);
	b->p += n;
	b->len -= n;
	return value;
}

/* What a record tells of cgroups and metrics, good or not: so many things. */
static uint64_t told_by(const struct wire_rec *rec)
{
	size_t size = sizeof(struct wire_metric);

	if (rec->type == WIRE_METRIC)
		return rec->len / size + (rec->len % size != 0);
	if (rec->type == WIRE_PAYLOAD)
		return rec->len == sizeof(struct wire_payload);
	return rec->type == WIRE_CGROUP &&
	       rec->len == sizeof(struct wire_cgroup);
}

static uint64_t add_record(struct run_outcome *out, unsigned int type,
			   struct bytes *b)
{
	struct wire_rec rec = { .type = type };
	char payload[UINT16_MAX + 1];

	rec.time_ns = take(b, 8);
	rec.tsc = take(b, 8);
	rec.len = b->len;
	memcpy(payload, b->p, b->len);
	payload[b->len] = '\0';
	outcome_add(out, &rec, payload);
	return told_by(&rec);
}

/* What a sampler promises holds: counts within bounds, names fit to print. */
static void fill_cpu(struct mon_cpu *c, struct bytes *b)
{
	uint32_t *lb = &c->domains[0].lb[0][0];
	unsigned int i, flags = take(b, 1);

	c->online = true;
	c->valid = flags & 1;
	c->idle = flags & 2;
	c->n_domains = !!(flags & 4);
	c->nr_running = take(b, 4) % MON_TASKS_LIMIT;
	c->dsq_depth = take(b, 4);
	c->curr_pid = take(b, 4);
	c->clock_ns = take(b, 8);
	c->nr_switches = take(b, 8);
	c->vcpu_time_ns = take(b, 8);
	c->run_delay_ns = take(b, 8);
	c->ttwu_count = take(b, 4);
	c->sched_goidle = take(b, 4);
	for (i = 0; c->n_domains && i < MON_LB_STATS * MON_IDLE_TYPES; i++)
		lb[i] = take(b, 4);
}

static void add_sample(struct run_outcome *out, struct bytes *b)
{
	struct mon_sample *s = calloc(1, mon_sample_size(CPUS));
	unsigned int i;

	if (!s)
		return;
	s->n_cpus = CPUS;
	s->domains_read = true;
	s->host_ns = take(b, 8);
	s->guest_tsc = take(b, 8);
	s->cost_ns = take(b, 4);
	s->scx.events_valid = take(b, 1) & 1;
	for (i = 0; i < EVENTS; i++)
		s->scx.events[i] = take(b, 8);
	for (i = 0; i < CPUS; i++) {
		fill_cpu(&s->cpus[i], b);
		s->n_valid += s->cpus[i].valid;
	}
	mon_series_add(&out->series, s);
	free(s);
}

static void add_mark(struct run_outcome *out, unsigned int kind,
		     struct bytes *b)
{
	char text[256];
	uint64_t tsc = take(b, 8);

	snprintf(text, sizeof(text), "%.*s", (int)min(b->len, (size_t)255),
		 (const char *)b->p);
	mon_series_mark(&out->series, MON_MARK_SCX + kind % (MON_MARK_KINDS -
							     MON_MARK_SCX),
			tsc, text);
}

/* Any numbers make few metrics that are let in: ids and places near the bounds. */
static uint64_t add_metrics(struct run_outcome *out, unsigned int n,
			    struct bytes *b)
{
	struct wire_rec rec = { .type = WIRE_METRIC };
	struct wire_metric metrics[UINT8_MAX + 1];
	unsigned int i;

	for (i = 0; i < n; i++)
		metrics[i] = (struct wire_metric){
			.id = take(b, 1) % (QUANTITY_IDS + 2),
			.cgroup = take(b, 1) % (CGROUPS + 1),
			.worker = take(b, 2),
			.value = take(b, 8),
		};
	rec.len = n * sizeof(metrics[0]);
	outcome_add(out, &rec, metrics);
	return told_by(&rec);
}

static uint64_t count_known(enum quantity_per per, const void *set)
{
	const struct quantity *q;
	uint64_t n = 0;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q)) {
		if (quantity_get(q, set) == QUANTITY_UNKNOWN)
			continue;
		/* No guest measures what another does. */
		if (!quantity_is_guests(q))
			abort();
		n++;
	}
	return n;
}

/* Each metric, and each cgroup's name, was let in once, or refused. */
static void check_metrics(const struct run_outcome *out, uint64_t n_told)
{
	uint64_t n = out->n_refused + out->n_cgroups + out->n_payloads +
		     count_known(PER_RUN, &out->told);
	unsigned int i;

	for (i = 0; i < out->n_cgroups; i++)
		n += count_known(PER_CGROUP, &out->cgroups[i].q);
	for (i = 0; i < out->n_workers; i++) {
		if (out->workers[i].cgroup >= out->n_cgroups)
			abort();
		n += count_known(PER_WORKER, &out->workers[i].q);
	}
	if (n != n_told)
		abort();
}

static uint64_t add_piece(struct run_outcome *out, unsigned int what,
			  unsigned int type, struct bytes *b)
{
	switch (what % 6) {
	case 0:
		return add_record(out, type, b);
	case 1:
		add_sample(out, b);
		break;
	case 2:
		add_mark(out, type, b);
		break;
	case 3:
		strbuf_add(&out->console, b->p, b->len);
		break;
	case 4:
		out->vm.end = type % (VM_END_KVM_ERROR + 1);
		out->vm.stage = take(b, 1) % STAGE_COUNT;
		out->vm.run_ns = take(b, 8);
		break;
	case 5:
		return add_metrics(out, type, b);
	}
	return 0;
}

/* Lines of comments, and nothing that a terminal would obey. */
static void check_text(const char *text, size_t len)
{
	bool start = true;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = text[i];

		if ((start && c != '#') || c == 0x7f ||
		    (c < ' ' && c != '\n' && c != '\t'))
			abort();
		start = c == '\n';
	}
}

static void print_all(struct run_outcome *out)
{
	const struct scheduler fuzzed = {
		.name = "fuzzed", .binary = "fuzzed",
	};
	const struct run_machine machine = {
		.topology = TOPOLOGY(1, 1, CPUS, 1),
	};
	const struct run_subject subject = { .scheduler = &fuzzed };
	const struct run_workload workload = { };
	const struct run_expectations expectations = { };
	const struct host_kernel kernel = { .image = "/k" };
	struct run_config config = {
		.machine = &machine, .subject = &subject,
		.workload = &workload, .expectations = &expectations,
		.program = "/p", .test = "fuzz.report", .kernel = &kernel,
	};
	struct run_verdict verdict;
	char culprit[256];
	const struct failure f = {
		.config = &config, .culprit = culprit, .out = out,
		.verdict = &verdict,
	};
	const struct ktstr_attr attr = { };
	const struct sidecar sidecar = {
		.config = &config, .attr = &attr, .reason = verdict.reason,
		.retried = "", .out = out,
	};
	char *text = NULL;
	size_t size;
	FILE *to;

	run_judge(&config, out, &verdict);
	repro_culprit(out, "", culprit, sizeof(culprit));
	to = open_memstream(&text, &size);
	if (!to)
		return;
	report_failure(to, &f);
	config.verbose = true;
	report_failure(to, &f);
	fclose(to);
	check_text(text, size);
	free(text);
	json_object_put(sidecar_json(&sidecar));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run_outcome out;
	struct bytes piece, all = { data, size };
	uint64_t n_told = 0;

	outcome_init(&out);
	out.series.n_cpus = CPUS;
	out.series.n_events = EVENTS;
	out.series.has_schedstat = true;
	snprintf(out.series.event_names[0], MON_EVENT_NAME_LEN,
		 "SELECT_CPU_FALLBACK");
	snprintf(out.series.event_names[1], MON_EVENT_NAME_LEN,
		 "DISPATCH_KEEP_LAST");
	snprintf(out.series.event_names[2], MON_EVENT_NAME_LEN, "OTHER");
	while (all.len >= 4) {
		unsigned int what = take(&all, 1), type = take(&all, 1);

		piece.len = min((size_t)take(&all, 2), all.len);
		piece.p = all.p;
		all.p += piece.len;
		all.len -= piece.len;
		n_told += add_piece(&out, what, type, &piece);
	}
	check_metrics(&out, n_told);
	mon_series_finish(&out.series);
	print_all(&out);
	outcome_exit(&out);
	return 0;
}
