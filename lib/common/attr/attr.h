/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attributes by which a fixture, a variant and a test say what they ask for,
 * and by which a command line or KTSTR_ATTR says something else.
 *
 * To add one: a member of struct ktstr_attr or of a part of it (parts.h), a row in
 * attr_rows.c, and an entry in Documentation/attributes.rst.
 */
#ifndef KTSTR_ATTR_ATTR_H
#define KTSTR_ATTR_ATTR_H

#include <stdbool.h>
#include <stddef.h>

#include <stdio.h>

#include "lib/common/attr/parts.h"
#include "lib/common/util/strbuf.h"

#define ENV_ATTR	"KTSTR_ATTR"	/* NAME=VALUE,NAME=VALUE... */

/* All levels together: arguments of each, and of the scheduler. */
#define ATTR_MAX_LEVELS	4
#define ATTR_MAX_ARGS	((1 + ATTR_MAX_LEVELS) * KTSTR_MAX_ARGS)

struct run_outcome;
struct repro;

/**
 * enum auto_repro - is a failure run again, with probes?
 * @AUTO_REPRO_DEFAULT: when the scheduler died or did not start, or the kernel
 *	panicked or hung under it, and that was not expected
 * @AUTO_REPRO_ON: the same, expected or not
 * @AUTO_REPRO_OFF: never
 */
enum auto_repro {
	AUTO_REPRO_DEFAULT,
	AUTO_REPRO_ON,
	AUTO_REPRO_OFF,
};

/**
 * struct ktstr_attr - what a fixture, a variant or a test asks for
 *
 * The members of the parts are its own: .topology, .duration_s, .expect_err.
 * Zero means "not set here": the next outer level decides, at last the
 * scheduler and the defaults, given in brackets.
 *
 * @run_machine: the VM
 * @machine: the same as a whole
 * @machine_needs: machines that it is for
 * @needs: the same as a whole
 * @scheduler: which scheduler to run under [EEVDF]
 * @sched_args: more arguments for it; the levels add up
 * @staged: further schedulers, which are packed for ops to attach; their sysctls
 *	are set before all else. An inner level's replace an outer's [none]
 * @versus: another one, B, which takes turns with the scheduler, A, see
 *	lib/guest/scenario/turns.h; without a program it is EEVDF [none: no turns]
 * @versus_args: its arguments
 * @run_workload: what goes on in it
 * @workload: the same as a whole
 * @run_expectations: what it is held to
 * @expectations: the same as a whole
 * @post_vm: called on the host when the run has passed so far; anything but 0
 *	fails the test with the sentence that it leaves in @err; with 0, that
 *	stands in the result line
 * @auto_repro: what to do when the scheduler has died
 * @post_repro: called on the host when a repro was run; as @post_vm
 * @host_only: the body runs on the host, without a VM
 */
struct ktstr_attr {
	union {
		struct run_machine;
		struct run_machine machine;
	};
	union {
		struct machine_needs;
		struct machine_needs needs;
	};
	const struct scheduler *scheduler;
	const char *sched_args[KTSTR_MAX_ARGS];
	const struct scheduler *staged[KTSTR_MAX_STAGED];
	const struct scheduler *versus;
	const char *versus_args[KTSTR_MAX_ARGS];
	union {
		struct run_workload;
		struct run_workload workload;
	};
	union {
		struct run_expectations;
		struct run_expectations expectations;
	};
	int (*post_vm)(const struct run_outcome *out, char *err,
		       size_t err_size);
	enum auto_repro auto_repro;
	int (*post_repro)(const struct repro *repro, char *err,
			  size_t err_size);
	enum ktstr_switch host_only;
};

/**
 * struct ktstr_merged - what a test comes down to
 * @attr: every attribute decided; .sched_args is not used, see @sched_args
 * @sched_args: the scheduler's own arguments, then those of each level
 * @n_sched_args: their number
 */
struct ktstr_merged {
	struct ktstr_attr attr;
	const char *sched_args[ATTR_MAX_ARGS];
	unsigned int n_sched_args;
};

struct attr_kind;

/**
 * enum attr_merge - what becomes of it where two levels give it
 * @ATTR_REPLACES: the inner one holds
 * @ATTR_ADDS: both do, the outer one first
 */
enum attr_merge {
	ATTR_REPLACES,
	ATTR_ADDS,
};

/**
 * struct attr_row - an attribute
 * @name: as C has it, without the dot before it
 * @offset: in struct ktstr_attr
 * @size: of it there
 * @kind: what it can be, see kinds.h
 * @merge: what becomes of it where two levels give it
 * @value: what it is where no level gives it; NULL for nothing
 * @usual: what that comes to, in words
 * @max: of a number; 0 for any
 * @words: of a choice: words for 1, 2 and so on; ended by NULL
 * @check: does it make sense beside all others, once they are decided? Asked
 *	where it is given; NULL for always. Leaves a sentence and -EINVAL if not.
 *	What a library is needed for, or this machine, is for lib/test/attr.c
 * @what: what it is, for the lists
 */
