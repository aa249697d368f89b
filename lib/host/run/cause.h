/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Causes that a run has told in its own texts, for the sentence of a verdict.
 */
#ifndef KTSTR_RUN_CAUSE_H
#define KTSTR_RUN_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * cause_of_refusal() - why BPF's verifier refused a program
 * @log: the scheduler's, in which libbpf has printed the verifier's log
 * @buf: gets "the verifier refused x_enqueue: R1 invalid mem access 'scalar'"
 * @size: of @buf
 *
 * The verifier's last line before its statistics is what it refused the program
 * for. Of several refusals the first counts; a log that was cut may lack the
 * reason.
 *
 * Return: was one refused? @buf is "" otherwise.
 */
bool cause_of_refusal(const char *log, char *buf, size_t size);

/**
 * cause_of_expectation() - the first expectation of a body that was not met
 * @output: what the test program printed
 * @buf: gets "eevdf.c:69: Expected 0 (0) == n (3)"
 * @size: of @buf
 *
 * Return: is there one? @buf is "" otherwise.
 */
bool cause_of_expectation(const char *output, char *buf, size_t size);

#endif /* KTSTR_RUN_CAUSE_H */
