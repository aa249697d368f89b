// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the monitor writes: into a map by the name of a variable, and into
 * sched_ext's watchdog, on the image of a guest under scx_ktstr.
 */
#include "kselftest_harness.h"

#include "bpf/scx_ktstr.h"
#include "kselftest/unit/mon_image.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/bpf.h"
#include "lib/host/monitor/read/poke.h"

FIXTURE(mon_poke)
{
	struct image im;
	char err[256];
};

FIXTURE_SETUP(mon_poke)
{
	if (image_open(&self->im, "stall"))
		SKIP(return, "%s", self->im.why);
	ASSERT_EQ(0, image_attach(&self->im));
}

FIXTURE_TEARDOWN(mon_poke)
{
	image_close(&self->im);
}

/* Both variables of .bss, which are four bytes each */
static uint64_t both_variables(FIXTURE_DATA(mon_poke) *self)
{
	struct mon_map map;
	uint64_t va, v = 0;

	if (!mon_map_find(&self->im.guest, ".bss", &map, self->err,
			  sizeof(self->err)) &&
	    !mon_map_elem(&self->im.guest, &map, 0, 0, &va))
		mon_read_u64(&self->im.guest.mem, va, &v);
	return v;
}

static int poke(FIXTURE_DATA(mon_poke) *self, struct bpf_map_write write)
{
	return mon_poke_map(&self->im.guest, &write, self->err,
			    sizeof(self->err));
}

TEST_F(mon_poke, variable_by_name)
{
	uint64_t before = both_variables(self), one, both;

	EXPECT_EQ(0, poke(self, (struct bpf_map_write){
		.map = ".bss", .var = "fail_mode", .value = 0x11223344 }));
	EXPECT_NE(NULL, strstr(self->err, "fail_mode"));
	one = both_variables(self);
	EXPECT_EQ(0, poke(self, (struct bpf_map_write){
		.map = ".bss", .var = "crash", .value = 0x55667788 }));
	both = both_variables(self);
	/* Each has changed its own half, and no other. */
	EXPECT_NE(before, one);
	EXPECT_EQ(true, both == 0x5566778811223344ULL ||
		  both == 0x1122334455667788ULL);
	EXPECT_EQ(0, poke(self, (struct bpf_map_write){
		.map = ".bss", .offset = 1, .value = 0xee, .size = 1 }));
	EXPECT_EQ((both & ~0xff00ULL) | 0xee00, both_variables(self));
}

TEST_F(mon_poke, what_cannot_be_written)
{
	static const struct {
		struct bpf_map_write write;
		int ret;
		const char *text;
	} cases[] = {
		{ { .map = ".no_such", .value = 1 }, -ENOENT, ".no_such" },
		{ { .map = ".bss", .var = "no_such" }, -ENOENT, "no_such" },
		{ { .map = ".bss", .offset = 1 << 20 }, -EINVAL, "at 1048576" },
		{ { .map = ".bss", .offset = 0xfffffffe }, -EINVAL, ".bss" },
		{ { .map = ".rodata", .value = 1 }, -EPERM, ".rodata" },
	};
	uint64_t before = both_variables(self);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ret, poke(self, cases[i].write));
		EXPECT_NE(NULL, strstr(self->err, cases[i].text)) {
			TH_LOG("%u: %s", i, self->err);
		}
	}
	EXPECT_EQ(before, both_variables(self));
}

static uint64_t symbol(FIXTURE_DATA(mon_poke) *self, enum mon_symbol_id id)
{
	uint64_t v = 0;

	mon_read_u64(&self->im.guest.mem, mon_guest_symbol(&self->im.guest, id),
		     &v);
	return v;
}

TEST_F(mon_poke, watchdog)
{
	const struct mon_guest *g = &self->im.guest;
	struct mon_watchdog w = { .timeout_ms = 4000 };
	uint64_t root = symbol(self, MON_SYM_SCX_ROOT), v;

	ASSERT_FALSE(mon_guest_field(g, MON_SCX_WATCHDOG_TIMEOUT, root, &v));
	EXPECT_EQ(30 * g->kernel->hz, v);
	EXPECT_EQ(1, mon_watchdog_turn(g, &w));
	EXPECT_EQ(0, mon_guest_field(g, MON_SCX_WATCHDOG_TIMEOUT, root, &v));
	EXPECT_EQ(4 * g->kernel->hz, v);
	EXPECT_EQ(2 * g->kernel->hz, symbol(self, MON_SYM_WATCHDOG_INTERVAL));
	EXPECT_EQ(symbol(self, MON_SYM_JIFFIES),
		  symbol(self, MON_SYM_WATCHDOG_TIMESTAMP));
	EXPECT_EQ(0, mon_watchdog_turn(g, &w));
	EXPECT_FALSE(w.settled);
	/* The kernel's own watchdog runs: hands off from now on. */
	v = symbol(self, MON_SYM_WATCHDOG_TIMESTAMP) - 7;
	mon_write(&g->mem, mon_guest_symbol(g, MON_SYM_WATCHDOG_TIMESTAMP), &v,
		  sizeof(v));
	EXPECT_EQ(0, mon_watchdog_turn(g, &w));
	EXPECT_TRUE(w.settled);
	EXPECT_EQ(0, mon_watchdog_turn(g, &w));
	EXPECT_EQ(v, symbol(self, MON_SYM_WATCHDOG_TIMESTAMP));
}

TEST_HARNESS_MAIN
