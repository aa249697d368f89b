// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of one function of a scheduler; an object of this is loaded for each.
 *
 * A struct_ops program is `int op(unsigned long long *ctx)` to the kernel, and
 * its parameters lie where ctx points to.
 */
#include "bpf/probe_common.bpf.h"

char _license[] SEC("license") = "GPL";

/* PROBE_BPF_FUNC | id of the function, and its number of parameters. */
const volatile __u64 func_key;
const volatile __u32 n_args;

SEC("fentry")
int op_enter(unsigned long long *ctx)
{
	__u64 args[PROBE_ARGS] = {};
	const __u64 *from = (const __u64 *)ctx[0];
	int i;

	/* Not more than there are: behind them lies the trampoline's frame. */
	for (i = 0; i < PROBE_ARGS; i++)
		if (i < n_args)
			bpf_probe_read_kernel(&args[i], sizeof(args[i]),
					      &from[i]);
	return probe_enter(func_key, args);
}

/* Any other function of a BPF program, with parameters of its own. */
SEC("fentry")
int sub_enter(unsigned long long *ctx)
{
	__u64 args[PROBE_ARGS] = {};
	int i;

	for (i = 0; i < PROBE_ARGS; i++)
		if (i < n_args)
			bpf_get_func_arg(ctx, i, &args[i]);
	return probe_enter(func_key, args);
}

SEC("fexit")
int op_leave(unsigned long long *ctx)
{
	__u64 ret = 0;

	/* The kernel takes it for a function of five words; ask where. */
	bpf_get_func_ret(ctx, &ret);
	return probe_leave(func_key, ret);
}
