/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an exported test (Documentation/export.rst) tells the program that it has
 * in it, by the environment.
 */
#ifndef KTSTR_COMMON_EXPORTED_H
#define KTSTR_COMMON_EXPORTED_H

/* Its tree: what is a program or a library of the machine that it comes from. */
#define EXPORTED_ROOT_ENV	"KTSTR_EXPORTED_ROOT"
/* A file that the test is to be exported to, instead of being run. */
#define EXPORT_ENV		"KTSTR_EXPORT"

#endif /* KTSTR_COMMON_EXPORTED_H */
