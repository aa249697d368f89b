// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load the probes and attach them. What cannot be attached costs only itself,
 * and is named in a note.
 */
#include "init/probe/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "lib/common/util/util.h"

#include "fentry.skel.h"
#include "probe.skel.h"

#define PROG_FUNCS	64	/* of a BPF program that are looked at */
#define PROG_LINES	4096

/*
 * Where a kernel without the tracepoint exits through. Of those with an error
 * the first that it has; each exit of newer ones goes through scx_claim_exit(),
 * where the compiler has left one.
 */
static const char claim_func[] = "scx_claim_exit";
static const char *const error_funcs[] = {
	claim_func, "scx_vexit", "scx_exit", "scx_ops_exit_kind",
	"scx_ops_error_irq_workfn",
};

/* Where it is told to go without one, each for a kind of its own. */
static const struct {
	const char *name;
	__u32 kind;
} leave_funcs[] = {
	{ "bpf_scx_unreg", PROBE_KIND_UNREG },
	{ "sysrq_handle_sched_ext_reset", PROBE_KIND_SYSRQ },
};

/* What cannot be probed, by the reason: each costs one line. */
struct failures {
	unsigned int n;
	struct refusal {
		int err;
		unsigned int n;
		char names[256];
	} list[8];
};

static void failures_add(struct failures *fails, int err, const char *name)
{
	struct refusal *f = fails->list;
	size_t len;

	while (f < fails->list + fails->n && f->err != err)
		f++;
	/* Seven reasons by name; all others are told as the last one. */
	if (f == fails->list + ARRAY_SIZE(fails->list))
		f--;
	if (f == fails->list + fails->n) {
		memset(f, 0, sizeof(*f));
		f->err = err;
		fails->n++;
	}
	len = strlen(f->names);
	if (len + strlen(name) + 3 < sizeof(f->names))
		snprintf(f->names + len, sizeof(f->names) - len, "%s%s",
			 len ? ", " : "", name);
	f->n++;
}

static void failures_note(struct prober *pr, const struct failures *fails)
{
	unsigned int i;

	for (i = 0; i < fails->n; i++) {
		const struct refusal *f = &fails->list[i];

		if (f->n == 1)
			prober_note(pr, "%s: cannot be probed: %s", f->names,
				    strerror(-f->err));
		else
			prober_note(pr, "%u functions cannot be probed: %s: %s",
				    f->n, strerror(-f->err), f->names);
	}
}

static bool keep_link(struct prober *pr, struct bpf_link *link)
{
	if (!link)
		return false;
	if (pr->n_links == ARRAY_SIZE(pr->links)) {
		bpf_link__destroy(link);
		errno = ENOSPC;
		return false;
	}
	pr->links[pr->n_links++] = link;
	return true;
}

static int load_probe(struct prober *pr, bool multi, bool tracepoint)
{
	struct probe *skel = probe__open();
	int err;

	if (!skel)
		return -errno;
	bpf_program__set_autoload(skel->progs.multi_enter, multi);
	bpf_program__set_autoload(skel->progs.multi_leave, multi);
	bpf_program__set_autoload(skel->progs.trigger, tracepoint);
	err = fields_task_offsets(pr->btf, (struct probe_task_offsets *)
				  &skel->rodata->task_offsets);
	if (err)
		goto out_destroy;
	err = probe__load(skel);
	if (err)
		goto out_destroy;
	pr->skel = skel;
	return 0;

out_destroy:
	probe__destroy(skel);
	return err;
}

/* Which parameter is the exit's kind, from 1; 0 when BTF does not know. */
static unsigned int kind_param(const struct prober *pr, const char *func)
{
	struct probe_func plan;
	struct probe_desc desc;
	unsigned int i;

	fields_plan_func(pr->btf, func, pr->n_cpus, &plan, &desc);
	for (i = 0; i < desc.n_params && i < PROBE_KIND_PARAMS; i++)
		if (!strcmp(desc.params[i].name, "kind"))
			return i + 1;
	return 0;
}

