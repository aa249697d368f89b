// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watchpoints on the image of a guest under scx_ktstr, whose CPUs are ours to move:
 * where one is set, when, and what is told of a write.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/watchpoint.h"

/* The machine: what it was asked for */
static struct asked {
	uint64_t va;
	unsigned int len;
	unsigned int times;
	unsigned int refused;
	int ret;
	void (*hit)(void *ctx, unsigned int cpu, uint64_t pc);
	void *ctx;
} asked;

static int watch(void *ctx, uint64_t va, unsigned int len, unsigned int most,
		 void (*hit)(void *hit_ctx, unsigned int cpu, uint64_t pc),
		 void *hit_ctx)
{
	(void)ctx;
	if (asked.ret || !most) {
		asked.refused++;
		return asked.ret;
	}
	asked.va = va;
	asked.len = len;
	asked.times++;
	asked.hit = hit;
	asked.ctx = hit_ctx;
	return 0;
}

FIXTURE(watchpoint)
{
	struct image im;
	struct mon_mem_ops ops;
	struct mon_guest *g;
	struct mon_watchpoint *w;
	struct mon_writes writes;
	char err[256];
};

FIXTURE_SETUP(watchpoint)
{
	memset(self, 0, sizeof(*self));
	memset(&asked, 0, sizeof(asked));
	if (image_open(&self->im, "stall"))
		SKIP(return, "%s", self->im.why);
	ASSERT_EQ(0, image_attach(&self->im));
	self->g = &self->im.guest;
	self->ops = *self->g->mem.ops;
	self->ops.watch = watch;
	self->g->mem.ops = &self->ops;
}

FIXTURE_TEARDOWN(watchpoint)
{
	mon_watchpoint_destroy(self->w);
	image_close(&self->im);
}

static unsigned int turn(FIXTURE_DATA(watchpoint) *self, const char *text)
{
	mon_watchpoint_destroy(self->w);
	self->w = mon_watchpoint_create(text, &self->writes);
	return mon_watchpoint_turn(self->w, self->g);
}

static int why(FIXTURE_DATA(watchpoint) *self)
{
	self->err[0] = '\0';
	return mon_watchpoint_why(self->w, self->err, sizeof(self->err));
}

static uint64_t root(FIXTURE_DATA(watchpoint) *self)
{
	uint64_t va = 0;

	mon_read_u64(&self->g->mem, mon_guest_symbol(self->g, MON_SYM_SCX_ROOT),
		     &va);
	return va;
}

#define EXIT_KIND	"scx_root:scx_sched:->exit_kind"

TEST_F(watchpoint, is_set_where_the_path_leads)
{
	EXPECT_EQ(0U, turn(self, EXIT_KIND));
	EXPECT_EQ(0, why(self)) TH_LOG("%s", self->err);
	EXPECT_EQ(4U, asked.len);
	EXPECT_EQ(root(self) + mon_guest_offset(self->g, MON_SCX_EXIT_KIND),
		  asked.va);
	/* Once is enough. */
	mon_watchpoint_turn(self->w, self->g);
	EXPECT_EQ(1U, asked.times);
	EXPECT_EQ(0U, turn(self, "jiffies_64"));
	EXPECT_EQ(0, why(self)) TH_LOG("%s", self->err);
	EXPECT_EQ(mon_guest_symbol(self->g, MON_SYM_JIFFIES), asked.va);
	EXPECT_EQ(8U, asked.len);
}

TEST_F(watchpoint, follows_a_pointer_that_changes)
{
	uint64_t va = mon_guest_symbol(self->g, MON_SYM_SCX_ROOT), is, other;

	is = root(self);
	other = 0;
	mon_write(&self->g->mem, va, &other, sizeof(other));
	turn(self, EXIT_KIND);
	EXPECT_EQ(-EAGAIN, why(self));
	EXPECT_NE(NULL, strstr(self->err, "was NULL")) TH_LOG("%s", self->err);
	mon_write(&self->g->mem, va, &is, sizeof(is));
	mon_watchpoint_turn(self->w, self->g);
	EXPECT_EQ(0, why(self));
	is = asked.va;
	other = root(self) + 64;
	mon_write(&self->g->mem, va, &other, sizeof(other));
	mon_watchpoint_turn(self->w, self->g);
	EXPECT_EQ(is + 64, asked.va);
	EXPECT_EQ(2U, asked.times);
}

TEST_F(watchpoint, tells_of_a_write)
{
	uint64_t pc = mon_guest_named(self->g, "scx_bpf_error_bstr", NULL);
	unsigned int i;
	uint32_t v = 1025;

	ASSERT_NE(0U, pc);
	turn(self, EXIT_KIND);
	ASSERT_TRUE(!!asked.hit);
	mon_write(&self->g->mem, asked.va, &v, sizeof(v));
	asked.hit(asked.ctx, 1, pc + 5);
	ASSERT_EQ(1U, mon_watchpoint_turn(self->w, self->g));
	EXPECT_EQ(1025, self->writes.list[0].value);
	EXPECT_EQ(1U, self->writes.list[0].cpu);
	EXPECT_STREQ("scx_bpf_error_bstr+0x5", self->writes.list[0].where);
	/* No more than there is room for. */
	for (i = 0; i < MON_WRITES_MAX + 3; i++)
		asked.hit(asked.ctx, 0, 0x1234);
	EXPECT_EQ(MON_WRITES_MAX, mon_watchpoint_turn(self->w, self->g));
	EXPECT_STREQ("0x1234", self->writes.list[7].where);
}

TEST_F(watchpoint, that_cannot_be_set_says_why)
{
	static const struct {
		const char *text;
		int ret;
		const char *says;
	} cases[] = {
		{ "no_such_symbol", -ENOENT, "no such symbol" },
		{ "scx_root:no_such:->a", -ENOENT, "no such struct" },
		{ "scx_root:scx_sched:->no_such", -ENOENT, "there is" },
		{ "scx_root:scx_sched:->ops", -EINVAL, "no number" },
		{ "init_task", -EINVAL, "SYMBOL:TYPE:PATH" },
		{ "a b", -EINVAL, "neither" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		turn(self, cases[i].text);
		EXPECT_EQ(cases[i].ret, why(self)) TH_LOG("%s", cases[i].text);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].text, self->err);
	}
	EXPECT_EQ(0U, asked.times);
	asked.ret = -ETIMEDOUT;
	turn(self, EXIT_KIND);
	EXPECT_EQ(-EAGAIN, why(self));
	/* It is tried again, but not for ever. */
	for (i = 0; i < 5; i++)
		mon_watchpoint_turn(self->w, self->g);
	EXPECT_EQ(-ETIMEDOUT, why(self));
	EXPECT_EQ(3U, asked.refused);
	self->ops.watch = NULL;
	turn(self, EXIT_KIND);
	EXPECT_EQ(-ENOTSUP, why(self));
}

TEST_HARNESS_MAIN
