// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service loop: ring, consoles, ticks, deadline. See vmm.h for threads.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/load.h"
#include "vmm/clone.h"
#include "vmm/end.h"
#include "vmm/vmm.h"

#define TICK_NS		(100 * NSEC_PER_MSEC)
/*
 * How often the ring is looked at. The guest does not tell: a doorbell is an
 * exit, and one that needs KVM to emulate a store fails where a nested KVM
 * takes it for a fault while an interrupt was delivered.
 */
#define DRAIN_NS	(10 * NSEC_PER_MSEC)
/* A kernel that said it dies should reset within this. */
#define PANIC_GRACE_NS	(800 * NSEC_PER_MSEC)
/* Longer than a vCPU's thread is kept from its CPU on a busy host. */
#define PAUSE_MS	2000
/* So that a guest that floods the ring does not keep us from the clock. */
#define RECORDS_A_TURN	1024

static const char stage_word[] = "stage ";
static const char crash_word[] = "crash ";

static void stage_reached(struct vm *vm, uint32_t stage)
{
	if (stage < STAGE_COUNT && stage > (uint32_t)vm->stage)
		vm->stage = stage;
}

static void record_one(struct vm *vm, const struct wire_rec *rec)
{
	struct wire_stage_rec stage;

	if (rec->type == WIRE_STAGE && rec->len == sizeof(stage)) {
		memcpy(&stage, vm->record, sizeof(stage));
		stage_reached(vm, stage.stage);
	}
	if (vm->ops && vm->ops->record)
		vm->ops->record(vm->ctx, rec, vm->record);
}

/* Returns true when there may be more. */
static bool drain_ring(struct vm *vm)
{
	struct wire_rec rec;
	unsigned int i;

	for (i = 0; i < RECORDS_A_TURN; i++) {
		if (wire_get(&vm->reader, &rec, vm->record) != 1)
			return false;
		record_one(vm, &rec);
	}
	return true;
}

static void drain_com1(struct vm *vm)
{
	char bytes[OUTBUF_SIZE];
	size_t len = outbuf_take(&vm->com1_out, bytes);
	uint64_t now_ns;
	size_t i;

	if (!len)
		return;
	now_ns = clock_now_ns();
	console_add(&vm->console, bytes, len);
	for (i = 0; i < len; i++)
		if (line_cutter_add(&vm->com1_line, bytes[i]))
			banner_scan(&vm->banner, vm->com1_line.line, now_ns);
	if (vm->ops && vm->ops->console)
		vm->ops->console(vm->ctx, bytes, len);
}

/* "stage WORD" and "crash TEXT"; anything else is not for us. */
static void com2_line(struct vm *vm, const char *line)
{
	size_t n = sizeof(stage_word) - 1;
	size_t m = sizeof(crash_word) - 1;

	if (!strncmp(line, stage_word, n))
		stage_reached(vm, wire_stage_from_name(line + n));
	else if (!strncmp(line, crash_word, m) && !vm->crash[0])
		snprintf(vm->crash, sizeof(vm->crash), "%s", line + m);
}

static void drain_com2(struct vm *vm)
{
	char bytes[OUTBUF_SIZE];
	size_t len = outbuf_take(&vm->com2_out, bytes);
	size_t i;

	for (i = 0; i < len; i++)
		if (line_cutter_add(&vm->com2_line, bytes[i]))
			com2_line(vm, vm->com2_line.line);
}

/* Before it is let go, one like all others: what it is then can be kept. */
static void leave_template(struct vm *vm)
{
	if (vcpus_pause(vm, PAUSE_MS))
		return;
	drain_com1(vm);
	if (!clone_leave(vm))
		vm->origin = VM_TEMPLATE;
	vcpus_resume(vm);
}

static void let_go(struct vm *vm)
{
	const struct guest_mem *mem = &vm->mem;

	if (vm->gone || !wire_load_ready(vm->reader.hdr))
		return;
	vm->gone = true;
	if (vm->template && vm->origin == VM_COLD)
		leave_template(vm);
	wire_load_go(vm->reader.hdr, mem->ring_gpa + mem->ring_size,
		     vm->load_size);
}

static bool drain(struct vm *vm)
{
	drain_com1(vm);
	drain_com2(vm);
	if (machine_console_used(&vm->machine))
		stage_reached(vm, STAGE_KERNEL);
	let_go(vm);
	return drain_ring(vm);
}

