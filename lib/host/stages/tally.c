// SPDX-License-Identifier: GPL-2.0-only
/*
 * What came of a stage, and of all of them. See check.h.
 */
#include "lib/host/stages/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

#define STATUS_WRONG		1
#define STATUS_MISSING		4
#define STATUS_INCONCLUSIVE	5

#define LINE_SIZE	1024
#define SHOWN_MAX	20	/* of tests that failed, for each stage */
#define SHOWN_LEN	300
#define TAIL_LINES	25
#define FREE_MIN	(1UL << 20)

/* ---- the log of one stage ---- */

static FILE *log_open(const struct check *check, const struct stage *stage)
{
	char path[CHECK_PATH_SIZE];

	check_log(check, stage, path);
	return fopen(path, "re");
}

static void put_line(const char *before, const char *line)
{
	fputs(before, stdout);
	text_put(stdout, line, strlen(line));
	putchar('\n');
}

static void put_not_judged(const struct check *check,
			   const struct stage *stage)
{
	FILE *f = log_open(check, stage);
	char line[LINE_SIZE];

	while (f && stage_line(line, sizeof(line), f))
		if (stage_line_not_judged(line))
			put_line("#   ", line);
	if (f)
		fclose(f);
}

/* A full disk may have kept even its own error message out of the log. */
static bool disk_is_full(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[LINE_SIZE];
	struct statvfs fs;
	bool full = false;

	while (f && !full && stage_line(line, sizeof(line), f))
		full = strstr(line, "No space left on device");
	if (f)
		fclose(f);
	return full || (!statvfs(path, &fs) &&
			(uint64_t)fs.f_bavail * fs.f_frsize < FREE_MIN);
}

/* Said again at the very end, which may be all that is read. */
static void keep_bad_test(struct check *check, const struct stage *stage,
			  const char *line)
{
	struct strbuf *to = &check->bad_tests;
	char text[SHOWN_LEN];
	int len;

	snprintf(text, sizeof(text), "%s:%s", stage->name, line);
	len = strlen(text);
	strbuf_addf(to, "# not ok, ");
	text_add(to, text, len);
	strbuf_addf(to, "\n");
}

static void put_failed(struct check *check, const struct stage *stage)
{
	FILE *f = log_open(check, stage);
	unsigned int number = 0, n = 0;
	char line[LINE_SIZE];
	const char *failed;

	while (f && n < SHOWN_MAX && stage_line(line, sizeof(line), f)) {
		number++;
		failed = stage_line_failed(line);
		if (!failed)
			continue;
		n++;
		keep_bad_test(check, stage, failed);
		printf("#   %u:", number);
		put_line("", line);
	}
	if (f)
		fclose(f);
}

static void put_tail(const struct check *check, const struct stage *stage)
{
	char (*lines)[LINE_SIZE] = calloc(TAIL_LINES, LINE_SIZE);
	FILE *f = log_open(check, stage);
	size_t n = 0, i;

	while (f && lines && stage_line(lines[n % TAIL_LINES], LINE_SIZE, f))
		n++;
	for (i = n > TAIL_LINES ? n - TAIL_LINES : 0; i < n; i++)
		put_line("# | ", lines[i % TAIL_LINES]);
	if (f)
		fclose(f);
	free(lines);
}

static void put_why(struct check *check, const struct stage *stage, int status)
{
	char path[CHECK_PATH_SIZE];

	check_log(check, stage, path);
	if (disk_is_full(path))
		printf("# the disk is full: %s is not whole, nor is its count\n",
		       path);
	printf("# exit status %d; the end of %s:\n", status, path);
	put_failed(check, stage);
	put_tail(check, stage);
}

/* ---- one stage ---- */

static bool status_is_fine(const struct stage_counts *n, int status)
{
	return !status || status == STATUS_MISSING ||
	       (status == STATUS_INCONCLUSIVE && n->inconclusive);
}

/* One may be an accident of one host, in a stage of any size. */
static bool is_little(unsigned int open, const struct stage_counts *n)
{
	return (open == 1 && n->passed) ||
	       open * 50 <= n->passed + n->skipped + open;
}

static void add_counts(struct stage_counts *to, const struct stage_counts *n)
{
	to->passed += n->passed;
	to->failed += n->failed;
	to->skipped += n->skipped;
	to->infrastructure += n->infrastructure;
	to->inconclusive += n->inconclusive;
	to->retried += n->retried;
}

