// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attributes: a row each, in the order of struct ktstr_attr. See attr.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/attr/kinds.h"
#include "lib/common/attr/needs.h"
#include "lib/common/attr/schedulers.h"
#include "lib/common/check/assertion.h"
#include "lib/common/check/watch.h"
#include "lib/common/util/util.h"

/* For the scheduler and for the body, within KTSTR_TEST_TIMEOUT_S. */
#define LIMIT_MAX_S		200
#define DISK_MAX_MB		(1U << 20)
/* Each is kept whole, and stops all CPUs. */
#define SNAPSHOTS_MAX		64
#define SNAPSHOTS_A_S		8
#define TURN_MAX_MS		60000
/* Below a millisecond the monitor's clock has no steps. */
#define MONITOR_HZ_MAX		1000

/* ---- what makes no sense beside the others ---- */

static int wrong(char *err, size_t err_size, const char *text)
{
	snprintf(err, err_size, "%s", text);
	return -EINVAL;
}

static int check_topology(const struct ktstr_attr *attr, char *err,
			  size_t err_size)
{
	return topology_check(&attr->topology, 0, err, err_size);
}

static int check_needs(const struct ktstr_attr *attr, char *err,
		       size_t err_size)
{
	return needs_check(&attr->needs, err, err_size);
}

/* Of what was declared there is nothing that a test can do about. */
static int check_scheduler(const struct ktstr_attr *attr, char *err,
			   size_t err_size)
{
	return scheduler_check(attr->scheduler, err, err_size);
}

static bool is_word(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789")];
}

static int check_disk(const struct run_disk *d, char *err, size_t err_size)
{
	if (d->file && (d->size_mb || d->format))
		return wrong(err, err_size,
			     ".disks has a .file, which has a size and a format of its own");
	if (d->in_place && (!d->file || d->read_only))
		return wrong(err, err_size,
			     ".disks with .in_place needs a .file that is not .read_only");
	if (d->size_mb > DISK_MAX_MB)
		return wrong(err, err_size,
			     ".disks has one of more than 1048576 MiB");
	/* It becomes part of a program's name, and of a file's. */
	if (d->format && !is_word(d->format))
		return wrong(err, err_size,
			     ".disks has a .format that is no word");
	return 0;
}

static int check_disks(const struct ktstr_attr *attr, char *err,
		       size_t err_size)
{
	unsigned int i, n = attr_n_disks(&attr->machine);
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = check_disk(&attr->disks[i], err, err_size);
	return ret;
}

/* Ops know them by their names. */
static int check_staged(const struct ktstr_attr *attr, char *err,
			size_t err_size)
{
	unsigned int i, j, n = attr_n_staged(attr);

	for (i = 0; i < n; i++) {
		const struct scheduler *s = attr->staged[i];

		if (!s->name || !s->binary)
			return wrong(err, err_size,
				     ".staged has a scheduler without a name or a program");
		if (s->cgroup_parent || s->config_file || s->enable[0])
			return wrong(err, err_size,
				     ".staged has a scheduler with a cgroup_parent, a config_file or an enable: only .scheduler may");
		for (j = 0; j < i; j++)
			if (!strcmp(attr->staged[j]->name, s->name))
				return wrong(err, err_size,
					     ".staged has two schedulers of one name");
	}
	return 0;
}

/* One place is for those that ops may name, and turns are no ops. */
static int check_versus(const struct ktstr_attr *attr, char *err,
			size_t err_size)
{
	const struct scheduler *s = attr->versus;

	if (attr->staged[0] && attr->staged[0] != s)
		return wrong(err, err_size,
			     ".versus cannot be beside .staged");
	if (s->cgroup_parent || s->config_file || s->enable[0])
		return wrong(err, err_size,
			     ".versus has a cgroup_parent, a config_file or an enable: only .scheduler may");
	return 0;
}

static int check_payloads(const struct ktstr_attr *attr, char *err,
			  size_t err_size)
{
	unsigned int i, j, n = attr_n_payloads(&attr->workload);

	for (i = 0; i < n; i++) {
		const struct payload *p = attr->payloads[i];

		if (payload_check(p, err, err_size))
			return -EINVAL;
		for (j = 0; j < i; j++)
			if (!strcmp(attr->payloads[j]->name, p->name))
				return wrong(err, err_size,
					     ".payloads has two of one name");
	}
	return 0;
}

