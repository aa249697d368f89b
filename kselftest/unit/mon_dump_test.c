// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dumps of guests beside what these guests said of themselves: of one that
 * sleeps, its /proc (tasks, masks, stacks); of one whose scheduler starves it,
 * the kernel's own dump of sched_ext. Only what stood still is compared.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/dump.h"

#define LINE_MAX_LEN	2048

/* Return: the next line of [*@p, @end) in @buf, false when there is none. */
static bool next_line(const char **p, const char *end, char *buf, size_t size)
{
	const char *eol;

	if (!*p || *p >= end)
		return false;
	eol = memchr(*p, '\n', end - *p) ?: end;
	snprintf(buf, size, "%.*s", (int)(eol - *p), *p);
	*p = eol + 1;
	return true;
}

/* Is the line there a second time, in what the guest said afterwards? */
static bool stood_still(const struct image *im, const char *part,
			const char *line)
{
	size_t len, n = strlen(line);
	const char *p = said_part(&im->after, part, &len), *hit;

	for (; p && (hit = memmem(p, len, line, n)); p = hit + n, len = 0)
		if (hit[n] == '\n')
			return true;
	return false;
}

static const struct mon_task *task_by_pid(const struct mon_dump *d, int pid)
{
	size_t i;

	for (i = 0; i < d->n_tasks; i++)
		if (d->tasks[i].pid == pid)
			return &d->tasks[i];
	return NULL;
}

static struct mon_dump *dump_of(struct image *im)
{
	const struct mon_dump_options options = {
		.stall_ns = NSEC_PER_SEC, .all_stacks = true,
	};
	struct mon_dump *d = NULL;

	if (!image_attach(im))
		mon_dump_create(&im->guest, &options, &d);
	return d;
}

/* ---- a guest that sleeps ---- */

FIXTURE(mon_dump)
{
	struct image im;
	struct mon_dump *d;
};

FIXTURE_VARIANT(mon_dump)
{
	const char *name;
};

FIXTURE_VARIANT_ADD(mon_dump, l4_nokaslr) { .name = "l4-nokaslr" };
FIXTURE_VARIANT_ADD(mon_dump, l4_kaslr) { .name = "l4-kaslr" };
FIXTURE_VARIANT_ADD(mon_dump, l5_kaslr) { .name = "l5-kaslr" };
FIXTURE_VARIANT_ADD(mon_dump, cpus8) { .name = "cpus8" };

FIXTURE_SETUP(mon_dump)
{
	if (image_open(&self->im, variant->name))
		SKIP(return, "%s", self->im.why);
	self->d = dump_of(&self->im);
	ASSERT_NE(NULL, self->d);
}

FIXTURE_TEARDOWN(mon_dump)
{
	mon_dump_destroy(self->d);
	image_close(&self->im);
}

/* "Name:\tinit State:\tS (sleeping) Pid:\t1 Cpus_allowed:\tf" */
TEST_F(mon_dump, tasks_are_those_of_proc)
{
	char line[LINE_MAX_LEN], name[64], state;
	unsigned long long mask;
	unsigned int seen = 0;
	const char *p, *end;
	size_t len;
	int pid;

	p = said_part(&self->im.before, "tasks", &len);
	ASSERT_NE(NULL, p);
	for (end = p + len; next_line(&p, end, line, sizeof(line));) {
		const struct mon_task *t;

		if (!stood_still(&self->im, "tasks", line) ||
		    sscanf(line, "Name:\t%63s State:\t%c %*s Pid:\t%d Cpus_allowed:\t%llx",
			   name, &state, &pid, &mask) != 4)
			continue;
		t = task_by_pid(self->d, pid);
		EXPECT_NE(NULL, t) {
			TH_LOG("no task for %s", line);
		}
		if (!t)
			continue;
		/* A kworker's name has its work queue's behind it in /proc. */
		EXPECT_EQ(0, strncmp(name, t->comm, strlen(t->comm))) {
			TH_LOG("%s is %s", t->comm, line);
		}
		if (state != 'R')
			EXPECT_EQ(state, t->state) {
				TH_LOG("%s is %s", t->comm, line);
			}
		EXPECT_EQ(mask, t->cpus.bits[0]) {
			TH_LOG("%s is %s", t->comm, line);
		}
		EXPECT_GT(self->im.guest.nr_cpus, t->cpu);
		seen++;
	}
	TH_LOG("%u of %zu tasks", seen, self->d->n_tasks);
	EXPECT_LE(20, seen);
}

/* The next "[<0>] function+0xoffset/0xsize" as "function+0xoffset" */
static const char *next_frame(const char *p, char *frame, size_t size)
{
	p = strstr(p, "[<0>] ");
	if (!p)
		return NULL;
	p += strlen("[<0>] ");
	snprintf(frame, size, "%.*s", (int)strcspn(p, "\n /"), p);
	return p;
}

/*
 * /proc leaves the scheduler's own functions out; from the first frame that it
 * has, all must be ours, in order. Returns how many, 0 when one differs.
 */
