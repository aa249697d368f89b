/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that are mapped, and that somebody changes in place meanwhile.
 */
#ifndef KTSTR_TEST_FAULT_H
#define KTSTR_TEST_FAULT_H

struct ktstr_test;

/**
 * fault_watch() - have a bus error end this process with a sentence
 * @test: gets it as infrastructure, with the file's name; must stay
 *
 * A vmlinux that is replaced by `cp` is cut short first: whoever looks at what
 * is gone gets SIGBUS. One that no file explains is left to the kernel.
 */
void fault_watch(const struct ktstr_test *test);

#endif /* KTSTR_TEST_FAULT_H */
