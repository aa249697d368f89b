// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can KVM here run an unmodified kernel? See kvm_check.h.
 *
 * Needs nothing but libc and linux/kvm.h, so that it can be compiled alone
 * before anything else is built.
 */
#include "vmm/kvm_check.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/kvm.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIAL_DEVICE		"/dev/kvm"
#define TRIAL_LIMIT_MS		5000
#define TRIAL_WHY_SIZE		200
#define TRIAL_EXITS_MAX		64

/* Guest memory: tables, scratch for the instructions, code. */
#define PML4_GPA		0x1000
#define PDPT_GPA		0x2000
#define PD_GPA			0x3000
#define SCRATCH_GPA		0x4000
#define CODE_GPA		0x8000
#define MEMORY_SIZE		0x10000

#define CPUID_LEAVES		256

#define STEP_PORT		0x99

/* Bits of what the guest is to try; it gets them in %esi. */
#define TRY_CX16		(1U << 0)
#define TRY_XSAVE		(1U << 1)

#define CPUID_CX16		(1U << 13)	/* leaf 1, ecx */
#define CPUID_XSAVE		(1U << 26)

#define CR0_LONG_MODE		0x80000011ULL	/* PG, ET, PE */
#define CR4_PAE			(1ULL << 5)
#define CR4_OSFXSR		(1ULL << 9)
#define CR4_OSXSAVE		(1ULL << 18)
#define EFER_LONG_MODE		0x500ULL	/* LMA, LME */

/* What the guest has done, as it says on STEP_PORT. */
enum step {
	STEP_START,
	STEP_ENTERED,
	STEP_CX16,
	STEP_XGETBV,
	STEP_XRSTOR,
	STEP_DONE,
};

/* What the guest does next, by the last step that it reported. */
static const char * const doing[] = {
	[STEP_START] = "its first instruction",
	[STEP_ENTERED] = "cmpxchg16b",
	[STEP_CX16] = "xgetbv",
	[STEP_XGETBV] = "xrstor",
	[STEP_XRSTOR] = "xsave",
};

/*
 * Where the guest's code is, and how long. It lies in this function, which
 * jumps over it. %rdi: scratch, 64-byte aligned, all zero; %esi: TRY_*.
 */
static const void *trial_code(size_t *len)
{
	const char *start, *end;

	asm("lea	10f(%%rip), %0\n\t"
	    "lea	11f(%%rip), %1\n\t"
	    "jmp	11f\n"
	    "10:\n\t"
	    "mov	$1, %%al\n\t"		/* STEP_ENTERED */
	    "out	%%al, $0x99\n\t"
	    "test	$1, %%esi\n\t"		/* TRY_CX16 */
	    "jz		1f\n\t"
	    "xor	%%eax, %%eax\n\t"
	    "xor	%%edx, %%edx\n\t"
	    "mov	$1, %%ebx\n\t"
	    "mov	$2, %%ecx\n\t"
	    "lock cmpxchg16b (%%rdi)\n\t"
	    "jnz	3f\n\t"
	    "cmpq	$2, 8(%%rdi)\n\t"
	    "jne	3f\n"
	    "1:\n\t"
	    "mov	$2, %%al\n\t"		/* STEP_CX16 */
	    "out	%%al, $0x99\n\t"
	    "test	$2, %%esi\n\t"		/* TRY_XSAVE */
	    "jz		2f\n\t"
	    "xor	%%ecx, %%ecx\n\t"
	    "xgetbv\n\t"
	    "test	$1, %%al\n\t"
	    "jz		3f\n\t"
	    "mov	$3, %%al\n\t"		/* STEP_XGETBV */
	    "out	%%al, $0x99\n\t"
	    "mov	$-1, %%eax\n\t"
	    "mov	$-1, %%edx\n\t"
	    "xrstor	64(%%rdi)\n\t"
	    "mov	$4, %%al\n\t"		/* STEP_XRSTOR */
	    "out	%%al, $0x99\n\t"
	    "mov	$-1, %%eax\n\t"
	    "xsave	64(%%rdi)\n"
	    "2:\n\t"
	    "mov	$5, %%al\n\t"		/* STEP_DONE */
	    "out	%%al, $0x99\n"
	    "3:\n\t"
	    "hlt\n\t"
	    "jmp	3b\n"
	    "11:\n"
	    : "=r" (start), "=r" (end));
	*len = end - start;
	return start;
}

_Static_assert(STEP_ENTERED == 1 && STEP_CX16 == 2 && STEP_XGETBV == 3 &&
	       STEP_XRSTOR == 4 && STEP_DONE == 5, "the code above says so");

/* The answer, as the child sends it. */
struct trial_answer {
	enum kvm_usability usable;
	char why[TRIAL_WHY_SIZE];
};

/* State of the child; the kernel frees it all when the child exits. */
struct trial {
	const char *path;
	int kvm_fd;
	int vm_fd;
	int vcpu_fd;
	uint8_t *memory;
	struct kvm_run *run;
	unsigned int try_bits;
	enum step step;
	struct trial_answer *answer;
};