static int check_expect_err(const struct ktstr_attr *attr, char *err,
			    size_t err_size)
{
	if (!ktstr_is_on(attr->expect_err) || attr->staged[0] ||
	    (attr->scheduler && attr->scheduler->binary))
		return 0;
	return wrong(err, err_size,
		     ".expect_err needs a scheduler that can die");
}

static int check_exit_kind(const struct ktstr_attr *attr, char *err,
			   size_t err_size)
{
	if (ktstr_is_on(attr->expect_err) && *attr->expect_exit_kind)
		return 0;
	return wrong(err, err_size,
		     ".expect_exit_kind needs a text, and .expect_err = true");
}

static int check_alarm(const struct ktstr_attr *attr, char *err,
		       size_t err_size)
{
	if (!ktstr_is_on(attr->expect_err))
		return 0;
	return wrong(err, err_size,
		     ".expect_alarm ends the run, so .expect_err cannot come true");
}

static int check_failure(const struct ktstr_attr *attr, char *err,
			 size_t err_size)
{
	if (*attr->expect_failure && !ktstr_is_on(attr->expect_err) &&
	    !attr->expect_alarm)
		return 0;
	return wrong(err, err_size,
		     ".expect_failure needs a text, and neither .expect_err nor .expect_alarm");
}

static int check_map_write(const struct ktstr_attr *attr, char *err,
			   size_t err_size)
{
	return attr->bpf_map_write.map ? 0 :
	       wrong(err, err_size, ".bpf_map_write needs a .map");
}

static int check_plant(const struct ktstr_attr *attr, char *err,
		       size_t err_size)
{
	return attr->plant.kind ? 0 :
	       wrong(err, err_size, ".plant needs a .kind");
}

static int check_watchpoint(const struct ktstr_attr *attr, char *err,
			    size_t err_size)
{
	struct watch_symbol watch;
	char why[ATTR_WHY_SIZE];

	if (!watch_symbol_parse(attr->watchpoint, &watch, why, sizeof(why)))
		return 0;
	snprintf(err, err_size, ".watchpoint: %s", why);
	return -EINVAL;
}

/* They are 100 ms apart at least. A command line may leave open for how long. */
static int check_snapshots(const struct ktstr_attr *attr, char *err,
			   size_t err_size)
{
	if (!attr->duration_s ||
	    attr->snapshots + 1 <= attr->duration_s * SNAPSHOTS_A_S)
		return 0;
	snprintf(err, err_size,
		 ".snapshots = %u: at most %u can be within .duration_s = %u",
		 attr->snapshots, attr->duration_s * SNAPSHOTS_A_S - 1,
		 attr->duration_s);
	return -EINVAL;
}

static int check_watches(const struct ktstr_attr *attr, char *err,
			 size_t err_size)
{
	struct map_watch watches[KTSTR_MAX_ARGS];
	char why[ATTR_WHY_SIZE];
	unsigned int i, j;

	for (i = 0; i < KTSTR_MAX_ARGS && attr->watch_maps[i]; i++) {
		const char *text = attr->watch_maps[i];

		if (map_watch_parse(text, &watches[i], why, sizeof(why))) {
			snprintf(err, err_size, ".watch_maps: '%s': %s", text,
				 why);
			return -EINVAL;
		}
		for (j = 0; j < i; j++)
			if (!strcmp(watches[j].name, watches[i].name))
				return wrong(err, err_size,
					     ".watch_maps has two of one name");
	}
	return 0;
}

static bool is_followed(const struct ktstr_attr *attr, const char *name)
{
	size_t len = strcspn(name, "@");
	char why[ATTR_WHY_SIZE];
	struct map_watch watch;
	unsigned int i;

	if (name[len] && (strcmp(name + len, AT_SNAPSHOTS) || !attr->snapshots))
		return false;
	for (i = 0; i < KTSTR_MAX_ARGS && attr->watch_maps[i]; i++)
		if (!map_watch_parse(attr->watch_maps[i], &watch, why,
				     sizeof(why)) &&
		    strlen(watch.name) == len && !strncmp(watch.name, name, len))
			return true;
	return false;
}

