// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mapped file that is cut short ends a test with a sentence, and not by a
 * signal that says nothing.
 */
#include "kselftest_harness.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include "lib/host/run/verdict.h"
#include "lib/test/fault.h"
#include "lib/test/glue.h"

/* What a test's process shares with the harness */
struct shared {
	int code;
	char reason[512];
};

FIXTURE(fault)
{
	struct shared *shared;
	struct ktstr_test test;
	char path[64];
	int fd;
};

FIXTURE_SETUP(fault)
{
	self->shared = mmap(NULL, sizeof(*self->shared),
			    PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->shared);
	self->test.exit_code = &self->shared->code;
	self->test.reason = self->shared->reason;
	self->test.reason_size = sizeof(self->shared->reason);
	snprintf(self->path, sizeof(self->path), "/tmp/ktstr-fault-XXXXXX");
	self->fd = mkstemp(self->path);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, ftruncate(self->fd, 4096));
	unsetenv("KTSTR_STRICT");
}

FIXTURE_TEARDOWN(fault)
{
	close(self->fd);
	unlink(self->path);
}

static int run(FIXTURE_DATA(fault) *self, void (*body)(FIXTURE_DATA(fault) *))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		fault_watch(&self->test);
		body(self);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void look_at_what_is_gone(FIXTURE_DATA(fault) *self)
{
	volatile char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, self->fd,
				0);

	if (ftruncate(self->fd, 0))
		_exit(99);
	(void)*p;
}

static void raise_it(FIXTURE_DATA(fault) *self)
{
	(void)self;
	raise(SIGBUS);
}

TEST_F(fault, file_is_named)
{
	int status = run(self, look_at_what_is_gone);

	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(RUN_SKIP, WEXITSTATUS(status));
	EXPECT_EQ(0, strncmp("infrastructure: /tmp/ktstr-fault-",
			     self->shared->reason, 33));
	EXPECT_NE(NULL, strstr(self->shared->reason,
			       " was cut short while it was in use"));
}

TEST_F(fault, without_a_file_it_stays_a_signal)
{
	int status = run(self, raise_it);

	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGBUS, WTERMSIG(status));
	EXPECT_STREQ("", self->shared->reason);
}

TEST_HARNESS_MAIN
