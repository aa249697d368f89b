// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU: KVM_RUN in a thread, and what its exits ask for.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/sandbox.h"
#include "lib/common/util/thread.h"
#include "lib/common/util/util.h"
#include "vmm/end.h"
#include "vmm/vmm.h"

#define VCPU_STACK_SIZE		(128U << 10)
#define JOIN_LIMIT_NS		(5 * NSEC_PER_SEC)
#define REKICK_NS		(20 * NSEC_PER_MSEC)

int vcpu_init(struct vcpu *vcpu, struct vm *vm, unsigned int index,
	      const struct vm_error *err)
{
	void *run;

	vcpu->vm = vm;
	vcpu->index = index;
	vcpu->fd = ioctl(vm->kvm.vm_fd, KVM_CREATE_VCPU,
			 (unsigned long)machine_vcpu_id(&vm->machine, index));
	if (vcpu->fd < 0)
		return vm_fail(err, -errno, "KVM_CREATE_VCPU %u: %s", index,
			       strerror(errno));

	run = mmap(NULL, vm->kvm.run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   vcpu->fd, 0);
	if (run == MAP_FAILED)
		return vm_fail(err, -errno, "cannot map vCPU %u: %s", index,
			       strerror(errno));
	vcpu->run = run;
	return machine_vcpu_init(vm, vcpu, err);
}

void vcpu_exit(struct vcpu *vcpu)
{
	if (vcpu->run)
		munmap(vcpu->run, vcpu->vm->kvm.run_size);
	if (vcpu->fd >= 0)
		close(vcpu->fd);
	vcpu->run = NULL;
	vcpu->fd = -1;
}

static void handle_io(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	if (bus_run_io(&vcpu->vm->bus, run, vcpu->vm->kvm.run_size))
		vm_note_end(vcpu->vm, VM_END_KVM_ERROR,
			    "CPU %u: KVM asks for port I/O of %u times %u bytes at %llu of its page",
			    vcpu->index, run->io.count, run->io.size,
			    (unsigned long long)run->io.data_offset);
}

static void handle_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	if (bus_run_mmio(&vcpu->vm->bus, run))
		vm_note_end(vcpu->vm, VM_END_KVM_ERROR,
			    "CPU %u: KVM asks for MMIO of %u bytes",
			    vcpu->index, run->mmio.len);
}

static void handle_system_event(struct vcpu *vcpu)
{
	switch (vcpu->run->system_event.type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN:
		vm_note_end(vcpu->vm, VM_END_POWEROFF, "system event: shutdown");
		break;
	case KVM_SYSTEM_EVENT_RESET:
		vm_note_end(vcpu->vm, VM_END_POWEROFF, "system event: reset");
		break;
	case KVM_SYSTEM_EVENT_CRASH:
		vm_note_end(vcpu->vm, VM_END_PANIC, "system event: crash");
		break;
	default:
		vm_note_end(vcpu->vm, VM_END_KVM_ERROR, "system event %u",
			    vcpu->run->system_event.type);
		break;
	}
}

static void handle_internal_error(struct vcpu *vcpu)
{
	static const char * const causes[] = {
		[KVM_INTERNAL_ERROR_EMULATION] = "cannot emulate an instruction",
		[KVM_INTERNAL_ERROR_SIMUL_EX] = "simultaneous exceptions",
		[KVM_INTERNAL_ERROR_DELIVERY_EV] = "exit while delivering an event",
		[KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON] = "unexpected exit",
	};
	unsigned int cause = vcpu->run->internal.suberror;
	const char *what = NULL;
	char where[64];

	if (cause < ARRAY_SIZE(causes))
		what = causes[cause];
	machine_vcpu_where(vcpu, where, sizeof(where));
	vm_note_end(vcpu->vm, VM_END_KVM_ERROR,
		    "CPU %u: KVM internal error %u (%s) at %s", vcpu->index,
		    cause, what ? what : "unknown", where);
}

