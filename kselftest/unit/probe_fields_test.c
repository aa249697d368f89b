// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans out of BTF: of types made here, so that nothing can be hard-coded, and
 * of the kernel that KTSTR_KERNEL names. Source lines likewise.
 */
#include <stdlib.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include <bpf/btf.h>

#include "lib/common/scx/callers.h"
#include "lib/common/scx/decode.h"
#include "lib/common/util/util.h"
#include "lib/guest/probe/probe_fields.h"
#include "lib/host/repro/source.h"

/*
 * struct task_struct { struct { u64 pad; struct { int weight; u32 flags; }
 * scx; }; int pid; char comm[16]; struct cpumask *cpus_ptr; u32 bit:3; };
 */
static struct btf *odd_btf(int *func)
{
	struct btf *btf = btf__new_empty();
	int i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int u32 = btf__add_int(btf, "unsigned int", 4, 0);
	int u64 = btf__add_int(btf, "u64", 8, 0);
	int ch = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	int comm = btf__add_array(btf, i32, ch, 16);
	int words = btf__add_array(btf, i32, u64, 8);
	int mask, mask_ptr, scx, anon, task, task_ptr, odd, odd_ptr, str, proto;

	mask = btf__add_struct(btf, "cpumask", 64);
	btf__add_field(btf, "bits", words, 0, 0);
	mask_ptr = btf__add_ptr(btf, mask);
	scx = btf__add_struct(btf, "sched_ext_entity", 8);
	btf__add_field(btf, "weight", i32, 0, 0);
	btf__add_field(btf, "flags", u32, 32, 0);
	anon = btf__add_struct(btf, NULL, 16);
	btf__add_field(btf, "pad", u64, 0, 0);
	btf__add_field(btf, "scx", scx, 64, 0);
	task = btf__add_struct(btf, "task_struct", 56);
	btf__add_field(btf, NULL, anon, 0, 0);
	btf__add_field(btf, "pid", i32, 128, 0);
	btf__add_field(btf, "comm", comm, 160, 0);
	btf__add_field(btf, "cpus_ptr", mask_ptr, 320, 0);
	btf__add_field(btf, "bit", u32, 384, 3);
	task_ptr = btf__add_ptr(btf, task);
	odd = btf__add_struct(btf, "odd_struct", 24);
	btf__add_field(btf, "count", i32, 0, 0);
	btf__add_field(btf, "bit", u32, 32, 1);
	btf__add_field(btf, "mask", mask_ptr, 64, 0);
	btf__add_field(btf, "name", comm, 128, 0);
	odd_ptr = btf__add_ptr(btf, odd);
	str = btf__add_ptr(btf, ch);
	proto = btf__add_func_proto(btf, i32);
	btf__add_func_param(btf, "o", odd_ptr);
	btf__add_func_param(btf, "p", task_ptr);
	btf__add_func_param(btf, "enq_flags", u64);
	btf__add_func_param(btf, "msg", str);
	*func = btf__add_func(btf, "probe_me", BTF_FUNC_STATIC, proto);
	return btf;
}

TEST(offsets)
{
	struct probe_task_offsets off = {};
	struct btf *btf;
	int func;

	btf = odd_btf(&func);
	EXPECT_EQ(16, fields_offset(btf, "task_struct", "pid"));
	/* Down through a member without a name. */
	EXPECT_EQ(12, fields_offset(btf, "task_struct", "scx.flags"));
	EXPECT_GT(0, fields_offset(btf, "task_struct", "scx.none"));
	EXPECT_GT(0, fields_offset(btf, "task_struct", "bit"));
	EXPECT_GT(0, fields_offset(btf, "no_struct", "pid"));
	EXPECT_EQ(0, fields_task_offsets(btf, &off));
	EXPECT_EQ(16, off.pid);
	EXPECT_EQ(20, off.comm);
	EXPECT_EQ(0, off.kf_task);
	btf__free(btf);
}

static const struct want_field {
	const char *name;
	unsigned int arg, deref, offset, offset2, size, decode;
} want_fields[] = {
	{ "count", 0, PROBE_AT, 0, 0, 4, DECODE_SIGNED },
	{ "mask", 0, PROBE_AT_PTR, 8, 0, 16, DECODE_CPUMASK },
	{ "pid", 1, PROBE_AT, 16, 0, 4, DECODE_SIGNED },
	{ "cpus_ptr", 1, PROBE_AT_PTR, 40, 0, 16, DECODE_CPUMASK },
	{ "weight", 1, PROBE_AT, 8, 0, 4, DECODE_UNSIGNED },
	{ "scx_flags", 1, PROBE_AT, 12, 0, 4, DECODE_TASK_FLAGS },
	{ "", 2, PROBE_VALUE, 0, 0, 8, DECODE_ENQ_FLAGS },
	{ "", 3, PROBE_STRING, 0, 0, 64, DECODE_STRING },
};

