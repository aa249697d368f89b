// SPDX-License-Identifier: GPL-2.0-only
/*
 * Before and after the harness: roles, lifelines, the emulated host, status.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/exported.h"
#include "lib/common/ready.h"
#include "lib/common/shell.h"
#include "lib/common/util/lifeline.h"
#include "lib/common/util/log.h"
#include "lib/common/util/process.h"
#include "lib/common/util/sandbox.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/common/wire/wire.h"
#include "lib/guest/scenario/scenario.h"
#include "lib/host/machine/paths.h"
#include "lib/host/machine/runner.h"
#include "lib/host/machine/settings.h"
#include "lib/host/run/verdict.h"
#include "lib/test/attr.h"
#include "lib/test/glue.h"
#include "lib/test/move.h"
#include "lib/test/options.h"
#include "lib/test/resume.h"
#include "lib/test/shell.h"
#include "vmm/emulated-host/emulated-host.h"

/* make, a shell and a make a level, the runner's subshells and timeouts. */
#define RUNNERS_MAX	32

static bool is_host_only(const struct ktstr_test *test)
{
	struct ktstr_merged merged;

	attr_merge_levels(test, &merged);
	return ktstr_is_on(merged.attr.host_only);
}

static int given_take(const struct strbuf *text)
{
	char err[256];

	if (!text->len)
		return 0;
	if (attr_given_parse(&ktstr_glue.given, text->text, err, sizeof(err))) {
		pr_err("%s", err);
		return -EINVAL;
	}
	/* It goes where the program goes: to the emulated host. */
	return setenv(ENV_ATTR, text->text, 1) ? -errno : 0;
}

