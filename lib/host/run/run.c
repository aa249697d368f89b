// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run: plan, archive, VM. See run.h.
 */
#include "lib/host/run/run.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/attr/attr.h"
#include "lib/common/attr/schedulers.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/host/machine/paths.h"
#include "lib/host/run/asserted.h"
#include "lib/host/run/budget.h"
#include "lib/host/run/disks.h"
#include "lib/host/run/observe.h"
#include "vmm/initramfs.h"
#include "vmm/vm.h"

#define PROBE_NAME	"ktstr-probe"

#define MAX_PROGRAMS	(1 + KTSTR_MAX_STAGED +				\
			 KTSTR_MAX_PAYLOADS * (1 + PAYLOAD_MAX_FILES))

/* State of a run, for the VM's callbacks. */
struct run {
	const struct run_config *config;
	struct run_outcome *out;
	struct mon_live *monitor;
	struct vm *vm;
};

/*
 * Words for the kernel by which it leaves CPUs where they are; "nosmt" may be one
 * among those of mitigations=, too.
 */
static bool fewer_cpus_asked(const char *kernel_args)
{
	static const char * const words[] = {
		"maxcpus=", "nr_cpus=", "possible_cpus=", "nosmp", "nosmt",
	};
	size_t i;

	for (i = 0; kernel_args && i < ARRAY_SIZE(words); i++)
		if (strstr(kernel_args, words[i]))
			return true;
	return false;
}

/* Of the test, and of its scheduler: neither replaces the other's. */
static void kernel_words(const struct run_config *c, struct strbuf *words)
{
	const struct scheduler *s = c->subject->scheduler;
	const char *own = c->machine->kernel_args;
	const char *more = s ? s->kernel_args : NULL;

	strbuf_addf(words, "%s%s%s", own ?: "", own && more ? " " : "",
		    more ?: "");
}

static void plan_sysctls(const struct scheduler *s, struct strbuf *plan)
{
	unsigned int i;

	for (i = 0; s && i < KTSTR_MAX_ARGS && s->sysctls[i]; i++)
		strbuf_addf(plan, "sysctl %s\n", s->sysctls[i]);
}

/* Where it lies in the guest */
static void config_path(const struct scheduler *s, char *path, size_t size)
{
	snprintf(path, size, PLAN_CONFIG_DIR "/%s",
		 s && s->config_file ? basename(s->config_file) : "");
}

static void plan_scheduler(const struct run_subject *subject,
			   struct strbuf *plan)
{
	const struct scheduler *s = subject->scheduler;
	char config[PATH_MAX];
	unsigned int i;

	config_path(s, config, sizeof(config));
	strbuf_addf(plan, "scheduler %s/%s\n", PLAN_BIN_DIR,
		    basename(subject->path));
	for (i = 0; i < subject->n_args; i++) {
		strbuf_addf(plan, "sched_arg ");
		scheduler_arg(s, subject->args[i], config, plan);
		strbuf_addf(plan, "\n");
	}
	if (s && s->ops_name)
		strbuf_addf(plan, "ops %s\n", s->ops_name);
}

/* What the kernel has in it is switched on and off. */
static void plan_switches(const char *key, const char * const *commands,
			  struct strbuf *plan)
{
	struct strbuf line = STRBUF_INIT;
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_ARGS && commands[i]; i++)
		if (scheduler_command(commands[i], &line))
			strbuf_addf(plan, "%s %s\n", key, line.text);
	strbuf_free(&line);
}

static void plan_declared(const struct scheduler *s, struct strbuf *plan)
{
	plan_sysctls(s, plan);
	if (s && s->cgroup_parent)
		strbuf_addf(plan, "cgroup %s\n", s->cgroup_parent);
	if (s) {
		plan_switches("enable", s->enable, plan);
		plan_switches("disable", s->disable, plan);
	}
}

static void plan_subject(const struct run_subject *subject,
			 const struct run_budget *budget, struct strbuf *plan)
{
	unsigned int i;

	plan_declared(subject->scheduler, plan);
	if (subject->path)
		plan_scheduler(subject, plan);
	for (i = 0; i < subject->n_staged; i++) {
		plan_sysctls(subject->staged[i], plan);
		strbuf_addf(plan, "staged %s/%s\n", PLAN_BIN_DIR,
			    basename(subject->staged_paths[i]));
	}
	if (subject->path || subject->n_staged)
		strbuf_addf(plan, "attach_ms %u\nstop_ms %u\n",
			    budget->attach_ms, budget->stop_ms);
}

static void plan_terminal(const struct run_config *c, struct strbuf *plan)
{
	const char *term = getenv("TERM");

	if (!c->terminal)
		return;
	strbuf_addf(plan, "tty " VM_TERMINAL_PATH "\n");
	if (term && *term && !strpbrk(term, "\r\n"))
		strbuf_addf(plan, "env TERM=%s\n", term);
}

