// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that serves a VM's virtio devices. See worker.h.
 */
#include "vmm/virtio/worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/common/util/sandbox.h"
#include "lib/common/util/thread.h"
#include "lib/common/util/util.h"

#define EVENTS_A_TURN	8
#define STACK_SIZE	(256U << 10)
/* A write that a disk has begun is finished first. */
#define STOP_NS		(5 * NSEC_PER_SEC)

int virtio_worker_init(struct virtio_worker *w, const struct vm_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	*w = (struct virtio_worker) { .stop_fd = -1 };
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll_fd >= 0)
		w->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* The one without a source. */
	if (w->stop_fd >= 0 &&
	    !epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, w->stop_fd, &event))
		return 0;
	return vm_fail(err, -errno, "virtio: cannot wait for devices: %s",
		       strerror(errno));
}

void virtio_worker_exit(struct virtio_worker *w)
{
	if (w->stop_fd >= 0)
		close(w->stop_fd);
	if (w->epoll_fd >= 0)
		close(w->epoll_fd);
	w->stop_fd = -1;
	w->epoll_fd = -1;
}

int virtio_worker_watch(struct virtio_worker *w, struct virtio_source *src,
			uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = src };

	if (!epoll_ctl(w->epoll_fd, EPOLL_CTL_MOD, src->fd, &event))
		return 0;
	if (errno == ENOENT &&
	    !epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, src->fd, &event))
		return 0;
	return -errno;
}

bool virtio_worker_turn(struct virtio_worker *w, int timeout_ms)
{
	struct epoll_event events[EVENTS_A_TURN];
	int i, n = epoll_wait(w->epoll_fd, events, EVENTS_A_TURN, timeout_ms);
	bool stay = true;

	for (i = 0; i < n; i++) {
		struct virtio_source *src = events[i].data.ptr;

		if (src)
			src->ready(src);
		else
			stay = false;
	}
	return stay;
}

static void *worker_thread(void *arg)
{
	pthread_setname_np(pthread_self(), "ktstr-virtio");
	/* A guest whose devices do not answer ends at its deadline. */
	if (sandbox_enter(SANDBOX_IO))
		return NULL;
	while (virtio_worker_turn(arg, -1))
		;
	return NULL;
}

int virtio_worker_start(struct virtio_worker *w)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	ret = -pthread_create(&w->thread, &attr, worker_thread, w);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	w->started = !ret;
	return ret;
}

int virtio_worker_stop(struct virtio_worker *w)
{
	int ret;

	if (!w->started)
		return 0;
	eventfd_write(w->stop_fd, 1);
	ret = thread_join(w->thread, clock_now_ns() + STOP_NS);
	w->started = !!ret;
	return ret;
}
