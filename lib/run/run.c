// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run: plan, archive, VM. See run.h.
 */
#include "lib/run/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/host/paths.h"
#include "lib/run/budget.h"
#include "lib/run/observe.h"
#include "lib/util/strbuf.h"
#include "lib/util/util.h"
#include "lib/wire/plan.h"
#include "vmm/initramfs.h"
#include "vmm/vm.h"

#define PROBE_NAME	"ktstr-probe"

/* State of a run, for the VM's callbacks. */
struct run {
	const struct run_config *config;
	struct run_outcome *out;
	struct mon_live *monitor;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void plan_write(const struct run_config *c,
		       const struct run_budget *budget, struct strbuf *plan)
{
	char topology[TOPOLOGY_NAME_LEN];
	unsigned int i;

	strbuf_addf(plan, "test %s/%s\n", PLAN_BIN_DIR, base_name(c->program));
	if (c->test)
		strbuf_addf(plan, "arg -r\narg %s\n", c->test);
	strbuf_addf(plan, "env %s=%s\n", ENV_TOPOLOGY,
		    topology_name(&c->topology, topology));
	if (c->verbose)
		strbuf_addf(plan, "env KTSTR_VERBOSE=1\n");

	for (i = 0; c->sysctls && i < PLAN_LIST_MAX && c->sysctls[i]; i++)
		strbuf_addf(plan, "sysctl %s\n", c->sysctls[i]);

	if (c->scheduler) {
		strbuf_addf(plan, "scheduler %s/%s\n", PLAN_BIN_DIR,
			    base_name(c->scheduler));
		for (i = 0; i < c->n_sched_args; i++)
			strbuf_addf(plan, "sched_arg %s\n", c->sched_args[i]);
		if (c->ops)
			strbuf_addf(plan, "ops %s\n", c->ops);
		strbuf_addf(plan, "attach_ms %u\nstop_ms %u\n",
			    budget->attach_ms, budget->stop_ms);
	}
	if (c->probes)
		strbuf_addf(plan, "probe %s/%s\n", PLAN_BIN_DIR, PROBE_NAME);
	strbuf_addf(plan, "test_ms %u\ngrace_ms %u\n", budget->test_ms,
		    budget->grace_ms);
}

static int add_program(struct initramfs *ir, const char *guest_dir,
		       const char *guest_name, const char *host_path,
		       char *err, size_t err_size)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", guest_dir, guest_name);
	return initramfs_add_program(ir, path, host_path, err, err_size);
}

/* A program of ours that lies beside the test program. */
static int add_own(struct initramfs *ir, const char *guest_dir,
		   const char *guest_name, const char *name, char *err,
		   size_t err_size)
{
	char path[PATH_MAX];
	int ret = host_find_program(name, path, sizeof(path));

	if (ret) {
		snprintf(err, err_size,
			 "%s is not beside the test program: %s", name,
			 strerror(-ret));
		return ret;
	}
	return add_program(ir, guest_dir, guest_name, path, err, err_size);
}

static int add_probes(struct initramfs *ir, const char *names, char *err,
		      size_t err_size)
{
	int ret = add_own(ir, PLAN_BIN_DIR, PROBE_NAME, PROBE_NAME, err,
			  err_size);

	if (ret)
		return ret;
	ret = initramfs_add(ir, PLAN_PROBES, 0644, names, strlen(names));
	if (ret)
		snprintf(err, err_size, "cannot add the list of probes: %s",
			 strerror(-ret));
	return ret;
}

static int archive_fill(struct initramfs *ir, const struct run_config *c,
			const struct strbuf *plan, char *err, size_t err_size)
{
	int ret = add_own(ir, "", "init", "ktstr-init", err, err_size);

	if (!ret)
		ret = add_program(ir, PLAN_BIN_DIR, base_name(c->program),
				  c->program, err, err_size);
	if (!ret && c->scheduler)
		ret = add_program(ir, PLAN_BIN_DIR, base_name(c->scheduler),
				  c->scheduler, err, err_size);
	if (!ret && c->probes)
		ret = add_probes(ir, c->probes, err, err_size);
	if (ret)
		return ret;

	ret = initramfs_add(ir, PLAN_PATH, 0644, plan->text, plan->len);
	if (ret)
		snprintf(err, err_size, "cannot add the plan: %s",
			 strerror(-ret));
	return ret;
}

