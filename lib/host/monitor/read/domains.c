// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scheduling domains. The kernel builds a new tree on hotplug and on cpuset
 * changes and frees the old one after a grace period; a chain is believed only
 * if levels and spans grow on the way up, and if the run queue still points to
 * its start afterwards.
 */
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/read/domains.h"

static const struct {
	const char *name;
	enum mon_field_id field;
} lb_table[MON_LB_STATS] = {
	[MON_LB_COUNT] = { "lb_count", MON_SD_LB_COUNT },
	[MON_LB_BALANCED] = { "lb_balanced", MON_SD_LB_BALANCED },
	[MON_LB_FAILED] = { "lb_failed", MON_SD_LB_FAILED },
	[MON_LB_IMBALANCE_LOAD] = {
		"lb_imbalance_load", MON_SD_LB_IMBALANCE_LOAD },
	[MON_LB_IMBALANCE_UTIL] = {
		"lb_imbalance_util", MON_SD_LB_IMBALANCE_UTIL },
	[MON_LB_IMBALANCE_TASK] = {
		"lb_imbalance_task", MON_SD_LB_IMBALANCE_TASK },
	[MON_LB_IMBALANCE_MISFIT] = {
		"lb_imbalance_misfit", MON_SD_LB_IMBALANCE_MISFIT },
	[MON_LB_GAINED] = { "lb_gained", MON_SD_LB_GAINED },
	[MON_LB_HOT_GAINED] = { "lb_hot_gained", MON_SD_LB_HOT_GAINED },
	[MON_LB_NOBUSYQ] = { "lb_nobusyq", MON_SD_LB_NOBUSYQ },
	[MON_LB_NOBUSYG] = { "lb_nobusyg", MON_SD_LB_NOBUSYG },
}, sd_table[MON_SD_STATS] = {
	[MON_SDS_ALB_COUNT] = { "alb_count", MON_SD_ALB_COUNT },
	[MON_SDS_ALB_FAILED] = { "alb_failed", MON_SD_ALB_FAILED },
	[MON_SDS_ALB_PUSHED] = { "alb_pushed", MON_SD_ALB_PUSHED },
	[MON_SDS_SBE_COUNT] = { "sbe_count", MON_SD_SBE_COUNT },
	[MON_SDS_SBE_BALANCED] = { "sbe_balanced", MON_SD_SBE_BALANCED },
	[MON_SDS_SBE_PUSHED] = { "sbe_pushed", MON_SD_SBE_PUSHED },
	[MON_SDS_SBF_COUNT] = { "sbf_count", MON_SD_SBF_COUNT },
	[MON_SDS_SBF_BALANCED] = { "sbf_balanced", MON_SD_SBF_BALANCED },
	[MON_SDS_SBF_PUSHED] = { "sbf_pushed", MON_SD_SBF_PUSHED },
	[MON_SDS_TTWU_WAKE_REMOTE] = {
		"ttwu_wake_remote", MON_SD_TTWU_WAKE_REMOTE },
	[MON_SDS_TTWU_MOVE_AFFINE] = {
		"ttwu_move_affine", MON_SD_TTWU_MOVE_AFFINE },
	[MON_SDS_TTWU_MOVE_BALANCE] = {
		"ttwu_move_balance", MON_SD_TTWU_MOVE_BALANCE },
};

const char *mon_lb_name(enum mon_lb_stat stat)
{
	return lb_table[stat].name;
}

const char *mon_sd_name(enum mon_sd_stat stat)
{
	return sd_table[stat].name;
}

void domain_reader_init(struct domain_reader *r, const struct mon_guest *guest)
{
	memset(r, 0, sizeof(*r));
	r->guest = guest;
	r->has_stats = mon_kernel_has(guest->kernel, MON_PART_DOMAIN_STATS);
}