TEST(plan)
{
	struct probe_func plan;
	struct probe_desc desc;
	struct btf *btf;
	unsigned int i;
	int func;

	btf = odd_btf(&func);
	ASSERT_EQ(0, fields_plan_func(btf, "probe_me", 100, &plan, &desc));
	EXPECT_EQ(1, plan.task_arg);
	EXPECT_EQ(4, plan.n_args);
	EXPECT_EQ(4, desc.ret_size);
	EXPECT_EQ(DECODE_SIGNED, desc.ret_decode);
	EXPECT_STREQ("task_struct *", desc.params[1].type);
	EXPECT_STREQ("p", desc.params[1].name);
	EXPECT_STREQ("u64 ", desc.params[2].type);
	ASSERT_EQ(ARRAY_SIZE(want_fields), plan.n_fields);
	for (i = 0; i < plan.n_fields; i++) {
		const struct want_field *w = &want_fields[i];

		EXPECT_STREQ(w->name, desc.fields[i].name);
		EXPECT_EQ(w->arg, plan.fields[i].arg);
		EXPECT_EQ(w->deref, plan.fields[i].deref);
		EXPECT_EQ(w->offset, plan.fields[i].offset);
		EXPECT_EQ(w->offset2, plan.fields[i].offset2);
		EXPECT_EQ(w->size, plan.fields[i].size);
		EXPECT_EQ(w->decode, desc.fields[i].decode);
		EXPECT_EQ(desc.fields[i].slot, plan.fields[i].slot);
	}
	EXPECT_GT(0, fields_plan_func(btf, "no_func", 1, &plan, &desc));
	EXPECT_EQ(DESC_NO_TYPES, desc.flags);
	EXPECT_EQ(0, plan.n_fields);
	btf__free(btf);
}

/* What a function returns may be an enum, too. */
TEST(returned_enum)
{
	struct btf *btf = btf__new_empty();
	struct probe_func plan;
	struct probe_desc desc;
	int color, proto;

	color = btf__add_enum(btf, "color", 4);
	btf__add_enum_value(btf, "RED", 1);
	color = btf__add_typedef(btf, "color_t", color);
	proto = btf__add_func_proto(btf, color);
	btf__add_func(btf, "color_of", BTF_FUNC_STATIC, proto);
	ASSERT_EQ(0, fields_plan_func(btf, "color_of", 1, &plan, &desc));
	EXPECT_EQ(DECODE_ENUM, desc.ret_decode);
	EXPECT_EQ(4, desc.ret_size);
	EXPECT_EQ(color, (int)desc.ret_type_id);
	btf__free(btf);
}

static const struct btf_name_case {
	const char *name, *base;
	bool whole;
} btf_name_cases[] = {
	{ "scx_enable", "scx_enable", true },
	{ "scx_enable.constprop.0", "scx_enable", true },
	{ "foo.isra.0.constprop.1", "foo", true },
	/* Parts of a function, with other parameters. */
	{ "foo.part.0", "foo", false },
	{ "scx_finish_exit.cold", "scx_finish_exit", false },
	{ "foo.constprop.0.cold", "foo", false },
	/* A dot of the name's own. */
	{ ".hidden", ".hidden", true },
	{ "a.b", "a.b", true },
};

TEST(btf_names)
{
	char base[DESC_NAME_LEN];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(btf_name_cases); i++) {
		const struct btf_name_case *c = &btf_name_cases[i];

		EXPECT_EQ(c->whole, fields_btf_name(c->name, base,
						    sizeof(base)))
			TH_LOG("%s", c->name);
		EXPECT_STREQ(c->base, base);
	}
}

/*
 * struct sched_ext_ops { void (*tick)(struct task_struct *, u64);
 * void (*quiet)(u64); }, and a stub for quiet that has other parameters.
 */