static int __attribute__((format(printf, 2, 3)))
unusable(struct trial *p, const char *fmt, ...)
{
	va_list args;

	p->answer->usable = KVM_UNUSABLE;
	va_start(args, fmt);
	vsnprintf(p->answer->why, sizeof(p->answer->why), fmt, args);
	va_end(args);
	return -1;
}

/* The group that may use it; "" where that is none one would join. */
static void device_group(const char *path, char *buf, size_t size)
{
	const mode_t both = 0060;
	struct group *group;
	struct stat st;

	buf[0] = '\0';
	if (stat(path, &st) || (st.st_mode & both) != both || !st.st_gid)
		return;
	group = getgrgid(st.st_gid);
	if (group)
		snprintf(buf, size, "%s", group->gr_name);
}

void kvm_no_permission(const char *path, char *buf, size_t size)
{
	struct passwd *user = getpwuid(geteuid());
	char group[64];

	device_group(path, group, sizeof(group));
	if (group[0])
		snprintf(buf, size,
			 "no permission on %s: as root, usermod -aG %s %s, then log in anew",
			 path, group, user ? user->pw_name : "USER");
	else
		snprintf(buf, size,
			 "no permission on %s: no group may read and write it",
			 path);
}

static int trial_open(struct trial *p)
{
	char why[160];

	int version;

	p->kvm_fd = open(p->path, O_RDWR | O_CLOEXEC);
	if (p->kvm_fd < 0 && (errno == EACCES || errno == EPERM)) {
		kvm_no_permission(p->path, why, sizeof(why));
		return unusable(p, "%s", why);
	}
	if (p->kvm_fd < 0)
		return unusable(p, "no %s: %s", p->path, strerror(errno));

	version = ioctl(p->kvm_fd, KVM_GET_API_VERSION, 0);
	if (version < 0)
		return unusable(p, "%s is no KVM device", p->path);
	if (version != KVM_API_VERSION)
		return unusable(p, "%s has KVM API version %d, not %d",
				p->path, version, KVM_API_VERSION);

	p->vm_fd = ioctl(p->kvm_fd, KVM_CREATE_VM, 0);
	if (p->vm_fd < 0)
		return unusable(p, "%s: KVM_CREATE_VM: %s", p->path,
				strerror(errno));
	return 0;
}

static int trial_memory(struct trial *p)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = MEMORY_SIZE,
	};
	uint64_t *table;
	const void *code;
	size_t code_len;

	p->memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p->memory == MAP_FAILED)
		return unusable(p, "no memory for a guest");

	/* Present, writable; the last level maps 2 MiB. */
	table = (uint64_t *)(p->memory + PML4_GPA);
	*table = PDPT_GPA | 3;
	table = (uint64_t *)(p->memory + PDPT_GPA);
	*table = PD_GPA | 3;
	table = (uint64_t *)(p->memory + PD_GPA);
	*table = 0x83;
	code = trial_code(&code_len);
	memcpy(p->memory + CODE_GPA, code, code_len);

	region.userspace_addr = (uintptr_t)p->memory;
	if (ioctl(p->vm_fd, KVM_SET_USER_MEMORY_REGION, &region))
		return unusable(p, "KVM_SET_USER_MEMORY_REGION: %s",
				strerror(errno));
	return 0;
}

static int trial_vcpu(struct trial *p)
{
	int size = ioctl(p->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);

	p->vcpu_fd = ioctl(p->vm_fd, KVM_CREATE_VCPU, 0);
	if (p->vcpu_fd < 0 || size < (int)sizeof(*p->run))
		return unusable(p, "KVM_CREATE_VCPU: %s", strerror(errno));
	p->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      p->vcpu_fd, 0);
	if (p->run == MAP_FAILED)
		return unusable(p, "cannot map a vCPU: %s", strerror(errno));
	return 0;
}

/* Give the guest the CPU that a kernel would get, and try what it has. */
static int trial_cpuid(struct trial *p)
{
	union {
		struct kvm_cpuid2 table;
		uint8_t room[sizeof(struct kvm_cpuid2) +
			     CPUID_LEAVES * sizeof(struct kvm_cpuid_entry2)];
	} cpuid = { .table.nent = CPUID_LEAVES };
	unsigned int i;

	if (ioctl(p->kvm_fd, KVM_GET_SUPPORTED_CPUID, &cpuid.table) ||
	    ioctl(p->vcpu_fd, KVM_SET_CPUID2, &cpuid.table))
		return unusable(p, "KVM refuses its own CPUID: %s",
				strerror(errno));

	for (i = 0; i < cpuid.table.nent; i++) {
		if (cpuid.table.entries[i].function != 1)
			continue;
		if (cpuid.table.entries[i].ecx & CPUID_CX16)
			p->try_bits |= TRY_CX16;
		if (cpuid.table.entries[i].ecx & CPUID_XSAVE)
			p->try_bits |= TRY_XSAVE;
	}
	return 0;
}

