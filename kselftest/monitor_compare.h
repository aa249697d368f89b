/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A dump from outside beside what its guest said of itself just before and
 * just after. Counters only grow, so before <= read <= after; where both are
 * equal, nothing is left to chance, and that is counted.
 */
#ifndef KTSTR_KSELFTEST_MONITOR_COMPARE_H
#define KTSTR_KSELFTEST_MONITOR_COMPARE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest/said.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/dump.h"
#include "lib/host/run/outcome.h"

/**
 * struct compare - a comparison
 * @out: the run
 * @dump: what was read
 * @before, @after: what the guest said
 * @exact: fields that did not move and were equal
 * @frames: of stacks, that were equal
 * @within: fields that moved, and were read in between
 * @err: the first difference; "" while there is none
 */
struct compare {
	const struct run_outcome *out;
	const struct mon_dump *dump;
	struct said before;
	struct said after;
	unsigned int exact;
	unsigned int frames;
	unsigned int within;
	char *err;
	size_t err_size;
};

static inline void __printf(2, 3) compare_fail(struct compare *c,
					       const char *fmt, ...)
{
	va_list ap;

	if (*c->err)
		return;
	va_start(ap, fmt);
	vsnprintf(c->err, c->err_size, fmt, ap);
	va_end(ap);
}

static inline void compare_number(struct compare *c, const char *what,
				  unsigned int id, uint64_t before,
				  uint64_t seen, uint64_t after)
{
	if (seen < before || seen > after)
		compare_fail(c,
			     "%s %u: read %llu, the guest said %llu before and %llu after",
			     what, id, (unsigned long long)seen,
			     (unsigned long long)before,
			     (unsigned long long)after);
	else if (before == after)
		c->exact++;
	else
		c->within++;
}

static inline void compare_fits(struct compare *c, const char *what,
				unsigned int cpu, uint64_t before,
				uint64_t seen, uint64_t after)
{
	char text[128];

	snprintf(text, sizeof(text), "%s, CPU", what);
	compare_number(c, text, cpu, before, seen, after);
}

static inline uint64_t next_number(const char **p)
{
	return strtoull(*p, (char **)p, 10);
}

/* A kernel without CONFIG_SCHEDSTATS has no such file, and we no counters. */
static inline bool has_schedstat(struct compare *c)
{
	const bool said = said_line(&c->before, "schedstat", "version ");

	if (said != c->out->series.has_schedstat)
		compare_fail(c, "the guest has %s /proc/schedstat, but its vmlinux says otherwise",
			     said ? "a" : "no");
	return said;
}

/* "yld_count 0 sched_count goidle ttwu_count ttwu_local cpu_time delay pcount" */
static inline void compare_schedstat(struct compare *c)
{
	const struct mon_sample *s = c->dump->sample;
	unsigned int cpu, i;
	char key[32];

	if (!has_schedstat(c)) {
		printf("# monitor: no schedstat in this kernel: run queue and balance statistics are not compared\n");
		return;
	}

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		const struct mon_cpu *m = &s->cpus[cpu];
		const uint64_t seen[] = {
			m->yld_count, 0, m->sched_count, m->sched_goidle,
			m->ttwu_count, m->ttwu_local, m->cpu_time_ns,
			m->run_delay_ns, m->pcount,
		};
		const char *b, *a;

		snprintf(key, sizeof(key), "cpu%u ", cpu);
		b = said_line(&c->before, "schedstat", key);
		a = said_line(&c->after, "schedstat", key);
		if (!a || !b) {
			compare_fail(c, "no /proc/schedstat of CPU %u", cpu);
			return;
		}
		for (i = 0; i < ARRAY_SIZE(seen); i++) {
			uint64_t before = next_number(&b);
			uint64_t after = next_number(&a);

			/* of no meaning any more */
			if (i != 1)
				compare_fits(c, "schedstat", cpu, before,
					     seen[i], after);
		}
	}
}

