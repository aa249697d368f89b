// SPDX-License-Identifier: GPL-2.0-only
/*
 * Topologies as text: a table of keys. See topology_text.h; writing is in
 * topology_write.c.
 */
#include "lib/common/topology_text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/common/machines.h"
#include "lib/common/presets.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/crc32.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

#define FILE_MAX	65536
#define SAID_MAX	60		/* of a word that is quoted */

/* A form, and the name that it points to. */
struct own_form {
	struct topology_form form;
	char name[TOPOLOGY_FORM_NAME_MAX];
};

/**
 * struct topology_reader - a text that is being read
 * @at: the next character
 * @end: behind the word's last
 * @t: what came of it; its form is @own's
 * @given: keys that were seen, a bit a row
 */
struct topology_reader {
	const char *at;
	const char *end;
	struct topology t;
	struct own_form *own;
	uint32_t given;
};

static bool is_space(char c)
{
	return c == ':' || isspace((unsigned char)c);
}

/* To the next word: false where there is none. */
static bool next_word(struct topology_reader *r)
{
	r->at = r->end;
	while (*r->at && (is_space(*r->at) || *r->at == '#'))
		r->at += *r->at == '#' ? strcspn(r->at, "\n") : 1;
	for (r->end = r->at; *r->end && !is_space(*r->end) && *r->end != '#';)
		r->end++;
	return r->end > r->at;
}

/* A number that is there, from 0 to @most. */
static bool take_number(struct topology_reader *r, uint32_t most, uint32_t *number)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)*r->at))
		return false;
	for (; isdigit((unsigned char)*r->at); r->at++) {
		value = value * 10 + (*r->at - '0');
		if (value > most)
			return false;
	}
	*number = value;
	return true;
}

static bool take_char(struct topology_reader *r, char c)
{
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

/* "N*" where it is there. */
static bool take_repeat(struct topology_reader *r, uint32_t most, uint32_t *times)
{
	const char *start = r->at;

	if (take_number(r, most, times) && take_char(r, '*'))
		return *times;
	r->at = start;
	*times = 1;
	return true;
}

/* ---- what a key's value may be ---- */

/**
 * struct topology_key - a key
 * @name: with its '='
 * @take: reads a value, from reader.at on; false when it is none
 * @offset: of the member that it is for
 * @most: what a number may be
 * @what: what it is, and how it looks
 */
struct topology_key {
	const char *name;
	bool (*take)(struct topology_reader *r, const struct topology_key *key);
	size_t offset;
	uint32_t most;
	const char *what;
};

static bool take_name(struct topology_reader *r, const struct topology_key *key)
{
	size_t len = r->end - r->at;

	(void)key;
	if (!len || len >= sizeof(r->own->name))
		return false;
	memcpy(r->own->name, r->at, len);
	r->own->name[len] = '\0';
	r->at = r->end;
	return true;
}

static bool take_u16(struct topology_reader *r, const struct topology_key *key)
{
	uint32_t number;

	if (!take_number(r, key->most, &number) || !number)
		return false;
	*(uint16_t *)((char *)&r->own->form + key->offset) = number;
	return true;
}

static bool take_u32(struct topology_reader *r, const struct topology_key *key)
{
	return take_number(r, key->most, (uint32_t *)((char *)&r->own->form +
						      key->offset));
}

static bool take_smt(struct topology_reader *r, const struct topology_key *key)
{
	static const char word[] = "apart";

	(void)key;
	if (strncmp(r->at, word, strlen(word)))
		return false;
	r->at += strlen(word);
	r->own->form.threads_apart = true;
	return true;
}

/* CxT or CxT/S */
static bool take_group(struct topology_reader *r, struct topology_cores *g)
{
	uint32_t cores, threads, cluster = 0;

	if (!take_number(r, UINT16_MAX, &cores) || !take_char(r, 'x') ||
	    !take_number(r, UINT16_MAX, &threads) ||
	    (take_char(r, '/') && !take_number(r, UINT16_MAX, &cluster)))
		return false;
	*g = (struct topology_cores){ cores, threads, cluster };
	return cores && threads;
}

static bool take_llc(struct topology_reader *r, struct topology_llc *row)
{
	unsigned int i = 0;

	*row = (struct topology_llc){ };
	do {
		if (i == TOPOLOGY_GROUPS_MAX || !take_group(r, &row->group[i]))
			return false;
		i++;
	} while (take_char(r, '+'));
	return true;
}

static bool take_llcs(struct topology_reader *r, const struct topology_key *key)
{
	struct topology_form *f = &r->own->form;
	struct topology_llc row;
	uint32_t n = 0, times;

	do {
		if (!take_repeat(r, key->most - n, &times) ||
		    times > key->most - n || !take_llc(r, &row))
			return false;
		while (times--)
			f->llc[n++] = row;
	} while (take_char(r, ','));
	f->llcs_given = true;
	return n == r->t.llcs;
}

/* A number a node, to a member of its row. */
static bool take_nodes(struct topology_reader *r, const struct topology_key *key)
{
	struct topology_form *f = &r->own->form;
	uint32_t n = 0, times, number;

	do {
		if (!take_repeat(r, TOPOLOGY_NODES_MAX - n, &times) ||
		    times > TOPOLOGY_NODES_MAX - n ||
		    !take_number(r, key->most, &number))
			return false;
		while (times--)
			*(uint32_t *)((char *)&f->node[n++] + key->offset) =
				number;
	} while (take_char(r, ','));
	f->nodes_given = true;
	return n == r->t.nodes;
}

static bool take_distances(struct topology_reader *r, const struct topology_key *key)
{
	struct topology_form *f = &r->own->form;
	unsigned int i, j;
	uint32_t number;

	if (r->t.nodes > TOPOLOGY_NODES_MAX)
		return false;
	for (i = 0; i < r->t.nodes; i++) {
		for (j = 0; j < r->t.nodes; j++) {
			if ((j && !take_char(r, ',')) ||
			    (i && !j && !take_char(r, '/')) ||
			    !take_number(r, key->most, &number))
				return false;
			f->distance[i][j] = number;
		}
	}
	f->distances_given = true;
	return true;
}

#define FORM(key, member, take_, most_, what_) {			\
	.name = key "=", .take = take_, .most = most_, .what = what_,	\
	.offset = offsetof(struct topology_form, member) }
