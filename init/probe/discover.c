// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which BPF programs a loaded scheduler consists of, and who calls them.
 */
#include "init/probe/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "lib/common/btf.h"
#include "lib/common/scx/callers.h"
#include "lib/common/util/util.h"

#define VALUE_MAX	65536	/* bytes of a struct_ops map's value */

unsigned int op_callers_all(const struct prober *pr, const char **names,
			    unsigned int max)
{
	const struct op_caller *row;
	unsigned int i, j, n = 0;

	for (i = 0; (row = op_caller_row(i)); i++)
		for (j = 0; j < OP_CALLERS && row->callers[j] && n < max; j++)
			if (ksym_exists(pr, row->callers[j]))
				names[n++] = row->callers[j];
	return n;
}

/* The struct inside of bpf_struct_ops_<name>, when it is a scheduler's. */
static const struct btf_type *ops_type(const struct btf *btf, uint32_t value_id,
				       uint32_t *data_off)
{
	struct btf_place data;
	const char *name;

	if (!btf_find_path(btf, btf_bare_type(btf, value_id), "data", &data) ||
	    !data.type)
		return NULL;
	*data_off = data.bit_off / 8;
	name = btf__name_by_offset(btf, data.type->name_off);
	return name && !strncmp(name, "sched_ext_ops", 13) ? data.type : NULL;
}

/* The kernel writes the programs' ids where their pointers would be. */
static unsigned int ops_of_value(struct prober *pr, const struct btf_type *t,
				 const uint8_t *value, size_t size,
				 struct op_prog *ops)
{
	const char *type = btf__name_by_offset(pr->btf, t->name_off);
	unsigned int i, n = 0;

	for (i = 0; i < btf_vlen(t) && n < PROBE_OPS_MAX; i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const struct btf_type *ptr = btf__type_by_id(pr->btf, m->type);
		size_t at = btf_member_bit_offset(t, i) / 8;
		uint64_t id;

		if (!ptr || !btf_is_ptr(ptr) || at + sizeof(id) > size)
			continue;
		ptr = btf__type_by_id(pr->btf, ptr->type);
		if (!ptr || !btf_is_func_proto(ptr))
			continue;
		memcpy(&id, value + at, sizeof(id));
		if (!id || id > UINT32_MAX)
			continue;
		ops[n].id = id;
		snprintf(ops[n].op, sizeof(ops[n].op), "%s",
			 btf__name_by_offset(pr->btf, m->name_off));
		snprintf(ops[n].ops_type, sizeof(ops[n].ops_type), "%s", type);
		n++;
	}
	return n;
}

static unsigned int ops_of_map(struct prober *pr, int fd, struct op_prog *ops)
{
	struct bpf_map_info info = {};
	uint32_t len = sizeof(info), zero = 0, data_off;
	const struct btf_type *t;
	unsigned int n = 0;
	uint8_t *value;

	if (bpf_map_get_info_by_fd(fd, &info, &len) ||
	    info.type != BPF_MAP_TYPE_STRUCT_OPS ||
	    info.value_size > VALUE_MAX)
		return 0;
	t = ops_type(pr->btf, info.btf_vmlinux_value_type_id, &data_off);
	if (!t || data_off >= info.value_size)
		return 0;
	value = calloc(1, info.value_size);
	if (value && !bpf_map_lookup_elem(fd, &zero, value))
		n = ops_of_value(pr, t, value + data_off,
				 info.value_size - data_off, ops);
	free(value);
	return n;
}

unsigned int discover_ops(struct prober *pr, struct op_prog *ops)
{
	uint32_t id = pr->ops_map;
	unsigned int n = 0;

	while (!n && !bpf_map_get_next_id(id, &id)) {
		int fd = bpf_map_get_fd_by_id(id);

		if (fd < 0)
			continue;
		n = ops_of_map(pr, fd, ops);
		close(fd);
	}
	if (n)
		pr->ops_map = id;
	return n;
}