static inline void compare_domain(struct compare *c, unsigned int cpu,
				  unsigned int depth)
{
	const struct mon_domain *d =
		&c->dump->sample->cpus[cpu].domains[depth];
	char name[16] = "", again[16] = "";
	const char *b = said_domain(&c->before, cpu, depth, name);
	const char *a = said_domain(&c->after, cpu, depth, again);
	unsigned int i, idle;

	if (!a || !b || strcmp(name, d->name)) {
		compare_fail(c, "domain %u of CPU %u: read %s, the guest said %s",
			     depth, cpu, d->name, name);
		return;
	}
	for (i = 0; i < MON_IDLE_TYPES * MON_LB_STATS + MON_SD_STATS; i++) {
		uint64_t before = next_number(&b), after = next_number(&a);

		idle = i / MON_LB_STATS;
		compare_fits(c, "balance statistics", cpu, before,
			     idle < MON_IDLE_TYPES ?
				     d->lb[i % MON_LB_STATS][idle] :
				     d->stat[i - MON_IDLE_TYPES * MON_LB_STATS],
			     after);
	}
}

/* Before version 17 the lines have no names, and less numbers. */
static inline bool domains_have_names(const struct compare *c)
{
	const char *version = said_line(&c->before, "schedstat", "version ");

	return version && atoi(version) >= 17;
}

static inline void compare_domains(struct compare *c)
{
	const struct mon_sample *s = c->dump->sample;
	unsigned int cpu, d;
	char name[16];

	if (!c->out->series.has_schedstat)
		return;
	if (!domains_have_names(c)) {
		printf("# monitor: balance statistics of this kernel are not compared\n");
		return;
	}

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		for (d = 0; d < s->cpus[cpu].n_domains; d++)
			compare_domain(c, cpu, d);
		if (said_domain(&c->before, cpu, d, name))
			compare_fail(c, "CPU %u has more domains than %u", cpu,
				     d);
	}
}

/* What may go up and down is compared where it stood still. */
static inline void compare_level(struct compare *c, const char *what,
				 unsigned int cpu, uint64_t before,
				 uint64_t seen, uint64_t after)
{
	if (before == after)
		compare_fits(c, what, cpu, before, seen, after);
	else
		c->within++;
}

/* "SD_BALANCE_NEWIDLE SD_WAKE_AFFINE": each bit's name, and no more */
static inline void compare_flags(struct compare *c, unsigned int cpu,
				 uint32_t flags, const char *names)
{
	unsigned int n = 0, bit;
	const char *p, *name;
	char key[32], word[64];
	int len;

	/* The line ends in a blank, and is followed by others. */
	for (p = names; p < strchrnul(names, '\n') &&
	     sscanf(p, "%63s%n", word, &len) == 1; p += len + 1)
		n++;
	for (bit = 0; bit < 32; bit++) {
		if (!(flags >> bit & 1))
			continue;
		snprintf(key, sizeof(key), "bit %u ", bit);
		name = said_line(&c->before, "sd_flags", key);
		if (!name || sscanf(name, "%62s", word) != 1) {
			compare_fail(c, "flag %u of a domain of CPU %u has no name",
				     bit, cpu);
			return;
		}
		strcat(word, " ");
		p = strstr(names, word);
		if (!p || p > strchrnul(names, '\n')) {
			compare_fail(c, "domain flags of CPU %u: read %s, the guest said %.100s",
				     cpu, word, names);
			return;
		}
		n--;
		c->exact++;
	}
	if (n)
		compare_fail(c, "domain flags of CPU %u: read 0x%x, the guest said %.100s",
			     cpu, flags, names);
}

/* The file of a domain: "/sys/.../cpu0/domain0/FILE VALUE" */
static inline const char *domain_file(struct compare *c, const struct said *s,
				      unsigned int cpu, unsigned int depth,
				      const char *file)
{
	const char *value;
	char key[128];

	snprintf(key, sizeof(key),
		 "/sys/kernel/debug/sched/domains/cpu%u/domain%u/%s ", cpu,
		 depth, file);
	value = said_line(s, "domains", key);
	if (!value)
		compare_fail(c, "the guest said no %s", key);
	return value;
}

