// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of kernel names, and their lookup in a vmlinux's symbols and BTF.
 *
 * Types are visited once: finding each struct by name on its own would walk
 * the whole of BTF some thirty times.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/btf.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/vmlinux/fields.h"
#include "lib/host/monitor/vmlinux/symbols.h"

enum need {
	OPTIONAL,	/* left out where a kernel has no such thing */
	REQUIRED,	/* its part is off without it */
};

static const struct {
	const char *name;
	const char *loss;
} parts[MON_PART_COUNT] = {
	[MON_PART_CORE] = { "run queues", "nothing can be monitored" },
	[MON_PART_SCX] = {
		"sched_ext run queues", "no local DSQs in samples and dumps" },
	[MON_PART_SCX_ROOT] = {
		"the loaded scheduler", "its name, state and exit are unknown" },
	[MON_PART_EVENTS] = {
		"sched_ext events", "no fallback and keep-last rates" },
	[MON_PART_SCHEDSTAT] = {
		"schedstat counters", "no run delay, wakeup and yield counts" },
	[MON_PART_DOMAINS] = {
		"scheduling domains", "no sched_domain tree in samples" },
	[MON_PART_DOMAIN_STATS] = {
		"balance statistics", "no load balancing counters" },
	[MON_PART_TASKS] = {
		"tasks", "no tasks in dumps" },
	[MON_PART_DSQS] = {
		"dispatch queues", "no global and user DSQs in dumps" },
	[MON_PART_STACKS] = {
		"stacks", "no kernel stacks in dumps" },
	[MON_PART_BPF] = {
		"BPF objects", "no maps and programs" },
	[MON_PART_WATCHDOG] = {
		"sched_ext's watchdog", "its timeout cannot be set" },
	[MON_PART_LAG] = {
		"EEVDF's lag", "no task's lag in samples" },
};

static const struct {
	const char *name;
	enum mon_part part;
	enum need need;
} symbol_table[MON_SYM_COUNT] = {
	[MON_SYM_TEXT] = { "_text", MON_PART_CORE, REQUIRED },
	[MON_SYM_END] = { "_end", MON_PART_CORE, REQUIRED },
	[MON_SYM_BANNER] = { "linux_banner", MON_PART_CORE, REQUIRED },
	[MON_SYM_INIT_TOP_PGT] = { "init_top_pgt", MON_PART_CORE, REQUIRED },
	/* absent: 4 levels */
	[MON_SYM_L5_ENABLED] = {
		"__pgtable_l5_enabled", MON_PART_CORE, OPTIONAL },
	/* absent: the direct map is where the ABI document puts it */
	[MON_SYM_PAGE_OFFSET_BASE] = {
		"page_offset_base", MON_PART_CORE, OPTIONAL },
	/* only compared with what the page tables say */
	[MON_SYM_PHYS_BASE] = { "phys_base", MON_PART_CORE, OPTIONAL },
	[MON_SYM_RUNQUEUES] = { "runqueues", MON_PART_CORE, REQUIRED },
	[MON_SYM_PER_CPU_OFFSET] = {
		"__per_cpu_offset", MON_PART_CORE, REQUIRED },
	[MON_SYM_NR_CPU_IDS] = { "nr_cpu_ids", MON_PART_CORE, OPTIONAL },
	[MON_SYM_ONLINE_MASK] = { "__cpu_online_mask", MON_PART_CORE, REQUIRED },
	[MON_SYM_SCHEDULER_RUNNING] = {
		"scheduler_running", MON_PART_CORE, OPTIONAL },
	[MON_SYM_JIFFIES] = { "jiffies_64", MON_PART_CORE, REQUIRED },
	[MON_SYM_SCX_ROOT] = { "scx_root", MON_PART_SCX_ROOT, OPTIONAL },
	/* from 7.1 on there may be several schedulers */
	[MON_SYM_SCX_SCHED_ALL] = {
		"scx_sched_all", MON_PART_SCX_ROOT, OPTIONAL },
	[MON_SYM_SCX_ENABLE_STATE] = {
		"scx_enable_state_var", MON_PART_SCX_ROOT, OPTIONAL },
	[MON_SYM_SCX_OLD_ENABLE_STATE] = {
		"scx_ops_enable_state_var", MON_PART_SCX_ROOT, OPTIONAL },
	/* up to 6.15 there was one scheduler, in globals */
	[MON_SYM_SCX_OLD_OPS] = { "scx_ops", MON_PART_SCX_ROOT, OPTIONAL },
	[MON_SYM_SCX_OLD_EXIT_KIND] = {
		"scx_exit_kind", MON_PART_SCX_ROOT, OPTIONAL },
	[MON_SYM_SCX_OLD_EXIT_INFO] = {
		"scx_exit_info", MON_PART_SCX_ROOT, OPTIONAL },
	[MON_SYM_SCX_OLD_DSQ_HASH] = { "dsq_hash", MON_PART_DSQS, OPTIONAL },
	[MON_SYM_SCX_OLD_GLOBAL_DSQS] = {
		"global_dsqs", MON_PART_DSQS, OPTIONAL },
	/* from 7.1 on the timeout is in struct scx_sched */
	[MON_SYM_WATCHDOG_TIMEOUT] = {
		"scx_watchdog_timeout", MON_PART_WATCHDOG, OPTIONAL },
	/* before 7.1 the interval was half of the timeout, computed anew */
	[MON_SYM_WATCHDOG_INTERVAL] = {
		"scx_watchdog_interval", MON_PART_WATCHDOG, OPTIONAL },
	[MON_SYM_WATCHDOG_TIMESTAMP] = {
		"scx_watchdog_timestamp", MON_PART_WATCHDOG, OPTIONAL },
	/* absent: CONFIG_NUMA=n, one node */
	[MON_SYM_NR_NODE_IDS] = { "nr_node_ids", MON_PART_DSQS, OPTIONAL },
	[MON_SYM_INIT_TASK] = { "init_task", MON_PART_TASKS, REQUIRED },
	[MON_SYM_MAP_IDR] = { "map_idr", MON_PART_BPF, REQUIRED },
	[MON_SYM_PROG_IDR] = { "prog_idr", MON_PART_BPF, REQUIRED },
	/* absent: CONFIG_IKCONFIG=n, HZ by the configuration beside vmlinux */
	[MON_SYM_CONFIG_DATA] = {
		"kernel_config_data", MON_PART_WATCHDOG, OPTIONAL },
	/* absent: the class prints as "?" */
	[MON_SYM_CLASS_EXT] = { "ext_sched_class", MON_PART_TASKS, OPTIONAL },
	[MON_SYM_CLASS_FAIR] = { "fair_sched_class", MON_PART_TASKS, OPTIONAL },
	[MON_SYM_CLASS_RT] = { "rt_sched_class", MON_PART_TASKS, OPTIONAL },
	[MON_SYM_CLASS_DL] = { "dl_sched_class", MON_PART_TASKS, OPTIONAL },
	[MON_SYM_CLASS_STOP] = { "stop_sched_class", MON_PART_TASKS, OPTIONAL },
	[MON_SYM_CLASS_IDLE] = { "idle_sched_class", MON_PART_TASKS, OPTIONAL },
	[MON_SYM_RET_FROM_FORK] = {
		"ret_from_fork_asm", MON_PART_STACKS, OPTIONAL },
	/* absent: CONFIG_PARAVIRT_SPINLOCKS=n, nobody waits for a lock in HLT */
	[MON_SYM_PV_LOCK_HASH] = { "pv_lock_hash", MON_PART_STACKS, OPTIONAL },
	[MON_SYM_PV_LOCK_HASH_BITS] = {
		"pv_lock_hash_bits", MON_PART_STACKS, OPTIONAL },
	/* absent: what a CPU stands in is told with its tick */
	[MON_SYM_HRTIMER_BASES] = {
		"hrtimer_bases", MON_PART_STACKS, OPTIONAL },
};

