/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread that watches what the host takes from a VM.
 */
#ifndef KTSTR_VMM_STEAL_H
#define KTSTR_VMM_STEAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/common/wire/steal.h"
#include "vmm/steal_probe.h"

struct vm;
struct vm_steal_vcpu;

/*
 * struct vm_steal - what was taken from a VM
 * @thread: looks; valid once @started
 * @lock: guards @probe and @vcpus
 * @probe: of the machine
 * @vcpus: one for each vCPU; NULL before the start
 * @before: what the guest had been told when this VM began: in a clone, what its
 *	template was, from which waits in the guest that last go on to count
 * @started: @thread is valid
 * @stop: it is to leave
 */
struct vm_steal {
	pthread_t thread;
	pthread_mutex_t lock;
	struct steal_probe probe;
	struct vm_steal_vcpu *vcpus;
	struct wire_steal before;

	_Atomic bool started;
	_Atomic bool stop;
};

void vm_steal_init(struct vm_steal *steal);
void vm_steal_exit(struct vm_steal *steal);

/*
 * vm_steal_start() - begin to watch; the vCPUs may start later
 *
 * Without memory or a thread nothing is known to be taken: limits are those of
 * a host that takes nothing.
 */
void vm_steal_start(struct vm *vm);

/*
 * vm_steal_add() - so much was taken from all vCPUs, by ourselves
 */
void vm_steal_add(struct vm *vm, uint64_t ns);

/*
 * vm_steal_stop() - what was taken stays known
 */
void vm_steal_stop(struct vm *vm);

#endif /* KTSTR_VMM_STEAL_H */
