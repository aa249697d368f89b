// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM as a machine for the monitor. See observe.h.
 */
#include "lib/run/observe.h"

#include <stdio.h>
#include <string.h>

#include "lib/util/util.h"
#include "vmm/memory.h"
#include "vmm/vm.h"

static void *vm_map(void *ctx, uint64_t gpa, size_t len)
{
	return vm_memory(ctx, gpa, len);
}

static uint64_t vm_cpu_time(void *ctx, unsigned int cpu)
{
	return vm_vcpu_time_ns(ctx, cpu);
}

static uint64_t vm_tsc(void *ctx)
{
	return vm_guest_tsc(ctx);
}

static int vm_regs(void *ctx, unsigned int cpu, struct mon_regs *regs)
{
	struct vm_regs r;
	int ret = vm_vcpu_regs(ctx, cpu, &r);

	if (ret)
		return ret;
	*regs = (struct mon_regs){
		.ip = r.ip, .sp = r.sp, .bp = r.bp,
		.flags = r.flags, .cs = r.cs,
	};
	return 0;
}

static void map_written(void *ctx)
{
	vm_ring_control(ctx, WIRE_CTL_MAP_WRITTEN);
}

static void stop_vm(void *ctx)
{
	vm_stop(ctx);
}

static const struct mon_mem_ops vm_mem_ops = {
	.map = vm_map,
	.vcpu_time_ns = vm_cpu_time,
	.guest_tsc = vm_tsc,
	.vcpu_regs = vm_regs,
};

/* RAM that finds no place below the hole of MMIO lies above it. */
static uint64_t phys_end(const struct vm *vm)
{
	uint64_t size = vm_memory_size(vm);

	return size <= MEM_HOLE_START ? size :
	       size + (MEM_HOLE_END - MEM_HOLE_START);
}

/* What only a monitor can do must not be missed without a word. */
static struct mon_live *cannot(const struct run_config *config,
			       struct run_outcome *out)
{
	if (config->write || config->watchdog_ms)
		snprintf(out->findings.error, sizeof(out->findings.error),
			 "no monitor to do what the test asks for: %.200s",
			 out->series.why_none);
	return NULL;
}

struct mon_live *observe_start(const struct run_config *config, struct vm *vm,
			       struct run_outcome *out)
{
	struct mon_live_config live_config = {
		.vmlinux = config->kernel->vmlinux,
		.ops = &vm_mem_ops,
		.ctx = vm,
		.phys_end = phys_end(vm),
		.slowness = config->slowness,
		.watchdog_ms = config->watchdog_ms,
		.series = &out->series,
		.findings = &out->findings,
		.written = map_written,
	};
	struct mon_series *s = &out->series;
	struct mon_live *live;
	int ret;

	s->start_ns = clock_now_ns();
	if (!config->kernel->vmlinux[0]) {
		snprintf(s->why_none, sizeof(s->why_none),
			 "no vmlinux beside %.900s: name a kernel's build folder by KTSTR_KERNEL",
			 config->kernel->image);
		return cannot(config, out);
	}
	if (config->stop_at_alarm)
		live_config.alarmed = stop_vm;
	if (config->limits)
		live_config.limits = *config->limits;
	if (config->write)
		live_config.write = *config->write;
	ret = mon_live_start(&live_config, &live);
	if (ret)
		snprintf(s->why_none, sizeof(s->why_none),
			 "no thread for the monitor: %s", strerror(-ret));
	return ret ? cannot(config, out) : live;
}

void observe_stop(struct mon_live *monitor, const struct run_outcome *out)
{
	const struct vm_result *vm = &out->vm;
	char what[300];

	/* A guest that went by itself has taken all with it. */
	if (vm->end == VM_END_POWEROFF || vm->end == VM_END_NONE) {
		mon_live_stop(monitor, NULL);
		return;
	}
	snprintf(what, sizeof(what), "the VM ended: %s%s%s",
		 vm_end_name(vm->end), vm->message[0] ? ": " : "",
		 vm->message);
	mon_live_stop(monitor, what);
}