static int check_assertions(const struct ktstr_attr *attr, char *err,
			    size_t err_size)
{
	struct assertion a;
	char why[256];
	unsigned int i;

	if (ktstr_is_on(attr->expect_err) || attr->expect_alarm)
		return wrong(err, err_size,
			     ".assertions cannot be of a run that is cut short, by .expect_err or .expect_alarm");
	for (i = 0; i < KTSTR_MAX_ARGS && attr->assertions[i]; i++) {
		const char *text = attr->assertions[i], *name;
		int ret = assertion_parse(text, &a, why, sizeof(why));

		name = ret || is_followed(attr, a.of) ? a.over : a.of;
		if (!ret && *name && !is_followed(attr, name)) {
			snprintf(why, sizeof(why),
				 "nothing in .watch_maps%s is called %s",
				 strchr(name, '@') ? " with .snapshots" : "",
				 name);
			ret = -EINVAL;
		}
		if (!ret)
			continue;
		snprintf(err, err_size, ".assertions: '%s': %s", text, why);
		return ret;
	}
	return 0;
}

/* ---- the table ---- */

#define MEMBER(member)							\
	.name = #member, .offset = offsetof(struct ktstr_attr, member),	\
	.size = sizeof(((struct ktstr_attr *)NULL)->member)

#define LIMIT_KIND_switch	&attr_switch
#define LIMIT_KIND_number	&attr_limit
#define LIMIT(kind_, member, value_, what_)				\
	{ MEMBER(limits.member), .kind = LIMIT_KIND_##kind_,		\
	  .value = &(const unsigned int){ value_ }, .what = what_ },

static const char * const repro_words[] = { "on", "off", NULL };

