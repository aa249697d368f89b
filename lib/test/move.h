/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Getting to a machine with a KVM that can run a kernel.
 */
#ifndef KTSTR_TEST_MOVE_H
#define KTSTR_TEST_MOVE_H

#include <stddef.h>

/**
 * move_to_kvm() - stay where KVM is usable, else rerun on an emulated host
 * @argv: this program's arguments
 * @missing: gets one sentence when neither can be had
 *
 * Return: -1 to go on here, else the exit status of the rerun.
 */
int move_to_kvm(char **argv, char *missing, size_t missing_size);

#endif /* KTSTR_TEST_MOVE_H */
