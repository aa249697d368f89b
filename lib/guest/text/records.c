// SPDX-License-Identifier: GPL-2.0-only
/*
 * The structs that scenario.json consists of: a row for each member. See record.h.
 *
 * A test holds them to the tables that they are about.
 */
#include <string.h>

#include "lib/common/payload/ready_payloads.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/op_types.h"
#include "lib/guest/text/record.h"
#include "lib/guest/work/types.h"

#define FIELD_AT(struct_, key, member, kind_, what_)			\
	.name = (key), .kind = &(kind_), .at = offsetof(struct_, member), \
	.size = sizeof(((struct_ *)NULL)->member), .what = (what_)

/* Of one whose key is the member's name */
#define FIELD(struct_, member, kind_, what_)				\
	FIELD_AT(struct_, #member, member, kind_, what_)

/* ---- limits of cgroups ---- */

#define LIMIT(member, kind_, what_)					\
	FIELD(struct cgroup_limits, member, kind_, what_)

static const struct text_field limit_fields[] = {
	{ LIMIT(mems, text_string, "nodes whose memory it may use: \"0-1,3\"") },
	{ LIMIT(cpu_weight, text_number,
		"share of CPU time beside its neighbours', 1 to 10000; 100 is usual") },
	{ LIMIT(cpu_max_us, text_number, "CPU time of a period"),
	  .no_limit = true },
	{ LIMIT(cpu_period_us, text_number, "how long that is; 100000 is usual") },
	{ LIMIT(cpu_idle, text_number, "1: it runs where nobody else wants to") },
	{ LIMIT(memory_max_mb, text_number, "memory beyond which it is refused"),
	  .no_limit = true },
	{ LIMIT(memory_high_mb, text_number,
		"memory beyond which some is taken back"), .no_limit = true },
	{ LIMIT(pids_max, text_number, "tasks that can be in it"),
	  .no_limit = true },
	{ LIMIT(uclamp_min_pct, text_number,
		"utilisation that it counts for at least") },
	{ LIMIT(uclamp_max_pct, text_number,
		"utilisation that it counts for at most") },
};

const struct text_record text_limits = {
	.name = "limits", .def = "limits",
	.size = sizeof(struct cgroup_limits),
	.fields = limit_fields, .n_fields = ARRAY_SIZE(limit_fields),
};

/* ---- cpusets ---- */

#define CPUSET_WORD(id, name)	#name,

static const char *cpuset_word(unsigned int i)
{
	static const char * const words[] = { CPUSET_KINDS(CPUSET_WORD) };

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

#define CPUSET(member, kind_, what_)					\
	FIELD(struct cpuset_spec, member, kind_, what_)

static const struct text_field cpuset_fields[] = {
	{ CPUSET(kind, text_type, "how the rest is read"), .needed = true,
	  .words = cpuset_word },
	{ CPUSET(index, text_number, "which part, cache or node") },
	{ CPUSET(of, text_number, "of how many equal parts") },
	{ CPUSET(share, text_fraction,
		 "how far a part reaches into its neighbours, in parts") },
	{ CPUSET(from, text_fraction, "where a range of the usable CPUs begins") },
	{ CPUSET(to, text_fraction, "and where it ends") },
	{ CPUSET(list, text_string, "CPUs: \"0-3,5\"") },
};

/* A word of a list with blanks between */
static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == len && !strncmp(words, word, n))
			return true;
		words += n + !!words[n];
	}
	return false;
}

static bool cpuset_takes(const void *at, const struct text_field *f)
{
	const struct cpuset_spec *spec = at;

	return has_word(cpuset_kinds[spec->kind]->takes, f->name);
}

const struct text_record text_cpuset = {
	.name = "a cpuset", .def = "cpuset",
	.size = sizeof(struct cpuset_spec),
	.fields = cpuset_fields, .n_fields = ARRAY_SIZE(cpuset_fields),
	.takes = cpuset_takes,
};

/* ---- phases of work ---- */

#define PHASE_WORD(id, name)	#name,

