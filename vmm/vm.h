/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtual machine that boots one kernel and runs until it ends.
 *
 *	struct vm *vm;
 *
 *	err = vm_create(&config, &vm);
 *	if (!err)
 *		err = vm_run(vm, &result);
 *	vm_destroy(vm);
 *
 * The VMM knows KVM and devices; it knows no scheduler and no test. What the
 * guest says in the ring is handed to the caller record by record.
 */
#ifndef KTSTR_VMM_VM_H
#define KTSTR_VMM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/common/attr/parts.h"
#include "lib/common/wire/wire.h"

struct vm;

/**
 * enum vm_end - why a VM stopped
 * @VM_END_NONE: it did not run
 * @VM_END_POWEROFF: it powered off, reset or halted: the normal end
 * @VM_END_PANIC: the kernel printed a panic or oops banner
 * @VM_END_TRIPLE_FAULT: KVM_EXIT_SHUTDOWN
 * @VM_END_NO_INIT: init had not spoken when the time to boot was up
 * @VM_END_DEADLINE: it was still running when its time was up
 * @VM_END_STARVED: its time was not up, but the host took so much of it that
 *	nobody can wait for that
 * @VM_END_KILLED: vm_stop() was called
 * @VM_END_KVM_ERROR: KVM_RUN failed or left for a reason unknown
 * @VM_END_HUNG: vm_stop_hung() was called: it would never have ended by itself
 */
enum vm_end {
	VM_END_NONE,
	VM_END_POWEROFF,
	VM_END_PANIC,
	VM_END_TRIPLE_FAULT,
	VM_END_NO_INIT,
	VM_END_DEADLINE,
	VM_END_STARVED,
	VM_END_KILLED,
	VM_END_KVM_ERROR,
	VM_END_HUNG,
};

/**
 * enum vm_origin - where a VM's state comes from
 * @VM_COLD: it booted
 * @VM_TEMPLATE: it booted, and clones can be made of it now
 * @VM_CLONE: another one had booted
 * @VM_ORIGINS: their number
 */
enum vm_origin {
	VM_COLD,
	VM_TEMPLATE,
	VM_CLONE,
	VM_ORIGINS,
};

/**
 * struct vm_ops - what the caller wants to hear
 *
 * Called on the thread that called vm_run(), one at a time, but for @ended; none
 * may block.
 *
 * @record: one ring record, already copied out of guest memory and checked;
 *	@payload has rec->len bytes and a NUL behind them
 * @console: bytes of COM1 (the kernel's console), as they came
 * @tick: about every 100 ms; @elapsed_ns since the first KVM_RUN
 * @ended: the VM has ended, or will now: what its memory shows from here on is
 *	no guest at work. Called once, on any thread of the VM, at that moment:
 *	records and console may still follow
 */
struct vm_ops {
	void (*record)(void *ctx, const struct wire_rec *rec,
		       const void *payload);
	void (*console)(void *ctx, const char *bytes, size_t len);
	void (*tick)(void *ctx, uint64_t elapsed_ns);
	void (*ended)(void *ctx);
};

#define VM_DISKS_MAX	4

/**
 * struct vm_disk - a disk
 * @fd: a regular file, its bytes as they are; stays the caller's, and must stay
 *	open until vm_destroy()
 * @read_only: the guest cannot write to it
 * @iops: requests a second, 0 for any number
 * @kb_s: KiB a second, 0 for any number
 */
struct vm_disk {
	int fd;
	bool read_only;
	unsigned int iops;
	unsigned int kb_s;
};

/* Where a guest finds its terminal. */
#define VM_TERMINAL_PATH	"/dev/hvc0"

/**
 * struct vm_terminal - what the guest's hvc0 is
 * @in_fd: bytes for the guest. Its end is none of the guest's
 * @out_fd: bytes of the guest
 * @columns: of it, when it is plugged in; 0 for unknown, as @rows
 * @rows: of it likewise
 * @quit: Ctrl-A X was typed; called by a thread of the VM. May be NULL
 * @ctx: its argument
 *
 * Both may be one file. They stay the caller's; the VM has copies of its own.
 */
