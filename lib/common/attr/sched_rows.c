// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be said of a scheduler, a row each, and the schedulers that are there.
 * See schedulers.h.
 */
#include "lib/common/attr/kinds.h"
#include "lib/common/attr/needs.h"
#include "lib/common/attr/schedulers.h"
#include "lib/common/util/util.h"

#define MEMBER(member)							\
	.name = SCHED_PREFIX #member,					\
	.offset = offsetof(struct attr_given, scheduler.member),	\
	.size = sizeof(((struct scheduler *)NULL)->member)

#define TEXT(member, what_)						\
	{ MEMBER(member), .kind = &attr_string, .usual = "none",	\
	  .what = what_ },
#define LIST(member, what_)						\
	{ MEMBER(member), .kind = &attr_args, .merge = ATTR_ADDS,	\
	  .usual = "none", .what = what_ },

/* Its members are its own there, too. */
#define NEED(member, usual_, what_)					\
	{ .name = SCHED_PREFIX #member,					\
	  .offset = offsetof(struct attr_given, scheduler.needs.member), \
	  .size = sizeof(unsigned int),					\
	  .kind = &attr_number, .usual = usual_, .what = what_ },

#define LIMIT_KIND_switch	&attr_switch
#define LIMIT_KIND_number	&attr_limit
#define LIMIT(kind_, member, value_, what_)				\
	{ MEMBER(limits.member), .kind = LIMIT_KIND_##kind_,		\
	  .usual = "as tests have it", .what = what_ },

const struct attr_row sched_rows[] = {
	TEXT(name, "what it is called on command lines and in reports")
	TEXT(what, "a line about it")
	TEXT(ops_name, "what its name in sched_ext begins with")
	TEXT(binary, "its program: a name that is looked up as attributes.rst says, or a path; none for EEVDF and what the kernel has in it")
	TEXT(source, "X.bpf.c, with X.c beside it, of which the program is built; \"tree:\" before a path in the kernel's tree")
	LIST(args, "an argument; {config} and {cgroup} in it stand for config_file in the guest, and for cgroup_parent")
	LIST(sysctls, "key=value, set before it starts")
	TEXT(kernel_args, "words added to the kernel's command line, beside those of a test")
	TEXT(cgroup_parent, "a cgroup that is made before it starts, in which those of tests are made: /a/b")
	TEXT(config_file, "a file that is packed for it")
	LIST(enable, "`echo VALUE > PATH`, done in the guest before a test: how a scheduler of the kernel's own is switched on")
	LIST(disable, "the same, after the test")
	{ MEMBER(topology), .kind = &attr_topology, .usual = "as tests have it",
	  .what = "the machine of a test that names none" },
	MACHINE_NEEDS(NEED)
	{ .name = SCHED_PREFIX "requires_smt",
	  .offset = offsetof(struct attr_given, scheduler.needs.requires_smt),
	  .size = sizeof(enum ktstr_switch), .kind = &attr_switch,
	  .usual = "off",
	  .what = "it is for machines whose cores have more than one thread" },
	CHECK_LIMITS(LIMIT)
};

const size_t sched_n_rows = ARRAY_SIZE(sched_rows);

#define OF_THE_TREE(scheduler)						\
	.name = "scx_" scheduler, .ops_name = scheduler,		\
	.binary = "scx_" scheduler,					\
	.source = SCHED_TREE "tools/sched_ext/scx_" scheduler ".bpf.c"

const struct scheduler ready_schedulers[] = {
	{ .name = SCHED_EEVDF, .what = "the kernel's own, nothing of sched_ext" },
	{ OF_THE_TREE("simple"), .what = "one queue for all" },
	{ OF_THE_TREE("qmap"), .what = "five queues, by weight" },
	{ OF_THE_TREE("central"), .what = "one CPU decides for all",
	  .needs.min_cpus = 2 },
	{ OF_THE_TREE("flatcg"), .what = "cgroups by weight, flattened" },
	{ OF_THE_TREE("pair"), .what = "two CPUs run one cgroup at a time",
	  .needs.min_cpus = 2 },
	{ OF_THE_TREE("userland"), .what = "decisions are made by a process" },
	{ OF_THE_TREE("cpu0"), .what = "all that can runs on CPU 0" },
	{ OF_THE_TREE("sdt"), .what = "data of tasks in an arena" },
	{ .name = "scx_ktstr", .ops_name = "ktstr", .binary = "scx_ktstr",
	  .what = "our own: fails on request, or is unfair by so much" },
};

const size_t ready_n_schedulers = ARRAY_SIZE(ready_schedulers);
