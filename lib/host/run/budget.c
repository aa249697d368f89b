// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long each part of a run may take. See budget.h.
 */
#include "lib/host/run/budget.h"

#include <string.h>

#include "lib/common/attr/attr.h"
#include "lib/common/util/pace.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/steal.h"

/*
 * On ordinary hardware a boot takes under a second, attaching a scheduler
 * about as long (the verifier), and a program needs moments around its
 * scenario. These are what is certainly wrong there; how many times slower a
 * host computes says little of debugging options and of other load, so each
 * part has at least what such a machine was seen to take, and more.
 */
#define BOOT_MS			8000
#define BOOT_LEAST_MS		45000
/*
 * For each pair of CPUs: 24, 32 and 48 took 23, 41 and 89 s where this factor is
 * ten, which is 4 ms a pair there.
 */
#define BOOT_PAIR_MS		4
#define ATTACH_MS		8000
#define ATTACH_LEAST_MS		45000
#define AROUND_TEST_MS		10000
#define AROUND_TEST_LEAST_MS	40000
#define STOP_MS			2000
#define STOP_LEAST_MS		10000
#define GRACE_MS		3000
#define GRACE_LEAST_MS		10000
#define MARGIN_MS		2000
/* To be ended by force, and to be seen to have ended */
#define PAYLOAD_END_MS		3000
/* For reports, and for what comes before and after the VM */
#define HARNESS_MARGIN_MS	30000

/* Init's three waits for what it has killed; they do not stretch. */
#define KILLS_MS	15000

/* What is outside of it moves along. */
static void set_part(struct run_budget *budget, unsigned int *part,
		     unsigned int ms)
{
	budget->deadline_ms -= *part;
	*part = ms;
	budget->deadline_ms += ms;
}

void budget_limit(struct run_budget *budget, unsigned int ms)
{
	set_part(budget, &budget->test_ms, ms);
	if (budget->attach_ms)
		set_part(budget, &budget->attach_ms, ms);
}

void budget_limit_body(struct run_budget *budget, unsigned int ms)
{
	set_part(budget, &budget->test_ms, ms);
}

void budget_switch(struct run_budget *budget, unsigned int n_staged)
{
	if (n_staged)
		budget->deadline_ms += (n_staged + 1) *
				       (budget->attach_ms + budget->stop_ms);
}

void budget_payloads(struct run_budget *budget, const struct run_workload *load,
		     double slowness)
{
	double factor = min(max(slowness, 1.0), SLOWNESS_MAX);
	unsigned int i, n = attr_n_payloads(load), ms = 0;

	for (i = 0; i < n; i++)
		ms += payload_limit_ms(load->payloads[i],
				       load->duration_s * MSEC_PER_SEC) +
		      PAYLOAD_END_MS;
	set_part(budget, &budget->test_ms, budget->test_ms + ms * factor);
}

void budget_compute(struct run_budget *budget, unsigned int duration_ms,
		    bool has_scheduler, double slowness, unsigned int cpus)
{
	/* Keeps the sum well below KTSTR_TEST_TIMEOUT_S on any host. */
	double factor = min(max(slowness, 1.0), SLOWNESS_MAX);

	memset(budget, 0, sizeof(*budget));
	budget->boot_ms = max(BOOT_MS * factor, BOOT_LEAST_MS);
	budget->boot_ms = max((double)budget->boot_ms,
			      BOOT_PAIR_MS * factor * cpus * cpus);
	if (has_scheduler) {
		budget->attach_ms = max(ATTACH_MS * factor, ATTACH_LEAST_MS);
		budget->stop_ms = max(STOP_MS * factor, STOP_LEAST_MS);
	}
	/* Wall time of the scenario itself does not stretch; its ends do. */
	budget->test_ms = 2 * duration_ms +
			  max(AROUND_TEST_MS * factor, AROUND_TEST_LEAST_MS);
	budget->grace_ms = max(GRACE_MS * factor, GRACE_LEAST_MS);
	budget->deadline_ms = budget->boot_ms + budget->attach_ms +
			      budget->test_ms + budget->stop_ms +
			      budget->grace_ms + MARGIN_MS * factor + KILLS_MS;
}

void budget_finish(struct run_budget *budget, unsigned int left_ms)
{
	unsigned int outer_ms = left_ms - min(left_ms, HARNESS_MARGIN_MS + 0U);

	budget->wall_ms = min(STEAL_PATIENCE * budget->deadline_ms, outer_ms);
	budget->wall_ms = max(budget->wall_ms, budget->deadline_ms);
}

unsigned int budget_longest_ms(const struct run_budget *budget)
{
	return budget->boot_ms + budget->deadline_ms;
}
