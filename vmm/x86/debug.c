// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debug registers of a vCPU, by KVM_SET_GUEST_DEBUG: the first one is ours while
 * somebody watches.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm/vmm.h"

#define DR6_HIT_0	(1U << 0)
#define DR7_FIXED	(1U << 10)
#define DR7_LOCAL_0	(1U << 0)
#define DR7_WRITE_0	(1U << 16)
#define DR7_LEN_0	18	/* bits from here on */

static int set_debug(struct vcpu *vcpu, uint64_t va, unsigned int len,
		     unsigned int control)
{
	/* As the register has them; 8 came last. */
	static const unsigned char lens[] = { [1] = 0, [2] = 1, [4] = 3, [8] = 2 };
	struct kvm_guest_debug debug = { .control = control };

	if (len) {
		debug.control |= KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP;
		debug.arch.debugreg[0] = va;
		debug.arch.debugreg[7] = DR7_FIXED | DR7_LOCAL_0 | DR7_WRITE_0 |
					 (unsigned int)lens[len] << DR7_LEN_0;
	}
	return ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug) ? -errno : 0;
}

int machine_watch(struct vcpu *vcpu, uint64_t va, unsigned int len)
{
	return set_debug(vcpu, va, len, 0);
}

void machine_debug_inject(struct vcpu *vcpu, uint64_t va, unsigned int len)
{
	set_debug(vcpu, va, len, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_INJECT_DB);
}

bool machine_watch_hit(const struct vcpu *vcpu, uint64_t *pc)
{
	const struct kvm_debug_exit_arch *arch = &vcpu->run->debug.arch;

	*pc = arch->pc;
	return arch->dr6 & DR6_HIT_0;
}