struct vm_terminal {
	int in_fd;
	int out_fd;
	unsigned int columns;
	unsigned int rows;
	void (*quit)(void *ctx);
	void *ctx;
};

/**
 * struct vm_config - a machine to build
 * @kernel: path of a bzImage
 * @initrd: bytes of a newc archive; must stay until vm_create() returns
 * @initrd_size: their number
 * @load: a newc archive that init gets once it is ready: what is this run's
 *	own. Must stay until vm_create() returns; NULL for none
 * @load_size: its bytes
 * @clones: a folder of VMs that were frozen when init was ready: where there is
 *	one of this kernel, archive and machine, a copy of it runs; else this one
 *	boots, and is left there. NULL for neither, which a VM with a disk, an
 *	interface or a terminal has always: what is in flight is not kept
 * @machine: its CPUs, its RAM (0 means max(64 per CPU, 256) MiB plus what the
 *	archive needs), its network interfaces, and words added to the VMM's own
 *	command line. Its disks are @disks
 * @disks: what the guest has as vda, vdb and so on, @n_disks of them
 * @n_disks: at most VM_DISKS_MAX
 * @terminal: what it has as hvc0; NULL for none
 * @boot_ms: from the first KVM_RUN to init's first words; 0: only @deadline_ms
 *	limits that
 * @deadline_ms: from the first KVM_RUN; must not be 0. Of both, what the host
 *	took is taken off
 * @wall_ms: the same by the clock, whatever the host took; 0 for
 *	STEAL_PATIENCE times @deadline_ms
 * @verbose: let the kernel talk on COM1 from its first moment
 * @kvm: path of the KVM device, NULL for /dev/kvm
 * @ops: callbacks
 * @ctx: their first argument
 */
struct vm_config {
	const char *kernel;
	const void *initrd;
	size_t initrd_size;
	const void *load;
	size_t load_size;
	const char *clones;
	const struct run_machine *machine;
	const struct vm_disk *disks;
	unsigned int n_disks;
	const struct vm_terminal *terminal;
	unsigned int boot_ms;
	unsigned int deadline_ms;
	unsigned int wall_ms;
	bool verbose;
	const char *kvm;
	const struct vm_ops *ops;
	void *ctx;
};

/**
 * struct vm_result - how it ended
 * @end: why
 * @origin: did it boot?
 * @stage: the last stage reached, from the ring or COM2, whichever is later;
 *	STAGE_KERNEL as soon as the kernel has looked at its serial port
 * @message: one line for people: the panic line, the KVM error, the wait
 * @crash: what init said on COM2 of its own failure, "" when nothing; it comes
 *	through even where the ring was never opened
 * @run_ns: from the first KVM_RUN to the end
 * @steal_ns: of that, what the host took from the vCPU that it took most from
 * @first_run_ns: from vm_create() to the first KVM_RUN
 * @console: all of COM1 (the first 64 KiB and the last 192 KiB when it was
 *	more), NUL-terminated; owned by the VM, valid until vm_destroy()
 * @console_len: its length
 * @console_left_out: bytes of COM1 that are not in there
 * @exits: KVM exits to userspace, all vCPUs
 * @ring: what of the ring did not come through
 * @driver: what the guest's driver of a virtio device has done that it must not,
 *	"blk0: ...", "" for nothing; the device did nothing more for it
 * @serial_lost: bytes of COM1 and COM2 that came faster than they were fetched
 */
struct vm_result {
	enum vm_end end;
	enum vm_origin origin;
	enum wire_stage stage;
	char message[256];
	char crash[256];
	uint64_t run_ns;
	uint64_t steal_ns;
	uint64_t first_run_ns;
	const char *console;
	size_t console_len;
	uint64_t console_left_out;
	uint64_t exits;
	struct wire_loss ring;
	char driver[128];
	uint64_t serial_lost;
};

/**
 * vm_create() - build a machine up to the point where it could run
 * @config: what to build; copied as far as it is needed later
 * @vm: gets the machine; NULL on failure
 * @err: gets one sentence when it fails: what, where, what to do
 * @err_size: bytes at @err, 256 is enough
 *
 * Return: 0; -ENOENT no kernel or no KVM device; -EACCES no permission;
 * -EINVAL a topology, image or archive that cannot be; -ENOEXEC an image that
 * is no x86-64 bzImage or is cut short; -ENOMEM; -ENOSYS a KVM that lacks a
 * capability (named); other -errno from KVM.
 */