static void add_ops(struct btf *btf)
{
	int u64 = btf__find_by_name_kind(btf, "u64", BTF_KIND_INT);
	int task = btf__find_by_name_kind(btf, "task_struct", BTF_KIND_STRUCT);
	int task_ptr = btf__add_ptr(btf, task), tick, quiet, proto;

	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, NULL, task_ptr);
	btf__add_func_param(btf, NULL, u64);
	tick = btf__add_ptr(btf, proto);
	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, NULL, u64);
	quiet = btf__add_ptr(btf, proto);
	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, "wrong", task_ptr);
	btf__add_func(btf, "sched_ext_ops__quiet", BTF_FUNC_STATIC, proto);
	btf__add_struct(btf, "sched_ext_ops", 16);
	btf__add_field(btf, "tick", tick, 0, 0);
	btf__add_field(btf, "quiet", quiet, 64, 0);
}

static const struct decl_case {
	const char *op, *decl;
	const char *names[2];
	unsigned int flags_decode;	/* of the second parameter */
} decl_cases[] = {
	{ "tick", "void BPF_STRUCT_OPS(my_tick, struct task_struct *p, u64 enq_flags)",
	  { "p", "enq_flags" }, DECODE_ENQ_FLAGS },
	/* The line ends in the middle of the head. */
	{ "tick", "void BPF_STRUCT_OPS(my_tick, struct task_struct *p,",
	  { "p", "" }, DECODE_UNSIGNED },
	{ "tick", "int my_tick(unsigned long long *ctx)", { "", "" },
	  DECODE_UNSIGNED },
	{ "tick", "(((,,", { "", "" }, DECODE_UNSIGNED },
	{ "tick", NULL, { "", "" }, DECODE_UNSIGNED },
	{ "quiet", NULL, { "", "" }, DECODE_UNSIGNED },
};

/* What the kernel's BTF does not name, the program's source line does. */
TEST(op_names)
{
	struct probe_func plan;
	struct probe_desc desc;
	struct btf *btf;
	unsigned int i;
	int func;

	btf = odd_btf(&func);
	add_ops(btf);
	for (i = 0; i < ARRAY_SIZE(decl_cases); i++) {
		const struct decl_case *c = &decl_cases[i];

		ASSERT_EQ(0, fields_plan_op(btf, "sched_ext_ops", c->op, "my",
					    c->decl, 4, &plan, &desc));
		EXPECT_STREQ(c->names[0], desc.params[0].name)
			TH_LOG("%s", c->decl ? c->decl : c->op);
		if (plan.n_args < 2)
			continue;
		EXPECT_STREQ(c->names[1], desc.params[1].name);
		EXPECT_EQ(c->flags_decode,
			  desc.fields[desc.n_fields - 1].decode);
	}
	btf__free(btf);
}

/* A program's own task_struct has the kernel's offsets all the same. */
TEST(sub_program)
{
	struct btf *btf, *own = btf__new_empty();
	int i32 = btf__add_int(own, "int", 4, BTF_INT_SIGNED);
	int task, task_ptr, mine, mine_ptr, proto, func;
	struct probe_func plan;
	struct probe_desc desc;

	task = btf__add_struct(own, "task_struct", 4);
	btf__add_field(own, "pid", i32, 0, 0);
	task_ptr = btf__add_ptr(own, task);
	mine = btf__add_struct(own, "task_ctx", 8);
	btf__add_field(own, "count", i32, 32, 0);
	mine_ptr = btf__add_ptr(own, mine);
	proto = btf__add_func_proto(own, i32);
	btf__add_func_param(own, "p", task_ptr);
	btf__add_func_param(own, "tctx", mine_ptr);
	func = btf__add_func(own, "helper", BTF_FUNC_STATIC, proto);

	btf = odd_btf(&i32);
	ASSERT_EQ(0, fields_plan_sub(btf, own, func, 4, &plan, &desc));
	EXPECT_STREQ("helper", desc.name);
	EXPECT_EQ(DESC_BPF, desc.flags);
	EXPECT_EQ(0, plan.task_arg);
	EXPECT_STREQ("pid", desc.fields[0].name);
	EXPECT_EQ(16, plan.fields[0].offset);
	EXPECT_STREQ("count", desc.fields[desc.n_fields - 1].name);
	EXPECT_EQ(4, plan.fields[desc.n_fields - 1].offset);
	EXPECT_EQ(1, plan.fields[desc.n_fields - 1].arg);
	EXPECT_GT(0, fields_plan_sub(btf, own, task, 4, &plan, &desc));
	btf__free(btf);
	btf__free(own);
}

