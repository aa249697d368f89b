// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM against guests of a few instructions, each in a bzImage that is made
 * here: how they end, what they print, and what hostile ones achieve.
 *
 * Needs a KVM that can run a kernel; skipped where there is none.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/process.h"
#include "lib/common/util/sandbox.h"
#include "lib/common/util/util.h"
#include "vmm/kvm_check.h"
#include "vmm/vmm.h"
#include "vmm/x86/bzimage.h"

#define HDR		0x1f1
#define SETUP_SIZE	1024
#define ENTRY		0x200
#define CODE_SIZE	4096
#define LOAD_GPA	0x1000000
#define LONG_MS		20000	/* a deadline that must not be needed */
#define SHORT_MS	3000

struct guest_code {
	const char *start;
	const char *end;
};

/*
 * A guest's code: it lies in a function, which jumps over it. Entered with
 * paging on, interrupts off, and no IDT.
 */
#define GUEST(name, code)						\
	static void guest_##name(struct guest_code *c)			\
	{								\
		asm("lea	70f(%%rip), %0\n\t"			\
		    "lea	71f(%%rip), %1\n\t"			\
		    "jmp	71f\n"					\
		    "70:\n\t"						\
		    code						\
		    "71:\n"						\
		    : "=r" (c->start), "=r" (c->end));			\
	}

/* Print the string at label 90 on a port, with one instruction. */
#define PRINT(port, text)						\
	"lea	90f(%%rip), %%rsi\n\t"					\
	"mov	$91f - 90f, %%ecx\n\t"					\
	"mov	$" port ", %%edx\n\t"					\
	"rep outsb\n\t"							\
	"jmp	91f\n"							\
	"90:	.ascii \"" text "\"\n"					\
	"91:\n\t"

#define RESET	"mov	$0xfe, %%al\n\t"				\
		"out	%%al, $0x64\n\t"				\
		HANG
#define HANG	"72:	hlt\n\t"					\
		"jmp	72b\n\t"
#define COM1	"0x3f8"
#define COM2	"0x2f8"

GUEST(hello, PRINT(COM1, "hello\\n") RESET)
GUEST(panic, PRINT(COM1, "Kernel panic - not syncing: tiny\\n") RESET)
GUEST(panic_hang, PRINT(COM1, "Kernel panic - not syncing: stuck\\n")
	HANG)
GUEST(panic_cut, PRINT(COM1, "Kernel panic - not syncing: no newline")
	RESET)
GUEST(hang, PRINT(COM2, "stage mounts\\n") HANG)
GUEST(mute, PRINT(COM1, "Linux version\\n") HANG)
GUEST(crash, PRINT(COM2, "stage mounts\\ncrash no /proc\\ncrash two\\n") RESET)
GUEST(spin, "1:	jmp	1b\n\t")
GUEST(counts, "1:	incq	0x300000\n\t"
	"jmp	1b\n\t")
GUEST(lock, "hlt\n\t" HANG)
GUEST(die, "ud2\n\t")
GUEST(poweroff, "mov	$0x604, %%edx\n\t"
	"mov	$0x3400, %%eax\n\t"
	"out	%%ax, %%dx\n\t" HANG)
GUEST(flood, "mov	$0x3f8, %%edx\n\t"
	"mov	$'f', %%al\n"
	"1:	out	%%al, %%dx\n\t"
	"jmp	1b\n\t")
/* More than what waits and what may have been fetched before, and an end */
#define MANY		(2 * OUTBUF_SIZE + 8192)
#define PRINT_MANY(port)						\
	"mov	$" port ", %%edx\n\t"					\
	"mov	$'f', %%al\n\t"						\
	"mov	$2 * 32768 + 8192, %%ecx\n"				\
	"1:	out	%%al, %%dx\n\t"					\
	"dec	%%ecx\n\t"						\
	"jnz	1b\n\t"
GUEST(much_on_com1, PRINT_MANY(COM1) RESET)
GUEST(much_on_com2, PRINT(COM1, "hello\\n") PRINT_MANY(COM2) RESET)
GUEST(false_stages, PRINT(COM2, "stage init\\nstage mars\\nstagestage\\n")
	RESET)
/* Ports and memory where nothing is: all ones, or the guest says so. */
GUEST(nothing, "mov	$0x5000, %%edx\n\t"
	"in	%%dx, %%eax\n\t"
	"cmp	$-1, %%eax\n\t"
	"jne	1f\n\t"
	"mov	$0xd0000000, %%ebx\n\t"
	"movq	$7, (%%rbx)\n\t"
	"cmpl	$-1, (%%rbx)\n\t"
	"jne	1f\n\t"
	PRINT(COM1, "ones\\n")
	"1:\n\t" RESET)
/* Where vm_memory() can see it. */
GUEST(writes, "movl	$0x12345678, 0x300000\n\t" RESET)
/*
 * Maps the ring, which lies at 4 GiB, with a table of its own at 0x10000, and
 * writes 0xff all over it, then rings the bell behind it.
 */
