// SPDX-License-Identifier: GPL-2.0-only
/*
 * Installing what is missing. See tools.h.
 */
#include <errno.h>
#include <stdio.h>

#include "lib/common/util/strbuf.h"
#include "lib/host/front/front.h"
#include "lib/host/front/tools.h"

#define UPDATE_LIMIT_S	3600
#define INSTALL_LIMIT_S	21600
#define AUDIT_LIMIT_S	600

static void begin(struct arglist *words, const struct arglist *sudo)
{
	size_t i;

	for (i = 0; i < sudo->n; i++)
		arglist_add(words, sudo->v[i]);
	arglist_add_all(words, "env", "DEBIAN_FRONTEND=noninteractive", NULL);
}

static void apt_get(struct arglist *words, const struct arglist *sudo)
{
	begin(words, sudo);
	arglist_add_all(words, "apt-get", "-q", "-y", "-o",
			"DPkg::Lock::Timeout=300", NULL);
}

static struct job job_of(const char *text, const char *log,
			 const struct arglist *words, unsigned int limit_s)
{
	return (struct job){
		.text = text, .log = log, .words = words, .limit_s = limit_s,
		.lines = true, .gentle = true, .installs = true,
	};
}

static bool dpkg_was_interrupted(struct front *f)
{
	struct strbuf out = STRBUF_INIT;
	struct arglist words = { };
	struct job job = { .words = &words, .limit_s = AUDIT_LIMIT_S };
	bool was;

	arglist_add_all(&words, "dpkg", "--audit", NULL);
	job_capture(&f->k, &job, &out);
	was = out.len;
	arglist_free(&words);
	strbuf_free(&out);
	return was;
}

/* An installation that was interrupted, ours or not, is in the way of the next. */
static void dpkg_finish(struct front *f, const struct arglist *sudo,
			const char *log)
{
	struct arglist words = { };
	struct job job = job_of("dpkg --configure -a", log, &words,
				INSTALL_LIMIT_S);

	if (!dpkg_was_interrupted(f))
		return;
	kenv_say(&f->k, "dpkg was interrupted: finishing what it was at (dpkg --configure -a)");
	begin(&words, sudo);
	arglist_add_all(&words, "dpkg", "--force-confdef", "--force-confold",
			"--configure", "-a", NULL);
	if (job_run(&f->k, &job))
		kenv_say(&f->k, "dpkg --configure -a failed (%s), going on all the same",
			 log);
	arglist_free(&words);
}

static void update_lists(struct front *f, const struct arglist *sudo,
			 const char *log)
{
	struct arglist words = { };
	struct job job = job_of("apt-get update", log, &words, UPDATE_LIMIT_S);

	apt_get(&words, sudo);
	arglist_add(&words, "update");
	if (job_run(&f->k, &job))
		kenv_say(&f->k, "apt-get update failed (%s), trying with what is known",
			 log);
	arglist_free(&words);
}

static void say_packages(struct front *f, const struct arglist *packages)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	for (i = 0; i < packages->n; i++)
		strbuf_addf(&text, " %s", packages->v[i]);
	kenv_say(&f->k, "installing by apt-get:%s", text.text);
	strbuf_free(&text);
}

int tools_install(struct front *f, const struct arglist *packages,
		  const struct arglist *sudo)
{
	struct arglist words = { };
	char log[PATH_MAX];
	struct job job = job_of("apt-get install", log, &words,
				INSTALL_LIMIT_S);
	size_t i;
	int ret;

	log_begin(&f->k, log, "apt.log");
	dpkg_finish(f, sudo, log);
	say_packages(f, packages);
	update_lists(f, sudo, log);
	apt_get(&words, sudo);
	arglist_add_all(&words, "install", "--no-install-recommends", NULL);
	for (i = 0; i < packages->n; i++)
		arglist_add(&words, packages->v[i]);
	ret = job_must(&f->k, &job);
	arglist_free(&words);
	return ret;
}
