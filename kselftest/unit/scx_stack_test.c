// SPDX-License-Identifier: GPL-2.0-only
/*
 * Function names out of real crash texts; cut, mixed and huge ones.
 */
#include <dirent.h>

#include "kselftest_harness.h"

#include "lib/common/scx/stack.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/repro/source.h"
#include "repro_data.h"

static void stack_names(const struct stack *st, struct strbuf *names)
{
	unsigned int i;

	strbuf_reset(names);
	for (i = 0; i < st->n; i++)
		strbuf_addf(names, st->funcs[i].kind == STACK_BPF ?
			    " [%s]" : " %s", st->funcs[i].name);
}

static int is_text(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return dot && d->d_name[0] != '.' && strcmp(dot, ".expected");
}

/* One line a file, in the order of their names, as in stacks.expected. */
TEST(corpus)
{
	struct strbuf names = STRBUF_INIT, all = STRBUF_INIT;
	char path[512], *text, *expected;
	struct stack st = {};
	struct dirent **list;
	int i, n;
	size_t len;

	data_path(path, sizeof(path), "crash");
	n = scandir(path, &list, is_text, alphasort);
	ASSERT_LT(20, n);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "crash/%s", list[i]->d_name);
		text = data_read(path, &len);
		ASSERT_NE(NULL, text);
		stack_extract(&st, text, len);
		stack_names(&st, &names);
		strbuf_addf(&all, "%s:%s\n", list[i]->d_name, names.text);
		stack_free(&st);
		free(text);
		free(list[i]);
	}
	free(list);
	expected = data_read("crash/stacks.expected", NULL);
	ASSERT_NE(NULL, expected);
	EXPECT_STREQ(expected, all.text);
	free(expected);
	strbuf_free(&names);
	strbuf_free(&all);
}

/* However a text is cut, what comes out are names of the whole text. */
TEST(cut_anywhere)
{
	struct stack whole = {}, part = {};
	size_t len, cut;
	char *text;

	text = data_read("crash/scx_error.console", &len);
	ASSERT_NE(NULL, text);
	stack_extract(&whole, text, len);
	for (cut = 0; cut < len; cut++) {
		unsigned int i;

		stack_extract(&part, text, cut);
		ASSERT_LE(part.n, whole.n);
		for (i = 0; i < part.n; i++) {
			ASSERT_STREQ(whole.funcs[i].name, part.funcs[i].name)
				TH_LOG("cut at %zu", cut);
		}
		stack_free(&part);
	}
	stack_free(&whole);
	free(text);
}

