/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The folder that `make -C tools/testing/selftests install` would give.
 */
#ifndef KTSTR_FRONT_SUITE_INSTALL_H
#define KTSTR_FRONT_SUITE_INSTALL_H

struct front;

/**
 * suite_install() - fill it
 * @f: with a suite that is built, and its lock
 * @log: what is said is appended there
 *
 * Another run may be at work in it: what has not changed is not touched.
 *
 * Return: 0, -errno.
 */
int suite_install(struct front *f, const char *log);

#endif /* KTSTR_FRONT_SUITE_INSTALL_H */
