// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of system calls as seccomp filters. See sandbox.h.
 *
 * Written as plain BPF: there is one filter a thread, which a vCPU passes at each
 * exit, so KVM_RUN is to be its first row, and what its rows are made of is known
 * when this is compiled.
 */
#include "lib/common/util/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/common/util/log.h"
#include "lib/common/util/util.h"

/* Of <linux/kvm.h>, which is the VMM's. */
#define KVM_REQUESTS	(0xaeU << 8)
/* Of O_TMPFILE, what is no O_DIRECTORY. */
#define O_TMPFILE_BIT	(O_TMPFILE & ~O_DIRECTORY)

/* si_code of what a filter has refused; the C library has no name for it. */
#ifndef SYS_SECCOMP
#define SYS_SECCOMP	1
#endif

/* gcc says it by macros, clang by features. */
#ifndef __has_feature
#define __has_feature(x)	0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||	\
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED	true
#else
#define SANITIZED	false
#endif

#define PAIRS_MAX	10
#define ALL_BITS	(~0U)
/* A place for what is known when a filter is made: this process. */
#define SELF		0xfffffff0U

/*
 * struct rule - what an argument must be
 * @arg: which; of its lower half, which is all that the kernel takes of these
 * @n: pairs, of which one must fit
 * @pairs: of those bits, that value
 */
struct rule {
	unsigned int arg;
	unsigned int n;
	struct {
		uint32_t bits;
		uint32_t value;
	} pairs[PAIRS_MAX];
};

static const struct rule kvm_only = { 1, 1, { { 0xff00, KVM_REQUESTS } } };
/*
 * Of terminals: whether it is one, and how; never to type into it. C libraries
 * since glibc 2.42 ask by TCGETS2 and TCSETS2 to TCSETSF2, whose size is in them.
 */
static const struct rule kvm_and_terminals = { 1, 10, {
	{ 0xff00, KVM_REQUESTS }, { ALL_BITS, TCGETS }, { ALL_BITS, TCSETS },
	{ ALL_BITS, TCSETSW }, { ALL_BITS, TCSETSF }, { ALL_BITS, TIOCGWINSZ },
	{ 0xffff, 0x542a }, { 0xffff, 0x542b }, { 0xffff, 0x542c },
	{ 0xffff, 0x542d },
} };
static const struct rule no_code = { 2, 1, { { PROT_EXEC, 0 } } };
static const struct rule to_read = { 2, 1, {
	{ O_ACCMODE | O_CREAT | O_TRUNC | O_TMPFILE_BIT, O_RDONLY },
} };
static const struct rule self = { 0, 1, { { ALL_BITS, SELF } } };
static const struct rule a_name = { 0, 2, {
	{ ALL_BITS, PR_SET_NAME }, { ALL_BITS, PR_GET_NAME },
} };
static const struct rule name_and_death = { 0, 5, {
	{ ALL_BITS, PR_SET_NAME }, { ALL_BITS, PR_GET_NAME },
	{ ALL_BITS, PR_SET_PDEATHSIG }, { ALL_BITS, PR_SET_NO_NEW_PRIVS },
	{ ALL_BITS, PR_GET_NO_NEW_PRIVS },
} };
static const struct rule another_filter = { 0, 2, {
	{ ALL_BITS, SECCOMP_SET_MODE_FILTER },
	{ ALL_BITS, SECCOMP_GET_ACTION_AVAIL },
} };
static const struct rule a_thread = { 0, 1, {
	{ CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM },
} };
/* Its flags are in memory, where no filter can look. glibc has another way. */
static const struct rule missing = { 0 };

#define VCPU	(1U << SANDBOX_VCPU)
#define IO	(1U << SANDBOX_IO)
#define STEAL	(1U << SANDBOX_STEAL)
#define MONITOR	(1U << SANDBOX_MONITOR)
#define MAIN	(1U << SANDBOX_MAIN)
#define ALL	(VCPU | IO | STEAL | MONITOR | MAIN)

