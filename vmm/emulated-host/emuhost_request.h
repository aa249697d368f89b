/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the agent is asked to do: the command, its user, folder and
 * environment, and which folders it sees in which way.
 */
#ifndef KTSTR_VMM_EMUHOST_REQUEST_H
#define KTSTR_VMM_EMUHOST_REQUEST_H

#include <stdbool.h>

#include "lib/common/util/strbuf.h"
#include "vmm/emulated-host/emulated-host.h"

#define EMUHOST_MAX_SHARES	16

/**
 * struct emuhost_request - a request, ready to be sent
 * @bytes: a frame as protocol.h has it
 * @shares: the writable folders, in the order of their tags; absolute, none
 *	inside another
 * @nr_shares: their number
 */
struct emuhost_request {
	struct strbuf bytes;
	char *shares[EMUHOST_MAX_SHARES];
	unsigned int nr_shares;
};

/**
 * request_init() - put a request together
 * @config: what is asked for
 * @envp: the environment to choose from
 *
 * Return: 0, -errno after a message. Call request_exit() in any case.
 */
int request_init(struct emuhost_request *req,
		 const struct emuhost_config *config, char *const *envp);
void request_exit(struct emuhost_request *req);

/**
 * request_env_wanted() - does this variable travel by itself?
 * @entry: NAME=VALUE
 */
bool request_env_wanted(const char *entry);

#endif /* KTSTR_VMM_EMUHOST_REQUEST_H */