static unsigned int same_frames(const struct mon_dump *d,
				const struct mon_task *t, const char *p)
{
	char frame[192], ours[192];
	unsigned int i, n = 0;

	p = next_frame(p, frame, sizeof(frame));
	for (i = 0; p && i < t->stack.n; i++) {
		mon_frame_name(d, t->stack.ip[i], ours, sizeof(ours));
		if (!strcmp(frame, ours)) {
			p = next_frame(p, frame, sizeof(frame));
			n++;
		} else if (n) {
			return 0;
		}
	}
	return p ? 0 : n;
}

static void log_stack(struct __test_metadata *_metadata,
		      const struct mon_dump *d, const struct mon_task *t)
{
	char name[192];
	unsigned int i;

	TH_LOG("%s[%d]:", t->comm, t->pid);
	for (i = 0; i < t->stack.n; i++)
		TH_LOG("  %s", mon_frame_name(d, t->stack.ip[i], name,
					      sizeof(name)));
}

TEST_F(mon_dump, stacks_are_those_of_proc)
{
	unsigned int stacks = 0, frames = 0, deepest = 0, n;
	char line[LINE_MAX_LEN];
	const char *p, *end;
	size_t len;
	int pid;

	p = said_part(&self->im.before, "stacks", &len);
	ASSERT_NE(NULL, p);
	for (end = p + len; next_line(&p, end, line, sizeof(line));) {
		const struct mon_task *t;

		if (sscanf(line, "stack %d", &pid) != 1 ||
		    !strstr(line, "[<0>]") ||
		    !stood_still(&self->im, "stacks", line))
			continue;
		t = task_by_pid(self->d, pid);
		/*
		 * Who wrote this ran, and waits elsewhere since. RCU's threads
		 * turn a round between two readings.
		 */
		if (!t || pid == 1 || !strncmp(t->comm, "rcu_", 4))
			continue;
		n = same_frames(self->d, t, line);
		EXPECT_LT(0, n) {
			log_stack(_metadata, self->d, t);
			TH_LOG("not %s", line);
		}
		EXPECT_TRUE(t->stack.reliable);
		stacks++;
		frames += n;
		deepest = max(deepest, n);
	}
	TH_LOG("%u stacks, %u frames, deepest %u", stacks, frames, deepest);
	EXPECT_LE(20, stacks);
	EXPECT_LE(3 * stacks, frames);
	EXPECT_LE(5, deepest);
}

/* Nobody waits in a guest that sleeps, and all of its queues are empty. */
TEST_F(mon_dump, quiet)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	EXPECT_EQ(0, self->d->n_stalls);
	EXPECT_EQ(NULL, self->d->dsqs.incomplete);
	EXPECT_LE(self->im.guest.nr_cpus, self->d->dsqs.n);
	for (i = 0; i < self->d->dsqs.n; i++) {
		EXPECT_EQ(self->d->dsqs.list[i].nr,
			  self->d->dsqs.list[i].n_tasks);
	}
	/* An ordinary guest takes a small part of what a dump may cost. */
	mon_dump_text(self->d, &text);
	EXPECT_LT(MON_DUMP_READS / 4 * 3, self->d->budget.left);
	EXPECT_NE(NULL, strstr(text.text, "scheduler: \"simple\""));
	strbuf_free(&text);
}

/* ---- a guest that starves ---- */

/* Who has waited for as long is not let run: the others do so at once. */
#define STARVED_MS	1000

/* What the kernel's dump said of the task that it is at */
struct said_task {
	const struct mon_task *t;	/* NULL between two of them */
	unsigned int cpu;
	unsigned int frame;		/* of ours, that is to come */
	unsigned int frames;
	unsigned int tasks;
	unsigned int stacks;		/* tasks of which it has a frame */
};

/* Of a child that has never run, and of no other, the kernel has no frame. */
static void said_all(struct __test_metadata *_metadata,
		     const struct mon_dump *d, const struct said_task *s)
{
	char ours[192] = "";

	if (!s->t || s->frame)
		return;
	if (s->t->stack.n)
		mon_frame_name(d, s->t->stack.ip[s->t->stack.n - 1], ours,
			       sizeof(ours));
	EXPECT_EQ(0, strncmp(ours, "ret_from_fork", 13)) {
		log_stack(_metadata, d, s->t);
	}
}

/*
 * "  R victim[97] *root -3324ms". PID 1 has gone on since, and so has a kernel
 * thread that had just been woken ("+0ms"): the scheduler lets both run.
 */
static void said_who(struct __test_metadata *_metadata,
		     const struct mon_dump *d, const char *line,
		     struct said_task *s)
{
	const char *bracket = strrchr(line, '['), *ms = strrchr(line, '-');
	int pid = bracket ? atoi(bracket + 1) : 0;

	said_all(_metadata, d, s);
	s->t = NULL;
	if (pid <= 1 || !ms || atoi(ms + 1) < STARVED_MS)
		return;
	s->t = task_by_pid(d, pid);
	ASSERT_NE(NULL, s->t);
	EXPECT_EQ('R', s->t->state);
	EXPECT_TRUE(s->t->runnable);
	EXPECT_EQ(MON_CLASS_EXT, s->t->class);
	EXPECT_EQ(s->cpu, s->t->cpu);
	EXPECT_EQ(0, strncmp(line + 4, s->t->comm, strlen(s->t->comm)));
	EXPECT_LE(atoi(ms + 1) * NSEC_PER_MSEC, s->t->wait_ns);
	s->frame = 0;
	s->tasks++;
}

