// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines that are not even: what their kernel shows is what was asked for, CPU by
 * CPU, in sysfs, /proc/cpuinfo and its scheduling domains.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "ktstr.h"
#include "topology_compare.h"

#include "lib/common/topology_capture.h"
#include "lib/common/util/util.h"

#define TEXT_SIZE	65536

KTSTR_FIXTURE(topology, .duration_s = 1);

#define NOT_EVEN(n, l, c, t, ...)					\
	.topology = { n, l, c, t, &(const struct topology_form){	\
		.name = #n "n" #l "l" #c "c" #t "t-form", __VA_ARGS__ } }

KTSTR_VARIANT(topology, uneven,
	      NOT_EVEN(1, 2, 2, 2, .llcs_given = true,
		       .llc = { { { { 2, 2, 0 } } }, { { { 1, 2, 0 } } } }));
KTSTR_VARIANT(topology, package,
	      NOT_EVEN(1, 2, 1, 2, .package_llcs = 2, .threads_apart = true));
KTSTR_VARIANT(topology, hybrid,
	      NOT_EVEN(1, 1, 3, 2, .llcs_given = true,
		       .llc = { { { { 1, 2, 0 }, { 2, 1, 2 } } } }));
KTSTR_VARIANT(topology, snc,
	      NOT_EVEN(2, 1, 4, 1, .llc_nodes = 2, .distances_given = true,
		       .distance = { { 10, 12 }, { 12, 10 } }));
#define CXL_NODE(llcs_, memory, latency, bandwidth, cache)		\
	{ .llcs = llcs_, .memory_mib = memory, .latency_ns = latency,	\
	  .bandwidth_mbs = bandwidth, .cache_mib = cache }

KTSTR_VARIANT(topology, cxl, .memory_mb = 512,
	      NOT_EVEN(3, 2, 1, 1, .nodes_given = true, .distances_given = true,
		       .node = { CXL_NODE(1, 192, 90, 9000, 0),
				 CXL_NODE(1, 192, 90, 9000, 0),
				 CXL_NODE(0, 128, 250, 3000, 64) },
		       .distance = { { 10, 21, 17 }, { 21, 10, 28 },
				     { 17, 28, 10 } }));
KTSTR_VARIANT(topology, boot, NOT_EVEN(1, 2, 2, 1, .boot_cpu = 3, .absent = 4));

/* Ids that no byte holds, with few CPUs: the last cache has 256 and more. */
KTSTR_VARIANT(topology, wide,
	      NOT_EVEN(1, 4, 7, 2, .package_llcs = 3, .llcs_given = true,
		       .llc = { { { { 1, 2, 0 }, { 5, 1, 5 }, { 1, 1, 0 } } },
				[1 ... 3] = { { { 1, 1, 0 } } } }));

KTSTR_TEST_F(topology, sysfs_shows_what_was_asked_for)
{
	EXPECT_TRUE(sysfs_is_so(&self->ctx->topology));
}

/* ---- nodes: memory, distances, speeds ---- */

static bool number_is(unsigned long asked, const char *fmt, unsigned int node)
{
	char path[128], text[256] = "";
	unsigned long seen;
	FILE *f;

	snprintf(path, sizeof(path), fmt, node);
	f = fopen(path, "re");
	if (f && !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	seen = strtoul(text, NULL, 10);
	if (f && seen == asked)
		return true;
	pr_err("%s: %lu was asked for, and is %s", path, asked,
	       f ? text : "not there");
	return false;
}

#define NODE_FILE(name)		SYSFS "/node/node%u/" name
#define SPEED_FILE(name)	NODE_FILE("access0/initiators/" name)

static bool node_is_so(const struct topology *t, unsigned int node)
{
	const struct topology_node *row = &t->form->node[node];
	bool good = true;

	if (row->latency_ns)
		good &= number_is(row->latency_ns, SPEED_FILE("read_latency"),
				  node);
	if (row->bandwidth_mbs)
		good &= number_is(row->bandwidth_mbs,
				  SPEED_FILE("read_bandwidth"), node);
	if (row->cache_mib)
		good &= number_is((unsigned long)row->cache_mib << 20,
				  NODE_FILE("memory_side_cache/index1/size"),
				  node);
	return good;
}

static bool distances_are_so(const struct topology *t, unsigned int node)
{
	char path[64], asked[512] = "", seen[512] = "";
	unsigned int i, len = 0;
	FILE *f;

	for (i = 0; i < t->nodes; i++)
		len += sprintf(asked + len, "%s%u", i ? " " : "",
			       topology_distance(t, node, i));
	snprintf(path, sizeof(path), NODE_FILE("distance"), node);
	f = fopen(path, "re");
	if (f && fgets(seen, sizeof(seen), f))
		seen[strcspn(seen, "\n")] = '\0';
	if (f)
		fclose(f);
	if (!strcmp(asked, seen))
		return true;
	pr_err("%s: %s was asked for, and is %s", path, asked, seen);
	return false;
}

KTSTR_TEST_F(topology, nodes_are_as_far_and_fast_as_asked_for)
{
	const struct topology *t = &self->ctx->topology;
	unsigned int i;

	for (i = 0; i < t->nodes; i++) {
		EXPECT_TRUE(distances_are_so(t, i));
		if (t->form && t->form->nodes_given)
			EXPECT_TRUE(node_is_so(t, i));
	}
}

/* What is there is found by who looks as `ktstr topology capture` does. */
KTSTR_TEST_F(topology, capture_tells_of_the_same)
{
	const struct topology *t = &self->ctx->topology;
	struct strbuf notes = STRBUF_INIT;
	struct topology_form *form;
	struct topology_place p, q;
	struct topology seen;
	char err[200] = "";
	unsigned int i;

	ASSERT_EQ(0, topology_capture("", "x", &seen, &form, &notes, err,
				      sizeof(err))) {
		TH_LOG("%s", err);
	}
	EXPECT_STREQ("", notes.text);
	ASSERT_EQ(topology_cpus(t), topology_cpus(&seen));
	for (i = 0; i < topology_cpus(t); i++) {
		topology_place(t, i, &p);
		topology_place(&seen, i, &q);
		EXPECT_EQ(p.package, q.package);
		EXPECT_EQ(p.node, q.node);
		EXPECT_EQ(p.thread, q.thread);
		EXPECT_EQ(p.threads, q.threads);
	}
	strbuf_free(&notes);
	free(form);
}

/* ---- scheduling domains ---- */

/* "0000000f" or "00000000,0000000f" */
static void parse_mask(const char *text, cpu_set_t *set)
{
	int len = strlen(text), bit = 0;

	CPU_ZERO(set);
	for (; len--; ) {
		unsigned int digit, i;

		if (text[len] == ',')
			continue;
		digit = strtoul((char[]){ text[len], '\0' }, NULL, 16);
		for (i = 0; i < 4; i++)
			if (digit & 1U << i)
				CPU_SET(bit + i, set);
		bit += 4;
	}
}

/*
 * The span of a CPU's domain of that name, by /proc/schedstat of a kernel that has
 * names in it: "cpuN ..." then "domainN NAME MASK ...".
 */
static bool domain_of(const char *stat, unsigned int cpu, const char *name,
		      cpu_set_t *span)
{
	char head[16], mask[256], seen[16];
	const char *at;

	snprintf(head, sizeof(head), "\ncpu%u ", cpu);
	at = strstr(stat, head);
	while (at && (at = strchr(at + 1, '\n')) && strstarts(at + 1, "domain"))
		if (sscanf(at + 1, "domain%*u %15s %255s", seen, mask) == 2 &&
		    !strcmp(seen, name)) {
			parse_mask(mask, span);
			return true;
		}
	return false;
}

/*
 * A domain is there where it spans more than the one below it, and spans what was
 * asked for: SMT a core, MC what shares a cache and is in one node.
 */
static bool domains_are_so(const char *stat, const struct topology *t,
			   unsigned int cpu, bool amd)
{
	const struct {
		const char *name;
		enum with what;
	} levels[] = {
		{ "SMT", CORE },
		/* A kernel does not look for AMD's clusters. */
		{ "CLS", amd ? CORE : L2 },
		{ "MC", PART },
	};
	bool good = true;
	cpu_set_t asked, below, seen;
	size_t i;

	CPU_ZERO(&below);
	CPU_SET(cpu, &below);
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		those_with(t, cpu, levels[i].what, &asked);
		if (!domain_of(stat, cpu, levels[i].name, &seen))
			seen = below;
		good &= same_set(levels[i].name, &asked, &seen);
		below = asked;
	}
	return good;
}

KTSTR_TEST_F(topology, domains_span_what_was_asked_for)
{
	const struct topology *t = &self->ctx->topology;
	char *stat = calloc(1, TEXT_SIZE);
	FILE *f = fopen("/proc/schedstat", "re");
	bool amd = is_amd();
	unsigned int i;

	ASSERT_NE(NULL, stat);
	ASSERT_NE(NULL, f);
	ASSERT_LT(0, fread(stat, 1, TEXT_SIZE - 1, f));
	fclose(f);
	if (!strstarts(stat, "version 17"))
		SKIP(goto out, "domains have no names in this kernel");
	for (i = 0; i < topology_cpus(t); i++)
		EXPECT_TRUE(domains_are_so(stat, t, i, amd));
out:
	free(stat);
}

KTSTR_HARNESS_MAIN