#define MAP_RING							\
	"movl	$0x83, 0x10000\n\t"					\
	"movl	$1, 0x10004\n\t"					\
	"movl	$0x200083, 0x10008\n\t"					\
	"movl	$1, 0x1000c\n\t"					\
	"movl	$0x400083, 0x10010\n\t"					\
	"movl	$1, 0x10014\n\t"					\
	"movl	$0x10003, 0xa020\n\t"					\
	"mov	$0x100000000, %%rdi\n\t"
GUEST(ring_vandal, MAP_RING
	"mov	%%rdi, %%rbx\n\t"
	"mov	$-1, %%rax\n\t"
	"mov	$0x400000 / 8, %%ecx\n\t"
	"rep stosq\n\t"
	"movl	$1, 0x400000(%%rbx)\n\t"
	PRINT(COM1, "done\\n") RESET)
/* head = a lot, with nothing written; then stages out of range. */
GUEST(ring_liar, MAP_RING
	"movl	$99, 12(%%rdi)\n\t"
	"movq	$4096, 16(%%rdi)\n\t"
	"movl	$1, 0x400000(%%rdi)\n\t"
	PRINT(COM1, "done\\n") RESET)

/* What the callbacks saw. */
struct heard {
	struct vm *vm;
	char console[256];
	size_t console_len;
	unsigned int records;
	unsigned int ticks;
	unsigned int stop_at_tick;
	uint64_t vcpu_ns;
	bool block;
	bool ended_meanwhile;

	_Atomic unsigned int ended;
};

static void on_console(void *ctx, const char *bytes, size_t len)
{
	struct heard *h = ctx;
	size_t n = min(len, sizeof(h->console) - 1 -
		       min(h->console_len, sizeof(h->console) - 1));
	unsigned int i;

	memcpy(h->console + h->console_len, bytes, n);
	h->console_len += n;
	for (i = 0; h->block && !h->ended && i < LONG_MS / 2; i++)
		usleep(1000);
	h->ended_meanwhile = h->ended;
}

static void on_ended(void *ctx)
{
	struct heard *h = ctx;

	h->ended++;
}

static void on_record(void *ctx, const struct wire_rec *rec __maybe_unused,
		      const void *payload __maybe_unused)
{
	struct heard *h = ctx;

	h->records++;
}

static void on_tick(void *ctx, uint64_t elapsed_ns __maybe_unused)
{
	struct heard *h = ctx;

	vm_vcpu_time_ns(h->vm, 0, &h->vcpu_ns);
	if (++h->ticks == h->stop_at_tick)
		vm_stop(h->vm);
}

static const struct vm_ops ops = {
	.console = on_console,
	.record = on_record,
	.tick = on_tick,
	.ended = on_ended,
};

/* One call, so that the words, which are not split, end their line. */
#define EXPECT_SAID(text, words)	EXPECT_NE(NULL, strstr(text, words))

FIXTURE(guest) {
	int image_fd;
	char path[64];
	struct run_machine machine;
	struct vm_config config;
	struct vm_result result;
	struct heard heard;
	struct vm *vm;
	char err[256];
};

FIXTURE_SETUP(guest)
{
	enum kvm_usability usable;
	char why[200];

	self->image_fd = -1;
	if (kvm_check(NULL, &usable, why, sizeof(why)) ||
	    usable != KVM_USABLE)
		SKIP(return, "no usable KVM: %s", why);

	self->image_fd = memfd_create("image", MFD_CLOEXEC);
	ASSERT_LE(0, self->image_fd);
	snprintf(self->path, sizeof(self->path), "/proc/self/fd/%d",
		 self->image_fd);
	self->machine = (struct run_machine) {
		.topology = TOPOLOGY(1, 1, 1, 1),
		.memory_mb = 64,
	};
	self->config = (struct vm_config) {
		.kernel = self->path,
		.machine = &self->machine,
		.deadline_ms = LONG_MS,
		.ops = &ops,
		.ctx = &self->heard,
	};
}

FIXTURE_TEARDOWN(guest)
{
	vm_destroy(self->vm);
	close(self->image_fd);
}

static void make_image(int fd, void (*guest)(struct guest_code *c))
{
	const struct setup_header hdr = {
		.setup_sects = SETUP_SIZE / 512 - 1,
		.boot_flag = 0xaa55,
		.header = 0x53726448,
		.version = 0x20f,
		.loadflags = LOADED_HIGH,
		.xloadflags = XLF_KERNEL_64,
		.kernel_alignment = 0x200000,
		.pref_address = LOAD_GPA,
		.init_size = 0x100000,
		.syssize = CODE_SIZE / 16,
		.cmdline_size = 2047,
		.initrd_addr_max = 0x7fffffff,
	};
	uint8_t image[SETUP_SIZE + CODE_SIZE] = { 0 };
	struct guest_code code;

	memcpy(image + HDR, &hdr, sizeof(hdr));
	guest(&code);
	memcpy(image + SETUP_SIZE + ENTRY, code.start, code.end - code.start);
	if (pwrite(fd, image, sizeof(image), 0) != sizeof(image))
		abort();
}