static inline void compare_domain_state(struct compare *c, unsigned int cpu,
					unsigned int depth)
{
	const struct mon_domain *d =
		&c->dump->sample->cpus[cpu].domains[depth];
	const char *flags = domain_file(c, &c->before, cpu, depth, "flags");
	const char *b = domain_file(c, &c->before, cpu, depth,
				    "max_newidle_lb_cost");
	const char *a = domain_file(c, &c->after, cpu, depth,
				    "max_newidle_lb_cost");

	if (!flags || !a || !b)
		return;
	compare_flags(c, cpu, d->flags, flags);
	compare_level(c, "max_newidle_lb_cost", cpu, next_number(&b),
		      d->max_newidle_lb_cost_ns, next_number(&a));
}

/* "/sys/.../cpu0/domain0/level 1" for each file of each domain */
static inline void compare_domain_files(struct compare *c)
{
	const struct mon_sample *s = c->dump->sample;
	unsigned int cpu, d;
	const char *b;
	char key[128];
	int len;

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		for (d = 0; d < s->cpus[cpu].n_domains; d++) {
			len = snprintf(key, sizeof(key),
				       "/sys/kernel/debug/sched/domains/cpu%u/domain%u/",
				       cpu, d);
			snprintf(key + len, sizeof(key) - len, "level ");
			b = said_line(&c->before, "domains", key);
			if (!b) {
				compare_fail(c, "the guest said no %s", key);
				return;
			}
			compare_fits(c, "domain level", cpu, atoi(b),
				     s->cpus[cpu].domains[d].level, atoi(b));
			snprintf(key + len, sizeof(key) - len, "name ");
			b = said_line(&c->before, "domains", key);
			if (!b || strncmp(b, s->cpus[cpu].domains[d].name,
					  strcspn(b, "\n")))
				compare_fail(c, "domain name of CPU %u", cpu);
			compare_domain_state(c, cpu, d);
		}
	}
}

/* A line of one CPU's block of /sys/kernel/debug/sched/debug */
static inline const char *debug_field(const struct said *s, unsigned int cpu,
				      const char *field)
{
	const char *p, *end;
	char key[32];

	snprintf(key, sizeof(key), "cpu#%u,", cpu);
	p = said_line(s, "sched_debug", key);
	end = p ? strstr(p, "\n\n") : NULL;
	snprintf(key, sizeof(key), "  .%s ", field);
	p = end ? strstr(p, key) : NULL;
	p = p && p < end ? strchr(p, ':') : NULL;
	return p ? p + 2 : NULL;
}

/* "3247.651851" is milliseconds and nanoseconds; other fields are whole. */
static inline uint64_t debug_number(const char *p)
{
	uint64_t v = next_number(&p);

	return *p == '.' ? v * NSEC_PER_MSEC + strtoull(p + 1, NULL, 10) : v;
}

/* Who runs, and how many: as it was said, unless the CPU has switched since. */
static inline void compare_running(struct compare *c, unsigned int cpu)
{
	const struct mon_cpu *m = &c->dump->sample->cpus[cpu];
	const struct {
		const char *name;
		uint64_t seen;
	} fields[] = {
		{ "nr_switches", 0 },
		{ "nr_running", m->nr_running },
		{ "curr->pid", m->curr_pid },
	};
	uint64_t before[ARRAY_SIZE(fields)], after[ARRAY_SIZE(fields)];
	unsigned int i, equal = 0;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *b = debug_field(&c->before, cpu, fields[i].name);
		const char *a = debug_field(&c->after, cpu, fields[i].name);

		if (!a || !b) {
			compare_fail(c, "sched/debug lacks %s of CPU %u",
				     fields[i].name, cpu);
			return;
		}
		before[i] = debug_number(b);
		after[i] = debug_number(a);
	}
	for (i = 1; i < ARRAY_SIZE(fields); i++) {
		bool same = fields[i].seen == before[i] &&
			    fields[i].seen == after[i];

		if (!same && before[0] == after[0])
			compare_fail(c, "%s of CPU %u: read %llu, the guest said %llu and has not switched",
				     fields[i].name, cpu,
				     (unsigned long long)fields[i].seen,
				     (unsigned long long)before[i]);
		equal += same;
	}
	c->exact += equal;
	c->within += ARRAY_SIZE(fields) - 1 - equal;
}

