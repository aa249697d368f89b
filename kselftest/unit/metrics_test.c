// SPDX-License-Identifier: GPL-2.0-only
/*
 * What workers have measured, from their reports in the guest to the outcome on
 * the host.
 */
#include "kselftest_harness.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/metrics.h"
#include "lib/host/run/numbers.h"
#include "lib/host/run/outcome.h"

#define WORKERS	3

FIXTURE(metrics)
{
	int sockets[2];		/* as between the test program and init */
	char datagram[WIRE_REC_MAX + 64];
	struct worker_report reports[WORKERS];
	struct check_group group;
	struct metrics_told told;
	struct run_outcome out;
};

/* Each number is another. */
static void fill(struct worker_report *r, unsigned int worker)
{
	const struct quantity *q;
	int64_t n = 1000 * (worker + 1);

	for (q = quantity_next(PER_WORKER, NULL); q;
	     q = quantity_next(PER_WORKER, q))
		quantity_set(q, &r->q, n++);
	r->has_run_delay = true;
	r->completed = true;
}

FIXTURE_SETUP(metrics)
{
	unsigned int i;

	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK |
				SOCK_CLOEXEC, 0, self->sockets));
	for (i = 0; i < WORKERS; i++)
		fill(&self->reports[i], i);
	self->group = (struct check_group){
		.name = "cg_0", .reports = self->reports,
		.n_reports = WORKERS, .n_cpus = 2,
	};
	outcome_init(&self->out);
}

FIXTURE_TEARDOWN(metrics)
{
	outcome_exit(&self->out);
	close(self->sockets[0]);
	close(self->sockets[1]);
}

/* What init does: a word for the type, one that is 0, and the payload. */
static unsigned int deliver(FIXTURE_DATA(metrics) *self)
{
	const size_t head = 2 * sizeof(uint32_t);
	struct wire_rec rec = { };
	unsigned int n = 0;
	ssize_t len;

	while ((len = recv(self->sockets[1], self->datagram,
			   sizeof(self->datagram) - 1, 0)) > (ssize_t)head) {
		self->datagram[len] = '\0';
		memcpy(&rec.type, self->datagram, sizeof(rec.type));
		rec.len = len - head;
		outcome_add(&self->out, &rec, self->datagram + head);
		n++;
	}
	return n;
}

static unsigned int send_group(FIXTURE_DATA(metrics) *self)
{
	metrics_send(self->sockets[0], &self->group, &self->told);
	return deliver(self);
}

static void expect_same(struct __test_metadata *_metadata,
			enum quantity_per per, const void *sent,
			const void *came)
{
	const struct quantity *q;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q)) {
		EXPECT_EQ(quantity_get(q, sent), quantity_get(q, came))
			TH_LOG("%s per %s", q->name, quantity_per_name(per));
	}
}

TEST_F(metrics, come_as_they_were_measured)
{
	struct cgroup_quantities q;
	unsigned int i;

	EXPECT_EQ(2 + WORKERS, send_group(self));
	EXPECT_EQ(0U, self->out.n_refused);
	ASSERT_EQ(1U, self->out.n_cgroups);
	EXPECT_STREQ("cg_0", self->out.cgroups[0].name);
	check_group_stats(&self->group, &q);
	expect_same(_metadata, PER_CGROUP, &q, &self->out.cgroups[0].q);
	ASSERT_EQ((unsigned int)WORKERS, self->out.n_workers);
	for (i = 0; i < WORKERS; i++) {
		EXPECT_EQ(i, self->out.workers[i].index);
		expect_same(_metadata, PER_WORKER, &self->reports[i].q,
			    &self->out.workers[i].q);
	}
}

/* What the host makes of the cgroups' is not the guest's to say. */
TEST_F(metrics, of_a_run_only_what_the_harness_took_comes)
{
	struct run_quantities run;

	quantities_forget(PER_RUN, &run);
	run.own_pct = 0.25;
	metrics_send_run(self->sockets[0], &run);
	EXPECT_EQ(1U, deliver(self));
	EXPECT_EQ(0U, self->out.n_refused);
	EXPECT_EQ(0.25, self->out.told.own_pct);
	run_measure(&self->out, &run);
	EXPECT_EQ(0.25, run.own_pct);

	quantities_forget(PER_RUN, &run);
	run.iterations = 7;
	run.own_pct = 0.5;
	metrics_send_run(self->sockets[0], &run);
	EXPECT_EQ(1U, deliver(self));
	EXPECT_EQ(2U, self->out.n_refused);
	EXPECT_EQ(0.25, self->out.told.own_pct);
	run_measure(&self->out, &run);
	EXPECT_EQ(QUANTITY_UNKNOWN, run.iterations);
}

TEST_F(metrics, what_was_not_measured_does_not_come)
{
	const struct quantity *delay = &quantities[WORKER_run_delay_ns];
	const struct quantity *spread = &quantities[CGROUP_spread_pct];

	self->reports[0].has_run_delay = false;
	self->reports[1].completed = false;
	send_group(self);
	EXPECT_EQ(0U, self->out.n_refused);
	EXPECT_EQ(QUANTITY_UNKNOWN,
		  quantity_get(spread, &self->out.cgroups[0].q));
	/* One left no report. */
	ASSERT_EQ(WORKERS - 1U, self->out.n_workers);
	EXPECT_EQ(0U, self->out.workers[0].index);
	EXPECT_EQ(QUANTITY_UNKNOWN,
		  quantity_get(delay, &self->out.workers[0].q));
	EXPECT_EQ(2U, self->out.workers[1].index);
	EXPECT_EQ((int64_t)self->reports[2].run_delay_ns,
		  quantity_get(delay, &self->out.workers[1].q));
}

/* A body may run more scenarios than a run has room for: none is refused. */
TEST_F(metrics, of_many_scenarios_the_first_are_told)
{
	unsigned int i;

	for (i = 0; i < WIRE_CGROUPS_MAX + 3; i++)
		send_group(self);
	EXPECT_EQ((unsigned int)WIRE_CGROUPS_MAX, self->out.n_cgroups);
	EXPECT_EQ(WIRE_CGROUPS_MAX * WORKERS, self->out.n_workers);
	EXPECT_EQ(0U, self->out.n_refused);
}

TEST_F(metrics, of_many_workers_the_first_are_told)
{
	const unsigned int n = 100, groups = WIRE_WORKERS_MAX / n + 1;
	struct worker_report *many = calloc(n, sizeof(*many));
	unsigned int i;

	ASSERT_NE(NULL, many);
	for (i = 0; i < n; i++)
		fill(&many[i], i);
	self->group.reports = many;
	self->group.n_reports = n;
	for (i = 0; i < groups; i++)
		send_group(self);
	EXPECT_EQ(groups, self->out.n_cgroups);
	EXPECT_EQ((unsigned int)WIRE_WORKERS_MAX, self->out.n_workers);
	EXPECT_EQ(0U, self->out.n_refused);
	free(many);
}

/* Without a host that listens there is nobody to tell. */
TEST_F(metrics, a_socket_that_is_closed_ends_it)
{
	shutdown(self->sockets[1], SHUT_RD);
	metrics_send(self->sockets[0], &self->group, &self->told);
	EXPECT_EQ(0U, self->told.cgroups);
}

TEST_HARNESS_MAIN
