/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every kernel name that the monitor knows: symbols, struct members,
 * enumerators. The tables are in fields.c; nothing else in this room spells
 * out where a kernel keeps something.
 *
 * Names belong to parts. A part whose required names are all there is
 * available; one that lacks a name is switched off and says which name. Only
 * MON_PART_CORE is indispensable.
 *
 * To read one more member: add an id here, and its row in fields.c.
 */
#ifndef KTSTR_MONITOR_VMLINUX_FIELDS_H
#define KTSTR_MONITOR_VMLINUX_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct btf;
struct mon_symbols;

/**
 * enum mon_part - what can be had from a kernel, or not
 */
enum mon_part {
	MON_PART_CORE,		/* run queues: no monitor without it */
	MON_PART_SCX,		/* sched_ext's side of a run queue */
	MON_PART_SCX_ROOT,	/* the loaded scheduler: state, name, exit */
	MON_PART_EVENTS,	/* sched_ext's event counters */
	MON_PART_SCHEDSTAT,	/* CONFIG_SCHEDSTATS */
	MON_PART_DOMAINS,	/* the sched_domain tree */
	MON_PART_DOMAIN_STATS,	/* its balance statistics */
	MON_PART_TASKS,		/* the task list */
	MON_PART_DSQS,		/* dispatch queues beyond the local ones */
	MON_PART_STACKS,	/* kernel stacks of tasks that do not run */
	MON_PART_BPF,		/* BPF maps and programs */
	MON_PART_WATCHDOG,	/* sched_ext's watchdog */
	MON_PART_LAG,		/* lag of tasks of the fair class */
	MON_PART_COUNT
};

enum mon_symbol_id {
	MON_SYM_TEXT,
	MON_SYM_END,
	MON_SYM_BANNER,
	MON_SYM_INIT_TOP_PGT,
	MON_SYM_L5_ENABLED,
	MON_SYM_PAGE_OFFSET_BASE,
	MON_SYM_PHYS_BASE,
	MON_SYM_RUNQUEUES,
	MON_SYM_PER_CPU_OFFSET,
	MON_SYM_NR_CPU_IDS,
	MON_SYM_ONLINE_MASK,
	MON_SYM_SCHEDULER_RUNNING,
	MON_SYM_JIFFIES,
	MON_SYM_SCX_ROOT,
	MON_SYM_SCX_SCHED_ALL,
	MON_SYM_SCX_ENABLE_STATE,
	MON_SYM_SCX_OLD_ENABLE_STATE,
	MON_SYM_SCX_OLD_OPS,
	MON_SYM_SCX_OLD_EXIT_KIND,
	MON_SYM_SCX_OLD_EXIT_INFO,
	MON_SYM_SCX_OLD_DSQ_HASH,
	MON_SYM_SCX_OLD_GLOBAL_DSQS,
	MON_SYM_WATCHDOG_TIMEOUT,
	MON_SYM_WATCHDOG_INTERVAL,
	MON_SYM_WATCHDOG_TIMESTAMP,
	MON_SYM_NR_NODE_IDS,
	MON_SYM_INIT_TASK,
	MON_SYM_MAP_IDR,
	MON_SYM_PROG_IDR,
	MON_SYM_CONFIG_DATA,
	MON_SYM_CLASS_EXT,
	MON_SYM_CLASS_FAIR,
	MON_SYM_CLASS_RT,
	MON_SYM_CLASS_DL,
	MON_SYM_CLASS_STOP,
	MON_SYM_CLASS_IDLE,
	MON_SYM_RET_FROM_FORK,
	MON_SYM_PV_LOCK_HASH,
	MON_SYM_PV_LOCK_HASH_BITS,
	MON_SYM_HRTIMER_BASES,
	MON_SYM_COUNT
};

/* Structs whose members or size we use. */
enum mon_struct_id {
	MON_ST_RQ,
	MON_ST_SCHED_DOMAIN,
	MON_ST_SCX_SCHED,
	MON_ST_SCX_OPS,
	MON_ST_SCX_PCPU,
	MON_ST_SCX_PNODE,
	MON_ST_SCX_EVENTS,
	MON_ST_SCX_EXIT_INFO,
	MON_ST_SCX_DSQ,
	MON_ST_SCX_ENTITY,
	MON_ST_TASK,
	MON_ST_SIGNAL,
	MON_ST_INACTIVE_FRAME,
	MON_ST_PT_REGS,
	MON_ST_TIMER_BASE,
	MON_ST_IDR,
	MON_ST_XA_NODE,
	MON_ST_BPF_MAP,
	MON_ST_BPF_ARRAY,
	MON_ST_BPF_HTAB,
	MON_ST_HTAB_BUCKET,
	MON_ST_HTAB_ELEM,
	MON_ST_BPF_PROG,
	MON_ST_BPF_PROG_AUX,
	MON_ST_BPF_PROG_STATS,
	MON_ST_BTF,
	MON_ST_RHASHTABLE,
	MON_ST_BUCKET_TABLE,
	MON_ST_COUNT
};