static const char *phase_word(unsigned int i)
{
	static const char * const words[] = { WORK_PHASES(PHASE_WORD) };

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

#define PHASE(member, kind_, what_)					\
	FIELD(struct work_phase, member, kind_, what_)

static const struct text_field phase_fields[] = {
	{ PHASE(kind, text_word, "what is done"), .needed = true,
	  .words = phase_word },
	{ PHASE(ms, text_number, "for so long") },
	{ PHASE(us, text_number, "the same; both add up") },
	{ PHASE(loop, text_number,
		"it, and those behind the last one that had this, so many times") },
	{ PHASE(channel, text_number, "from SUSPEND on: 1 to 128, of all workers") },
	{ PHASE(lock, text_number,
		"of SUSPEND: the channel whose lock it lets go of meanwhile") },
	{ PHASE(users, text_number, "of BARRIER: how many workers it takes") },
};

static const struct text_record text_phase = {
	.name = "a phase", .def = "phase",
	.size = sizeof(struct work_phase),
	.fields = phase_fields, .n_fields = ARRAY_SIZE(phase_fields),
};

/* ---- work ---- */

static const char *work_word(unsigned int i)
{
	return i < WORK_TYPE_COUNT ? work_types[i]->name : NULL;
}

#define PLACE_WORD(id)	#id,

static const char *policy_word(unsigned int i)
{
	static const char * const words[] = { PLACE_POLICIES(PLACE_WORD) };

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

static const char *affinity_word(unsigned int i)
{
	static const char * const words[] = { PLACE_AFFINITIES(PLACE_WORD) };

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

static const char *memory_word(unsigned int i)
{
	static const char * const words[] = { PLACE_MEMORIES(PLACE_WORD) };

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

/* From bit 13 on */
static const char *memory_flag_word(unsigned int i)
{
	static const char * const words[] = {
		"NUMA_BALANCING", "RELATIVE_NODES", "STATIC_NODES",
	};

	return i < ARRAY_SIZE(words) ? words[i] : NULL;
}

#define WORK_(member, kind_, what_)					\
	FIELD(struct work_spec, member, kind_, what_)
#define PARAM(member, what_)	{ WORK_(member, text_number, what_) }
#define PLACE(member, kind_, what_)					\
	FIELD_AT(struct work_spec, #member, place.member, kind_, what_)

static const struct text_field work_fields[] = {
	{ WORK_(type, text_type, "what they do"), .needed = true,
	  .words = work_word },
	{ WORK_(phases, text_array, "of Sequence: one after the other"),
	  .of = &text_phase },
	PARAM(burst_ms, "computes so long, by its own CPU clock"),
	PARAM(burst_us, "the same"),
	PARAM(sleep_ms, "then sleeps so long"),
	PARAM(sleep_us, "the same"),
	PARAM(spin, "units of work of a pass"),
	PARAM(hold, "of these, while it holds what others wait for"),
	PARAM(kb, "KiB of memory that it goes through"),
	PARAM(stride, "bytes between two places of that"),
	PARAM(pages, "pages that it touches in a pass"),
	PARAM(fan_out, "workers that one wakes"),
	PARAM(contenders, "workers that want the same"),
	PARAM(depth, "workers of a chain"),
	PARAM(events, "of a burst"),
	PARAM(hot, "units of work at a high rate of instructions,"),
	PARAM(cold, "then so many that wait for memory"),
	PARAM(interval_us, "from one turn to the next"),
	PARAM(ops, "operations of a turn"),
	PARAM(rate, "of these so many a second"),
	PARAM(slow, "workers for what takes long"),
	PARAM(hit_pct, "so many of 100 do not"),
	PARAM(period_ms, "stays so long in one place"),
	PARAM(groups, "cgroups that it goes through"),
	PARAM(lock, "1: one that knows no priorities; 2: one that lends them; 3: none"),
	{ PLACE(policy, text_word, "scheduling class"), .words = policy_word },
	{ PLACE(priority, text_number, "of FIFO and RR, 1 to 99") },
	{ PLACE(runtime_us, text_number, "of DEADLINE: so much CPU time,") },
	{ PLACE(deadline_us, text_number,
		"so long after the beginning of a period at the latest,") },
	{ PLACE(period_us, text_number, "of so long") },
	{ PLACE(nice, text_signed, "of the fair classes") },
	{ PLACE(affinity, text_word, "CPUs that they want"),
	  .words = affinity_word },
	{ PLACE(cpus, text_chars, "for EXACT: \"0-3,5\"") },
	{ PLACE(memory, text_word, "where their memory comes from"),
	  .words = memory_word },
	{ PLACE(memory_flags, text_flags, "of a policy that has nodes"),
	  .words = memory_flag_word },
	{ PLACE(nodes, text_chars, "for a policy that needs some: \"0-1\"") },
	{ PLACE(comm, text_chars, "their name") },
	{ PLACE(uid, text_number, "their user") },
	{ PLACE(gid, text_number, "and group") },
};

static bool is_place(const struct text_field *f)
{
	return f->at >= offsetof(struct work_spec, place) &&
	       f->at < offsetof(struct work_spec, place) +
		       sizeof(struct work_place);
}

static bool work_takes(const void *at, const struct text_field *f)
{
	const struct work_spec *spec = at;
	const struct work_ops *ops = work_types[spec->type];
	unsigned int i;

	if (f->at == offsetof(struct work_spec, phases))
		return ops->phases;
	for (i = 0; i < WORK_MAX_PARAMS && ops->params[i].name; i++)
		if (f->at == ops->params[i].at)
			return true;
	return is_place(f);
}

const struct text_record text_work = {
	.name = "work", .def = "work",
	.size = sizeof(struct work_spec),
	.fields = work_fields, .n_fields = ARRAY_SIZE(work_fields),
	.takes = work_takes,
};

/* ---- cgroups ---- */

#define CGROUP(member, kind_, what_)					\
	FIELD(struct cgroup_def, member, kind_, what_)

static const struct text_field cgroup_fields[] = {
	{ CGROUP(name, text_string,
		 "below the test's own cgroup; with a '/', within another"),
	  .needed = true },
	{ CGROUP(workers, text_number,
		 "how many; as the attribute says where it is left out") },
	{ CGROUP(work, text_record, "what they do; they spin where it is left out"),
	  .of = &text_work },
	{ CGROUP(cpuset, text_record, "CPUs that they may use"),
	  .of = &text_cpuset },
	{ CGROUP(limits, text_record, "what else it may have"),
	  .of = &text_limits },
};

static const struct text_record text_cgroup = {
	.name = "a cgroup", .def = "cgroup",
	.size = sizeof(struct cgroup_def),
	.fields = cgroup_fields, .n_fields = ARRAY_SIZE(cgroup_fields),
};

/* ---- ops ---- */

static const char *op_word(unsigned int i)
{
	return i < OP_COUNT ? op_types[i]->name : NULL;
}

#define OP_AS_TEXT	.kind = &text_string
#define OP_AS_NUMBER	.kind = &text_number
#define OP_AS_SIGNED	.kind = &text_signed
#define OP_AS_DEF	.kind = &text_pointer, .of = &text_cgroup
#define OP_AS_WORK	.kind = &text_record, .of = &text_work
#define OP_AS_CPUSET	.kind = &text_record, .of = &text_cpuset
#define OP_FIELD(member, how)						\
	{ .name = #member, .at = offsetof(struct op, member),		\
	  .size = sizeof(((struct op *)NULL)->member), OP_AS_##how },

static const struct text_field op_fields[] = {
	{ FIELD_AT(struct op, "op", id, text_type, "what"), .needed = true,
	  .words = op_word },
	OP_PARAMS(OP_FIELD)
};

/* Behind the first one they are in the order of their bits. */
static bool op_takes(const void *at, const struct text_field *f)
{
	const struct op *op = at;

	return op_types[op->id]->takes & (1U << (f - op_fields - 1));
}

const struct text_record text_op = {
	.name = "an op", .def = "op",
	.size = sizeof(struct op),
	.fields = op_fields, .n_fields = ARRAY_SIZE(op_fields),
	.takes = op_takes,
};

/* ---- payloads ---- */

static const char *better_word(unsigned int i)
{
	return i < N_BETTERS ? quantity_better_name(i) : NULL;
}

#define METRIC(member, kind_, what_)					\
	FIELD(struct payload_metric, member, kind_, what_)

static const struct text_field metric_fields[] = {
	{ METRIC(name, text_string, "what it is called"), .needed = true },
	{ METRIC(rule, text_word, "where it comes from"), .needed = true,
	  .words = payload_rule_word },
	{ METRIC(where, text_string,
		 "the text before it, a regular expression, a JSON Pointer") },
	{ METRIC(last, text_number, "1: of several the last one counts") },
	{ METRIC(unit, text_string, "of the number") },
	{ METRIC(better, text_word, "which way a scheduler is better"),
	  .words = better_word },
	{ METRIC(min, text_bound, "less is a failure") },
	{ METRIC(max, text_bound, "more is a failure") },
};

static const struct text_record text_metric = {
	.name = "a metric", .def = "metric",
	.size = sizeof(struct payload_metric),
	.fields = metric_fields, .n_fields = ARRAY_SIZE(metric_fields),
};

#define PAYLOAD(member, kind_, what_)					\
	FIELD(struct payload, member, kind_, what_)

static const struct text_field payload_fields[] = {
	{ FIELD_AT(struct payload, "ready", name, text_ready,
		   "one that is there; what else is said goes before what it has"),
	  .words = ready_payload_word },
	{ PAYLOAD(name, text_string, "for ops and texts") },
	{ PAYLOAD(program, text_string,
		  "a path on the machine that runs the test, or a name") },
	{ PAYLOAD(args, text_strings, "its arguments") },
	{ PAYLOAD(files, text_strings, "further programs and files that it needs") },
	{ PAYLOAD(cgroup, text_string, "the cgroup that it runs in") },
	{ PAYLOAD(deadline_ms, text_number,
		  "it must end within; the test's duration where it is left out") },
	{ PAYLOAD(exit_status, text_number, "what it must end with") },
	{ PAYLOAD(output_kb, text_number,
		  "what it may print; 16384 where it is left out") },
	{ PAYLOAD(metrics, text_array, "what is measured of it"),
	  .of = &text_metric },
};

static const struct text_record text_payload = {
	.name = "a payload", .def = "payload",
	.size = sizeof(struct payload),
	.fields = payload_fields, .n_fields = ARRAY_SIZE(payload_fields),
};

/* ---- steps, and all of it ---- */

#define HOLD(member, kind_, what_)					\
	FIELD(struct hold, member, kind_, what_)

static const struct text_field hold_fields[] = {
	{ HOLD(share, text_fraction, "so much of the test's duration; or") },
	{ HOLD(ms, text_number,
	       "so long; neither, which only the last step can: to the end of it") },
	{ HOLD(every_ms, text_number,
	       "the ops come again each so many milliseconds") },
};

static const struct text_record text_hold = {
	.name = "a hold", .def = "hold",
	.size = sizeof(struct hold),
	.fields = hold_fields, .n_fields = ARRAY_SIZE(hold_fields),
};

#define LIST(struct_, key, member, count, of_, what_)			\
	FIELD_AT(struct_, key, member, text_list, what_),		\
	.count_at = offsetof(struct_, count), .of = &(of_)

static const struct text_field step_fields[] = {
	{ LIST(struct step, "cgroups", defs, n_defs, text_cgroup,
	       "cgroups that come with it, and go") },
	{ LIST(struct step, "ops", ops, n_ops, text_op,
	       "what happens then, in this order") },
	{ FIELD(struct step, hold, text_record, "how long it lasts"),
	  .of = &text_hold },
};

static const struct text_record text_step = {
	.name = "a step", .def = "step",
	.size = sizeof(struct step),
	.fields = step_fields, .n_fields = ARRAY_SIZE(step_fields),
};

static const struct text_field scenario_fields[] = {
	{ FIELD(struct scenario_text, what, text_string, "a line about it") },
	{ FIELD_AT(struct scenario_text, "attributes", def.attributes,
		   text_attributes, "what else it asks for") },
	{ LIST(struct scenario_text, "payloads", def.payloads, def.n_payloads,
	       text_payload, "programs that its ops run") },
	{ LIST(struct scenario_text, "cgroups", def.defs, def.n_defs,
	       text_cgroup,
	       "its cgroups; with steps, those that live through all of them") },
	{ LIST(struct scenario_text, "steps", def.steps, def.n_steps, text_step,
	       "what happens; none: the cgroups are held for the test's duration") },
};

const struct text_record text_scenario = {
	.name = "a scenario", .def = "scenario",
	.size = sizeof(struct scenario_text),
	.fields = scenario_fields, .n_fields = ARRAY_SIZE(scenario_fields),
};
