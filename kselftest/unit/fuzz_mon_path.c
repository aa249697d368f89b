// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz paths through the types of a guest's maps: the first byte says how long the
 * path is, which follows; half of the rest is BTF, as the guest's memory has it, the
 * other a value. Each type is where the path begins.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/monitor/read/path.h"

#define TYPES_MAX	64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk_all(const struct mon_kernel *kernel, const struct btf *btf,
		     const char *path, const uint8_t *value, size_t len)
{
	uint32_t type, n = btf__type_cnt(btf);
	struct mon_path to;
	int64_t number;
	char err[200];

	for (type = 0; type <= n && type < TYPES_MAX; type++) {
		if (mon_path_find(kernel, btf, type, len, path, &to, err,
				  sizeof(err)))
			continue;
		/* What was found lies within the value, whatever types say. */
		if (mon_path_get(&to, value, len, &number) == -EINVAL)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mon_kernel kernel = { };
	char path[256] = "";
	struct btf *btf;
	size_t len, half;

	if (!size)
		return 0;
	len = data[0] < size ? data[0] : size - 1;
	memcpy(path, data + 1, len);
	data += 1 + len;
	size -= 1 + len;
	half = size / 2;
	libbpf_set_print(NULL);
	btf = btf__new(data, half);
	/* A kernel says more than nothing, and nobody distrusts it. */
	kernel.btf = btf;
	if (btf)
		walk_all(&kernel, btf, path, data + half, size - half);
	btf__free(btf);
	return 0;
}