enum mon_field_id {
	MON_RQ_NR_RUNNING,
	MON_RQ_CURR,
	MON_RQ_IDLE,
	MON_RQ_CPU,
	MON_RQ_CLOCK,
	MON_RQ_CLOCK_TASK,
	MON_RQ_NR_SWITCHES,
	MON_RQ_SD,
	MON_RQ_LOCK,
	MON_RQ_PCOUNT,
	MON_RQ_RUN_DELAY,
	MON_RQ_CPU_TIME,
	MON_RQ_YLD_COUNT,
	MON_RQ_SCHED_COUNT,
	MON_RQ_SCHED_GOIDLE,
	MON_RQ_TTWU_COUNT,
	MON_RQ_TTWU_LOCAL,
	MON_RQ_CFS_TASKS,
	MON_RQ_FAIR_CURR,
	MON_RQ_FAIR_SUM,
	MON_RQ_FAIR_WEIGHT,
	MON_RQ_FAIR_ZERO,
	MON_RQ_FAIR_SHIFT,
	MON_RQ_SCX_NR_RUNNING,
	MON_RQ_SCX_FLAGS,
	MON_RQ_SCX_CLOCK,
	MON_RQ_SCX_LOCAL_DSQ,
	MON_RQ_SCX_LOCAL_DSQ_NR,
	MON_RQ_SCX_RUNNABLE_LIST,

	MON_SD_PARENT,
	MON_SD_LEVEL,
	MON_SD_FLAGS,
	MON_SD_SPAN_WEIGHT,
	MON_SD_NAME,
	MON_SD_BALANCE_INTERVAL,
	MON_SD_NR_BALANCE_FAILED,
	MON_SD_NEWIDLE_CALL,
	MON_SD_NEWIDLE_SUCCESS,
	MON_SD_NEWIDLE_RATIO,
	MON_SD_MAX_NEWIDLE_LB_COST,
	MON_SD_LB_COUNT,
	MON_SD_LB_FAILED,
	MON_SD_LB_BALANCED,
	MON_SD_LB_IMBALANCE_LOAD,
	MON_SD_LB_IMBALANCE_UTIL,
	MON_SD_LB_IMBALANCE_TASK,
	MON_SD_LB_IMBALANCE_MISFIT,
	MON_SD_LB_GAINED,
	MON_SD_LB_HOT_GAINED,
	MON_SD_LB_NOBUSYG,
	MON_SD_LB_NOBUSYQ,
	MON_SD_ALB_COUNT,
	MON_SD_ALB_FAILED,
	MON_SD_ALB_PUSHED,
	MON_SD_SBE_COUNT,
	MON_SD_SBE_BALANCED,
	MON_SD_SBE_PUSHED,
	MON_SD_SBF_COUNT,
	MON_SD_SBF_BALANCED,
	MON_SD_SBF_PUSHED,
	MON_SD_TTWU_WAKE_REMOTE,
	MON_SD_TTWU_MOVE_AFFINE,
	MON_SD_TTWU_MOVE_BALANCE,

	MON_SCX_OPS_NAME,
	MON_SCX_ID,
	MON_SCX_ALL,
	MON_SCX_PCPU,
	MON_SCX_OLD_EVENT_STATS,
	MON_SCX_WATCHDOG_TIMEOUT,
	MON_SCX_EXIT_KIND,
	MON_SCX_EXIT_INFO,
	MON_SCX_DSQ_HASH,
	MON_SCX_PNODE,
	MON_SCX_OLD_GLOBAL_DSQS,
	MON_SCX_BYPASS_DEPTH,
	MON_OPS_NAME,
	MON_PCPU_EVENT_STATS,
	MON_PCPU_BYPASS_DSQ,
	MON_PNODE_GLOBAL_DSQ,
	MON_EI_KIND,
	MON_EI_EXIT_CPU,
	MON_EI_EXIT_CODE,
	MON_EI_REASON,
	MON_EI_BT,
	MON_EI_BT_LEN,
	MON_EI_MSG,

