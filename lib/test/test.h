/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes of a test, and the glue between kselftest_harness.h and the rest.
 *
 * Test authors include ktstr.h, which includes this.
 */
#ifndef KTSTR_TEST_TEST_H
#define KTSTR_TEST_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/check/check.h"
#include "lib/scenario/scenario.h"
#include "lib/wire/map_write.h"
#include "vmm/topology.h"

/*
 * The harness wants its limit as a constant; a VM's own deadline is worked
 * out from what it runs and always comes before this.
 */
#define KTSTR_TEST_TIMEOUT_S	900

#define KTSTR_MAX_ARGS		16

/**
 * struct scheduler - a sched_ext scheduler under test
 * @name: for people and reports
 * @ops_name: what /sys/kernel/sched_ext/root/ops must begin with once it is
 *	enabled; NULL means any
 * @binary: its program: a name that is looked up beside the test program and
 *	in $KTSTR_SCHEDULER_DIR, or a path. NULL is EEVDF: no process
 * @args: arguments, NULL-terminated by the array's unused rest
 * @sysctls: `key=value` strings set before it starts
 * @topology: used where no level gives one
 * @limits: its defaults for the checks
 */
struct scheduler {
	const char *name;
	const char *ops_name;
	const char *binary;
	const char *args[KTSTR_MAX_ARGS];
	const char *sysctls[KTSTR_MAX_ARGS];
	struct topology topology;
	struct check_limits limits;
};

struct run_outcome;
struct repro;

/**
 * enum auto_repro - is a failure run again, with probes?
 * @AUTO_REPRO_DEFAULT: when the scheduler died or did not start, or the kernel
 *	panicked or hung under it, and that was not expected
 * @AUTO_REPRO_ON: the same, expected or not
 * @AUTO_REPRO_OFF: never
 */
enum auto_repro {
	AUTO_REPRO_DEFAULT,
	AUTO_REPRO_ON,
	AUTO_REPRO_OFF,
};

/**
 * struct ktstr_attr - what a fixture, a variant or a test asks for
 *
 * Zero means "not set here": the next outer level decides, at last the
 * scheduler and the defaults, given in brackets.
 *
 * @topology: the machine's CPUs [1n1l2c1t]
 * @memory_mb: guest RAM [by CPUs and archive]
 * @kernel_args: words added to the kernel's command line, e.g.
 *	"nohz_full=1"; those of an inner level replace an outer's
 * @kaslr: the kernel chooses where it lies [where it was linked to, so that
 *	addresses in logs are those of vmlinux]
 * @scheduler: which scheduler to run under [EEVDF]
 * @sched_args: more arguments for it; the levels add up
 * @duration_s: how long a scenario holds [2]
 * @workers: default workers per cgroup [2]
 * @limits: the checks; merged field by field
 * @expect_err: the scheduler is to die: a run in which it does passes, a run
 *	in which it does not, or in which anything else goes wrong, fails
 * @expect_scx_bpf_error_contains: with @expect_err: text that the scheduler's
 *	log or the sched_ext dump must contain
 * @expect_scx_bpf_error_matches: the same as a regular expression (PCRE2) that
 *	must match there; `^` and `$` are start and end of the whole text
 * @expect_exit_kind: with @expect_err: sched_ext's reason, e.g. "runnable
 *	task stall", as the kernel prints it
 * @expect_alarm: the monitor is to complain, with this in its text. Its first
 *	verdict ends the run; a run without one fails
 * @expect_failure: the test is to fail, with this in its result line and in
 *	each failed check; a run that does not, or in which ktstr itself is in
 *	trouble, fails. For tests of what is to be noticed
 * @limit_s: seconds that the scheduler may take to attach, and those that the
 *	body may take, at most 200 [by duration_s and the host's slowness]
 * @post_vm: called on the host when the run has passed so far; anything but 0
 *	fails the test with the sentence that it leaves in @err
 * @auto_repro: what to do when the scheduler has died
 * @post_repro: called on the host when a repro was run; as @post_vm
 * @bpf_map_write: what the host writes into a BPF map while the body runs; a
 *	run in which it cannot fails
 * @watchdog_timeout_ms: sched_ext's watchdog timeout, set from outside once a
 *	scheduler runs. As it is, whatever the host's slowness; the first check
 *	by it may take as long as half of the scheduler's own [as the scheduler
 *	has it]
 * @host_only: the body runs on the host, without a VM
 */
