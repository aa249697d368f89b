// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr host`: the state of this machine's threads, captured and compared.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/log.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/columns.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/stats.h"
#include "lib/host/report/json.h"

/* What is shown of each group, where it is known. */
static const enum state_value shown[] = {
	STATE_run_time_ns, STATE_wait_time_ns, STATE_voluntary_csw,
	STATE_nonvoluntary_csw, STATE_nr_migrations, STATE_majflt,
	STATE_cpu_delay_ns, STATE_blkio_delay_ns,
};

/* ---- capture ---- */

static int write_json(const void *what, FILE *to)
{
	const char *text = json_object_to_json_string_ext((void *)what,
				JSON_C_TO_STRING_PLAIN |
				JSON_C_TO_STRING_NOSLASHESCAPE);

	return text && fprintf(to, "%s\n", text) > 0 ? 0 : -EIO;
}

static int capture(const struct host_args *args, char *err)
{
	struct host_state state;
	struct json_object *o;
	int ret;

	ret = state_capture("", &state, err, CLI_ERR_SIZE);
	if (ret)
		return ret;
	o = state_json(&state);
	if (args->output)
		ret = cli_write_file(args->output, write_json, o);
	else
		ret = write_json(o, stdout) ?: fflush(stdout);
	if (!ret)
		pr_info("%zu threads, %zu cgroups; %zu threads ended meanwhile",
			state.n_threads, state.n_cgroups, state.vanished);
	json_object_put(o);
	state_free(&state);
	return ret ? 1 : 0;
}

/* ---- compare ---- */

static double difference(const struct state_group *g, enum state_value v)
{
	return (double)g->sums[1][v] - (double)g->sums[0][v];
}

static bool is_known(const struct state_group *g, enum state_value v)
{
	return g->sums[0][v] != STATE_UNKNOWN && g->sums[1][v] != STATE_UNKNOWN;
}

static void add_value(struct columns *c, const struct state_group *g,
		      enum state_value v, const char *name)
{
	columns_add(c, "%s", name);
	columns_add(c, "%zu/%zu", g->n[0], g->n[1]);
	columns_add(c, "%s", state_value_name(v));
	columns_number(c, (double)g->sums[0][v]);
	columns_number(c, (double)g->sums[1][v]);
	columns_number(c, difference(g, v));
	if (g->sums[0][v])
		columns_add(c, "%+.1f%%", 100 * difference(g, v) /
			    (double)g->sums[0][v]);
	else
		columns_add(c, "-");
}

static void add_group(struct columns *c, const struct state_group *g,
		      enum state_value sort)
{
	const char *name = *g->name ? g->name : "-";
	bool is_shown = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shown); i++) {
		is_shown |= shown[i] == sort;
		if (!is_known(g, shown[i]) ||
		    (!g->sums[0][shown[i]] && !g->sums[1][shown[i]]))
			continue;
		add_value(c, g, shown[i], name);
		name = "";
	}
	if (!is_shown && is_known(g, sort))
		add_value(c, g, sort, name);
}

static void print_alone(const struct state_group *groups, size_t n,
			unsigned int side)
{
	size_t i, found = 0;

	for (i = 0; i < n; i++) {
		if (!groups[i].n[side] || groups[i].n[!side])
			continue;
		printf("%s%s (%zu)", found++ ? ", " : side ? "only in B: " :
		       "only in A: ", *groups[i].name ? groups[i].name : "-",
		       groups[i].n[side]);
	}
	if (found)
		putchar('\n');
}

static void print_groups(const struct host_state states[2],
			 const struct state_group *groups, size_t n,
			 const struct host_args *args)
{
	static const char * const heads[] = {
		"group", "threads", "value", "A", "B", "delta", "change",
	};
	struct columns c = { .n_columns = ARRAY_SIZE(heads), .texts = 5 };
	size_t i, both = 0;

	printf("A: %s, %zu threads; B: %s, %zu threads, %.1f s later\n\n",
	       states[0].release, states[0].n_threads, states[1].release,
	       states[1].n_threads,
	       ((double)states[1].captured_ns - (double)states[0].captured_ns) /
	       NSEC_PER_SEC);
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		columns_add(&c, "%s", heads[i]);
	for (i = 0; i < n && groups[i].n[0] && groups[i].n[1]; i++)
		if (both++ < args->limit)
			add_group(&c, &groups[i], args->sort);
	columns_print(&c, stdout, 0);
	if (both > args->limit)
		printf("%zu more groups; --limit N shows them\n",
		       both - args->limit);
	print_alone(groups, n, 0);
	print_alone(groups, n, 1);
}

/* ---- JSON ---- */

static void add_pair(struct json_object *to, const char *key, int64_t a,
		     int64_t b)
{
	struct json_object *pair = json_add_new(to, key,
						json_object_new_array());

	json_object_array_add(pair, json_object_new_int64(a));
	json_object_array_add(pair, json_object_new_int64(b));
}

static struct json_object *json_sum(uint64_t sum)
{
	return sum > INT64_MAX ? NULL : json_object_new_int64((int64_t)sum);
}

static struct json_object *json_group(const struct state_group *g)
{
	struct json_object *o = json_object_new_object(), *values, *value;
	enum state_value v;

	json_add_text(o, "group", g->name);
	add_pair(o, "threads", (int64_t)g->n[0], (int64_t)g->n[1]);
	add_pair(o, "policy", g->policy[0], g->policy[1]);
	add_pair(o, "nice_a", g->nice[0][0], g->nice[0][1]);
	add_pair(o, "nice_b", g->nice[1][0], g->nice[1][1]);
	add_pair(o, "cpus_a", g->cpus[0][0], g->cpus[0][1]);
	add_pair(o, "cpus_b", g->cpus[1][0], g->cpus[1][1]);
	values = json_add_new(o, "values", json_object_new_object());
	for (v = 0; v < N_STATE_VALUES; v++) {
		value = json_object_new_object();
		json_add_new(value, "a", json_sum(g->sums[0][v]));
		json_add_new(value, "b", json_sum(g->sums[1][v]));
		json_add_new(value, "delta", is_known(g, v) ?
			     json_object_new_int64((int64_t)difference(g, v)) :
			     NULL);
		json_object_object_add(values, state_value_name(v), value);
	}
	return o;
}

static int print_json(const struct state_group *groups, size_t n)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_object_array_add(list, json_group(&groups[i]));
	return stats_print_json(list);
}

static int load(const char *path, struct host_state *state, char *err)
{
	char why[256];

	return state_load(path, state, why, sizeof(why)) ?
	       cli_bad(err, "%.1000s: %s", path, why) : 0;
}

static int compare(const struct host_args *args, char *err)
{
	struct host_state states[2] = { };
	struct state_group *groups = NULL;
	size_t n = 0;
	int ret;

	ret = load(args->files[0], &states[0], err) ?:
	      load(args->files[1], &states[1], err);
	if (!ret && state_compare(&states[0], &states[1], args->by, args->sort,
				  &groups, &n))
		ret = cli_bad(err, "no memory");
	if (!ret && args->json)
		ret = print_json(groups, n);
	else if (!ret)
		print_groups(states, groups, n, args);
	state_groups_free(groups, n);
	state_free(&states[0]);
	state_free(&states[1]);
	return ret ?: fflush(stdout) ? 1 : 0;
}

int host_main(int argc, char **argv, char *err)
{
	struct host_args args;
	int ret = host_args_parse(argc, argv, &args, err);

	if (ret)
		return ret;
	return args.files[0] ? compare(&args, err) : capture(&args, err);
}
