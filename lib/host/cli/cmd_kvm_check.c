// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr kvm-check`: where do VMs run here?
 */
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/machine/vms.h"

#define EXIT_MISSING	4

int kvm_check_main(int argc, char **argv, char *err)
{
	static const char * const words[] = {
		[VMS_KVM] = "usable",
		[VMS_EMULATED] = "emulated",
		[VMS_NOWHERE] = "none",
	};
	int ret = no_args_parse(argc, argv, err);
	enum vms_place place;
	char why[256];

	if (ret)
		return ret;
	place = vms_place(why, sizeof(why));
	printf("%s: %s\n", words[place], why);
	return place == VMS_NOWHERE ? EXIT_MISSING : 0;
}
