// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that kernels are fetched and built by: their limits, what becomes of
 * what they start, and that nothing outlives whoever has started them.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/common/util/file.h"
#include "lib/common/util/process.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/machine/paths.h"

#define GONE_MS		15000

FIXTURE(job)
{
	char top[PATH_MAX - 512];
	char log[PATH_MAX];
	struct kenv k;
	struct arglist words;
	int saved;
};

FIXTURE_SETUP(job)
{
	char dir[PATH_MAX - 600], path[PATH_MAX];

	/* As each program does: what our caller has open is not ours. */
	process_begin();
	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, host_self_dir(dir, sizeof(dir)));
	snprintf(self->top, sizeof(self->top), "%s/job-test.XXXXXX", dir);
	ASSERT_NE(NULL, mkdtemp(self->top));
	setenv("XDG_CACHE_HOME", self->top, 1);
	kenv_init(&self->k);
	ASSERT_EQ(0, kenv_begin(&self->k));
	log_begin(&self->k, self->log, "test.log");
	/* What people are told is looked at, too. */
	self->saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	snprintf(path, sizeof(path), "%s/said", self->top);
	dup2(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644), STDERR_FILENO);
}

FIXTURE_TEARDOWN(job)
{
	dup2(self->saved, STDERR_FILENO);
	close(self->saved);
	arglist_free(&self->words);
	kenv_exit(&self->k);
	folder_remove(self->top);
}

static struct job shell(FIXTURE_DATA(job) *self, const char *text,
			unsigned int limit_s)
{
	arglist_free(&self->words);
	arglist_add_all(&self->words, "sh", "-c", text, NULL);
	return (struct job){
		.text = "testing", .log = self->log, .words = &self->words,
		.dir = self->top, .limit_s = limit_s,
	};
}

static bool file_has(const char *path, const char *text)
{
	char all[65536] = "";
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(all, 1, sizeof(all) - 1, f) : 0;

	if (f)
		fclose(f);
	all[n] = '\0';
	return strstr(all, text);
}

static bool said(FIXTURE_DATA(job) *self, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/said", self->top);
	return file_has(path, text);
}

static pid_t pid_in(FIXTURE_DATA(job) *self, const char *name)
{
	char path[PATH_MAX];
	int pid = 0, i;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", self->top, name);
	for (i = 0; i < GONE_MS / 10 && pid <= 0; i++) {
		f = fopen(path, "re");
		if (f && fscanf(f, "%d\n", &pid) != 1)
			pid = 0;
		if (f)
			fclose(f);
		poll(NULL, 0, 10);
	}
	return pid;
}

/* Of a zombie there is nothing left that runs. */
static bool is_gone(pid_t pid)
{
	char path[64], line[256], *at;
	bool gone = true;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f && fgets(line, sizeof(line), f)) {
		at = strrchr(line, ')');
		gone = at && at[2] == 'Z';
	}
	if (f)
		fclose(f);
	return gone;
}

static bool goes(pid_t pid)
{
	unsigned int i;

	for (i = 0; i < GONE_MS / 10 && !is_gone(pid); i++)
		poll(NULL, 0, 10);
	return is_gone(pid);
}

TEST_F(job, status_and_log)
{
	static const struct {
		const char *text;
		int status;
		const char *log;
	} cases[] = {
		{ "echo all is well", 0, "all is well" },
		{ "echo not well >&2; exit 3", 3, "not well" },
		{ "kill -SEGV $$", 128 + SIGSEGV, "" },
		{ "readlink /proc/self/fd/0", 0, "/dev/null" },
	};
	struct job job;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		job = shell(self, cases[i].text, 60);
		EXPECT_EQ(cases[i].status, job_run(&self->k, &job))
			TH_LOG("%s", cases[i].text);
		EXPECT_TRUE(file_has(self->log, cases[i].log))
			TH_LOG("%s", cases[i].text);
	}
}

TEST_F(job, a_failure_is_told_with_the_end_of_the_log)
{
	struct job job = shell(self, "i=0; while [ $i -lt 99 ]; do i=$((i + 1)); echo line $i; done; printf 'odd \\033[2J\\n'; exit 3", 60);

	EXPECT_EQ(-EINVAL, job_must(&self->k, &job));
	EXPECT_TRUE(said(self, "ktstr: testing: failed with status 3; the end of "));
	EXPECT_TRUE(said(self, "  | line 99\n"));
	EXPECT_FALSE(said(self, "line 50\n"));
	EXPECT_FALSE(said(self, "\033[2J"));
}

