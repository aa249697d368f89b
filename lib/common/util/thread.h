/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that are waited for, but not for ever.
 */
#ifndef KTSTR_UTIL_THREAD_H
#define KTSTR_UTIL_THREAD_H

#include <pthread.h>
#include <stdint.h>

/**
 * thread_join() - wait for a thread's end
 * @thread: it may not be detached, nor joined by anybody else
 * @until_ns: of CLOCK_MONOTONIC
 *
 * Return: 0, -ETIMEDOUT; another -errno for what is no such thread.
 */
int thread_join(pthread_t thread, uint64_t until_ns);

#endif /* KTSTR_UTIL_THREAD_H */
