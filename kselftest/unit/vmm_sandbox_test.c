// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the threads of a VMM may call: each number that there is, in a process of
 * its own that has the filter, ends as the table says; and what no table may say.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "kselftest/unit/doc.h"
#include "lib/common/util/sandbox.h"
#include "lib/common/util/util.h"

#define LAST_NR		467
#define VCPU_MOST	25
#define X32_BIT		0x40000000U
#define KVM_RUN_NR	0xae80
/*
 * uretprobe() and uprobe() pass any filter since Linux 6.14; whoever calls them
 * from elsewhere than from a probe gets SIGILL.
 */
#define UNFILTERED_FIRST	335
#define UNFILTERED_LAST		336

static const char * const kind_names[] = {
	[SANDBOX_VCPU] = "vcpu",
	[SANDBOX_IO] = "io",
	[SANDBOX_STEAL] = "steal",
	[SANDBOX_MONITOR] = "monitor",
	[SANDBOX_MAIN] = "main",
};

_Static_assert(ARRAY_SIZE(kind_names) == SANDBOX_KINDS, "a kind has no name");

struct call {
	unsigned int nr;
	unsigned long args[6];
};

#define REFUSED	SIGSYS
/* What a call did that was let through, whatever else came of it. */
#define PASSED	0
#define ENDED_ENOSYS	1

/* What the report says of it is not for this test's output, but for @said. */
static void child(enum sandbox_kind kind, const struct call *call, int said)
{
	const unsigned long *a = call->args;
	long ret;

	alarm(2);
	dup2(said, STDERR_FILENO);
	if (sandbox_enter(kind))
		_exit(2);
	ret = syscall(call->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	_exit(ret == -1 && errno == ENOSYS);
}

static int try(enum sandbox_kind kind, const struct call *call, int said)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		child(kind, call, said);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? REFUSED : PASSED;
	/* The kernel here may not have it: that is no refusal. */
	return WEXITSTATUS(status) == 1 ? ENDED_ENOSYS :
	       WEXITSTATUS(status) == 2 ? -1 : PASSED;
}

FIXTURE(sandbox) {
	int null;
};

FIXTURE_VARIANT(sandbox) {
	enum sandbox_kind kind;
};

FIXTURE_VARIANT_ADD(sandbox, vcpu) { .kind = SANDBOX_VCPU };
FIXTURE_VARIANT_ADD(sandbox, io) { .kind = SANDBOX_IO };
FIXTURE_VARIANT_ADD(sandbox, steal) { .kind = SANDBOX_STEAL };
FIXTURE_VARIANT_ADD(sandbox, monitor) { .kind = SANDBOX_MONITOR };
FIXTURE_VARIANT_ADD(sandbox, main) { .kind = SANDBOX_MAIN };

FIXTURE_SETUP(sandbox)
{
	if (!sandbox_wanted())
		SKIP(return, "no filters with a sanitizer");
	if (!sandbox_there())
		SKIP(return, "this kernel has no seccomp filters");
	self->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->null);
}

FIXTURE_TEARDOWN(sandbox)
{
	close(self->null);
}

/* Arguments are such that nothing happens: -1 is no file, no address, no id. */
static struct call harmless(unsigned int nr)
{
	return (struct call) { nr, { -1UL, -1UL, -1UL, -1UL, -1UL, -1UL } };
}

TEST_F_TIMEOUT(sandbox, each_number, 120)
{
	static const int wanted[] = {
		[SANDBOX_REFUSED] = REFUSED,
		[SANDBOX_ALLOWED] = PASSED,
		[SANDBOX_MISSING] = ENDED_ENOSYS,
	};
	enum sandbox_answer answer;
	unsigned int nr;
	int seen;

	for (nr = 0; nr <= LAST_NR; nr++) {
		const struct call call = harmless(nr);

		answer = sandbox_answer(variant->kind, nr);
		if (answer == SANDBOX_ASKED ||
		    (nr >= UNFILTERED_FIRST && nr <= UNFILTERED_LAST))
			continue;
		seen = try(variant->kind, &call, self->null);
		/* An older kernel lacks some that are allowed. */
		if (answer == SANDBOX_ALLOWED && seen == ENDED_ENOSYS)
			seen = PASSED;
		EXPECT_EQ(wanted[answer], seen) {
			TH_LOG("system call %u (%s)", nr, syscall_name(nr));
		}
	}
}

