// SPDX-License-Identifier: GPL-2.0-only
/*
 * Getting to a machine with a KVM that can run a kernel. See move.h.
 */
#include "lib/test/move.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/machine/paths.h"
#include "lib/host/run/verdict.h"
#include "lib/test/glue.h"
#include "lib/test/resume.h"
#include "vmm/emulated-host/emulated-host.h"
#include "vmm/kvm_check.h"

#define CHECK_WHY_SIZE	200
#define RERUN_STARTS	3	/* for one and the same test */

/*
 * A host that dies while tests run is no verdict about any: the next one goes
 * on with the test that has none.
 */
static int run_to_the_end(struct emuhost_config *config, int *status,
			  bool *failed)
{
	struct resume resume;
	const char *env[] = { resume.env, NULL };
	unsigned int tries = 0;
	int ret;

	resume_init(&resume);
	config->filter = resume_filter;
	config->ctx = &resume;
	for (;;) {
		ret = emuhost_run(config, status);
		*failed = resume_failed(&resume);
		/* Each test that got its result is worth another start. */
		tries = resume.seen > resume.known ? 1 : tries + 1;
		if (ret != -EIO || !resume.said || tries == RERUN_STARTS)
			return ret;
		resume_again(&resume);
		config->env = env;
		printf("\n# " INFRASTRUCTURE "going on after %u results on another emulated host\n",
		       resume.known);
		fflush(stdout);
	}
}

/* A file's folder, and where the file really is: it may be a link. */
static void show_file(struct move_folders *f, const char *path)
{
	char *dir = f->dirs[f->n_dirs];

	if (!path[0])
		return;
	f->list[f->n++] = path;
	if (!strrchr(path, '/'))
		return;
	snprintf(dir, PATH_MAX, "%s", path);
	*strrchr(dir, '/') = '\0';
	f->list[f->n++] = *dir ? dir : "/";
	f->n_dirs++;
}

void move_folders(struct move_folders *f, const struct host_kernel *kernel,
		  const char *scheduler_dir, const struct scheduler *s)
{
	f->n = 0;
	f->n_dirs = 0;
	show_file(f, kernel->image);
	show_file(f, kernel->vmlinux);
	show_file(f, kernel->config);
	if (scheduler_dir && *scheduler_dir)
		f->list[f->n++] = scheduler_dir;
	if (s->binary && *s->binary == '/')
		show_file(f, s->binary);
	if (s->config_file)
		show_file(f, s->config_file);
	f->list[f->n] = NULL;
}

static int rerun(char **argv, const char *why)
{
	char cache[PATH_MAX], agent[PATH_MAX], self[PATH_MAX];
	const char *sidecars = getenv("KTSTR_SIDECAR_DIR");
	const char *writable[3] = { };
	char clones[PATH_MAX];
	struct move_folders folders;
	unsigned int n = 0;
	bool failed = false;
	struct emuhost_config config = {
		.argv = (const char *const *)argv,
		.cache = cache,
		.agent = agent,
		.writable = writable,
		.readable = folders.list,
		.reason = why,
	};
	int ret, status = 0;

	/* Each boot takes seconds there; it was seen to make no difference. */
	setenv("KTSTR_CLONE", "1", 0);
	if (sidecars && *sidecars)
		writable[n++] = sidecars;
	if (!host_clones_dir(clones, sizeof(clones)))
		writable[n++] = clones;
	move_folders(&folders, &ktstr_glue.kernel,
		     getenv("KTSTR_SCHEDULER_DIR"),
		     &ktstr_glue.given.scheduler);
	ret = host_cache_dir(cache, sizeof(cache));
	if (!ret)
		ret = host_find_program("ktstr-emuhost-agent", agent,
					sizeof(agent));
	if (!ret)
		ret = host_self_path(self, sizeof(self));
	if (ret)
		return ret;

	/* Over there, nothing is a terminal. */
	setenv(ENV_COLOR, glue_color() ? "1" : "0", 1);
	argv[0] = self;
	ret = run_to_the_end(&config, &status, &failed);
	if (ret == -EIO) {
		/* It may have died between two results: no parser may wait. */
		printf("Bail out! " INFRASTRUCTURE "the emulated host died\n");
		return failed || glue_strict() ? RUN_FAIL : RUN_SKIP;
	}
	return ret ? ret : emuhost_exit_code(status);
}

int move_not_needed(char *missing, size_t missing_size)
{
	enum kvm_usability usable;
	char why[CHECK_WHY_SIZE] = "";

	if (kvm_check(NULL, &usable, why, sizeof(why)) || usable != KVM_USABLE)
		snprintf(missing, missing_size,
			 "a prompt needs a KVM that can run a kernel (%s): the emulated host has no terminal, but runs --exec COMMAND",
			 why);
	return -1;
}

int move_to_kvm(char **argv, char *missing, size_t missing_size)
{
	enum kvm_usability usable;
	char why[CHECK_WHY_SIZE] = "";
	int ret;

	ret = kvm_check(NULL, &usable, why, sizeof(why));
	if (!ret && usable == KVM_USABLE)
		return -1;

	if (emuhost_inside()) {
		snprintf(missing, missing_size,
			 INFRASTRUCTURE "no usable KVM on the emulated host: %s",
			 why);
		return -1;
	}

	ret = rerun(argv, why);
	if (ret >= 0)
		return ret;
	snprintf(missing, missing_size,
		 "no usable KVM (%s) and no emulated host (%s): ./run_ktstr.sh sets one up",
		 why, strerror(-ret));
	return -1;
}