static const struct form_case {
	const char *op, *name;
} form_cases[] = {
	{ "select_cid", "select_cpu" }, { "set_cmask", "set_cpumask" },
	{ "cpuctl_prep_move", "cgroup_prep_move" }, { "dump_cid", "dump_cpu" },
	{ "cid_online", "cpu_online" }, { "init_cids", "init_cids" },
	{ "enqueue", "enqueue" },
};

TEST(op_forms)
{
	char name[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(form_cases); i++) {
		op_cpu_form(form_cases[i].op, name, sizeof(name));
		EXPECT_STREQ(form_cases[i].name, name);
	}
}

/* Each op that the kernel calls has a row, with a function that is there. */
static void ops_have_callers(struct __test_metadata *_metadata,
			     const struct btf *btf, const char *ops_type)
{
	int id = btf__find_by_name_kind(btf, ops_type, BTF_KIND_STRUCT);
	const struct btf_type *t = btf__type_by_id(btf, id), *to;
	unsigned int i;

	for (i = 0; id > 0 && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *op = btf__name_by_offset(btf, m->name_off);

		to = btf__type_by_id(btf, m->type);
		to = btf_is_ptr(to) ? btf__type_by_id(btf, to->type) : NULL;
		if (!to || !btf_is_func_proto(to))
			continue;
		EXPECT_NE(NULL, op_caller_find(op))
			TH_LOG("%s.%s: who calls it?", ops_type, op);
	}
}

TEST(values)
{
	const __u64 words[PROBE_SLOTS] = { 0xffffffffffffffff, 0x1234 };
	struct desc_field f = { .size = 4, .decode = DECODE_SIGNED };

	EXPECT_EQ(-1ULL, desc_value(&f, words));
	f.decode = DECODE_UNSIGNED;
	EXPECT_EQ(0xffffffff, desc_value(&f, words));
	f.slot = 1;
	f.size = 1;
	EXPECT_EQ(0x34, desc_value(&f, words));
	f.size = 0;
	EXPECT_EQ(0, desc_value(&f, words));
}

/* What the kernel names in a way of its own, in either form of the ops. */
static const struct kernel_name {
	const char *ops_type, *op;
	unsigned int arg;
	const char *name;
	unsigned int decode;
} kernel_names[] = {
	{ "sched_ext_ops", "select_cpu", 1, "prev_cpu", DECODE_SIGNED },
	{ "sched_ext_ops", "dequeue", 1, "deq_flags", DECODE_DEQ_FLAGS },
	{ "sched_ext_ops", "dispatch", 1, "prev", DECODE_SIGNED },
	{ "sched_ext_ops_cid", "select_cid", 1, "prev_cid", DECODE_SIGNED },
	{ "sched_ext_ops_cid", "select_cid", 2, "wake_flags",
	  DECODE_WAKE_FLAGS },
	{ "sched_ext_ops_cid", "enqueue", 1, "enq_flags", DECODE_ENQ_FLAGS },
	{ "sched_ext_ops_cid", "cid_online", 0, "cid", DECODE_SIGNED },
};

static void ops_are_named(struct __test_metadata *_metadata,
			  const struct btf *btf)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(kernel_names); i++) {
		const struct kernel_name *k = &kernel_names[i];
		struct probe_func plan;
		struct probe_desc desc;

		/* The cid form came with Linux 7.2. */
		if (btf__find_by_name_kind(btf, k->ops_type,
					   BTF_KIND_STRUCT) < 0)
			continue;
		EXPECT_EQ(0, fields_plan_op(btf, k->ops_type, k->op, "x", NULL,
					    4, &plan, &desc));
		EXPECT_STREQ(k->name, desc.params[k->arg].name);
		for (j = 0; j < desc.n_fields; j++)
			if (desc.fields[j].arg == k->arg)
				break;
		ASSERT_LT(j, desc.n_fields);
		EXPECT_EQ(k->decode, desc.fields[j].decode)
			TH_LOG("%s.%s", k->ops_type, k->op);
	}
}