static void said_numbers(struct __test_metadata *_metadata, const char *line,
			 const struct mon_task *t)
{
	unsigned int state, flags, dsq_flags, ops_state, no_mig, weight;
	unsigned long long qseq, dsq, vtime, slice, mask;
	int sticky, holding;

	if (sscanf(line, " scx_state/flags=%u/0x%x dsq_flags=0x%x ops_state/qseq=%u/%llu",
		   &state, &flags, &dsq_flags, &ops_state, &qseq) == 5) {
		EXPECT_EQ(state, t->scx.state);
		EXPECT_EQ(flags, t->scx.flags);
		EXPECT_EQ(dsq_flags, t->scx.dsq_flags);
		EXPECT_EQ(ops_state, t->scx.ops_state);
		EXPECT_EQ(qseq, t->scx.qseq);
	} else if (sscanf(line, " sticky/holding_cpu=%d/%d dsq_id=0x%llx",
			  &sticky, &holding, &dsq) == 3) {
		EXPECT_EQ(sticky, t->scx.sticky_cpu);
		EXPECT_EQ(holding, t->scx.holding_cpu);
		EXPECT_EQ(dsq, t->scx.dsq_id);
	} else if (sscanf(line, " dsq_vtime=%llu slice=%llu weight=%u",
			  &vtime, &slice, &weight) == 3) {
		EXPECT_EQ(vtime, t->scx.dsq_vtime);
		EXPECT_EQ(slice, t->scx.slice);
		EXPECT_EQ(weight, t->scx.weight);
	} else if (sscanf(line, " cpus=%llx no_mig=%u", &mask, &no_mig) == 2) {
		EXPECT_EQ(mask, t->cpus.bits[0]);
		EXPECT_EQ(no_mig, t->migration_disabled);
	}
}

/* "    kernel_clone+0x126/0x420": the next but for the scheduler's own */
static void said_frame(struct __test_metadata *_metadata,
		       const struct mon_dump *d, const char *line,
		       struct said_task *s)
{
	char frame[192], ours[192];
	unsigned int i;

	line += strspn(line, " ");
	snprintf(frame, sizeof(frame), "%.*s", (int)strcspn(line, "/"), line);
	for (i = s->frame; i < s->t->stack.n; i++) {
		mon_frame_name(d, s->t->stack.ip[i], ours, sizeof(ours));
		if (!strcmp(frame, ours))
			break;
	}
	EXPECT_LT(i, s->t->stack.n) {
		log_stack(_metadata, d, s->t);
		TH_LOG("has no %s", frame);
	}
	s->stacks += !s->frame;
	s->frame = i + 1;
	s->frames++;
}

/* On the list of the queue that it says it is on? */
static bool is_on_its_queue(const struct mon_dump *d, const struct mon_task *t)
{
	size_t i, k;

	for (i = 0; i < d->dsqs.n; i++)
		for (k = 0; k < d->dsqs.list[i].n_tasks; k++)
			if (d->dsqs.list[i].tasks[k] == t->va)
				return d->dsqs.list[i].va == t->scx.dsq_va;
	return false;
}

TEST(starved_as_the_kernel_dumps_it)
{
	static const char mark[] = "sched_ext_dump: ";
	char line[LINE_MAX_LEN], *text;
	struct said_task s = { };
	const char *p, *end;
	struct mon_dump *d;
	struct image im;

	if (image_open(&im, "stall"))
		SKIP(return, "%s", im.why);
	d = dump_of(&im);
	ASSERT_NE(NULL, d);
	p = im.after.text;
	for (end = p + strlen(p); next_line(&p, end, line, sizeof(line));) {
		text = strstr(line, mark);
		if (!text)
			continue;
		text += strlen(mark);
		if (sscanf(text, "CPU %u", &s.cpu) == 1) {
			said_all(_metadata, d, &s);
			s.t = NULL;
		} else if (strchr(text, '[') && strstr(text, "ms")) {
			said_who(_metadata, d, text, &s);
		} else if (s.t && strstr(text, "+0x")) {
			said_frame(_metadata, d, text, &s);
		} else if (s.t) {
			said_numbers(_metadata, text, s.t);
		}
		if (s.t && !s.frame)
			EXPECT_TRUE(is_on_its_queue(d, s.t));
	}
	said_all(_metadata, d, &s);
	TH_LOG("%u tasks, %u frames of %u", s.tasks, s.frames, s.stacks);
	EXPECT_LE(3, s.tasks);
	EXPECT_LE(1, s.stacks);
	EXPECT_LE(4 * s.stacks, s.frames);
	EXPECT_LE(s.tasks, d->n_stalls);
	mon_dump_destroy(d);
	image_close(&im);
}

TEST_HARNESS_MAIN
