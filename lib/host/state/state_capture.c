// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the state of a host. See state.h.
 */
#include "lib/host/state/state.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/identity.h"
#include "lib/host/state/taskstats.h"

#define TEXT_SIZE	16384
#define THREADS_MAX	1000000
#define GROW		256

/* Fields of stat behind the name, which may have anything in it. */
#define STAT_BEHIND_NAME	3
#define STAT_NICE		19
#define STAT_START		22
#define STAT_POLICY		41

static const struct state_row {
	const char *name;
	enum state_source source;
	const char *key;
} rows[N_STATE_VALUES] = {
#define AS_ROW(id, from, text) { #id, STATE_##from, text },
	STATE_VALUES(AS_ROW)
};

const char *state_value_name(enum state_value value)
{
	return rows[value].name;
}

enum state_value state_value_find(const char *name)
{
	enum state_value v;

	for (v = 0; v < N_STATE_VALUES; v++)
		if (!strcmp(rows[v].name, name))
			break;
	return v;
}

/**
 * struct state_capture - a look that is being taken
 * @state: what is filled in
 * @root: as state_capture() has it
 * @stats: whom to ask for delays
 * @folder: of the thread that is read
 * @text: of a file
 */
struct state_capture {
	struct host_state *state;
	const char *root;
	struct taskstats_link stats;
	char folder[PATH_MAX];
	char text[TEXT_SIZE];
};

/* The start of a file, as a string. Return: false when there is none. */
static bool read_text(struct state_capture *c, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;
	size_t len = 0;

	c->text[0] = '\0';
	if (fd < 0)
		return false;
	do {
		n = read(fd, c->text + len, sizeof(c->text) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && len < sizeof(c->text) - 1);
	close(fd);
	c->text[len] = '\0';
	return len > 0;
}

static bool read_of_thread(struct state_capture *c, const char *file)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", c->folder, file);
	return read_text(c, path);
}

/* ---- texts ---- */

/* Behind the colon, or the blank, of a line of that key; NULL for none. */
static const char *line_of(const char *text, const char *key)
{
	size_t len = strlen(key);
	const char *line, *at;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		at = strstarts(line, "se.") ? line + 3 : line;
		if (strstarts(at, "statistics."))
			at += strlen("statistics.");
		if (strncmp(at, key, len) || !strchr(" \t:", at[len]) ||
		    !at[len])
			continue;
		at += len;
		return at + strspn(at, " \t:");
	}
	return NULL;
}

/* A whole number, or milliseconds with six decimals as nanoseconds. */
static uint64_t number_of(const char *text)
{
	unsigned long long whole, part;
	char *end;

	if (!text || !isdigit((unsigned char)*text))
		return STATE_UNKNOWN;
	whole = strtoull(text, &end, 10);
	if (*end != '.')
		return whole;
	part = strtoull(end + 1, NULL, 10);
	return whole * NSEC_PER_MSEC + part;
}

/* The n-th word, from 0 on. */
static const char *word_of(const char *text, unsigned int n)
{
	text += strspn(text, " ");
	while (n-- && *text) {
		text += strcspn(text, "\n ");
		text += strspn(text, " ");
	}
	return text;
}

/* ---- threads ---- */

static const char *stat_field(const char *stat, unsigned int field)
{
	const char *behind = strrchr(stat, ')');

	return behind ? word_of(behind + 1, field - STAT_BEHIND_NAME) : "";
}

static unsigned int count_cpus(const char *mask)
{
	unsigned int n = 0;
	char digit[2] = "";

	for (; mask && (isxdigit((unsigned char)*mask) || *mask == ',');
	     mask++) {
		digit[0] = *mask;
		n += __builtin_popcountl(strtoul(digit, NULL, 16));
	}
	return n;
}

/* Where the text of a file has what a row is of; NULL for nowhere. */
static const char *place_of(const char *text, const struct state_row *row)
{
	switch (row->source) {
	case STATE_SCHEDSTAT:
		return word_of(text, atoi(row->key));
	case STATE_STAT:
		return stat_field(text, atoi(row->key));
	default:
		return line_of(text, row->key);
	}
}

static void take_values(struct state_capture *c, struct state_thread *t,
			enum state_source source)
{
	enum state_value v;

	for (v = 0; v < N_STATE_VALUES; v++)
		if (rows[v].source == source)
			t->values[v] = number_of(place_of(c->text, &rows[v]));
}

static void take_comm(char comm[STATE_COMM], const char *text)
{
	text_fit(comm, STATE_COMM, text ?: "", text ? strcspn(text, "\n") : 0);
}

static void take_stat(struct state_capture *c, struct state_thread *t)
{
	t->nice = atoi(stat_field(c->text, STAT_NICE));
	t->start_ticks = strtoull(stat_field(c->text, STAT_START), NULL, 10);
	t->policy = *stat_field(c->text, STAT_POLICY) ?
		    atoi(stat_field(c->text, STAT_POLICY)) : -1;
	take_values(c, t, STATE_STAT);
}

