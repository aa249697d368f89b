/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What other programs use of this machine, while a scenario runs on it.
 */
#ifndef KTSTR_BARE_OTHERS_H
#define KTSTR_BARE_OTHERS_H

#include <stdint.h>

struct ktstr_ctx;

/**
 * others_parse() - from the texts of the kernel to a time
 * @stat: of /proc/stat, or how it begins
 * @cpu_stat: of our own cgroup's cpu.stat
 * @ticks: clock ticks a second, as @stat counts
 *
 * The time that a hypervisor took from this machine is nobody's of ours, and in it.
 *
 * Return: nanoseconds of CPU time since the machine began, without our own; 0 where
 * one of them does not say it.
 */
uint64_t others_parse(const char *stat, const char *cpu_stat, long ticks);

/**
 * bare_others_ns() - what others have used so far, for struct ktstr_ctx
 * @ctx: of a scenario in a place of ours
 *
 * Counted in clock ticks: off by one or two for each CPU. It may go back by that.
 *
 * Return: nanoseconds; 0 where it is not known.
 */
uint64_t bare_others_ns(const struct ktstr_ctx *ctx);

#endif /* KTSTR_BARE_OTHERS_H */