static void plan_write(const struct run_config *c,
		       const struct run_budget *budget, struct strbuf *plan)
{
	const unsigned int duration_ms = c->workload->duration_s * MSEC_PER_SEC;
	struct strbuf words = STRBUF_INIT;
	unsigned int i;

	strbuf_addf(plan, "test %s/%s\n", PLAN_BIN_DIR, basename(c->program));
	for (i = 0; c->args && i < c->n_args; i++)
		strbuf_addf(plan, "arg %s\n", c->args[i]);
	if (c->test && !c->args)
		strbuf_addf(plan, "arg -r\narg %s\n", c->test);
	plan_terminal(c, plan);
	strbuf_addf(plan, "env %s=", ENV_TOPOLOGY);
	topology_write(&c->machine->topology, ":", plan);
	strbuf_addf(plan, "\n");
	if (duration_ms)
		strbuf_addf(plan, "env %s=%u\n", ENV_DURATION_MS, duration_ms);
	if (c->given)
		strbuf_addf(plan, "env %s=%s\n", ENV_ATTR, c->given);
	if (c->verbose)
		strbuf_addf(plan, "env KTSTR_VERBOSE=1\n");

	kernel_words(c, &words);
	if (!fewer_cpus_asked(words.text))
		strbuf_addf(plan, "cpus %u\n",
			    topology_cpus(&c->machine->topology));
	strbuf_free(&words);
	plan_subject(c->subject, budget, plan);
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

/**
 * struct programs - what lies in the guest's folder of programs
 * @ir: the archive
 * @paths: each on this machine, @n of them
 * @n: their number
 * @err: gets what is wrong, in @err_size bytes
 * @err_size: see there
 */
struct programs {
	struct initramfs *ir;
	char paths[MAX_PROGRAMS][PATH_MAX];
	unsigned int n;
	char *err;
	size_t err_size;
};

/* Several may ask for one program, which goes in once. Return: 1 if it is new. */
static int note_program(struct programs *ps, const char *path)
{
	unsigned int i;

	for (i = 0; i < ps->n && strcmp(basename(ps->paths[i]),
					basename(path)); i++)
		;
	if (i == ps->n && i < MAX_PROGRAMS) {
		snprintf(ps->paths[ps->n++], PATH_MAX, "%s", path);
		return 1;
	}
	if (i < ps->n && !strcmp(ps->paths[i], path))
		return 0;
	snprintf(ps->err, ps->err_size,
		 "%.150s and %.150s: a guest has one place for both",
		 ps->paths[min(i, MAX_PROGRAMS - 1U)], path);
	return -EINVAL;
}

static int add_scheduler(struct programs *ps, const char *path)
{
	int ret = note_program(ps, path);

	return ret <= 0 ? ret : add_program(ps->ir, PLAN_BIN_DIR, basename(path),
					    path, ps->err, ps->err_size);
}

static int add_schedulers(struct programs *ps, const struct run_subject *s)
{
	int ret = s->path ? add_scheduler(ps, s->path) : 0;
	unsigned int i;

	for (i = 0; i < s->n_staged && !ret; i++)
		ret = add_scheduler(ps, s->staged_paths[i]);
	return ret;
}

/* What reads a script, where its first line says; else "". */
static void find_interpreter(const char *path, char *buf, size_t size)
{
	char line[256] = "";
	FILE *f = fopen(path, "re");

	buf[0] = '\0';
	if (f && fgets(line, sizeof(line), f) && strstarts(line, "#!"))
		snprintf(buf, size, "%s", line + 2 + strspn(line + 2, " \t"));
	buf[strcspn(buf, " \t\n")] = '\0';
	if (f)
		fclose(f);
}

/* It lies there already, where two have the same. */
static int no_clash(int ret)
{
	return ret == -EEXIST ? 0 : ret;
}

static int add_script(struct programs *ps, const char *guest, const char *path)
{
	char interpreter[256];
	int ret = initramfs_add_file(ps->ir, guest, 0755, path, false);

	if (ret)
		snprintf(ps->err, ps->err_size, "cannot add %.300s: %s", path,
			 strerror(-ret));
	find_interpreter(path, interpreter, sizeof(interpreter));
	if (ret || !interpreter[0])
		return ret;
	return no_clash(initramfs_add_program(ps->ir, interpreter, interpreter,
					      ps->err, ps->err_size));
}

/* A program, a script, or what one of them reads */
static int add_tool(struct programs *ps, const char *name)
{
	char path[PATH_MAX], guest[PATH_MAX];
	int ret = host_find_tool(name, path, sizeof(path));

	/* What is not to be executed is found by its path. */
	if (ret && ret != -EACCES) {
		snprintf(ps->err, ps->err_size, "%.300s: %s", name,
			 strerror(-ret));
		return ret;
	}
	ret = note_program(ps, path);
	if (ret <= 0)
		return ret;
	snprintf(guest, sizeof(guest), PLAN_BIN_DIR "/%s", basename(path));
	ret = initramfs_add_program(ps->ir, guest, path, ps->err, ps->err_size);
	return ret == -ENOEXEC ? add_script(ps, guest, path) : ret;
}

static int add_payload(struct programs *ps, const struct payload *p)
{
	int ret = add_tool(ps, p->program);
	unsigned int i;

	for (i = 0; i < PAYLOAD_MAX_FILES && p->files[i] && !ret; i++)
		ret = add_tool(ps, p->files[i]);
	return ret;
}

static int add_config(struct initramfs *ir, const struct scheduler *s,
		      char *err, size_t err_size)
{
	char path[PATH_MAX];
	int ret;

	if (!s || !s->config_file)
		return 0;
	config_path(s, path, sizeof(path));
	ret = initramfs_add_file(ir, path, 0644, s->config_file, false);
	if (ret)
		snprintf(err, err_size,
			 "scheduler %.60s: its configuration %.200s: %s", s->name,
			 s->config_file, strerror(-ret));
	return ret;
}

static int add_programs(struct initramfs *ir, const struct run_config *c,
			char *err, size_t err_size)
{
	unsigned int i, n = attr_n_payloads(c->workload);
	struct programs *ps = calloc(1, sizeof(*ps));
	int ret;

	if (!ps) {
		snprintf(err, err_size, "no memory for a list of programs");
		return -ENOMEM;
	}
	ps->ir = ir;
	ps->err = err;
	ps->err_size = err_size;
	ret = add_schedulers(ps, c->subject);
	for (i = 0; i < n && !ret; i++)
		ret = add_payload(ps, c->workload->payloads[i]);
	free(ps);
	return ret;
}

static int add_scenario(struct initramfs *ir, const char *text, char *err,
			size_t err_size)
{
	int ret = initramfs_add(ir, PLAN_SCENARIO, 0644, text, strlen(text));

	if (ret)
		snprintf(err, err_size, "cannot add the scenario: %s",
			 strerror(-ret));
	return ret;
}

int run_pack(struct initramfs *ir, const struct run_config *c, char *err,
	     size_t err_size)
{
	int ret = add_program(ir, PLAN_BIN_DIR, basename(c->program),
			      c->program, err, err_size);

	return ret ? ret : add_programs(ir, c, err, err_size);
}

/* What init gets once it has booted: all that is this run's own. */
static int load_fill(struct initramfs *ir, const struct run_config *c,
		     const struct strbuf *plan, char *err, size_t err_size)
{
	int ret = run_pack(ir, c, err, err_size);

	if (!ret)
		ret = add_config(ir, c->subject->scheduler, err, err_size);
	if (!ret && c->workload->scenario)
		ret = add_scenario(ir, c->workload->scenario, err, err_size);
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

/*
 * struct archives - what a guest gets
 * @base: with its kernel: init, which is the same for any run
 * @load: once that is ready
 */
struct archives {
	struct initramfs *base;
	struct initramfs *load;
};

static int archives_fill(struct archives *a, const struct run_config *c,
			 const struct strbuf *plan, char *err, size_t err_size)
{
	int ret;

	a->base = initramfs_create();
	a->load = a->base ? initramfs_create_on(a->base) : NULL;
	if (!a->load) {
		snprintf(err, err_size, "no memory for the initramfs");
		return -ENOMEM;
	}
	ret = add_own(a->base, "", "init", "ktstr-init", err, err_size);
	return ret ? ret : load_fill(a->load, c, plan, err, err_size);
}

static void archives_exit(struct archives *a)
{
	initramfs_destroy(a->load);
	initramfs_destroy(a->base);
}

static void on_record(void *ctx, const struct wire_rec *rec,
		      const void *payload)
{
	struct run *run = ctx;

	outcome_add(run->out, rec, payload);
	/* Nothing was begun, and nothing will be. */
	if (rec->type == WIRE_OURS && run->out->stage < STAGE_SCHEDULER)
		vm_stop(run->vm);
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

/* Set before the VM runs, and until it has: any thread may look. */
static void on_ended(void *ctx)
{
	struct run *run = ctx;

	mon_live_ended(run->monitor);
}

static const struct vm_ops run_vm_ops = {
	.record = on_record,
	.console = on_console,
	.ended = on_ended,
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

/*
 * Where each boot is to be another one, or to be seen, it has to be one.
 */
static const char *clones_of(const struct run_config *c, char *dir,
			     size_t size)
{
	if (c->verbose || ktstr_is_on(c->machine->kaslr) ||
	    host_clones_dir(dir, size))
		return NULL;
	return dir;
}

static int run_one(struct run *run, const struct vm_config *vmc, char *err,
		   size_t err_size)
{
	const struct run_config *c = run->config;
	struct vm *vm;
	int ret;

	ret = vm_create(vmc, &vm, err, err_size);
	if (ret)
		return ret;

	run->vm = vm;
	/* Who types may wait for as long as they like: no hang, no gap. */
	if (!c->args)
		run->monitor = observe_start(c, vm, run->out);
	if (c->running)
		c->running(c->ctx, vm);
	ret = vm_run(vm, &run->out->vm);
	if (c->running)
		c->running(c->ctx, NULL);
	note_regs(vm, run->out);
	observe_stop(run->monitor, run->out);
	run->monitor = NULL;
	if (ret) {
		snprintf(err, err_size, "cannot run the VM: %s",
			 ret == -ETIMEDOUT ? "KVM does not let go of a vCPU" :
					     strerror(-ret));
	} else {
		outcome_take_console(run->out);
	}
	mon_series_finish(&run->out->series);
	mon_tracks_finish(&run->out->findings.tracks, &run->out->series);
	asserted_judge(c->expectations, run->out);
	vm_destroy(vm);
	return ret;
}

static int boot(struct run *run, const struct archives *a,
		const struct run_machine *machine,
		const struct run_budget *budget, char *err, size_t err_size)
{
	const struct run_config *c = run->config;
	char clones[PATH_MAX];
	struct run_disks disks;
	struct vm_config vmc = {
		.clones = clones_of(c, clones, sizeof(clones)),
		.kernel = c->kernel->image,
		.machine = machine,
		.disks = disks.disks,
		.terminal = c->terminal,
		.boot_ms = budget->boot_ms,
		.deadline_ms = budget->deadline_ms,
		.wall_ms = budget->wall_ms,
		.verbose = c->verbose,
		.ops = &run_vm_ops,
		.ctx = run,
	};
	int ret;

	ret = initramfs_finish(a->base, &vmc.initrd, &vmc.initrd_size);
	if (!ret)
		ret = initramfs_finish(a->load, &vmc.load, &vmc.load_size);
	if (ret) {
		snprintf(err, err_size, "cannot finish the initramfs: %s",
			 strerror(-ret));
		return ret;
	}
	ret = disks_open_from(&disks, machine, c->formatted, err, err_size);
	vmc.n_disks = disks.n;
	if (!ret)
		ret = run_one(run, &vmc, err, err_size);
	disks_close(&disks);
	return ret;
}

/* What comes from a run's strings is released here. */
static int boot_with(struct run *run, const struct archives *a,
		     const struct run_budget *budget, char *err,
		     size_t err_size)
{
	struct run_machine machine = *run->config->machine;
	struct strbuf words = STRBUF_INIT;
	int ret;

	kernel_words(run->config, &words);
	machine.kernel_args = words.len ? words.text : NULL;
	ret = boot(run, a, &machine, budget, err, err_size);
	strbuf_free(&words);
	return ret;
}

/* Until whoever runs us gives up */
static unsigned int left_ms(const struct run_config *config)
{
	uint64_t now_ns = clock_now_ns(), end_ns = config->harness_ns;

	if (!end_ns)
		return UINT_MAX;
	return end_ns > now_ns ? (end_ns - now_ns) / NSEC_PER_MSEC : 0;
}

int run_vm(const struct run_config *config, struct run_outcome *out,
	   char *err, size_t err_size)
{
	const struct run_workload *load = config->workload;
	struct run run = { .config = config, .out = out };
	struct strbuf plan = STRBUF_INIT;
	struct archives archives = { };
	struct run_budget budget;
	int ret;

	budget_compute(&budget, load->duration_s * MSEC_PER_SEC,
		       config->subject->path || config->subject->n_staged,
		       config->slowness,
		       topology_cpus(&config->machine->topology));
	if (load->limit_s)
		budget_limit(&budget, load->limit_s * MSEC_PER_SEC);
	budget_switch(&budget, config->subject->n_staged);
	budget_payloads(&budget, load, config->slowness);
	if (config->body_ms)
		budget_limit_body(&budget, config->body_ms);
	if (config->probes)
		budget.deadline_ms += budget.attach_ms + budget.stop_ms;
	budget_finish(&budget, left_ms(config));
	plan_write(config, &budget, &plan);

	ret = archives_fill(&archives, config, &plan, err, err_size);
	if (!ret)
		ret = boot_with(&run, &archives, &budget, err, err_size);
	archives_exit(&archives);
	strbuf_free(&plan);
	return ret;
}
