// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ready scenarios, and those of files, on machines that the environment
 * names: what `ktstr test` runs, and no suite of its own. Under which scheduler,
 * and for how long, are attributes, as for any test.
 *
 *	KTSTR_READY_MACHINES	NAME=TOPOLOGY, blanks between [eevdf=1n1l2c1t]
 *	KTSTR_READY_FILES	NAME, blanks between: scenarios in
 *				$KTSTR_SIDECAR_DIR/NAME.scenario.json
 *	KTSTR_ON_HOST=1		without a VM: the machine is this one, "host"
 *
 * A machine is a variant, a scenario a test. Scenarios are also looked at here:
 *
 *	ready --scenario-json NAME|FILE		print one as scenario.json
 *	ready --scenario-rt-app NAME|FILE	the same as a file of rt-app's
 *	ready --scenario-schema -		what scenario.json can be
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ktstr.h"
#include "lib/bare/shape.h"
#include "lib/common/ready.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/log.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/guest/catalogue/catalogue.h"
#include "lib/guest/scenario/say.h"
#include "lib/guest/scenario/steps.h"
#include "lib/guest/text/text.h"
#include "lib/test/attr.h"

#define ERR_SIZE	512

KTSTR_FIXTURE(ready);

/**
 * struct ready_test - a scenario that is a test
 * @name: of the test
 * @def: the scenario
 * @given: its attributes; how long it holds
 * @text: what it was read from: a file, to be given to the guest; NULL
 * @read: what @def is of then
 * @meta: the harness's
 */
struct ready_test {
	const char *name;
	const struct scenario_def *def;
	struct attr_given given;
	struct strbuf text;
	struct scenario_text read;
	struct __test_metadata *meta;
};

static struct ready_test tests[READY_MAX_SCENARIOS];
static unsigned int n_tests;

static const struct ready_test *test_of(const struct __test_metadata *meta)
{
	unsigned int i;

	for (i = 0; i < n_tests; i++)
		if (!strcmp(tests[i].name, meta->name))
			return &tests[i];
	return NULL;
}

/*
 * What `ktstr verify` runs under a scheduler: a task of its class that computes, and is
 * to move. All else that may be wrong is for other scenarios.
 */
static const struct cgroup_def spinner[] = {
	{ .name = "cg_0", .workers = 1,
	  .work = WORK(CPU_SPIN, .place.policy = POLICY_EXT) },
};

static const struct scenario_def verify_def = {
	.attributes = "auto_repro=off,limits.max_gap_ms=off,limits.max_spread_pct=off,limits.fail_on_stall=off,limits.max_task_wait_ms=off,limits.max_idle_wait_pct=off",
	SCENARIO_DEFS(spinner),
};

static void run_scenario(struct __test_metadata *_metadata,
			 struct ktstr_ctx *ctx, const struct ready_test *t)
{
	/* A dump tells what the verifier has taken for each program. */
	if (t->def == &verify_def && guest_ask_dump(ctx))
		TH_LOG("the monitor could not be asked for a dump");
	EXPECT_SCENARIO_OK(execute_scenario(ctx, t->def));
}

/* One body for all: the test's name says which. */
TEST_F_TIMEOUT(ready, scenario, KTSTR_TEST_TIMEOUT_S)
{
	const struct ready_test *t = test_of(_metadata);
	const struct ktstr_test test = {
		.fixture = "ready",
		.variant = ktstr_variant_name(_metadata->fixture, variant),
		.name = _metadata->name,
		.levels = {
			&ready_attr, variant ? &variant->attr : NULL,
			&t->given.attr, ktstr_given(),
		},
		.scenario = t->def,
		.exit_code = &_metadata->exit_code,
		.reason = _metadata->results->reason,
		.reason_size = sizeof(_metadata->results->reason),
	};

	if (!ktstr_test_begin(&test, &self->ctx))
		return;
	run_scenario(_metadata, self->ctx, t);
	ktstr_test_end(&test, self->ctx);
}

/* ---- scenarios ---- */

