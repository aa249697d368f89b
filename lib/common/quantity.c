// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of quantities, and their values. See quantity.h.
 */
#include "lib/common/quantity.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

/* More than that no double has all digits of. */
#define VALUE_LIMIT	(1LL << 53)

#define ROW(set, which, key, type, in, digits, way, who, text, column, ...)	\
{										\
	.per = PER_##which,							\
	.name = #key,								\
	.unit = UNIT_##in,							\
	.decimals = (digits),							\
	.better = BETTER_##way,							\
	.from = FROM_##who,							\
	.word = (text),								\
	.head = (column),							\
	.offset = offsetof(struct set, key),					\
	.real = __builtin_types_compatible_p(type, double),			\
	.gate = { __VA_ARGS__ },						\
},

const struct quantity quantities[QUANTITY_IDS] = {
#define QUANTITY_RUN(...) ROW(run_quantities, RUN, __VA_ARGS__)
#define QUANTITY_CGROUP(...) ROW(cgroup_quantities, CGROUP, __VA_ARGS__)
#define QUANTITY_WORKER(...) ROW(worker_quantities, WORKER, __VA_ARGS__)
#define QUANTITY_CPU(...) ROW(cpu_quantities, CPU, __VA_ARGS__)
#define QUANTITY_SAMPLE(...) ROW(sample_quantities, SAMPLE, __VA_ARGS__)
#define QUANTITY_PHASE(...) ROW(phase_quantities, PHASE, __VA_ARGS__)
#define QUANTITY_TURN(...) ROW(turn_quantities, TURN, __VA_ARGS__)
#include "lib/common/quantities.h"
};

const struct quantity *quantity_next(enum quantity_per per,
				     const struct quantity *q)
{
	for (q = q ? q + 1 : quantities; q < quantities + QUANTITY_IDS; q++)
		if (q->per == per)
			return q;
	return NULL;
}

const struct quantity *quantity_find(enum quantity_per per, const char *name)
{
	const struct quantity *q;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q))
		if (!strcmp(q->name, name))
			return q;
	return NULL;
}

int64_t quantity_scale(const struct quantity *q)
{
	unsigned int i;
	int64_t scale;

	for (i = 0, scale = 1; i < q->decimals; i++)
		scale *= 10;
	return scale;
}

static int64_t value_of_real(const struct quantity *q, double real)
{
	if (!isfinite(real))
		return QUANTITY_UNKNOWN;
	real *= quantity_scale(q);
	real = max(min(real, (double)VALUE_LIMIT), (double)-VALUE_LIMIT);
	return (int64_t)(real < 0 ? real - 0.5 : real + 0.5);
}

int64_t quantity_get(const struct quantity *q, const void *set)
{
	const void *member = (const char *)set + q->offset;
	int64_t value;
	double real;

	if (q->real) {
		memcpy(&real, member, sizeof(real));
		return value_of_real(q, real);
	}
	memcpy(&value, member, sizeof(value));
	return value;
}

void quantity_set(const struct quantity *q, void *set, int64_t value)
{
	void *member = (char *)set + q->offset;
	double real = value == QUANTITY_UNKNOWN ? NAN :
		      (double)value / quantity_scale(q);

	if (q->real)
		memcpy(member, &real, sizeof(real));
	else
		memcpy(member, &value, sizeof(value));
}

void quantities_forget(enum quantity_per per, void *set)
{
	const struct quantity *q;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q))
		quantity_set(q, set, QUANTITY_UNKNOWN);
}

/* ---- words ---- */

/* @suffix stands behind a number, at once or with a blank between. */
static const struct unit {
	const char *name;
	const char *suffix;
	bool word;
} units[N_UNITS] = {
	[UNIT_COUNT] = { "count", "", false },
	[UNIT_TASKS] = { "tasks", "", false },
	[UNIT_CPUS] = { "CPUs", "", false },
	[UNIT_CPU] = { "CPU", "", false },
	[UNIT_PID] = { "pid", "", false },
	[UNIT_FLAGS] = { "flags", "", false },
	[UNIT_KIND] = { "kind", "", false },
	[UNIT_BOOL] = { "0 or 1", "", false },
	[UNIT_PCT] = { "%", "%", false },
	[UNIT_RATIO] = { "ratio", "", false },
	[UNIT_NS] = { "ns", "ns", true },
	[UNIT_US] = { "us", "us", true },
	[UNIT_MS] = { "ms", "ms", true },
	[UNIT_PER_S] = { "1/s", "/s", false },
};

const char *quantity_text(const struct quantity *q, int64_t value,
			  const char *blank, char buf[QUANTITY_TEXT_SIZE])
{
	const struct unit *unit = &units[q->unit];
	const char *between = unit->word ? blank : "";

	if (value == QUANTITY_UNKNOWN)
		snprintf(buf, QUANTITY_TEXT_SIZE, "-");
	else if (q->decimals)
		snprintf(buf, QUANTITY_TEXT_SIZE, "%.*f%s%s", (int)q->decimals,
			 (double)value / quantity_scale(q), between,
			 unit->suffix);
	else
		snprintf(buf, QUANTITY_TEXT_SIZE, "%" PRId64 "%s%s", value,
			 between, unit->suffix);
	return buf;
}

const char *quantity_per_name(enum quantity_per per)
{
	static const char * const names[N_PERS] = {
		[PER_RUN] = "run",
		[PER_CGROUP] = "cgroup",
		[PER_WORKER] = "worker",
		[PER_CPU] = "CPU",
		[PER_SAMPLE] = "sample",
		[PER_PHASE] = "phase",
		[PER_TURN] = "turn",
	};

	return names[per];
}

const char *quantity_unit_name(enum quantity_unit unit)
{
	return units[unit].name;
}

const char *quantity_suffix(enum quantity_unit unit)
{
	return units[unit].suffix;
}

const char *quantity_better_name(enum quantity_better better)
{
	static const char * const names[N_BETTERS] = {
		[BETTER_NEITHER] = "neither",
		[BETTER_UP] = "up",
		[BETTER_DOWN] = "down",
	};

	return names[better];
}

const char *quantity_from_name(enum quantity_from from)
{
	static const char * const names[N_FROMS] = {
		[FROM_WORKERS] = "workers",
		[FROM_HARNESS] = "harness",
		[FROM_MEMORY] = "memory",
		[FROM_SCHEDSTAT] = "schedstat",
		[FROM_MONITOR] = "monitor",
		[FROM_VMM] = "VMM",
	};

	return names[from];
}
