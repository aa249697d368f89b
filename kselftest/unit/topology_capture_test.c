// SPDX-License-Identifier: GPL-2.0-only
/*
 * Topologies of machines by their sysfs: trees are made here of what is known, and
 * must come back as it; and of what cannot be said, or is no tree.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/machines.h"
#include "lib/common/topology_capture.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/file.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

#define SYSFS	"sys/devices/system"

FIXTURE(capture) {
	char root[64];
	struct topology asked, seen;
	struct topology_form *asked_form, *seen_form;
	struct strbuf notes, text;
	char err[200];
};

FIXTURE_SETUP(capture)
{
	self->notes = (struct strbuf)STRBUF_INIT;
	self->text = (struct strbuf)STRBUF_INIT;
	/* Thousands of files: in memory, where there is such a place. */
	snprintf(self->root, sizeof(self->root), "%s/ktstr-capture-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	ASSERT_NE(NULL, mkdtemp(self->root));
}

static void clean(const char *root)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys", root);
	folder_remove(path);
}

FIXTURE_TEARDOWN(capture)
{
	clean(self->root);
	rmdir(self->root);
	free(self->asked_form);
	free(self->seen_form);
	strbuf_free(&self->notes);
	strbuf_free(&self->text);
}

static FILE *open_in(const char *root, const char *file)
{
	char path[PATH_MAX], *at;
	FILE *f;

	snprintf(path, sizeof(path), "%s/" SYSFS "/%s", root, file);
	f = fopen(path, "we");
	if (f)
		return f;
	for (at = path + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	return fopen(path, "we");
}

static void __printf(3, 4) put(const char *root, const char *file,
			       const char *fmt, ...)
{
	FILE *f = open_in(root, file);
	va_list ap;

	if (!f)
		abort();
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fputc('\n', f);
	fclose(f);
}

/* ---- a tree of a topology ---- */

#define CPUS_MAX	512

struct tree {
	const char *root;
	const struct topology *t;
	unsigned int cpus;
	struct topology_place place[CPUS_MAX];
};

enum with { CORE, L2, LLC };

static bool together(const struct topology_place *p,
		     const struct topology_place *q, enum with what)
{
	if (p->llc != q->llc || what == LLC)
		return p->llc == q->llc;
	return p->part == q->part && p->cluster == q->cluster &&
	       (what == L2 || p->in_cluster == q->in_cluster);
}

/* "0,2,3": those that have something in common with one. */
static const char *list_of(const struct tree *tree, unsigned int cpu,
			   enum with what, char *text)
{
	unsigned int i, len = 0;

	for (i = 0; i < tree->cpus; i++)
		if (together(&tree->place[cpu], &tree->place[i], what))
			len += sprintf(text + len, "%s%u", len ? "," : "", i);
	return text;
}

static void put_cpu(const struct tree *tree, unsigned int cpu)
{
	static const struct {
		const char *type;
		unsigned int level;
		enum with what;
	} caches[] = {
		{ "Data", 1, CORE }, { "Instruction", 1, CORE },
		{ "Unified", 2, L2 }, { "Unified", 3, LLC },
	};
	const struct topology_place *p = &tree->place[cpu];
	const char *root = tree->root;
	char file[64], list[8192];
	unsigned int i;

	snprintf(file, sizeof(file), "cpu/cpu%u/topology/physical_package_id",
		 cpu);
	put(root, file, "%u", p->package);
	snprintf(file, sizeof(file), "cpu/cpu%u/topology/core_id", cpu);
	put(root, file, "%u", p->llc * 256 + p->part * 64 + p->core);
	snprintf(file, sizeof(file), "cpu/cpu%u/topology/thread_siblings_list",
		 cpu);
	put(root, file, "%s", list_of(tree, cpu, CORE, list));
	for (i = 0; i < ARRAY_SIZE(caches); i++) {
		snprintf(file, sizeof(file), "cpu/cpu%u/cache/index%u/type",
			 cpu, i);
		put(root, file, "%s", caches[i].type);
		snprintf(file, sizeof(file), "cpu/cpu%u/cache/index%u/level",
			 cpu, i);
		put(root, file, "%u", caches[i].level);
		snprintf(file, sizeof(file),
			 "cpu/cpu%u/cache/index%u/shared_cpu_list", cpu, i);
		put(root, file, "%s", list_of(tree, cpu, caches[i].what, list));
	}
}

static void put_speeds(const char *root, const struct topology_node *node,
		       unsigned int number)
{
	char file[80];

	if (node->latency_ns) {
		snprintf(file, sizeof(file),
			 "node/node%u/access0/initiators/read_latency", number);
		put(root, file, "%u", node->latency_ns);
	}
	if (node->bandwidth_mbs) {
		snprintf(file, sizeof(file),
			 "node/node%u/access0/initiators/read_bandwidth", number);
		put(root, file, "%u", node->bandwidth_mbs);
	}
	if (node->cache_mib) {
		snprintf(file, sizeof(file),
			 "node/node%u/memory_side_cache/index1/size", number);
		put(root, file, "%llu", (unsigned long long)node->cache_mib << 20);
	}
}

static void put_node(const struct tree *tree, unsigned int number)
{
	static const struct topology_node plain = { .memory_mib = 64 };
	const struct topology_node *node = &plain;
	const struct topology *t = tree->t;
	const char *root = tree->root;
	char file[64], list[8192] = "";
	unsigned int i, len = 0;

	if (t->form && t->form->nodes_given)
		node = &t->form->node[number];
	for (i = 0; i < tree->cpus; i++)
		if (tree->place[i].node == number)
			len += sprintf(list + len, "%s%u", len ? "," : "", i);
	snprintf(file, sizeof(file), "node/node%u/cpulist", number);
	put(root, file, "%s", list);
	snprintf(file, sizeof(file), "node/node%u/meminfo", number);
	put(root, file, "Node %u MemTotal:   %llu kB\nNode %u MemFree: 1 kB",
	    number, (unsigned long long)node->memory_mib << 10, number);
	for (i = 0, len = 0; i < t->nodes; i++)
		len += sprintf(list + len, "%s%u", i ? " " : "",
			       topology_distance(t, number, i));
	snprintf(file, sizeof(file), "node/node%u/distance", number);
	put(root, file, "%s", list);
	put_speeds(root, node, number);
}

static void put_machine(const char *root, const struct topology *t)
{
	struct tree tree = { .root = root, .t = t, .cpus = topology_cpus(t) };
	unsigned int i;

	for (i = 0; i < tree.cpus; i++)
		topology_place(t, i, &tree.place[i]);
	put(root, "cpu/online", "0-%u", tree.cpus - 1);
	put(root, "cpu/present", "0-%u", tree.cpus - 1);
	put(root, "cpu/possible", "0-%u",
	    tree.cpus - 1 + (t->form ? t->form->absent : 0));
	put(root, "node/online", "0-%u", t->nodes - 1);
	for (i = 0; i < tree.cpus; i++)
		put_cpu(&tree, i);
	for (i = 0; i < t->nodes; i++)
		put_node(&tree, i);
}

/* ---- there and back ---- */

static const char * const machines_here[] = {
	"1n1l1c1t",
	"1n3l4c2t",
	"1n3l9c2t:name=x:llcs=2*9x2,6x2",
	"1n1l12c2t:name=x:llcs=4x2+8x1/4",
	"1n1l12c2t:name=x:llcs=4x2+8x1/4:smt=apart",
	"1n8l4c2t:name=x:package=8:smt=apart",
	"1n5l2c1t:name=x:package=2",
	"2n16l4c2t:name=x:package=8:nodes=2*8:memory=2*512:distance=10,32/32,10:smt=apart",
	"8n2l8c2t:name=x:snc=4:memory=8*64:smt=apart",
	"3n2l2c1t:name=x:nodes=2*1,0:memory=512,256,128:latency=2*90,250:bandwidth=2*9000,3000:cache=2*0,64",
	"1n2l2c2t:name=x:smt=apart:boot=3:absent=4",
	"1n1l4c1t:name=x:boot=2",
};

/* Of @text: make the tree, and read it. */
static int there_and_back(FIXTURE_DATA(capture) *self, const char *text)
{
	free(self->asked_form);
	free(self->seen_form);
	self->seen_form = NULL;
	strbuf_reset(&self->text);
	strbuf_reset(&self->notes);
	if (topology_read(text, NULL, &self->asked, &self->asked_form,
			  self->err, sizeof(self->err)))
		return -1;
	clean(self->root);
	put_machine(self->root, &self->asked);
	if (topology_capture(self->root, "x", &self->seen, &self->seen_form,
			     &self->notes, self->err, sizeof(self->err)))
		return -1;
	topology_write(&self->seen, ":", &self->text);
	return 0;
}

TEST_F(capture, what_was_asked_for_comes_back)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(machines_here); i++) {
		ASSERT_EQ(0, there_and_back(self, machines_here[i])) {
			TH_LOG("%s: %s", machines_here[i], self->err);
		}
		EXPECT_STREQ(machines_here[i], self->text.text);
		EXPECT_STREQ("", self->notes.text);
	}
}

