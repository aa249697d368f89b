// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads of vCPUs, watched by another thread while they end. The vCPUs
 * are none: their threads only wait to be told to leave, so no KVM is needed.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/vmm.h"

/* As many as a busy machine gets done in that time. */
#define ROUNDS		2000
#define ROUNDS_MS	10000

FIXTURE(threads)
{
	struct vm vm;
	struct vcpu vcpu;
	struct kvm_run run;
	pthread_t observer;

	_Atomic bool stop;
	_Atomic unsigned int times;
	_Atomic unsigned int unknown;
};

FIXTURE_SETUP(threads)
{
	self->vcpu.vm = &self->vm;
	self->vcpu.fd = -1;
	self->vcpu.run = &self->run;
	self->vm.vcpus = &self->vcpu;
	self->vm.n_vcpus = 1;
	pthread_mutex_init(&self->vm.threads_lock, NULL);
}

FIXTURE_TEARDOWN(threads)
{
	pthread_mutex_destroy(&self->vm.threads_lock);
}

static void *vcpu_body(void *arg)
{
	struct vcpu *vcpu = arg;

	while (!vcpu->vm->stopping)
		usleep(50);
	return NULL;
}

static int start(struct vcpu *vcpu)
{
	sigset_t all, old;
	int ret;

	vcpu->vm->stopping = false;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pthread_mutex_lock(&vcpu->vm->threads_lock);
	ret = pthread_create(&vcpu->thread, NULL, vcpu_body, vcpu);
	vcpu->started = !ret;
	vcpu->timed = !ret;
	pthread_mutex_unlock(&vcpu->vm->threads_lock);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static void *observe(void *arg)
{
	FIXTURE_DATA(threads) *self = arg;
	uint64_t ns;

	while (!self->stop) {
		if (vm_vcpu_time_ns(&self->vm, 0, &ns))
			self->unknown++;
		else
			self->times++;
	}
	return NULL;
}

static bool saw_both(const FIXTURE_DATA(threads) *self)
{
	return atomic_load(&self->times) && atomic_load(&self->unknown);
}

/*
 * A thread that is being joined has no memory to look at. Where all share one
 * CPU, the observer is let in between, and may still need more rounds.
 */
TEST_F(threads, time_is_asked_for_while_they_leave)
{
	uint64_t end_ns = clock_now_ns() + ROUNDS_MS * NSEC_PER_MSEC;
	unsigned int i;

	ASSERT_EQ(0, pthread_create(&self->observer, NULL, observe, self));
	for (i = 0; (i < ROUNDS && clock_now_ns() < end_ns) || !saw_both(self);
	     i++) {
		ASSERT_EQ(0, start(&self->vcpu));
		if (i % 2)
			sched_yield();
		EXPECT_EQ(0, vcpus_stop(&self->vm));
	}
	self->stop = true;
	pthread_join(self->observer, NULL);
	EXPECT_LT(0, atomic_load(&self->times));
	EXPECT_LT(0, atomic_load(&self->unknown));
}

TEST_F(threads, time_is_an_error_once_they_have_left)
{
	uint64_t ns = 7;

	EXPECT_EQ(-ESRCH, vm_vcpu_time_ns(&self->vm, 0, &ns));
	ASSERT_EQ(0, start(&self->vcpu));
	EXPECT_EQ(0, vm_vcpu_time_ns(&self->vm, 0, &ns));
	EXPECT_NE(7, ns);
	EXPECT_EQ(0, vcpus_stop(&self->vm));
	ns = 7;
	EXPECT_EQ(-ESRCH, vm_vcpu_time_ns(&self->vm, 0, &ns));
	EXPECT_EQ(-EINVAL, vm_vcpu_time_ns(&self->vm, 1, &ns));
	EXPECT_EQ(7, ns);
}

/* One that left by itself, as after an error of KVM's. */
TEST_F(threads, time_of_one_that_has_left_by_itself)
{
	unsigned int i;
	uint64_t ns;
	int ret = 0;

	ASSERT_EQ(0, start(&self->vcpu));
	self->vm.stopping = true;
	for (i = 0; i < 5000 && !ret; i++) {
		ret = vm_vcpu_time_ns(&self->vm, 0, &ns);
		usleep(1000);
	}
	EXPECT_EQ(-ESRCH, ret);
	EXPECT_EQ(0, vcpus_stop(&self->vm));
}

/* KVM would not answer before a vCPU has left, which may be never. */
TEST_F(threads, no_registers_before_they_have_left)
{
	struct vm_regs regs;

	self->vm.end_ns = clock_now_ns();
	EXPECT_EQ(-EBUSY, vm_vcpu_regs(&self->vm, 0, &regs));
	self->vm.stopped = true;
	EXPECT_EQ(-EBADF, vm_vcpu_regs(&self->vm, 0, &regs));
}

/* What a thread leaves behind is given back at once: whoever looks, falls. */
int main(int argc, char **argv)
{
	static const char name[] = "GLIBC_TUNABLES";

	if (!getenv(name)) {
		setenv(name, "glibc.pthread.stack_cache_size=0", 1);
		execv("/proc/self/exe", argv);
	}
	return test_harness_run(argc, argv);
}