static void read_name(struct domain_reader *r, unsigned int depth,
		      const void *sd, struct mon_domain *d)
{
	uint64_t va = mon_guest_get(r->guest, MON_SD_NAME, sd);

	/* Names are constants of the kernel; the address says it all. */
	if (va != r->name_va[depth]) {
		r->name_va[depth] = va;
		mon_read_str(&r->guest->mem, va, r->name[depth],
			     sizeof(r->name[depth]));
	}
	memcpy(d->name, r->name[depth], sizeof(d->name));
}

static void read_stats(const struct domain_reader *r, const char *sd,
		       struct mon_domain *d)
{
	const struct mon_field *fields = r->guest->kernel->f.field;
	int i, k;

	for (i = 0; i < MON_LB_STATS; i++) {
		const struct mon_field *f = &fields[lb_table[i].field];

		if (f->present && f->elem_size == sizeof(d->lb[i][0]) &&
		    f->size >= sizeof(d->lb[i])) {
			for (k = 0; k < MON_IDLE_TYPES; k++)
				d->lb[i][k] = mon_load(sd + f->offset + 4 * k,
						       4);
		} else {
			memset(d->lb[i], 0, sizeof(d->lb[i]));
		}
	}
	for (i = 0; i < MON_SD_STATS; i++)
		d->stat[i] = mon_field_get(&fields[sd_table[i].field], sd);
}

static void read_domain(struct domain_reader *r, unsigned int depth,
			const void *sd, struct mon_domain *d)
{
	const struct mon_guest *g = r->guest;

	d->level = mon_guest_get(g, MON_SD_LEVEL, sd);
	d->flags = mon_guest_get(g, MON_SD_FLAGS, sd);
	d->span_weight = mon_guest_get(g, MON_SD_SPAN_WEIGHT, sd);
	d->balance_interval_ms = mon_guest_get(g, MON_SD_BALANCE_INTERVAL, sd);
	d->nr_balance_failed = mon_guest_get(g, MON_SD_NR_BALANCE_FAILED, sd);
	d->newidle_call = mon_guest_get(g, MON_SD_NEWIDLE_CALL, sd);
	d->newidle_success = mon_guest_get(g, MON_SD_NEWIDLE_SUCCESS, sd);
	d->newidle_ratio = mon_guest_get(g, MON_SD_NEWIDLE_RATIO, sd);
	d->max_newidle_lb_cost_ns =
		mon_guest_get(g, MON_SD_MAX_NEWIDLE_LB_COST, sd);
	read_name(r, depth, sd, d);
	if (r->has_stats) {
		read_stats(r, sd, d);
	} else {
		memset(d->lb, 0, sizeof(d->lb));
		memset(d->stat, 0, sizeof(d->stat));
	}
}

static bool is_above(const struct mon_guest *g, const struct mon_domain *d,
		     const struct mon_domain *below)
{
	if (!d->span_weight || d->span_weight > g->nr_cpus || d->level < 0)
		return false;
	return !below || (d->level > below->level &&
			  d->span_weight >= below->span_weight);
}

unsigned int domain_read_all(struct domain_reader *r, const void *rq,
			     struct mon_domain *domains)
{
	const struct mon_guest *g = r->guest;
	size_t size = g->kernel->f.struct_size[MON_ST_SCHED_DOMAIN];
	uint64_t first, va;
	unsigned int n;

	if (!mon_kernel_has(g->kernel, MON_PART_DOMAINS))
		return 0;
	first = mon_guest_get(g, MON_RQ_SD, rq);
	for (va = first, n = 0; va && n < MON_DOMAINS_MAX; n++) {
		const void *sd = mon_ptr(&g->mem, va, size);

		if (!sd)
			return 0;
		read_domain(r, n, sd, &domains[n]);
		if (!is_above(g, &domains[n], n ? &domains[n - 1] : NULL))
			return 0;
		va = mon_guest_get(g, MON_SD_PARENT, sd);
	}
	return mon_guest_get(g, MON_RQ_SD, rq) == first ? n : 0;
}