/* Those that are recorded, too. */
TEST_F_TIMEOUT(capture, recorded_machines_come_back, 120)
{
	struct strbuf asked = STRBUF_INIT;
	size_t i;

	for (i = 0; i < n_machines; i++) {
		ASSERT_EQ(0, there_and_back(self, machines[i].text)) {
			TH_LOG("%s: %s", machines[i].name, self->err);
		}
		self->seen_form->name = machines[i].name;
		strbuf_reset(&self->text);
		topology_write(&self->seen, ":", &self->text);
		self->asked_form->name = machines[i].name;
		strbuf_reset(&asked);
		topology_write(&self->asked, ":", &asked);
		EXPECT_STREQ(asked.text, self->text.text);
		EXPECT_STREQ("", self->notes.text);
	}
	strbuf_free(&asked);
}

/* ---- what cannot be said as it is ---- */

TEST_F(capture, what_is_left_out_is_noted)
{
	ASSERT_EQ(0, there_and_back(self, "2n2l2c1t:memory=2*64"));
	put(self->root, "cpu/online", "0,2-3");
	put(self->root, "node/node0/cpulist", "0,3");
	put(self->root, "node/node1/cpulist", "1-2");
	free(self->seen_form);
	ASSERT_EQ(0, topology_capture(self->root, "x", &self->seen,
				      &self->seen_form, &self->notes,
				      self->err, sizeof(self->err))) {
		TH_LOG("%s", self->err);
	}
	EXPECT_NE(NULL, strstr(self->notes.text, "there is one node\n"));
	EXPECT_NE(NULL, strstr(self->notes.text,
			       "1 CPUs are offline: they are left out\n"));
	EXPECT_EQ(1, self->seen.nodes);
	EXPECT_EQ(3, topology_cpus(&self->seen));
}

