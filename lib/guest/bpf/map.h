/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF maps from within the guest, as the program has them that loaded them.
 */
#ifndef KTSTR_GUEST_BPF_MAP_H
#define KTSTR_GUEST_BPF_MAP_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/common/wire/map_write.h"

/**
 * guest_map_write() - write a value into a map
 * @pid: the process that has the map open
 * @write: what; its @after_ms does not matter, nor does @cpu
 * @err: gets one sentence when it cannot be
 * @err_size: bytes at @err
 *
 * Of what can be mapped, as global variables are, no other byte is touched. Of
 * another map the whole value is read and written back.
 *
 * Return: 0; -ENOENT, -ENOTUNIQ, -EINVAL for one that is wrong; else -errno.
 */
int guest_map_write(pid_t pid, const struct bpf_map_write *write, char *err,
		    size_t err_size);

#endif /* KTSTR_GUEST_BPF_MAP_H */