static const struct line_case {
	const char *text;
	const char *names;
} line_cases[] = {
	{ "[    1.000000]  foo+0x1/0x2[    1.000001]  bar+0x1/0x2\n",
	  " foo bar" },
	{ "[    1.000000][    T1]  foo+0x1/0x2\n"
	  "[    1.000001][    C0]  bar+0x1/0x2\n", " foo bar" },
	{ "[    1.000000]  ? stale+0x1/0x2\n", "" },
	{ "# [    1.000000]  foo+0x1/0x2\n", " foo" },
	{ "  foo+0x1f\n", " foo" },
	{ "  foo+0x\n  foo+1\n  foo\n +0x1/0x2\n", "" },
	{ "  foo.part.0+0x1/0x2\n  foo.part.0+0x9/0xa\n", " foo" },
	{ "  foo+0x1/0x2 [mod]\n", " foo" },
	/* The compiler's unlikely half is the same function. */
	{ "  foo.cold+0x1/0x2\n  foo+0x1/0x2\n  bar.cold.12+0x1/0x2\n",
	  " foo bar" },
	{ "  foo.part.0.cold+0x1/0x2\n  a.colder+0x1/0x2\n",
	  " foo a.colder" },
	{ "  finish_task_switch.isra.0+0x1/0x2\n  update_process_times+0x1/0x2\n"
	  "  handle_lockup+0x1/0x2\n  default_idle_call+0x1/0x2\n"
	  "  x86_64_start_kernel+0x1/0x2\n  common_startup_64+0x1/0x2\n", "" },
	{ "  put_prev_task_scx+0x1/0x2\n  __schedule+0x1/0x2\n"
	  "  schedule_hrtimeout_range_clock+0x1/0x2\n"
	  "  poll_schedule_timeout.constprop.0+0x1/0x2\n"
	  "  do_sys_poll+0x1/0x2\n  __x64_sys_poll+0x1/0x2\n",
	  " put_prev_task_scx" },
	{ "  dequeue_task_scx+0x1/0x2\n  do_nanosleep+0x1/0x2\n"
	  "  hrtimer_nanosleep+0x1/0x2\n  common_nsleep+0x1/0x2\n",
	  " dequeue_task_scx" },
	{ "  dequeue_task_scx+0x1/0x2\n  futex_do_wait+0x1/0x2\n"
	  "  __futex_wait+0x1/0x2\n  futex_wait+0x1/0x2\n",
	  " dequeue_task_scx" },
	/* On each path, but here it is where it happened. */
	{ "  process_timeout+0x1/0x2\n", "" },
	{ "RIP: 0010:process_timeout+0x0/0x10\n call_timer_fn+0x1/0x2\n",
	  " process_timeout" },
	{ "WARNING: kernel/sched/core.c:12 at try_to_wake_up+0x1/0x2, CPU#1\n",
	  " try_to_wake_up" },
	{ "WARNING: CPU: 1 PID: 66 at kernel/a.c:12 schedule+0x1/0x2\n",
	  " schedule" },
	{ "WARNING: at schedule+0x1/0x2\n", " schedule" },
	{ "WARNING: at\nWARNING: cut at ", "" },
	{ " bpf_prog_0123456789abcdef_a_b+0x1/0x2\n", " [a_b]" },
	{ " bpf_prog_0123456789abcde_short+0x1/0x2\n",
	  " bpf_prog_0123456789abcde_short" },
	{ " bpf_trampoline_123+0x1/0x2\n bpf__sched_ext_ops_tick+0x1/0x2\n",
	  "" },
	{ "RIP: 0033:0x47b7a0\nRIP: 0010:foo+0x1/0x2\n", " foo" },
	{ "foo+0x1/0x2\r\nbar+0x1/0x2\r\n", " foo bar" },
	/* A dump's tasks are bystanders, what the console says is not. */
	{ "CPU states\n    idle_fn+0x1/0x2\n"
	  "====================\nfoo+0x1/0x2\n", " foo" },
	{ "task:init state:S stack:0\n  waits+0x1/0x2\n </TASK>\n"
	  "  foo+0x1/0x2\n", " foo" },
};

TEST(lines)
{
	struct strbuf names = STRBUF_INIT;
	struct stack st = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(line_cases); i++) {
		stack_extract(&st, line_cases[i].text, strlen(line_cases[i].text));
		stack_names(&st, &names);
		EXPECT_STREQ(line_cases[i].names, names.text)
			TH_LOG("case %u", i);
		stack_free(&st);
	}
	strbuf_free(&names);
}

/* What lockdep, KASAN, KFENCE, KMSAN, SLUB and page owners tell of the past */
TEST(history_by_its_head)
{
	static const char * const heads[] = {
		"the existing dependency chain (in reverse order) is:",
		"{IN-HARDIRQ-W} state was registered at:",
		"Allocated by task 77:", "Freed by task 80 on cpu 1 at 6.120000s:",
		"Allocated in made+0x1/0x2 age=312 cpu=0 pid=77",
		"Freed in made+0x1/0x2 age=41 cpu=1 pid=80",
		"allocated by task 77 on cpu 0 at 5.000000s (1.300000s ago):",
		"freed by task 80 on cpu 1 at 6.120000s (0.180000s ago):",
		"Last potentially related work creation:",
		"page last allocated via order 0, migratetype Unmovable",
		"page last free pid 12 tgid 12 stack trace:",
		"Uninit was created at:", "Local variable x created at:",
	};
	struct strbuf names = STRBUF_INIT, text = STRBUF_INIT;
	struct stack st = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		strbuf_reset(&text);
		strbuf_addf(&text, "  now+0x1/0x2\n%s\n  once+0x1/0x2\n"
			    "Call Trace:\n  here+0x1/0x2\n", heads[i]);
		stack_extract(&st, text.text, text.len);
		stack_names(&st, &names);
		EXPECT_STREQ(" now here", names.text) {
			TH_LOG("%s", heads[i]);
		}
		stack_free(&st);
	}
	strbuf_free(&names);
	strbuf_free(&text);
}

/* As a kernel of tomorrow may call them */
static const char *made_file(void *ctx, const char *symbol)
{
	static const struct {
		const char *front, *file;
	} files[] = {
		{ "wq_", "kernel/workqueue.c" }, { "kt_", "kernel/kthread.c" },
		{ "ld_", "kernel/locking/lockdep.c" }, { "fs_", "fs/read.c" },
	};
	unsigned int i;

	++*(unsigned int *)ctx;
	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!strncmp(symbol, files[i].front, 3))
			return files[i].file;
	return NULL;
}