static bool trigger_on(struct prober *pr, const char *func, __u64 kind)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts,
		.bpf_cookie = kind << 32 | kind_param(pr, func),
	);

	return ksym_find(pr, func) &&
	       keep_link(pr, bpf_program__attach_kprobe_opts(
				pr->skel->progs.trigger_func, func, &opts));
}

static int trigger_by_func(struct prober *pr)
{
	const char *func = NULL;
	char also[128] = "";
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < ARRAY_SIZE(error_funcs) && !func; i++)
		if (trigger_on(pr, error_funcs[i], 0))
			func = error_funcs[i];
	if (!func) {
		prober_note(pr, "this kernel has neither the tracepoint sched_ext_exit nor a function that we know to trigger on");
		return -ENOENT;
	}
	for (i = 0; i < ARRAY_SIZE(leave_funcs) && func != claim_func; i++)
		if (trigger_on(pr, leave_funcs[i].name, leave_funcs[i].kind))
			n += snprintf(also + n, sizeof(also) - n, ", %s()",
				      leave_funcs[i].name);
	pr->status.trigger = 2;
	prober_note(pr, "no tracepoint sched_ext_exit: triggered by the entry of %s()%s",
		    func, also);
	return 0;
}

int attach_trigger(struct prober *pr)
{
	bool tracepoint = btf__find_by_name_kind(pr->btf,
						 "btf_trace_sched_ext_exit",
						 BTF_KIND_TYPEDEF) > 0;
	int err;

	pr->multi_err = load_probe(pr, true, tracepoint);
	err = pr->multi_err ? load_probe(pr, false, tracepoint) : 0;
	if (err) {
		prober_note(pr, "the kernel refuses the probe programs: %s",
			    strerror(-err));
		return err;
	}
	if (tracepoint &&
	    keep_link(pr, bpf_program__attach(pr->skel->progs.trigger))) {
		pr->status.trigger = 1;
		return 0;
	}
	return trigger_by_func(pr);
}

void attach_hold(struct prober *pr)
{
	static const char func[] = "bpf_struct_ops_map_update_elem";

	if (!ksym_exists(pr, func) ||
	    !keep_link(pr, bpf_program__attach_kprobe(pr->skel->progs.hold,
						      true, func)))
		prober_note(pr, "a scheduler's first calls may be missed: no probe on %s()",
			    func);
}

/* Tell the probes and the host about a function; its id, -1 without room. */
static int add_func(struct prober *pr, uint64_t key, struct probe_func *plan,
		    struct probe_desc *desc)
{
	struct probe_desc *descs;

	if (pr->n_descs == PROBE_FUNCS) {
		prober_note(pr, "%s: left out, %u functions are the limit",
			    desc->name, PROBE_FUNCS);
		return -1;
	}
	descs = realloc(pr->descs, (pr->n_descs + 1) * sizeof(*descs));
	if (!descs)
		return -1;
	pr->descs = descs;
	plan->id = pr->n_descs;
	desc->id = pr->n_descs;
	if (desc->flags & DESC_BPF)
		key |= desc->id;
	if (bpf_map__update_elem(pr->skel->maps.funcs, &key, sizeof(key), plan,
				 sizeof(*plan), BPF_ANY))
		return -1;
	descs[pr->n_descs++] = *desc;
	return desc->id;
}

/* Its return is not seen: the probes must not wait for it. */
static void mark_no_exit(struct prober *pr, struct probe_desc *desc)
{
	uint64_t key = desc->flags & DESC_BPF ? PROBE_BPF_FUNC | desc->id :
						desc->ip;
	struct bpf_map *map = pr->skel->maps.funcs;
	struct probe_func plan;

	desc->flags |= DESC_NO_EXIT;
	if (bpf_map__lookup_elem(map, &key, sizeof(key), &plan, sizeof(plan),
				 0))
		return;
	plan.no_exit = 1;
	bpf_map__update_elem(map, &key, sizeof(key), &plan, sizeof(plan),
			     BPF_ANY);
}