	MON_DSQ_LIST,
	MON_DSQ_NR,
	MON_DSQ_ID,
	MON_DSQ_HASH_NODE,
	MON_SE_DSQ,
	MON_SE_DSQ_LIST,
	MON_SE_OPS_STATE,
	MON_SE_DSQ_FLAGS,
	MON_SE_FLAGS,
	MON_SE_WEIGHT,
	MON_SE_STICKY_CPU,
	MON_SE_HOLDING_CPU,
	MON_SE_RUNNABLE_NODE,
	MON_SE_RUNNABLE_AT,
	MON_SE_SLICE,
	MON_SE_DSQ_VTIME,
	MON_LNODE_FLAGS,

	MON_TASK_PID,
	MON_TASK_TGID,
	MON_TASK_COMM,
	MON_TASK_CPU,
	MON_TASK_STATE,
	MON_TASK_ON_CPU,
	MON_TASK_ON_RQ,
	MON_TASK_PRIO,
	MON_TASK_POLICY,
	MON_TASK_EXIT_STATE,
	MON_TASK_CLASS,
	MON_TASK_CPUS_PTR,
	MON_TASK_MIGRATION_DISABLED,
	MON_TASK_LAST_QUEUED,
	MON_TASK_LAST_ARRIVAL,
	MON_TASK_FLAGS,
	MON_TASK_NVCSW,
	MON_TASK_NIVCSW,
	MON_TASK_GROUP_NODE,
	MON_TASK_FAIR,
	MON_TASK_VRUNTIME,
	MON_TASK_FAIR_WEIGHT,
	MON_TASK_FAIR_SLICE,
	MON_TASK_SCX,
	MON_TASK_TASKS,
	MON_TASK_SIGNAL,
	MON_TASK_THREAD_NODE,
	MON_TASK_SP,
	MON_SIGNAL_THREAD_HEAD,
	MON_FRAME_BP,
	MON_FRAME_RET,
	MON_REGS_IP,
	MON_REGS_SP,
	MON_REGS_BP,
	MON_TIMER_EXPIRES,
	MON_REGS_CS,

	MON_IDR_HEAD,
	MON_IDR_BASE,
	MON_XA_SHIFT,
	MON_XA_SLOTS,
	MON_MAP_TYPE,
	MON_MAP_KEY_SIZE,
	MON_MAP_VALUE_SIZE,
	MON_MAP_MAX_ENTRIES,
	MON_MAP_FLAGS,
	MON_MAP_ID,
	MON_MAP_NAME,
	MON_MAP_BTF,
	MON_MAP_BTF_KEY,
	MON_MAP_BTF_VALUE,
	MON_ARRAY_VALUE,
	MON_ARRAY_PPTRS,
	MON_HTAB_BUCKETS,
	MON_HTAB_N_BUCKETS,
	MON_BUCKET_HEAD,
	MON_ELEM_NEXT,
	MON_ELEM_KEY,
	MON_PROG_TYPE,
	MON_PROG_AUX,
	MON_PROG_STATS,
	MON_PROG_LEN,
	MON_PROG_JITED_LEN,
	MON_PROG_TAG,
	MON_AUX_ID,
	MON_AUX_NAME,
	MON_AUX_FUNC_NAME,
	MON_AUX_VERIFIED_INSNS,
	MON_AUX_USED_MAPS,
	MON_AUX_USED_MAP_CNT,
	MON_AUX_KSYM_START,
	MON_AUX_KSYM_END,
	MON_AUX_KSYM_NAME,
	MON_STATS_CNT,
	MON_STATS_NSECS,
	MON_STATS_MISSES,
	MON_BTF_DATA,
	MON_BTF_DATA_SIZE,
	MON_BTF_BASE,
	MON_RHT_TBL,
	MON_TBL_SIZE,
	MON_TBL_NEST,
	MON_TBL_FUTURE,
	MON_TBL_BUCKETS,
	MON_FIELD_COUNT
};

/* Constants that moved between kernels, or that an enum spells best. */
enum mon_const_id {
	MON_C_TASK_STATE_SHIFT,
	MON_C_TASK_STATE_BITS,
	MON_C_LNODE_CURSOR,
	MON_C_SCX_ENABLED,
	MON_C_SCX_DISABLING,
	MON_C_SCX_DISABLED,
	MON_C_SCX_EXIT_ERROR,
	MON_C_COUNT
};

#define MON_EVENTS_MAX		64
#define MON_EVENT_NAME_LEN	48

/**
 * struct mon_field - where a member lies
 * @offset: bytes from the start of the struct
 * @size: bytes; of an array all of them, 0 of a flexible array
 * @elem_size: of an array the size of one element, else @size
 * @bit_offset: bitfields: first bit, counted from @offset
 * @bits: bitfields: how many, else 0
 * @is_signed: sign-extend
 * @present: this kernel has it; nothing else is valid when not
 */