static inline void compare_debug(struct compare *c)
{
	const struct mon_sample *s = c->dump->sample;
	unsigned int cpu, i;

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		const struct mon_cpu *m = &s->cpus[cpu];
		const struct {
			const char *name;
			uint64_t seen;
		} fields[] = {
			{ "nr_switches", m->nr_switches },
			{ "clock", m->clock_ns },
			{ "clock_task", m->clock_task_ns },
		};

		for (i = 0; i < ARRAY_SIZE(fields); i++) {
			const char *b = debug_field(&c->before, cpu,
						    fields[i].name);
			const char *a = debug_field(&c->after, cpu,
						    fields[i].name);

			if (!a || !b)
				compare_fail(c, "sched/debug lacks %s of CPU %u",
					     fields[i].name, cpu);
			else
				compare_fits(c, fields[i].name, cpu,
					     debug_number(b), fields[i].seen,
					     debug_number(a));
		}
		compare_running(c, cpu);
	}
}

static inline void compare_events(struct compare *c)
{
	const struct mon_series *s = &c->out->series;
	const struct mon_scx *scx = &c->dump->sample->scx;
	unsigned int i;
	char key[64];

	/* Before 6.15 there are none, and the guest has no such file. */
	if (scx->loaded && !s->n_events &&
	    !said_line(&c->before, "scx_events", ""))
		return;
	if (!scx->loaded || !scx->events_valid || !s->n_events) {
		compare_fail(c, "no event counters were read");
		return;
	}
	for (i = 0; i < s->n_events; i++) {
		const char *b, *a;

		snprintf(key, sizeof(key), "SCX_EV_%s ", s->event_names[i]);
		b = said_line(&c->before, "scx_events", key);
		a = said_line(&c->after, "scx_events", key);
		if (!a || !b)
			compare_fail(c, "the guest has no counter %s", key);
		else
			compare_fits(c, s->event_names[i], 0, next_number(&b),
				     scx->events[i], next_number(&a));
	}
}

/* A pointer of the kernel's own (kptr) is shown to nobody in user space. */
static inline bool map_is_hidden(const char *name)
{
	return !strcmp(name, "first_task");
}

/* The line that the guest must have said of a map; see say_maps() */
static inline void map_line(const struct mon_map *m, const uint8_t *value,
			    char *buf, size_t size)
{
	size_t n, i;

	n = snprintf(buf, size, "name=%s type=%u key=%u value=%u max=%u flags=0x%x bytes=",
		     m->name, m->type, m->key_size, m->value_size,
		     m->max_entries, m->flags);
	for (i = 0; value && i < m->value_size && n + 2 < size; i++)
		n += snprintf(buf + n, size - n, "%02x", value[i]);
}

static inline bool same_line(const char *said, const char *line)
{
	size_t n = strlen(line);

	return said && !strncmp(said, line, n) &&
	       (said[n] == '\n' || said[n] == '\0');
}

static inline void compare_maps(struct compare *c)
{
	char line[8192], key[32];
	size_t i;

	if (!c->dump->n_maps)
		compare_fail(c, "no maps of the scheduler were found");
	for (i = 0; i < c->dump->n_maps; i++) {
		const struct mon_map *m = &c->dump->maps[i];
		const char *b, *a;

		snprintf(key, sizeof(key), "map %u ", m->id);
		b = said_line(&c->before, "maps", key);
		a = said_line(&c->after, "maps", key);
		map_line(m, map_is_hidden(m->name) ? NULL :
			 c->dump->values[i], line, sizeof(line));
		if (!same_line(b, line) || !same_line(a, line))
			compare_fail(c, "map %u: read %.150s, the guest said %.150s",
				     m->id, line, b ? b : "nothing");
		else
			c->exact += 6;
	}
}