/* Boot @name's code; the result is in self->result. */
#define RUN(name) do {							\
	make_image(self->image_fd, name);				\
	ASSERT_EQ(0, vm_create(&self->config, &self->vm, self->err,	\
			       sizeof(self->err))) {			\
		TH_LOG("%s", self->err);				\
	}								\
	self->heard.vm = self->vm;					\
	ASSERT_EQ(0, vm_run(self->vm, &self->result));			\
} while (0)

/* A host that takes too much leaves nothing to look at: not the VMM's doing. */
#define EXPECT_END(expected) do {					\
	if (self->result.end == VM_END_STARVED &&			\
	    (expected) != VM_END_STARVED)				\
		SKIP(return, "the machine is too busy: %s",		\
		     self->result.message);				\
	EXPECT_STREQ(vm_end_name(expected),				\
		     vm_end_name(self->result.end));			\
} while (0)

TEST_F(guest, prints_and_resets)
{
	RUN(guest_hello);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_STREQ("hello\n", self->result.console);
	EXPECT_EQ(6, self->result.console_len);
	EXPECT_STREQ("hello\n", self->heard.console);
	EXPECT_EQ(STAGE_KERNEL, self->result.stage);
	EXPECT_LT(0, self->result.exits);
	EXPECT_LT(0, self->result.first_run_ns);
	EXPECT_EQ(0, self->result.ring.records);
	EXPECT_FALSE(self->result.ring.broken);
	EXPECT_EQ(0, self->result.serial_lost);
}

/* Whoever watches its memory must not learn that from a loop that is busy. */
TEST_F(guest, its_end_is_told_at_once)
{
	self->heard.block = true;
	RUN(guest_hello);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_TRUE(self->heard.ended_meanwhile);
	EXPECT_EQ(1, atomic_load(&self->heard.ended));
}

/* Stop us for a while, from beside. */
static pid_t fork_stopper(unsigned int after_ms, unsigned int for_ms)
{
	pid_t us = getpid(), pid = fork();

	if (pid)
		return pid;
	usleep(after_ms * 1000);
	kill(us, SIGSTOP);
	usleep(for_ms * 1000);
	kill(us, SIGCONT);
	_exit(0);
}

/* Its time is its own: what the host takes is not counted, but told. */
TEST_F(guest, time_in_which_nobody_ran_is_not_its_own)
{
	pid_t stopper;

	self->config.deadline_ms = SHORT_MS;
	stopper = fork_stopper(500, 2000);
	ASSERT_LT(0, stopper);
	RUN(guest_spin);
	waitpid(stopper, NULL, 0);
	EXPECT_END(VM_END_DEADLINE);
	EXPECT_LE((SHORT_MS + 1900) * NSEC_PER_MSEC, self->result.run_ns);
	EXPECT_LE(1900 * NSEC_PER_MSEC, self->result.steal_ns);
	EXPECT_GE(self->result.run_ns - SHORT_MS * NSEC_PER_MSEC / 2,
		  self->result.steal_ns);
}

/* A CPU that it has to share with somebody who wants all of it. */
TEST_F(guest, what_others_use_is_not_its_own)
{
	pid_t hog, us = getpid();
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	self->config.deadline_ms = SHORT_MS;
	self->config.wall_ms = LONG_MS;
	hog = fork();
	ASSERT_LE(0, hog);
	while (!hog && getppid() == us)
		;
	if (!hog)
		_exit(0);
	RUN(guest_spin);
	kill(hog, SIGKILL);
	waitpid(hog, NULL, 0);
	EXPECT_END(VM_END_DEADLINE);
	/* It had half of that CPU or less. */
	EXPECT_LE(self->result.run_ns / 4, self->result.steal_ns);
	EXPECT_LE(SHORT_MS * 4 / 3 * NSEC_PER_MSEC, self->result.run_ns);
}

/* Nobody waits for ever. */
TEST_F(guest, host_that_takes_all_is_named)
{
	pid_t stopper;

	self->config.deadline_ms = SHORT_MS;
	self->config.wall_ms = SHORT_MS;
	stopper = fork_stopper(500, 2000);
	ASSERT_LT(0, stopper);
	RUN(guest_spin);
	waitpid(stopper, NULL, 0);
	EXPECT_END(VM_END_STARVED);
	EXPECT_EQ(0, strncmp("the host took ", self->result.message, 14))
		TH_LOG("%s", self->result.message);
}