int vm_create(const struct vm_config *config, struct vm **vm,
	      char *err, size_t err_size);

/**
 * vm_run() - run it to its end
 * @vm: from vm_create()
 * @result: gets how it ended
 *
 * Starts a thread a vCPU, serves the guest, and comes back when it is over,
 * at the deadline at the latest, with every thread joined. Once for each VM.
 *
 * Return: 0 when @result is filled in, whatever the end; -errno when a vCPU
 * could not be started; -ETIMEDOUT when KVM does not let go of one (its memory
 * then stays, also after vm_destroy()).
 */
int vm_run(struct vm *vm, struct vm_result *result);

/**
 * vm_stop() - end a running VM from a callback or another thread
 * @vm: the machine
 *
 * Context: any thread; async-signal-safe.
 */
void vm_stop(struct vm *vm);

/**
 * vm_terminal_resized() - tell the guest that its terminal has another size
 * @vm: the machine; without a terminal nothing happens
 * @columns: of it
 * @rows: of it
 *
 * Context: any thread.
 */
void vm_terminal_resized(struct vm *vm, unsigned int columns,
			 unsigned int rows);

/**
 * vm_stop_hung() - end a running VM as one that hangs
 * @vm: the machine
 * @why: one line, for the result's message
 *
 * Context: any thread.
 */
void vm_stop_hung(struct vm *vm, const char *why);

/**
 * vm_memory() - guest RAM for an observer
 * @vm: the machine
 * @gpa: guest physical address
 * @len: bytes wanted from there on
 *
 * Return: the host address, NULL when any of it is not RAM. The guest writes
 * there while you read: copy, check, then use.
 */
void *vm_memory(struct vm *vm, uint64_t gpa, size_t len);

/**
 * vm_memory_size() - how much RAM the guest has
 * @vm: the machine
 *
 * Return: bytes; with more than 3 GiB not all at addresses below that number.
 */
uint64_t vm_memory_size(const struct vm *vm);

/**
 * vm_vcpu_time_ns() - CPU time that a vCPU's thread has used
 * @vm: the machine
 * @vcpu: the kernel's number of the CPU
 * @ns: gets it, in nanoseconds; untouched on failure
 *
 * Context: any thread.
 *
 * Return: 0; -EINVAL no such CPU; -ESRCH its thread is not there, or leaves;
 * -errno of clock_gettime().
 */
int vm_vcpu_time_ns(struct vm *vm, unsigned int vcpu, uint64_t *ns);

/**
 * vm_vcpu_steal_ns() - what the host has taken from a vCPU since the start
 * @vm: the machine
 * @vcpu: the kernel's number of the CPU
 * @ns: gets it: time in which its thread waited for a CPU, or in which this
 *	whole machine or process did not run. Some 40 ms behind; untouched on
 *	failure
 *
 * Context: any thread.
 *
 * Return: 0; -EINVAL no such CPU; -ENODATA it is not known.
 */
int vm_vcpu_steal_ns(struct vm *vm, unsigned int vcpu, uint64_t *ns);

/**
 * vm_steal_ns() - the same of the vCPU that was taken most from
 * @vm: the machine
 *
 * Return: nanoseconds; 0 where it is not known.
 */
uint64_t vm_steal_ns(struct vm *vm);

/**
 * vm_machine_steal_ns() - time in which this whole machine or process did not run
 * @vm: the machine
 *
 * By that what is to be held in the guest for a time is held for longer.
 *
 * Context: any thread.
 *
 * Return: nanoseconds since the start.
 */
uint64_t vm_machine_steal_ns(struct vm *vm);

/**
 * vm_guest_tsc() - the guest's time stamp counter now
 * @vm: the machine
 *
 * By the offset at the start: wrong when the guest writes the counter, or on
 * a host whose own is not the same on all CPUs.
 *
 * Return: the counter.
 */
uint64_t vm_guest_tsc(struct vm *vm);

/**
 * struct vm_regs - where a CPU is
 */