struct ktstr_attr {
	struct topology topology;
	unsigned int memory_mb;
	const char *kernel_args;
	bool kaslr;
	const struct scheduler *scheduler;
	const char *sched_args[KTSTR_MAX_ARGS];
	unsigned int duration_s;
	unsigned int workers;
	struct check_limits limits;
	bool expect_err;
	const char *expect_scx_bpf_error_contains;
	const char *expect_scx_bpf_error_matches;
	const char *expect_exit_kind;
	const char *expect_alarm;
	const char *expect_failure;
	unsigned int limit_s;
	int (*post_vm)(const struct run_outcome *out, char *err,
		       size_t err_size);
	enum auto_repro auto_repro;
	int (*post_repro)(const struct repro *repro, char *err,
			  size_t err_size);
	struct bpf_map_write bpf_map_write;
	unsigned int watchdog_timeout_ms;
	bool host_only;
};

/**
 * struct ktstr_test - one test of one variant, as the macros hand it over
 * @fixture: name of the fixture
 * @variant: name of the variant, "" without one
 * @name: name of the test
 * @reason_size: bytes at @reason
 * @levels: attributes from the outside in; entries may be NULL
 * @exit_code: the harness's verdict, shared with its parent process
 * @reason: the text of the result line
 */
struct ktstr_test {
	const char *fixture;
	const char *variant;
	const char *name;
	const struct ktstr_attr *levels[3];
	int *exit_code;
	char *reason;
	size_t reason_size;
};

/**
 * struct ktstr_decl - what KTSTR_TEST_F() leaves of a test for main() to look at
 * @fixture: name of the fixture
 * @name: name of the test
 * @fixture_attr: attributes of the fixture
 * @attr: attributes of the test
 */
struct ktstr_decl {
	const char *fixture;
	const char *name;
	const struct ktstr_attr *fixture_attr;
	const struct ktstr_attr *attr;
};

/* What the harness counted. */
struct ktstr_counts {
	unsigned int pass;
	unsigned int fail;
	unsigned int xfail;
	unsigned int skip;
	unsigned int planned;
};

/**
 * ktstr_refused() - say so when a test's attributes make no sense
 * @test: a test as it was declared, with its levels
 *
 * Return: true when they do not.
 */
bool ktstr_refused(const struct ktstr_test *test);

/**
 * ktstr_test_begin() - decide where the body runs
 * @test: the test
 * @ctx: in the guest, gets what the body needs
 *
 * On the host this boots the VM, waits for its verdict, and leaves it in
 * @test->exit_code and @test->reason.
 *
 * Return: true when the caller is to run the body.
 */
bool ktstr_test_begin(const struct ktstr_test *test, struct ktstr_ctx **ctx);

/**
 * ktstr_test_end() - the body has returned: tell init
 * @test: the test
 * @ctx: what ktstr_test_begin() made
 */
void ktstr_test_end(const struct ktstr_test *test, struct ktstr_ctx *ctx);

/**
 * ktstr_main_begin() - before the harness looks at the arguments
 * @argc: of main()
 * @argv: of main()
 *
 * On the host: ties this process's life to its parent's, and moves to the
 * emulated host where KVM cannot run a kernel.
 *
 * Return: -1 to go on, else the exit status.
 */
int ktstr_main_begin(int argc, char **argv);

/**
 * ktstr_main_end() - at exit: turn the harness's status into ours
 * @counts: what the harness has counted
 *
 * All tests skipped is KSFT_SKIP, no test at all is KSFT_FAIL. Does not
 * return in these cases.
 */
void ktstr_main_end(const struct ktstr_counts *counts);

#endif /* KTSTR_TEST_TEST_H */
