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

#include "vmm/blob.h"
#include "vmm/bus.h"
#include "vmm/console.h"
#include "vmm/kvm.h"
#include "vmm/memory.h"
#include "vmm/outbuf.h"
#include "vmm/steal.h"
#include "vmm/virtio/set.h"
#include "vmm/vm.h"
#include "vmm/x86/machine.h"

struct kvm_run;

/*
 * struct vcpu_peek - a look at a vCPU that runs, see peek.c
 * @wanted: somebody waits for it
 * @answers: looks that were taken; it, @ret and @state under vm.peeks.lock
 * @ret: 0, or why the last one failed
 * @state: what it showed
 */
struct vcpu_peek {
	_Atomic bool wanted;
	uint64_t answers;
	int ret;
	struct vm_vcpu_state state;
};

/*
 * struct vcpu - one CPU and its thread
 * @index: the kernel's CPU number
 * @fd: KVM's
 * @run: shared with KVM; only its own thread reads it after the start
 * @thread: valid while @started
 * @started: the service loop's
 * @tid: the thread's, 0 before it runs
 * @timed: the thread's clock may be read, and it may be kicked; under the VM's
 *	threads_lock
 * @exits: exits to userspace; its own thread writes
 * @peek: who wants to see its registers, and what they were
 */
struct vcpu {
	struct vm *vm;
	unsigned int index;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	bool started;
	bool timed;
	_Atomic pid_t tid;

	_Atomic uint64_t exits;
	struct vcpu_peek peek;
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
 * struct vm_pause - the vCPUs held outside of KVM_RUN, see pause.c
 * @wanted: they are to be
 * @paused: how many are; it and @changed under @lock
 * @since_ns: CLOCK_MONOTONIC since when all of them are; of who asked for it
 */
struct vm_pause {
	_Atomic bool wanted;
	unsigned int paused;
	uint64_t since_ns;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/*
 * struct vm_watch - a place that is watched, see watch.c
 * @point: where; changed only while no vCPU runs
 * @n: writes so far
 */
struct vm_watch {
	struct vm_watchpoint point;
	_Atomic uint64_t n;
};

/*
 * struct vm - a machine
 * @virtio: devices that it was asked for, which are on @bus as well
 * @crowded: not every vCPU, and the service loop, has a host CPU for itself
 * @wake_fd: eventfd that wakes the service loop
 * @crash: init's first "crash" line on COM2
 * @stopping: vCPU threads leave when it is set
 * @stop_asked: vm_stop() was called
 * @note: why it ends
 * @threads_lock: guards vcpu.timed: a thread that is being joined has no clock
 * @steal: what the host takes from it
 * @peeks: guards the answers of vcpu.peek, and tells of new ones
 * @pause: holds all vCPUs
 * @watch: the place that somebody watches
 * @load_size: bytes of what init gets to do, behind the ring; 0 for none
 * @gone: init was let go
 * @template: where to leave this one for clones, NULL for nowhere
 * @template_key: what it is, see machine_describe()
 * @origin: whether it is a clone, or others are clones of it
 * @stuck: a vCPU thread could not be joined; its memory must stay
 * @stopped: no vCPU runs any more, and none will again
 * @end_ns: when it ended; the service loop's
 */
struct vm {
	struct topology topology;
	unsigned int boot_ms;
	unsigned int deadline_ms;
	unsigned int wall_ms;
	bool crowded;
	const struct vm_ops *ops;
	void *ctx;

	struct kvm kvm;
	struct guest_mem mem;
	struct bus bus;
	struct virtio_set virtio;
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
	_Atomic bool stopped;
	struct vm_end_note note;
	pthread_mutex_t threads_lock;
	struct vm_steal steal;
	struct {
		pthread_mutex_t lock;
		pthread_cond_t answered;
	} peeks;
	struct vm_pause pause;
	struct vm_watch watch;
	uint64_t load_size;
	bool gone;
	char *template;
	char *template_key;
	enum vm_origin origin;
	bool stuck;
	uint64_t created_ns;
	uint64_t start_ns;
	uint64_t end_ns;
};

/*
 * vm_irq_line() - set the level of an interrupt line; the bus's irq (irq.c)
 */
void vm_irq_line(struct vm *vm, unsigned int line, bool level);

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

/* kick.c */

/*
 * vcpu_allow_kick() - let kicks in while it is in KVM_RUN, and only there
 *
 * Return: 0 or -errno.
 */
int vcpu_allow_kick(struct vcpu *vcpu);

/*
 * vcpu_kick() - make a vCPU's thread leave KVM_RUN, or not enter it
 * vcpu_unkick() - let it enter again; only by its own thread
 */
void vcpu_kick(struct vcpu *vcpu);
void vcpu_unkick(struct vcpu *vcpu);

/* peek.c */

int peeks_init(struct vm *vm);

/*
 * vcpu_answer_peek() - let who asked see the registers; only by its own thread
 */
void vcpu_answer_peek(struct vcpu *vcpu);

/* pause.c */

/*
 * vm_cond_init() - a condition whose waits end by CLOCK_MONOTONIC, and its lock
 *
 * Return: 0 or -ENOMEM.
 */
int vm_cond_init(pthread_mutex_t *lock, pthread_cond_t *cond);

int pause_init(struct vm *vm);

/*
 * vcpu_pause_here() - stay here while that is wanted; only by its own thread
 */
void vcpu_pause_here(struct vcpu *vcpu);

/*
 * vcpus_pause() - keep all vCPUs out of KVM_RUN until vcpus_resume()
 * @limit_ms: how long to wait for them
 *
 * Context: any thread but those of the vCPUs.
 *
 * Return: 0; -EBUSY when somebody else keeps them; -ETIMEDOUT when not all came:
 * none is held then.
 */
int vcpus_pause(struct vm *vm, unsigned int limit_ms);
void vcpus_resume(struct vm *vm);

/*
 * vcpus_let_go() - the VM ends: who keeps vCPUs keeps its memory, and no thread
 */
void vcpus_let_go(struct vm *vm);

/* watch.c: a vCPU has left with KVM_EXIT_DEBUG; only by its own thread. */

void vcpu_watch_hit(struct vcpu *vcpu);

/* loop.c: serve a running VM until something ends it. */

void vm_loop(struct vm *vm);

/*
 * vm_loop_drain() - fetch what is left when the vCPUs are gone
 */
void vm_loop_drain(struct vm *vm);

#endif /* KTSTR_VMM_VMM_H */
