// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel command line: what is in it, and what happens when there is no
 * room for it.
 */
#include "kselftest_harness.h"

#include "lib/common/wire/plan.h"
#include "vmm/x86/cmdline.h"

#define KERNEL_MAX	2047	/* x86's COMMAND_LINE_SIZE - 1 */

FIXTURE(cmdline) {
	struct cmdline_config config;
	struct strbuf sb;
	char text[200];
	struct vm_error err;
};

FIXTURE_SETUP(cmdline)
{
	self->config = (struct cmdline_config) {
		.ring_gpa = 0x100000000,
		.ring_size = 4 << 20,
		.max = KERNEL_MAX,
	};
	self->sb = (struct strbuf)STRBUF_INIT;
	self->text[0] = '\0';
	self->err = (struct vm_error) {
		.text = self->text,
		.size = sizeof(self->text),
	};
}

FIXTURE_TEARDOWN(cmdline)
{
	strbuf_free(&self->sb);
}

TEST_F(cmdline, init_finds_the_ring)
{
	uint64_t gpa = 0, size = 0;

	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_EQ(1, plan_ring_param(self->sb.text, &gpa, &size));
	EXPECT_EQ(self->config.ring_gpa, gpa);
	EXPECT_EQ(self->config.ring_size, size);
	/* A good half is left to the callers. */
	EXPECT_LT(self->sb.len, KERNEL_MAX / 2);
}

/* Devices go before what a test adds, which may say something else of them. */
TEST_F(cmdline, devices_are_told)
{
	self->config.devices = " virtio_mmio.device=4096@0xd0000000:5";
	self->config.extra = "last";
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_NE(NULL, strstr(self->sb.text,
			       " virtio_mmio.device=4096@0xd0000000:5 last"));
}

/* Whoever describes a machine wants the text, and no reason. */
TEST_F(cmdline, too_long_without_anybody_to_tell)
{
	char words[KERNEL_MAX + 1];

	memset(words, 'x', sizeof(words));
	words[KERNEL_MAX] = '\0';
	self->config.extra = words;
	EXPECT_EQ(-EINVAL, cmdline_build(&self->config, &self->sb, NULL));
}

TEST_F(cmdline, quiet_or_verbose)
{
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_NE(NULL, strstr(self->sb.text, " quiet"));
	EXPECT_EQ(NULL, strstr(self->sb.text, "earlyprintk"));

	strbuf_reset(&self->sb);
	self->config.verbose = true;
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_EQ(NULL, strstr(self->sb.text, " quiet"));
	EXPECT_NE(NULL, strstr(self->sb.text, " earlyprintk=serial"));
}

TEST_F(cmdline, acpi_is_for_nodes)
{
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_NE(NULL, strstr(self->sb.text, " acpi=off"));

	strbuf_reset(&self->sb);
	self->config.acpi = true;
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_EQ(NULL, strstr(self->sb.text, "acpi"));
}

TEST_F(cmdline, pages_move_where_memory_has_no_cpus)
{
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_EQ(NULL, strstr(self->sb.text, "numa_balancing"));

	strbuf_reset(&self->sb);
	self->config.tiers = true;
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_NE(NULL, strstr(self->sb.text, " numa_balancing=enable"));
}

TEST_F(cmdline, the_kernel_lies_where_it_was_linked_to)
{
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_NE(NULL, strstr(self->sb.text, " nokaslr"));

	strbuf_reset(&self->sb);
	self->config.kaslr = true;
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_EQ(NULL, strstr(self->sb.text, "kaslr"));
}

TEST_F(cmdline, crowded_cpus_start_one_by_one)
{
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_EQ(NULL, strstr(self->sb.text, "cpuhp.parallel"));

	strbuf_reset(&self->sb);
	self->config.crowded = true;
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_NE(NULL, strstr(self->sb.text, " cpuhp.parallel=0"));
}

TEST_F(cmdline, callers_words_come_last)
{
	self->config.extra = "reboot=t init=/x";
	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_STREQ(" reboot=t init=/x",
		     self->sb.text + self->sb.len - strlen(" reboot=t init=/x"));
}

TEST_F(cmdline, too_long_is_refused)
{
	char extra[KERNEL_MAX + 1];
	size_t room;

	ASSERT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	room = KERNEL_MAX - self->sb.len - 1;
	memset(extra, 'a', sizeof(extra));
	self->config.extra = extra;

	extra[room] = '\0';
	strbuf_reset(&self->sb);
	EXPECT_EQ(0, cmdline_build(&self->config, &self->sb, &self->err));
	EXPECT_EQ(KERNEL_MAX, self->sb.len);

	extra[room] = 'a';
	extra[room + 1] = '\0';
	strbuf_reset(&self->sb);
	EXPECT_EQ(-EINVAL, cmdline_build(&self->config, &self->sb,
					 &self->err));
	EXPECT_NE(NULL, strstr(self->text, "takes 2047"));
}

TEST_HARNESS_MAIN