static int trial_registers(struct trial *p)
{
	const struct kvm_regs regs = {
		.rip = CODE_GPA,
		.rdi = SCRATCH_GPA,
		.rsi = p->try_bits,
		.rflags = 2,
	};
	struct kvm_sregs sregs;

	if (ioctl(p->vcpu_fd, KVM_GET_SREGS, &sregs))
		return unusable(p, "KVM_GET_SREGS: %s", strerror(errno));
	sregs.cr3 = PML4_GPA;
	sregs.cr4 = CR4_PAE | CR4_OSFXSR;
	if (p->try_bits & TRY_XSAVE)
		sregs.cr4 |= CR4_OSXSAVE;
	sregs.cr0 = CR0_LONG_MODE;
	sregs.efer = EFER_LONG_MODE;
	sregs.cs = (struct kvm_segment) {
		.limit = ~0U, .selector = 8, .type = 0xb, .present = 1,
		.s = 1, .l = 1, .g = 1,
	};
	sregs.ss = (struct kvm_segment) {
		.limit = ~0U, .selector = 16, .type = 3, .present = 1,
		.s = 1, .db = 1, .g = 1,
	};
	sregs.ds = sregs.ss;
	sregs.es = sregs.ss;
	if (ioctl(p->vcpu_fd, KVM_SET_SREGS, &sregs) ||
	    ioctl(p->vcpu_fd, KVM_SET_REGS, &regs))
		return unusable(p, "KVM refuses a 64-bit guest: %s",
				strerror(errno));
	return 0;
}

/* Returns 1 when the guest is through, 0 to go on, -1 when it is dead. */
static int trial_exit(struct trial *p)
{
	const uint8_t *data = (const uint8_t *)p->run + p->run->io.data_offset;

	switch (p->run->exit_reason) {
	case KVM_EXIT_IO:
		if (p->run->io.port == STEP_PORT && *data <= STEP_DONE)
			p->step = *data;
		return p->step == STEP_DONE;
	case KVM_EXIT_INTR:
		return 0;
	case KVM_EXIT_HLT:
		return unusable(p, "a tiny guest got a wrong result from %s",
				doing[p->step]);
	case KVM_EXIT_INTERNAL_ERROR:
		return unusable(p, "a tiny guest died on %s: KVM cannot emulate it",
				doing[p->step]);
	default:
		return unusable(p, "a tiny guest died on %s: KVM exit %u",
				doing[p->step], p->run->exit_reason);
	}
}

static void trial_run(struct trial *p)
{
	unsigned int i;

	for (i = 0; i < TRIAL_EXITS_MAX; i++) {
		if (ioctl(p->vcpu_fd, KVM_RUN, 0) && errno != EINTR) {
			unusable(p, "a tiny guest died on %s: KVM_RUN: %s",
				 doing[p->step], strerror(errno));
			return;
		}
		if (trial_exit(p)) {
			if (p->step == STEP_DONE)
				p->answer->usable = KVM_USABLE;
			return;
		}
	}
	unusable(p, "a tiny guest does not get beyond %s", doing[p->step]);
}

static int (* const preparations[])(struct trial *p) = {
	trial_open,
	trial_memory,
	trial_vcpu,
	trial_cpuid,
	trial_registers,
	NULL,
};

static void trial_child(const char *path, int fd, pid_t parent)
{
	struct trial_answer answer = { .usable = KVM_UNUSABLE };
	struct trial p = { .path = path, .answer = &answer };
	unsigned int i = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);

	while (preparations[i] && !preparations[i](&p))
		i++;
	if (!preparations[i])
		trial_run(&p);
	_exit(write(fd, &answer, sizeof(answer)) != sizeof(answer));
}

static void child_wait(int fd, struct trial_answer *answer)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int n;

	do {
		n = poll(&pfd, 1, TRIAL_LIMIT_MS);
	} while (n < 0 && errno == EINTR);

	answer->usable = KVM_UNUSABLE;
	if (n == 0)
		snprintf(answer->why, sizeof(answer->why),
			 "a tiny guest did not end within %u s",
			 TRIAL_LIMIT_MS / 1000);
	else if (read(fd, answer, sizeof(*answer)) != sizeof(*answer))
		snprintf(answer->why, sizeof(answer->why),
			 "the check died in KVM");
}

int kvm_check(const char *dev, enum kvm_usability *out, char *why,
	      size_t size)
{
	struct trial_answer answer = { 0 };
	pid_t self = getpid();
	pid_t child;
	int fds[2];

	*out = KVM_UNUSABLE;
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0) {
		int ret = -errno;

		close(fds[0]);
		close(fds[1]);
		return ret;
	}
	if (!child)
		trial_child(dev ? dev : TRIAL_DEVICE, fds[1], self);

	close(fds[1]);
	child_wait(fds[0], &answer);
	close(fds[0]);
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	*out = answer.usable;
	snprintf(why, size, "%s", answer.usable == KVM_USABLE ? "" :
		 answer.why);
	return 0;
}
