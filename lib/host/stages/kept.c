// SPDX-License-Identifier: GPL-2.0-only
/*
 * What need not be computed twice on this machine: a stage that has passed with the
 * same files, kernel and tools. Never where CI=true, nor for one that was named.
 *
 *	CACHE/check/kept/STAGE	INPUTS PASSED SKIPPED SECONDS, of its last pass
 */
#include "lib/host/stages/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#define LIMIT_MS	120000
#define HOUR_S		3600

/* What each stage stands on, whatever it covers. */
static const char * const common[] = {
	"run_ktstr.sh",
	"scripts/ktap.sh",
	"scripts/git.sh",
	"scripts/landing.sh",
	"scripts/inputs.sh",
	"scripts/run-programs.sh",
	"scripts/stages/lib.sh",
	"scripts/tests/lib.sh",
	"lib/host/front",
	"lib/host/stages",
};

int kept_init(struct check *check)
{
	char path[CHECK_PATH_SIZE];
	char *argv[] = { path, NULL };
	int ret;

	snprintf(path, sizeof(path), "%s/check", check->world->cache);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/check/kept", check->world->cache);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/scripts/inputs.sh",
		 check->world->here);
	ret = check_capture(argv, LIMIT_MS, &check->inputs.text);
	if (ret)
		strbuf_reset(&check->inputs.text);
	return ret;
}

/* FNV-1a: tells states of files that nobody has made to look alike. */
static uint64_t hash_more(uint64_t hash, const char *bytes, size_t len)
{
	while (len--)
		hash = (hash ^ (unsigned char)*bytes++) * 0x100000001b3ULL;
	return hash;
}

/* Is @path @place, or in there where that is a folder? */
static bool is_at(const char *path, size_t path_len, const char *place,
		  size_t len)
{
	return path_len >= len && !memcmp(path, place, len) &&
	       (path_len == len || path[len] == '/');
}

/* Of places with blanks between, "." is all. */
static bool is_in(const char *path, size_t path_len, const char *places)
{
	size_t len;

	while (places && *places) {
		len = strcspn(places, " ");
		if ((len == 1 && *places == '.') ||
		    is_at(path, path_len, places, len))
			return true;
		places += len + strspn(places + len, " ");
	}
	return false;
}

static bool is_common(const char *path, size_t path_len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(common); i++)
		if (is_at(path, path_len, common[i], strlen(common[i])))
			return true;
	return false;
}

static bool is_input(const struct stage *stage, const char *line, size_t len)
{
	const char *path = memchr(line, ' ', len);

	if (!path || path + 2 > line + len)
		return false;
	path += 2;
	len -= path - line;
	return is_common(path, len) || is_in(path, len, stage->paths) ||
	       is_in(path, len, stage->command);
}

static uint64_t inputs_hash(const struct check *check,
			    const struct stage *stage)
{
	const char *line = check->inputs.text.text;
	uint64_t hash = 0xcbf29ce484222325ULL;
	size_t len = 0;

	/* The table is among them, but tests have others. */
	hash = hash_more(hash, stage->paths, strlen(stage->paths));
	for (; *line && *line != '\n'; line += len) {
		len = strcspn(line, "\n");
		if (is_input(stage, line, len))
			hash = hash_more(hash, line, len);
		len += line[len] == '\n';
	}
	return hash_more(hash, line, strlen(line));
}

static void kept_path(const struct check *check, const struct stage *stage,
		      char *path)
{
	snprintf(path, CHECK_PATH_SIZE, "%s/check/kept/%s",
		 check->world->cache, stage->name);
}

static void put_age(time_t seconds)
{
	long s = max(seconds, (time_t)0);

	if (s < 2 * HOUR_S)
		printf("%ld min", s / 60);
	else if (s < 48 * HOUR_S)
		printf("%ld h", s / HOUR_S);
	else
		printf("%ld days", s / (24 * HOUR_S));
}

bool kept_take(struct check *check, const struct check_stage *cs)
{
	const struct check_world *w = check->world;
	unsigned int passed, skipped, seconds;
	char path[CHECK_PATH_SIZE];
	uint64_t inputs;
	struct stat st;
	int n = 0;
	FILE *f;

	if (w->ci || w->again || cs->named || !check->inputs.text.len)
		return false;
	kept_path(check, cs->stage, path);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fstat(fileno(f), &st))
		n = fscanf(f, "%" SCNx64 " %u %u %u", &inputs, &passed,
			   &skipped, &seconds);
	fclose(f);
	if (n != 4 || inputs != inputs_hash(check, cs->stage))
		return false;
	check->total.passed += passed;
	check->total.skipped += skipped;
	printf("ok %u %s # %u passed, 0 failed, %u skipped: kept from ",
	       ++check->number, cs->stage->name, passed, skipped);
	put_age(time(NULL) - st.st_mtime);
	printf(" ago, when it took %u s\n", seconds);
	return true;
}

void kept_save(const struct check *check, const struct stage *stage,
	       const struct stage_counts *counts, unsigned int seconds)
{
	char path[CHECK_PATH_SIZE], made[CHECK_PATH_SIZE + 16];
	bool bad;
	FILE *f;

	if (!check->inputs.text.len)
		return;
	kept_path(check, stage, path);
	snprintf(made, sizeof(made), "%s.%d", path, getpid());
	f = fopen(made, "we");
	if (!f)
		return;
	bad = fprintf(f, "%016" PRIx64 " %u %u %u\n", inputs_hash(check, stage),
		      counts->passed, counts->skipped, seconds) < 0;
	bad = fclose(f) || bad;
	if (bad || rename(made, path))
		unlink(made);
}