static const char *const struct_table[MON_ST_COUNT] = {
	[MON_ST_RQ] = "rq",
	[MON_ST_SCHED_DOMAIN] = "sched_domain",
	[MON_ST_SCX_SCHED] = "scx_sched",
	[MON_ST_SCX_OPS] = "sched_ext_ops",
	[MON_ST_SCX_PCPU] = "scx_sched_pcpu",
	[MON_ST_SCX_PNODE] = "scx_sched_pnode",
	[MON_ST_SCX_EVENTS] = "scx_event_stats",
	[MON_ST_SCX_EXIT_INFO] = "scx_exit_info",
	[MON_ST_SCX_DSQ] = "scx_dispatch_q",
	[MON_ST_SCX_ENTITY] = "sched_ext_entity",
	[MON_ST_TASK] = "task_struct",
	[MON_ST_SIGNAL] = "signal_struct",
	[MON_ST_INACTIVE_FRAME] = "inactive_task_frame",
	[MON_ST_PT_REGS] = "pt_regs",
	[MON_ST_TIMER_BASE] = "hrtimer_cpu_base",
	[MON_ST_IDR] = "idr",
	[MON_ST_XA_NODE] = "xa_node",
	[MON_ST_BPF_MAP] = "bpf_map",
	[MON_ST_BPF_ARRAY] = "bpf_array",
	[MON_ST_BPF_HTAB] = "bpf_htab",
	[MON_ST_HTAB_BUCKET] = "bucket",
	[MON_ST_HTAB_ELEM] = "htab_elem",
	[MON_ST_BPF_PROG] = "bpf_prog",
	[MON_ST_BPF_PROG_AUX] = "bpf_prog_aux",
	[MON_ST_BPF_PROG_STATS] = "bpf_prog_stats",
	[MON_ST_BTF] = "btf",
	[MON_ST_RHASHTABLE] = "rhashtable",
	[MON_ST_BUCKET_TABLE] = "bucket_table",
};

