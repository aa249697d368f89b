/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The topology of a machine, from its sysfs.
 */
#ifndef KTSTR_COMMON_TOPOLOGY_CAPTURE_H
#define KTSTR_COMMON_TOPOLOGY_CAPTURE_H

#include "lib/common/topology.h"

struct strbuf;

/**
 * topology_capture() - make a topology of what a kernel tells
 * @root: the folder in which sys/devices/system is; "" for this machine's
 * @name: what to call it where it is not even
 * @t: gets it, checked
 * @form: gets its form, for the caller to free() after the last use of @t; NULL
 *	where it has none
 * @notes: appended to: a line for each thing that it does not say as it is
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -ENOENT, -E2BIG, -EINVAL, -ENOMEM.
 */
int topology_capture(const char *root, const char *name, struct topology *t,
		     struct topology_form **form, struct strbuf *notes,
		     char *err, size_t err_size);

#endif /* KTSTR_COMMON_TOPOLOGY_CAPTURE_H */
