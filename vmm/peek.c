// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look at the registers of a vCPU that runs: its own thread has to take it,
 * as KVM gives them to nobody while that is in KVM_RUN. The thread is kicked,
 * looks, says so and goes on; the guest loses some microseconds.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "lib/common/util/util.h"
#include "vmm/vmm.h"

int peeks_init(struct vm *vm)
{
	return vm_cond_init(&vm->peeks.lock, &vm->peeks.answered);
}

static int look(struct vcpu *vcpu, struct vm_vcpu_state *state)
{
	struct kvm_mp_state mp;

	memset(state, 0, sizeof(*state));
	if (ioctl(vcpu->fd, KVM_GET_MP_STATE, &mp))
		return -errno;
	state->halted = mp.mp_state == KVM_MP_STATE_HALTED;
	return machine_vcpu_regs(vcpu, &state->regs);
}

void vcpu_answer_peek(struct vcpu *vcpu)
{
	struct vcpu_peek *peek = &vcpu->peek;
	struct vm *vm = vcpu->vm;

	if (!atomic_exchange(&peek->wanted, false))
		return;
	/* Who wants us to leave says so before, and goes on kicking. */
	vcpu_unkick(vcpu);
	pthread_mutex_lock(&vm->peeks.lock);
	peek->ret = look(vcpu, &peek->state);
	peek->answers++;
	pthread_cond_broadcast(&vm->peeks.answered);
	pthread_mutex_unlock(&vm->peeks.lock);
}

/* Under threads_lock no thread goes away that is still there. */
static int ask(struct vm *vm, struct vcpu *vcpu)
{
	int ret = 0;

	pthread_mutex_lock(&vm->threads_lock);
	if (!vcpu->timed || vm->stopping) {
		ret = -ESRCH;
	} else {
		atomic_store(&vcpu->peek.wanted, true);
		vcpu_kick(vcpu);
	}
	pthread_mutex_unlock(&vm->threads_lock);
	return ret;
}

int vm_vcpu_peek(struct vm *vm, unsigned int index, uint64_t limit_ns,
		 struct vm_vcpu_state *state)
{
	uint64_t until_ns = clock_now_ns() + limit_ns, before;
	const struct timespec until = {
		.tv_sec = until_ns / NSEC_PER_SEC,
		.tv_nsec = until_ns % NSEC_PER_SEC,
	};
	struct vcpu_peek *peek;
	int ret;

	if (index >= vm->n_vcpus)
		return -EINVAL;
	peek = &vm->vcpus[index].peek;
	pthread_mutex_lock(&vm->peeks.lock);
	before = peek->answers;
	pthread_mutex_unlock(&vm->peeks.lock);
	ret = ask(vm, &vm->vcpus[index]);
	if (ret)
		return ret;

	pthread_mutex_lock(&vm->peeks.lock);
	while (peek->answers == before && !ret)
		ret = -pthread_cond_timedwait(&vm->peeks.answered,
					      &vm->peeks.lock, &until);
	if (peek->answers != before) {
		ret = peek->ret;
		*state = peek->state;
	}
	pthread_mutex_unlock(&vm->peeks.lock);
	return ret;
}
