// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cells that are run: by a program that pretends, so that no VM is needed. What it is
 * told, what its results become, and what is left out when time is short.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/ready.h"
#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/gauntlet.h"
#include "lib/host/cli/option.h"
#include "lib/host/cli/running.h"
#include "lib/host/gauntlet/gauntlet.h"

/*
 * Says what it was told to one file, and a result for each -r: a test whose name has
 * "bad" in it fails, one with "slow" in it takes a moment.
 */
static const char script[] =
	"#!/bin/bash\n"
	"exec 3>>${0%/*}/told\n"
	"echo \"$KTSTR_KERNEL $KTSTR_SIDECAR_DIR [$KTSTR_ATTR] [$KTSTR_READY_MACHINES] [$KTSTR_AGAIN_TEST]\" >&3\n"
	"echo TAP version 13\n"
	"echo \"# Starting tests\"\n"
	"n=0\n"
	"while [[ $1 = -r ]]; do\n"
	"	[[ $2 != *slow* ]] || sleep 0.3\n"
	"	not=; [[ $2 != *bad* ]] || not='not '\n"
	"	echo \"${not}ok $((++n)) $2 # as told\"\n"
	"	shift 2\n"
	"done\n";

FIXTURE(run)
{
	struct gauntlet g;
	struct running r;
	char dir[64];
	char *told;
	int out;
	char err[CLI_ERR_SIZE];
};

