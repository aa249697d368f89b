// SPDX-License-Identifier: GPL-2.0-only
/*
 * An apt of our own. See debian_apt.h.
 */
#include "lib/host/kernel/debian_apt.h"

#include <errno.h>
#include <glob.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"

#define KEYRING	"/usr/share/keyrings/debian-archive-keyring.gpg"

/* How to reach a mirror. */
#define KEPT_SETTINGS \
	"^Acquire::[^ ]*(proxy|CaInfo|CaPath|Verify|SslCert|SslKey)"

static const char * const options[] = {
	"Dir::Etc::SourceParts=/dev/null",
	"Dir::Etc::Preferences=/dev/null",
	"Dir::Etc::PreferencesParts=/dev/null",
	"APT::Sandbox::User=root",
	"APT::Update::Error-Mode=any",
	"Acquire::Retries=3",
};

/* Behind the folder of the configuration. */
static const struct {
	const char *option;
	const char *path;
} own_places[] = {
	{ "Dir::Etc::SourceList", "sources.list" },
	{ "Dir::State::Lists", "lists" },
	{ "Dir::State::status", "status" },
	{ "Dir::Cache", "cache" },
};

/* ---- the mirror that this system uses ---- */

/* "URIs: X", or "deb [OPTIONS] X SUITE...". */
static bool mirror_of_line(char *line, char *mirror, size_t size)
{
	char *at = NULL;
	size_t len;

	if (strstarts(line, "URIs:")) {
		at = line + strlen("URIs:");
	} else if (strstarts(line, "deb ")) {
		at = line + strlen("deb ");
		if (*at == '[')
			at = strstr(at, "] ");
		if (at && *at == ']')
			at += 2;
	}
	if (!at)
		return false;
	at += strspn(at, " ");
	at[strcspn(at, "\n")] = '\0';
	at[strcspn(at, " ")] = '\0';
	len = strlen(at);
	if (!strends(at, "/debian") && !strends(at, "/debian/"))
		return false;
	snprintf(mirror, size, "%s", at);
	return len < size;
}

static bool mirror_of_file(const char *path, char *mirror, size_t size)
{
	FILE *f = fopen(path, "re");
	char line[2048];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = mirror_of_line(line, mirror, size);
	if (f)
		fclose(f);
	return found;
}

static bool find_mirror(char *mirror, size_t size)
{
	glob_t parts;
	bool found;
	size_t i;

	found = mirror_of_file("/etc/apt/sources.list", mirror, size);
	if (glob("/etc/apt/sources.list.d/*", 0, NULL, &parts))
		return found;
	for (i = 0; i < parts.gl_pathc && !found; i++)
		found = mirror_of_file(parts.gl_pathv[i], mirror, size);
	globfree(&parts);
	return found;
}

/* ---- the configuration ---- */

static int write_file(const struct debian_apt *apt, const char *name,
		      const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", apt->dir, name);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	fputs(text, f);
	return fclose(f) ? -errno : 0;
}

/* Lines of what the system's apt has, hooks and all, that say how to reach it. */
static int keep_settings(struct kenv *k, struct strbuf *conf)
{
	struct strbuf dump = STRBUF_INIT;
	struct arglist words = { };
	regex_t kept;
	char *line, *rest;

	if (regcomp(&kept, KEPT_SETTINGS, REG_EXTENDED | REG_ICASE | REG_NOSUB))
		return -ENOMEM;
	arglist_add_all(&words, "apt-config", "dump", NULL);
	job_read(k, &words, &dump);
	for (line = dump.len ? strtok_r(dump.text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		if (!regexec(&kept, line, 0, NULL, 0))
			strbuf_addf(conf, "%s\n", line);
	regfree(&kept);
	arglist_free(&words);
	strbuf_free(&dump);
	return 0;
}

static int write_conf(struct kenv *k, const struct debian_apt *apt)
{
	struct strbuf conf = STRBUF_INIT;
	int ret;

	strbuf_addf(&conf, "Dir::Etc::Main \"/dev/null\";\nDir::Etc::Parts \"%s/conf.d\";\n",
		    apt->dir);
	ret = keep_settings(k, &conf) ?:
	      write_file(apt, "apt.conf", conf.text) ?:
	      write_file(apt, "status", "");
	strbuf_free(&conf);
	return ret;
}

static int write_sources(const struct debian_apt *apt, const char *suites)
{
	struct strbuf text = STRBUF_INIT;
	size_t len;
	int ret;

	for (; *suites; suites += len, suites += strspn(suites, " ")) {
		len = strcspn(suites, " ");
		strbuf_addf(&text, "deb [signed-by=" KEYRING "] %s %.*s main\n",
			    apt->mirror, (int)len, suites);
	}
	ret = write_file(apt, "sources.list", text.text);
	strbuf_free(&text);
	return ret;
}

static int make_folders(const struct debian_apt *apt)
{
	static const char * const folders[] = {
		"", "/lists", "/lists/partial", "/cache", "/cache/archives",
		"/cache/archives/partial", "/conf.d",
	};
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s%s", apt->dir, folders[i]);
		if (mkdir(path, 0755))
			return -errno;
	}
	return 0;
}

int debian_apt_init(struct kenv *k, struct debian_apt *apt, const char *suites,
		    const char *work)
{
	int ret;

	if (snprintf(apt->dir, sizeof(apt->dir), "%s/apt", work) >=
	    (int)sizeof(apt->dir))
		return -ENAMETOOLONG;
	log_begin(k, apt->log, "source.log");
	if (!find_mirror(apt->mirror, sizeof(apt->mirror)))
		return kenv_missing(k, "no kernel tree, and no Debian mirror in /etc/apt to get one from; name a tree by KDIR=");
	if (access(KEYRING, R_OK))
		return kenv_missing(k, "no kernel tree, and no " KEYRING " to check a download; name a tree by KDIR=");
	ret = make_folders(apt) ?: write_conf(k, apt) ?:
	      write_sources(apt, suites);
	if (ret)
		return kenv_missing(k, "%s: %s", apt->dir, strerror(-ret));
	return 0;
}

/* Options on a command line come too late to keep apt from reading the rest. */
void debian_apt_words(const struct debian_apt *apt, const char *program,
		      struct arglist *words)
{
	size_t i;

	arglist_add(words, "env");
	arglist_addf(words, "APT_CONFIG=%s/apt.conf", apt->dir);
	arglist_add_all(words, program, "-q", NULL);
	for (i = 0; i < ARRAY_SIZE(own_places); i++) {
		arglist_add(words, "-o");
		arglist_addf(words, "%s=%s/%s", own_places[i].option, apt->dir,
			     own_places[i].path);
	}
	for (i = 0; i < ARRAY_SIZE(options); i++)
		arglist_add_all(words, "-o", options[i], NULL);
}
