// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm-check: say whether KVM here can run a kernel, and why not.
 *
 *	kvm-check [DEVICE]
 *
 * Prints "usable" or "unusable: REASON"; exit status 0 or 1, 2 for a wrong
 * call. Builds alone, with nothing but the check (x86/kvm_check.c),
 * lib/common/util/process.c and libc.
 */
#include <stdio.h>
#include <string.h>

#include "lib/common/util/process.h"
#include "vmm/kvm_check.h"

int main(int argc, char **argv)
{
	enum kvm_usability usable;
	char why[200];
	int ret;

	process_begin();
	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: kvm-check [DEVICE]\n");
		return 2;
	}

	ret = kvm_check(argv[1], &usable, why, sizeof(why));
	if (ret) {
		printf("unusable: cannot try it: %s\n", strerror(-ret));
		return 1;
	}
	if (usable != KVM_USABLE) {
		printf("unusable: %s\n", why);
		return 1;
	}
	printf("usable\n");
	return 0;
}
