/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread that serves a VM's virtio devices.
 *
 * It sleeps until one of the files that it watches has something for it: a
 * driver's notification, a timer, a terminal. A VM without such devices has
 * none.
 */
#ifndef KTSTR_VMM_VIRTIO_WORKER_H
#define KTSTR_VMM_VIRTIO_WORKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "vmm/fail.h"

/*
 * struct virtio_source - a file that it waits for
 * @fd: not owned; -1 where there is none
 * @ready: called when @fd is, by the thread
 * @ctx: for @ready
 */
struct virtio_source {
	int fd;
	void (*ready)(struct virtio_source *src);
	void *ctx;
};

/*
 * struct virtio_worker - the thread
 * @epoll_fd: what it waits by
 * @stop_fd: eventfd by which it is told to leave
 * @started: @thread runs
 */
struct virtio_worker {
	int epoll_fd;
	int stop_fd;
	bool started;
	pthread_t thread;
};

int virtio_worker_init(struct virtio_worker *w, const struct vm_error *err);
void virtio_worker_exit(struct virtio_worker *w);

/*
 * virtio_worker_watch() - wait for a file, too
 * @src: must stay as long as the worker
 * @events: EPOLLIN and the like; those of a file that is watched are replaced
 *
 * Context: any thread. Return: 0 or -errno.
 */
int virtio_worker_watch(struct virtio_worker *w, struct virtio_source *src,
			uint32_t events);

/*
 * virtio_worker_turn() - serve what is ready, which the thread does again and
 *	again
 * @timeout_ms: how long to wait for something; -1 until it comes
 *
 * Return: false when it is to leave.
 */
bool virtio_worker_turn(struct virtio_worker *w, int timeout_ms);

/*
 * virtio_worker_start() - start the thread; all signals are blocked in it
 * virtio_worker_stop() - have it leave, and wait for that
 *
 * Return: 0 or -errno; -ETIMEDOUT when it did not leave within some seconds:
 * what it uses must stay then.
 */
int virtio_worker_start(struct virtio_worker *w);
int virtio_worker_stop(struct virtio_worker *w);

#endif /* KTSTR_VMM_VIRTIO_WORKER_H */
