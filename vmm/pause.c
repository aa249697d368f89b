// SPDX-License-Identifier: GPL-2.0-only
/*
 * All vCPUs out of KVM_RUN for a while, so that their state and the guest's
 * memory can be read as they are at one moment. The service loop asks, or
 * whoever observes; one at a time.
 */
#include <errno.h>
#include <stdatomic.h>
#include <time.h>

#include "lib/common/util/util.h"
#include "vmm/end.h"
#include "vmm/vmm.h"

#define REKICK_NS	(20 * NSEC_PER_MSEC)

int vm_cond_init(pthread_mutex_t *lock, pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	if (pthread_condattr_init(&attr))
		return -ENOMEM;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(lock, NULL);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
	return 0;
}

int pause_init(struct vm *vm)
{
	return vm_cond_init(&vm->pause.lock, &vm->pause.changed);
}

void vcpu_pause_here(struct vcpu *vcpu)
{
	struct vm_pause *pause = &vcpu->vm->pause;

	if (!atomic_load(&pause->wanted))
		return;
	pthread_mutex_lock(&pause->lock);
	pause->paused++;
	pthread_cond_broadcast(&pause->changed);
	while (atomic_load(&pause->wanted) && !vcpu->vm->stopping)
		pthread_cond_wait(&pause->changed, &pause->lock);
	pause->paused--;
	pthread_mutex_unlock(&pause->lock);
	/* Who wants us to leave says so before, and goes on kicking. */
	vcpu_unkick(vcpu);
}

/* Under threads_lock no thread goes away that is still there. */
static void kick(struct vcpu *vcpu)
{
	pthread_mutex_lock(&vcpu->vm->threads_lock);
	if (vcpu->timed)
		vcpu_kick(vcpu);
	pthread_mutex_unlock(&vcpu->vm->threads_lock);
}

/* One that looked away just then was not reached by the first kick. */
static void kick_and_wait(struct vm *vm, uint64_t limit_ns)
{
	uint64_t wake_ns = min(clock_now_ns() + REKICK_NS, limit_ns);
	const struct timespec until = {
		.tv_sec = wake_ns / NSEC_PER_SEC,
		.tv_nsec = wake_ns % NSEC_PER_SEC,
	};
	unsigned int i;

	for (i = 0; i < vm->n_vcpus; i++)
		kick(&vm->vcpus[i]);
	while (vm->pause.paused < vm->n_vcpus)
		if (pthread_cond_timedwait(&vm->pause.changed, &vm->pause.lock,
					   &until))
			return;
}

int vcpus_pause(struct vm *vm, unsigned int limit_ms)
{
	uint64_t limit_ns = clock_now_ns() + limit_ms * NSEC_PER_MSEC;
	bool all;

	if (atomic_exchange(&vm->pause.wanted, true))
		return -EBUSY;
	pthread_mutex_lock(&vm->pause.lock);
	do {
		kick_and_wait(vm, limit_ns);
		all = vm->pause.paused == vm->n_vcpus;
	} while (!all && !vm_has_ended(vm) && clock_now_ns() < limit_ns);
	pthread_mutex_unlock(&vm->pause.lock);
	if (all)
		return 0;
	vcpus_resume(vm);
	return -ETIMEDOUT;
}

void vcpus_resume(struct vm *vm)
{
	pthread_mutex_lock(&vm->pause.lock);
	atomic_store(&vm->pause.wanted, false);
	pthread_cond_broadcast(&vm->pause.changed);
	pthread_mutex_unlock(&vm->pause.lock);
}

void vcpus_let_go(struct vm *vm)
{
	pthread_mutex_lock(&vm->pause.lock);
	pthread_cond_broadcast(&vm->pause.changed);
	pthread_mutex_unlock(&vm->pause.lock);
}

int vm_pause(struct vm *vm, unsigned int limit_ms)
{
	int ret = vcpus_pause(vm, limit_ms);

	if (!ret)
		vm->pause.since_ns = clock_now_ns();
	return ret;
}

/* What we took is the host's: no wait in the guest, and no gap. */
void vm_resume(struct vm *vm)
{
	vm_steal_add(vm, clock_now_ns() - vm->pause.since_ns);
	vcpus_resume(vm);
}