static bool have_func(const struct prober *pr, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < pr->n_descs; i++)
		if (pr->descs[i].ip == addr)
			return true;
	return false;
}

static int attach_multi(struct prober *pr, const unsigned long *addrs,
			unsigned int n, bool leave)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts,
		.addrs = addrs,
		.cnt = n,
		.retprobe = leave,
	);
	struct bpf_program *prog = leave ? pr->skel->progs.multi_leave :
					   pr->skel->progs.multi_enter;

	if (pr->multi_err)
		return pr->multi_err;
	return keep_link(pr, bpf_program__attach_kprobe_multi_opts(prog, NULL,
								   &opts)) ?
	       0 : -errno;
}

/* Its entry, else its return; by a link of its own. */
static int attach_single(struct prober *pr, const struct probe_desc *desc,
			 bool leave)
{
	unsigned long addr = desc->ip;
	struct bpf_program *prog = leave ? pr->skel->progs.single_leave :
					   pr->skel->progs.single_enter;

	if (!attach_multi(pr, &addr, 1, leave) ||
	    keep_link(pr, bpf_program__attach_kprobe(prog, leave, desc->name)))
		return 0;
	return -errno;
}

/* Each function by itself. */
static void attach_each(struct prober *pr, unsigned int first)
{
	struct failures fails = {};
	unsigned int i;
	bool leave;
	int err;

	for (i = first; i < pr->n_descs; i++) {
		struct probe_desc *desc = &pr->descs[i];

		err = attach_single(pr, desc, false);
		if (err) {
			failures_add(&fails, err, desc->name);
			continue;
		}
		leave = !attach_single(pr, desc, true);
		if (!leave)
			mark_no_exit(pr, desc);
		pr->status.kernel++;
		pr->status.kernel_exit += leave;
	}
	failures_note(pr, &fails);
}

/* This kernel has no multi-kprobes: said once, and not tried again. */
static void multi_lost(struct prober *pr, int err)
{
	pr->multi_err = err;
	if (!pr->multi_noted)
		prober_note(pr, "no multi-kprobes in this kernel (%s): a kprobe for each function",
			    strerror(-err));
	pr->multi_noted = true;
}

static void attach_all(struct prober *pr, unsigned int first)
{
	unsigned int n = pr->n_descs - first, i;
	unsigned long addrs[PROBE_FUNCS];
	int err;

	for (i = 0; i < n; i++)
		addrs[i] = pr->descs[first + i].ip;
	err = attach_multi(pr, addrs, n, false);
	if (!err) {
		pr->status.kernel += n;
		err = attach_multi(pr, addrs, n, true);
		if (!err) {
			pr->status.kernel_exit += n;
			return;
		}
		for (i = 0; i < n; i++)
			mark_no_exit(pr, &pr->descs[first + i]);
		prober_note(pr, "returns of kernel functions are not seen: %s",
			    strerror(-err));
		return;
	}
	if (pr->multi_err || err == -EOPNOTSUPP)
		multi_lost(pr, err);
	else if (n > 1)
		prober_note(pr, "one link for %u functions was refused (%s): each has its own",
			    n, strerror(-err));
	attach_each(pr, first);
}

/* Is this what can be probed? Else a note says why not. */
static const struct ksym *probe_target(struct prober *pr, const char *name)
{
	const struct ksym *sym = ksym_find(pr, name);

	if (!sym) {
		prober_note(pr, "%s: no such function in this kernel, or inlined away",
			    name);
		return NULL;
	}
	/*
	 * It is jumped to, not called: a return probe would take another word
	 * of the stack for the return address, and change it.
	 */
	if (strstr(name, ".cold")) {
		prober_note(pr, "%s: the cold part of a function, which is jumped to, is not probed",
			    name);
		return NULL;
	}
	return sym;
}

/* Of two functions of one name BTF may describe the other one. */
static void plan_kernel(struct prober *pr, const struct ksym *sym,
			struct probe_func *plan, struct probe_desc *desc)
{
	char base[DESC_NAME_LEN];
	const char *name = sym->name;

