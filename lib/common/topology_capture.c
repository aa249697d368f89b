// SPDX-License-Identifier: GPL-2.0-only
/*
 * A topology of what sysfs says. See topology_capture.h.
 *
 * CPUs are put in the order of the hardware: packages, caches, nodes within one,
 * cores, threads. From that come the rows of a form; then the kernel's numbers are
 * held against what the form makes of them.
 */
#include "lib/common/topology_capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/common/topology_sysfs.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

#define KB_PER_MIB	1024

/**
 * struct captured_cpu - a CPU among the others
 * @c: what sysfs says
 * @llc_core: the lowest number of a core that shares its LLC
 * @llc: which LLC, counted in the order of the hardware, as what follows
 * @core: which core of the LLC
 * @thread: which thread of the core
 */
struct captured_cpu {
	const struct sysfs_cpu *c;
	uint32_t llc_core;
	uint32_t llc;
	uint32_t core;
	uint32_t thread;
};

/**
 * struct capture - what is known so far
 * @m: the machine
 * @cpus: its CPUs in the hardware's order
 * @form: what is made of it
 * @t: its even part
 * @notes: what is left out
 */
struct capture {
	struct sysfs_machine m;
	struct captured_cpu cpus[SYSFS_CPUS_MAX];
	struct topology_form form;
	struct topology t;
	struct strbuf *notes;
};

