// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads that are there. See ready_payloads.h.
 *
 * Each runs for a second or so on ordinary hardware, whatever the machine; whoever
 * wants more of it gives arguments of their own.
 */
#include "lib/common/payload/ready_payloads.h"

#include "lib/common/util/util.h"

#define READY_ROW(id, what_)	&payload_##id,
#define READY_WHAT(id, what_)	what_,

const struct payload *const ready_payloads[READY_PAYLOAD_COUNT] = {
	READY_PAYLOADS(READY_ROW)
};

const char *ready_payload_word(unsigned int i)
{
	return i < READY_PAYLOAD_COUNT ? ready_payloads[i]->name : NULL;
}

const char *ready_payload_what(unsigned int i)
{
	static const char * const whats[] = { READY_PAYLOADS(READY_WHAT) };

	return i < READY_PAYLOAD_COUNT ? whats[i] : NULL;
}

/* "stress-ng: metrc: [7] cpu  1873  1.00  1.99  0.00  1872.6  940.1" */
#define STRESS_RATE(stressor)						\
	"\\] " stressor " +[0-9]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +([0-9.]+)"

const struct payload payload_stress_ng = {
	.name = "stress-ng",
	.program = "stress-ng",
	.args = {
		"--cpu", "1", "--switch", "1", "--timeout", "1",
		"--metrics-brief", "--temp-path", "/tmp",
	},
	.deadline_ms = 20000,
	.metrics = {
		{ .name = "cpu_ops", .rule = PAYLOAD_REGEX,
		  .where = STRESS_RATE("cpu"), .unit = "1/s",
		  .better = BETTER_UP },
		{ .name = "switch_ops", .rule = PAYLOAD_REGEX,
		  .where = STRESS_RATE("switch"), .unit = "1/s",
		  .better = BETTER_UP },
	},
};

const struct payload payload_fio = {
	.name = "fio",
	.program = "fio",
	.args = {
		"--name=ktstr", "--directory=/tmp", "--size=8m",
		"--ioengine=psync", "--rw=randread", "--bs=4k", "--time_based",
		"--runtime=1", "--output-format=json",
	},
	.deadline_ms = 20000,
	.metrics = {
		{ .name = "read_iops", .rule = PAYLOAD_JSON,
		  .where = "/jobs/0/read/iops", .unit = "1/s",
		  .better = BETTER_UP },
		{ .name = "read_p99", .rule = PAYLOAD_JSON,
		  .where = "/jobs/0/read/clat_ns/percentile/99.000000",
		  .unit = "ns", .better = BETTER_DOWN },
	},
};

const struct payload payload_hackbench = {
	.name = "hackbench",
	.program = "perf",
	.args = { "bench", "sched", "messaging", "-g", "1", "-l", "100" },
	.deadline_ms = 20000,
	.metrics = {
		{ .name = "time", .rule = PAYLOAD_AFTER,
		  .where = "Total time:", .unit = "s", .better = BETTER_DOWN },
	},
};

/* Latencies of wakeups come first, then those of requests. */
const struct payload payload_schbench = {
	.name = "schbench",
	.program = "schbench",
	.args = { "-m", "1", "-t", "2", "-r", "2", "-i", "10" },
	.deadline_ms = 20000,
	.metrics = {
		{ .name = "wakeup_p99", .rule = PAYLOAD_AFTER,
		  .where = "99.0th:", .unit = "us", .better = BETTER_DOWN },
		{ .name = "request_p99", .rule = PAYLOAD_AFTER,
		  .where = "99.0th:", .last = 1, .unit = "us",
		  .better = BETTER_DOWN },
		{ .name = "rps", .rule = PAYLOAD_AFTER,
		  .where = "average rps:", .last = 1, .unit = "1/s",
		  .better = BETTER_UP },
	},
};

const struct payload payload_rt_app = {
	.name = "rt-app",
	.program = "rt-app",
	.metrics = {
		{ .name = "exit", .rule = PAYLOAD_EXIT },
	},
};