TEST_F(guest, powers_off)
{
	RUN(guest_poweroff);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_STREQ("ACPI power-off", self->result.message);
	EXPECT_EQ(STAGE_NONE, self->result.stage);
}

TEST_F(guest, panic_before_reset_is_a_panic)
{
	RUN(guest_panic);
	EXPECT_END(VM_END_PANIC);
	EXPECT_STREQ("Kernel panic - not syncing: tiny",
		     self->result.message);
}

TEST_F(guest, panic_without_newline_too)
{
	RUN(guest_panic_cut);
	EXPECT_END(VM_END_PANIC);
	EXPECT_STREQ("Kernel panic - not syncing: no newline",
		     self->result.message);
}

TEST_F(guest, panic_that_hangs_is_not_waited_for)
{
	RUN(guest_panic_hang);
	EXPECT_END(VM_END_PANIC);
	EXPECT_STREQ("Kernel panic - not syncing: stuck",
		     self->result.message);
	EXPECT_GT(2 * NSEC_PER_SEC, self->result.run_ns);
}

TEST_F(guest, triple_fault)
{
	RUN(guest_die);
	EXPECT_END(VM_END_TRIPLE_FAULT);
	EXPECT_STREQ("triple fault on CPU 0", self->result.message);
	EXPECT_GT(NSEC_PER_SEC, self->result.run_ns);
}

TEST_F(guest, hang_ends_at_the_deadline)
{
	self->config.deadline_ms = SHORT_MS;
	RUN(guest_hang);
	EXPECT_END(VM_END_DEADLINE);
	EXPECT_STREQ("still running after 3000 ms; last stage: mounts",
		     self->result.message);
	EXPECT_EQ(STAGE_MOUNTS, self->result.stage);
	EXPECT_LE(SHORT_MS * NSEC_PER_MSEC, self->result.run_ns);
	EXPECT_GT(LONG_MS / 2 * NSEC_PER_MSEC, self->result.run_ns);
	EXPECT_LT(1, self->heard.ticks);
}

/* A boot that hangs does not get the time of a whole run. */
TEST_F(guest, no_word_from_init)
{
	self->config.boot_ms = SHORT_MS;
	RUN(guest_mute);
	EXPECT_END(VM_END_NO_INIT);
	EXPECT_EQ(0, strncmp("no word from init within 3.0 s",
			     self->result.message, 30));
	EXPECT_NE(NULL, strstr(self->result.message, "; last stage: kernel"))
		TH_LOG("%s", self->result.message);
	EXPECT_LE(SHORT_MS * NSEC_PER_MSEC, self->result.run_ns);
	EXPECT_GT(LONG_MS / 2 * NSEC_PER_MSEC, self->result.run_ns);
}

TEST_F(guest, init_that_spoke_gets_the_rest)
{
	self->config.boot_ms = SHORT_MS / 2;
	self->config.deadline_ms = SHORT_MS;
	RUN(guest_hang);
	EXPECT_END(VM_END_DEADLINE);
	EXPECT_LE(SHORT_MS * NSEC_PER_MSEC, self->result.run_ns);
}

TEST_F(guest, spinning_cpus_can_be_stopped)
{
	uint64_t ns = 7;

	/* On one CPU, three quarters are taken from each by the others. */
	self->config.deadline_ms = SHORT_MS;
	self->config.wall_ms = LONG_MS;
	self->machine.topology = (struct topology)TOPOLOGY(1, 2, 2, 1);
	self->machine.memory_mb = 256;
	RUN(guest_spin);
	EXPECT_END(VM_END_DEADLINE);
	EXPECT_LT(0, self->heard.vcpu_ns);
	/* The thread is gone, and so is its clock. */
	EXPECT_EQ(-ESRCH, vm_vcpu_time_ns(self->vm, 0, &ns));
	EXPECT_EQ(-EINVAL, vm_vcpu_time_ns(self->vm, 1000, &ns));
	EXPECT_EQ(7, ns);
}

struct observer {
	struct vm *vm;
	unsigned int times;

	_Atomic int regs;
	_Atomic bool stop;
};

/* As the monitor does, from before the threads start until they are gone. */
static void *observe(void *arg)
{
	struct observer *o = arg;
	struct vm_regs regs;
	uint64_t ns;

	while (!o->stop) {
		o->times += !vm_vcpu_time_ns(o->vm, o->times % 2, &ns);
		o->regs = vm_vcpu_regs(o->vm, 0, &regs);
	}
	return NULL;
}

