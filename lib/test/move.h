/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Getting to a machine with a KVM that can run a kernel.
 */
#ifndef KTSTR_TEST_MOVE_H
#define KTSTR_TEST_MOVE_H

#include <limits.h>
#include <stddef.h>

#include "lib/common/attr/parts.h"
#include "lib/host/machine/kernel.h"

/**
 * move_not_needed() - is this a machine with a KVM that can run a kernel?
 * @missing: gets one sentence if not
 * @missing_size: bytes at @missing
 *
 * For what an emulated host cannot do. Return: -1.
 */
int move_not_needed(char *missing, size_t missing_size);

/**
 * move_to_kvm() - stay where KVM is usable, else rerun on an emulated host
 * @argv: this program's arguments
 * @missing: gets one sentence when neither can be had
 *
 * Return: -1 to go on here, else the exit status of the rerun.
 */
int move_to_kvm(char **argv, char *missing, size_t missing_size);

/**
 * struct move_folders - what a run reads, wherever it lies
 * @list: files and folders as struct emuhost_config takes them, ended by NULL;
 *	points to @dirs and to what move_folders() was given
 * @n: their number
 * @dirs: folders of files
 * @n_dirs: their number
 */
struct move_folders {
	const char *list[12];
	unsigned int n;
	char dirs[5][PATH_MAX];
	unsigned int n_dirs;
};

/**
 * move_folders() - list what the emulated host must show
 * @folders: filled in
 * @kernel: its files may lie apart, and each may be a link
 * @scheduler_dir: may be NULL or ""
 * @scheduler: one that was given: its program, and what configures it
 */
void move_folders(struct move_folders *folders,
		  const struct host_kernel *kernel, const char *scheduler_dir,
		  const struct scheduler *scheduler);

#endif /* KTSTR_TEST_MOVE_H */
