// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeping dumps beyond the life of their guest. See findings.h.
 */
#include "lib/host/monitor/judge/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/story.h"

#define MON_STORY_TEXT_MAX	(64U << 10)
#define MAP_TEXT_MAX	(16U << 10)	/* of one map's values */
#define STALLS_SHOWN	8	/* with what was idle meanwhile */

static void free_maps(struct mon_kept_dump *kept)
{
	size_t i;

	for (i = 0; kept->maps && i < kept->dump->n_maps; i++)
		strbuf_free(&kept->maps[i]);
	free(kept->maps);
}

void mon_findings_exit(struct mon_findings *f)
{
	unsigned int i;

	for (i = 0; i < f->n_dumps; i++) {
		free_maps(&f->dumps[i]);
		mon_dump_destroy(f->dumps[i].dump);
		strbuf_free(&f->dumps[i].story);
		strbuf_free(&f->dumps[i].text);
	}
	strbuf_free(&f->where);
	mon_tracks_exit(&f->tracks);
	mon_snapshots_exit(&f->snapshots);
	memset(f, 0, sizeof(*f));
}

const struct mon_kept_dump *
mon_findings_get(const struct mon_findings *f, enum mon_dump_why why)
{
	unsigned int i;

	for (i = 0; i < f->n_dumps; i++)
		if (f->dumps[i].why == why)
			return &f->dumps[i];
	return NULL;
}

static struct mon_kept_dump *find(struct mon_findings *f,
				  enum mon_dump_why why)
{
	return (struct mon_kept_dump *)mon_findings_get(f, why);
}

bool mon_findings_refresh(struct mon_findings *f, const struct mon_guest *guest)
{
	struct mon_kept_dump *kept = find(f, MON_DUMP_EXIT);
	struct strbuf text = { .text = (char *)"", .max = MON_DUMP_TEXT_MAX };

	if (!kept || (kept->dump->exit.kind && kept->dump->exit.msg[0]))
		return true;
	mon_exit_read(guest, &kept->dump->exit);
	if (!kept->dump->exit.kind || !kept->dump->exit.msg[0])
		return false;
	kept->dump->guest = guest;
	mon_exit_text(kept->dump, &text);
	kept->dump->guest = NULL;
	strbuf_add(&text, kept->text.text, kept->text.len);
	strbuf_free(&kept->text);
	kept->text = text;
	return true;
}

static unsigned int times_idle(const struct mon_series *s, unsigned int cpu,
			       uint64_t from_ns, uint64_t end_ns,
			       unsigned int *n)
{
	unsigned int idle = 0;
	size_t i;

	*n = 0;
	for (i = s->n_points; i; i--) {
		const struct mon_point *p = mon_series_point(s, i - 1);

		if (p->host_ns < from_ns)
			break;
		if (p->host_ns > end_ns || !p->cpus[cpu].valid)
			continue;
		idle += p->cpus[cpu].q.idle;
		(*n)++;
	}
	return idle;
}

void mon_stall_meanwhile(const struct mon_series *s, const struct mon_dump *d,
			 const struct mon_stall *stall, uint64_t end_ns,
			 struct strbuf *out)
{
	const struct mon_task *t = &d->tasks[stall->task];
	uint64_t from_ns = end_ns - min(end_ns, t->wait_ns);
	unsigned int cpu, idle, n, said = 0;
	struct mon_cpus allowed;

	mon_task_allowed(t, &allowed);
	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		idle = times_idle(s, cpu, from_ns, end_ns, &n);
		if (!idle)
			continue;
		if (!said++)
			strbuf_addf(out, "while %s[%d] waited, idle in samples: ",
				    t->comm, t->pid);
		else
			strbuf_addf(out, ", ");
		strbuf_addf(out, "CPU %u %u of %u%s", cpu, idle, n,
			    mon_cpus_test(&allowed, cpu) ? "" :
			    " (it may not run there)");
	}
	if (said)
		strbuf_addf(out, "\n");
}

static void meanwhile(struct mon_series *s, struct mon_kept_dump *kept)
{
	size_t i;

	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	for (i = 0; i < kept->dump->n_stalls && i < STALLS_SHOWN; i++)
		mon_stall_meanwhile(s, kept->dump, &kept->dump->stalls[i],
				    kept->host_ns, &kept->text);
	pthread_mutex_unlock(&s->lock);
}

/* Each by itself, for who wants no text of all */
static void keep_maps(struct mon_kept_dump *kept)
{
	size_t i, n = kept->dump->n_maps;

	kept->maps = calloc(n + 1, sizeof(*kept->maps));
	if (!kept->maps)
		return;
	for (i = 0; i < n; i++)
		kept->maps[i] = (struct strbuf){
			.text = (char *)"", .max = MAP_TEXT_MAX,
		};
	mon_dump_maps_text(kept->dump, kept->maps);
}

const struct mon_kept_dump *
mon_findings_dump(struct mon_findings *f, const struct mon_guest *guest,
		  enum mon_dump_why why, const char *what, uint64_t stall_ns,
		  struct mon_series *series)
{
	const struct mon_dump_options options = {
		.stall_ns = stall_ns,
		/* Who asks wants to compare. */
		.all_maps = why == MON_DUMP_ASKED,
		/* One that stalls stays where it is. */
		.peek = why == MON_DUMP_ALARM || why == MON_DUMP_HALF,
	};
	char story_culprit[sizeof(f->culprit)];
	struct mon_kept_dump *kept;

	if (f->n_dumps == MON_DUMPS_MAX || mon_findings_get(f, why))
		return NULL;
	kept = &f->dumps[f->n_dumps];
	memset(kept, 0, sizeof(*kept));
	kept->host_ns = clock_now_ns();
	kept->tsc = guest->mem.ops->guest_tsc ?
		    guest->mem.ops->guest_tsc(guest->mem.ctx) : 0;
	if (mon_dump_create(guest, &options, &kept->dump))
		return NULL;
	kept->why = why;
	snprintf(kept->what, sizeof(kept->what), "%s", what);
	kept->text = (struct strbuf){ .text = (char *)"",
				      .max = MON_DUMP_TEXT_MAX };
	kept->story = (struct strbuf){ .text = (char *)"",
				       .max = MON_STORY_TEXT_MAX };
	if (why == MON_DUMP_END) {
		mon_story(kept->dump, &f->hang, &kept->story,
			  story_culprit, sizeof(story_culprit));
		if (story_culprit[0])
			memcpy(f->culprit, story_culprit, sizeof(f->culprit));
		strbuf_add(&kept->text, kept->story.text, kept->story.len);
	}
	meanwhile(series, kept);
	mon_dump_text(kept->dump, &kept->text);
	keep_maps(kept);
	kept->dump->guest = NULL;
	f->n_dumps++;
	return kept;
}
