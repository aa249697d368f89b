// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM as a machine for the monitor. See observe.h.
 */
#include "lib/run/observe.h"

#include <stdio.h>
#include <string.h>

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

static const struct mon_mem_ops vm_mem_ops = {
	.map = vm_map,
	.vcpu_time_ns = vm_cpu_time,
	.guest_tsc = vm_tsc,
};

/* RAM that finds no place below the hole of MMIO lies above it. */
static uint64_t phys_end(const struct vm *vm)
{
	uint64_t size = vm_memory_size(vm);

	return size <= MEM_HOLE_START ? size :
	       size + (MEM_HOLE_END - MEM_HOLE_START);
}

struct mon_live *observe_start(const struct run_config *config, struct vm *vm,
			       struct run_outcome *out)
{
	const struct mon_live_config live_config = {
		.vmlinux = config->kernel->vmlinux,
		.ops = &vm_mem_ops,
		.ctx = vm,
		.phys_end = phys_end(vm),
		.series = &out->series,
	};
	struct mon_series *s = &out->series;
	struct mon_live *live;
	int ret;

	if (!config->kernel->vmlinux[0]) {
		snprintf(s->why_none, sizeof(s->why_none),
			 "no vmlinux beside %.900s: name a kernel's build folder by KTSTR_KERNEL",
			 config->kernel->image);
		return NULL;
	}
	ret = mon_live_start(&live_config, &live);
	if (ret)
		snprintf(s->why_none, sizeof(s->why_none),
			 "no thread for the monitor: %s", strerror(-ret));
	return live;
}