TEST_F(guest, observed_while_its_threads_leave)
{
	struct observer o = { };
	unsigned int i, ms;
	pthread_t thread;

	self->machine.topology = (struct topology)TOPOLOGY(1, 1, 2, 1);
	for (i = 0; i < 20; i++) {
		make_image(self->image_fd, guest_hello);
		ASSERT_EQ(0, vm_create(&self->config, &self->vm, self->err,
				       sizeof(self->err)));
		o.vm = self->vm;
		o.regs = -EBUSY;
		o.stop = false;
		ASSERT_EQ(0, pthread_create(&thread, NULL, observe, &o));
		self->heard.vm = self->vm;
		EXPECT_EQ(0, vm_run(self->vm, &self->result));
		for (ms = 0; o.regs && ms < 5000; ms++)
			usleep(1000);
		o.stop = true;
		pthread_join(thread, NULL);
		EXPECT_END(VM_END_POWEROFF);
		EXPECT_EQ(0, atomic_load(&o.regs));
		vm_destroy(self->vm);
		self->vm = NULL;
	}
}

/* How the thread of this process with that name is scheduled; -1: there is none. */
static int policy_of(const char *name)
{
	DIR *dir = opendir("/proc/self/task");
	char path[300], comm[16] = "";
	int policy = -1, fd;
	struct dirent *e;

	while (dir && policy < 0 && (e = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
			 e->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, comm, strlen(name)) > 0 &&
		    !strncmp(comm, name, strlen(name)))
			policy = sched_getscheduler(atoi(e->d_name));
		if (fd >= 0)
			close(fd);
	}
	if (dir)
		closedir(dir);
	return policy;
}

static void *watch_steal(void *arg)
{
	_Atomic int *policy = arg;
	unsigned int ms;

	for (ms = 0; *policy != SCHED_FIFO && ms < SHORT_MS / 2; ms += 10) {
		*policy = policy_of("ktstr-steal");
		usleep(10000);
	}
	return NULL;
}

/*
 * Behind vCPUs it would take a machine that stands still for one that is busy.
 * The program of a test has dropped its capabilities before the VM begins.
 */
TEST_F(guest, who_looks_whether_the_machine_runs_goes_first)
{
	const struct sched_param first = { .sched_priority = 1 }, usual = { };
	_Atomic int policy = -1;
	pthread_t thread;

	if (sched_setscheduler(0, SCHED_FIFO, &first))
		SKIP(return, "no real-time priority for it: %s",
		     strerror(errno));
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_OTHER, &usual));
	ASSERT_EQ(0, process_drop());
	self->config.deadline_ms = SHORT_MS;
	ASSERT_EQ(0, pthread_create(&thread, NULL, watch_steal, &policy));
	RUN(guest_spin);
	pthread_join(thread, NULL);
	EXPECT_EQ(SCHED_FIFO, atomic_load(&policy));
}

/* How many seccomp filters a thread has; 0 for one that has gone. */
static unsigned int filters_of(const char *task)
{
	static const char key[] = "Seccomp_filters:";
	char path[300], line[256];
	unsigned int n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%s/status", task);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			n = strtoul(line + strlen(key), NULL, 10);
	if (f)
		fclose(f);
	return n;
}

/*
 * struct filters - of threads, as seen while a VM runs
 * @before: of one that is no VM's
 * @most: threads that had more than it at a time
 */
struct filters {
	unsigned int before;
	_Atomic unsigned int most;
};

static void *watch_filters(void *arg)
{
	struct filters *f = arg;
	unsigned int ms, n;
	struct dirent *e;
	DIR *dir;

	for (ms = 0; f->most < 2 && ms < SHORT_MS / 2; ms += 10) {
		dir = opendir("/proc/self/task");
		for (n = 0; dir && (e = readdir(dir)); )
			n += filters_of(e->d_name) > f->before;
		if (dir)
			closedir(dir);
		f->most = max(atomic_load(&f->most), n);
		usleep(10000);
	}
	return NULL;
}

/* A vCPU, who looks at it, and who serves devices once it has begun; no other. */
TEST_F(guest, threads_of_a_vm_have_filters)
{
	struct filters f = { };
	pthread_t thread;
	char own[16];

	if (!sandbox_wanted() || !sandbox_there())
		SKIP(return, "no filters with a sanitizer, or on this kernel");
	self->config.deadline_ms = SHORT_MS;
	snprintf(own, sizeof(own), "%d", gettid());
	f.before = filters_of(own);
	ASSERT_EQ(0, pthread_create(&thread, NULL, watch_filters, &f));
	RUN(guest_hang);
	pthread_join(thread, NULL);
	EXPECT_END(VM_END_DEADLINE);
	EXPECT_LE(2, atomic_load(&f.most));
	EXPECT_GE(3, atomic_load(&f.most));
}

TEST_F(guest, console_flood_is_bounded)
{
	self->config.deadline_ms = SHORT_MS;
	RUN(guest_flood);
	EXPECT_END(VM_END_DEADLINE);
	EXPECT_LT(100, self->result.console_len);
	EXPECT_GT(300 << 10, self->result.console_len);
}