/* Whatever rows say: none of a guest's threads does any of these. */
TEST_F(sandbox, never)
{
	static const unsigned int all[] = {
		SYS_execve, SYS_execveat, SYS_fork, SYS_vfork, SYS_ptrace,
		SYS_socket, SYS_connect, SYS_bind, SYS_sendmsg, SYS_mount,
		SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_unshare,
		SYS_setns, SYS_chroot, SYS_pivot_root, SYS_bpf,
		SYS_perf_event_open, SYS_init_module, SYS_finit_module,
		SYS_kexec_load, SYS_reboot, SYS_setuid, SYS_setresuid,
		SYS_capset, SYS_keyctl, SYS_io_uring_setup, SYS_userfaultfd,
		SYS_process_vm_readv, SYS_process_vm_writev, SYS_mknod,
		SYS_mknodat, SYS_chmod, SYS_chown, SYS_prlimit64,
		SYS_setrlimit, SYS_modify_ldt, SYS_personality, SYS_openat2,
		SYS_pkey_mprotect, SYS_remap_file_pages, SYS_shmat,
		SYS_arch_prctl, SYS_iopl, SYS_open_by_handle_at,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		const struct call call = harmless(all[i]);
		const struct call x32 = harmless(all[i] | X32_BIT);

		EXPECT_EQ(REFUSED, try(variant->kind, &call, self->null)) {
			TH_LOG("%s", syscall_name(all[i]));
		}
		EXPECT_EQ(REFUSED, try(variant->kind, &x32, self->null)) {
			TH_LOG("%s as x32 has it", syscall_name(all[i]));
		}
	}
}

TEST_F(sandbox, arguments)
{
	const unsigned long any = -1UL;
	const unsigned long map = MAP_PRIVATE | MAP_ANONYMOUS;
	const unsigned int may_read = 1U << SANDBOX_MONITOR |
				      1U << SANDBOX_STEAL;
	const unsigned int main_may = 1U << SANDBOX_MAIN;
	const unsigned int kvm = 1U << SANDBOX_VCPU | 1U << SANDBOX_MONITOR |
				 main_may;
	const unsigned int all = ~0U, none = 0;
	const struct {
		const char *name;
		struct call call;
		unsigned int passes;	/* kinds */
	} cases[] = {
		{ "KVM_RUN", { SYS_ioctl, { any, KVM_RUN_NR } }, kvm },
		{ "TIOCSTI", { SYS_ioctl, { any, TIOCSTI } }, none },
		{ "FIONREAD", { SYS_ioctl, { any, FIONREAD } }, none },
		{ "TCGETS", { SYS_ioctl, { any, TCGETS } }, main_may },
		{ "data mapped",
		  { SYS_mmap, { 0, 4096, PROT_READ, map, any } }, all },
		{ "code mapped",
		  { SYS_mmap, { 0, 4096, PROT_EXEC, map, any } }, none },
		{ "code written", { SYS_mmap, { 0, 4096, PROT_READ | PROT_WRITE |
				    PROT_EXEC, map, any } }, none },
		{ "made code", { SYS_mprotect, { 0, 4096, PROT_EXEC } }, none },
		{ "made data", { SYS_mprotect, { 0, 4096, PROT_READ } }, all },
		{ "kick of another process",
		  { SYS_tgkill, { 1, 1, SIGTERM } }, none },
		{ "end of another process", { SYS_kill, { 1, 0 } }, none },
		{ "name", { SYS_prctl, { PR_GET_NAME, any } }, all },
		{ "code segment", { SYS_prctl, { PR_SET_MM, any } }, none },
		{ "dumpable", { SYS_prctl, { PR_SET_DUMPABLE, 1 } }, none },
		{ "open to read",
		  { SYS_openat, { any, any, O_RDONLY | O_CLOEXEC } },
		  may_read | main_may },
		{ "open to write",
		  { SYS_openat, { any, any, O_WRONLY } }, main_may },
		{ "open and make",
		  { SYS_openat, { any, any, O_RDONLY | O_CREAT } }, main_may },
		{ "open and cut",
		  { SYS_openat, { any, any, O_RDONLY | O_TRUNC } }, main_may },
		{ "open nameless",
		  { SYS_openat, { any, any, O_TMPFILE | O_RDWR } }, main_may },
		{ "process", { SYS_clone, { SIGCHLD } }, none },
		{ "process that shares memory",
		  { SYS_clone, { CLONE_VM | CLONE_VFORK | SIGCHLD } }, none },
		{ "thread", { SYS_clone, { CLONE_THREAD | CLONE_VM } },
		  main_may },
		{ "more filters", { SYS_seccomp, { 1, any, any } }, main_may },
		{ "strict mode", { SYS_seccomp, { 0, 0, 0 } }, none },
	};
	size_t i;
	int seen;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		seen = try(variant->kind, &cases[i].call, self->null);
		EXPECT_EQ(cases[i].passes >> variant->kind & 1 ? PASSED : REFUSED,
			  seen) {
			TH_LOG("case \"%s\"", cases[i].name);
		}
	}
}