const struct attr_row attr_rows[] = {
	{ MEMBER(topology), .kind = &attr_topology,
	  .value = &(const struct topology)TOPOLOGY(1, 1, 2, 1),
	  .check = check_topology,
	  .what = "the machine's CPUs: nodes, LLCs of all of them, cores of each LLC, threads of each core" },
	{ MEMBER(memory_mb), .kind = &attr_number,
	  .usual = "by CPUs and archive", .what = "guest RAM" },
	{ MEMBER(kernel_args), .kind = &attr_string, .usual = "none",
	  .what = "words added to the guest kernel's command line; those of an inner level replace an outer's" },
	{ MEMBER(kaslr), .kind = &attr_switch, .usual = "off",
	  .what = "the kernel chooses where it lies; else it lies where it was linked to, so that addresses in logs are those of vmlinux" },

	{ MEMBER(disks), .kind = &attr_in_c, .check = check_disks,
	  .usual = "none", .what = "the machine's disks, see devices.rst" },
	{ MEMBER(nics), .kind = &attr_number, .max = KTSTR_MAX_NICS,
	  .usual = "none",
	  .what = "its network interfaces, at most 4, all plugged into one switch" },

#define NEED(member, usual_, what_)					\
	{ MEMBER(member), .kind = &attr_number, .usual = usual_,	\
	  .check = check_needs, .what = what_ },

	MACHINE_NEEDS(NEED)
	{ MEMBER(requires_smt), .kind = &attr_switch, .usual = "off",
	  .what = "it is for machines whose cores have more than one thread" },

	{ MEMBER(scheduler), .kind = &attr_scheduler, .usual = "eevdf",
	  .check = check_scheduler,
	  .what = "a program that attaches a sched_ext scheduler and stays; it is looked up beside the test program and in $KTSTR_SCHEDULER_DIR" },
	{ MEMBER(sched_args), .kind = &attr_args, .merge = ATTR_ADDS,
	  .usual = "none",
	  .what = "an argument for it; those of all levels add up, behind the scheduler's own" },

	{ MEMBER(staged), .kind = &attr_in_c, .check = check_staged,
	  .usual = "none",
	  .what = "further schedulers, which are packed for ops to attach, see scenarios.rst" },

	{ MEMBER(versus), .kind = &attr_versus, .check = check_versus,
	  .usual = "none",
	  .what = "another scheduler, B, with which the scheduler, A, takes turns under one load that goes on, see ab.rst" },
	{ MEMBER(versus_args), .kind = &attr_args, .usual = "none",
	  .what = "an argument for that" },
	{ MEMBER(turn_ms), .kind = &attr_number, .max = TURN_MAX_MS,
	  .usual = "1000", .what = "how long a turn is measured, at most 60000" },
	{ MEMBER(settle_ms), .kind = &attr_number, .max = TURN_MAX_MS,
	  .usual = "300", .what = "how long it has lasted by then" },
	{ MEMBER(turn_seed), .kind = &attr_number, .usual = "1",
	  .what = "of the order of turns" },

	{ MEMBER(duration_s), .kind = &attr_number,
	  .value = &(const unsigned int){ 2 },
	  .what = "how long a scenario holds" },
	{ MEMBER(workers), .kind = &attr_number,
	  .value = &(const unsigned int){ 2 },
	  .what = "default workers per cgroup" },
	{ MEMBER(limit_s), .kind = &attr_number, .max = LIMIT_MAX_S,
	  .usual = "by duration_s and slowness",
	  .what = "how long the scheduler may take to attach, and how long the body, at most 200" },
	{ MEMBER(payloads), .kind = &attr_in_c, .check = check_payloads,
	  .usual = "none",
	  .what = "programs that are packed, for ops or the body to run, see payloads.rst" },
	{ MEMBER(scenario), .kind = &attr_in_c, .usual = "none",
	  .what = "a scenario as text, for the body to find as /ktstr/scenario.json" },
	{ MEMBER(bpf_map_write), .kind = &attr_in_c, .check = check_map_write,
	  .usual = "nothing",
	  .what = "what the host writes into a BPF map while the body runs, see monitor.rst" },
	{ MEMBER(plant), .kind = &attr_in_c, .check = check_plant,
	  .usual = "nothing",
	  .what = "a fault that the host plants in the guest's kernel meanwhile: for tests of what is to be noticed" },
	{ MEMBER(watchdog_timeout_ms), .kind = &attr_number,
	  .usual = "the scheduler's own",
	  .what = "sched_ext's watchdog timeout, set from outside, see monitor.rst" },
	{ MEMBER(monitor_hz), .kind = &attr_number, .max = MONITOR_HZ_MAX,
	  .value = &(const unsigned int){ 10 },
	  .what = "samples that the monitor takes a second, at most 1000" },
	{ MEMBER(watchpoint), .kind = &attr_string, .check = check_watchpoint,
	  .usual = "none",
	  .what = "a variable of the kernel's of which each write is told, as SYMBOL or SYMBOL:TYPE:PATH; see monitor.rst" },
	{ MEMBER(snapshots), .kind = &attr_number, .max = SNAPSHOTS_MAX,
	  .check = check_snapshots, .usual = "none",
	  .what = "how often all queues and maps are read while the CPUs stand still, within 10 to 90 % of duration_s, at most 64; see assertions.rst" },
	{ MEMBER(watch_maps), .kind = &attr_args, .check = check_watches,
	  .usual = "none",
	  .what = "a value in a BPF map that each sample takes as well: NAME=MAP[KEY]@CPU:PATH, see assertions.rst; up to 16" },

	CHECK_LIMITS(LIMIT)
	{ MEMBER(expect_err), .kind = &attr_switch, .usual = "off",
	  .check = check_expect_err, .what = "the scheduler is to die" },
	{ MEMBER(expect_scx_bpf_error_contains), .kind = &attr_string,
	  .usual = "any",
	  .what = "text that the scheduler's log or the sched_ext dump must contain then" },
	{ MEMBER(expect_scx_bpf_error_matches), .kind = &attr_string,
	  .usual = "any",
	  .what = "a regular expression (PCRE2) that must match there" },
	{ MEMBER(expect_exit_kind), .kind = &attr_string, .usual = "any",
	  .check = check_exit_kind,
	  .what = "sched_ext's reason, e.g. \"runnable task stall\", as the kernel prints it" },
	{ MEMBER(expect_alarm), .kind = &attr_string, .usual = "none",
	  .check = check_alarm,
	  .what = "the monitor is to complain, with this in its text; that ends the run" },
	{ MEMBER(expect_failure), .kind = &attr_string, .usual = "none",
	  .check = check_failure,
	  .what = "the test is to fail, with this in its result line: for tests of what is to be noticed" },
	{ MEMBER(assertions), .kind = &attr_args, .check = check_assertions,
	  .usual = "none",
	  .what = "what such a value must be like over time: NAME PATTERN..., see assertions.rst; up to 16" },

	{ MEMBER(post_vm), .kind = &attr_in_c, .usual = "none",
	  .what = "called on the host when the run has passed so far, and may fail it" },
	{ MEMBER(auto_repro), .kind = &attr_choice, .words = repro_words,
	  .usual = "where it was not expected",
	  .what = "is a scheduler's failure run again with probes: any, or none; see auto-repro.rst" },
	{ MEMBER(post_repro), .kind = &attr_in_c, .usual = "none",
	  .what = "called on the host when a repro was run; as post_vm" },
	{ MEMBER(host_only), .kind = &attr_in_c, .usual = "off",
	  .what = "the body runs on the host, without a VM" },
};

const size_t attr_n_rows = ARRAY_SIZE(attr_rows);
