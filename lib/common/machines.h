/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines that are somewhere, as `ktstr topology capture` would write them: from
 * what their makers tell. To add one: a row in machines.c.
 */
#ifndef KTSTR_COMMON_MACHINES_H
#define KTSTR_COMMON_MACHINES_H

#include <stddef.h>

/**
 * struct machine_record - a machine
 * @name: letters, digits and '-'
 * @text: as topology_text.h has it
 * @what: one line about it
 */
struct machine_record {
	const char *name;
	const char *text;
	const char *what;
};

extern const struct machine_record machines[];
extern const size_t n_machines;

/**
 * machine_find() - the machine of a name
 * @name: its name
 *
 * Return: it, NULL when there is none.
 */
const struct machine_record *machine_find(const char *name);

#endif /* KTSTR_COMMON_MACHINES_H */