#define MAY(call, who)		{ .nr = SYS_##call, .kinds = (who) }
#define ASK(call, who, what)	\
	{ .nr = SYS_##call, .kinds = (who), .rule = &(what) }

/*
 * The table. What comes first is compared first. A thread is held to the main
 * thread's list as well as to its own: each row's kinds are some of it.
 */
static const struct {
	unsigned int nr;
	unsigned int kinds;
	const struct rule *rule;
} rows[] = {
	ASK(ioctl, VCPU | MONITOR, kvm_only),
	ASK(ioctl, MAIN, kvm_and_terminals),

	/* locks, clocks, and the C library's own */
	MAY(futex, ALL),
	MAY(read, ALL),
	MAY(write, ALL),
	MAY(clock_gettime, ALL),
	MAY(clock_nanosleep, ALL),
	MAY(gettimeofday, ALL),
	MAY(sched_yield, ALL),
	MAY(restart_syscall, ALL),
	MAY(rt_sigprocmask, ALL),
	MAY(rt_sigreturn, ALL),
	MAY(gettid, ALL),
	MAY(getpid, ALL),
	ASK(tgkill, ALL, self),
	ASK(prctl, VCPU | IO | STEAL | MONITOR, a_name),
	ASK(prctl, MAIN, name_and_death),
	MAY(exit, ALL),
	MAY(exit_group, ALL),

	/* memory, for malloc() and for the stack of a thread that ends */
	ASK(mmap, ALL, no_code),
	ASK(mprotect, ALL, no_code),
	MAY(munmap, ALL),
	MAY(madvise, ALL),
	MAY(brk, ALL),
	MAY(mremap, IO | MONITOR | MAIN),

	/* kicks of vCPUs are taken off */
	MAY(rt_sigtimedwait, VCPU | MAIN),

	/* disks, terminals and the switch of interfaces */
	MAY(epoll_wait, IO | MAIN),
	MAY(epoll_pwait, IO | MAIN),
	MAY(epoll_ctl, IO | MAIN),
	MAY(preadv, IO | MAIN),
	MAY(pwritev, IO | MAIN),
	MAY(fdatasync, IO | MAIN),
	MAY(timerfd_settime, IO | MAIN),

	/* files to read: of /proc, and vmlinux */
	ASK(openat, STEAL | MONITOR, to_read),
	MAY(openat, MAIN),
	MAY(close, STEAL | MONITOR | MAIN),
	MAY(pread64, STEAL | MONITOR | MAIN),
	MAY(lseek, MONITOR | MAIN),
	MAY(fstat, MONITOR | MAIN),
	MAY(newfstatat, MONITOR | MAIN),
	MAY(readlink, MONITOR | MAIN),
	MAY(fcntl, MONITOR | MAIN),

	/* a VM, its threads, and their filters */
	ASK(clone, MAIN, a_thread),
	ASK(clone3, MAIN, missing),
	MAY(set_robust_list, MAIN),
	MAY(rseq, MAIN),
	ASK(seccomp, MAIN, another_filter),
	MAY(sched_getaffinity, MAIN),
	MAY(sched_setscheduler, MAIN),
	MAY(sched_getscheduler, MAIN),
	MAY(sched_getparam, MAIN),
	MAY(sched_get_priority_max, MAIN),
	MAY(sched_get_priority_min, MAIN),
	MAY(eventfd2, MAIN),
	MAY(epoll_create1, MAIN),
	MAY(timerfd_create, MAIN),
	MAY(memfd_create, MAIN),
	MAY(ftruncate, MAIN),
	MAY(sysinfo, MONITOR | MAIN),
	MAY(poll, MAIN),
	MAY(ppoll, MAIN),
	MAY(rt_sigaction, MAIN),
	MAY(sigaltstack, MAIN),
	ASK(kill, MAIN, self),
	MAY(pidfd_open, MAIN),
	MAY(pidfd_send_signal, MAIN),
	MAY(getrandom, MAIN),

	/* reports, sidecars, clones and disks */
	MAY(pwrite64, MAIN),
	MAY(readv, MAIN),
	MAY(writev, MAIN),
	MAY(sendfile, MAIN),
	MAY(copy_file_range, MAIN),
	MAY(access, MAIN),
	MAY(faccessat, MAIN),
	MAY(faccessat2, MAIN),
	MAY(open, MAIN),
	MAY(stat, MAIN),
	MAY(lstat, MAIN),
	MAY(statx, MAIN),
	MAY(readlinkat, MAIN),
	MAY(getdents64, MAIN),
	MAY(getcwd, MAIN),
	MAY(mkdir, MAIN),
	MAY(mkdirat, MAIN),
	MAY(rename, MAIN),
	MAY(renameat, MAIN),
	MAY(renameat2, MAIN),
	MAY(link, MAIN),
	MAY(linkat, MAIN),
	MAY(unlink, MAIN),
	MAY(unlinkat, MAIN),
	MAY(utimensat, MAIN),
	MAY(fchmod, MAIN),
	MAY(flock, MAIN),
	MAY(fsync, MAIN),
	MAY(fallocate, MAIN),
	MAY(fadvise64, MAIN),
	MAY(fstatfs, MAIN),
	MAY(statfs, MAIN),
	MAY(dup, MAIN),
	MAY(dup3, MAIN),
	MAY(pipe2, MAIN),
	MAY(umask, MAIN),
	MAY(uname, MAIN),
	MAY(getuid, MAIN),
	MAY(geteuid, MAIN),
	MAY(getgid, MAIN),
	MAY(getegid, MAIN),
	MAY(getppid, MAIN),
	MAY(getrusage, MAIN),
	MAY(times, MAIN),
	MAY(clock_getres, MAIN),
	MAY(setitimer, MAIN),
	MAY(alarm, MAIN),
};

static int find(enum sandbox_kind kind, unsigned int nr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].nr == nr && rows[i].kinds >> kind & 1)
			return i;
	return -1;
}