/* The one that was declared is the first, the others are copies of it. */
static int register_test(struct ready_test *t)
{
	if (t == tests) {
		t->meta = _ready_scenario_object;
	} else {
		t->meta = mmap(NULL, sizeof(*t->meta), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (t->meta == MAP_FAILED)
			return -ENOMEM;
		*t->meta = *_ready_scenario_object;
		t->meta->prev = NULL;
		t->meta->next = NULL;
	}
	t->meta->name = t->name;
	if (t != tests)
		__register_test(t->meta);
	return 0;
}

static int add_test(const char *name, const struct scenario_def *def,
		    unsigned int seconds, struct ready_test **added)
{
	struct ready_test *t = &tests[n_tests];
	char err[ERR_SIZE];
	size_t i;

	if (n_tests == READY_MAX_SCENARIOS) {
		pr_err("%s: more than %d scenarios", name, READY_MAX_SCENARIOS);
		return -E2BIG;
	}
	t->name = name;
	t->def = def;
	if (attr_given_parse(&t->given, def->attributes ?: "", err,
			     sizeof(err))) {
		pr_err("%s: %s", name, err);
		return -EINVAL;
	}
	if (seconds)
		t->given.attr.duration_s = seconds;
	for (i = 0; i < min(def->n_payloads, KTSTR_MAX_PAYLOADS + 0UL); i++)
		t->given.attr.payloads[i] = &def->payloads[i];
	n_tests++;
	*added = t;
	return register_test(t);
}

static int add_ready(void)
{
	struct ready_test *t;
	int ret = 0;
	size_t i;

	for (i = 0; i < catalogue_n && !ret; i++)
		ret = add_test(catalogue[i].name, catalogue[i].def,
			       catalogue[i].seconds, &t);
	return ret;
}

static int add_verify(void)
{
	struct ready_test *t;

	return add_test(READY_VERIFY, &verify_def, 1, &t);
}

static int add_file(const char *name, const char *path)
{
	struct scenario_text read;
	struct ready_test *t;
	char err[ERR_SIZE];
	int ret;

	ret = scenario_read_file(path, &read, err, sizeof(err));
	if (ret) {
		pr_err("%s", err);
		return ret;
	}
	ret = add_test(name, &read.def, 0, &t);
	if (ret)
		return ret;
	t->read = read;
	t->def = &t->read.def;
	t->text = (struct strbuf)STRBUF_INIT;
	ret = scenario_write(t->def, NULL, &t->text);
	t->given.attr.scenario = t->text.text;
	return ret;
}

static int add_files(void)
{
	const char *given = getenv(READY_ENV_FILES);
	const char *dir = getenv("KTSTR_SIDECAR_DIR");
	char *list = strdup(given ?: ""), *word, *rest, path[PATH_MAX];
	int ret = list ? 0 : -ENOMEM;

	/* The names stay. */
	for (word = strtok_r(list, " ", &rest); word && !ret;
	     word = strtok_r(NULL, " ", &rest)) {
		snprintf(path, sizeof(path), "%s/%s" READY_FILE_SUFFIX,
			 dir ?: ".", word);
		ret = add_file(word, path);
	}
	return ret;
}

/* ---- machines ---- */

/* A variant that is made while the program runs. */
struct ready_machine {
	FIXTURE_VARIANT(ready) variant;
	char name[READY_NAME_SIZE];
	struct topology_form *form;
	struct __fixture_variant_metadata meta;
};

static struct ready_machine machines[READY_MAX_TOPOLOGIES];
static unsigned int n_machines;

/* @form is ours from here on, and stays as long as the program runs. */
static int add_machine(const char *name, int len, const struct topology *t,
		       struct topology_form *form)
{
	struct ready_machine *m = &machines[n_machines];

	if (n_machines == READY_MAX_TOPOLOGIES) {
		pr_err("%s: more than %d", READY_ENV_MACHINES,
		       READY_MAX_TOPOLOGIES);
		free(form);
		return -E2BIG;
	}
	m->form = form;
	snprintf(m->name, sizeof(m->name), "%.*s", len, name);
	m->variant.attr.topology = *t;
	m->meta.name = m->name;
	m->meta.data = &m->variant;
	__register_fixture_variant(&_ready_fixture_object, &m->meta);
	n_machines++;
	return 0;
}

static int read_machine(const char *word)
{
	size_t len = strcspn(word, "=");
	struct topology_form *form;
	struct topology t;
	char why[200] = "";

	if (!len || !word[len] ||
	    topology_read(word + len + 1, NULL, &t, &form, why, sizeof(why))) {
		pr_err("%s: %s is no NAME=TOPOLOGY, as in a=1n2l4c2t: %s",
		       READY_ENV_MACHINES, word, why);
		return -EINVAL;
	}
	return add_machine(word, len, &t, form);
}

static bool is_on_host(void)
{
	const char *value = getenv(READY_ENV_HOST);

	return value && *value && strcmp(value, "0");
}

static int add_host(void)
{
	struct topology t;

	bare_topology(&t);
	return add_machine(READY_HOST, strlen(READY_HOST), &t, NULL);
}

static int read_host(void)
{
	const char *given = getenv(READY_ENV_MACHINES);
	char *list, *word, *rest;
	int ret = add_ready() ?: add_files() ?: add_verify();

	if (is_on_host())
		return ret ?: add_host();
	list = strdup(given && *given ? given : READY_EEVDF "=1n1l2c1t");
	if (!list)
		return -ENOMEM;
	for (word = strtok_r(list, " ", &rest); word && !ret;
	     word = strtok_r(NULL, " ", &rest))
		ret = read_machine(word);
	free(list);
	return ret;
}

/* There is one test, "-r ready.MACHINE.SCENARIO", on the machine that this is. */
static int read_guest(int argc, char **argv)
{
	const char *first = argc > 2 ? strchr(argv[2], '.') : NULL;
	const char *last = first ? strrchr(first + 1, '.') : NULL;
	const char *topology = getenv(ENV_TOPOLOGY);
	struct topology_form *form;
	struct topology t;
	char why[200];
	int ret;

	if (!last || !topology ||
	    topology_read(topology, NULL, &t, &form, why, sizeof(why)))
		return -EINVAL;
	ret = access(PLAN_SCENARIO, R_OK) ? add_ready() ?: add_verify() :
	      add_file(last + 1, PLAN_SCENARIO);
	return ret ?: add_machine(first + 1, last - first - 1, &t, form);
}

/* ---- looking at scenarios ---- */

static const struct catalogue_entry *find_ready(const char *name)
{
	size_t i;

	for (i = 0; i < catalogue_n; i++)
		if (!strcmp(catalogue[i].name, name))
			return &catalogue[i];
	return NULL;
}

/* With what the environment says, which goes before what it says itself. */
static int check(const struct scenario_def *def, char *err)
{
	const char *texts[] = { def->attributes, getenv(ENV_ATTR) };
	struct ktstr_merged merged;
	struct attr_given given;
	size_t i;
	int ret;

	attr_merge_defaults(&merged);
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		ret = attr_given_parse(&given, texts[i] ?: "", err, ERR_SIZE);
		if (ret)
			return ret;
		attr_merge_level(&merged, &given.attr);
		attr_given_free(&given);
	}
	return scenario_def_check(def, merged.attr.duration_s * MSEC_PER_SEC,
				  merged.attr.workers, err, ERR_SIZE);
}