FIXTURE_SETUP(run)
{
	char path[128];
	int fd;

	memset(self, 0, sizeof(*self));
	snprintf(self->dir, sizeof(self->dir), "/tmp/gauntlet.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(path, sizeof(path), "%s/" READY_PROGRAM, self->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ASSERT_LE(0, fd);
	ASSERT_EQ((ssize_t)strlen(script), write(fd, script, strlen(script)));
	close(fd);
	snprintf(self->r.own, sizeof(self->r.own), "%s", self->dir);
	snprintf(self->r.results, sizeof(self->r.results), "%s", self->dir);
	self->r.place = VMS_KVM;
	self->r.jobs = 1;
	unsetenv("KTSTR_ATTR");
	/* What it prints is KTAP of its own. */
	self->out = dup(STDOUT_FILENO);
	fflush(stdout);
}

FIXTURE_TEARDOWN(run)
{
	running_exit(&self->r);
	gauntlet_exit(&self->g);
	free(self->told);
	close(self->out);
	folder_remove(self->dir);
}

static const struct scheduler eevdf = { .name = "eevdf" };
static const struct scheduler other = {
	.name = "other", .binary = "scx_o", .args = { "-a,b" },
};

static void add_test(struct __test_metadata *_metadata, struct gauntlet *g,
		     const char *name, const char *attr)
{
	ASSERT_EQ(0, gauntlet_add_test(g, READY_PROGRAM, name, true, attr));
}

static void add_axes(struct __test_metadata *_metadata, struct gauntlet *g)
{
	static const struct topology small = TOPOLOGY(1, 1, 1, 1);
	static const struct topology large = TOPOLOGY(1, 2, 1, 1);
	struct gauntlet_scheduler *s;

	ASSERT_EQ(0, gauntlet_add_preset(g, "small", &small));
	ASSERT_EQ(0, gauntlet_add_preset(g, "large", &large));
	ASSERT_NE(NULL, gauntlet_add_scheduler(g, &eevdf));
	s = gauntlet_add_scheduler(g, &other);
	ASSERT_NE(NULL, s);
	snprintf(s->path, sizeof(s->path), "/opt/o/scx_o");
	ASSERT_NE(NULL, gauntlet_add_kernel(g, "7.3.4"));
	ASSERT_EQ(0, gauntlet_add_flavour(g, &gauntlet_flavours[0]));
	ASSERT_EQ(0, gauntlet_add_flavour(g, &gauntlet_flavours[2]));
}

static int run(FIXTURE_DATA(run) *self, unsigned int budget_s)
{
	char path[128];
	int ret, null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	FILE *f;
	size_t size = 0;

	self->r.began_ns = clock_now_ns();
	dup2(null, STDOUT_FILENO);
	close(null);
	ret = gauntlet_run_cells(&self->g, &self->r, budget_s, 3, self->err);
	dup2(self->out, STDOUT_FILENO);
	snprintf(path, sizeof(path), "%s/told", self->dir);
	f = fopen(path, "re");
	if (!f || getdelim(&self->told, &size, '\0', f) < 0) {
		free(self->told);
		self->told = strdup("");
	}
	if (f)
		fclose(f);
	return ret;
}

static enum gauntlet_state state(FIXTURE_DATA(run) *self, const char *name)
{
	const struct gauntlet_cell *c = gauntlet_find(&self->g, name);

	return c ? c->state : CELL_STATES;
}

TEST_F(run, each_cell_gets_its_result)
{
	struct gauntlet *g = &self->g;
	size_t i;

	add_test(_metadata, g, "good", "");
	add_test(_metadata, g, "bad", "");
	add_axes(_metadata, g);
	ASSERT_EQ(0, gauntlet_make_cells(g));
	ASSERT_EQ(0, gauntlet_order(g, true));
	ASSERT_EQ(16U, g->n_cells);
	EXPECT_EQ(1, run(self, 0)) TH_LOG("%s", self->err);
	for (i = 0; i < g->n_cells; i++)
		EXPECT_EQ(strstarts(g->cells[i].name, "good/") ? CELL_PASS :
								 CELL_FAIL,
			  g->cells[i].state)
			TH_LOG("%s", g->cells[i].name);
	EXPECT_STREQ("as told", gauntlet_find(g, "bad/small/eevdf")->why);
	EXPECT_EQ(8U, self->r.suite.counts[SUITE_PASS]);
	EXPECT_EQ(8U, self->r.suite.counts[SUITE_FAIL]);
	/* Those that are alike are of one process. */
	EXPECT_EQ(4U, self->r.suite.n_programs);
}

static unsigned int lines_with(const char *text, const char *a, const char *b)
{
	char *copy = strdup(text), *lines = copy, *line;
	unsigned int n = 0;

	while ((line = strsep(&lines, "\n")))
		n += strstr(line, a) && strstr(line, b);
	free(copy);
	return n;
}

TEST_F(run, each_process_is_told_what_it_is_about)
{
	static const struct {
		const char *dir;
		const char *says;
	} told[] = {
		{ "/eevdf [", "[scheduler=eevdf,scheduler.name=eevdf," },
		{ "/eevdf [", ",duration_s=3]" },
		{ "/eevdf [", "[eevdf-1n1l1c1t=1n1l1c1t eevdf-1n2l1c1t=1n2l1c1t]" },
		{ "/eevdf.numa-off [", "kernel_args=own=1 numa=off,duration_s=3]" },
		{ "/other [", "=other,scheduler.binary=scx_o,scheduler.args=-a\\,b," },
		{ "/other [", ",scheduler.binary=/opt/o/scx_o,duration_s=3]" },
		{ "/eevdf.numa-off [", " -d 3 --kernel 7.3.4 --attr kernel_args=numa=off]" },
		{ "/other [", "[test other -d 3 --kernel 7.3.4]" },
		{ "/other.numa-off [", "7.3.4 /tmp/gauntlet." },
	};
	size_t i;

	add_test(_metadata, &self->g, "good", "kernel_args=own=1");
	add_axes(_metadata, &self->g);
	ASSERT_EQ(0, gauntlet_make_cells(&self->g));
	ASSERT_EQ(0, gauntlet_order(&self->g, false));
	EXPECT_EQ(0, run(self, 0)) TH_LOG("%s", self->err);
	for (i = 0; i < ARRAY_SIZE(told); i++)
		EXPECT_EQ(1U, lines_with(self->told, told[i].dir, told[i].says))
			TH_LOG("case %zu: not in one process", i);
}

/* What the user says of all tests stands behind, and so goes before. */
TEST_F(run, what_is_given_comes_last)
{
	add_test(_metadata, &self->g, "good", "");
	add_axes(_metadata, &self->g);
	ASSERT_EQ(0, gauntlet_make_cells(&self->g));
	ASSERT_EQ(0, gauntlet_order(&self->g, false));
	setenv("KTSTR_ATTR", "workers=7", 1);
	EXPECT_EQ(0, run(self, 0));
	unsetenv("KTSTR_ATTR");
	EXPECT_EQ(4U, lines_with(self->told, "duration_s=3,workers=7]", ""))
		TH_LOG("not in each process");
}

/* 40 cells of 0.3 s each, and 4 s: those that fit, and no more than that. */
TEST_F(run, no_more_than_there_is_time_for)
{
	unsigned int ran = 0;
	uint64_t took_ms;
	char name[16];
	size_t i;

	for (i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "slow%zu", i);
		add_test(_metadata, &self->g, name, "");
	}
	add_axes(_metadata, &self->g);
	ASSERT_EQ(0, gauntlet_make_cells(&self->g));
	for (i = 0; i < self->g.n_cells; i++) {
		self->g.cells[i].ms = 300;
		self->g.cells[i].timed = true;
	}
	ASSERT_EQ(0, gauntlet_order(&self->g, true));
	ASSERT_EQ(80U, self->g.n_cells);
	ASSERT_EQ(0, run(self, 4));
	took_ms = (clock_now_ns() - self->r.began_ns) / NSEC_PER_MSEC;
	for (i = 0; i < self->g.n_cells; i++)
		ran += self->g.cells[i].state == CELL_PASS;
	EXPECT_LT(3U, ran);
	EXPECT_GT(14U, ran);
	/* A machine that has other things to do is slower, not wrong. */
	EXPECT_GT(8000U, took_ms);
	EXPECT_EQ(CELL_STATES, state(self, "none/of/these"));
}

/* A process that says less than it was asked for: what is missing has failed. */
TEST_F(run, a_result_that_is_missing_is_none)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/" READY_PROGRAM, self->dir);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_LT(0, dprintf(fd, "#!/bin/sh\necho \"ok 1 $2 #\"\nexit 3\n"));
	close(fd);
	add_test(_metadata, &self->g, "a", "");
	add_test(_metadata, &self->g, "b", "");
	add_axes(_metadata, &self->g);
	ASSERT_EQ(0, gauntlet_make_cells(&self->g));
	ASSERT_EQ(0, gauntlet_order(&self->g, false));
	EXPECT_EQ(1, run(self, 0));
	EXPECT_EQ(CELL_PASS, state(self, "a/small/eevdf"));
	EXPECT_EQ(CELL_FAIL, state(self, "b/small/eevdf"));
}

TEST_HARNESS_MAIN
