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

#include "lib/util/util.h"

#include "fentry.skel.h"
#include "probe.skel.h"

#define PROG_FUNCS	64	/* of a BPF program that are looked at */
#define PROG_LINES	4096

/* Where a kernel without the tracepoint exits through; the first it has. */
static const char *const exit_funcs[] = {
	"scx_claim_exit", "scx_vexit", "scx_exit", "scx_ops_exit_kind",
	"scx_ops_error_irq_workfn",
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ksym *)a)->name,
		      ((const struct ksym *)b)->name);
}

static const struct ksym *find_ksym(const struct prober *pr, const char *name)
{
	struct ksym key;

	if (strlen(name) >= sizeof(key.name))
		return NULL;
	memcpy(key.name, name, strlen(name) + 1);
	return bsearch(&key, pr->ksyms, pr->n_ksyms, sizeof(key), by_name);
}

bool ksym_exists(const struct prober *pr, const char *name)
{
	return !!find_ksym(pr, name);
}

int ksyms_load(struct prober *pr)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned int size = 0;
	char line[512];

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		unsigned long long addr;
		char type, name[256];
		struct ksym *sym;

		if (sscanf(line, "%llx %c %255s", &addr, &type, name) != 3 ||
		    (type != 't' && type != 'T') || !addr ||
		    strlen(name) >= sizeof(sym->name))
			continue;
		if (pr->n_ksyms == size) {
			size = size ? size * 2 : 16384;
			sym = realloc(pr->ksyms, size * sizeof(*sym));
			if (!sym)
				break;
			pr->ksyms = sym;
		}
		sym = &pr->ksyms[pr->n_ksyms++];
		sym->addr = addr;
		memcpy(sym->name, name, strlen(name) + 1);
	}
	fclose(f);
	qsort(pr->ksyms, pr->n_ksyms, sizeof(*pr->ksyms), by_name);
	return pr->n_ksyms ? 0 : -ENOENT;
}

static bool keep_link(struct prober *pr, struct bpf_link *link)
{
	if (!link || pr->n_links == ARRAY_SIZE(pr->links)) {
		bpf_link__destroy(link);
		return false;
	}
	pr->links[pr->n_links++] = link;
	return true;
}

static bool load_probe(struct prober *pr, bool multi, bool tracepoint)
{
	struct probe *skel = probe__open();

	if (!skel)
		return false;
	bpf_program__set_autoload(skel->progs.multi_enter, multi);
	bpf_program__set_autoload(skel->progs.multi_leave, multi);
	bpf_program__set_autoload(skel->progs.trigger, tracepoint);
	if (fields_task_offsets(pr->btf, (struct probe_task_offsets *)
				&skel->rodata->task_offsets))
		goto out_destroy;
	if (probe__load(skel))
		goto out_destroy;
	pr->skel = skel;
	return true;

out_destroy:
	probe__destroy(skel);
	return false;
}

static int trigger_by_func(struct prober *pr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(exit_funcs); i++) {
		if (!find_ksym(pr, exit_funcs[i]))
			continue;
		if (!keep_link(pr, bpf_program__attach_kprobe(
				pr->skel->progs.trigger_func, false,
				exit_funcs[i])))
			continue;
		pr->status.trigger = 2;
		prober_note(pr, "no tracepoint sched_ext_exit: triggered by the entry of %s()",
			    exit_funcs[i]);
		return 0;
	}
	prober_note(pr, "this kernel has neither the tracepoint sched_ext_exit nor a function that we know to trigger on");
	return -ENOENT;
}

int attach_trigger(struct prober *pr)
{
	bool tracepoint = btf__find_by_name_kind(pr->btf,
						 "btf_trace_sched_ext_exit",
						 BTF_KIND_TYPEDEF) > 0;

	if (!load_probe(pr, true, tracepoint) &&
	    !load_probe(pr, false, tracepoint)) {
		prober_note(pr, "the kernel refuses the probe programs: %s",
			    strerror(errno));
		return -EINVAL;
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

static bool attach_multi(struct prober *pr, const unsigned long *addrs,
			 unsigned int n, bool leave)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts,
		.addrs = addrs,
		.cnt = n,
		.retprobe = leave,
	);
	struct bpf_program *prog = leave ? pr->skel->progs.multi_leave :
					   pr->skel->progs.multi_enter;

	if (!bpf_program__autoload(prog))
		return false;
	return keep_link(pr, bpf_program__attach_kprobe_multi_opts(prog, NULL,
								   &opts));
}