/* 0 and 3 of one cache, 1 and 2 of another: no rule of ours numbers them so. */
TEST_F(capture, numbers_that_follow_no_rule_are_noted)
{
	unsigned int i;
	char file[64];

	ASSERT_EQ(0, there_and_back(self, "1n2l2c1t"));
	for (i = 0; i < 4; i++) {
		snprintf(file, sizeof(file),
			 "cpu/cpu%u/cache/index3/shared_cpu_list", i);
		put(self->root, file, "%s", i % 3 ? "1-2" : "0,3");
		snprintf(file, sizeof(file), "cpu/cpu%u/topology/core_id", i);
		put(self->root, file, "%u", i % 3 ? 8 + i : i);
		snprintf(file, sizeof(file),
			 "cpu/cpu%u/topology/physical_package_id", i);
		put(self->root, file, "%u", !!(i % 3));
	}
	ASSERT_EQ(0, topology_capture(self->root, "x", &self->seen,
				      &self->seen_form, &self->notes,
				      self->err, sizeof(self->err)));
	EXPECT_STREQ("the kernel numbers its CPUs otherwise: they have the same places and other numbers\n",
		     self->notes.text);
	EXPECT_EQ(2, self->seen.llcs);
}

/* A cache that the kernel does not tell of is its package's. */
TEST_F(capture, without_caches_packages_are_told_apart)
{
	ASSERT_EQ(0, there_and_back(self, "1n2l2c2t"));
	clean(self->root);
	put(self->root, "cpu/online", "0-1");
	put(self->root, "cpu/cpu0/topology/physical_package_id", "0");
	put(self->root, "cpu/cpu1/topology/physical_package_id", "1");
	strbuf_reset(&self->text);
	ASSERT_EQ(0, topology_capture(self->root, "x", &self->seen,
				      &self->seen_form, &self->notes,
				      self->err, sizeof(self->err)));
	topology_write(&self->seen, ":", &self->text);
	EXPECT_STREQ("1n2l1c1t", self->text.text);
}