static const struct {
	const char *path;
	const char *purpose;	/* why we read it; for whoever reads this */
	uint8_t type;
	uint8_t part;
	uint8_t need;
} field_table[MON_FIELD_COUNT] = {
#define ROW(id, st, p, part_, need_, why)				\
	[MON_##id] = { .type = MON_ST_##st, .path = p,			\
		       .part = MON_PART_##part_, .need = need_, .purpose = why }
/* clang-format off */
	/* ---- run queue ---- */
	ROW(RQ_NR_RUNNING, RQ, "nr_running", CORE, REQUIRED, "runnable tasks; imbalance"),
	ROW(RQ_CURR, RQ, "curr", CORE, REQUIRED, "who runs"),
	ROW(RQ_IDLE, RQ, "idle", CORE, REQUIRED, "is the CPU idle?"),
	ROW(RQ_CPU, RQ, "cpu", CORE, REQUIRED, "proof that this is a run queue that was set up"),
	ROW(RQ_CLOCK, RQ, "clock", CORE, REQUIRED, "stalls: it stands still"),
	ROW(RQ_CLOCK_TASK, RQ, "clock_task", CORE, OPTIONAL, "clock less interrupts and steal"),
	ROW(RQ_NR_SWITCHES, RQ, "nr_switches", CORE, OPTIONAL, "progress of a CPU"),
	ROW(RQ_SD, RQ, "sd", DOMAINS, REQUIRED, "lowest scheduling domain"),
	ROW(RQ_LOCK, RQ, "__lock", CORE, OPTIONAL, "which lock is waited for"),
	ROW(RQ_PCOUNT, RQ, "rq_sched_info.pcount", SCHEDSTAT, REQUIRED, "tasks that were run"),
	ROW(RQ_RUN_DELAY, RQ, "rq_sched_info.run_delay", SCHEDSTAT, REQUIRED, "time tasks waited"),
	ROW(RQ_CPU_TIME, RQ, "rq_cpu_time", SCHEDSTAT, OPTIONAL, "time that tasks ran"),
	ROW(RQ_YLD_COUNT, RQ, "yld_count", SCHEDSTAT, REQUIRED, "sched_yield() calls"),
	ROW(RQ_SCHED_COUNT, RQ, "sched_count", SCHEDSTAT, REQUIRED, "schedule() calls"),
	ROW(RQ_SCHED_GOIDLE, RQ, "sched_goidle", SCHEDSTAT, REQUIRED, "schedules to idle"),
	ROW(RQ_TTWU_COUNT, RQ, "ttwu_count", SCHEDSTAT, REQUIRED, "wakeups"),
	ROW(RQ_TTWU_LOCAL, RQ, "ttwu_local", SCHEDSTAT, REQUIRED, "wakeups on the waker's CPU"),
	ROW(RQ_CFS_TASKS, RQ, "cfs_tasks", TASKS, OPTIONAL, "tasks of the fair class, who waits where"),
	/* up to 7.2 each cgroup had a timeline of its own */
	ROW(RQ_FAIR_CURR, RQ, "cfs.curr", LAG, REQUIRED, "lag: who runs is in no sum"),
	ROW(RQ_FAIR_SUM, RQ, "cfs.sum_w_vruntime", LAG, REQUIRED, "lag: virtual times by weight"),
	ROW(RQ_FAIR_WEIGHT, RQ, "cfs.sum_weight", LAG, REQUIRED, "lag: of how much weight"),
	ROW(RQ_FAIR_ZERO, RQ, "cfs.zero_vruntime", LAG, REQUIRED, "lag: what these are told from"),
	ROW(RQ_FAIR_SHIFT, RQ, "cfs.sum_shift", LAG, OPTIONAL, "lag: how often weights are halved"),
	ROW(RQ_SCX_NR_RUNNING, RQ, "scx.nr_running", SCX, REQUIRED, "runnable sched_ext tasks"),
	ROW(RQ_SCX_FLAGS, RQ, "scx.flags", SCX, REQUIRED, "SCX_RQ_*"),
	ROW(RQ_SCX_CLOCK, RQ, "scx.clock", SCX, OPTIONAL, "scx_bpf_now() (since 6.14)"),
	ROW(RQ_SCX_LOCAL_DSQ, RQ, "scx.local_dsq", SCX, REQUIRED, "the local DSQ"),
	ROW(RQ_SCX_LOCAL_DSQ_NR, RQ, "scx.local_dsq.nr", SCX, REQUIRED, "its depth"),
	ROW(RQ_SCX_RUNNABLE_LIST, RQ, "scx.runnable_list", SCX, REQUIRED, "runnable tasks, for the dump"),

	/* ---- scheduling domain ---- */
	ROW(SD_PARENT, SCHED_DOMAIN, "parent", DOMAINS, REQUIRED, "next level up"),
	ROW(SD_LEVEL, SCHED_DOMAIN, "level", DOMAINS, REQUIRED, "must rise on the way up"),
	ROW(SD_FLAGS, SCHED_DOMAIN, "flags", DOMAINS, REQUIRED, "SD_*"),
	ROW(SD_SPAN_WEIGHT, SCHED_DOMAIN, "span_weight", DOMAINS, REQUIRED, "CPUs in it"),
	ROW(SD_NAME, SCHED_DOMAIN, "name", DOMAINS, OPTIONAL, "SMT, MC, ... (SCHED_DEBUG before 6.15)"),
	ROW(SD_BALANCE_INTERVAL, SCHED_DOMAIN, "balance_interval", DOMAINS, OPTIONAL, "ms between balances"),
	ROW(SD_NR_BALANCE_FAILED, SCHED_DOMAIN, "nr_balance_failed", DOMAINS, OPTIONAL, "failures in a row"),
	ROW(SD_NEWIDLE_CALL, SCHED_DOMAIN, "newidle_call", DOMAINS, OPTIONAL, "newidle attempts (since 6.19)"),
	ROW(SD_NEWIDLE_SUCCESS, SCHED_DOMAIN, "newidle_success", DOMAINS, OPTIONAL, "... that pulled"),
	ROW(SD_NEWIDLE_RATIO, SCHED_DOMAIN, "newidle_ratio", DOMAINS, OPTIONAL, "... of 1024"),
	ROW(SD_MAX_NEWIDLE_LB_COST, SCHED_DOMAIN, "max_newidle_lb_cost", DOMAINS, OPTIONAL, "dearest newidle balance"),
	ROW(SD_LB_COUNT, SCHED_DOMAIN, "lb_count", DOMAIN_STATS, REQUIRED, "balance attempts by idle type"),
	ROW(SD_LB_FAILED, SCHED_DOMAIN, "lb_failed", DOMAIN_STATS, REQUIRED, "moved nothing"),
	ROW(SD_LB_BALANCED, SCHED_DOMAIN, "lb_balanced", DOMAIN_STATS, REQUIRED, "found it balanced"),
	ROW(SD_LB_IMBALANCE_LOAD, SCHED_DOMAIN, "lb_imbalance_load|lb_imbalance", DOMAIN_STATS, OPTIONAL, "imbalance seen (one sum before 6.14)"),
	ROW(SD_LB_IMBALANCE_UTIL, SCHED_DOMAIN, "lb_imbalance_util", DOMAIN_STATS, OPTIONAL, "imbalance seen"),
	ROW(SD_LB_IMBALANCE_TASK, SCHED_DOMAIN, "lb_imbalance_task", DOMAIN_STATS, OPTIONAL, "imbalance seen"),
	ROW(SD_LB_IMBALANCE_MISFIT, SCHED_DOMAIN, "lb_imbalance_misfit", DOMAIN_STATS, OPTIONAL, "imbalance seen"),
	ROW(SD_LB_GAINED, SCHED_DOMAIN, "lb_gained", DOMAIN_STATS, OPTIONAL, "tasks pulled"),
	ROW(SD_LB_HOT_GAINED, SCHED_DOMAIN, "lb_hot_gained", DOMAIN_STATS, OPTIONAL, "... cache-hot"),
	ROW(SD_LB_NOBUSYG, SCHED_DOMAIN, "lb_nobusyg", DOMAIN_STATS, OPTIONAL, "no busy group"),
	ROW(SD_LB_NOBUSYQ, SCHED_DOMAIN, "lb_nobusyq", DOMAIN_STATS, OPTIONAL, "no busy queue"),
	ROW(SD_ALB_COUNT, SCHED_DOMAIN, "alb_count", DOMAIN_STATS, OPTIONAL, "active balances"),
	ROW(SD_ALB_FAILED, SCHED_DOMAIN, "alb_failed", DOMAIN_STATS, OPTIONAL, "... that failed"),
	ROW(SD_ALB_PUSHED, SCHED_DOMAIN, "alb_pushed", DOMAIN_STATS, OPTIONAL, "... that pushed"),
	ROW(SD_SBE_COUNT, SCHED_DOMAIN, "sbe_count", DOMAIN_STATS, OPTIONAL, "balance on exec"),
	ROW(SD_SBE_BALANCED, SCHED_DOMAIN, "sbe_balanced", DOMAIN_STATS, OPTIONAL, "balance on exec"),
	ROW(SD_SBE_PUSHED, SCHED_DOMAIN, "sbe_pushed", DOMAIN_STATS, OPTIONAL, "balance on exec"),
	ROW(SD_SBF_COUNT, SCHED_DOMAIN, "sbf_count", DOMAIN_STATS, OPTIONAL, "balance on fork"),
	ROW(SD_SBF_BALANCED, SCHED_DOMAIN, "sbf_balanced", DOMAIN_STATS, OPTIONAL, "balance on fork"),
	ROW(SD_SBF_PUSHED, SCHED_DOMAIN, "sbf_pushed", DOMAIN_STATS, OPTIONAL, "balance on fork"),
	ROW(SD_TTWU_WAKE_REMOTE, SCHED_DOMAIN, "ttwu_wake_remote", DOMAIN_STATS, OPTIONAL, "wakeups elsewhere in it"),
	ROW(SD_TTWU_MOVE_AFFINE, SCHED_DOMAIN, "ttwu_move_affine", DOMAIN_STATS, OPTIONAL, "wakeups pulled"),
	ROW(SD_TTWU_MOVE_BALANCE, SCHED_DOMAIN, "ttwu_move_balance", DOMAIN_STATS, OPTIONAL, "wakeups balanced"),

	/* ---- the loaded scheduler ---- */
	ROW(SCX_OPS_NAME, SCX_SCHED, "ops.name", SCX_ROOT, OPTIONAL, "its name (scx_ops before 6.16)"),
	ROW(SCX_ID, SCX_SCHED, "id", SCX_ROOT, OPTIONAL, "tells one load from the next (since 7.1)"),
	ROW(SCX_ALL, SCX_SCHED, "all", SCX_ROOT, OPTIONAL, "list of all schedulers (since 7.1)"),
	ROW(SCX_PCPU, SCX_SCHED, "pcpu", EVENTS, OPTIONAL, "per-CPU part (since 6.17)"),
	ROW(SCX_OLD_EVENT_STATS, SCX_SCHED, "event_stats_cpu", EVENTS, OPTIONAL, "counters in 6.16"),
	ROW(SCX_WATCHDOG_TIMEOUT, SCX_SCHED, "watchdog_timeout", WATCHDOG, OPTIONAL, "in jiffies (since 7.1)"),
	ROW(SCX_EXIT_KIND, SCX_SCHED, "exit_kind", SCX_ROOT, OPTIONAL, "has it been told to go?"),
	ROW(SCX_EXIT_INFO, SCX_SCHED, "exit_info", SCX_ROOT, OPTIONAL, "why it went"),
	ROW(SCX_DSQ_HASH, SCX_SCHED, "dsq_hash", DSQS, OPTIONAL, "user DSQs"),
	ROW(SCX_PNODE, SCX_SCHED, "pnode", DSQS, OPTIONAL, "global DSQs (since 7.1)"),
	ROW(SCX_OLD_GLOBAL_DSQS, SCX_SCHED, "global_dsqs", DSQS, OPTIONAL, "global DSQs before"),
	ROW(SCX_BYPASS_DEPTH, SCX_SCHED, "bypass_depth", SCX_ROOT, OPTIONAL, "is it bypassed?"),
	ROW(OPS_NAME, SCX_OPS, "name", SCX_ROOT, REQUIRED, "name, in kernels with global scx_ops"),
	ROW(PCPU_EVENT_STATS, SCX_PCPU, "event_stats", EVENTS, OPTIONAL, "counters (since 6.17)"),
	ROW(PCPU_BYPASS_DSQ, SCX_PCPU, "bypass_dsq", DSQS, OPTIONAL, "where bypassed tasks wait (since 7.1)"),
	ROW(PNODE_GLOBAL_DSQ, SCX_PNODE, "global_dsq", DSQS, OPTIONAL, "a node's global DSQ"),
	ROW(EI_KIND, SCX_EXIT_INFO, "kind", SCX_ROOT, REQUIRED, "scx_exit_kind"),
	ROW(EI_EXIT_CPU, SCX_EXIT_INFO, "exit_cpu", SCX_ROOT, OPTIONAL, "where (since 7.2)"),
	ROW(EI_EXIT_CODE, SCX_EXIT_INFO, "exit_code", SCX_ROOT, REQUIRED, "its exit code"),
	ROW(EI_REASON, SCX_EXIT_INFO, "reason", SCX_ROOT, REQUIRED, "words for the kind"),
	ROW(EI_BT, SCX_EXIT_INFO, "bt", SCX_ROOT, REQUIRED, "stack of whoever ended it"),
	ROW(EI_BT_LEN, SCX_EXIT_INFO, "bt_len", SCX_ROOT, REQUIRED, "its depth"),
	ROW(EI_MSG, SCX_EXIT_INFO, "msg", SCX_ROOT, REQUIRED, "the message"),

	/* ---- dispatch queues and sched_ext's part of a task ---- */
	ROW(DSQ_LIST, SCX_DSQ, "list", SCX, REQUIRED, "tasks in order"),
	ROW(DSQ_NR, SCX_DSQ, "nr", SCX, REQUIRED, "how many"),
	ROW(DSQ_ID, SCX_DSQ, "id", SCX, REQUIRED, "which queue"),
	ROW(DSQ_HASH_NODE, SCX_DSQ, "hash_node", DSQS, REQUIRED, "link in dsq_hash"),
	ROW(SE_DSQ, SCX_ENTITY, "dsq", SCX, REQUIRED, "where the task waits"),
	ROW(SE_DSQ_LIST, SCX_ENTITY, "dsq_list.node|dsq_list", SCX, REQUIRED, "its link there"),
	ROW(SE_OPS_STATE, SCX_ENTITY, "ops_state", SCX, REQUIRED, "does BPF own it?"),
	ROW(SE_DSQ_FLAGS, SCX_ENTITY, "dsq_flags", SCX, OPTIONAL, "on the priority queue?"),
	ROW(SE_FLAGS, SCX_ENTITY, "flags", SCX, REQUIRED, "SCX_TASK_*"),
	ROW(SE_WEIGHT, SCX_ENTITY, "weight", SCX, OPTIONAL, "from nice or cgroup"),
	ROW(SE_STICKY_CPU, SCX_ENTITY, "sticky_cpu", SCX, OPTIONAL, "for the dump"),
	ROW(SE_HOLDING_CPU, SCX_ENTITY, "holding_cpu", SCX, OPTIONAL, "for the dump"),
	ROW(SE_RUNNABLE_NODE, SCX_ENTITY, "runnable_node", SCX, REQUIRED, "link in runnable_list"),
	ROW(SE_RUNNABLE_AT, SCX_ENTITY, "runnable_at", SCX, REQUIRED, "since when it waits, jiffies"),
	ROW(SE_SLICE, SCX_ENTITY, "slice", SCX, OPTIONAL, "what is left of it"),
	ROW(SE_DSQ_VTIME, SCX_ENTITY, "dsq_vtime", SCX, OPTIONAL, "for the dump"),
	/* a cursor on a DSQ list looks like a task but for this */
	ROW(LNODE_FLAGS, SCX_ENTITY, "dsq_list.flags", SCX, OPTIONAL, "is it a cursor?"),

	/* ---- tasks ---- */
	ROW(TASK_PID, TASK, "pid", CORE, REQUIRED, "who"),
	ROW(TASK_TGID, TASK, "tgid", TASKS, OPTIONAL, "whose thread"),
	ROW(TASK_COMM, TASK, "comm", CORE, REQUIRED, "its name"),
	ROW(TASK_CPU, TASK, "thread_info.cpu|cpu", TASKS, REQUIRED, "on whose run queue"),
	ROW(TASK_STATE, TASK, "__state|state", TASKS, REQUIRED, "runs or sleeps"),
	ROW(TASK_ON_CPU, TASK, "on_cpu", TASKS, REQUIRED, "runs now (u8 since 7.2)"),
	ROW(TASK_ON_RQ, TASK, "on_rq", TASKS, REQUIRED, "is queued (u8 since 7.2)"),
	ROW(TASK_PRIO, TASK, "prio", TASKS, OPTIONAL, "for the dump"),
	ROW(TASK_POLICY, TASK, "policy", TASKS, OPTIONAL, "for the dump"),
	ROW(TASK_EXIT_STATE, TASK, "exit_state", TASKS, OPTIONAL, "zombies"),
	ROW(TASK_CLASS, TASK, "sched_class", TASKS, OPTIONAL, "ext, fair, ..."),
	ROW(TASK_CPUS_PTR, TASK, "cpus_ptr", TASKS, REQUIRED, "where it may run"),
	ROW(TASK_MIGRATION_DISABLED, TASK, "migration_disabled", TASKS, OPTIONAL, "pinned for now"),
	ROW(TASK_LAST_QUEUED, TASK, "sched_info.last_queued", TASKS, OPTIONAL, "since when it waits (SCHED_INFO)"),
	ROW(TASK_LAST_ARRIVAL, TASK, "sched_info.last_arrival", TASKS, OPTIONAL, "when it last got a CPU (SCHED_INFO)"),
	ROW(TASK_FLAGS, TASK, "flags", TASKS, OPTIONAL, "is it a kernel thread?"),
	ROW(TASK_NVCSW, TASK, "nvcsw", TASKS, OPTIONAL, "hangs: it does not come to run"),
	ROW(TASK_NIVCSW, TASK, "nivcsw", TASKS, OPTIONAL, "likewise"),
	ROW(TASK_GROUP_NODE, TASK, "se.group_node", TASKS, OPTIONAL, "link in cfs_tasks"),
	ROW(TASK_FAIR, TASK, "se", LAG, REQUIRED, "where cfs.curr points"),
	ROW(TASK_VRUNTIME, TASK, "se.vruntime", LAG, REQUIRED, "lag: virtual time"),
	ROW(TASK_FAIR_WEIGHT, TASK, "se.h_load.weight", LAG, REQUIRED, "lag: weight in all of the hierarchy (since 7.3)"),
	ROW(TASK_FAIR_SLICE, TASK, "se.slice", LAG, REQUIRED, "lag: its bound"),
	ROW(TASK_SCX, TASK, "scx", SCX, REQUIRED, "sched_ext's part"),
	ROW(TASK_TASKS, TASK, "tasks", TASKS, REQUIRED, "list of processes"),
	ROW(TASK_SIGNAL, TASK, "signal", TASKS, REQUIRED, "leads to its threads"),
	ROW(TASK_THREAD_NODE, TASK, "thread_node", TASKS, REQUIRED, "list of threads"),
	ROW(TASK_SP, TASK, "thread.sp", STACKS, REQUIRED, "where it was switched out"),
	ROW(SIGNAL_THREAD_HEAD, SIGNAL, "thread_head", TASKS, REQUIRED, "list of threads"),
	ROW(FRAME_BP, INACTIVE_FRAME, "bp", STACKS, REQUIRED, "registers of __switch_to_asm"),
	ROW(FRAME_RET, INACTIVE_FRAME, "ret_addr", STACKS, REQUIRED, "likewise"),
	ROW(REGS_IP, PT_REGS, "ip", STACKS, REQUIRED, "interrupted code"),
	ROW(REGS_SP, PT_REGS, "sp", STACKS, REQUIRED, "likewise"),
	ROW(REGS_BP, PT_REGS, "bp", STACKS, REQUIRED, "likewise"),
	ROW(TIMER_EXPIRES, TIMER_BASE, "expires_next", STACKS, OPTIONAL, "does a CPU get its ticks?"),
	ROW(REGS_CS, PT_REGS, "cs", STACKS, REQUIRED, "user or kernel"),

	/* ---- BPF objects ---- */
	ROW(IDR_HEAD, IDR, "idr_rt.xa_head", BPF, REQUIRED, "root of the tree"),
	ROW(IDR_BASE, IDR, "idr_base", BPF, REQUIRED, "first id"),
	ROW(XA_SHIFT, XA_NODE, "shift", BPF, REQUIRED, "level of a node"),
	ROW(XA_SLOTS, XA_NODE, "slots", BPF, REQUIRED, "its children"),
	ROW(MAP_TYPE, BPF_MAP, "map_type", BPF, REQUIRED, "BPF_MAP_TYPE_*"),
	ROW(MAP_KEY_SIZE, BPF_MAP, "key_size", BPF, REQUIRED, "bytes of a key"),
	ROW(MAP_VALUE_SIZE, BPF_MAP, "value_size", BPF, REQUIRED, "bytes of a value"),
	ROW(MAP_MAX_ENTRIES, BPF_MAP, "max_entries", BPF, REQUIRED, "its size"),
	ROW(MAP_FLAGS, BPF_MAP, "map_flags", BPF, REQUIRED, "BPF_F_*"),
	ROW(MAP_ID, BPF_MAP, "id", BPF, REQUIRED, "must equal its place in the tree"),
	ROW(MAP_NAME, BPF_MAP, "name", BPF, REQUIRED, "its name"),
	ROW(MAP_BTF, BPF_MAP, "btf", BPF, REQUIRED, "types of the program that made it"),
	ROW(MAP_BTF_KEY, BPF_MAP, "btf_key_type_id", BPF, REQUIRED, "type of its keys"),
	ROW(MAP_BTF_VALUE, BPF_MAP, "btf_value_type_id", BPF, REQUIRED, "type of its values"),
	ROW(ARRAY_VALUE, BPF_ARRAY, "value", BPF, REQUIRED, "elements"),
	ROW(ARRAY_PPTRS, BPF_ARRAY, "pptrs", BPF, REQUIRED, "per-CPU elements"),
	ROW(HTAB_BUCKETS, BPF_HTAB, "buckets", BPF, REQUIRED, "its buckets"),
	ROW(HTAB_N_BUCKETS, BPF_HTAB, "n_buckets", BPF, REQUIRED, "a power of two"),
	ROW(BUCKET_HEAD, HTAB_BUCKET, "head", BPF, REQUIRED, "list of elements"),
	ROW(ELEM_NEXT, HTAB_ELEM, "hash_node", BPF, REQUIRED, "the next one"),
	ROW(ELEM_KEY, HTAB_ELEM, "key", BPF, REQUIRED, "key, then value"),
	ROW(PROG_TYPE, BPF_PROG, "type", BPF, REQUIRED, "BPF_PROG_TYPE_*"),
	ROW(PROG_AUX, BPF_PROG, "aux", BPF, REQUIRED, "the rest of it"),
	ROW(PROG_STATS, BPF_PROG, "stats", BPF, OPTIONAL, "run time (kernel.bpf_stats_enabled)"),
	ROW(PROG_LEN, BPF_PROG, "len", BPF, REQUIRED, "instructions after the verifier"),
	ROW(PROG_JITED_LEN, BPF_PROG, "jited_len", BPF, OPTIONAL, "bytes of machine code"),
	ROW(PROG_TAG, BPF_PROG, "tag", BPF, REQUIRED, "tag, as in bpf_prog_<tag>_<name>"),
	ROW(AUX_ID, BPF_PROG_AUX, "id", BPF, REQUIRED, "must equal its place in the tree"),
	ROW(AUX_NAME, BPF_PROG_AUX, "name", BPF, REQUIRED, "name, cut to 15"),
	ROW(AUX_FUNC_NAME, BPF_PROG_AUX, "attach_func_name", BPF, OPTIONAL, "the op, for struct_ops"),
	ROW(AUX_VERIFIED_INSNS, BPF_PROG_AUX, "verified_insns", BPF, REQUIRED, "the verifier's work"),
	ROW(AUX_USED_MAPS, BPF_PROG_AUX, "used_maps", BPF, OPTIONAL, "which maps are the scheduler's"),
	ROW(AUX_USED_MAP_CNT, BPF_PROG_AUX, "used_map_cnt", BPF, OPTIONAL, "how many"),
	ROW(AUX_KSYM_START, BPF_PROG_AUX, "ksym.start", BPF, OPTIONAL, "machine code, for stacks"),
	ROW(AUX_KSYM_END, BPF_PROG_AUX, "ksym.end", BPF, OPTIONAL, "likewise"),
	ROW(AUX_KSYM_NAME, BPF_PROG_AUX, "ksym.name", BPF, OPTIONAL, "full name"),
	ROW(STATS_CNT, BPF_PROG_STATS, "cnt", BPF, OPTIONAL, "runs"),
	ROW(STATS_NSECS, BPF_PROG_STATS, "nsecs", BPF, OPTIONAL, "time"),
	ROW(STATS_MISSES, BPF_PROG_STATS, "misses", BPF, OPTIONAL, "recursion"),
	ROW(BTF_DATA, BTF, "data", BPF, REQUIRED, "types, as bytes"),
	ROW(BTF_DATA_SIZE, BTF, "data_size", BPF, REQUIRED, "their number"),
	ROW(BTF_BASE, BTF, "base_btf", BPF, OPTIONAL, "split BTF (modules)"),

	/* ---- the hash table of user DSQs ---- */
	ROW(RHT_TBL, RHASHTABLE, "tbl", DSQS, REQUIRED, "its buckets"),
	ROW(TBL_SIZE, BUCKET_TABLE, "size", DSQS, REQUIRED, "buckets"),
	ROW(TBL_NEST, BUCKET_TABLE, "nest", DSQS, REQUIRED, "nested tables are not read"),
	ROW(TBL_FUTURE, BUCKET_TABLE, "future_tbl", DSQS, REQUIRED, "the next table, while it grows"),
	ROW(TBL_BUCKETS, BUCKET_TABLE, "buckets", DSQS, REQUIRED, "heads of lists"),
/* clang-format on */
#undef ROW
};

static const struct {
	const char *name;
	uint64_t fallback;	/* where BTF has no such enumerator */
} const_table[MON_C_COUNT] = {
	[MON_C_TASK_STATE_SHIFT] = { "SCX_TASK_STATE_SHIFT", 8 },
	[MON_C_TASK_STATE_BITS] = { "SCX_TASK_STATE_BITS", 2 },
	[MON_C_LNODE_CURSOR] = { "SCX_DSQ_LNODE_ITER_CURSOR", 1 },
	[MON_C_SCX_ENABLED] = { "SCX_ENABLED", 1 },
	[MON_C_SCX_DISABLING] = { "SCX_DISABLING", 2 },
	[MON_C_SCX_DISABLED] = { "SCX_DISABLED", 3 },
	[MON_C_SCX_EXIT_ERROR] = { "SCX_EXIT_ERROR", 1024 },
};

/* Structs of one name that differ (there are drivers with a struct rq, too). */
#define CANDIDATES_MAX	4

struct candidates {
	uint32_t id[CANDIDATES_MAX];
	unsigned int n;
};

/* ---- members ---- */

static void set_bitfield(struct mon_field *f, uint32_t bit_off, uint32_t bits)
{
	/* Load a whole aligned unit that holds the field. */
	uint32_t unit = f->elem_size >= 8 ? 8 : f->elem_size >= 4 ? 4 :
			f->elem_size >= 2 ? 2 : 1;

	f->offset = bit_off / 8 / unit * unit;
	f->bit_offset = bit_off - f->offset * 8;
	/* A packed struct may have it straddle units; that is not read. */
	f->bits = min(bits, 8 * unit - f->bit_offset);
	f->size = unit;
	f->elem_size = unit;
}

static bool type_is_signed(const struct btf_type *t)
{
	if (btf_is_int(t))
		return btf_int_encoding(t) & BTF_INT_SIGNED;
	if (btf_is_enum(t) || btf_is_enum64(t))
		return btf_kflag(t);
	return false;
}

/* atomic_t and the like: as good as the one integer that they wrap. */
static const struct btf_type *unwrap(const struct btf *btf,
				     const struct btf_type *t)
{
	const struct btf_type *inner;
	unsigned int depth;

	for (depth = 0; depth < 4 && btf_is_struct(t) && btf_vlen(t) == 1;
	     depth++) {
		inner = btf_bare_type(btf, btf_members(t)->type);
		if (!inner)
			break;
		t = inner;
	}
	return t;
}

bool mon_field_at(const struct btf *btf, uint32_t type_id, uint32_t bit_off,
		  uint32_t bitfield, struct mon_field *f)
{
	const struct btf_type *t = btf_bare_type(btf, type_id);
	int64_t size = t ? btf__resolve_size(btf, type_id) : -1;

	if (size < 0 || size > INT32_MAX)
		return false;
	f->offset = bit_off / 8;
	f->size = size;
	f->elem_size = size;
	if (btf_is_array(t)) {
		size = btf__resolve_size(btf, btf_array(t)->type);
		t = btf_bare_type(btf, btf_array(t)->type);
		if (!t || size < 0 || size > INT32_MAX)
			return false;
		f->elem_size = size;
	}
	t = unwrap(btf, t);
	f->is_signed = type_is_signed(t);
	if (bitfield > 64 || (bit_off % 8 && !bitfield))
		return false;
	if (bitfield)
		set_bitfield(f, bit_off, bitfield);
	f->present = true;
	return true;
}

bool mon_member_find(const struct btf *btf, uint32_t type_id, const char *path,
		     struct mon_field *field)
{
	struct btf_place place;

	memset(field, 0, sizeof(*field));
	return btf_find_path(btf, btf_bare_type(btf, type_id), path, &place) &&
	       !place.behind_ptr &&
	       mon_field_at(btf, place.type_id, place.bit_off, place.bits, field);
}

/* ---- one pass over all types ---- */

static int struct_by_name(const char *name)
{
	int i;

	for (i = 0; i < MON_ST_COUNT; i++)
		if (!strcmp(struct_table[i], name))
			return i;
	return -1;
}

static void note_constant(struct mon_fields *f, bool *seen, const char *name,
			  uint64_t value)
{
	int i;

	if (strncmp(name, "SCX_", 4))
		return;
	for (i = 0; i < MON_C_COUNT; i++) {
		if (!strcmp(const_table[i].name, name)) {
			f->constant[i] = value;
			seen[i] = true;
		}
	}
}

static void note_enum(struct mon_fields *f, bool *seen, const struct btf *btf,
		      const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);
	uint64_t value;
	unsigned int i;

	if (!name || strncmp(name, "scx_", 4))
		return;
	for (i = 0; i < btf_vlen(t); i++) {
		name = btf_enumerator(btf, t, i, &value);
		note_constant(f, seen, name, value);
	}
}