/* Its own kick a thread may take. */
TEST_F(sandbox, own_process)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		alarm(2);
		if (sandbox_enter(variant->kind))
			_exit(2);
		_exit(syscall(SYS_tgkill, getpid(), gettid(), 0) ? 1 : 0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F(sandbox, report_names_call_and_thread)
{
	const struct call call = harmless(SYS_socket);
	char said[512] = "";
	int pipes[2];

	prctl(PR_SET_NAME, "ktstr-tried");
	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	EXPECT_EQ(REFUSED, try(variant->kind, &call, pipes[1]));
	close(pipes[1]);
	EXPECT_LT(0, read(pipes[0], said, sizeof(said) - 1));
	EXPECT_NE(NULL, strstr(said, "thread ktstr-tried called socket (system call 41)")) {
		TH_LOG("it says: %s", said);
	}
	EXPECT_NE(NULL, strchr(said, '\n'));
	EXPECT_EQ(strlen(said) - 1, strcspn(said, "\n"));
	close(pipes[0]);
}

/* Signals that are blocked do not keep a refusal from being one. */
TEST_F(sandbox, all_signals_blocked)
{
	const struct call call = harmless(SYS_socket);
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	EXPECT_EQ(REFUSED, try(variant->kind, &call, self->null));
}

TEST(vcpus_may_little)
{
	unsigned int nr, n = 0;

	for (nr = 0; nr <= LAST_NR; nr++)
		n += sandbox_answer(SANDBOX_VCPU, nr) != SANDBOX_REFUSED;
	EXPECT_GE(VCPU_MOST, n);
	EXPECT_EQ(SANDBOX_REFUSED, sandbox_answer(SANDBOX_VCPU, SYS_openat));
}

/* Threads are held to both lists. */
TEST(main_has_what_the_others_have)
{
	enum sandbox_answer answer;
	unsigned int nr, kind;

	for (kind = 0; kind < SANDBOX_KINDS; kind++)
		for (nr = 0; nr <= LAST_NR; nr++) {
			answer = sandbox_answer(SANDBOX_MAIN, nr);
			EXPECT_TRUE(answer != SANDBOX_REFUSED ||
				    answer == sandbox_answer(kind, nr)) {
				TH_LOG("%s of %s", syscall_name(nr),
				       kind_names[kind]);
			}
		}
}

/* The page says how many each kind has. */
TEST(each_kind_is_documented)
{
	char *text = doc_read("security.rst", NULL, NULL), row[64];
	unsigned int kind, nr, n;

	ASSERT_TRUE(!!text);
	doc_unwrap(text);
	for (kind = 0; kind < SANDBOX_KINDS; kind++) {
		for (nr = 0, n = 0; nr <= LAST_NR; nr++)
			n += sandbox_answer(kind, nr) != SANDBOX_REFUSED;
		snprintf(row, sizeof(row), " %s %u ", kind_names[kind], n);
		EXPECT_TRUE(!!strstr(text, row)) {
			TH_LOG("there is no \"%s\"", row);
		}
	}
	free(text);
}

TEST(switch_turns_it_off)
{
	setenv(SANDBOX_ENV, "0", 1);
	EXPECT_FALSE(sandbox_wanted());
	ASSERT_EQ(0, sandbox_enter(SANDBOX_VCPU));
	EXPECT_LT(0, syscall(SYS_getppid));
}

TEST_HARNESS_MAIN