static const struct {
	const char *file;
	const char *text;
	int ret;
	const char *says;
} spoilt[] = {
	{ "cpu/online", "", -2, "tells of no CPUs" },
	{ "cpu/online", "x", -2, "tells of no CPUs" },
	{ "cpu/online", "0-4294967295", -7, "more CPUs or nodes than" },
	{ "node/online", "0-99", -7, "more CPUs or nodes than" },
	{ "node/node0/distance", "10 x", -22, "has no distances" },
	{ "node/node0/distance", "10 400", -22, "has no distances" },
	{ "node/node0/distance", "10 10", -22, "the distance from node 0 to 1" },
	/* These are lies that do no harm. */
	{ "node/node0/cpulist", "0-4294967295", 0, "" },
	{ "node/node0/meminfo", "Node 0 MemTotal:", 0, "" },
	{ "cpu/cpu0/cache/index3/level", "-1", 0, "" },
	{ "cpu/cpu0/cache/index3/shared_cpu_list", "99999999999999999", 0, "" },
	{ "cpu/cpu1/topology/thread_siblings_list", "0-1,,,,-", 0, "" },
	{ "cpu/cpu0/topology/core_id", "-1", 0, "" },
	{ "cpu/possible", "0-4294967295", 0, "" },
};

TEST_F(capture, what_is_no_tree_is_refused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(spoilt); i++) {
		ASSERT_EQ(0, there_and_back(self, "2n2l2c1t:memory=2*64"));
		put(self->root, spoilt[i].file, "%s", spoilt[i].text);
		free(self->seen_form);
		self->err[0] = '\0';
		EXPECT_EQ(spoilt[i].ret,
			  topology_capture(self->root, "x", &self->seen,
					   &self->seen_form, &self->notes,
					   self->err, sizeof(self->err)))
			TH_LOG("%s: %s: %s", spoilt[i].file, spoilt[i].text,
			       self->err);
		EXPECT_NE(NULL, strstr(self->err, spoilt[i].says))
			TH_LOG("%s: %s: %s", spoilt[i].file, spoilt[i].text,
			       self->err);
	}
}

/* Whatever this machine is. */
TEST_F(capture, this_machine_is_one)
{
	EXPECT_EQ(0, topology_capture("", "x", &self->seen, &self->seen_form,
				      &self->notes, self->err,
				      sizeof(self->err))) {
		TH_LOG("%s", self->err);
	}
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_ONLN), topology_cpus(&self->seen));
}

TEST_HARNESS_MAIN
