// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz types and values of a guest's maps: the first half of the input is BTF,
 * as the guest's memory has it, the rest a value; each type is tried on it.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/guest/mem.h"
#include "lib/host/monitor/read/bpf.h"

#define TEXT_MAX	(1U << 20)
#define STEPS		100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_all(const struct btf *btf, const uint8_t *value, size_t len)
{
	struct strbuf out = { .text = (char *)"", .max = TEXT_MAX };
	struct mon_budget budget = { .left = STEPS };
	struct mon_mem mem = { .budget = &budget };
	uint32_t type, n = btf__type_cnt(btf);
	size_t i;

	for (type = 0; type <= n && type < 64; type++)
		mon_value_print(&out, &mem, btf, type, value, len);
	/* Values are one line each, whatever names are in them. */
	for (i = 0; i < out.len; i++)
		if ((unsigned char)out.text[i] < ' ' && out.text[i] != '\t')
			abort();
	strbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t half = size / 2;
	struct btf *btf;

	libbpf_set_print(NULL);
	btf = btf__new(data, half);
	if (btf)
		print_all(btf, data + half, size - half);
	btf__free(btf);
	return 0;
}