/* The unified hierarchy's line, else the first. */
static int take_cgroup(struct state_capture *c, struct state_thread *t)
{
	const char *at = strstr(c->text, "0::");
	char path[1024];

	while (at && at > c->text && at[-1] != '\n')
		at = strstr(at + 1, "0::");
	at = at ? at + 3 : "";
	text_fit(path, sizeof(path), at, strcspn(at, "\n"));
	t->cgroup = strdup(path);
	return t->cgroup ? 0 : -ENOMEM;
}

static struct state_thread *room(struct host_state *state)
{
	struct state_thread *threads = state->threads;

	if (state->n_threads == THREADS_MAX)
		return NULL;
	if (state->n_threads % GROW == 0) {
		threads = realloc(threads, (state->n_threads + GROW) *
					   sizeof(*threads));
		if (!threads)
			return NULL;
		state->threads = threads;
	}
	return &state->threads[state->n_threads];
}

/* Without its first two files it has gone meanwhile. */
static int read_thread(struct state_capture *c, int tgid, int tid,
		       const char *pcomm)
{
	struct state_thread *t = room(c->state);
	enum state_value v;

	if (!t)
		return -ENOMEM;
	*t = (struct state_thread){ .tid = tid, .tgid = tgid, .policy = -1 };
	for (v = 0; v < N_STATE_VALUES; v++)
		t->values[v] = STATE_UNKNOWN;
	snprintf(t->pcomm, sizeof(t->pcomm), "%s", pcomm);
	if (!read_of_thread(c, "stat")) {
		c->state->vanished++;
		return 0;
	}
	take_stat(c, t);
	if (!read_of_thread(c, "status")) {
		c->state->vanished++;
		return 0;
	}
	take_comm(t->comm, line_of(c->text, "Name"));
	t->cpus = count_cpus(line_of(c->text, "Cpus_allowed"));
	take_values(c, t, STATE_STATUS);
	if (read_of_thread(c, "schedstat"))
		take_values(c, t, STATE_SCHEDSTAT);
	if (read_of_thread(c, "sched"))
		take_values(c, t, STATE_SCHED);
	if (read_of_thread(c, "io"))
		take_values(c, t, STATE_IO);
	taskstats_ask(&c->stats, tid, t->values);
	read_of_thread(c, "cgroup");
	if (take_cgroup(c, t))
		return -ENOMEM;
	c->state->n_threads++;
	return 0;
}

static int number_of_name(const char *name)
{
	unsigned long n;
	char *end;

	n = strtoul(name, &end, 10);
	return isdigit((unsigned char)*name) && !*end && n < INT_MAX ? (int)n :
	       0;
}

static int read_process(struct state_capture *c, int tgid)
{
	char path[PATH_MAX], pcomm[STATE_COMM];
	struct dirent *entry;
	int ret = 0, tid;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/%d/task", c->root, tgid);
	dir = opendir(path);
	if (!dir) {
		c->state->vanished++;
		return 0;
	}
	snprintf(c->folder, sizeof(c->folder), "%s/proc/%d", c->root, tgid);
	read_of_thread(c, "comm");
	take_comm(pcomm, c->text);
	while (!ret && (entry = readdir(dir))) {
		tid = number_of_name(entry->d_name);
		if (!tid)
			continue;
		snprintf(c->folder, sizeof(c->folder), "%s/proc/%d/task/%d",
			 c->root, tgid, tid);
		ret = read_thread(c, tgid, tid, pcomm);
	}
	closedir(dir);
	return ret;
}

static int read_threads(struct state_capture *c)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int ret = 0, tgid;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc", c->root);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!ret && (entry = readdir(dir))) {
		tgid = number_of_name(entry->d_name);
		if (tgid)
			ret = read_process(c, tgid);
	}
	closedir(dir);
	return ret;
}

/* ---- cgroups, pressure, sched_ext ---- */