#define NODE(key, member, most_, what_) {				\
	.name = key "=", .take = take_nodes, .most = most_, .what = what_, \
	.offset = offsetof(struct topology_node, member) }

#define NODES_KEY	4	/* the row of "nodes" */

static const struct topology_key text_keys[] = {
	FORM("name", name, take_name, 0, "a name of at most 39 characters"),
	FORM("llcs", llc, take_llcs, TOPOLOGY_LLCS_MAX,
	     "cores and threads of each LLC, as in 2*9x2,6x2+8x1/4"),
	FORM("package", package_llcs, take_u16, UINT16_MAX,
	     "a number of LLCs from 1 on"),
	FORM("snc", llc_nodes, take_u16, TOPOLOGY_NODES_MAX,
	     "a number of nodes from 1 to 32"),
	NODE("nodes", llcs, UINT16_MAX, "LLCs of each node, as in 4,4,0"),
	NODE("memory", memory_mib, INT32_MAX, "MiB of each node, as in 96,32"),
	NODE("latency", latency_ns, 1000000,
	     "nanoseconds of each node, as in 90,250"),
	NODE("bandwidth", bandwidth_mbs, INT32_MAX,
	     "MB/s of each node, as in 9000,3000"),
	NODE("cache", cache_mib, INT32_MAX,
	     "MiB before each node's memory, as in 0,64"),
	FORM("distance", distance, take_distances, UINT8_MAX,
	     "a row of numbers for each node, as in 10,21/21,10"),
	FORM("smt", threads_apart, take_smt, 0, "'apart'"),
	FORM("boot", boot_cpu, take_u32, UINT16_MAX, "the number of a CPU"),
	FORM("absent", absent, take_u32, UINT16_MAX, "a number of CPUs"),
};

/* ---- the whole text ---- */

static int __printf(5, 6) bad_word(const struct topology_reader *r, const char *word,
				   char *err, size_t err_size, const char *fmt,
				   ...)
{
	char said[SAID_MAX], why[160];
	va_list ap;

	text_fit(said, sizeof(said), word, r->end - word);
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	snprintf(err, err_size, "%s: %s", said, why);
	return -EINVAL;
}

static int take_word(struct topology_reader *r, char *err, size_t err_size)
{
	const char *word = r->at;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(text_keys); i++) {
		const struct topology_key *key = &text_keys[i];

		len = strlen(key->name);
		if (strncmp(word, key->name, len))
			continue;
		if (r->given & 1U << i)
			return bad_word(r, word, err, err_size,
					"is given twice");
		r->given |= 1U << i;
		r->at += len;
		if (key->take(r, key) && r->at == r->end)
			return 0;
		return bad_word(r, word, err, err_size, "is not %s%s",
				key->what,
				key->take == take_llcs ? ", one for each LLC" :
				key->take == take_nodes ||
				key->take == take_distances ?
				", one for each node" : "");
	}
	return bad_word(r, word, err, err_size, "there is no such key");
}

