// SPDX-License-Identifier: GPL-2.0-only
/*
 * Before and after the harness: roles, lifelines, the emulated host, status.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/host/paths.h"
#include "lib/host/runner.h"
#include "lib/run/verdict.h"
#include "lib/scenario/scenario.h"
#include "lib/test/attr.h"
#include "lib/test/glue.h"
#include "lib/test/resume.h"
#include "lib/test/move.h"
#include "lib/util/lifeline.h"
#include "lib/util/log.h"
#include "lib/util/util.h"
#include "lib/wire/plan.h"
#include "lib/wire/wire.h"
#include "vmm/emulated-host/emulated-host.h"

/* make, a shell and a make a level, the runner's subshells and timeouts. */
#define RUNNERS_MAX	32

struct ktstr_glue ktstr_glue;

static bool env_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value && strcmp(value, "0");
}

/* One result is one line, and what is in it may be the guest's. */
static void reason_clean(char *reason)
{
	reason[strcspn(reason, "\n")] = '\0';
	for (; *reason; reason++)
		if (*reason < ' ' || *reason > '~')
			*reason = '?';
}

void glue_result(const struct ktstr_test *test, int code, const char *fmt, ...)
{
	va_list ap;

	*test->exit_code = code;
	va_start(ap, fmt);
	vsnprintf(test->reason, test->reason_size, fmt, ap);
	va_end(ap);
	reason_clean(test->reason);
}

bool glue_strict(void)
{
	return env_set("KTSTR_STRICT");
}

void glue_skip(const struct ktstr_test *test, const char *missing)
{
	bool strict = glue_strict();

	glue_result(test, strict ? RUN_FAIL : RUN_SKIP, "%s%s",
		    strict ? "infrastructure: " : "", missing);
}

bool glue_color(void)
{
	const char *none = getenv("NO_COLOR");

	if (emuhost_inside())
		return env_set(ENV_COLOR);
	return isatty(STDOUT_FILENO) && !(none && *none);
}

static bool is_host_only(const struct ktstr_test *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(test->levels); i++)
		if (test->levels[i] && test->levels[i]->host_only)
			return true;
	return false;
}

bool ktstr_refused(const struct ktstr_test *test)
{
	struct ktstr_merged merged;
	char name[256], err[256];

	if (!attr_merge(test, &merged, err, sizeof(err)))
		return false;
	attr_full_name(test, name, sizeof(name));
	pr_err("%s cannot be declared like this: %s", name, err);
	return true;
}

bool ktstr_test_begin(const struct ktstr_test *test, struct ktstr_ctx **ctx)
{
	char name[256];
	int code;

	if (ktstr_glue.in_guest)
		return guest_begin(test, ctx);
	attr_full_name(test, name, sizeof(name));
	code = resume_code(name);
	if (code >= 0) {
		glue_result(test, code, "%s", "");
		return false;
	}
	if (is_host_only(test))
		return true;

	host_test(test);
	return false;
}

void ktstr_test_end(const struct ktstr_test *test, struct ktstr_ctx *ctx)
{
	struct wire_result result = { .exit_code = *test->exit_code };

	(void)ctx;
	snprintf(result.reason, sizeof(result.reason), "%s", test->reason);
	if (wire_fd() >= 0)
		wire_send(wire_fd(), WIRE_RESULT, &result, sizeof(result));
}

/* -l and -h only talk: they need no kernel and no KVM. */
static bool runs_tests(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-l") || !strcmp(argv[i], "-h"))
			return false;
	return true;
}

/* Die with whoever runs us: the runner's own kill does not reach our VMs. */
static void tie_to_owner(void)
{
	const char *owner = getenv("KTSTR_OWNER_PID");
	pid_t pids[RUNNERS_MAX];
	unsigned int n = host_runners(pids, ARRAY_SIZE(pids));

	if (n)
		lifeline_tie_line(pids, n);
	if (owner && atoi(owner) > 1)
		lifeline_tie(atoi(owner));
}

/* Reports and sidecars, by us and by us on an emulated host, go to one folder. */
static void name_results_dir(void)
{
	char dir[PATH_MAX];

	if (!host_results_dir(dir, sizeof(dir)))
		setenv("KTSTR_SIDECAR_DIR", dir, 1);
}

int ktstr_main_begin(int argc, char **argv)
{
	int ret;

	ktstr_glue.in_guest = env_set(ENV_GUEST);
	ktstr_glue.main_pid = getpid();
	if (ktstr_glue.in_guest || !runs_tests(argc, argv))
		return -1;
	ktstr_glue.runs_tests = true;

	/* A result must be out before the next thing can go wrong. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	tie_to_owner();
	name_results_dir();
	if (host_kernel_find(&ktstr_glue.kernel, ktstr_glue.missing,
			     sizeof(ktstr_glue.missing)))
		return -1;
	ret = move_to_kvm(argv, ktstr_glue.missing,
			  sizeof(ktstr_glue.missing));
	if (ret < 0 && !ktstr_glue.missing[0] && !ktstr_glue.kernel.vmlinux[0])
		pr_warn("no monitor: no vmlinux beside %s",
			ktstr_glue.kernel.image);
	return ret;
}

void ktstr_main_end(const struct ktstr_counts *counts)
{
	int status;

	if (!ktstr_glue.runs_tests || getpid() != ktstr_glue.main_pid)
		return;
	if (!counts->planned) {
		pr_err("no test matches these options");
		status = RUN_FAIL;
	} else if (counts->skip == counts->planned) {
		status = RUN_SKIP;
	} else {
		return;
	}
	fflush(stdout);
	_exit(status);
}