static int add_number(struct state_numbers *numbers, const char *file,
		      const char *line, const char *key, uint64_t value)
{
	struct state_number *list = numbers->list;
	char name[160];

	snprintf(name, sizeof(name), "%s%s%.*s%s%s", file, *line ? "." : "",
		 (int)strcspn(line, "\n "), line, *key ? "." : "", key);
	list = realloc(list, (numbers->n + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	numbers->list = list;
	list += numbers->n;
	text_clean(name);
	list->name = strdup(name);
	list->value = value;
	if (!list->name)
		return -ENOMEM;
	numbers->n++;
	return 0;
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=123", a line for each kind */
static int take_pressure(struct state_capture *c, const char *file,
			 struct state_numbers *numbers)
{
	const char *line = c->text, *total;
	int ret = 0;

	while (!ret && line && *line) {
		total = strstr(line, "total=");
		if (!total)
			break;
		ret = add_number(numbers, file, line, "total_us",
				 number_of(total + strlen("total=")));
		line = strchr(total, '\n');
		line = line ? line + 1 : NULL;
	}
	return ret;
}

/* "key value" lines; a lone number has the file's name. */
static int take_lines(struct state_capture *c, const char *file,
		      struct state_numbers *numbers)
{
	char *line, *rest = c->text, *value;
	int ret = 0;

	while (!ret && (line = strsep(&rest, "\n"))) {
		value = strchr(line, ' ');
		if (number_of(value ? value + 1 : line) == STATE_UNKNOWN)
			continue;
		ret = add_number(numbers, file, value ? line : "", "",
				 number_of(value ? value + 1 : line));
	}
	return ret;
}

/* The files of a folder that are there. */
static int take_folder(struct state_capture *c, const char *folder,
		       const char *const *files, struct state_numbers *numbers)
{
	char path[PATH_MAX + 256];
	int ret = 0;

	for (; !ret && *files; files++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *files);
		if (!read_text(c, path))
			continue;
		ret = strstr(c->text, "total=") ?
		      take_pressure(c, *files, numbers) :
		      take_lines(c, *files, numbers);
	}
	return ret;
}

static int cmp_cgroup(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_cgroup(struct state_capture *c, const char *path)
{
	static const char * const files[] = {
		"cpu.stat", "memory.current", "cpu.pressure", "io.pressure",
		"memory.pressure", NULL,
	};
	struct state_cgroup *g = &c->state->cgroups[c->state->n_cgroups];
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s/sys/fs/cgroup%s", c->root,
		 path);
	*g = (struct state_cgroup){ .path = strdup(path) };
	if (!g->path)
		return -ENOMEM;
	c->state->n_cgroups++;
	return take_folder(c, folder, files, &g->numbers);
}

/* Those that have a thread, once each. */
static int read_cgroups(struct state_capture *c)
{
	struct host_state *s = c->state;
	char **paths = malloc((s->n_threads + 1) * sizeof(*paths));
	size_t i;
	int ret = 0;

	s->cgroups = calloc(s->n_threads + 1, sizeof(*s->cgroups));
	if (!paths || !s->cgroups) {
		free(paths);
		return -ENOMEM;
	}
	for (i = 0; i < s->n_threads; i++)
		paths[i] = s->threads[i].cgroup;
	qsort(paths, s->n_threads, sizeof(*paths), cmp_cgroup);
	for (i = 0; !ret && i < s->n_threads; i++)
		if (*paths[i] && (!i || strcmp(paths[i], paths[i - 1])))
			ret = read_cgroup(c, paths[i]);
	free(paths);
	return ret;
}

static int read_host(struct state_capture *c)
{
	static const char * const pressure[] = {
		"cpu", "io", "memory", "irq", NULL,
	};
	static const char * const scx[] = {
		"nr_rejected", "enable_seq", "hotplug_seq", "switch_all",
		"root/events", NULL,
	};
	struct host_state *s = c->state;
	struct host_machine machine;
	char path[PATH_MAX];
	struct timespec now;
	int ret;

	host_machine_get(&machine);
	snprintf(s->release, sizeof(s->release), "%s", machine.release);
	snprintf(s->cpu_model, sizeof(s->cpu_model), "%s", machine.cpu_model);
	host_scheduler(s->scheduler, sizeof(s->scheduler));
	text_clean(s->scheduler);
	clock_gettime(CLOCK_REALTIME, &now);
	s->captured_ns = now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
	clock_gettime(CLOCK_BOOTTIME, &now);
	s->uptime_s = now.tv_sec;
	snprintf(path, sizeof(path), "%s/proc/pressure", c->root);
	ret = take_folder(c, path, pressure, &s->host);
	snprintf(path, sizeof(path), "%s/sys/kernel/sched_ext", c->root);
	return ret ?: take_folder(c, path, scx, &s->host);
}

int state_capture(const char *root, struct host_state *state, char *err,
		  size_t err_size)
{
	struct state_capture *c = calloc(1, sizeof(*c));
	int ret = -ENOMEM;

	*state = (struct host_state){ };
	if (c) {
		c->state = state;
		c->root = root;
		c->stats.fd = -1;
		if (!*root)
			taskstats_open(&c->stats);
		ret = read_host(c) ?: read_threads(c) ?: read_cgroups(c);
		taskstats_close(&c->stats);
	}
	free(c);
	if (!ret && !state->n_threads)
		ret = -ENOENT;
	if (ret) {
		snprintf(err, err_size, "%.1000s/proc: cannot be read: %s",
			 root, strerror(-ret));
		state_free(state);
	}
	return ret;
}

static void numbers_free(struct state_numbers *numbers)
{
	size_t i;

	for (i = 0; i < numbers->n; i++)
		free(numbers->list[i].name);
	free(numbers->list);
}

void state_free(struct host_state *s)
{
	size_t i;

	for (i = 0; i < s->n_threads; i++)
		free(s->threads[i].cgroup);
	for (i = 0; i < s->n_cgroups; i++) {
		free(s->cgroups[i].path);
		numbers_free(&s->cgroups[i].numbers);
	}
	numbers_free(&s->host);
	free(s->threads);
	free(s->cgroups);
	*s = (struct host_state){ };
}
