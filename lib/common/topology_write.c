// SPDX-License-Identifier: GPL-2.0-only
/*
 * Topologies written as text. See topology_text.h.
 */
#include "lib/common/topology_text.h"

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

static void add_repeat(struct strbuf *to, unsigned int n, unsigned int times)
{
	strbuf_addf(to, "%s", n ? "," : "=");
	if (times > 1)
		strbuf_addf(to, "%u*", times);
}

static void add_llc(const struct topology_llc *row, struct strbuf *to)
{
	unsigned int i;

	for (i = 0; i < TOPOLOGY_GROUPS_MAX && row->group[i].cores; i++) {
		const struct topology_cores *g = &row->group[i];

		strbuf_addf(to, "%s%ux%u", i ? "+" : "", g->cores, g->threads);
		if (g->cluster)
			strbuf_addf(to, "/%u", g->cluster);
	}
}

static void add_llcs(const struct topology *t, const char *between,
		     struct strbuf *to)
{
	const struct topology_llc *llc = t->form->llc;
	unsigned int i, times;

	if (!t->form->llcs_given)
		return;
	strbuf_addf(to, "%sllcs", between);
	for (i = 0; i < t->llcs; i += times) {
		for (times = 1; i + times < t->llcs &&
		     !memcmp(&llc[i], &llc[i + times], sizeof(*llc));)
			times++;
		add_repeat(to, i, times);
		add_llc(&llc[i], to);
	}
}

/* A member of all nodes, where any has it. */
static void add_nodes(const struct topology *t, const char *between,
		      const char *key, size_t offset, struct strbuf *to)
{
	uint32_t value[TOPOLOGY_NODES_MAX], any = 0;
	unsigned int i, times;

	for (i = 0; i < t->nodes; i++) {
		value[i] = *(const uint32_t *)((const char *)&t->form->node[i] +
					       offset);
		any |= value[i];
	}
	if (!any)
		return;
	strbuf_addf(to, "%s%s", between, key);
	for (i = 0; i < t->nodes; i += times) {
		for (times = 1; i + times < t->nodes &&
		     value[i] == value[i + times];)
			times++;
		add_repeat(to, i, times);
		strbuf_addf(to, "%u", value[i]);
	}
}

static void add_distances(const struct topology *t, const char *between,
			  struct strbuf *to)
{
	unsigned int i, j;

	if (!t->form->distances_given)
		return;
	strbuf_addf(to, "%sdistance=", between);
	for (i = 0; i < t->nodes; i++)
		for (j = 0; j < t->nodes; j++)
			strbuf_addf(to, "%s%u", j ? "," : i ? "/" : "",
				    t->form->distance[i][j]);
}

static void add_number(const char *between, const char *key,
		       unsigned int number, struct strbuf *to)
{
	if (number)
		strbuf_addf(to, "%s%s=%u", between, key, number);
}

#define NODE(key, member)						\
	add_nodes(t, between, key, offsetof(struct topology_node, member), to)

void topology_write(const struct topology *t, const char *between,
		    struct strbuf *to)
{
	const struct topology_form *f = t->form;

	strbuf_addf(to, "%un%ul%uc%ut", t->nodes, t->llcs, t->cores,
		    t->threads);
	if (!f)
		return;
	strbuf_addf(to, "%sname=%s", between, f->name);
	add_llcs(t, between, to);
	add_number(between, "package", f->package_llcs, to);
	add_number(between, "snc", f->llc_nodes, to);
	if (f->nodes_given) {
		if (f->llc_nodes <= 1)
			NODE("nodes", llcs);
		NODE("memory", memory_mib);
		NODE("latency", latency_ns);
		NODE("bandwidth", bandwidth_mbs);
		NODE("cache", cache_mib);
	}
	add_distances(t, between, to);
	if (f->threads_apart)
		strbuf_addf(to, "%ssmt=apart", between);
	add_number(between, "boot", f->boot_cpu, to);
	add_number(between, "absent", f->absent, to);
}
