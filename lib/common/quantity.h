/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quantities: what is measured of a run, as rows of one table.
 *
 * Whoever measures fills a member of one of the structs below. Whoever prints,
 * stores, draws or compares goes through the rows, and knows none by name.
 */
#ifndef KTSTR_COMMON_QUANTITY_H
#define KTSTR_COMMON_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What nobody could measure; its double is a NaN. */
#define QUANTITY_UNKNOWN	INT64_MIN

#define QUANTITY_TEXT_SIZE	40

/**
 * enum quantity_per - per what there is one
 */
enum quantity_per {
	PER_RUN,
	PER_CGROUP,
	PER_WORKER,
	PER_CPU,	/* in each sample */
	PER_SAMPLE,	/* of the monitor's */
	PER_PHASE,
	PER_TURN,	/* of A or B, see ktstr ab */
	N_PERS
};

/**
 * enum quantity_unit - what is counted
 */
enum quantity_unit {
	UNIT_COUNT,
	UNIT_TASKS,
	UNIT_CPUS,
	UNIT_CPU,		/* number of one */
	UNIT_PID,
	UNIT_FLAGS,
	UNIT_KIND,
	UNIT_BOOL,
	UNIT_PCT,
	UNIT_RATIO,
	UNIT_NS,
	UNIT_US,
	UNIT_MS,
	UNIT_PER_S,
	N_UNITS
};

/**
 * enum quantity_better - which way a scheduler is better
 */
enum quantity_better {
	BETTER_NEITHER,
	BETTER_UP,
	BETTER_DOWN,
	N_BETTERS
};

/**
 * enum quantity_from - who measures it
 * @FROM_WORKERS: the workers, in the guest
 * @FROM_HARNESS: what is ours in the guest, of itself
 * @FROM_MEMORY: the monitor, in the guest's memory
 * @FROM_SCHEDSTAT: it, too, where the kernel counts that
 * @FROM_MONITOR: the monitor, of itself
 * @FROM_VMM: the VMM, on the host
 */
enum quantity_from {
	FROM_WORKERS,
	FROM_HARNESS,
	FROM_MEMORY,
	FROM_SCHEDSTAT,
	FROM_MONITOR,
	FROM_VMM,
	N_FROMS
};

/* Each struct has a member for each row, of the row's name and type. */
#define QUANTITY_MEMBER(name, type, ...) type name;

struct run_quantities {
#define QUANTITY_RUN QUANTITY_MEMBER
#include "lib/common/quantities.h"
};

struct cgroup_quantities {
#define QUANTITY_CGROUP QUANTITY_MEMBER
#include "lib/common/quantities.h"
};

struct worker_quantities {
#define QUANTITY_WORKER QUANTITY_MEMBER
#include "lib/common/quantities.h"
};

struct cpu_quantities {
#define QUANTITY_CPU QUANTITY_MEMBER
#include "lib/common/quantities.h"
};

struct sample_quantities {
#define QUANTITY_SAMPLE QUANTITY_MEMBER
#include "lib/common/quantities.h"
};

struct phase_quantities {
#define QUANTITY_PHASE QUANTITY_MEMBER
#include "lib/common/quantities.h"
};

struct turn_quantities {
#define QUANTITY_TURN QUANTITY_MEMBER
#include "lib/common/quantities.h"
};

/**
 * enum quantity_id - index of a row, such as RUN_busy_pct
 */
enum quantity_id {
#define QUANTITY_RUN(name, ...) RUN_##name,
#define QUANTITY_CGROUP(name, ...) CGROUP_##name,
#define QUANTITY_WORKER(name, ...) WORKER_##name,
#define QUANTITY_CPU(name, ...) CPU_##name,
#define QUANTITY_SAMPLE(name, ...) SAMPLE_##name,
#define QUANTITY_PHASE(name, ...) PHASE_##name,
#define QUANTITY_TURN(name, ...) TURN_##name,
#include "lib/common/quantities.h"
	QUANTITY_IDS
};

/**
 * struct quantity_gate - how far two sides must be apart for one to be worse
 * @least: at least so much of the unit; 0 for a quantity that nobody judges by
 * @pct: and at least so many percent
 */
struct quantity_gate {
	double least;
	double pct;
};

/**
 * struct quantity - a row
 * @per: per what there is one
 * @name: with its unit behind an underscore, where it has one
 * @unit: of its value
 * @decimals: a value is a whole number of 10^-@decimals of the unit
 * @better: which way
 * @from: who measures it
 * @word: in a line of text; NULL where it has no place there
 * @head: over a column; NULL where it has none
 * @offset: of the member, in the struct of its @per
 * @real: the member is a double
 * @gate: when a comparison calls a side worse
 */
struct quantity {
	enum quantity_per per;
	const char *name;
	enum quantity_unit unit;
	unsigned int decimals;
	enum quantity_better better;
	enum quantity_from from;
	const char *word;
	const char *head;
	size_t offset;
	bool real;
	struct quantity_gate gate;
};

/* All rows, by their ids. */
extern const struct quantity quantities[QUANTITY_IDS];

/**
 * quantity_is_guests() - is it measured in the guest, which tells of it?
 * @q: the row
 */
static inline bool quantity_is_guests(const struct quantity *q)
{
	return q->from == FROM_WORKERS || q->from == FROM_HARNESS;
}

/**
 * quantity_next() - go through the rows of one kind
 * @per: the kind
 * @q: one of its rows; NULL for the first
 *
 * Return: the next one, NULL behind the last.
 */
const struct quantity *quantity_next(enum quantity_per per,
				     const struct quantity *q);

/**
 * quantity_find() - a row by its name
 * @per: its kind
 * @name: of the row
 *
 * Return: the row, NULL when there is none.
 */
const struct quantity *quantity_find(enum quantity_per per, const char *name);

/**
 * quantity_get() - read a member
 * @q: the row
 * @set: the struct of its kind
 *
 * Return: its value, in 10^-decimals of the unit, or QUANTITY_UNKNOWN.
 */
int64_t quantity_get(const struct quantity *q, const void *set);

/**
 * quantity_set() - write a member
 * @q: the row
 * @set: the struct of its kind
 * @value: what quantity_get() gives, of any row
 */
void quantity_set(const struct quantity *q, void *set, int64_t value);

/**
 * quantities_forget() - nothing of a kind has been measured yet
 * @per: the kind
 * @set: the struct of that kind
 */
void quantities_forget(enum quantity_per per, void *set);

/**
 * quantity_scale() - how many of its values make one of its unit
 * @q: the row
 *
 * Return: 10^decimals.
 */
int64_t quantity_scale(const struct quantity *q);

/**
 * quantity_text() - a value with its unit, for people
 * @q: the row
 * @value: what quantity_get() gives
 * @blank: stands before a unit that is a word: "12 ms", "12ms"; others follow
 *	the number at once: "7.2%"
 * @buf: gets it; "-" for what is not known
 *
 * Return: @buf.
 */
const char *quantity_text(const struct quantity *q, int64_t value,
			  const char *blank, char buf[QUANTITY_TEXT_SIZE]);

/* What the enums above are called, in pages, tables and Documentation. */
const char *quantity_per_name(enum quantity_per per);
const char *quantity_unit_name(enum quantity_unit unit);
const char *quantity_better_name(enum quantity_better better);
const char *quantity_from_name(enum quantity_from from);

/**
 * quantity_suffix() - the unit as it stands behind a number
 * @unit: the unit
 *
 * Return: "ms" and the like; "" for what is only counted.
 */
const char *quantity_suffix(enum quantity_unit unit);

#endif /* KTSTR_COMMON_QUANTITY_H */