/* The even part, which says how many of the others there are. */
static int take_even(struct topology_reader *r, char *err, size_t err_size)
{
	char word[TOPOLOGY_NAME_LEN];

	if (next_word(r) && r->end - r->at < (ptrdiff_t)sizeof(word)) {
		memcpy(word, r->at, r->end - r->at);
		word[r->end - r->at] = '\0';
		if (!topology_parse(word, &r->t))
			return 0;
	}
	return bad_word(r, r->at, err, err_size,
			"is no topology, as in 1n2l4c2t (nodes, LLCs of all of them, cores of each LLC, threads of each core)");
}

/* Where only memory and the like of nodes are told: LLCs are divided evenly. */
static void fill_nodes(struct topology_reader *r)
{
	struct topology_form *f = &r->own->form;
	unsigned int i;

	if (!f->nodes_given || f->llc_nodes > 1 || r->given & 1U << NODES_KEY)
		return;
	for (i = 0; i < r->t.nodes && r->t.llcs % r->t.nodes == 0; i++)
		f->node[i].llcs = r->t.llcs / r->t.nodes;
}

static void name_form(struct topology_reader *r, const char *text, const char *name)
{
	struct own_form *own = r->own;
	char even[TOPOLOGY_NAME_LEN];

	own->form.name = own->name;
	if (*own->name)
		return;
	if (name)
		snprintf(own->name, sizeof(own->name), "%s", name);
	else
		snprintf(own->name, sizeof(own->name), "%.30s-%08x",
			 topology_name(&r->t, even),
			 crc32_update(0, text, strlen(text)));
}

static int read_form(struct topology_reader *r, const char *text, const char *name,
		     char *err, size_t err_size)
{
	int ret;

	do {
		ret = take_word(r, err, err_size);
		if (ret)
			return ret;
	} while (next_word(r));
	fill_nodes(r);
	name_form(r, text, name);
	r->t.form = &r->own->form;
	return 0;
}

int topology_read(const char *text, const char *name, struct topology *t,
		  struct topology_form **form, char *err, size_t err_size)
{
	const struct machine_record *machine = machine_find(text);
	const struct preset *preset = preset_find(text);
	struct topology_reader r = { .end = text };
	int ret = 0;

	*form = NULL;
	if (preset) {
		*t = preset->topology;
		return 0;
	}
	if (machine) {
		text = machine->text;
		name = machine->name;
		r.end = text;
	}
	ret = take_even(&r, err, err_size);
	if (!ret && next_word(&r)) {
		r.own = calloc(1, sizeof(*r.own));
		ret = r.own ? read_form(&r, text, name, err, err_size) :
			      -ENOMEM;
	}
	if (ret == -ENOMEM)
		snprintf(err, err_size, "no memory for a topology");
	if (!ret)
		ret = topology_check(&r.t, 0, err, err_size);
	if (ret) {
		free(r.own);
		return ret;
	}
	*t = r.t;
	*form = r.own ? &r.own->form : NULL;
	return 0;
}

/* ---- files ---- */

static int read_file(const char *path, char *text, char *err, size_t err_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		goto out_errno;
	while (len < FILE_MAX && (n = read(fd, text + len, FILE_MAX - len)) > 0)
		len += n;
	if (n < 0)
		goto out_errno;
	close(fd);
	if (len == FILE_MAX || memchr(text, '\0', len)) {
		snprintf(err, err_size, "%s", len == FILE_MAX ?
			 "is too long for a topology" : "is no text");
		return len == FILE_MAX ? -E2BIG : -EINVAL;
	}
	text[len] = '\0';
	return 0;

out_errno:
	n = -errno;
	snprintf(err, err_size, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return n;
}

static void name_of_file(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/');
	char *p;

	snprintf(name, size, "%s", base ? base + 1 : path);
	p = strrchr(name, '.');
	if (p && p > name)
		*p = '\0';
	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			*p = '_';
}

int topology_load(const char *path, struct topology *t,
		  struct topology_form **form, char *err, size_t err_size)
{
	char *text = malloc(FILE_MAX), name[TOPOLOGY_FORM_NAME_MAX];
	int ret;

	*form = NULL;
	if (!text) {
		snprintf(err, err_size, "no memory for a topology");
		return -ENOMEM;
	}
	name_of_file(path, name, sizeof(name));
	ret = read_file(path, text, err, err_size);
	if (!ret)
		ret = topology_read(text, name, t, form, err, err_size);
	free(text);
	return ret;
}

bool topology_is_file(const char *given)
{
	return given[strcspn(given, ":/")] == '/' || strends(given, ".topology");
}

int topology_given(const char *given, struct topology *t,
		   struct topology_form **form, char *err, size_t err_size)
{
	return topology_is_file(given) ?
	       topology_load(given, t, form, err, err_size) :
	       topology_read(given, NULL, t, form, err, err_size);
}