static int order(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int by_hardware(const void *one, const void *two)
{
	const struct captured_cpu *a = one, *b = two;

	return order(a->c->package, b->c->package) ?:
	       order(a->llc_core, b->llc_core) ?:
	       order(a->c->llc_first, b->c->llc_first) ?:
	       order(a->c->node, b->c->node) ?:
	       order(a->c->core, b->c->core) ?:
	       order(a->c->core_first, b->c->core_first) ?:
	       order(a->c->number, b->c->number);
}

static void order_cpus(struct capture *cap)
{
	unsigned int i, j, n = cap->m.n_cpus;

	for (i = 0; i < n; i++) {
		struct captured_cpu *cpu = &cap->cpus[i];

		cpu->c = &cap->m.cpus[i];
		cpu->llc_core = cpu->c->core;
		for (j = 0; j < n; j++)
			if (cap->m.cpus[j].llc_first == cpu->c->llc_first &&
			    cap->m.cpus[j].package == cpu->c->package)
				cpu->llc_core = min(cpu->llc_core,
						    cap->m.cpus[j].core);
	}
	qsort(cap->cpus, n, sizeof(cap->cpus[0]), by_hardware);
}

/* ---- cores and caches ---- */

static bool same_llc(const struct captured_cpu *a, const struct captured_cpu *b)
{
	return a->c->package == b->c->package &&
	       a->c->llc_first == b->c->llc_first;
}

/* Count LLCs, and cores and threads in each. */
static void count_cpus(struct capture *cap)
{
	struct captured_cpu *cpu = cap->cpus, *before = NULL;
	unsigned int i;

	for (i = 0; i < cap->m.n_cpus; i++, before = cpu++) {
		if (!before)
			continue;
		cpu->llc = before->llc + !same_llc(cpu, before);
		if (cpu->llc != before->llc)
			continue;
		cpu->core = before->core +
			    (cpu->c->core_first != before->c->core_first);
		cpu->thread = cpu->core == before->core ? before->thread + 1 : 0;
	}
	cap->t.llcs = cap->cpus[cap->m.n_cpus - 1].llc + 1;
}

/* Cores that share a second-level cache with this one, 0 where it is its own. */
static unsigned int cluster_of(const struct capture *cap, unsigned int first)
{
	const struct captured_cpu *cpu = &cap->cpus[first];
	unsigned int i, cores = 0;
	bool all = true;

	for (i = 0; i < cap->m.n_cpus; i++) {
		if (cap->cpus[i].llc != cpu->llc)
			continue;
		if (cap->cpus[i].c->l2_first != cpu->c->l2_first)
			all = false;
		else if (!cap->cpus[i].thread)
			cores++;
	}
	/* Or it is the last-level one. */
	return all || cores < 2 ? 0 : cores;
}

static int add_core(struct capture *cap, unsigned int first,
		    unsigned int threads)
{
	struct topology_llc *row = &cap->form.llc[cap->cpus[first].llc];
	unsigned int cluster = cluster_of(cap, first), i;

	for (i = 0; i < TOPOLOGY_GROUPS_MAX; i++) {
		struct topology_cores *g = &row->group[i];
		bool last = i == TOPOLOGY_GROUPS_MAX - 1 || !g[1].cores;

		if (g->cores && (!last || g->threads != threads ||
				 g->cluster != cluster))
			continue;
		g->cores++;
		g->threads = threads;
		g->cluster = cluster;
		return 0;
	}
	return -EINVAL;
}

static int make_llcs(struct capture *cap, char *err, size_t err_size)
{
	unsigned int i, n, cores;
	struct topology_llc *row;

	if (cap->t.llcs > TOPOLOGY_LLCS_MAX) {
		snprintf(err, err_size, "it has %u last-level caches, more than %d",
			 cap->t.llcs, TOPOLOGY_LLCS_MAX);
		return -E2BIG;
	}
	for (i = 0; i < cap->m.n_cpus; i += n) {
		for (n = 1; i + n < cap->m.n_cpus && cap->cpus[i + n].thread;)
			n++;
		if (add_core(cap, i, n)) {
			snprintf(err, err_size,
				 "cores of more than %d kinds take turns in the last-level cache of CPU %u",
				 TOPOLOGY_GROUPS_MAX, cap->cpus[i].c->number);
			return -EINVAL;
		}
		cap->t.threads = max(cap->t.threads, n);
	}
	for (i = 0; i < cap->t.llcs; i++) {
		row = &cap->form.llc[i];
		cores = topology_llc_cores(row);
		cap->t.cores = max(cap->t.cores, cores);
	}
	for (i = 0; i < cap->t.llcs; i++) {
		const struct topology_cores *g = cap->form.llc[i].group;

		if (g->cores != cap->t.cores || g->threads != cap->t.threads ||
		    g->cluster)
			cap->form.llcs_given = true;
	}
	return 0;
}

/* All have as many LLCs, but the last, which may have fewer. */
static void make_packages(struct capture *cap)
{
	unsigned int llcs[TOPOLOGY_LLCS_MAX] = { 1 }, n = 0, i;
	bool even = true;

	for (i = 1; i < cap->m.n_cpus; i++) {
		const struct captured_cpu *cpu = &cap->cpus[i];

		if (cpu->c->package != cpu[-1].c->package)
			llcs[++n] = 1;
		else
			llcs[n] += cpu->llc != cpu[-1].llc;
	}
	for (i = 1; i <= n; i++)
		even = even && (i < n ? llcs[i] == llcs[0] : llcs[i] <= llcs[0]);
	if (!even)
		strbuf_addf(cap->notes,
			    "packages have different numbers of last-level caches: each cache is a package\n");
	else if (llcs[0] > 1)
		cap->form.package_llcs = llcs[0];
}

/* ---- nodes ---- */

/* Nodes that the CPUs of an LLC are in. */
static unsigned int nodes_of_llc(const struct capture *cap, unsigned int llc)
{
	const struct captured_cpu *before = NULL, *cpu = cap->cpus;
	unsigned int i, nodes = 0;

	for (i = 0; i < cap->m.n_cpus; i++, cpu++) {
		if (cpu->llc != llc)
			continue;
		nodes += !before || before->c->node != cpu->c->node;
		before = cpu;
	}
	return nodes;
}

/* In the order of their CPUs; false where those of one are not together. */
static bool order_nodes(const struct capture *cap, unsigned int *order)
{
	bool seen[SYSFS_NODES_MAX] = { };
	unsigned int i, n = 0, node;

	for (i = 0; i < cap->m.n_cpus; i++) {
		node = cap->cpus[i].c->node;
		if (n && order[n - 1] == node)
			continue;
		if (seen[node])
			return false;
		seen[node] = true;
		order[n++] = node;
	}
	for (node = 0; node < cap->m.n_nodes; node++)
		if (!seen[node])
			order[n++] = node;
	return true;
}

static void count_llcs_of_nodes(struct capture *cap, const unsigned int *order)
{
	unsigned int i, cpu;

	for (i = 0; i < cap->t.nodes; i++)
		for (cpu = 0; cpu < cap->m.n_cpus; cpu++)
			if (cap->cpus[cpu].c->node == order[i] &&
			    (!cpu || cap->cpus[cpu].llc != cap->cpus[cpu - 1].llc))
				cap->form.node[i].llcs++;
}

static void fill_nodes(struct capture *cap, const unsigned int *order)
{
	struct topology_form *f = &cap->form;
	unsigned int i, j;

	for (i = 0; i < cap->t.nodes; i++) {
		const struct sysfs_node *node = &cap->m.nodes[order[i]];

		f->node[i].memory_mib = max(node->memory_kb / KB_PER_MIB,
					    (uint64_t)1);
		f->node[i].latency_ns = node->latency_ns;
		f->node[i].bandwidth_mbs = node->bandwidth_mbs;
		f->node[i].cache_mib = node->cache_kb / KB_PER_MIB;
		for (j = 0; j < cap->t.nodes; j++) {
			f->distance[i][j] = node->distance[order[j]];
			f->distances_given |= f->distance[i][j] !=
					      (i == j ? 10 : 20);
		}
	}
}

static void make_nodes(struct capture *cap)
{
	unsigned int order[SYSFS_NODES_MAX], i, parts = nodes_of_llc(cap, 0);
	bool even = cap->m.n_nodes <= TOPOLOGY_NODES_MAX &&
		    order_nodes(cap, order);

	cap->t.nodes = 1;
	if (cap->m.n_nodes < 2)
		return;
	for (i = 0; i < cap->t.llcs; i++)
		even = even && nodes_of_llc(cap, i) == parts;
	if (!even) {
		strbuf_addf(cap->notes,
			    "its %u nodes and its last-level caches do not divide each other evenly: there is one node\n",
			    cap->m.n_nodes);
		return;
	}
	cap->t.nodes = cap->m.n_nodes;
	cap->form.nodes_given = true;
	if (parts > 1)
		cap->form.llc_nodes = parts;
	else
		count_llcs_of_nodes(cap, order);
	fill_nodes(cap, order);
}

/* ---- numbers ---- */

static bool is_at(const struct capture *cap, unsigned int number,
		  const struct captured_cpu *cpu)
{
	struct topology_place p;
	unsigned int parts = max(cap->form.llc_nodes, 1U), cores;

	topology_place(&cap->t, number, &p);
	cores = topology_llc_cores(&cap->form.llc[p.llc]) / parts;
	return p.llc == cpu->llc && p.part * cores + p.core == cpu->core &&
	       p.thread == cpu->thread;
}

/* The CPU that is the @number'th of those that are online. */
static const struct captured_cpu *cpu_of(const struct capture *cap,
					 unsigned int number)
{
	unsigned int i;

	for (i = 0; cap->cpus[i].c != &cap->m.cpus[number];)
		i++;
	return &cap->cpus[i];
}

static bool numbers_are_so(struct capture *cap)
{
	struct topology_form *f = &cap->form;
	const struct captured_cpu *first = cpu_of(cap, 0);
	unsigned int i, n = cap->m.n_cpus;

	f->boot_cpu = 0;
	while (!is_at(cap, 0, first))
		if (++f->boot_cpu == n)
			return false;
	for (i = 1; i < n; i++)
		if (!is_at(cap, i, cpu_of(cap, i)))
			return false;
	return true;
}

static void make_numbers(struct capture *cap)
{
	cap->t.form = &cap->form;
	cap->form.threads_apart = false;
	if (numbers_are_so(cap))
		return;
	cap->form.threads_apart = cap->t.threads > 1;
	if (numbers_are_so(cap))
		return;
	cap->form.threads_apart = false;
	cap->form.boot_cpu = 0;
	strbuf_addf(cap->notes,
		    "the kernel numbers its CPUs otherwise: they have the same places and other numbers\n");
}

static void make_absent(struct capture *cap)
{
	if (cap->m.present > cap->m.n_cpus)
		strbuf_addf(cap->notes, "%u CPUs are offline: they are left out\n",
			    cap->m.present - cap->m.n_cpus);
	cap->form.absent = cap->m.possible - cap->m.present;
}

/* ---- all of it ---- */

static bool is_even(const struct topology_form *f)
{
	return !f->llcs_given && !f->nodes_given && !f->distances_given &&
	       !f->package_llcs && !f->llc_nodes && !f->threads_apart &&
	       !f->boot_cpu && !f->absent;
}

/* A form of its own, with its name behind it. */
static struct topology_form *copy_form(const struct capture *cap,
				       const char *name)
{
	size_t size = strlen(name) + 1;
	struct topology_form *form = malloc(sizeof(*form) + size);

	if (!form)
		return NULL;
	*form = cap->form;
	memcpy(form + 1, name, size);
	form->name = (const char *)(form + 1);
	return form;
}

static int make(struct capture *cap, const char *root, char *err,
		size_t err_size)
{
	int ret = sysfs_read_machine(root, &cap->m, err, err_size);

	if (ret)
		return ret;
	order_cpus(cap);
	count_cpus(cap);
	ret = make_llcs(cap, err, err_size);
	if (ret)
		return ret;
	make_packages(cap);
	make_nodes(cap);
	make_absent(cap);
	cap->form.name = "captured";
	cap->t.form = &cap->form;
	ret = topology_check(&cap->t, 0, err, err_size);
	if (!ret)
		make_numbers(cap);
	return ret;
}

int topology_capture(const char *root, const char *name, struct topology *t,
		     struct topology_form **form, struct strbuf *notes,
		     char *err, size_t err_size)
{
	struct capture *cap = calloc(1, sizeof(*cap));
	struct topology made;
	int ret = -ENOMEM;

	*form = NULL;
	if (!cap)
		goto out;
	cap->notes = notes;
	ret = make(cap, root, err, err_size);
	if (ret)
		goto out;
	made = cap->t;
	made.form = NULL;
	if (!is_even(&cap->form)) {
		*form = copy_form(cap, name);
		made.form = *form;
		ret = *form ? topology_check(&made, 0, err, err_size) : -ENOMEM;
	}
	if (!ret)
		*t = made;

out:
	if (ret == -ENOMEM)
		snprintf(err, err_size, "no memory for a topology");
	if (ret) {
		free(*form);
		*form = NULL;
	}
	free(cap);
	return ret;
}