static int load(const char *what, struct scenario_text *st, char *err)
{
	const struct catalogue_entry *entry = find_ready(what);
	char why[ERR_SIZE];
	int ret;

	if (entry) {
		*st = (struct scenario_text){
			.def = *entry->def, .what = entry->what,
			.left_out = STRBUF_INIT,
		};
		return 0;
	}
	ret = scenario_read_file(what, st, err, ERR_SIZE);
	if (ret)
		return ret;
	ret = check(&st->def, why);
	if (ret) {
		snprintf(err, ERR_SIZE, "%.150s: %.350s", what, why);
		scenario_text_free(st);
	}
	return ret;
}

static int put_json(const struct scenario_text *st, struct strbuf *text,
		    struct strbuf *left_out)
{
	(void)left_out;
	return scenario_write(&st->def, st->what, text);
}

static int put_rt_app(const struct scenario_text *st, struct strbuf *text,
		      struct strbuf *left_out)
{
	return scenario_write_rt_app(&st->def, text, left_out);
}

static int put_schema(const struct scenario_text *st, struct strbuf *text,
		      struct strbuf *left_out)
{
	(void)st;
	(void)left_out;
	return scenario_schema(text);
}

static const struct looking {
	const char *option;
	int (*put)(const struct scenario_text *st, struct strbuf *text,
		   struct strbuf *left_out);
	bool of_one;
} looking[] = {
	{ "--scenario-json", put_json, true },
	{ "--scenario-rt-app", put_rt_app, true },
	{ "--scenario-schema", put_schema, false },
};

/* What was left out first: whoever reads both streams has it as a head. */
static void put_left_out(const struct strbuf *lines)
{
	char *copy = strdup(lines->text), *line, *rest;

	for (line = strtok_r(copy, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		fprintf(stderr, "# left out: %s\n", line);
	free(copy);
}

static int look(const struct looking *l, const char *what)
{
	struct strbuf text = STRBUF_INIT, left_out = STRBUF_INIT;
	struct scenario_text st = { .left_out = STRBUF_INIT };
	char err[ERR_SIZE] = "no memory";
	int ret = l->of_one ? load(what, &st, err) : 0;

	if (!ret)
		ret = l->put(&st, &text, &left_out);
	if (ret) {
		fprintf(stderr, "ktstr: %s\n", err);
		return KSFT_FAIL;
	}
	put_left_out(&st.left_out);
	put_left_out(&left_out);
	fputs(text.text, stdout);
	scenario_text_free(&st);
	strbuf_free(&left_out);
	strbuf_free(&text);
	return fflush(stdout) ? KSFT_FAIL : KSFT_PASS;
}

/* Of each scenario, whatever machine it runs on: for who makes gauntlets of them. */
static int print_attributes(void)
{
	struct ktstr_merged merged;
	unsigned int i;

	if (add_ready())
		return KSFT_FAIL;
	for (i = 0; i < n_tests; i++) {
		attr_merge_defaults(&merged);
		attr_merge_level(&merged, &ready_attr);
		attr_merge_level(&merged, &tests[i].given.attr);
		attr_print(tests[i].name, &merged.attr);
	}
	return fflush(stdout) ? KSFT_FAIL : KSFT_PASS;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 2 && !strcmp(argv[1], KTSTR_OPTION_ATTRIBUTES))
		return print_attributes();

	for (i = 0; argc == 3 && i < ARRAY_SIZE(looking); i++)
		if (!strcmp(argv[1], looking[i].option))
			return look(&looking[i], argv[2]);
	if (getenv(ENV_GUEST) ? read_guest(argc, argv) : read_host())
		return KSFT_FAIL;
	return ktstr_harness_main(argc, argv);
}
