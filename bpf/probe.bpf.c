// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of kernel functions, and the trigger.
 *
 * One program serves all functions: which one was entered, its address says.
 * multi_* need CONFIG_FPROBE and take one link for all; single_* is for a
 * kernel without it. Which are loaded is user space's choice.
 */
#include "bpf/probe_common.bpf.h"

char _license[] SEC("license") = "GPL";

static __always_inline int enter(struct pt_regs *ctx)
{
	__u64 args[PROBE_ARGS] = {
		PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx),
		PT_REGS_PARM4(ctx), PT_REGS_PARM5(ctx), PT_REGS_PARM6(ctx),
	};

	return probe_enter(bpf_get_func_ip(ctx), args);
}

SEC("kprobe.multi")
int multi_enter(struct pt_regs *ctx)
{
	return enter(ctx);
}

SEC("kretprobe.multi")
int multi_leave(struct pt_regs *ctx)
{
	return probe_leave(bpf_get_func_ip(ctx), PT_REGS_RC(ctx));
}

SEC("kprobe")
int single_enter(struct pt_regs *ctx)
{
	return enter(ctx);
}

SEC("kretprobe")
int single_leave(struct pt_regs *ctx)
{
	return probe_leave(bpf_get_func_ip(ctx), PT_REGS_RC(ctx));
}

#define SIGSTOP	19

/*
 * bpf_struct_ops_map_update_elem() has returned: all programs of a scheduler
 * are loaded, and with its next system call it will be let loose. It may die
 * in the first of its calls, so it waits here until these are probed.
 */
SEC("kretprobe")
int hold(struct pt_regs *ctx)
{
	struct probe_state *st = probe_state();

	if (!st || st->dying || !st->active || (int)PT_REGS_RC(ctx))
		return 0;
	if (!bpf_send_signal(SIGSTOP))
		probe_wake(bpf_get_current_pid_tgid() >> 32);
	return 0;
}

/* In scx_claim_exit(), once per scheduler; Linux 7.3 on. */
SEC("tp_btf/sched_ext_exit")
int BPF_PROG(trigger, void *sch, u32 kind)
{
	__u32 level = 0;

	if (task_offsets.level)
		bpf_probe_read_kernel(&level, sizeof(level),
				      (char *)sch + task_offsets.level);
	return probe_sched_exit(kind, level);
}

/*
 * Where there is no such tracepoint: entry of the function that the kernel
 * exits through. Which of its parameters is the kind, the lower half of the
 * cookie says, from 1; the upper half is the kind where none is. With neither
 * it stays unknown here, and the console has it.
 */
SEC("kprobe")
int trigger_func(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u64 kinds[PROBE_KIND_PARAMS + 1] = {
		cookie >> 32, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx),
		PT_REGS_PARM3(ctx),
	};

	return probe_sched_exit(kinds[cookie & PROBE_KIND_PARAMS], 0);
}
