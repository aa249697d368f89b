/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How slow this host is, measured.
 */
#ifndef KTSTR_UTIL_PACE_H
#define KTSTR_UTIL_PACE_H

/* Limits of time grow by no more than this, on the host and in the guest. */
#define SLOWNESS_MAX	20.0

/**
 * host_slowness() - how many times slower than ordinary hardware
 * @cpus: vCPUs that are to run at once
 *
 * Times a short loop of dependent arithmetic (the best of several runs, about
 * 10 ms in all) against what a CPU of 3 GHz needs for it, and multiplies by
 * @cpus over the CPUs that this process may use. Emulation makes it 5 to 30.
 *
 * Return: the factor, at least 1.
 */
double host_slowness(unsigned int cpus);

/**
 * host_pace() - the same of a CPU that is all ours
 *
 * The best of several runs: what others take of it comes and goes.
 *
 * Return: the factor, at least 1.
 */
double host_pace(void);

/**
 * pace_once() - one short measurement of the CPU that we are on
 *
 * Return: how many times slower than ordinary hardware it was just now.
 */
double pace_once(void);

#endif /* KTSTR_UTIL_PACE_H */