enum sandbox_answer sandbox_answer(enum sandbox_kind kind, unsigned int nr)
{
	int i = find(kind, nr);

	if (i < 0)
		return SANDBOX_REFUSED;
	if (!rows[i].rule)
		return SANDBOX_ALLOWED;
	return rows[i].rule->n ? SANDBOX_ASKED : SANDBOX_MISSING;
}

/* ---- the filter ---- */

#define LOAD(offset)	\
	((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset)))
#define AND(bits)	\
	((struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (bits)))
#define END(what)	((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (what)))
/* Go on with the next instruction if so, else leave @skip out. */
#define IF(value, skip)	\
	((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, skip))

#define ROW_MAX		(1 + 4 * PAIRS_MAX + 1)
#define HEAD_LEN	4
#define CODE_MAX	(HEAD_LEN + ROW_MAX * ARRAY_SIZE(rows) + 1)

static unsigned int put_rule(struct sock_filter *code, const struct rule *rule)
{
	unsigned int n = 0, i;
	uint32_t value;

	for (i = 0; i < rule->n; i++) {
		value = rule->pairs[i].value;
		code[n++] = LOAD(offsetof(struct seccomp_data, args) +
				 8 * rule->arg);
		code[n++] = AND(rule->pairs[i].bits);
		code[n++] = IF(value == SELF ? (uint32_t)getpid() : value, 1);
		code[n++] = END(SECCOMP_RET_ALLOW);
	}
	code[n++] = END(rule->n ? SECCOMP_RET_TRAP :
			SECCOMP_RET_ERRNO | ENOSYS);
	return n;
}

/*
 * A number of another architecture's is something else. Those of x32 have a bit
 * that no row has.
 */
static unsigned int put_filter(struct sock_filter *code, enum sandbox_kind kind)
{
	unsigned int n = 0, at;
	size_t i;

	code[n++] = LOAD(offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						 AUDIT_ARCH_X86_64, 1, 0);
	code[n++] = END(SECCOMP_RET_KILL_PROCESS);
	code[n++] = LOAD(offsetof(struct seccomp_data, nr));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!(rows[i].kinds >> kind & 1))
			continue;
		at = n++;
		if (rows[i].rule)
			n += put_rule(code + n, rows[i].rule);
		else
			code[n++] = END(SECCOMP_RET_ALLOW);
		code[at] = IF(rows[i].nr, n - at - 1);
	}
	code[n++] = END(SECCOMP_RET_TRAP);
	return n;
}

/* ---- what was refused ---- */

/*
 * The handler is reset when it is called: one more call that no list has is the
 * end, by SIGSYS. As in any handler of a fault, nothing here takes a lock.
 */
static void on_refused(int sig, siginfo_t *info, void *context)
{
	char thread[16] = "";

	(void)context;
	/* Not the kernel's: whoever sends it means us to end. */
	if (info->si_code != SYS_SECCOMP)
		raise(sig);
	prctl(PR_GET_NAME, thread);
	log_line("error: thread %s called %s (system call %d), which its kind may not: ended, for fear of what a guest has made of it; %s=0 has no filters",
		 thread, syscall_name(info->si_syscall), info->si_syscall,
		 SANDBOX_ENV);
	syscall(SYS_execve, NULL, NULL, NULL);
}

/* As no thread of a VM has signals, who is refused has to let this one in. */
static int watch_refusals(void)
{
	const struct sigaction sa = {
		.sa_sigaction = on_refused,
		.sa_flags = SA_SIGINFO | SA_RESETHAND,
	};
	struct sigaction old;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGSYS);
	if (pthread_sigmask(SIG_UNBLOCK, &set, NULL))
		return -EINVAL;
	/* With the main thread's filter, it is there for all that come. */
	if (sigaction(SIGSYS, NULL, &old))
		return -errno;
	if (old.sa_sigaction == on_refused)
		return 0;
	return sigaction(SIGSYS, &sa, NULL) ? -errno : 0;
}

/* ---- from outside ---- */

bool sandbox_wanted(void)
{
	const char *value = getenv(SANDBOX_ENV);

	return !SANITIZED && (!value || strcmp(value, "0"));
}

bool sandbox_there(void)
{
	uint32_t action = SECCOMP_RET_TRAP;

	return !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

int sandbox_enter(enum sandbox_kind kind)
{
	/* A vCPU's loads are speculated as before: it has no secrets of ours. */
	unsigned int flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	struct sock_filter code[CODE_MAX];
	struct sock_fprog program = { .filter = code };
	int ret;

	if (!sandbox_wanted() || !sandbox_there())
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	ret = watch_refusals();
	if (ret)
		return ret;
	program.len = put_filter(code, kind);
	if (kind == SANDBOX_MAIN)
		flags |= SECCOMP_FILTER_FLAG_TSYNC;
	ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	/* A thread's id is one that has a filter of its own already. */
	return ret < 0 ? -errno : ret > 0 ? -EBUSY : 0;
}