static void visit_types(struct mon_fields *f, const struct btf *btf,
			struct candidates *structs)
{
	uint32_t n = btf__type_cnt(btf), id;
	bool seen[MON_C_COUNT] = { };
	int i;

	for (id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_any_enum(t)) {
			note_enum(f, seen, btf, t);
			continue;
		}
		if (!btf_is_struct(t) || !t->name_off)
			continue;
		i = struct_by_name(btf__name_by_offset(btf, t->name_off));
		if (i >= 0 && structs[i].n < CANDIDATES_MAX)
			structs[i].id[structs[i].n++] = id;
	}
	for (i = 0; i < MON_C_COUNT; i++)
		if (!seen[i])
			f->constant[i] = const_table[i].fallback;
}

/* Of structs of one name, take the one that has most of our members. */
static uint32_t best_candidate(const struct btf *btf,
			       const struct candidates *c, int st)
{
	unsigned int best = 0, i, score;
	uint32_t id = 0;
	int k;

	if (c->n <= 1)
		return c->n ? c->id[0] : 0;
	for (i = 0; i < c->n; i++) {
		score = 1;
		for (k = 0; k < MON_FIELD_COUNT; k++) {
			struct mon_field f;

			if (field_table[k].type == st)
				score += mon_member_find(btf, c->id[i],
							 field_table[k].path,
							 &f);
		}
		if (score > best) {
			best = score;
			id = c->id[i];
		}
	}
	return id;
}

