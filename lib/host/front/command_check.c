// SPDX-License-Identifier: GPL-2.0-only
/*
 * `check`: sees to all that stages find done, and becomes `ktstr check`, which runs them
 * (lib/host/stages). What was found and built is told by the environment, and by a file
 * for stages that are run alone (scripts/stages/lib.sh). See commands.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/asked.h"
#include "lib/host/front/asking.h"
#include "lib/host/front/commands.h"
#include "lib/host/front/folders.h"
#include "lib/host/front/front.h"
#include "lib/host/front/ktstr_run.h"
#include "lib/host/front/kvm_here.h"
#include "lib/host/front/quote.h"
#include "lib/host/front/suite_build.h"
#include "lib/host/front/suite_make.h"
#include "lib/host/front/tools.h"

/* Whoever reads the last line alone must not take it for a pass. */
static int not_built(const struct front *f, int ret)
{
	if (ret >= 0)
		return ret;
	printf("TAP version 13\nnot ok 1 build\n1..1\n"
	       "# failed: build; logs: %s/logs\n"
	       "0 passed, 1 failed, 0 skipped\n",
	       *f->out ? f->out : "the output folder");
	return ret;
}

static int prepare(struct front *f)
{
	char log[PATH_MAX];
	int ret;

	ret = out_init(f) ?: tools_must(f, TOOLS_RUN | TOOLS_CHECK) ?:
	      kvm_ready(f) ?: suite_get(f, NULL, 0);
	if (ret)
		return ret;
	/* All that stages would build in the same folder at the same time. */
	snprintf(log, sizeof(log), "%s/logs/suite.log", f->out);
	return suite_make_must(f, "building the tests", log, "unit",
			       "bench-build", NULL);
}

/* ---- what a stage learns from us ---- */

static int write_environment(struct front *f, const char *text)
{
	char path[PATH_MAX], made[PATH_MAX + 16];
	FILE *file;
	int bad;

	snprintf(path, sizeof(path), "%s/check", f->out);
	front_make_folders(path);
	snprintf(path, sizeof(path), "%s/check/environment", f->out);
	snprintf(made, sizeof(made), "%s.%d", path, getpid());
	file = fopen(made, "we");
	bad = !file || fputs(text, file) < 0;
	if (file)
		bad |= fclose(file);
	if (bad || rename(made, path))
		return kenv_missing(&f->k, "%s: %s", path, strerror(errno));
	return 0;
}

static int tell(struct front *f)
{
	char self[PATH_MAX], kvm[600], above[PATH_MAX];
	const struct {
		const char *name;
		const char *value;
	} told[] = {
		{ "KTSTR_OUT", f->out },
		{ "KTSTR_CHECK_HERE", f->here },
		{ "KTSTR_CHECK_SELF", self },
		{ "KTSTR_CHECK_CACHE", f->k.cache },
		{ "KTSTR_CHECK_KERNEL", f->kernel.path },
		{ "KTSTR_CHECK_VMLINUX", f->kernel.vmlinux },
		{ "KTSTR_CHECK_TREE", f->kernel.tree },
		{ "KTSTR_CHECK_ID", f->kernel.id },
		{ "KTSTR_CHECK_KVM", kvm },
		{ "KTSTR_TEST_INSTALL", f->install },
		{ "KTSTR_TEST_KERNEL", f->kernel.path },
		{ "KTSTR_TEST_OUT", f->out },
		{ "KTSTR_TEST_CACHE", above },
		{ "KTSTR_TEST_TREE", f->kernel.tree },
	};
	struct strbuf text = STRBUF_INIT;
	size_t i;
	int ret;

	snprintf(self, sizeof(self), "%s/ktstr/ktstr", f->install);
	snprintf(kvm, sizeof(kvm), "%s: %s", front_kvm_word(f), f->kvm_why);
	snprintf(above, sizeof(above), "%s", f->k.cache);
	if (strends(above, "/ktstr"))
		above[strlen(above) - strlen("/ktstr")] = '\0';
	for (i = 0; i < ARRAY_SIZE(told); i++) {
		setenv(told[i].name, told[i].value, 1);
		strbuf_addf(&text, "export %s=", told[i].name);
		quote_word(&text, told[i].value);
		strbuf_addf(&text, "\n");
	}
	ret = write_environment(f, text.text);
	strbuf_free(&text);
	return ret;
}

static void note_begin(void)
{
	struct timespec now;
	char text[32];

	clock_gettime(CLOCK_BOOTTIME, &now);
	snprintf(text, sizeof(text), "%lld", (long long)now.tv_sec);
	setenv("KTSTR_CHECK_BEGAN", text, 1);
}

int command_check(struct front *f, const struct arglist *words)
{
	struct cli_asked asked;
	int ret;

	note_begin();
	ret = cache_init(f) ?: tools_must(f, TOOLS_KVM) ?:
	      ask_command(f, words, NULL, &asked);
	if (ret)
		return ret;
	return not_built(f, prepare(f) ?: tell(f) ?: ktstr_become(f, words));
}
