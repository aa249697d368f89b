/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which ktstr this is; the commit it was built of is said beside it.
 */
#ifndef KTSTR_COMMON_VERSION_H
#define KTSTR_COMMON_VERSION_H

#define KTSTR_VERSION "0.17"

#endif /* KTSTR_COMMON_VERSION_H */