TEST(real_kernel)
{
	const char *kernel = getenv("KTSTR_KERNEL");
	struct probe_func plan;
	struct probe_desc desc;
	char path[512];
	struct btf *btf;

	if (!kernel)
		SKIP(return, "KTSTR_KERNEL names no kernel");
	snprintf(path, sizeof(path), "%s/vmlinux", kernel);
	btf = btf__parse(path, NULL);
	if (!btf)
		SKIP(return, "no BTF in %s", path);
	EXPECT_EQ(0, fields_plan_op(btf, "sched_ext_ops", "enqueue", "my_enq",
				    NULL, 4, &plan, &desc));
	EXPECT_EQ(0, plan.task_arg);
	EXPECT_EQ(2, plan.n_args);
	EXPECT_STREQ("p", desc.params[0].name);
	EXPECT_STREQ("enq_flags", desc.params[1].name);
	/* Nine of the task, and the flags. */
	EXPECT_EQ(10, plan.n_fields);
	EXPECT_EQ(DESC_BPF, desc.flags);
	EXPECT_GT(0, fields_plan_op(btf, "sched_ext_ops", "no_op", "x",
				    NULL, 4, &plan, &desc));
	ops_are_named(_metadata, btf);
	ops_have_callers(_metadata, btf, "sched_ext_ops");
	ops_have_callers(_metadata, btf, "sched_ext_ops_cid");
	btf__free(btf);
}

/* This program has lines of its own. */
static __attribute__((noinline)) unsigned int line_of_mine(void)
{
	return __LINE__;
}

TEST(source_lines)
{
	unsigned int line = 0, here = line_of_mine();
	char file[SOURCE_PATH_LEN] = "", err[256] = "";
	struct source *src;

	src = source_open("/proc/self/exe", err, sizeof(err));
	ASSERT_NE(NULL, src)
		TH_LOG("%s", err);
	ASSERT_EQ(0, source_func_line(src, "line_of_mine", file, &line));
	EXPECT_GE(here, line);
	EXPECT_LE(here - 2, line);
	EXPECT_NE(NULL, strstr(file, "probe_fields_test.c"));
	EXPECT_GT(0, source_func_line(src, "no_such_function", file, &line));
	source_close(src);
}

static int sh(const char *dir, const char *script)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && { %s; }", dir, script);
	return system(command);
}

/* Where a program's DWARF may be, and a stripped one finds its lines. */
static const struct split_case {
	const char *script;	/* from `whole` to `prog` and beside it */
	bool found;
} split_cases[] = {
	{ "objcopy -g whole prog", false },
	{ "objcopy -g whole prog; objcopy --only-keep-debug whole prog.debug",
	  true },
	{ "objcopy --strip-all whole prog; objcopy --only-keep-debug whole prog.debug",
	  true },
	{ "objcopy --only-keep-debug whole lines; objcopy -g --add-gnu-debuglink=lines whole prog",
	  true },
	/* Of another build. */
	{ "objcopy -g whole prog; printf '\\4\\0\\0\\0\\24\\0\\0\\0\\3\\0\\0\\0GNU\\0another build of it.' >id; "
	  "objcopy --only-keep-debug --update-section .note.gnu.build-id=id whole prog.debug",
	  false },
};

TEST(split_debug_files)
{
	char dir[] = "/tmp/ktstr-split-XXXXXX", path[64], copy[64];
	unsigned int i;

	if (system("objcopy --version >/dev/null 2>&1"))
		SKIP(return, "no objcopy");
	ASSERT_NE(NULL, mkdtemp(dir));
	snprintf(copy, sizeof(copy), "cp /proc/%d/exe whole", getpid());
	snprintf(path, sizeof(path), "%s/prog", dir);
	for (i = 0; i < ARRAY_SIZE(split_cases); i++) {
		const struct split_case *c = &split_cases[i];
		char file[SOURCE_PATH_LEN] = "", err[256] = "";
		struct source *src = NULL;
		unsigned int line = 0;

		EXPECT_EQ(0, sh(dir, copy));
		EXPECT_EQ(0, sh(dir, c->script));
		src = source_open(path, err, sizeof(err));
		EXPECT_EQ(c->found, !!src) {
			TH_LOG("%s: %s", c->script, err);
		}
		EXPECT_EQ(!c->found, !!strstr(err, "has no DWARF"));
		if (src) {
			EXPECT_EQ(0, source_func_line(src, "line_of_mine",
						      file, &line));
			EXPECT_NE(NULL, strstr(file, "probe_fields_test.c"));
		}
		source_close(src);
		EXPECT_EQ(0, sh(dir, "rm -f *"));
	}
	EXPECT_EQ(0, rmdir(dir));
}

TEST(source_errors)
{
	char err[256] = "";

	EXPECT_EQ(NULL, source_open("/nonexistent", err, sizeof(err)));
	EXPECT_NE(NULL, strstr(err, "/nonexistent"));
	EXPECT_EQ(NULL, source_open("/proc/self/maps", err, sizeof(err)));
	EXPECT_NE(NULL, strstr(err, "no source lines"));
}

TEST_HARNESS_MAIN
