// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host takes from a VM: measured by a thread beside it, told to the
 * guest in the ring's header page. See steal.h and steal_probe.h.
 */
#include "vmm/steal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/sandbox.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/steal.h"
#include "vmm/vmm.h"

#define STEAL_STACK_SIZE	(128U << 10)
/* vCPUs are looked at in every fourth probe; of many only some each time. */
#define PROBES_A_LOOK		4
#define VCPUS_A_LOOK		32
#define PROC_TEXT		512

/*
 * struct vm_steal_vcpu - one vCPU
 * @schedstat_fd, @stat_fd: of its thread, -1 before they were opened
 * @failed: they cannot be read
 */
struct vm_steal_vcpu {
	struct steal_vcpu vcpu;
	int schedstat_fd;
	int stat_fd;
	bool failed;
};

static bool read_text(int fd, char *text)
{
	ssize_t len = pread(fd, text, PROC_TEXT - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return len > 0;
}

static int open_task(pid_t tid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/%s", tid, file);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Once the thread runs. Return: it can be looked at. */
static bool open_vcpu(struct vm_steal_vcpu *v, const struct vcpu *vcpu)
{
	pid_t tid = vcpu->tid;

	if (v->failed || !tid)
		return false;
	if (v->schedstat_fd >= 0)
		return true;
	v->schedstat_fd = open_task(tid, "schedstat");
	v->stat_fd = open_task(tid, "stat");
	v->failed = v->schedstat_fd < 0 || v->stat_fd < 0;
	return !v->failed;
}

static void look_at_vcpu(struct vm *vm, unsigned int i)
{
	struct vm_steal_vcpu *v = &vm->steal.vcpus[i];
	char schedstat[PROC_TEXT], stat[PROC_TEXT];
	struct steal_thread thread;

	if (!open_vcpu(v, &vm->vcpus[i]))
		return;
	/* A thread that has left can be read no more. */
	if (!read_text(v->schedstat_fd, schedstat) ||
	    !read_text(v->stat_fd, stat) ||
	    !steal_thread_parse(&thread, schedstat, stat))
		return;
	pthread_mutex_lock(&vm->steal.lock);
	steal_vcpu_look(&v->vcpu, &thread, clock_now_ns(), &vm->steal.probe);
	pthread_mutex_unlock(&vm->steal.lock);
}

/* Return: with which to go on. */
static unsigned int look_at_vcpus(struct vm *vm, unsigned int next)
{
	unsigned int n = min(vm->n_vcpus, (unsigned int)VCPUS_A_LOOK);

	for (; n; n--)
		look_at_vcpu(vm, next++ % vm->n_vcpus);
	return next;
}

static struct wire_steal *steal_page(struct vm *vm)
{
	return (void *)((char *)guest_mem_ring(&vm->mem) + WIRE_STEAL_OFFSET);
}

static void tell(struct vm *vm)
{
	const struct wire_steal *before = &vm->steal.before;
	struct wire_steal *s = steal_page(vm);
	unsigned int n = min(vm->n_vcpus, (unsigned int)WIRE_STEAL_CPUS), i;
	uint64_t ns;

	for (i = 0; i < n; i++)
		if (!vm_vcpu_steal_ns(vm, i, &ns))
			__atomic_store_n(&s->cpu_us[i], before->cpu_us[i] +
					 ns / NSEC_PER_USEC, __ATOMIC_RELAXED);
	/* Nobody but this thread writes it. */
	__atomic_store_n(&s->machine_us, before->machine_us +
			 vm->steal.probe.stolen_ns / NSEC_PER_USEC,
			 __ATOMIC_RELAXED);
	__atomic_store_n(&s->n_cpus, n, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->count, 1, __ATOMIC_RELEASE);
}

/* How long this thread itself has waited for a CPU since it was last asked */
static uint64_t own_wait_ns(int fd, struct steal_thread *last)
{
	struct steal_thread now;
	char text[PROC_TEXT];
	uint64_t ns;

	if (fd < 0 || !read_text(fd, text) ||
	    !steal_thread_parse(&now, text, NULL))
		return 0;
	ns = now.wait_ns - last->wait_ns;
	*last = now;
	return ns;
}

static void *steal_main(void *arg)
{
	const struct sched_param first = {
		.sched_priority = sched_get_priority_max(SCHED_FIFO),
	};
	struct steal_thread self = { 0 };
	struct vm *vm = arg;
	struct vm_steal *s = &vm->steal;
	unsigned int turn = 0, next = 0;
	int fd = -1;

	pthread_setname_np(pthread_self(), "ktstr-steal");
	/* Where it may not be first, its own waits are taken off. */
	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &first))
		fd = open("/proc/thread-self/schedstat",
			  O_RDONLY | O_CLOEXEC);
	/* Nobody knows then what the host takes: the guest's time is all its own. */
	if (sandbox_enter(SANDBOX_STEAL))
		goto out_close;
	own_wait_ns(fd, &self);
	while (!s->stop) {
		struct timespec due = {
			.tv_sec = s->probe.next_ns / NSEC_PER_SEC,
			.tv_nsec = s->probe.next_ns % NSEC_PER_SEC,
		};

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
		pthread_mutex_lock(&s->lock);
		steal_probe_woke(&s->probe, clock_now_ns(),
				 own_wait_ns(fd, &self));
		pthread_mutex_unlock(&s->lock);
		if (turn++ % PROBES_A_LOOK == 0)
			next = look_at_vcpus(vm, next);
		tell(vm);
	}
out_close:
	if (fd >= 0)
		close(fd);
	return NULL;
}