/* Who fetches the bytes is busy until the guest is at its end. An exit for each. */
TEST_F_TIMEOUT(guest, what_nobody_fetched_is_counted, 120)
{
	ASSERT_EQ(2 * 32768 + 8192, MANY);
	self->heard.block = true;
	RUN(guest_much_on_com1);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_LT(0, self->result.serial_lost);
	EXPECT_EQ(MANY, self->result.serial_lost + self->result.console_len +
			self->result.console_left_out);

	vm_destroy(self->vm);
	self->vm = NULL;
	self->heard = (struct heard){ .block = true };
	RUN(guest_much_on_com2);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_LE(MANY - 2 * OUTBUF_SIZE, self->result.serial_lost);
	EXPECT_GE(MANY - OUTBUF_SIZE, self->result.serial_lost);
}

TEST_F(guest, nothing_reads_as_ones)
{
	RUN(guest_nothing);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_STREQ("ones\n", self->result.console);
}

TEST_F(guest, unknown_stages_do_not_count)
{
	RUN(guest_false_stages);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_EQ(STAGE_INIT, self->result.stage);
}

TEST_F(guest, init_is_heard_without_a_ring)
{
	RUN(guest_crash);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_EQ(STAGE_MOUNTS, self->result.stage);
	EXPECT_STREQ("no /proc", self->result.crash);
}

TEST_F(guest, observer_sees_its_memory)
{
	uint32_t seen;

	RUN(guest_writes);
	EXPECT_END(VM_END_POWEROFF);
	ASSERT_NE(NULL, vm_memory(self->vm, 0x300000, sizeof(seen)));
	memcpy(&seen, vm_memory(self->vm, 0x300000, sizeof(seen)),
	       sizeof(seen));
	EXPECT_EQ(0x12345678, seen);
	EXPECT_EQ(64 << 20, vm_memory_size(self->vm));
	EXPECT_EQ(NULL, vm_memory(self->vm, 64 << 20, 1));
	EXPECT_EQ(NULL, vm_memory(self->vm, 1ULL << 32, 1));
}

TEST_F(guest, ring_full_of_ones_is_no_ring)
{
	RUN(guest_ring_vandal);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_EQ(~0ULL, self->vm->reader.hdr->head);
	EXPECT_TRUE(self->result.ring.broken);
	EXPECT_STREQ("done\n", self->result.console);
	EXPECT_EQ(0, self->heard.records);
	EXPECT_EQ(STAGE_KERNEL, self->result.stage);
}

TEST_F(guest, ring_with_false_head_is_no_ring)
{
	RUN(guest_ring_liar);
	EXPECT_END(VM_END_POWEROFF);
	EXPECT_EQ(99, self->vm->reader.hdr->stage);
	EXPECT_TRUE(self->result.ring.broken);
	EXPECT_STREQ("done\n", self->result.console);
	EXPECT_EQ(0, self->heard.records);
	EXPECT_EQ(STAGE_KERNEL, self->result.stage);
}

TEST_F(guest, stop_from_a_callback)
{
	self->heard.stop_at_tick = 2;
	RUN(guest_hang);
	EXPECT_END(VM_END_KILLED);
	EXPECT_EQ(2, self->heard.ticks);
}

static void *stop_soon(void *arg)
{
	usleep(200000);
	vm_stop(arg);
	return NULL;
}

TEST_F(guest, stop_from_a_thread)
{
	pthread_t thread;

	make_image(self->image_fd, guest_spin);
	ASSERT_EQ(0, vm_create(&self->config, &self->vm, self->err,
			       sizeof(self->err)));
	ASSERT_EQ(0, pthread_create(&thread, NULL, stop_soon, self->vm));
	self->heard.vm = self->vm;
	EXPECT_EQ(0, vm_run(self->vm, &self->result));
	pthread_join(thread, NULL);
	EXPECT_END(VM_END_KILLED);
}

#define PEEK_NS		(5 * NSEC_PER_SEC)
#define PEEKS		200

/* What another thread sees of a guest that runs. */
struct peeker {
	struct vm *vm;
	unsigned int n;
	int ret;
	struct vm_vcpu_state state;
};

static void *peek_often(void *arg)
{
	struct peeker *p = arg;

	usleep(500000);
	for (; p->n < PEEKS && !p->ret; p->n++)
		p->ret = vm_vcpu_peek(p->vm, 0, PEEK_NS, &p->state);
	vm_stop_hung(p->vm, "it was enough");
	return NULL;
}

