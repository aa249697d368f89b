// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kicks, which get a vCPU's thread out of KVM_RUN.
 *
 * The kick is a signal that these threads block except inside KVM_RUN, so one
 * that comes at any moment makes the next KVM_RUN return. No handler is ever
 * run, and the process's own signal dispositions stay as they are.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "vmm/vmm.h"

#define KICK_SIGNAL	SIGRTMIN

int vcpu_allow_kick(struct vcpu *vcpu)
{
	/* struct kvm_signal_mask ends in an array of the kernel's size. */
	uint64_t blocked = ~(1ULL << (KICK_SIGNAL - 1));
	uint32_t mask[3] = { sizeof(blocked) };

	memcpy(&mask[1], &blocked, sizeof(blocked));
	return ioctl(vcpu->fd, KVM_SET_SIGNAL_MASK, mask) ? -errno : 0;
}

void vcpu_kick(struct vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	pthread_kill(vcpu->thread, KICK_SIGNAL);
}

void vcpu_unkick(struct vcpu *vcpu)
{
	const struct timespec now = { 0 };
	sigset_t kick;

	sigemptyset(&kick);
	sigaddset(&kick, KICK_SIGNAL);
	while (sigtimedwait(&kick, NULL, &now) > 0)
		;
	vcpu->run->immediate_exit = 0;
}
