/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host with a KVM that works, for machines that have none: QEMU's TCG with
 * an emulated AMD SVM, Debian's cloud kernel, and this machine's files.
 *
 * One command runs in there and its output and status come back. See
 * Documentation/emulated-host.rst.
 *
 *	const struct emuhost_config config = {
 *		.argv = argv, .cache = cache, .agent = agent,
 *		.writable = folders, .reason = "no /dev/kvm",
 *	};
 *	int status;
 *
 *	err = emuhost_run(&config, &status);
 *	return err ? EMUHOST_EXIT_BROKEN : emuhost_exit_code(status);
 */
#ifndef KTSTR_VMM_EMULATED_HOST_H
#define KTSTR_VMM_EMULATED_HOST_H

#include <stdbool.h>
#include <stddef.h>

/* Set, to "1", for everything that runs in there. */
#define EMUHOST_ENV		"KTSTR_EMULATED_HOST"

/* For programs: what cannot be the command's own status. */
#define EMUHOST_EXIT_TIMEOUT	124
#define EMUHOST_EXIT_BROKEN	125

#define EMUHOST_MEMORY_MB	4096
#define EMUHOST_STALL_S		60
#define EMUHOST_BOOT_S		120
#define EMUHOST_STARTS		3

/**
 * enum emuhost_restart - when a broken emulated host may be started anew
 * @EMUHOST_RESTART_SILENT: while the command has said nothing yet
 * @EMUHOST_RESTART_ALWAYS: at any time: the caller copes with output that
 *	begins again
 * @EMUHOST_RESTART_NEVER: never
 */
enum emuhost_restart {
	EMUHOST_RESTART_SILENT,
	EMUHOST_RESTART_ALWAYS,
	EMUHOST_RESTART_NEVER,
};

/**
 * struct emuhost_config - a command to run on an emulated host
 *
 * Lists end with NULL; a list that is NULL is empty. Paths are absolute or
 * relative to the current folder, which is also the command's.
 *
 * @argv: the command; a name without a slash is looked up in PATH
 * @cache: ktstr's cache folder, where fetch.sh has put QEMU and the kernel
 * @agent: path of ktstr-emuhost-agent
 * @writable: folders that the command may write to. All others are read-only,
 *	but for /tmp, /run and /dev/shm, which are empty and forgotten
 * @readable: folders below these three that are to be seen in there; a file
 *	stands for its folder. The current folder and the command's are added
 * @env: variables to take along beside the usual: NAME, or NAME=VALUE
 * @qemu: the folder of a QEMU of the entry that is to be judged; NULL: one that
 *	is known to be fit is taken (emuhost_entry.h)
 * @memory_mb: its RAM [EMUHOST_MEMORY_MB, at most 3/4 of the real]
 * @timeout_s: end the command after so long [0: no limit]
 * @stall_s: declare it broken after so long without a sign of life
 *	[$KTSTR_EMUHOST_STALL_SECS, EMUHOST_STALL_S]
 * @boot_s: declare it broken when its agent has not reported by then
 *	[$KTSTR_EMUHOST_BOOT_SECS, EMUHOST_BOOT_S]
 * @restart: see there
 * @storm_pairs: shake it by so many pairs of "stop" and "cont" while the
 *	command runs (emuhost_storm.h) [0: not]
 * @filter: sees the command's stdout as it comes and says which part of it
 *	comes out of ours: its start is returned, @len is made shorter; may be
 *	NULL
 * @ctx: its first argument
 * @reason: why the real host will not do, for the line that says so; may be
 *	NULL
 */
struct emuhost_config {
	const char *const *argv;
	const char *cache;
	const char *agent;
	const char *const *writable;
	const char *const *readable;
	const char *const *env;
	const char *qemu;
	unsigned int memory_mb;
	unsigned int timeout_s;
	unsigned int stall_s;
	unsigned int boot_s;
	enum emuhost_restart restart;
	unsigned int storm_pairs;
	const char *(*filter)(void *ctx, const char *data, size_t *len);
	void *ctx;
	const char *reason;
};

/**
 * emuhost_inside() - is this process on an emulated host already?
 *
 * Return: true when it is.
 */
bool emuhost_inside(void);

/**
 * emuhost_run() - run a command on an emulated host
 * @config: what and how
 * @status: gets the command's status as of wait(2). When a signal (SIGINT,
 *	SIGTERM, SIGHUP, SIGQUIT) ended the run, it is that of a process which
 *	died of it; when its time was up, that of exit(EMUHOST_EXIT_TIMEOUT)
 *
 * The command's stdout and stderr come out of ours as they are. Errors are
 * reported here, on stderr, in one line.
 *
 * Context: the main thread, whose end ends the emulated host. No other thread
 * may expect the signals named above meanwhile.
 *
 * Return: 0; -ENOENT when fetch.sh has not been run or the agent is missing;
 * -EIO when emulated hosts broke, reported as `infrastructure:`; -EINVAL,
 * -E2BIG for a configuration that makes no sense; another -errno.
 */
int emuhost_run(const struct emuhost_config *config, int *status);

/**
 * emuhost_exit_code() - what a shell makes of a status of wait(2)
 * @status: from emuhost_run()
 *
 * Return: the exit code, or 128 and the signal's number.
 */
int emuhost_exit_code(int status);

#endif /* KTSTR_VMM_EMULATED_HOST_H */