static void run_peeked(struct __test_metadata *_metadata,
		       FIXTURE_DATA(guest) *self,
		       void (*guest)(struct guest_code *c), struct peeker *p)
{
	pthread_t thread;

	make_image(self->image_fd, guest);
	ASSERT_EQ(0, vm_create(&self->config, &self->vm, self->err,
			       sizeof(self->err)));
	self->heard.vm = self->vm;
	p->vm = self->vm;
	ASSERT_EQ(0, pthread_create(&thread, NULL, peek_often, p));
	EXPECT_EQ(0, vm_run(self->vm, &self->result));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, p->ret);
	EXPECT_EQ(PEEKS, p->n);
	EXPECT_END(VM_END_HUNG);
	EXPECT_STREQ("it was enough", self->result.message);
	EXPECT_EQ(0, p->state.regs.flags & 1 << 9);
	EXPECT_LE(LOAD_GPA + ENTRY, p->state.regs.ip);
	EXPECT_GT(LOAD_GPA + CODE_SIZE, p->state.regs.ip);
	/* It runs no more. */
	EXPECT_EQ(-ESRCH, vm_vcpu_peek(self->vm, 0, PEEK_NS, &p->state));
	EXPECT_EQ(-EINVAL, vm_vcpu_peek(self->vm, 1, PEEK_NS, &p->state));
}

/* ---- all of it at one moment ---- */

#define PAUSES		20
#define COUNTER		0x300000

struct pauser {
	struct vm *vm;
	int ret;
	unsigned int moved;	/* though it was to stand still */
	unsigned int went_on;	/* between two pauses */
	uint64_t steal_ns;
	bool keeps;		/* the last one */
};

static uint64_t counted(struct vm *vm)
{
	return *(volatile uint64_t *)vm_memory(vm, COUNTER, 8);
}

static void *pause_often(void *arg)
{
	struct pauser *p = arg;
	uint64_t seen = 0, before;
	unsigned int i;

	usleep(300000);
	for (i = 0; i < PAUSES && !p->ret; i++) {
		p->ret = vm_pause(p->vm, 5000);
		if (p->ret)
			break;
		before = counted(p->vm);
		p->went_on += before != seen;
		usleep(10000);
		seen = counted(p->vm);
		p->moved += before != seen;
		if (i == PAUSES - 1 && p->keeps)
			break;
		vm_resume(p->vm);
		usleep(10000);
	}
	vm_vcpu_steal_ns(p->vm, 0, &p->steal_ns);
	vm_stop_hung(p->vm, "it was enough");
	return NULL;
}

static void run_paused(struct __test_metadata *_metadata,
		       FIXTURE_DATA(guest) *self, struct pauser *p)
{
	pthread_t thread;

	self->machine.topology = (struct topology)TOPOLOGY(1, 1, 2, 1);
	make_image(self->image_fd, guest_counts);
	ASSERT_EQ(0, vm_create(&self->config, &self->vm, self->err,
			       sizeof(self->err)));
	self->heard.vm = self->vm;
	p->vm = self->vm;
	ASSERT_EQ(0, pthread_create(&thread, NULL, pause_often, p));
	EXPECT_EQ(0, vm_run(self->vm, &self->result));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, p->ret);
	EXPECT_EQ(0U, p->moved);
	EXPECT_EQ(PAUSES, p->went_on);
	EXPECT_END(VM_END_HUNG);
}

/* And what we took is told as taken: 20 times 10 ms at least. */
TEST_F(guest, stands_still_while_it_is_paused)
{
	struct pauser p = { };

	run_paused(_metadata, self, &p);
	EXPECT_LT(PAUSES * 9 * NSEC_PER_MSEC, p.steal_ns);
	EXPECT_EQ(-ETIMEDOUT, vm_pause(self->vm, 10));
}

/* A VM that ends is not kept by who keeps its CPUs. */
TEST_F(guest, ends_while_it_is_paused)
{
	struct pauser p = { .keeps = true };

	run_paused(_metadata, self, &p);
	EXPECT_GT(LONG_MS * NSEC_PER_MSEC, self->result.run_ns);
	vm_resume(self->vm);
}

/* ---- writes to one place ---- */

#define HITS	20

struct watcher {
	struct vm *vm;
	int ret;
	uint64_t pc;
	uint64_t values[HITS];

	_Atomic unsigned int hits;
};

static void note_hit(void *ctx, unsigned int cpu, uint64_t pc)
{
	struct watcher *w = ctx;
	unsigned int i = w->hits++;

	w->pc = pc;
	if (i < HITS && !cpu)
		w->values[i] = counted(w->vm);
}

static void *watch_writes(void *arg)
{
	struct watcher *w = arg;
	const struct vm_watchpoint point = {
		.va = COUNTER, .len = 8, .most = HITS, .hit = note_hit, .ctx = w,
	};
	const struct vm_watchpoint odd = { .va = COUNTER + 1, .len = 8 };
	unsigned int ms;

	usleep(300000);
	w->ret = vm_watch(w->vm, &point);
	for (ms = 0; w->hits < HITS && ms < SHORT_MS; ms++)
		usleep(1000);
	/* It goes on, and is not stopped any more. */
	usleep(100000);
	if (vm_watch(w->vm, &odd) != -EINVAL)
		w->ret = -EINVAL;
	vm_stop_hung(w->vm, "it was enough");
	return NULL;
}

