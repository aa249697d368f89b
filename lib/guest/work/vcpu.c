// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type Vcpu: a virtual machine of one CPU that computes and halts.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define CODE_AT		0x1000UL
#define CODE_SIZE	4096

/* Real mode: the number of turns comes by ecx. */
static const unsigned char code[] = {
	0xf3, 0x90,		/* spin: pause */
	0x66, 0x49,		/* dec ecx */
	0x75, 0xfa,		/* jnz spin */
	0xf4,			/* hlt */
};

/**
 * struct tiny_vm - a virtual machine
 * @kvm: /dev/kvm
 * @vm: the machine
 * @fd: its CPU
 * @run: what KVM says of that
 * @size: bytes there
 * @memory: CODE_SIZE of it, at CODE_AT
 */
struct tiny_vm {
	int kvm;
	int vm;
	int fd;
	struct kvm_run *run;
	size_t size;
	void *memory;
};

static void vcpu_close(struct tiny_vm *v)
{
	if (v->run)
		munmap(v->run, v->size);
	if (v->memory)
		munmap(v->memory, CODE_SIZE);
	if (v->fd >= 0)
		close(v->fd);
	if (v->vm >= 0)
		close(v->vm);
	if (v->kvm >= 0)
		close(v->kvm);
}

static void *map(size_t size, int flags, int fd)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	return mem == MAP_FAILED ? NULL : mem;
}

static int vcpu_memory(struct tiny_vm *v)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = CODE_AT,
		.memory_size = CODE_SIZE,
	};

	v->memory = map(CODE_SIZE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (!v->memory)
		return -ENOMEM;
	memcpy(v->memory, code, sizeof(code));
	region.userspace_addr = (uintptr_t)v->memory;
	return ioctl(v->vm, KVM_SET_USER_MEMORY_REGION, &region) ? -errno : 0;
}

static int vcpu_segments(struct tiny_vm *v)
{
	struct kvm_sregs sregs;

	if (ioctl(v->fd, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	return ioctl(v->fd, KVM_SET_SREGS, &sregs) ? -errno : 0;
}

static int vcpu_open(struct tiny_vm *v)
{
	*v = (struct tiny_vm){ .kvm = -1, .vm = -1, .fd = -1 };
	v->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (v->kvm < 0)
		return -errno;
	v->vm = ioctl(v->kvm, KVM_CREATE_VM, 0);
	if (v->vm < 0 || vcpu_memory(v))
		return -ENODEV;
	v->fd = ioctl(v->vm, KVM_CREATE_VCPU, 0);
	v->size = ioctl(v->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (v->fd < 0 || vcpu_segments(v))
		return -ENODEV;
	v->run = map(v->size, MAP_SHARED, v->fd);
	return v->run ? 0 : -ENOMEM;
}

/*
 * From the start of its code until it halts, @turns later.
 *
 * Return: 0; -EINTR for a signal before that, -EIO for another end.
 */
static int vcpu_burst(struct tiny_vm *v, unsigned int turns)
{
	struct kvm_regs regs = { .rip = CODE_AT, .rcx = turns, .rflags = 2 };

	/* Without an interrupt controller in KVM whoever halts comes to us. */
	if (ioctl(v->fd, KVM_SET_REGS, &regs) || ioctl(v->fd, KVM_RUN, 0))
		return -errno;
	return v->run->exit_reason == KVM_EXIT_HLT ? 0 : -EIO;
}

static const char *lacks_kvm(const struct work_spec *spec)
{
	struct tiny_vm v;
	int err = vcpu_open(&v);

	(void)spec;
	if (!err)
		err = vcpu_burst(&v, 1);
	vcpu_close(&v);
	return err && err != -EINTR ?
	       "there is no KVM that runs a guest (/dev/kvm)" : NULL;
}

static int vcpu_init(struct work_run *run)
{
	struct tiny_vm *v = malloc(sizeof(*v));

	run->mem = v;
	return v ? vcpu_open(v) : -ENOMEM;
}

static void vcpu_pass(struct work_run *run)
{
	int err = vcpu_burst(run->mem, run->spec->spin);

	if (!err)
		work_done(run, run->spec->spin);
	work_sleep(run, run->spec->sleep_us * NSEC_PER_USEC);
}

static void vcpu_exit(struct work_run *run)
{
	vcpu_close(run->mem);
	free(run->mem);
}

const struct work_ops work_vcpu = {
	.name = "Vcpu",
	.what = "runs a virtual machine of one CPU, which spins so many iterations and halts, and wakes it after sleep_us",
	.params = {
		WORK_PARAM(spin, 16384, 1000000),
		WORK_PARAM(sleep_us, 1000, 10000000),
	},
	.group = 1,
	.lacks = lacks_kvm,
	.init = vcpu_init,
	.pass = vcpu_pass,
	.exit = vcpu_exit,
};
