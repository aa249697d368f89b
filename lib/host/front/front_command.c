// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands and options of the front. See front.h.
 */
#include "lib/host/front/front.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/common/version.h"
#include "lib/host/front/asking.h"
#include "lib/host/front/commands.h"
#include "lib/host/front/front_settings.h"
#include "lib/host/front/ktstr_run.h"

#define USAGE	"lib/host/front/usage.txt"

/**
 * struct typed - a command line, read
 * @words: the command and its own words
 * @help: --help was given
 * @named: a command was
 * @version: --version was given
 * @update: --update was
 */
struct typed {
	struct arglist words;
	bool help;
	bool named;
	bool version;
	bool update;
};

/* ---- commands ---- */

/* A command is a row; @helps: it can say more about itself than the text of all. */
static const struct {
	const char *name;
	int (*run)(struct front *f, const struct arglist *words);
	bool helps;
} commands[] = {
	{ "test", command_test, true },
	{ "kernel", command_kernel, true },
	{ "kvm-check", command_kvm_check, false },
	{ "check", command_check, true },
	{ "clean", command_clean, false },
	/* Any other is ktstr's to know. */
	{ NULL, command_of_ktstr, true },
};

static size_t command_of(const char *name)
{
	size_t i;

	for (i = 0; commands[i].name && strcmp(commands[i].name, name); i++)
		;
	return i;
}

/* ---- options ---- */

static void take_no_install(struct front *f, struct typed *l)
{
	(void)l;
	f->no_install = true;
}

static void take_use_config(struct front *f, struct typed *l)
{
	(void)l;
	f->use_config = true;
}

static void take_update(struct front *f, struct typed *l)
{
	(void)f;
	l->update = true;
}

static void take_verbose(struct front *f, struct typed *l)
{
	(void)f;
	(void)l;
	setenv("KTSTR_VERBOSE", "1", 1);
}

static void take_help(struct front *f, struct typed *l)
{
	(void)f;
	l->help = true;
}

static void take_version(struct front *f, struct typed *l)
{
	(void)f;
	l->version = true;
}

/* An option is a row. */
static const struct {
	const char *name;
	const char *letter;
	void (*take)(struct front *f, struct typed *l);
} options[] = {
	{ "--no-install", NULL, take_no_install },
	{ "--use-config", NULL, take_use_config },
	{ "--update", NULL, take_update },
	{ "--verbose", "-v", take_verbose },
	{ "--help", "-h", take_help },
	{ "--version", NULL, take_version },
};

static bool take_option(struct front *f, struct typed *l, const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(word, options[i].name) ||
		    (options[i].letter && !strcmp(word, options[i].letter))) {
			options[i].take(f, l);
			return true;
		}
	return false;
}

/*
 * Options of ours may stand anywhere; the rest is the command and its own. What comes
 * behind "--" is for others.
 */
static void read_line(struct front *f, struct typed *l, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--") && !l->version; i++)
		if (!take_option(f, l, argv[i]))
			arglist_add(&l->words, argv[i]);
	for (; i < argc; i++)
		arglist_add(&l->words, argv[i]);
	l->named = l->words.n && *l->words.v[0];
	if (l->words.n == 1 && !l->named)
		arglist_free(&l->words);
	if (!l->words.n)
		arglist_add(&l->words, "run");
}

/* ---- what is printed ---- */

static int version(struct front *f)
{
	char commit[64];

	our_commit(f, commit);
	printf("ktstr " KTSTR_VERSION " (%s%s)\n", *commit ? "commit " : "",
	       *commit ? commit : "of no known commit");
	return 0;
}

static int usage(struct front *f)
{
	char path[PATH_MAX], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/" USAGE, f->here);
	file = fopen(path, "re");
	if (!file)
		return kenv_wrong(&f->k, "%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		fputs(line, stdout);
	fclose(file);
	return 0;
}

/* ---- all of it ---- */

/* Only now are settings what they mean. */
static void take_settings(struct front *f, const struct typed *l)
{
	int fd = f->k.guard_fd;

	kenv_init(&f->k);
	f->k.guard_fd = fd;
	f->k.update = l->update;
	f->k.near[f->k.n_near++] = f->here;
	snprintf(f->k.fragment, sizeof(f->k.fragment), "%s/ktstr.kconfig",
		 f->here);
}

/* Trees may be around a folder that is reached by a link. */
static void take_near(struct front *f, char *here, char *as, size_t size)
{
	const char *slash = strrchr(f->invoked_as, '/');
	char *now = get_current_dir_name();

	snprintf(here, size, "%s", now ?: "");
	free(now);
	snprintf(as, size, "%.*s",
		 slash ? (int)(slash - f->invoked_as) : (int)size,
		 f->invoked_as);
	f->k.near[f->k.n_near++] = here;
	f->k.near[f->k.n_near++] = as;
}

static int run(struct front *f, struct typed *l)
{
	char here[PATH_MAX], as[PATH_MAX];
	const char *name = l->words.v[0];
	size_t at = command_of(name);
	int ret;

	if (l->version)
		return version(f);
	if (*name == '-' && !l->help)
		return front_usage(f, "%s: no such option", name);
	if (l->help && (!l->named || !commands[at].helps))
		return usage(f);
	if (l->help) {
		while (l->words.n > 1)
			free(l->words.v[--l->words.n]);
		arglist_add(&l->words, "--help");
	}
	ret = front_settings_must(f);
	if (ret)
		return ret;
	take_settings(f, l);
	take_near(f, here, as, sizeof(here));
	return commands[at].run(f, &l->words);
}

int front_command(struct front *f, int argc, char **argv)
{
	struct typed l = { };
	int ret;

	read_line(f, &l, argc, argv);
	ret = l.words.lost ? kenv_wrong(&f->k, "no memory") : run(f, &l);
	kenv_progress_clear(&f->k);
	arglist_free(&l.words);
	arglist_free(&f->kernels);
	arglist_free(&f->run);
	if (ret == ASK_SAID)
		return 0;
	return ret > 0 ? ret : kenv_status(ret);
}