static const struct line_case place_cases[] = {
	/* How a work came to run, and who prints */
	{ "  ld_report+0x1/0x2\n  foo+0x1/0x2\n  wq_runs_works+0x1/0x2\n"
	  "  kt_enters+0x1/0x2\n", " foo" },
	/* Who waits for a work calls into the same file. */
	{ "  wq_flush+0x1/0x2\n  fs_x+0x1/0x2\n  wq_runs_works+0x1/0x2\n",
	  " wq_flush fs_x" },
	{ "  kt_create+0x1/0x2\n  ? stale+0x1/0x2\n  foo+0x1/0x2\n",
	  " kt_create foo" },
	{ "  wq_flush+0x1/0x2\n bpf_prog_0123456789abcdef_a+0x1/0x2\n",
	  " wq_flush [a]" },
	/* In an interrupt, on top of another trace */
	{ "  foo+0x1/0x2\n  wq_irq+0x1/0x2\n </IRQ>\n <TASK>\n"
	  "RIP: 0010:bar+0x1/0x2\n", " foo bar" },
	{ "  wq_a+0x1/0x2\n</TASK>\n  foo+0x1/0x2\n", " foo" },
	/* Where it happened, it is what it is. */
	{ "RIP: 0010:wq_a+0x1/0x2\nRAX: 00\n  wq_b+0x1/0x2\n", " wq_a" },
	/* A place that nobody knows */
	{ "  foo.llvm.12+0x1/0x2\n", " foo" },
};

TEST(plumbing_by_its_file)
{
	struct strbuf names = STRBUF_INIT;
	unsigned int i, asked = 0;
	struct stack_places places = { made_file, &asked };

	for (i = 0; i < ARRAY_SIZE(place_cases); i++) {
		struct stack st = { .places = &places };

		stack_extract(&st, place_cases[i].text,
			      strlen(place_cases[i].text));
		stack_names(&st, &names);
		EXPECT_STREQ(place_cases[i].names, names.text)
			TH_LOG("case %u", i);
		stack_free(&st);
	}
	EXPECT_LT(ARRAY_SIZE(place_cases), asked);
	strbuf_free(&names);
}

/* By DWARF: kthreadd() is on no list of names. */
TEST(plumbing_of_a_real_kernel)
{
	static const char text[] = "  scx_pre_fork+0x1/0x2\n"
		"  kernel_thread+0x1/0x2\n  kthreadd+0x1/0x2\n";
	const char *dir = getenv("KTSTR_KERNEL");
	struct strbuf names = STRBUF_INIT;
	struct stack_places places;
	struct stack st = { .places = &places };
	char path[4096], err[256];
	struct source *src;

	snprintf(path, sizeof(path), "%s/vmlinux", dir ?: "");
	src = dir ? source_open(path, err, sizeof(err)) : NULL;
	if (!src)
		SKIP(return, "KTSTR_KERNEL names no kernel with DWARF");
	source_places(src, &places);
	stack_extract(&st, text, strlen(text));
	stack_names(&st, &names);
	EXPECT_STREQ(" scx_pre_fork kernel_thread", names.text);
	stack_free(&st);
	strbuf_free(&names);
	source_close(src);
}

TEST(huge)
{
	struct strbuf text = STRBUF_INIT;
	struct stack st = {};
	unsigned int i;

	for (i = 0; i < 100000; i++)
		strbuf_addf(&text, "[    1.000000]  fn_%u+0x1/0x2\n", i % 1000);
	strbuf_addf(&text, "%0*d+0x1/0x2\n", 100000, 0);
	stack_extract(&st, text.text, text.len);
	EXPECT_EQ(STACK_MAX, st.n);
	EXPECT_EQ(100 * (1000 - STACK_MAX), st.dropped);
	EXPECT_STREQ("fn_0", st.funcs[0].name);
	EXPECT_STREQ("fn_255", st.funcs[STACK_MAX - 1].name);
	stack_free(&st);
	strbuf_free(&text);
}

TEST(base_names)
{
	char base[STACK_NAME_LEN];

	stack_base_name("scx_enable.constprop.0", base);
	EXPECT_STREQ("scx_enable", base);
	stack_base_name("schedule", base);
	EXPECT_STREQ("schedule", base);
	stack_base_name(".L1", base);
	EXPECT_STREQ(".L1", base);
	stack_base_name("", base);
	EXPECT_STREQ("", base);
}

TEST_HARNESS_MAIN
