/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ktstr: tests for process schedulers, as kselftests that run in a VM.
 *
 * A whole suite:
 *
 *	#include "ktstr.h"
 *
 *	KTSTR_FIXTURE(smp, .topology = TOPOLOGY(1, 1, 2, 1));
 *
 *	KTSTR_TEST_F(smp, two_cgroups, .duration_s = 5)
 *	{
 *		const struct cgroup_def defs[] = {
 *			{ .name = "cg_0", .workers = 2 },
 *			{ .name = "cg_1", .workers = 2,
 *			  .work = WORK_BURSTY(50, 100) },
 *		};
 *
 *		EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs,
 *						ARRAY_SIZE(defs)));
 *	}
 *
 *	KTSTR_HARNESS_MAIN
 *
 * The program has two roles. On the host each test boots a VM made after its
 * attributes, in which the same program runs just that test; what the body
 * prints and its verdict come back. In the guest the body runs, as root, with
 * the EXPECT_ and ASSERT_ macros of kselftest_harness.h.
 *
 * A fixture is a machine, a variant is a topology or a scheduler, a test is a
 * scenario. All three are described by the same struct ktstr_attr; what is
 * set in the test goes before the variant, the variant before the fixture.
 * What KTSTR_ATTR and --attr say goes before all.
 */
#ifndef KTSTR_KTSTR_H
#define KTSTR_KTSTR_H

#include "kselftest_harness.h"

#include "lib/common/attr/attr.h"
#include "lib/common/topology.h"
#include "lib/guest/scenario/scenario.h"
#include "lib/guest/work/work.h"
#include "lib/test/test.h"

/**
 * KTSTR_FIXTURE() - declare a machine
 * @fixture_name: its name; unique over all programs of the suite
 * @...: struct ktstr_attr initialisers
 */
#define KTSTR_FIXTURE(fixture_name, ...)				\
	static const struct ktstr_attr fixture_name##_attr = {		\
		__VA_ARGS__						\
	};								\
	FIXTURE(fixture_name) { struct ktstr_ctx *ctx; };		\
	FIXTURE_VARIANT(fixture_name) { struct ktstr_attr attr; };	\
	FIXTURE_SETUP(fixture_name)					\
	{								\
		self->ctx = NULL;					\
	}								\
	FIXTURE_TEARDOWN(fixture_name)					\
	{								\
		ktstr_ctx_destroy(self->ctx);				\
	}								\
	struct fixture_name##_needs_a_semicolon

/**
 * KTSTR_VARIANT() - declare a variant of a machine
 * @fixture_name: which machine
 * @variant_name: its name
 * @...: struct ktstr_attr initialisers, which go before the fixture's
 */
#define KTSTR_VARIANT(fixture_name, variant_name, ...)			\
	FIXTURE_VARIANT_ADD(fixture_name, variant_name) {		\
		.attr = { __VA_ARGS__ },				\
	}

/**
 * KTSTR_TEST_F() - declare a test
 * @fixture_name: the machine it runs on
 * @test_name: its name
 * @...: struct ktstr_attr initialisers, which go before the variant's
 *
 * The block behind it is the body. It runs in the guest (unless .host_only)
 * with @self->ctx, @variant and @_metadata as in TEST_F().
 *
 * A program with a test whose attributes make no sense runs none.
 */
#define KTSTR_TEST_F(fixture_name, test_name, ...)			\
	static void fixture_name##_##test_name##_body(			\
		struct __test_metadata *_metadata,			\
		FIXTURE_DATA(fixture_name) *self,			\
		const FIXTURE_VARIANT(fixture_name) *variant);		\
	static const struct ktstr_attr fixture_name##_##test_name##_attr = { \
		__VA_ARGS__						\
	};								\
	static const struct ktstr_decl fixture_name##_##test_name##_decl = { \
		.fixture = #fixture_name,				\
		.name = #test_name,					\
		.fixture_attr = &fixture_name##_attr,			\
		.attr = &fixture_name##_##test_name##_attr,		\
	};								\
	static const struct ktstr_decl * const				\
	__attribute__((used, section("ktstr_decls")))			\
	fixture_name##_##test_name##_entry =				\
		&fixture_name##_##test_name##_decl;			\
	TEST_F_TIMEOUT(fixture_name, test_name, KTSTR_TEST_TIMEOUT_S)	\
	{								\
		const struct ktstr_test test = {			\
			.fixture = #fixture_name,			\
			.variant = ktstr_variant_name(_metadata->fixture, \
						      variant),		\
			.name = #test_name,				\
			.levels = {					\
				&fixture_name##_attr,			\
				variant ? &variant->attr : NULL,	\
				&fixture_name##_##test_name##_attr,	\
				ktstr_given(),				\
			},						\
			.exit_code = &_metadata->exit_code,		\
			.reason = _metadata->results->reason,		\
			.reason_size = sizeof(_metadata->results->reason), \
		};							\
									\
		if (!ktstr_test_begin(&test, &self->ctx))		\
			return;						\
		fixture_name##_##test_name##_body(_metadata, self, variant); \
		ktstr_test_end(&test, self->ctx);			\
	}								\
	static void fixture_name##_##test_name##_body(			\
		struct __test_metadata __attribute__((unused)) *_metadata, \
		FIXTURE_DATA(fixture_name) __attribute__((unused)) *self, \
		const FIXTURE_VARIANT(fixture_name)			\
			__attribute__((unused)) *variant)