static void handle_exit(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;

	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_IO:
		handle_io(vcpu);
		break;
	case KVM_EXIT_MMIO:
		handle_mmio(vcpu);
		break;
	case KVM_EXIT_IOAPIC_EOI:	/* nobody keeps a line raised until then */
	case KVM_EXIT_INTR:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		break;
	case KVM_EXIT_SHUTDOWN:
		vm_note_end(vm, VM_END_TRIPLE_FAULT,
			    "triple fault on CPU %u", vcpu->index);
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		handle_system_event(vcpu);
		break;
	case KVM_EXIT_DEBUG:
		vcpu_watch_hit(vcpu);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		handle_internal_error(vcpu);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		vm_note_end(vm, VM_END_KVM_ERROR,
			    "CPU %u: the hardware refuses to enter the guest, reason 0x%llx",
			    vcpu->index,
			    vcpu->run->fail_entry.hardware_entry_failure_reason);
		break;
	default:
		vm_note_end(vm, VM_END_KVM_ERROR,
			    "CPU %u: unknown KVM exit %u", vcpu->index,
			    vcpu->run->exit_reason);
		break;
	}
}

/* Returns false when the thread should leave. */
static bool run_once(struct vcpu *vcpu)
{
	if (!ioctl(vcpu->fd, KVM_RUN, 0)) {
		vcpu->exits++;
		handle_exit(vcpu);
		return true;
	}

	switch (errno) {
	case EINTR:
	case EAGAIN:
		return true;
	case EFAULT:
		vm_note_end(vcpu->vm, VM_END_KVM_ERROR,
			    "CPU %u: KVM_RUN cannot reach guest memory: is the host out of memory?",
			    vcpu->index);
		return false;
	default:
		vm_note_end(vcpu->vm, VM_END_KVM_ERROR, "CPU %u: KVM_RUN: %s",
			    vcpu->index, strerror(errno));
		return false;
	}
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;
	char name[16];
	int ret;

	vcpu->tid = gettid();
	snprintf(name, sizeof(name), "ktstr-vcpu%u", vcpu->index);
	pthread_setname_np(pthread_self(), name);
	ret = sandbox_enter(SANDBOX_VCPU);
	if (ret)
		vm_note_end(vcpu->vm, VM_END_KVM_ERROR,
			    "CPU %u: no seccomp filter for its thread: %s",
			    vcpu->index, strerror(-ret));
	while (!vcpu->vm->stopping && run_once(vcpu)) {
		vcpu_pause_here(vcpu);
		vcpu_answer_peek(vcpu);
	}
	return NULL;
}

static int vcpu_start(struct vcpu *vcpu, const pthread_attr_t *attr)
{
	int ret = vcpu_allow_kick(vcpu);

	if (ret)
		return ret;
	pthread_mutex_lock(&vcpu->vm->threads_lock);
	ret = -pthread_create(&vcpu->thread, attr, vcpu_thread, vcpu);
	vcpu->started = !ret;
	vcpu->timed = !ret;
	pthread_mutex_unlock(&vcpu->vm->threads_lock);
	return ret;
}

int vcpus_start(struct vm *vm)
{
	sigset_t all, old;
	pthread_attr_t attr;
	unsigned int i;
	int ret = 0;

	/* The threads inherit a mask that blocks everything. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, VCPU_STACK_SIZE);

	for (i = 0; i < vm->n_vcpus && !ret; i++)
		ret = vcpu_start(&vm->vcpus[i], &attr);

	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static int vcpu_join(struct vcpu *vcpu, uint64_t limit_ns)
{
	uint64_t wake_ns;

	/* From the join on, the thread's own memory may be gone. */
	pthread_mutex_lock(&vcpu->vm->threads_lock);
	vcpu->timed = false;
	pthread_mutex_unlock(&vcpu->vm->threads_lock);
	do {
		vcpu_kick(vcpu);
		wake_ns = min(clock_now_ns() + REKICK_NS, limit_ns);
		if (!thread_join(vcpu->thread, wake_ns))
			return 0;
	} while (wake_ns < limit_ns);
	return -ETIMEDOUT;
}

int vcpus_stop(struct vm *vm)
{
	uint64_t limit_ns = clock_now_ns() + JOIN_LIMIT_NS;
	unsigned int i;
	int ret = 0;

	vm->stopping = true;
	vcpus_let_go(vm);
	for (i = 0; i < vm->n_vcpus; i++)
		if (vm->vcpus[i].started)
			vcpu_kick(&vm->vcpus[i]);

	for (i = 0; i < vm->n_vcpus; i++) {
		struct vcpu *vcpu = &vm->vcpus[i];

		if (!vcpu->started)
			continue;
		if (vcpu_join(vcpu, limit_ns)) {
			ret = -ETIMEDOUT;
			continue;
		}
		vcpu->started = false;
	}
	return ret;
}
