// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which QEMU is fit to be used. See emuhost_judge.h.
 */
#include "vmm/emulated-host/emuhost_judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define pr_fmt(fmt) "emulated host: " fmt
#include "lib/common/util/log.h"
#include "lib/common/util/util.h"

/* Return: 1 fit, 0 not, -EINTR when a signal ended it, another -errno. */
static int judge(const struct emuhost_entry *entry,
		 const struct emuhost_config *asked, int *status)
{
	struct emuhost_config config = *asked;
	char text[100];
	int ret = entry_verdict(entry, text, sizeof(text));

	if (ret >= 0)
		return ret;
	pr_info("QEMU %s was not mended: judging it by a storm",
		entry->version);
	config.qemu = entry->qemu;
	config.restart = EMUHOST_RESTART_NEVER;
	ret = emuhost_run(&config, status);
	if (!ret && WIFSIGNALED(*status))
		return -EINTR;
	if (ret && ret != -EIO)
		return ret;
	if (ret)
		snprintf(text, sizeof(text), "the emulated host broke");
	else
		snprintf(text, sizeof(text), "exit status %d",
			 emuhost_exit_code(*status));
	ret = !ret && !*status;
	entry_set_verdict(entry, ret, text);
	pr_info("QEMU %s %s the storm: %s", entry->version,
		ret ? "stands" : "does not stand", text);
	return ret;
}

int judge_run(const struct emuhost_config *config, int *status)
{
	struct emuhost_entry entry;
	int ret;

	ret = entry_find(&entry, config->cache);
	if (ret)
		return ret;
	*status = 0;
	ret = judge(&entry, config, status);
	if (!ret && !entry_second(&entry))
		ret = judge(&entry, config, status);
	if (ret == -EINTR)
		return 0;
	if (ret > 0) {
		*status = 0;
		return 0;
	}
	return ret ? ret : entry_find(&entry, config->cache) ?:
			   entry_choose(&entry);
}