static inline size_t add_hex_text(char *buf, size_t size, const uint8_t *bytes,
				  size_t len)
{
	size_t n = 0;

	for (; len && n + 2 < size; len--)
		n += snprintf(buf + n, size - n, "%02x", *bytes++);
	return n;
}

/* "KEY CPU VALUE" of the entry at @p */
static inline void entry_text(const struct mon_map *m, const uint8_t *p,
			      char *buf, size_t size)
{
	int32_t cpu;
	size_t n;

	memcpy(&cpu, p, sizeof(cpu));
	p += sizeof(cpu);
	n = add_hex_text(buf, size, p, m->key_size);
	n += snprintf(buf + n, size - n, " %d ", cpu);
	add_hex_text(buf + n, size - n, p + m->key_size, m->value_size);
}

/* How many lines of a part begin with @key */
static inline size_t count_lines(const struct said *s, const char *part,
				 const char *key)
{
	size_t len, n = 0;
	const char *p = said_part(s, part, &len), *end = p + len;

	while (p && p < end) {
		n += !strncmp(p, key, strlen(key));
		p = memchr(p, '\n', end - p);
		p = p ? p + 1 : NULL;
	}
	return n;
}

static inline const struct mon_map_copy *
find_copy(const struct mon_dump *d, const char *name, uint32_t type)
{
	size_t i;

	for (i = 0; i < d->n_copies; i++)
		if (!strcmp(d->copies[i].map.name, name) &&
		    d->copies[i].map.type == type)
			return &d->copies[i];
	return NULL;
}

/**
 * compare_entries() - a map that the guest said all entries of
 * @name, @type: which; nobody changes it meanwhile
 * @n: keys that it has at least
 */
static inline void compare_entries(struct compare *c, const char *name,
				   uint32_t type, size_t n)
{
	const struct mon_map_copy *m = find_copy(c->dump, name, type);
	char key[32], text[256];
	size_t i, stride, said;
	const char *p;

	if (!m || m->result < 0 || m->n < n) {
		compare_fail(c, "map %s: %zu entries were read (%d)", name,
			     m ? m->n : 0, m ? m->result : 0);
		return;
	}
	snprintf(key, sizeof(key), "entry %u ", m->map.id);
	said = count_lines(&c->before, "entries", key);
	if (said != m->n)
		compare_fail(c, "map %s: %zu entries were read, the guest said %zu",
			     name, m->n, said);
	stride = sizeof(int32_t) + m->map.key_size + m->map.value_size;
	for (i = 0; i < m->n; i++) {
		n = snprintf(text, sizeof(text), "%s", key);
		entry_text(&m->map, (uint8_t *)m->entries.text + i * stride,
			   text + n, sizeof(text) - n);
		p = said_line(&c->before, "entries", text);
		if (!p || *p != '\n')
			compare_fail(c, "map %s: read %s, which the guest did not say",
				     name, text);
		else
			c->exact++;
	}
}

static inline void compare_progs(struct compare *c)
{
	char line[256], key[32];
	size_t i, len, n = 0;
	const char *p;

	for (i = 0; i < c->dump->n_progs; i++) {
		const struct mon_prog *m = &c->dump->progs[i];

		snprintf(key, sizeof(key), "prog %u ", m->id);
		snprintf(line, sizeof(line),
			 "name=%s type=%u verified_insns=%u insns=%u tag=%02x%02x%02x%02x%02x%02x%02x%02x",
			 m->name, m->type, m->verified_insns, m->insns,
			 m->tag[0], m->tag[1], m->tag[2], m->tag[3], m->tag[4],
			 m->tag[5], m->tag[6], m->tag[7]);
		p = said_line(&c->before, "progs", key);
		if (!same_line(p, line))
			compare_fail(c, "prog %u: read %s, the guest said %.150s",
				     m->id, line, p ? p : "nothing");
		else
			c->exact += 5;
	}
	p = said_part(&c->before, "progs", &len);
	for (; p && *p && len; p = memchr(p, '\n', len), p = p ? p + 1 : p) {
		if (strncmp(p, "prog ", 5))
			break;
		n++;
	}
	if (!n || n != c->dump->n_progs)
		compare_fail(c, "%zu programs were read, the guest said %zu",
			     c->dump->n_progs, n);
}