TEST_F(job, a_full_disk_is_told_as_such)
{
	struct job job = shell(self, "echo 'cp: No space left on device'; exit 1", 60);

	EXPECT_EQ(-ENOENT, job_must(&self->k, &job));
	EXPECT_TRUE(said(self, "testing: the disk is full; free space in"));
}

TEST_F(job, one_that_is_no_program)
{
	struct job job = shell(self, "", 60);

	arglist_free(&self->words);
	arglist_add_all(&self->words, "/nowhere/at/all", NULL);
	EXPECT_EQ(127, job_run(&self->k, &job));
	EXPECT_TRUE(file_has(self->log, "/nowhere/at/all: No such file"));
}

TEST_F(job, one_that_takes_too_long_is_given_up)
{
	struct job job = shell(self, "echo $$ >pid; trap '' TERM; sleep 300 & echo $! >child; wait; sleep 300", 1);

	EXPECT_EQ(-EINVAL, job_must(&self->k, &job));
	EXPECT_TRUE(said(self, "testing: given up after 1 s"));
	EXPECT_TRUE(is_gone(pid_in(self, "pid")));
	EXPECT_TRUE(is_gone(pid_in(self, "child")));
}

/* Also in a process group of its own. */
TEST_F(job, what_it_leaves_running_ends)
{
	struct job job = shell(self, "sleep 300 & echo $! >child; perl -e 'setpgrp; exec qw(sleep 300)' & echo $! >other; exit 0", 60);

	EXPECT_EQ(0, job_run(&self->k, &job));
	EXPECT_TRUE(is_gone(pid_in(self, "child")));
	EXPECT_TRUE(is_gone(pid_in(self, "other")));
}

/* The status is that of the first that fails, be it that the last one is content. */
TEST_F(job, what_one_prints_the_next_reads)
{
	static const struct {
		const char *first;
		const char *second;
		const char *last;
		int status;
	} cases[] = {
		{ "echo one", "tr o O", "cat", 0 },
		{ "echo one; exit 3", "tr o O", "cat", 3 },
		{ "echo one", "tr o O; exit 4", "cat", 4 },
		{ "echo one", "tr o O", "cat; exit 5", 5 },
	};
	struct arglist first, second;
	const struct arglist *from[] = { &first, &second, NULL };
	struct strbuf out;
	struct job job;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		first = (struct arglist){ };
		second = (struct arglist){ };
		out = (struct strbuf)STRBUF_INIT;
		arglist_add_all(&first, "sh", "-c", cases[i].first, NULL);
		arglist_add_all(&second, "sh", "-c", cases[i].second, NULL);
		job = shell(self, cases[i].last, 60);
		job.from = from;
		EXPECT_EQ(cases[i].status,
			  job_capture(&self->k, &job, &out));
		EXPECT_STREQ("One\n", out.text);
		arglist_free(&first);
		arglist_free(&second);
		strbuf_free(&out);
	}
}

TEST_F(job, it_reads_what_it_is_given)
{
	struct strbuf out = STRBUF_INIT;
	struct job job = shell(self, "cat; echo said >&2", 60);

	job.in = job_input("given\n");
	ASSERT_LT(0, job.in);
	job.err = -1;
	EXPECT_EQ(0, job_capture(&self->k, &job, &out));
	EXPECT_STREQ("given\nsaid\n", out.text);
	close(job.in);
	strbuf_free(&out);
}

/* The guard is told of folders; a newline must not make two of one. */
TEST_F(job, a_newline_removes_no_other_folder)
{
	char here[PATH_MAX], there[PATH_MAX];

	snprintf(here, sizeof(here), "%s/here", self->top);
	snprintf(there, sizeof(there), "%s/here\nthere", self->top);
	ASSERT_EQ(0, mkdir(here, 0755));
	ASSERT_EQ(0, mkdir(there, 0755));
	guard_remove(&self->k, there);
	guard_stop(&self->k);
	EXPECT_EQ(0, access(here, F_OK));
	EXPECT_NE(0, access(there, F_OK));
}

