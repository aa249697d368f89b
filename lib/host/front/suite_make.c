// SPDX-License-Identifier: GPL-2.0-only
/*
 * make. See suite_make.h.
 */
#include "lib/host/front/suite_make.h"

#include <stdarg.h>

#include "lib/common/util/util.h"
#include "lib/host/front/front.h"

#define BUILD_LIMIT_S	14400

void suite_make(const struct front *f, struct arglist *words)
{
	static const char * const unset[] = {
		"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O", "KBUILD_OUTPUT",
	};
	size_t i;

	arglist_add(words, "env");
	for (i = 0; i < ARRAY_SIZE(unset); i++)
		arglist_add_all(words, "-u", unset[i], NULL);
	arglist_add_all(words, "make", "-L", "-C", f->here, NULL);
	arglist_addf(words, "KSFT_SRC=%s/tools/testing/selftests",
		     f->kernel.tree);
	arglist_addf(words, "OUTPUT=%s", f->obj);
	arglist_addf(words, "VMLINUX=%s%s", *f->kernel.vmlinux ? f->obj : "",
		     *f->kernel.vmlinux ? "/vmlinux" : "");
}

int suite_make_must(struct front *f, const char *text, const char *log, ...)
{
	struct arglist words = { };
	struct job job = {
		.text = text, .log = log, .words = &words,
		.limit_s = BUILD_LIMIT_S, .lines = true, .gentle = true,
	};
	const char *word;
	va_list ap;
	int ret;

	suite_make(f, &words);
	arglist_addf(&words, "-j%u", f->k.jobs);
	va_start(ap, log);
	while ((word = va_arg(ap, const char *)))
		arglist_add(&words, word);
	va_end(ap);
	ret = job_must(&f->k, &job);
	arglist_free(&words);
	return ret;
}
