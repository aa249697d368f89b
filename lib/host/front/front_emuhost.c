// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emulated host. See front_emuhost.h.
 */
#include "lib/host/front/front_emuhost.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front.h"

#define FETCH		"vmm/emulated-host/fetch.sh"
#define CHECK_LIMIT_S	60
#define FETCH_LIMIT_S	14400
#define STATUS_MISSING	4

/* Return: as job_run(); the entry's folder is in @entry. */
static int ask(struct front *f, struct strbuf *entry)
{
	struct arglist words = { };
	struct job job = { .words = &words, .limit_s = CHECK_LIMIT_S };
	int ret;

	arglist_addf(&words, "%s/" FETCH, f->here);
	arglist_add(&words, "--check");
	ret = job_capture(&f->k, &job, entry);
	arglist_free(&words);
	while (entry->len && entry->text[entry->len - 1] == '\n')
		entry->text[--entry->len] = '\0';
	return ret;
}

bool emuhost_is_there(struct front *f)
{
	struct strbuf entry = STRBUF_INIT;
	int ret = ask(f, &entry);

	strbuf_free(&entry);
	return !ret;
}

static void last_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");

	line[0] = '\0';
	while (file && fgets(line, size, file))
		line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
}

int emuhost_fetch(struct front *f)
{
	struct arglist words = { };
	char log[PATH_MAX], line[1024];
	struct job job = {
		.text = "fetching the emulated host", .log = log,
		.words = &words, .limit_s = FETCH_LIMIT_S, .lines = true,
		.gentle = true,
	};
	int ret;

	log_begin(&f->k, log, "emulated-host.log");
	arglist_addf(&words, "%s/" FETCH, f->here);
	ret = job_run(&f->k, &job);
	arglist_free(&words);
	if (!ret)
		return 0;
	last_line(log, line, sizeof(line));
	if (ret == STATUS_MISSING)
		return kenv_missing(&f->k, "the emulated host: %s", line);
	return kenv_wrong(&f->k, "the emulated host: %s; see %s", line, log);
}

/* ---- verdicts on its QEMU ---- */

static bool is_written(const char *dir, const char *name)
{
	char path[PATH_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !stat(path, &st) && st.st_size > 0;
}

static bool verdict_is_good(const char *dir)
{
	char path[PATH_MAX], line[1024];
	bool good = false;
	FILE *file;

	snprintf(path, sizeof(path), "%s/verdict", dir);
	file = fopen(path, "re");
	while (file && !good && fgets(line, sizeof(line), file))
		good = strstarts(line, "mended") || strstarts(line, "stands");
	if (file)
		fclose(file);
	return good;
}

bool emuhost_is_judged(struct front *f)
{
	struct strbuf entry = STRBUF_INIT;
	char second[PATH_MAX];
	struct stat st;
	bool is;

	is = ask(f, &entry) || verdict_is_good(entry.text);
	if (!is && is_written(entry.text, "verdict")) {
		snprintf(second, sizeof(second), "%s/second", entry.text);
		is = stat(second, &st) || !S_ISDIR(st.st_mode) ||
		     is_written(second, "verdict");
	}
	strbuf_free(&entry);
	return is;
}