static void judge(struct check *check, const struct stage *stage, int status,
		  struct stage_counts *n)
{
	unsigned int open = n->infrastructure + n->inconclusive;

	/* It died, said nothing, or stopped in the midst of it. */
	if (!n->failed && (!status_is_fine(n, status) || !n->plans ||
			   !(n->passed + n->skipped + open)))
		n->failed = 1;
	if (!open)
		return;
	strbuf_addf(&check->not_judged, " %s", stage->name);
	printf("# %u tests of %s were not judged:\n", open, stage->name);
	put_not_judged(check, stage);
	if (!n->failed && !is_little(open, n))
		n->failed = 1;
}

void check_ended(struct check *check, const struct check_stage *cs, int status)
{
	unsigned int seconds = check_now_s() - cs->began_s;
	const struct stage *stage = cs->stage;
	FILE *f = log_open(check, stage);
	struct stage_counts n = { };
	char times[CHECK_PATH_SIZE];

	if (f) {
		stage_count(f, &n);
		fclose(f);
	}
	judge(check, stage, status, &n);
	add_counts(&check->total, &n);
	printf("%s %u %s # %u passed, %u failed, %u skipped, %u infrastructure, %u inconclusive, %u retried, %u s\n",
	       n.failed ? "not ok" : "ok", ++check->number, stage->name,
	       n.passed, n.failed, n.skipped, n.infrastructure, n.inconclusive,
	       n.retried, seconds);
	if (!stage_times_file(times, sizeof(times)))
		stage_times_save(times, stage->name, seconds);
	if (!n.failed && !n.infrastructure && !n.inconclusive)
		kept_save(check, stage, &n, seconds);
	if (n.failed) {
		strbuf_addf(&check->bad_stages, " %s", stage->name);
		put_why(check, stage, status);
	}
	fflush(stdout);
}

/* ---- all of them ---- */

/* Some tests may be skipped where something is missing, but not all in VMs. */
static bool wants_vms(const struct check *check)
{
	size_t i;

	if (check->world->kvm != CHECK_KVM_NONE)
		return false;
	for (i = 0; i < check->n; i++)
		if (check->stages[i].stage->needs & STAGE_VM)
			return true;
	return false;
}

static void put_open(const struct check *check)
{
	const struct stage_counts *n = &check->total;

	if (check->ci_says.len)
		printf("# %s\n", check->ci_says.text);
	if (check->ci_late.len)
		printf("# of these not begun, as CI's time would not have been enough:%s\n",
		       check->ci_late.text);
	if (n->infrastructure)
		printf("# not judged, for want of a host that works (infrastructure): %u tests of%s\n",
		       n->infrastructure, check->not_judged.text);
	if (n->inconclusive)
		printf("# not judged, as the host took too much (inconclusive): %u tests of%s\n",
		       n->inconclusive, check->not_judged.text);
}

/* What is so often not judged proves nothing. */
static void judge_open(struct check *check, unsigned int skipped)
{
	struct stage_counts *n = &check->total;
	unsigned int open = n->infrastructure + n->inconclusive;

	if (open < 2 || n->failed || open * 100 <= n->passed + skipped)
		return;
	n->failed = 1;
	strbuf_addf(&check->bad_stages, " infrastructure");
}

int check_close(struct check *check)
{
	struct stage_counts *n = &check->total;
	unsigned int skipped = n->skipped + n->infrastructure + n->inconclusive;
	int status = 0;

	if (skipped && check->world->strict)
		status = STATUS_MISSING;
	if (wants_vms(check)) {
		fprintf(stderr, "ktstr: no KVM here that can run a kernel, so nothing ran in VMs: %s\n",
			check->world->kvm_why);
		status = STATUS_MISSING;
	}
	put_open(check);
	judge_open(check, skipped);
	if (n->failed) {
		fputs(check->bad_tests.text, stdout);
		printf("# failed:%s; logs: %s/logs/check-STAGE.log\n",
		       check->bad_stages.text, check->world->out);
		status = STATUS_WRONG;
	}
	printf("%u passed, %u failed, %u skipped\n", n->passed, n->failed,
	       skipped);
	return fflush(stdout) ? STATUS_WRONG : status;
}