int ktstr_attr_take(int *argc, char **argv)
{
	const char *env = getenv(ENV_ATTR);
	struct strbuf text = STRBUF_INIT;
	int ret;

	if (env)
		strbuf_add(&text, env, strlen(env));
	ret = options_take_attr(argc, argv, &text);
	if (ret == -EAGAIN)
		attr_list(stdout);
	else if (!ret)
		ret = given_take(&text);
	strbuf_free(&text);
	return !ret ? -1 : ret == -EAGAIN ? RUN_PASS : RUN_FAIL;
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

void ktstr_print_attributes(const struct ktstr_test *test)
{
	struct ktstr_merged merged;
	char name[256];

	attr_merge_levels(test, &merged);
	attr_full_name(test, name, sizeof(name));
	attr_print(name, &merged.attr);
}

bool ktstr_test_begin(const struct ktstr_test *test, struct ktstr_ctx **ctx)
{
	enum run_doubt doubt;
	char name[256];
	int code;

	if (ktstr_glue.in_guest)
		return guest_begin(test, ctx);
	attr_full_name(test, name, sizeof(name));
	code = resume_code(name, &doubt);
	if (doubt) {
		/* Its cause was said when it was found. */
		glue_not_judged(test, doubt, "as said before");
		return false;
	}
	if (code >= 0) {
		glue_result(test, code, "%s", "");
		return false;
	}
	if (resume_retried(name))
		glue_retried("the emulated host ended while this test ran");
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

/*
 * Who only talks needs no kernel and no KVM, nor does who names tests that are
 * not there. Return: -1 when tests are to be run, else as ktstr_main_begin().
 */
static int options_take(int argc, char **argv,
			unsigned int (*n_tests)(int argc, char **argv))
{
	int ret = options_check(argc, argv);

	if (ret == -EAGAIN)
		return RUN_PASS;
	if (ret < 0)
		return RUN_FAIL;
	if (ret > 0)
		return KTSTR_MAIN_TALKS;
	if (n_tests(argc, argv))
		return -1;
	pr_err("no test matches these options; %s -l lists them", argv[0]);
	return RUN_FAIL;
}

/* Die with whoever runs us: the runner's own kill does not reach our VMs. */
static void tie_to_owner(void)
{
	const char *owner = getenv("KTSTR_OWNER_PID");
	pid_t pids[RUNNERS_MAX];
	unsigned int n = host_runners(pids, ARRAY_SIZE(pids));

	int ret = 0;

	if (n)
		ret = lifeline_tie_line(pids, n);
	if (!ret && owner && atoi(owner) > 1)
		ret = lifeline_tie(atoi(owner));
	if (ret)
		pr_warn("nothing watches whoever runs this: %s; what it starts may go on without them",
			strerror(-ret));
}

/* Reports and sidecars, by us and by us on an emulated host, go to one folder. */
static void name_results_dir(void)
{
	char dir[PATH_MAX];

	if (!host_results_dir(dir, sizeof(dir)))
		setenv("KTSTR_SIDECAR_DIR", dir, 1);
}

/* Each test is a process of its own. */
static void share_counts(void)
{
	void *shared = mmap(NULL, sizeof(*ktstr_glue.not_judged),
			    PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ktstr_glue.not_judged = shared == MAP_FAILED ? NULL : shared;
}

/* Once for a run: on an emulated host it has been said by who started it. */
static void tell_kernel(void)
{
	char text[PATH_MAX + 256];

	if (emuhost_inside())
		return;
	host_kernel_describe(&ktstr_glue.kernel, text, sizeof(text));
	pr_info("kernel: %s", text);
}

/*
 * What is wrong is no want of something: it ends the program before a test is
 * skipped for it. Leaves what is missing in ktstr_glue.
 */
static int settings_take(void)
{
	const char *kernel = getenv("KTSTR_KERNEL");
	char err[PATH_MAX + 128];

	if (host_settings_check(err, sizeof(err))) {
		pr_err("%s", err);
		return -EINVAL;
	}
	if (ktstr_glue.on_host)
		return 0;
	if (!host_kernel_find(&ktstr_glue.kernel, ktstr_glue.missing,
			      sizeof(ktstr_glue.missing)))
		return 0;
	if (!kernel || !*kernel)
		return -ENOENT;
	pr_err("%s", ktstr_glue.missing);
	return -EINVAL;
}

/* No tests: results are none, and what it prints is the guest's. */
static int begin_shell(char **argv)
{
	int ret;

	tie_to_owner();
	if (settings_take()) {
		pr_err("%s", ktstr_glue.missing);
		return SHELL_NO_STATUS;
	}
	ret = shell_has_terminal() ?
	      move_not_needed(ktstr_glue.missing, sizeof(ktstr_glue.missing)) :
	      move_to_kvm(argv, ktstr_glue.missing,
			  sizeof(ktstr_glue.missing));
	if (ret >= 0)
		return ret;
	if (!ktstr_glue.missing[0])
		return shell_run();
	pr_err("%s", ktstr_glue.missing);
	return SHELL_NO_STATUS;
}

int ktstr_main_begin(int argc, char **argv,
		     unsigned int (*n_tests)(int argc, char **argv))
{
	int ret;

	ktstr_glue.in_guest = glue_env_set(ENV_GUEST);
	ktstr_glue.on_host = glue_env_set(READY_ENV_HOST);
	ktstr_glue.main_pid = getpid();
	if (ktstr_glue.in_guest)
		return -1;
	process_begin();
	if (shell_wanted())
		return begin_shell(argv);
	ret = options_take(argc, argv, n_tests);
	if (ret != -1)
		return ret;
	ktstr_glue.runs_tests = true;

	/* A result must be out before the next thing can go wrong. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	share_counts();
	tie_to_owner();
	ret = settings_take();
	if (ret == -EINVAL)
		return RUN_FAIL;
	name_results_dir();
	if (ret || ktstr_glue.on_host)
		return -1;
	tell_kernel();
	if (glue_env_set(EXPORT_ENV))
		return -1;
	ret = move_to_kvm(argv, ktstr_glue.missing,
			  sizeof(ktstr_glue.missing));
	if (ret < 0 && !ktstr_glue.missing[0] && sandbox_wanted() &&
	    !sandbox_there())
		pr_warn("this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER): VMs run without");
	if (ret < 0 && !ktstr_glue.missing[0] && !ktstr_glue.kernel.vmlinux[0])
		pr_warn("no monitor: no vmlinux beside %s",
			ktstr_glue.kernel.image);
	return ret;
}

static unsigned int n_not_judged(void)
{
	return ktstr_glue.not_judged ? atomic_load(ktstr_glue.not_judged) : 0;
}

void ktstr_main_end(const struct ktstr_counts *counts)
{
	int status;

	if (!ktstr_glue.runs_tests || getpid() != ktstr_glue.main_pid)
		return;
	/* Line by line it went out before: what failed then has left its mark. */
	if (fflush(stdout) || ferror(stdout))
		pr_err(INFRASTRUCTURE "results could not be written to stdout: is there no room?");
	if (!counts->planned) {
		pr_err("no test matches these options");
		status = RUN_FAIL;
	} else if (counts->skip == counts->planned ||
		   (!counts->fail && n_not_judged())) {
		status = RUN_SKIP;
	} else {
		return;
	}
	fflush(stdout);
	_exit(status);
}