/**
 * EXPECT_SCENARIO_OK() - fail the test unless a scenario passed its checks
 * @result: struct check_result *, as execute_defs() and friends return it;
 *	owned by the ctx
 *
 * Each failed check is printed, and what could not be judged. A scenario that
 * found less than it needs (too few CPUs, say) ends the body, and makes the test
 * a SKIP with the reason unless it has failed already.
 */
#define EXPECT_SCENARIO_OK(result) do {					\
	const struct check_result *__r = (result);			\
	unsigned int __i;						\
									\
	for (__i = 0; __i < __r->n_details; __i++)			\
		TH_LOG("%s", __r->details[__i].text);			\
	if (__r->not_judged[0])						\
		TH_LOG("%s", __r->not_judged);				\
	if (__r->host_took[0])						\
		TH_LOG("%s", __r->host_took);				\
	if (__r->failed)						\
		_metadata->exit_code = KSFT_FAIL;			\
	if (__r->skipped && __test_passed(_metadata))			\
		SKIP(return, "%s", __r->skip_reason);			\
	if (__r->skipped) {						\
		TH_LOG("not run: %s", __r->skip_reason);		\
		return;							\
	}								\
} while (0)

/* The harness keeps a variant's name to itself; find it by its data. */
static inline const char *
ktstr_variant_name(const struct __fixture_metadata *fixture, const void *data)
{
	const struct __fixture_variant_metadata *v;

	for (v = fixture->variant; v; v = v->next)
		if (v->data == data)
			return v->name;
	return "";
}

/* What KTSTR_TEST_F() has declared; the linker puts it together. */
extern const struct ktstr_decl * const __start_ktstr_decls[]
	__attribute__((weak));
extern const struct ktstr_decl * const __stop_ktstr_decls[]
	__attribute__((weak));

static inline const struct __fixture_metadata *
ktstr_fixture(const char *name)
{
	const struct __fixture_metadata *f;

	for (f = __fixture_list; f; f = f->next)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

/* Each test, with each variant: before anything boots. */
static inline void ktstr_each_decl(void (*each)(const struct ktstr_test *test,
						void *arg), void *arg)
{
	const struct ktstr_decl * const *entry;

	for (entry = __start_ktstr_decls; entry < __stop_ktstr_decls; entry++) {
		const struct ktstr_decl *decl = *entry;
		const struct __fixture_metadata *f =
			ktstr_fixture(decl->fixture);
		const struct __fixture_variant_metadata *v =
			f ? f->variant : NULL;

		do {
			const struct ktstr_test test = {
				.fixture = decl->fixture,
				.variant = v ? v->name : "",
				.name = decl->name,
				.levels = {
					decl->fixture_attr,
					v ? v->data : NULL,
					decl->attr,
				},
			};

			each(&test, arg);
			v = v ? v->next : NULL;
		} while (v);
	}
}

static inline void ktstr_count_refused(const struct ktstr_test *test, void *n)
{
	*(unsigned int *)n += ktstr_refused(test);
}

static inline unsigned int ktstr_decls_refused(void)
{
	unsigned int n = 0;

	ktstr_each_decl(ktstr_count_refused, &n);
	return n;
}

static inline void ktstr_print_decl(const struct ktstr_test *test, void *unused)
{
	(void)unused;
	ktstr_print_attributes(test);
}

/* How many tests will the harness run? It asks the same for each. */
static inline unsigned int ktstr_n_enabled(int argc, char **argv)
{
	static struct __fixture_variant_metadata none = { .name = "" };
	struct __fixture_variant_metadata *v;
	struct __fixture_metadata *f;
	struct __test_metadata *t;
	unsigned int n = 0;

	for (f = __fixture_list; f; f = f->next)
		for (v = f->variant ?: &none; v; v = v->next)
			for (t = f->tests; t; t = t->next)
				n += test_enabled(argc, argv, f, v, t);
	return n;
}

static inline void ktstr_harness_at_exit(void)
{
	struct ktstr_counts counts = {
		.pass = ksft_get_pass_cnt(),
		.fail = ksft_get_fail_cnt() + ksft_get_error_cnt() +
			ksft_get_xpass_cnt(),
		.xfail = ksft_get_xfail_cnt(),
		.skip = ksft_get_xskip_cnt(),
		.planned = ksft_plan,
	};

	ktstr_main_end(&counts);
}

/**
 * ktstr_harness_main() - run what was declared
 * @argc: of main()
 * @argv: of main()
 *
 * For a main() that has something to do before; others say KTSTR_HARNESS_MAIN.
 *
 * Return: exit status.
 */
static inline int ktstr_harness_main(int argc, char **argv)
{
	int ret = ktstr_decls_refused() ? KSFT_FAIL :
		  ktstr_attr_take(&argc, argv);

	if (ret < 0 && argc == 2 && !strcmp(argv[1], KTSTR_OPTION_ATTRIBUTES)) {
		ktstr_each_decl(ktstr_print_decl, NULL);
		return fflush(stdout) ? KSFT_FAIL : KSFT_PASS;
	}
	if (ret < 0)
		ret = ktstr_main_begin(argc, argv, ktstr_n_enabled);
	if (ret >= 0)
		return ret;
	atexit(ktstr_harness_at_exit);
	return test_harness_run(argc, argv);
}

/**
 * KTSTR_HARNESS_MAIN - main() of a suite, at its end
 */
#define KTSTR_HARNESS_MAIN						\
	int main(int argc, char **argv)					\
	{								\
		return ktstr_harness_main(argc, argv);			\
	}

#endif /* KTSTR_KTSTR_H */
