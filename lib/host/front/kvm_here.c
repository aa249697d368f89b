// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where kernels can run. See kvm_here.h.
 */
#include "lib/host/front/kvm_here.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front_emuhost.h"
#include "lib/host/front/front.h"
#include "lib/host/front/tools.h"
#include "lib/host/kernel/kbuild.h"

#define CHECK_LIMIT_S	60
#define BUILD_LIMIT_S	600
#define UNUSABLE	"unusable: "

/* It is built of these, beside what they include. */
static const char * const sources[] = {
	"vmm/kvm-check.c", "vmm/x86/kvm_check.c", "lib/common/util/process.c",
};

static const char * const headers[] = { "vmm/kvm_check.h" };

const char *front_kvm_word(const struct front *f)
{
	static const char * const words[] = {
		[FRONT_KVM_UNKNOWN] = "none",
		[FRONT_KVM_USABLE] = "usable",
		[FRONT_KVM_EMULATED] = "emulated",
		[FRONT_KVM_NONE] = "none",
	};

	return words[f->kvm];
}

/* ---- the check ---- */

static bool is_newer(const struct stat *than, const char *dir,
		     const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (stat(path, &st))
		return false;
	if (st.st_mtim.tv_sec != than->st_mtim.tv_sec)
		return st.st_mtim.tv_sec > than->st_mtim.tv_sec;
	return st.st_mtim.tv_nsec >= than->st_mtim.tv_nsec;
}

static bool is_fresh(const struct front *f, const char *check)
{
	bool fresh;
	struct stat st;
	size_t i;

	fresh = !stat(check, &st);
	for (i = 0; i < ARRAY_SIZE(sources) && fresh; i++)
		fresh = !is_newer(&st, f->here, sources[i]);
	for (i = 0; i < ARRAY_SIZE(headers) && fresh; i++)
		fresh = !is_newer(&st, f->here, headers[i]);
	return fresh;
}

static void compile_words(const struct front *f, const char *made,
			  struct arglist *words)
{
	char cc[PATH_MAX];
	size_t i;

	arglist_split(words, kbuild_compiler(cc, sizeof(cc)));
	arglist_add_all(words, "-std=gnu11", "-O2", "-D_GNU_SOURCE=", NULL);
	arglist_addf(words, "-I%s", f->here);
	arglist_add_all(words, "-o", made, NULL);
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		arglist_addf(words, "%s/%s", f->here, sources[i]);
}

/* Anew when its source changed; two runs at once do not see half of it. */
static int build_check(struct front *f, const char *check)
{
	struct arglist words = { };
	char log[PATH_MAX], made[PATH_MAX + 16];
	struct job job = {
		.text = "building the KVM check", .log = log, .words = &words,
		.limit_s = BUILD_LIMIT_S, .lines = true, .gentle = true,
	};
	int ret;

	if (is_fresh(f, check))
		return 0;
	log_begin(&f->k, log, "kvm-check.log");
	snprintf(made, sizeof(made), "%s.%d", check, getpid());
	compile_words(f, made, &words);
	ret = job_must(&f->k, &job);
	arglist_free(&words);
	if (!ret && rename(made, check))
		ret = kenv_wrong(&f->k, "%s: %s", check, strerror(errno));
	return ret;
}

/* What the check says, in one line. */
static void run_check(struct front *f, const char *check, struct strbuf *said)
{
	struct arglist words = { };
	struct job job = {
		.words = &words, .err = -1, .limit_s = CHECK_LIMIT_S,
	};

	arglist_add(&words, check);
	job_capture(&f->k, &job, said);
	arglist_free(&words);
	while (said->len && said->text[said->len - 1] == '\n')
		said->text[--said->len] = '\0';
}

/* ---- and beside it ---- */

static void find(struct front *f, enum front_kvm kvm, const char *why,
		 const char *more)
{
	f->kvm = kvm;
	snprintf(f->kvm_why, sizeof(f->kvm_why), "%s%s", why, more);
}

static void look_for_emulated_host(struct front *f, const char *why)
{
	if (emuhost_is_there(f))
		find(f, FRONT_KVM_EMULATED, why,
		     "; the emulated host is in the cache");
	else if (tools_are_debian())
		find(f, FRONT_KVM_EMULATED, why,
		     "; the emulated host will be fetched");
	else
		find(f, FRONT_KVM_NONE, why,
		     " and the emulated host can only be fetched on Debian");
}

static bool is_x86_64(struct front *f)
{
	struct utsname name;
	char why[128];

	if (!uname(&name) && strcmp(name.machine, "x86_64")) {
		snprintf(why, sizeof(why), "this is %s, not x86-64",
			 name.machine);
		find(f, FRONT_KVM_NONE, why, "");
		return false;
	}
	return true;
}

int kvm_look(struct front *f)
{
	struct strbuf said = STRBUF_INIT;
	char dir[PATH_MAX], check[PATH_MAX];
	const char *why;
	int ret;

	if (!is_x86_64(f))
		return 0;
	front_make_folders(kenv_path(&f->k, dir, "kvm-check"));
	ret = build_check(f, kenv_path(&f->k, check, "kvm-check/kvm-check"));
	if (ret)
		return ret;
	run_check(f, check, &said);
	why = said.text;
	if (strstarts(why, UNUSABLE))
		why += strlen(UNUSABLE);
	if (!*why)
		why = "the check said nothing within a minute";
	if (!strcmp(said.text, "usable"))
		find(f, FRONT_KVM_USABLE, "/dev/kvm runs kernels", "");
	else
		look_for_emulated_host(f, why);
	strbuf_free(&said);
	return 0;
}

int kvm_ready(struct front *f)
{
	int ret = tools_must(f, TOOLS_KVM) ?: kvm_look(f);

	if (ret || f->kvm != FRONT_KVM_EMULATED)
		return ret;
	kenv_say(&f->k, "KVM: %s", f->kvm_why);
	if (emuhost_is_there(f))
		return 0;
	return tools_must(f, TOOLS_RUN | TOOLS_FETCH) ?: emuhost_fetch(f);
}

int kvm_must(struct front *f)
{
	int ret = kvm_ready(f);

	if (!ret && f->kvm == FRONT_KVM_NONE)
		ret = kenv_missing(&f->k, "no KVM here that can run a kernel: %s",
				   f->kvm_why);
	return ret;
}