	if (fields_btf_name(name, base, sizeof(base)) && !ksym_exists(pr, base))
		name = base;
	fields_plan_func(pr->btf, name, pr->n_cpus, plan, desc);
	memcpy(desc->name, sym->name, sizeof(desc->name));
	desc->ip = sym->addr;
}

void attach_kernel(struct prober *pr, const char *const *names, unsigned int n,
		   uint32_t flags)
{
	unsigned int first = pr->n_descs, i;

	for (i = 0; i < n; i++) {
		const struct ksym *sym = probe_target(pr, names[i]);
		struct probe_func plan;
		struct probe_desc desc;

		if (!sym || have_func(pr, sym->addr))
			continue;
		pr->status.traceable++;
		plan_kernel(pr, sym, &plan, &desc);
		desc.flags |= flags;
		add_func(pr, sym->addr, &plan, &desc);
	}
	if (pr->n_descs > first)
		attach_all(pr, first);
	for (i = first; i < pr->n_descs; i++)
		prober_send(pr, PROBE_REC_FUNC, &pr->descs[i],
			    sizeof(pr->descs[i]));
}

void attach_early(struct prober *pr)
{
	const char *names[PROBE_FUNCS];
	unsigned int n = op_callers_all(pr, names, PROBE_FUNCS);

	attach_kernel(pr, names, n, DESC_EARLY);
}

void attach_wanted(struct prober *pr, const char *name)
{
	unsigned int i;

	for (i = 0; i < pr->n_descs; i++)
		if (!strcmp(pr->descs[i].name, name))
			pr->descs[i].flags &= ~DESC_EARLY;
}

/**
 * struct prog_text - what a BPF program says of itself
 * @fd: the program
 * @btf: its types, NULL when it has none
 * @funcs: its functions, the program itself first
 * @name: its full name; the kernel's is cut at 15
 * @decl: source line that it begins in
 * @source: file
 */
struct prog_text {
	int fd;
	struct btf *btf;
	struct bpf_func_info funcs[PROG_FUNCS];
	unsigned int n_funcs;
	char name[DESC_NAME_LEN];
	char decl[256];
	char source[128];
	unsigned int line;
};

/* Of the function that starts at instruction @insn. */
static void text_line(struct prog_text *text, const struct bpf_line_info *lines,
		      unsigned int n, unsigned int insn)
{
	const char *s;
	unsigned int i;

	for (i = 0; i < n && lines[i].insn_off < insn; i++)
		;
	if (i == n)
		return;
	s = btf__name_by_offset(text->btf, lines[i].file_name_off);
	snprintf(text->source, sizeof(text->source), "%s",
		 s ? basename(s) : "");
	text->line = s ? BPF_LINE_INFO_LINE_NUM(lines[i].line_col) : 0;
	s = btf__name_by_offset(text->btf, lines[i].line_off);
	snprintf(text->decl, sizeof(text->decl), "%s", s ? s : "");
}

static const char *func_name(const struct prog_text *text, unsigned int i)
{
	const struct btf_type *t = btf__type_by_id(text->btf,
						   text->funcs[i].type_id);
	const char *s = t ? btf__name_by_offset(text->btf, t->name_off) : NULL;

	return s ? s : "";
}