static void on_record(void *ctx, const struct wire_rec *rec,
		      const void *payload)
{
	struct run *run = ctx;

	outcome_add(run->out, rec, payload);
	mon_live_stage(run->monitor, run->out->stage);
	if (rec->type == WIRE_ASK_DUMP)
		mon_live_ask_dump(run->monitor);
	if (rec->type == WIRE_PROBE && run->config->probe)
		run->config->probe(run->config->ctx, payload, rec->len);
	if (rec->type == WIRE_OUTPUT && run->config->output)
		run->config->output(run->config->ctx, payload, rec->len);
}

static void on_console(void *ctx, const char *bytes, size_t len)
{
	struct run *run = ctx;

	if (run->config->console)
		run->config->console(run->config->ctx, bytes, len);
}

static const struct vm_ops run_vm_ops = {
	.record = on_record,
	.console = on_console,
};

/* The only thing that a guest tells which hangs before it can speak. */
static void note_regs(struct vm *vm, struct run_outcome *out)
{
	if (out->vm.end == VM_END_POWEROFF)
		return;
	while (out->n_regs < OUTCOME_MAX_REGS &&
	       !vm_vcpu_regs(vm, out->n_regs, &out->regs[out->n_regs]))
		out->n_regs++;
}

static int boot(struct run *run, struct initramfs *ir,
		const struct run_budget *budget, char *err, size_t err_size)
{
	const struct run_config *c = run->config;
	struct vm_config vmc = {
		.kernel = c->kernel->image,
		.cmdline = c->kernel_args,
		.kaslr = c->kaslr,
		.topology = c->topology,
		.memory_mb = c->memory_mb,
		.boot_ms = budget->boot_ms,
		.deadline_ms = budget->deadline_ms,
		.verbose = c->verbose,
		.ops = &run_vm_ops,
		.ctx = run,
	};
	struct vm *vm;
	int ret;

	ret = initramfs_finish(ir, &vmc.initrd, &vmc.initrd_size);
	if (ret) {
		snprintf(err, err_size, "cannot finish the initramfs: %s",
			 strerror(-ret));
		return ret;
	}

	ret = vm_create(&vmc, &vm, err, err_size);
	if (ret)
		return ret;

	run->monitor = observe_start(c, vm, run->out);
	ret = vm_run(vm, &run->out->vm);
	note_regs(vm, run->out);
	observe_stop(run->monitor, run->out);
	run->monitor = NULL;
	if (ret) {
		snprintf(err, err_size, "cannot run the VM: %s",
			 ret == -ETIMEDOUT ? "KVM does not let go of a vCPU" :
					     strerror(-ret));
	} else {
		strbuf_add(&run->out->console, run->out->vm.console,
			   run->out->vm.console_len);
		run->out->vm.console = NULL;
	}
	mon_series_finish(&run->out->series);
	vm_destroy(vm);
	return ret;
}

int run_vm(const struct run_config *config, struct run_outcome *out,
	   char *err, size_t err_size)
{
	struct run run = { .config = config, .out = out };
	struct strbuf plan = STRBUF_INIT;
	struct run_budget budget;
	struct initramfs *ir;
	int ret;

	budget_compute(&budget, config->duration_ms, config->scheduler,
		       config->slowness);
	if (config->limit_ms)
		budget_limit(&budget, config->limit_ms);
	if (config->probes)
		budget.deadline_ms += budget.attach_ms + budget.stop_ms;
	plan_write(config, &budget, &plan);

	ir = initramfs_create();
	if (!ir) {
		snprintf(err, err_size, "no memory for the initramfs");
		ret = -ENOMEM;
		goto out_free_plan;
	}

	ret = archive_fill(ir, config, &plan, err, err_size);
	if (!ret)
		ret = boot(&run, ir, &budget, err, err_size);
	initramfs_destroy(ir);
out_free_plan:
	strbuf_free(&plan);
	return ret;
}