struct attr_row {
	const char *name;
	size_t offset;
	size_t size;
	const struct attr_kind *kind;
	enum attr_merge merge;
	const void *value;
	const char *usual;
	unsigned int max;
	const char * const *words;
	int (*check)(const struct ktstr_attr *attr, char *err, size_t err_size);
	const char *what;
};

extern const struct attr_row attr_rows[];
extern const size_t attr_n_rows;

/**
 * attr_n_staged() - how many further schedulers a test has
 * @attr: merged
 *
 * Return: their number.
 */
static inline unsigned int attr_n_staged(const struct ktstr_attr *attr)
{
	unsigned int n = 0;

	while (n < KTSTR_MAX_STAGED && attr->staged[n])
		n++;
	return n;
}

/**
 * attr_n_payloads() - how many payloads a workload has
 * @load: merged
 *
 * Return: their number.
 */
static inline unsigned int attr_n_payloads(const struct run_workload *load)
{
	unsigned int n = 0;

	while (n < KTSTR_MAX_PAYLOADS && load->payloads[n])
		n++;
	return n;
}

/**
 * attr_n_disks() - how many disks a machine has
 * @machine: merged
 *
 * Return: their number.
 */
static inline unsigned int attr_n_disks(const struct run_machine *machine)
{
	unsigned int n = 0;

	while (n < KTSTR_MAX_DISKS && (machine->disks[n].size_mb ||
				       machine->disks[n].file))
		n++;
	return n;
}

/**
 * attr_is_given() - does this level say something of it?
 * @attr: the level
 * @row: the attribute
 *
 * Return: it does.
 */
bool attr_is_given(const struct ktstr_attr *attr, const struct attr_row *row);

/**
 * attr_merge_defaults() - begin with what holds where no level says more
 * @merged: filled in
 */
void attr_merge_defaults(struct ktstr_merged *merged);

/**
 * attr_merge_level() - let a level go before those that were merged
 * @merged: changed
 * @over: the level; its strings must stay
 */
void attr_merge_level(struct ktstr_merged *merged,
		      const struct ktstr_attr *over);

/**
 * attr_check() - do the attributes of a test make sense together?
 * @attr: merged
 * @err: gets one sentence that names the attribute and its value
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int attr_check(const struct ktstr_attr *attr, char *err, size_t err_size);

/**
 * attr_is_text() - can it be given as text, or in C only?
 * @row: the attribute
 *
 * Return: it can.
 */
bool attr_is_text(const struct attr_row *row);

/**
 * attr_text() - its value, as a command line has it
 * @attr: the attributes
 * @row: the one that is meant
 * @text: gets it
 *
 * Return: false when it is not given, or cannot be written.
 */
bool attr_text(const struct ktstr_attr *attr, const struct attr_row *row,
	       struct strbuf *text);

/**
 * attr_texts() - the texts of an attribute that is a list of them
 * @attr: the attributes
 * @row: the one that is meant
 *
 * Return: at most KTSTR_MAX_ARGS, ended by NULL where they are fewer; NULL where
 * @row is no list.
 */
const char *const *attr_texts(const struct ktstr_attr *attr,
			      const struct attr_row *row);

/**
 * attr_head() - how an entry of a list begins
 * @row: the attribute
 * @text: gets "duration_s=N [2]"
 */
void attr_head(const struct attr_row *row, struct strbuf *text);

/**
 * attr_list() - print all of them, and what they are
 * @to: where
 */
void attr_list(FILE *to);

/**
 * struct attr_given - attributes that were given as text
 * @attr: they
 * @scheduler: what @attr points to, where one is named
 * @versus: the same of its other one
 * @text: what @attr's strings are in
 */
struct attr_given {
	struct ktstr_attr attr;
	struct scheduler scheduler;
	struct scheduler versus;
	char *text;
};

/**
 * attr_given_parse() - read KTSTR_ATTR
 * @given: filled in; release with attr_given_free(), unless it is to stay
 * @text: NAME=VALUE,NAME=VALUE...; a backslash before a comma or a backslash
 *	makes it part of the value. Of a name that comes twice the last counts,
 *	but those add up that do so from level to level
 * @err: gets one sentence that names attribute and value, with names that are
 *	near
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int attr_given_parse(struct attr_given *given, const char *text, char *err,
		     size_t err_size);
void attr_given_free(struct attr_given *given);

/**
 * attr_env_check() - is $KTSTR_ATTR such a text?
 * @err: gets one sentence if not
 * @err_size: bytes at @err
 *
 * Return: 0, also without one; as attr_given_parse().
 */
int attr_env_check(char *err, size_t err_size);

/**
 * attr_given_add() - add one NAME=VALUE to the text of several
 * @text: the text
 * @item: taken as it is: its commas are its value's
 */
void attr_given_add(struct strbuf *text, const char *item);

/**
 * attr_given_addf() - likewise, one that is put together
 * @text: the text; its @dropped says so where there was no memory
 * @fmt: of the item, as of printf(3)
 */
void __printf(2, 3) attr_given_addf(struct strbuf *text, const char *fmt, ...);

#endif /* KTSTR_ATTR_ATTR_H */
