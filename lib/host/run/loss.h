/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a run's words did not come through, or was not kept. Pure logic.
 */
#ifndef KTSTR_RUN_LOSS_H
#define KTSTR_RUN_LOSS_H

#include <stdbool.h>
#include <stddef.h>

struct run_outcome;

#define LOSS_TEXT_SIZE	400

/**
 * loss_of_records() - may a result, a failed check or an end be missing?
 */
bool loss_of_records(const struct run_outcome *out);

/**
 * loss_of_evidence() - may words of a scheduler's end be missing?
 *
 * They stand in its log, in sched_ext's dump and on the console.
 */
bool loss_of_evidence(const struct run_outcome *out);

/**
 * loss_describe() - all that is missing, in one line
 * @text: gets it, "" for nothing
 * @size: bytes at @text, LOSS_TEXT_SIZE is enough
 *
 * Return: is there anything to say?
 */
bool loss_describe(const struct run_outcome *out, char *text, size_t size);

#endif /* KTSTR_RUN_LOSS_H */