void vm_loop_drain(struct vm *vm)
{
	/* The writer is gone: the ring's size bounds what is left. */
	while (drain(vm))
		;
	/* A dying kernel may not end its last line. */
	if (line_cutter_add(&vm->com1_line, '\n'))
		banner_scan(&vm->banner, vm->com1_line.line, clock_now_ns());
	stage_reached(vm, __atomic_load_n(&vm->reader.hdr->stage,
					  __ATOMIC_RELAXED));
}

/* What the host took so far, of a VM that has run for @elapsed_ns */
static uint64_t stolen_ns(struct vm *vm, uint64_t elapsed_ns)
{
	return min(vm_steal_ns(vm), elapsed_ns);
}

/* Has it had so much time of its own? Asks only when it can be. */
static bool had_time(struct vm *vm, uint64_t elapsed_ns, unsigned int ms)
{
	return elapsed_ns >= ms * NSEC_PER_MSEC &&
	       elapsed_ns - stolen_ns(vm, elapsed_ns) >= ms * NSEC_PER_MSEC;
}

static void check_boot(struct vm *vm, uint64_t elapsed_ns)
{
	char taken[64] = "";
	uint64_t steal_ns;

	if (!vm->boot_ms || vm->stage >= STAGE_INIT ||
	    !had_time(vm, elapsed_ns, vm->boot_ms))
		return;
	steal_ns = stolen_ns(vm, elapsed_ns);
	if (steal_ns > elapsed_ns / 8)
		snprintf(taken, sizeof(taken),
			 ", beside %.1f s that the host took", steal_ns / 1e9);
	vm_note_end(vm, VM_END_NO_INIT,
		    "no word from init within %.1f s%s; last stage: %s",
		    vm->boot_ms / 1e3, taken, wire_stage_name(vm->stage));
}

static void check_deadline(struct vm *vm, uint64_t elapsed_ns)
{
	uint64_t steal_ns;

	if (had_time(vm, elapsed_ns, vm->deadline_ms)) {
		vm_note_end(vm, VM_END_DEADLINE,
			    "still running after %u ms; last stage: %s",
			    vm->deadline_ms, wire_stage_name(vm->stage));
	} else if (elapsed_ns >= vm->wall_ms * NSEC_PER_MSEC) {
		steal_ns = stolen_ns(vm, elapsed_ns);
		vm_note_end(vm, VM_END_STARVED,
			    "the host took %.0f %% of its time (%.1f of %.1f s); last stage: %s",
			    100.0 * steal_ns / elapsed_ns, steal_ns / 1e9,
			    elapsed_ns / 1e9, wire_stage_name(vm->stage));
	}
}

static void check_clock(struct vm *vm, uint64_t now_ns)
{
	uint64_t panic_ns = vm->banner.panic_ns;

	if (vm->banner.halted)
		vm_note_end(vm, VM_END_POWEROFF, "the kernel halted");
	if (panic_ns && now_ns - panic_ns >= PANIC_GRACE_NS)
		vm_note_end(vm, VM_END_PANIC, "%s", vm->banner.panic);
	check_boot(vm, now_ns - vm->start_ns);
	check_deadline(vm, now_ns - vm->start_ns);
	if (vm->stop_asked)
		vm_note_end(vm, VM_END_KILLED, "stopped; last stage: %s",
			    wire_stage_name(vm->stage));
}

static void wait_for_work(struct vm *vm, uint64_t now_ns, uint64_t tick_ns)
{
	uint64_t end_ns = vm->start_ns + vm->deadline_ms * NSEC_PER_MSEC;
	uint64_t until_ns = end_ns > now_ns ? min(tick_ns, end_ns) : tick_ns;
	struct pollfd pfd = { .fd = vm->wake_fd, .events = POLLIN };
	struct timespec timeout = { 0 };
	eventfd_t count;

	if (until_ns > now_ns)
		timeout.tv_nsec = min(until_ns - now_ns, DRAIN_NS);
	if (ppoll(&pfd, 1, &timeout, NULL) > 0)
		eventfd_read(vm->wake_fd, &count);
}

void vm_loop(struct vm *vm)
{
	uint64_t now_ns = vm->start_ns;
	uint64_t tick_ns = now_ns + TICK_NS;
	bool more = false;

	while (!vm_has_ended(vm)) {
		if (!more)
			wait_for_work(vm, now_ns, tick_ns);
		more = drain(vm);
		now_ns = clock_now_ns();
		if (now_ns >= tick_ns) {
			tick_ns = now_ns + TICK_NS;
			if (vm->ops && vm->ops->tick)
				vm->ops->tick(vm->ctx, now_ns - vm->start_ns);
		}
		check_clock(vm, now_ns);
	}
}