/* The program itself, or its function @name when that is not NULL. */
static int text_read(struct prog_text *text, const char *name)
{
	struct bpf_line_info lines[PROG_LINES];
	struct bpf_prog_info info = {
		.nr_func_info = PROG_FUNCS,
		.func_info = (uintptr_t)text->funcs,
		.func_info_rec_size = sizeof(text->funcs[0]),
		.nr_line_info = PROG_LINES,
		.line_info = (uintptr_t)lines,
		.line_info_rec_size = sizeof(lines[0]),
	};
	uint32_t len = sizeof(info);
	unsigned int i = 0;

	if (bpf_prog_get_info_by_fd(text->fd, &info, &len))
		return -errno;
	snprintf(text->name, sizeof(text->name), "%s", name ?: info.name);
	text->btf = btf__load_from_kernel_by_id(info.btf_id);
	text->n_funcs = min(info.nr_func_info, (uint32_t)PROG_FUNCS);
	if (!text->btf || !text->n_funcs)
		return -ENOENT;
	while (name && i < text->n_funcs && strcmp(func_name(text, i), name))
		i++;
	if (i == text->n_funcs)
		return -ENOENT;
	if (*func_name(text, i))
		snprintf(text->name, sizeof(text->name), "%s",
			 func_name(text, i));
	text->funcs[0] = text->funcs[i];
	text_line(text, lines, min(info.nr_line_info, (uint32_t)PROG_LINES),
		  text->funcs[i].insn_off);
	return 0;
}

static void text_open(struct prog_text *text, uint32_t id)
{
	memset(text, 0, sizeof(*text));
	text->fd = bpf_prog_get_fd_by_id(id);
}

static void text_close(struct prog_text *text)
{
	btf__free(text->btf);
	if (text->fd >= 0)
		close(text->fd);
}

static void text_describe(const struct prog_text *text, struct probe_desc *desc)
{
	memcpy(desc->name, text->name, sizeof(desc->name));
	memcpy(desc->source, text->source, sizeof(desc->source));
	desc->line = text->line;
}

static int share_maps(struct prober *pr, struct fentry *op)
{
	struct bpf_map *from, *to;
	int err;

	bpf_object__for_each_map(to, op->obj) {
		if (bpf_map__is_internal(to))
			continue;
		from = bpf_object__find_map_by_name(pr->skel->obj,
						    bpf_map__name(to));
		err = from ? bpf_map__reuse_fd(to, bpf_map__fd(from)) : -ENOENT;
		if (err)
			return err;
	}
	return 0;
}

/* Load one object for one function; its links keep it. */
static int load_op(struct prober *pr, int prog_fd, const struct probe_desc *desc,
		   bool leave)
{
	struct fentry *op = fentry__open();
	struct bpf_program *enter;
	struct bpf_link *link;
	int err = -ENOMEM;

	if (!op)
		return err;
	/* Only a program proper has the words of its parameters elsewhere. */
	enter = desc->op[0] ? op->progs.op_enter : op->progs.sub_enter;
	bpf_program__set_autoload(op->progs.op_enter,
				  enter == op->progs.op_enter);
	bpf_program__set_autoload(op->progs.sub_enter,
				  enter == op->progs.sub_enter);
	err = bpf_program__set_attach_target(enter, prog_fd, desc->name);
	if (!err)
		err = bpf_program__set_attach_target(op->progs.op_leave,
						     prog_fd, desc->name);
	if (!err)
		err = share_maps(pr, op);
	if (err)
		goto out_destroy;
	bpf_program__set_autoload(op->progs.op_leave, leave);
	op->rodata->func_key = PROBE_BPF_FUNC | desc->id;
	op->rodata->n_args = desc->n_params;
	memcpy((void *)&op->rodata->task_offsets,
	       (const void *)&pr->skel->rodata->task_offsets,
	       sizeof(op->rodata->task_offsets));
	err = fentry__load(op);
	if (err)
		goto out_destroy;
	/* The exit first: an entry whose exit is not seen looks unfinished. */
	if (leave) {
		link = bpf_program__attach_trace(op->progs.op_leave);
		op->links.op_leave = link;
		err = link ? 0 : -errno;
		if (err)
			goto out_destroy;
	}
	op->links.op_enter = bpf_program__attach_trace(enter);
	err = op->links.op_enter ? 0 : -errno;
	if (err)
		goto out_destroy;
	pr->op_skels[pr->n_op_skels++] = op;
	return 0;

out_destroy:
	fentry__destroy(op);
	return err;
}

static int attach_bpf(struct prober *pr, int fd, struct probe_func *plan,
		      struct probe_desc *desc)
{
	int err;