TEST_F(job, it_has_nothing_of_ours_but_locks)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	struct job job;

	ASSERT_EQ(0, kenv_lock(&self->k, "some-lock"));
	job = shell(self, "for fd in /proc/$$/fd/*; do readlink $fd; done", 60);
	EXPECT_EQ(0, job_run(&self->k, &job));
	EXPECT_TRUE(file_has(self->log, "/locks/some-lock"));
	EXPECT_FALSE(file_has(self->log, "passwd"));
	EXPECT_FALSE(file_has(self->log, "pipe:"));
	kenv_unlock(&self->k, "some-lock");
	close(fd);
}

/* Another run, which has a lock for a while. */
static pid_t holder(FIXTURE_DATA(job) *self, const char *name,
		    unsigned int hold_ms)
{
	char path[PATH_MAX];
	pid_t pid = fork();
	FILE *f;
	int fd;

	if (pid)
		return pid;
	fd = kenv_try(&self->k, name);
	snprintf(path, sizeof(path), "%s/held", self->top);
	f = fd < 0 ? NULL : fopen(path, "we");
	if (!f)
		_exit(1);
	fprintf(f, "%d\n", getpid());
	fclose(f);
	poll(NULL, 0, hold_ms);
	_exit(0);
}

TEST_F(job, a_lock_is_waited_for)
{
	pid_t pid = holder(self, "some-lock", 1000);
	uint64_t begin = clock_now_ns();

	ASSERT_EQ(pid, pid_in(self, "held"));
	EXPECT_EQ(-EWOULDBLOCK, kenv_try(&self->k, "some-lock"));
	EXPECT_EQ(0, kenv_lock(&self->k, "some-lock"));
	EXPECT_LT(500 * NSEC_PER_MSEC, clock_now_ns() - begin);
	EXPECT_TRUE(said(self, "ktstr: another run does the same work, waiting for it ("));
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	/* Nobody else has it now, until it is dropped. */
	EXPECT_EQ(-EWOULDBLOCK, kenv_try(&self->k, "some-lock"));
	kenv_unlock(&self->k, "some-lock");
	EXPECT_LE(0, kenv_try(&self->k, "some-lock"));
}

TEST_F(job, what_it_prints_is_read)
{
	struct strbuf out = STRBUF_INIT;

	shell(self, "i=0; while [ $i -lt 20000 ]; do echo 1234567890; i=$((i + 1)); done; echo no >&2; exit 2", 60);
	EXPECT_EQ(2, job_read(&self->k, &self->words, &out));
	EXPECT_EQ(220000, out.len);
	EXPECT_EQ(NULL, strstr(out.text, "no"));
	strbuf_free(&out);
}

/* A process that does a job, until it is killed. */
static void __attribute__((noreturn)) victim(FIXTURE_DATA(job) *self)
{
	char path[PATH_MAX];
	struct job job;
	struct kenv k;

	kenv_init(&k);
	if (kenv_begin(&k))
		_exit(1);
	guard_remove(&k, kenv_path(&k, path, "tmp/making"));
	mkdir(path, 0755);
	job = shell(self, "echo $$ >pid; (trap '' TERM; sleep 300) & echo $! >stubborn; touch $XDG_CACHE_HOME/ktstr/tmp/making/half; sleep 300", 600);
	job_run(&k, &job);
	_exit(1);
}

TEST_F(job, nothing_outlives_one_that_was_killed)
{
	static const int signals[] = { SIGKILL, SIGTERM };
	char path[PATH_MAX];
	pid_t pid, shell_pid, stubborn;
	unsigned int i, j;
	int status;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		snprintf(path, sizeof(path), "%s/pid", self->top);
		unlink(path);
		snprintf(path, sizeof(path), "%s/stubborn", self->top);
		unlink(path);
		pid = fork();
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			victim(self);
		}
		shell_pid = pid_in(self, "pid");
		stubborn = pid_in(self, "stubborn");
		ASSERT_LT(0, stubborn);
		kill(pid, signals[i]);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(goes(shell_pid));
		EXPECT_TRUE(goes(stubborn)) TH_LOG("signal %d", signals[i]);
		kenv_path(&self->k, path, "tmp/making");
		for (j = 0; j < GONE_MS / 10 && !access(path, F_OK); j++)
			poll(NULL, 0, 10);
		EXPECT_NE(0, access(path, F_OK)) TH_LOG("signal %d", signals[i]);
	}
}

TEST_HARNESS_MAIN
