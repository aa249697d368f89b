// SPDX-License-Identifier: GPL-2.0-only
/*
 * Schedulers from their sources. See sched_source.h.
 */
#include "lib/host/front/sched_source.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/front/front.h"
#include "lib/host/front/suite_make.h"

#define BUILD_LIMIT_S	3600
#define OF_TREE		"tree:"
#define SUFFIX		".bpf.c"

const char *sched_source_path(const struct front *f, const char *source,
			      char *path)
{
	if (strstarts(source, OF_TREE))
		snprintf(path, PATH_MAX, "%.*s/%s", PATH_MAX / 2,
			 f->kernel.tree, source + strlen(OF_TREE));
	else
		snprintf(path, PATH_MAX, "%s", source);
	return path;
}

int sched_source_build(struct front *f, const char *source, const char *to,
		       const char *log, const char *text)
{
	struct arglist words = { };
	struct job job = {
		.text = text, .log = log, .words = &words,
		.limit_s = BUILD_LIMIT_S, .lines = true, .gentle = true,
	};
	char path[PATH_MAX];
	int ret;

	sched_source_path(f, source, path);
	if (strends(path, SUFFIX))
		path[strlen(path) - strlen(SUFFIX)] = '\0';
	suite_make(f, &words);
	arglist_add_all(&words, "-s", "--no-print-directory", NULL);
	arglist_addf(&words, "SCHED=%s", path);
	arglist_addf(&words, "SCHED_OUT=%s", to);
	arglist_add(&words, "scheduler");
	ret = text ? job_must(&f->k, &job) : job_run(&f->k, &job);
	arglist_free(&words);
	return ret;
}