/* How often each ran, and for how long: some will have run at all. */
static inline void compare_prog_runs(struct compare *c)
{
	uint64_t runs = 0;
	char key[32];
	size_t i;

	for (i = 0; i < c->dump->n_progs; i++) {
		const struct mon_prog *m = &c->dump->progs[i];
		const char *before, *after;
		uint64_t low;

		snprintf(key, sizeof(key), "prog %u ", m->id);
		before = said_line(&c->before, "prog_runs", key);
		after = said_line(&c->after, "prog_runs", key);
		if (!before || !after) {
			compare_fail(c, "prog %u: the guest says no run count",
				     m->id);
			continue;
		}
		low = next_number(&before);
		compare_number(c, "run_cnt of program", m->id, low, m->runs,
			       next_number(&after));
		low = next_number(&before);
		compare_number(c, "run_time_ns of program", m->id, low,
			       m->run_ns, next_number(&after));
		runs += m->runs;
	}
	if (!runs)
		compare_fail(c, "no program ran at all");
}

/* ---- the kernel's own dump ---- */

static inline const struct mon_task *find_pid(const struct mon_dump *d,
					      int pid)
{
	size_t i;

	for (i = 0; i < d->n_tasks; i++)
		if (d->tasks[i].pid == pid)
			return &d->tasks[i];
	return NULL;
}

/* The value behind "key=" in a block of text, where there is one */
static inline bool block_value(const char *text, const char *end,
			       const char *key, unsigned int n, uint64_t *value)
{
	const char *p = strstr(text, key);

	if (!p || p >= end)
		return false;
	p += strlen(key);
	/* Of "a/b=1/2" the second number is n = 1. */
	while (n--) {
		p = strchr(p, '/');
		if (!p || p++ >= end)
			return false;
	}
	*value = strtoll(p, NULL, 0);
	return true;
}

/* Masks are in hexadecimal without saying so. */
static inline bool block_mask(const char *text, const char *end,
			      const char *key, uint64_t *value)
{
	const char *p = strstr(text, key);

	if (!p || p >= end)
		return false;
	*value = strtoull(p + strlen(key), NULL, 16);
	return true;
}

/* Where the lines of a task in the kernel's dump end; NULL for no task */
static inline const char *block_end(const char *text, int *pid)
{
	const char *end = strchr(text, '\n'), *p = strchr(text, '[');

	if (!end || !p || p > end || sscanf(p, "[%d]", pid) != 1 ||
	    strncmp(end, "\n      scx_state", 16))
		return NULL;
	while (end && !strncmp(end, "\n      ", 7))
		end = strchr(end + 1, '\n');
	return end;
}

/* Each frame of the kernel's must be in our stack of that task as well. */
static inline void compare_stack(struct compare *c, const char *theirs,
				 const char *ours, const char *ours_end)
{
	char frame[128];
	const char *p;
	int n;

	while (theirs && *theirs) {
		theirs += strspn(theirs, "\n");
		if (strncmp(theirs, "    ", 4) ||
		    sscanf(theirs, " %127[^/\n ]%n", frame, &n) != 1 ||
		    !strstr(frame, "+0x"))
			return;
		p = strstr(ours, frame);
		if (!p || p > ours_end || p[strlen(frame)] != '\n')
			compare_fail(c, "the stack has no %s", frame);
		else
			c->frames++;
		theirs = strchr(theirs, '\n');
	}
}