struct vm_regs {
	uint64_t ip;
	uint64_t sp;
	uint64_t bp;
	uint64_t flags;
	uint64_t cs;
};

/**
 * vm_vcpu_regs() - registers of a CPU of a VM that has ended
 * @vm: the machine
 * @vcpu: the kernel's number of the CPU
 * @regs: filled in
 *
 * Context: any thread.
 *
 * Return: 0; -EINVAL no such CPU; -EBUSY its threads have not all left;
 * -errno of KVM.
 */
int vm_vcpu_regs(struct vm *vm, unsigned int vcpu, struct vm_regs *regs);

/**
 * struct vm_vcpu_state - a CPU at one moment
 * @regs: where it is
 * @halted: it has executed HLT and waits for an interrupt; with interrupts off
 *	in @regs.flags it will never see one
 */
struct vm_vcpu_state {
	struct vm_regs regs;
	bool halted;
};

/**
 * vm_vcpu_peek() - look at a CPU of a VM that runs
 * @vm: the machine
 * @vcpu: the kernel's number of the CPU
 * @limit_ns: how long to wait for the vCPU's thread, which the host may not run
 * @state: filled in; untouched on failure
 *
 * Stops the vCPU for the look alone.
 *
 * Context: any thread but those of the vCPUs; one at a time for each vCPU.
 *
 * Return: 0; -EINVAL no such CPU; -ESRCH it does not run (any more);
 * -ETIMEDOUT its thread did not look in time; -errno of KVM.
 */
int vm_vcpu_peek(struct vm *vm, unsigned int vcpu, uint64_t limit_ns,
		 struct vm_vcpu_state *state);

/**
 * vm_pause() - keep all CPUs of a VM that runs from running
 * @vm: the machine
 * @limit_ms: how long to wait for their threads
 *
 * Between this and vm_resume() its memory stands still. That time is the host's:
 * it counts as taken from each vCPU, so that no wait and no gap in the guest
 * has it.
 *
 * Context: any thread but those of the vCPUs and those that vm_ops are called on;
 * one at a time.
 *
 * Return: 0, vm_resume() is due then; -EBUSY; -ETIMEDOUT when not all came, or the
 * VM has ended: none is held.
 */
int vm_pause(struct vm *vm, unsigned int limit_ms);
void vm_resume(struct vm *vm);

/**
 * struct vm_watchpoint - a place in a guest's memory that somebody watches
 * @va: guest virtual address, a multiple of @len
 * @len: 1, 2, 4 or 8 bytes
 * @most: writes after which nobody is told any more, and none costs anything
 * @hit: a CPU has written there, and goes on once this has returned: it must not
 *	block, nor call anything of the VM but vm_memory(). On the vCPU's thread,
 *	so on several at a time; @pc is the instruction behind the one that wrote
 * @ctx: its first argument
 */
struct vm_watchpoint {
	uint64_t va;
	unsigned int len;
	unsigned int most;
	void (*hit)(void *ctx, unsigned int cpu, uint64_t pc);
	void *ctx;
};

/**
 * vm_watch() - watch a place of a VM that runs
 * @vm: the machine
 * @watchpoint: copied; takes the place of another one
 *
 * A guest's own debug registers do not work meanwhile. The CPUs are stopped for
 * a moment.
 *
 * Context: as vm_pause() has it.
 *
 * Return: 0; -EINVAL for what cannot be watched; as vm_pause() has it; -errno of
 * KVM.
 */
int vm_watch(struct vm *vm, const struct vm_watchpoint *watchpoint);

/**
 * vm_destroy() - free it
 * @vm: the machine, ended or never run; may be NULL
 */
void vm_destroy(struct vm *vm);

/**
 * vm_end_name() - a short word for an end
 * @end: the end
 *
 * Return: "poweroff", "panic", ...; "?" for a number that is none.
 */
const char *vm_end_name(enum vm_end end);

/**
 * vm_origin_name() - a short word for where a VM's state comes from
 * @origin: of a result
 *
 * Return: "cold", "template", "clone"; "?" for a number that is none.
 */
const char *vm_origin_name(enum vm_origin origin);

#endif /* KTSTR_VMM_VM_H */