static void resolve_events(struct mon_fields *f, const struct btf *btf,
			   uint32_t id)
{
	const struct btf_type *t = id ? btf__type_by_id(btf, id) : NULL;
	unsigned int i;

	for (i = 0; t && i < btf_vlen(t) && i < MON_EVENTS_MAX; i++) {
		const struct btf_member *m = btf_members(t) + i;
		struct mon_event *e = &f->events[f->n_events];

		if (!mon_field_at(btf, m->type, btf_member_bit_offset(t, i),
				  btf_member_bitfield_size(t, i), &e->field))
			continue;
		snprintf(e->name, sizeof(e->name), "%s",
			 btf__name_by_offset(btf, m->name_off));
		f->n_events++;
	}
}

static int part_lacks(struct mon_fields *f, enum mon_part part,
		      const char *what, const char *path)
{
	if (f->missing[part])
		return 0;
	if (asprintf(&f->missing[part], "%s%s%s", what, path ? "." : "",
		     path ?: "") < 0) {
		f->missing[part] = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int resolve_symbols(struct mon_fields *f,
			   const struct mon_symbols *symbols)
{
	struct mon_symbol wanted[MON_SYM_COUNT];
	int i, ret;

	for (i = 0; i < MON_SYM_COUNT; i++)
		wanted[i].name = symbol_table[i].name;
	ret = mon_symbols_lookup(symbols, wanted, MON_SYM_COUNT);
	for (i = 0; !ret && i < MON_SYM_COUNT; i++) {
		f->sym[i] = wanted[i].addr;
		f->sym_size[i] = wanted[i].size;
		if (!wanted[i].addr && symbol_table[i].need == REQUIRED)
			ret = part_lacks(f, symbol_table[i].part,
					 symbol_table[i].name, NULL);
	}
	return ret;
}

static int resolve_members(struct mon_fields *f, const struct btf *btf,
			   const uint32_t *struct_id)
{
	int i, ret = 0;

	for (i = 0; i < MON_FIELD_COUNT && !ret; i++) {
		int st = field_table[i].type;

		if (struct_id[st] &&
		    mon_member_find(btf, struct_id[st], field_table[i].path,
				    &f->field[i]))
			continue;
		if (field_table[i].need == REQUIRED)
			ret = part_lacks(f, field_table[i].part,
					 struct_table[st], field_table[i].path);
	}
	return ret;
}

/* What a part needs is not always one name: "this or that". */
static int resolve_choices(struct mon_fields *f)
{
	const struct mon_field *m = f->field;
	int ret = 0;

	if (!f->sym[MON_SYM_SCX_ROOT] && !f->sym[MON_SYM_SCX_OLD_OPS])
		ret = part_lacks(f, MON_PART_SCX_ROOT, "scx_root", NULL);
	if (!ret && (!f->n_events || !f->sym[MON_SYM_SCX_ROOT] ||
		     !((m[MON_SCX_PCPU].present &&
			m[MON_PCPU_EVENT_STATS].present) ||
		       m[MON_SCX_OLD_EVENT_STATS].present)))
		ret = part_lacks(f, MON_PART_EVENTS,
				 "scx_sched_pcpu.event_stats", NULL);
	if (!ret && !(f->sym[MON_SYM_SCX_ROOT] &&
		      m[MON_SCX_WATCHDOG_TIMEOUT].present) &&
	    !f->sym[MON_SYM_WATCHDOG_TIMEOUT])
		ret = part_lacks(f, MON_PART_WATCHDOG,
				 "scx_sched.watchdog_timeout", NULL);
	if (!ret && !m[MON_SCX_DSQ_HASH].present &&
	    !f->sym[MON_SYM_SCX_OLD_DSQ_HASH])
		ret = part_lacks(f, MON_PART_DSQS, "scx_sched.dsq_hash", NULL);
	return ret;
}

int mon_fields_resolve(struct mon_fields *f, const struct mon_symbols *symbols,
		       const struct btf *btf)
{
	struct candidates structs[MON_ST_COUNT] = { };
	uint32_t struct_id[MON_ST_COUNT];
	int i, ret;

	memset(f, 0, sizeof(*f));
	visit_types(f, btf, structs);
	for (i = 0; i < MON_ST_COUNT; i++) {
		struct_id[i] = best_candidate(btf, &structs[i], i);
		if (struct_id[i])
			f->struct_size[i] =
				btf__type_by_id(btf, struct_id[i])->size;
	}
	resolve_events(f, btf, struct_id[MON_ST_SCX_EVENTS]);
	ret = resolve_symbols(f, symbols);
	if (!ret)
		ret = resolve_members(f, btf, struct_id);
	if (!ret)
		ret = resolve_choices(f);
	if (ret)
		mon_fields_release(f);
	return ret;
}

void mon_fields_release(struct mon_fields *f)
{
	int i;

	for (i = 0; i < MON_PART_COUNT; i++) {
		free(f->missing[i]);
		f->missing[i] = NULL;
	}
}

void mon_part_note(const struct mon_fields *f, enum mon_part part, char *buf,
		   size_t size)
{
	if (f->missing[part])
		snprintf(buf, size, "without %s: %s (no %s)", parts[part].name,
			 parts[part].loss, f->missing[part]);
	else
		snprintf(buf, size, "%s", "");
}