/* Kernels differ in what they tell: what this one tells must be the same. */
static inline void compare_task(struct compare *c, const struct mon_task *t,
				const char *text, const char *end)
{
	const struct {
		const char *key;
		unsigned int n;
		uint64_t seen;
	} fields[] = {
		{ "scx_state/flags=", 0, t->scx.state },
		{ "scx_state/flags=", 1, t->scx.flags },
		{ "dsq_flags=", 0, t->scx.dsq_flags },
		{ "ops_state/qseq=", 0, t->scx.ops_state },
		{ "ops_state/qseq=", 1, t->scx.qseq },
		{ "sticky/holding_cpu=", 0, t->scx.sticky_cpu },
		{ "sticky/holding_cpu=", 1, t->scx.holding_cpu },
		{ "dsq_id=", 0, t->scx.dsq_id },
		{ "dsq_vtime=", 0, t->scx.dsq_vtime },
		{ "slice=", 0, t->scx.slice },
		{ "weight=", 0, t->scx.weight },
		{ "no_mig=", 0, t->migration_disabled },
	};
	uint64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!block_value(text, end, fields[i].key, fields[i].n, &value))
			continue;
		if (value == fields[i].seen)
			c->exact++;
		else
			compare_fail(c, "%s[%d]: %s%llu in the kernel's dump, read %llu",
				     t->comm, t->pid, fields[i].key,
				     (unsigned long long)value,
				     (unsigned long long)fields[i].seen);
	}
	if (!block_mask(text, end, "cpus=", &value) ||
	    value != t->cpus.bits[0])
		compare_fail(c, "%s[%d]: allowed CPUs", t->comm, t->pid);
	else
		c->exact++;
}

/* The lines of a task in our dump, below its CPU */
static inline void compare_task_stack(struct compare *c,
				      const struct mon_task *t,
				      const char *theirs, const char *our_text)
{
	const char *ours, *end;
	char head[64];

	snprintf(head, sizeof(head), " %s[%d] ", t->comm, t->pid);
	ours = strstr(our_text, "\nCPU ");
	ours = ours ? strstr(ours, head) : NULL;
	ours = ours ? strchr(ours, '\n') : NULL;
	if (!ours)
		return;
	for (end = ours; end && !strncmp(end, "\n      ", 7);)
		end = strchr(end + 1, '\n');
	if (end)
		compare_stack(c, theirs, ours, end);
}

/*
 * It has not moved between both dumps: each time that a task is queued, qseq
 * goes on.
 */
static inline bool task_unmoved(const struct mon_task *t, const char *text,
				const char *end)
{
	uint64_t qseq;

	return t && t->runnable && !t->on_cpu && t->wait_ns &&
	       block_value(text, end, "ops_state/qseq=", 1, &qseq) &&
	       qseq == t->scx.qseq;
}

/* " *R comm[pid]": the letter of a task's state */
static inline void compare_letter(struct compare *c, const struct mon_task *t,
				  const char *text)
{
	if (text[1] == ' ' && text[2] == t->state)
		c->exact++;
	else
		compare_fail(c, "%s[%d]: state %c, in the kernel's dump %.3s",
			     t->comm, t->pid, t->state, text);
}

/**
 * compare_kernel_dump() - tasks that have not moved, in the kernel's own dump
 * @c: with @dump: read while these tasks waited already
 * @kernel: the dump's text
 * @our_text: text of @c->dump
 *
 * Return: how many tasks were compared.
 */
static inline unsigned int compare_kernel_dump(struct compare *c,
					       const char *kernel,
					       const char *our_text)
{
	const char *p = kernel, *end;
	const struct mon_task *t;
	unsigned int n = 0;
	int pid;

	while ((p = strstr(p, "\n "))) {
		p++;
		end = block_end(p, &pid);
		t = end ? find_pid(c->dump, pid) : NULL;
		if (!task_unmoved(t, p, end))
			continue;
		n++;
		compare_letter(c, t, p);
		compare_task(c, t, p, end);
		compare_task_stack(c, t, end, our_text);
	}
	return n;
}

/* What a line of the kernel's dump has of a CPU */
enum cpu_field { CPU_NR_RUN, CPU_FLAGS, CPU_FIELDS };

/* In a sample within a second of @at_ns? */
static inline bool cpu_field_seen(const struct mon_series *series,
				  uint64_t at_ns, unsigned int cpu,
				  enum cpu_field field, uint64_t value)
{
	size_t i;

