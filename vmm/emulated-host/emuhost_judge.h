/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which QEMU of an entry is fit to be used: one that was mended, or one that
 * stands a storm. fetch.sh cannot tell the second: that takes VMs on it, and
 * programs that may not be built yet. So it leaves a QEMU in which it found
 * nothing to mend without a verdict. It is not used until it has one, which
 * run_ktstr.sh sees to as soon as the suite is built.
 */
#ifndef KTSTR_VMM_EMUHOST_JUDGE_H
#define KTSTR_VMM_EMUHOST_JUDGE_H

#include "vmm/emulated-host/emuhost_entry.h"
#include "vmm/emulated-host/emulated-host.h"

/**
 * judge_run() - judge those that have no verdict, until one is fit
 * @config: the command to judge by, which boots VMs and ends with status 0
 *	when all went well; @storm_pairs must be set
 * @status: gets the last one's status of wait(2)
 *
 * The verdict stays in the entry. A signal, or an emulated host that does not
 * start, leaves it as it was.
 *
 * Return: 0 when one is fit or a signal came, -ENOENT after a message when
 * none is, another -errno.
 */
int judge_run(const struct emuhost_config *config, int *status);

#endif /* KTSTR_VMM_EMUHOST_JUDGE_H */
