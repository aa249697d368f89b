// SPDX-License-Identifier: GPL-2.0-only
/*
 * Topologies as text: both ways, from files, and every mistake named.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/topology_text.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

/* As they are written again. */
static const char * const good[] = {
	"1n2l4c2t",
	"1n3l9c2t:name=a:llcs=2*9x2,6x2",
	"1n1l14c2t:name=b:llcs=6x2+8x1/4",
	"1n4l4c2t:name=c:package=2:smt=apart",
	"4n2l8c2t:name=d:snc=2:distance=10,12,21,21/12,10,21,21/21,21,10,12/21,21,12,10",
	"3n2l2c1t:name=e:nodes=2*1,0:memory=2*512,256:latency=2*90,250:bandwidth=2*9000,3000:cache=2*0,64",
	"3n1l2c1t:name=f:snc=2:memory=2*64,32",
	"1n1l4c1t:name=g:boot=3:absent=4",
	"2n3l2c1t:name=h:nodes=2,1",
};

TEST(what_is_written_is_read)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct strbuf line = STRBUF_INIT, file = STRBUF_INIT;
		struct topology_form *form, *again;
		struct topology t, u;
		char err[200] = "";

		ASSERT_EQ(0, topology_read(good[i], NULL, &t, &form, err,
					   sizeof(err))) {
			TH_LOG("%s: %s", good[i], err);
		}
		topology_write(&t, ":", &line);
		EXPECT_STREQ(good[i], line.text);
		topology_write(&t, "\n", &file);
		ASSERT_EQ(0, topology_read(file.text, NULL, &u, &again, err,
					   sizeof(err)));
		EXPECT_EQ(!form, !again);
		if (form && again) {
			EXPECT_STREQ(form->name, again->name);
			form->name = NULL;
			again->name = NULL;
			EXPECT_EQ(0, memcmp(form, again, sizeof(*form)));
		}
		free(form);
		free(again);
		strbuf_free(&line);
		strbuf_free(&file);
	}
}

TEST(comments_and_lines_part_words)
{
	static const char text[] =
		"# what it is\n1n2l2c2t # even\n\n\tsmt=apart:#none\nname=z#";
	struct topology_form *form;
	struct topology t;
	char err[200];

	ASSERT_EQ(0, topology_read(text, NULL, &t, &form, err, sizeof(err))) {
		TH_LOG("%s", err);
	}
	EXPECT_STREQ("z", form->name);
	EXPECT_TRUE(form->threads_apart);
	EXPECT_EQ(8, topology_cpus(&t));
	free(form);
}

TEST(who_has_no_name_gets_one)
{
	static const char text[] = "1n2l2c2t:smt=apart";
	struct topology_form *form, *other;
	struct topology t;
	char err[200];

	ASSERT_EQ(0, topology_read(text, NULL, &t, &form, err, sizeof(err)));
	ASSERT_EQ(0, topology_read("1n2l2c2t:boot=1", NULL, &t, &other, err,
				   sizeof(err)));
	EXPECT_EQ(0, strncmp("1n2l2c2t-", form->name, 9));
	EXPECT_STRNE(form->name, other->name);
	free(form);
	free(other);
	ASSERT_EQ(0, topology_read(text, "mine", &t, &form, err, sizeof(err)));
	EXPECT_STREQ("mine", form->name);
	free(form);
}

TEST(presets_are_topologies)
{
	struct topology_form *form;
	struct topology t;
	char err[200];

	ASSERT_EQ(0, topology_read("192cpu-11llc-smt", NULL, &t, &form, err,
				   sizeof(err)));
	EXPECT_EQ(NULL, form);
	EXPECT_EQ(192, topology_cpus(&t));
	ASSERT_EQ(0, topology_read("smt-3llc", NULL, &t, &form, err,
				   sizeof(err)));
	EXPECT_EQ(12, topology_cpus(&t));
}

#define NO_EVEN	"is no topology, as in 1n2l4c2t (nodes, LLCs of all of them, cores of each LLC, threads of each core)"
#define NO_LLCS	"is not cores and threads of each LLC, as in 2*9x2,6x2+8x1/4, one for each LLC"