	if (pr->n_op_skels == PROBE_OPS_MAX)
		return -ENOSPC;
	if (add_func(pr, PROBE_BPF_FUNC, plan, desc) < 0)
		return -ENOSPC;
	err = load_op(pr, fd, desc, true);
	if (err) {
		mark_no_exit(pr, &pr->descs[desc->id]);
		err = load_op(pr, fd, desc, false);
	}
	prober_send(pr, PROBE_REC_FUNC, &pr->descs[desc->id], sizeof(*desc));
	return err;
}

/* Did the host name it, by the program's name or by that of the op? */
static bool take_wanted(struct prober *pr, const char *name, const char *op)
{
	bool taken = false;
	unsigned int i;

	for (i = 0; i < pr->n_wanted; i++) {
		struct wanted *w = &pr->wanted[i];

		if (strcmp(w->name, name) && strcmp(w->name, op))
			continue;
		w->found = true;
		taken = true;
	}
	return taken;
}

static void attach_op(struct prober *pr, const struct op_prog *op,
		      struct failures *fails)
{
	struct prog_text text;
	struct probe_func plan;
	struct probe_desc desc;
	char label[DESC_NAME_LEN + DESC_LABEL_LEN + 8];
	int err;

	pr->status.ops++;
	text_open(&text, op->id);
	if (text.fd < 0)
		return;
	text_read(&text, NULL);
	fields_plan_op(pr->btf, op->ops_type, op->op, text.name, text.decl,
		       pr->n_cpus, &plan, &desc);
	text_describe(&text, &desc);
	if (take_wanted(pr, desc.name, op->op) && pr->named)
		desc.flags |= DESC_NAMED;
	err = attach_bpf(pr, text.fd, &plan, &desc);
	text_close(&text);
	pr->status.ops_probed += !err;
	if (!err)
		return;
	snprintf(label, sizeof(label), "%s (ops.%s)", desc.name, op->op);
	failures_add(fails, err, label);
}

/* A function that programs call; the first one that has it will do. */
static int attach_sub(struct prober *pr, const struct op_prog *ops,
		      unsigned int n_ops, const char *name)
{
	int err = -ENOENT;
	unsigned int i;

	for (i = 0; i < n_ops && err == -ENOENT; i++) {
		struct probe_func plan;
		struct probe_desc desc;
		struct prog_text text;

		text_open(&text, ops[i].id);
		if (text.fd >= 0)
			err = text_read(&text, name);
		if (text.fd >= 0 && !err) {
			fields_plan_sub(pr->btf, text.btf,
					text.funcs[0].type_id, pr->n_cpus,
					&plan, &desc);
			text_describe(&text, &desc);
			if (pr->named)
				desc.flags |= DESC_NAMED;
			err = attach_bpf(pr, text.fd, &plan, &desc);
		}
		text_close(&text);
	}
	return err;
}

void attach_programs(struct prober *pr, const struct op_prog *ops,
		     unsigned int n_ops)
{
	struct failures fails = {};
	unsigned int i;
	int err;

	for (i = 0; i < pr->n_op_skels; i++)
		fentry__destroy(pr->op_skels[i]);
	pr->n_op_skels = 0;
	for (i = 0; i < n_ops; i++)
		attach_op(pr, &ops[i], &fails);
	for (i = 0; i < pr->n_wanted; i++) {
		struct wanted *w = &pr->wanted[i];

		if (w->found)
			continue;
		err = attach_sub(pr, ops, n_ops, w->name);
		w->found = err != -ENOENT;
		if (err && w->found)
			failures_add(&fails, err, w->name);
	}
	failures_note(pr, &fails);
}

void attach_release(struct prober *pr)
{
	unsigned int i;

	for (i = 0; i < pr->n_links; i++)
		bpf_link__destroy(pr->links[i]);
	for (i = 0; i < pr->n_op_skels; i++)
		fentry__destroy(pr->op_skels[i]);
	probe__destroy(pr->skel);
	free(pr->descs);
	free(pr->ksyms);
}