struct mon_field {
	uint32_t offset;
	uint32_t size;
	uint32_t elem_size;
	uint8_t bit_offset;
	uint8_t bits;
	bool is_signed;
	bool present;
};

/**
 * struct mon_event - one of sched_ext's event counters
 */
struct mon_event {
	char name[MON_EVENT_NAME_LEN];
	struct mon_field field;
};

/**
 * struct mon_fields - the answers for one kernel
 * @sym: link address of each symbol, 0 when absent
 * @sym_size: its bytes
 * @field: where each member lies
 * @struct_size: sizeof() of each struct, 0 when absent
 * @constant: values of enumerators
 * @events: sched_ext's event counters, as this kernel names them
 * @n_events: how many
 * @missing: for each part the name it lacks, NULL when the part is available
 */
struct mon_fields {
	uint64_t sym[MON_SYM_COUNT];
	uint64_t sym_size[MON_SYM_COUNT];
	struct mon_field field[MON_FIELD_COUNT];
	uint32_t struct_size[MON_ST_COUNT];
	uint64_t constant[MON_C_COUNT];
	struct mon_event events[MON_EVENTS_MAX];
	unsigned int n_events;
	char *missing[MON_PART_COUNT];
};

/**
 * mon_fields_resolve() - look all names up
 * @fields: filled in; release with mon_fields_release()
 * @symbols: the kernel's ELF file
 * @btf: its types
 *
 * Return: 0, whatever is missing; -ENOMEM.
 */
int mon_fields_resolve(struct mon_fields *fields,
		       const struct mon_symbols *symbols,
		       const struct btf *btf);
void mon_fields_release(struct mon_fields *fields);

/**
 * mon_member_find() - find a member by its path, through anonymous members
 * @btf: types
 * @type_id: a struct or union
 * @path: "a.b.c"; alternatives divided by '|', the first that exists counts
 * @field: filled in, also when it does not exist (then !present)
 *
 * Return: true when it exists.
 */
bool mon_member_find(const struct btf *btf, uint32_t type_id, const char *path,
		     struct mon_field *field);

/**
 * mon_field_at() - the same of a place that is known
 * @btf: types
 * @type_id: of what lies there
 * @bit_off: where, counted from the start of the struct
 * @bits: of a bitfield, else 0
 * @field: filled in
 *
 * Return: false when its size is not known.
 */
bool mon_field_at(const struct btf *btf, uint32_t type_id, uint32_t bit_off,
		  uint32_t bits, struct mon_field *field);

/**
 * mon_part_note() - what is lost without a part, and the name it lacks
 * @buf: gets one line; "" when the part is available
 */
void mon_part_note(const struct mon_fields *fields, enum mon_part part,
		   char *buf, size_t size);

/**
 * mon_load() - load an integer that somebody may be writing
 * @p: where; need not be aligned
 * @size: 1, 2, 4 or 8
 *
 * An aligned value is never torn.
 */
static inline uint64_t mon_load(const void *p, size_t size)
{
	uint64_t v = 0;

	if ((uintptr_t)p & (size - 1)) {
		memcpy(&v, p, size <= sizeof(v) ? size : 0);
		return v;
	}
	switch (size) {
	case 1:
		return __atomic_load_n((const uint8_t *)p, __ATOMIC_RELAXED);
	case 2:
		return __atomic_load_n((const uint16_t *)p, __ATOMIC_RELAXED);
	case 4:
		return __atomic_load_n((const uint32_t *)p, __ATOMIC_RELAXED);
	case 8:
		return __atomic_load_n((const uint64_t *)p, __ATOMIC_RELAXED);
	default:
		return 0;
	}
}

/**
 * mon_field_get() - value of a member, given the struct's bytes
 * @f: the member
 * @base: the struct's start, in guest memory or a copy of it
 *
 * Return: its value, sign-extended where the type is signed; 0 when this
 * kernel has no such member.
 */
static inline uint64_t mon_field_get(const struct mon_field *f,
				     const void *base)
{
	size_t size = f->elem_size;
	unsigned int shift;
	uint64_t v;

	if (!f->present)
		return 0;
	v = mon_load((const char *)base + f->offset, size);
	if (f->bits) {
		shift = 64 - f->bits;
		v = v >> f->bit_offset << shift;
	} else {
		shift = size < 8 ? 64 - 8 * size : 0;
		v <<= shift;
	}
	return f->is_signed ? (uint64_t)((int64_t)v >> shift) : v >> shift;
}

#endif /* KTSTR_MONITOR_VMLINUX_FIELDS_H */