/* One function by itself; Return: is its entry seen? */
static bool attach_one(struct prober *pr, struct probe_desc *desc)
{
	unsigned long addr = desc->ip;
	bool enter, leave;

	enter = attach_multi(pr, &addr, 1, false) ||
		keep_link(pr, bpf_program__attach_kprobe(
				pr->skel->progs.single_enter, false,
				desc->name));
	if (!enter) {
		prober_note(pr, "%s: cannot be probed: %s", desc->name,
			    strerror(errno));
		return false;
	}
	leave = attach_multi(pr, &addr, 1, true) ||
		keep_link(pr, bpf_program__attach_kprobe(
				pr->skel->progs.single_leave, true,
				desc->name));
	if (!leave)
		mark_no_exit(pr, desc);
	pr->status.kernel++;
	pr->status.kernel_exit += leave;
	return true;
}

static void attach_all(struct prober *pr, unsigned int first)
{
	unsigned int n = pr->n_descs - first, i;
	unsigned long addrs[PROBE_FUNCS];

	for (i = 0; i < n; i++)
		addrs[i] = pr->descs[first + i].ip;
	if (attach_multi(pr, addrs, n, false)) {
		pr->status.kernel += n;
		if (attach_multi(pr, addrs, n, true)) {
			pr->status.kernel_exit += n;
			return;
		}
		for (i = 0; i < n; i++)
			mark_no_exit(pr, &pr->descs[first + i]);
		prober_note(pr, "returns of kernel functions are not seen: %s",
			    strerror(errno));
		return;
	}
	/* One that cannot be probed fails them all: find out which. */
	for (i = 0; i < n; i++)
		attach_one(pr, &pr->descs[first + i]);
}

void attach_kernel(struct prober *pr, const char *const *names, unsigned int n)
{
	unsigned int first = pr->n_descs, i;

	for (i = 0; i < n; i++) {
		const struct ksym *sym = find_ksym(pr, names[i]);
		struct probe_func plan;
		struct probe_desc desc;

		if (!sym) {
			prober_note(pr, "%s: no such function in this kernel, or inlined away",
				    names[i]);
			continue;
		}
		if (have_func(pr, sym->addr))
			continue;
		pr->status.traceable++;
		fields_plan_func(pr->btf, sym->name, pr->n_cpus, &plan, &desc);
		desc.ip = sym->addr;
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
	unsigned int first = pr->n_descs, i;

	attach_kernel(pr, names, op_callers_all(pr, names, PROBE_FUNCS));
	for (i = first; i < pr->n_descs; i++)
		pr->descs[i].flags |= DESC_EARLY;
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

static const char *base_name(const char *path)
{
	const char *base = strrchr(path, '/');

	return base ? base + 1 : path;
}

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
		 s ? base_name(s) : "");
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

/* Load one object for one program; its links keep it. */
static int load_op(struct prober *pr, int prog_fd, const struct probe_desc *desc,
		   bool leave)
{
	struct fentry *op = fentry__open();
	int err = -ENOMEM;

	if (!op)
		return err;
	err = bpf_program__set_attach_target(op->progs.op_enter, prog_fd,
					     desc->name);
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
	if (leave)
		keep_link(pr, bpf_program__attach_trace(op->progs.op_leave));
	if (!keep_link(pr, bpf_program__attach_trace(op->progs.op_enter))) {
		err = -errno;
		goto out_destroy;
	}
	pr->op_skels[pr->n_op_skels++] = op;
	return 0;

out_destroy:
	fentry__destroy(op);
	return err;
}

void attach_op(struct prober *pr, const struct op_prog *op)
{
	struct prog_text text;
	struct probe_func plan;
	struct probe_desc desc;
	int err;

	pr->status.ops++;
	text_open(&text, op->id);
	if (text.fd < 0 || pr->n_op_skels == PROBE_OPS_MAX)
		goto out_close;
	text_read(&text, NULL);
	fields_plan_op(pr->btf, op->ops_type, op->op, text.name, text.decl,
		       pr->n_cpus, &plan, &desc);
	text_describe(&text, &desc);
	if (add_func(pr, PROBE_BPF_FUNC, &plan, &desc) < 0)
		goto out_close;
	err = load_op(pr, text.fd, &desc, true);
	if (err) {
		mark_no_exit(pr, &pr->descs[desc.id]);
		err = load_op(pr, text.fd, &desc, false);
	}
	if (err)
		prober_note(pr, "%s (ops.%s): cannot be probed: %s", desc.name,
			    op->op, strerror(-err));
	else
		pr->status.ops_probed++;
	prober_send(pr, PROBE_REC_FUNC, &pr->descs[desc.id], sizeof(desc));
out_close:
	text_close(&text);
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
