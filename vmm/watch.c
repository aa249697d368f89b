// SPDX-License-Identifier: GPL-2.0-only
/*
 * A watchpoint: each CPU's debug registers have it leave KVM_RUN once it has
 * written there, and its own thread tells who waits for that.
 */
#include <errno.h>
#include <stdatomic.h>

#include "vmm/vmm.h"

#define PAUSE_MS	2000

int vm_watch(struct vm *vm, const struct vm_watchpoint *watchpoint)
{
	unsigned int len = watchpoint->len, i;
	int ret;

	if ((len != 1 && len != 2 && len != 4 && len != 8) ||
	    watchpoint->va % len)
		return -EINVAL;
	ret = vm_pause(vm, PAUSE_MS);
	if (ret)
		return ret;
	vm->watch.point = *watchpoint;
	atomic_store(&vm->watch.n, 0);
	for (i = 0; i < vm->n_vcpus && !ret; i++)
		ret = machine_watch(&vm->vcpus[i], watchpoint->va, len);
	/* All of them, or none. */
	while (ret && i--)
		machine_watch(&vm->vcpus[i], 0, 0);
	vm_resume(vm);
	return ret;
}

void vcpu_watch_hit(struct vcpu *vcpu)
{
	struct vm_watch *w = &vcpu->vm->watch;
	uint64_t n, pc;

	/* The guest's own; it is to have what it has set up. */
	if (!machine_watch_hit(vcpu, &pc)) {
		machine_debug_inject(vcpu, w->point.va, w->point.len);
		return;
	}
	n = atomic_fetch_add(&w->n, 1) + 1;
	if (n <= w->point.most)
		w->point.hit(w->point.ctx, vcpu->index, pc);
	if (n >= w->point.most)
		machine_watch(vcpu, 0, 0);
}
