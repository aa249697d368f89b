/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of a VM, for the files of this room.
 *
 * Threads: vm_run()'s caller serves the ring, the consoles, the clock and the
 * end; each vCPU has a thread that does nothing but KVM_RUN and the devices.
 */
#ifndef KTSTR_VMM_VMM_H
#define KTSTR_VMM_VMM_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "vmm/bus.h"
#include "vmm/console.h"
#include "vmm/kvm.h"
#include "vmm/memory.h"
#include "vmm/outbuf.h"
#include "vmm/vm.h"
#include "vmm/x86/machine.h"

struct kvm_run;

/*
 * struct vcpu - one CPU and its thread
 * @index: the kernel's CPU number
 * @fd: KVM's
 * @run: shared with KVM; only its own thread reads it after the start
 * @thread: valid while @started
 * @started: the service loop's
 * @exits: exits to userspace; its own thread writes
 */
struct vcpu {
	struct vm *vm;
	unsigned int index;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	bool started;

	_Atomic uint64_t exits;
};

/*
 * struct vm_end_note - the first reason to end that anyone found
 */
struct vm_end_note {
	pthread_mutex_t lock;
	enum vm_end end;
	char message[256];
};

/*
 * struct vm - a machine
 * @crowded: not every vCPU, and the service loop, has a host CPU for itself
 * @wake_fd: eventfd that wakes the service loop
 * @crash: init's first "crash" line on COM2
 * @stopping: vCPU threads leave when it is set
 * @stop_asked: vm_stop() was called
 * @note: why it ends
 * @threads_lock: guards vcpu.started against vm_vcpu_time_ns()
 * @stuck: a vCPU thread could not be joined; its memory must stay
 * @end_ns: when it ended, 0 while vCPUs may run
 */
struct vm {
	struct topology topology;
	unsigned int boot_ms;
	unsigned int deadline_ms;
	bool crowded;
	const struct vm_ops *ops;
	void *ctx;

	struct kvm kvm;
	struct guest_mem mem;
	struct bus bus;
	struct machine machine;
	struct vcpu *vcpus;
	unsigned int n_vcpus;
	uint64_t tsc_offset;

	int wake_fd;
	struct outbuf com1_out;
	struct outbuf com2_out;
	struct console console;
	struct line_cutter com1_line;
	struct line_cutter com2_line;
	struct banner banner;
	struct wire_reader reader;
	void *record;
	enum wire_stage stage;
	char crash[256];

	_Atomic bool stopping;
	_Atomic bool stop_asked;
	struct vm_end_note note;
	pthread_mutex_t threads_lock;
	bool stuck;
	uint64_t created_ns;
	uint64_t start_ns;
	uint64_t end_ns;
};

/*
 * vm_note_end() - something ended the VM; the first to say so wins
 *
 * Context: any thread of the VM.
 */
void __printf(3, 4) vm_note_end(struct vm *vm, enum vm_end end,
				const char *fmt, ...);

/*
 * vm_irq_line() - set the level of an interrupt line; serial.h's irq
 */
void vm_irq_line(void *ctx, unsigned int line, bool level);

/* vcpu.c */

int vcpu_init(struct vcpu *vcpu, struct vm *vm, unsigned int index,
	      const struct vm_error *err);
void vcpu_exit(struct vcpu *vcpu);

/*
 * vcpus_start() - start a thread for each vCPU
 *
 * Return: 0, -errno when not all could be; then vcpus_stop() is still due.
 */
int vcpus_start(struct vm *vm);

/*
 * vcpus_stop() - make all vCPU threads leave, and join them
 *
 * Return: 0, -ETIMEDOUT when one did not leave within some seconds.
 */
int vcpus_stop(struct vm *vm);

/* loop.c: serve a running VM until something ends it. */

void vm_loop(struct vm *vm);

/*
 * vm_loop_drain() - fetch what is left when the vCPUs are gone
 */
void vm_loop_drain(struct vm *vm);

#endif /* KTSTR_VMM_VMM_H */