void vm_steal_init(struct vm_steal *s)
{
	pthread_mutex_init(&s->lock, NULL);
}

void vm_steal_exit(struct vm_steal *s)
{
	pthread_mutex_destroy(&s->lock);
	free(s->vcpus);
}

void vm_steal_start(struct vm *vm)
{
	struct vm_steal *s = &vm->steal;
	sigset_t all, old;
	pthread_attr_t attr;
	unsigned int i;

	s->vcpus = calloc(vm->n_vcpus, sizeof(*s->vcpus));
	if (!s->vcpus)
		return;
	for (i = 0; i < vm->n_vcpus; i++) {
		s->vcpus[i].schedstat_fd = -1;
		s->vcpus[i].stat_fd = -1;
	}
	steal_probe_init(&s->probe, clock_now_ns());
	memcpy(&s->before, steal_page(vm), sizeof(s->before));
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STEAL_STACK_SIZE);
	s->started = !pthread_create(&s->thread, &attr, steal_main, vm);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void vm_steal_add(struct vm *vm, uint64_t ns)
{
	pthread_mutex_lock(&vm->steal.lock);
	vm->steal.probe.stolen_ns += ns;
	pthread_mutex_unlock(&vm->steal.lock);
}

void vm_steal_stop(struct vm *vm)
{
	struct vm_steal *s = &vm->steal;
	unsigned int i;

	s->stop = true;
	if (s->started)
		pthread_join(s->thread, NULL);
	s->started = false;
	for (i = 0; s->vcpus && i < vm->n_vcpus; i++) {
		if (s->vcpus[i].schedstat_fd >= 0)
			close(s->vcpus[i].schedstat_fd);
		if (s->vcpus[i].stat_fd >= 0)
			close(s->vcpus[i].stat_fd);
	}
}

/* Under the lock: with what the machine was not there for just now. */
static uint64_t stolen_now(const struct vm_steal *s, unsigned int i)
{
	const struct steal_vcpu *v = &s->vcpus[i].vcpu;
	struct steal_probe probe = s->probe;

	if (s->started)
		steal_probe_woke(&probe, clock_now_ns(), 0);
	return v->stolen_ns + (probe.stolen_ns - v->probe_ns);
}

uint64_t vm_machine_steal_ns(struct vm *vm)
{
	uint64_t ns;

	pthread_mutex_lock(&vm->steal.lock);
	ns = vm->steal.probe.stolen_ns;
	pthread_mutex_unlock(&vm->steal.lock);
	return ns;
}

int vm_vcpu_steal_ns(struct vm *vm, unsigned int vcpu, uint64_t *ns)
{
	struct vm_steal *s = &vm->steal;

	if (vcpu >= vm->n_vcpus)
		return -EINVAL;
	if (!s->vcpus)
		return -ENODATA;
	pthread_mutex_lock(&s->lock);
	*ns = stolen_now(s, vcpu);
	pthread_mutex_unlock(&s->lock);
	return 0;
}

uint64_t vm_steal_ns(struct vm *vm)
{
	uint64_t most = 0, ns;
	unsigned int i;

	for (i = 0; i < vm->n_vcpus; i++)
		if (!vm_vcpu_steal_ns(vm, i, &ns))
			most = max(most, ns);
	return most;
}
