// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM as a machine for the monitor. See observe.h.
 */
#include "lib/host/run/observe.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "vmm/memory.h"
#include "vmm/vm.h"

static void *vm_map(void *ctx, uint64_t gpa, size_t len)
{
	return vm_memory(ctx, gpa, len);
}

static int vm_cpu_time(void *ctx, unsigned int cpu, uint64_t *ns)
{
	return vm_vcpu_time_ns(ctx, cpu, ns);
}

static int vm_steal(void *ctx, unsigned int cpu, uint64_t *ns)
{
	return vm_vcpu_steal_ns(ctx, cpu, ns);
}

static uint64_t vm_machine_steal(void *ctx)
{
	return vm_machine_steal_ns(ctx);
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

/* A vCPU that the host does not run now is no news; it is asked again. */
static int vm_peek(void *ctx, unsigned int cpu, uint64_t limit_ns,
		   struct mon_vcpu *vcpu)
{
	struct vm_vcpu_state s = { };
	int ret = vm_vcpu_peek(ctx, cpu, limit_ns, &s);

	if (ret)
		return ret;
	*vcpu = (struct mon_vcpu){
		.regs.ip = s.regs.ip, .regs.sp = s.regs.sp,
		.regs.bp = s.regs.bp, .regs.flags = s.regs.flags,
		.regs.cs = s.regs.cs, .halted = s.halted,
	};
	return 0;
}

static int pause_vm(void *ctx, unsigned int limit_ms)
{
	return vm_pause(ctx, limit_ms);
}

static void resume_vm(void *ctx)
{
	vm_resume(ctx);
}

static int watch_vm(void *ctx, uint64_t va, unsigned int len, unsigned int most,
		    void (*hit)(void *hit_ctx, unsigned int cpu, uint64_t pc),
		    void *hit_ctx)
{
	const struct vm_watchpoint point = {
		.va = va, .len = len, .most = most, .hit = hit, .ctx = hit_ctx,
	};

	return vm_watch(ctx, &point);
}

static void stop_vm(void *ctx)
{
	vm_stop(ctx);
}

static void end_hung_vm(void *ctx, const char *why)
{
	vm_stop_hung(ctx, why);
}

static const struct mon_mem_ops vm_mem_ops = {
	.map = vm_map,
	.vcpu_time_ns = vm_cpu_time,
	.steal_ns = vm_steal,
	.machine_steal_ns = vm_machine_steal,
	.guest_tsc = vm_tsc,
	.vcpu_regs = vm_regs,
	.vcpu_peek = vm_peek,
	.pause = pause_vm,
	.resume = resume_vm,
	.watch = watch_vm,
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
	const struct run_workload *load = config->workload;

	if (load->bpf_map_write.map || load->plant.kind ||
	    load->watchdog_timeout_ms || load->watch_maps[0] ||
	    load->snapshots || load->watchpoint)
		snprintf(out->findings.error, sizeof(out->findings.error),
			 "no monitor to do what the test asks for: %.200s",
			 out->series.why_none);
	return NULL;
}

struct mon_live *observe_start(const struct run_config *config, struct vm *vm,
			       struct run_outcome *out)
{
	unsigned int hz = config->workload->monitor_hz;
	struct mon_live_config live_config = {
		.vmlinux = config->kernel->vmlinux,
		.ops = &vm_mem_ops,
		.ctx = vm,
		.phys_end = phys_end(vm),
		.interval_ms = hz ? MSEC_PER_SEC / hz : 0,
		.slowness = config->slowness,
		.pace = config->pace,
		.machine = config->machine,
		.workload = config->workload,
		.limits = &config->expectations->limits,
		.series = &out->series,
		.findings = &out->findings,
		.hung = end_hung_vm,
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
	if (config->expectations->expect_alarm && !config->probes)
		live_config.alarmed = stop_vm;
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