	for (i = 0; i < series->n_points; i++) {
		const struct mon_point *p = mon_series_point(series, i);
		const struct mon_point_cpu *c = &p->cpus[cpu];

		if (p->host_ns + NSEC_PER_SEC < at_ns ||
		    p->host_ns > at_ns + NSEC_PER_SEC || !c->valid)
			continue;
		if (value == (uint64_t)(field == CPU_FLAGS ?
					c->q.scx_flags : c->q.scx_nr_running))
			return true;
	}
	return false;
}

/**
 * compare_kernel_cpus() - the lines "CPU 0   : nr_run=2 flags=0x1 cpu_rel=0"
 * @c: with @dump: before the kernel's
 * @kernel: the dump's text
 * @end: the sample that was taken as the kernel made its dump
 *
 * The kernel's is next to @end, on either side of it: what is neither as it was,
 * nor as it was then, nor as in a sample nearby has moved. CPUs without tasks
 * are not in there.
 *
 * Return: how many fields were equal.
 */
static inline unsigned int compare_kernel_cpus(struct compare *c,
					       const char *kernel,
					       const struct mon_sample *end)
{
	const struct mon_sample *s = c->dump->sample;
	unsigned int cpu, i, equal[CPU_FIELDS] = { };
	char key[32];

	for (cpu = 0; cpu < s->n_cpus && cpu < end->n_cpus; cpu++) {
		const struct mon_cpu *a = &s->cpus[cpu], *b = &end->cpus[cpu];
		const struct {
			const char *key;
			uint32_t seen, later;
		} fields[CPU_FIELDS] = {
			[CPU_NR_RUN] = { "nr_run=", a->scx_nr_running,
					 b->scx_nr_running },
			[CPU_FLAGS] = { " flags=", a->scx_flags, b->scx_flags },
		};
		const char *p, *line_end;
		uint64_t value;

		snprintf(key, sizeof(key), "\nCPU %-4u: ", cpu);
		p = strstr(kernel, key);
		line_end = p ? strchrnul(p + 1, '\n') : NULL;
		for (i = 0; p && i < ARRAY_SIZE(fields); i++) {
			if (!block_value(p, line_end, fields[i].key, 0, &value))
				continue;
			if (value == fields[i].seen ||
			    value == fields[i].later ||
			    cpu_field_seen(&c->out->series, end->host_ns, cpu,
					   i, value))
				equal[i]++;
			else
				c->within++;
		}
	}
	c->exact += equal[CPU_NR_RUN] + equal[CPU_FLAGS];
	/* A CPU may be about to change, but not each of them. */
	return equal[CPU_NR_RUN] && equal[CPU_FLAGS] ?
		       equal[CPU_NR_RUN] + equal[CPU_FLAGS] : 0;
}

/**
 * compare_kernel_events() - "    SCX_EV_SELECT_CPU_FALLBACK:      12"
 * @end: the sample that was taken as the kernel made its dump
 *
 * Return: how many counters were equal in both; none may be behind our dump's.
 */
static inline unsigned int compare_kernel_events(struct compare *c,
						 const char *kernel,
						 const struct mon_sample *end)
{
	const struct mon_series *series = &c->out->series;
	const struct mon_scx *a = &c->dump->sample->scx, *b = &end->scx;
	unsigned int i, n = 0;
	int64_t theirs;
	char key[64];
	const char *p;

	if (!a->events_valid || !b->events_valid || a->id != b->id)
		return 0;
	for (i = 0; i < series->n_events; i++) {
		snprintf(key, sizeof(key), " SCX_EV_%s: ",
			 series->event_names[i]);
		p = strstr(kernel, key);
		if (!p)
			continue;
		theirs = strtoll(p + strlen(key), NULL, 10);
		n += theirs == b->events[i];
		if (theirs < a->events[i])
			compare_fail(c, "%s: %lld in the kernel's dump, read %lld before",
				     series->event_names[i], (long long)theirs,
				     (long long)a->events[i]);
	}
	return n;
}

#endif /* KTSTR_KSELFTEST_MONITOR_COMPARE_H */