static const struct {
	const char *text;
	const char *err;
} bad[] = {
	{ "", ": " NO_EVEN },
	{ "# nothing", ": " NO_EVEN },
	{ "tiny", "tiny: " NO_EVEN },
	{ "name=x:1n1l1c1t", "name=x: " NO_EVEN },
	{ "1n1l1c1t:speed=9", "speed=9: there is no such key" },
	{ "1n1l1c1t:\033[2J=9", "?[2J=9: there is no such key" },
	{ "1n1l1c1t:boot=0:boot=0", "boot=0: is given twice" },
	{ "1n1l1c1t:boot=", "boot=: is not the number of a CPU" },
	{ "1n1l1c1t:boot=-1", "boot=-1: is not the number of a CPU" },
	{ "1n1l1c1t:boot=99999999999999999999",
	  "boot=99999999999999999999: is not the number of a CPU" },
	{ "1n1l1c1t:smt=near", "smt=near: is not 'apart'" },
	{ "1n1l1c1t:smt=apartment", "smt=apartment: is not 'apart'" },
	{ "1n1l1c1t:name=", "name=: is not a name of at most 39 characters" },
	{ "1n1l1c1t:name=1234567890123456789012345678901234567890",
	  "name=1234567890123456789012345678901234567890: is not a name of at most 39 characters" },
	{ "1n1l1c1t:name=a/b",
	  "topology 1n1l1c1t: what is not even needs a name, of at most 39 letters, digits and any of ._-"
	},
	{ "1n2l1c1t:llcs=1x1", "llcs=1x1: " NO_LLCS },
	{ "1n2l1c1t:llcs=3*1x1", "llcs=3*1x1: " NO_LLCS },
	{ "1n2l1c1t:llcs=0*1x1,2*1x1", "llcs=0*1x1,2*1x1: " NO_LLCS },
	{ "1n2l1c1t:llcs=1x1,0x1", "llcs=1x1,0x1: " NO_LLCS },
	{ "1n1l1c1t:llcs=1x1+1x1+1x1+1x1",
	  "llcs=1x1+1x1+1x1+1x1: " NO_LLCS },
	{ "1n2l1c1t:llcs=1x1,1x1,", "llcs=1x1,1x1,: " NO_LLCS },
	{ "1n1l1c1t:llcs=65536x1", "llcs=65536x1: " NO_LLCS },
	{ "999n999l1c1t:llcs=129*1x1", "llcs=129*1x1: " NO_LLCS },
	{ "2n2l1c1t:nodes=1",
	  "nodes=1: is not LLCs of each node, as in 4,4,0, one for each node" },
	{ "2n2l1c1t:memory=33*1",
	  "memory=33*1: is not MiB of each node, as in 96,32, one for each node" },
	{ "2n2l1c1t:distance=10,20",
	  "distance=10,20: is not a row of numbers for each node, as in 10,21/21,10, one for each node"
	},
	{ "2n2l1c1t:distance=10,20/300,10",
	  "distance=10,20/300,10: is not a row of numbers for each node, as in 10,21/21,10, one for each node"
	},
	{ "2n3l1c1t", "topology 2n3l1c1t: 3 LLCs do not divide over 2 nodes" },
	{ "1n1l1c1t:name=x:boot=1",
	  "topology x: CPU 1 is to boot, but there are 1" },
};

TEST(mistakes_are_named)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct topology t = TOPOLOGY(9, 9, 9, 9);
		struct topology_form *form;
		char err[200] = "";

		EXPECT_EQ(-EINVAL, topology_read(bad[i].text, NULL, &t, &form,
						 err, sizeof(err)));
		EXPECT_STREQ(bad[i].err, err);
		EXPECT_EQ(NULL, form);
		EXPECT_EQ(9, t.nodes);
	}
}

TEST(files_are_told_from_text)
{
	static const struct {
		const char *given;
		bool is_file;
	} cases[] = {
		{ "1n2l4c2t", false }, { "tiny-1llc", false },
		{ "1n1l8c1t:llcs=8x1/4", false }, { "./x", true },
		{ "x.topology", true }, { "/a:b", true }, { "a/b:c", true },
		{ "1n1l1c1t:boot=0.topology", true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].is_file, topology_is_file(cases[i].given)) {
			TH_LOG("case %zu", i);
		}
}

static void write_file(int fd, const char *text, size_t len)
{
	if (ftruncate(fd, 0) || pwrite(fd, text, len, 0) != (ssize_t)len)
		abort();
}

TEST(files)
{
	char path[64], err[200], *long_text = calloc(1, 70000);
	int fd = memfd_create("x", MFD_CLOEXEC);
	struct topology_form *form;
	struct topology t;

	ASSERT_LE(0, fd);
	ASSERT_NE(NULL, long_text);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	write_file(fd, "1n1l2c1t\nboot=1\n", 16);
	ASSERT_EQ(0, topology_load(path, &t, &form, err, sizeof(err))) {
		TH_LOG("%s", err);
	}
	/* The file's name. */
	EXPECT_STREQ(strrchr(path, '/') + 1, form->name);
	free(form);

	write_file(fd, "1n1l2c1t\0boot=1\n", 16);
	EXPECT_EQ(-EINVAL, topology_load(path, &t, &form, err, sizeof(err)));
	EXPECT_STREQ("is no text", err);
	memset(long_text, ' ', 70000);
	write_file(fd, long_text, 70000);
	EXPECT_EQ(-E2BIG, topology_load(path, &t, &form, err, sizeof(err)));
	EXPECT_STREQ("is too long for a topology", err);
	EXPECT_EQ(-ENOENT, topology_load("/nowhere/x.topology", &t, &form, err,
					 sizeof(err)));
	EXPECT_STREQ("No such file or directory", err);
	EXPECT_EQ(-EISDIR, topology_load("/", &t, &form, err, sizeof(err)));
	free(long_text);
	close(fd);
}

TEST_HARNESS_MAIN
