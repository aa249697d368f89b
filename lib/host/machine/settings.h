/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The settings of the environment that a test program reads, looked at before
 * anything is booted. lib/host/front does the same for run_ktstr.sh, which some
 * programs are started without.
 */
#ifndef KTSTR_HOST_SETTINGS_H
#define KTSTR_HOST_SETTINGS_H

#include <stddef.h>

/**
 * host_settings_check() - is each setting what it can be?
 * @err: gets one sentence that names the first that is not
 *
 * Folders must be there, by absolute paths, as the runner of a suite changes
 * to another folder; the one for results must be writable. One that is not set
 * or empty is fine. KTSTR_KERNEL is left to host_kernel_find().
 *
 * Return: 0, -EINVAL.
 */
int host_settings_check(char *err, size_t err_size);

#endif /* KTSTR_HOST_SETTINGS_H */