/* Each write is told, once it was done, with who did it, and no more of them. */
TEST_F(guest, writes_are_told)
{
	struct watcher w = { };
	pthread_t thread;
	unsigned int i;

	make_image(self->image_fd, guest_counts);
	ASSERT_EQ(0, vm_create(&self->config, &self->vm, self->err,
			       sizeof(self->err)));
	self->heard.vm = self->vm;
	w.vm = self->vm;
	ASSERT_EQ(0, pthread_create(&thread, NULL, watch_writes, &w));
	EXPECT_EQ(0, vm_run(self->vm, &self->result));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, w.ret);
	EXPECT_END(VM_END_HUNG);
	ASSERT_EQ(HITS, atomic_load(&w.hits));
	EXPECT_LE(LOAD_GPA + ENTRY, w.pc);
	EXPECT_GT(LOAD_GPA + CODE_SIZE, w.pc);
	for (i = 1; i < HITS; i++)
		EXPECT_EQ(w.values[0] + i, w.values[i]);
	EXPECT_LT(w.values[HITS - 1] + 1, counted(self->vm));
}

/* Both have interrupts off; only one could go on. */
TEST_F(guest, halted_cpu_is_told_from_one_that_spins)
{
	struct peeker halted = { }, spins = { };

	run_peeked(_metadata, self, guest_lock, &halted);
	EXPECT_TRUE(halted.state.halted);
	vm_destroy(self->vm);
	run_peeked(_metadata, self, guest_spin, &spins);
	EXPECT_FALSE(spins.state.halted);
}

/* A look is no more than a look: what is halted goes on when it is woken. */
TEST_F(guest, peeks_do_not_disturb)
{
	struct peeker p = { };

	self->config.deadline_ms = LONG_MS;
	run_peeked(_metadata, self, guest_flood, &p);
	EXPECT_LT(100, self->result.console_len);
}

TEST_F(guest, destroyed_without_having_run)
{
	make_image(self->image_fd, guest_hello);
	EXPECT_EQ(0, vm_create(&self->config, &self->vm, self->err,
			       sizeof(self->err)));
}

TEST_F(guest, what_does_not_fit_is_named)
{
	static char archive[1 << 20];
	char *words = malloc(3000);

	make_image(self->image_fd, guest_hello);
	memset(words, 'w', 2999);
	words[2999] = '\0';
	self->machine.kernel_args = words;
	EXPECT_EQ(-EINVAL, vm_create(&self->config, &self->vm, self->err,
				     sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "command line"));
	self->machine.kernel_args = NULL;
	free(words);

	self->machine.memory_mb = 17;
	self->config.initrd = archive;
	self->config.initrd_size = sizeof(archive);
	EXPECT_EQ(-EINVAL, vm_create(&self->config, &self->vm, self->err,
				     sizeof(self->err)));
	EXPECT_SAID(self->err,
		    " and an initramfs of 1 MiB need 19 MiB of guest RAM at least, and there are 17");
	/* There is room, and it is no use: it would unpack itself at 16 MiB. */
	self->machine.memory_mb = 16;
	EXPECT_EQ(-EINVAL, vm_create(&self->config, &self->vm, self->err,
				     sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "need 19 MiB of guest RAM at least, and there are 16"));
	self->machine.memory_mb = 19;
	EXPECT_EQ(0, vm_create(&self->config, &self->vm, self->err,
			       sizeof(self->err)));
	vm_destroy(self->vm);
	self->vm = NULL;

	self->machine.memory_mb = 1 << 20;
	EXPECT_EQ(-ENOMEM, vm_create(&self->config, &self->vm, self->err,
				     sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "1048576 MiB of RAM"));

	self->machine.memory_mb = 64;
	self->machine.topology = (struct topology)TOPOLOGY(1, 5000, 1, 1);
	EXPECT_EQ(-EINVAL, vm_create(&self->config, &self->vm, self->err,
				     sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "topology 1n5000l1c1t: "));
	self->machine.topology = (struct topology)TOPOLOGY(1, 1, 1, 1);
	self->config.kvm = "/dev/no-such-kvm";
	EXPECT_EQ(-ENOENT, vm_create(&self->config, &self->vm, self->err,
				     sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, "/dev/no-such-kvm: no KVM here"));
}

static unsigned int count_entries(const char *path)
{
	unsigned int n = 0;
	DIR *dir = opendir(path);

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

TEST_F(guest, nothing_is_left_behind)
{
	unsigned int fds = 0, threads = 0, i;

	for (i = 0; i < 5; i++) {
		RUN(guest_hello);
		EXPECT_END(VM_END_POWEROFF);
		vm_destroy(self->vm);
		self->vm = NULL;
		if (!i) {
			fds = count_entries("/proc/self/fd");
			threads = count_entries("/proc/self/task");
		}
	}
	EXPECT_EQ(fds, count_entries("/proc/self/fd"));
	EXPECT_EQ(threads, count_entries("/proc/self/task"));
}

TEST_HARNESS_MAIN
