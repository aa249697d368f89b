// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service loop: ring, consoles, ticks, deadline. See vmm.h for threads.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "lib/util/util.h"
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

static bool drain(struct vm *vm)
{
	drain_com1(vm);
	drain_com2(vm);
	if (machine_console_used(&vm->machine))
		stage_reached(vm, STAGE_KERNEL);
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

static bool boot_took_too_long(const struct vm *vm, uint64_t now_ns)
{
	return vm->boot_ms && vm->stage < STAGE_INIT &&
	       now_ns - vm->start_ns >= vm->boot_ms * NSEC_PER_MSEC;
}

static void check_clock(struct vm *vm, uint64_t now_ns)
{
	uint64_t panic_ns = vm->banner.panic_ns;

	if (vm->banner.halted)
		vm_note_end(vm, VM_END_POWEROFF, "the kernel halted");
	if (panic_ns && now_ns - panic_ns >= PANIC_GRACE_NS)
		vm_note_end(vm, VM_END_PANIC, "%s", vm->banner.panic);
	if (boot_took_too_long(vm, now_ns))
		vm_note_end(vm, VM_END_NO_INIT,
			    "no word from init within %.1f s; last stage: %s",
			    vm->boot_ms / 1e3, wire_stage_name(vm->stage));
	if (now_ns - vm->start_ns >= vm->deadline_ms * NSEC_PER_MSEC)
		vm_note_end(vm, VM_END_DEADLINE,
			    "still running after %u ms; last stage: %s",
			    vm->deadline_ms, wire_stage_name(vm->stage));
	if (vm->stop_asked)
		vm_note_end(vm, VM_END_KILLED, "stopped; last stage: %s",
			    wire_stage_name(vm->stage));
}

static bool ended(struct vm *vm)
{
	bool yes;

	pthread_mutex_lock(&vm->note.lock);
	yes = vm->note.end != VM_END_NONE;
	pthread_mutex_unlock(&vm->note.lock);
	return yes;
}

static void wait_for_work(struct vm *vm, uint64_t now_ns, uint64_t tick_ns)
{
	uint64_t until_ns = min(tick_ns, vm->start_ns +
				vm->deadline_ms * NSEC_PER_MSEC);
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

	while (!ended(vm)) {
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
