// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr topology`: machines by name, one as text, and this one's.
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/topology_capture.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/list_table.h"
#include "lib/host/machine/paths.h"

#define SHOW_CPUS_MAX	4096

/* Numbers as a kernel writes them: 0-3,8. */
struct ranges {
	struct strbuf text;
	unsigned int first;
	unsigned int next;
};

static void ranges_end(struct ranges *r)
{
	if (r->next == r->first)
		return;
	strbuf_addf(&r->text, "%s%u", r->text.len ? "," : "", r->first);
	if (r->next > r->first + 1)
		strbuf_addf(&r->text, "-%u", r->next - 1);
	r->first = r->next;
}

static void ranges_add(struct ranges *r, unsigned int number)
{
	if (number != r->next) {
		ranges_end(r);
		r->first = number;
	}
	r->next = number + 1;
}

/* The CPUs of an LLC, or of its part in one node, as a comment. */
static void show_llc(const struct topology *t, unsigned int llc,
		     unsigned int part)
{
	struct ranges r = { .text = STRBUF_INIT };
	unsigned int cpu, node = 0, package = 0;
	struct topology_place p;

	for (cpu = 0; cpu < topology_cpus(t); cpu++) {
		topology_place(t, cpu, &p);
		if (p.llc != llc || p.part != part)
			continue;
		node = p.node;
		package = p.package;
		ranges_add(&r, cpu);
	}
	ranges_end(&r);
	printf("# package %u, LLC %u, node %u: CPUs %s\n", package, llc, node,
	       r.text.text);
	strbuf_free(&r.text);
}

static int show(const struct topology *t, char *err)
{
	unsigned int parts = t->form ? max(t->form->llc_nodes, 1U) : 1, i, j;
	struct strbuf text = STRBUF_INIT;

	if (topology_cpus(t) > SHOW_CPUS_MAX)
		return cli_bad(err, "%u CPUs: more than %d are not shown",
			       topology_cpus(t), SHOW_CPUS_MAX);
	topology_write(t, "\n", &text);
	puts(text.text);
	strbuf_free(&text);
	for (i = 0; i < t->llcs; i++)
		for (j = 0; j < parts; j++)
			show_llc(t, i, j);
	for (i = topology_cpu_nodes(t); i < t->nodes; i++)
		printf("# node %u: memory only\n", i);
	printf("# %u CPUs\n", topology_cpus(t));
	return 0;
}

static int show_given(const char *given, char *err)
{
	struct topology_form *form;
	struct topology t;
	char why[200];
	int ret;

	ret = topology_given(given, &t, &form, why, sizeof(why));
	if (ret)
		return cli_bad(err, "%.1000s: %s", given, why);
	ret = show(&t, err);
	free(form);
	return ret;
}

/* ---- capture ---- */

/* Which one it is, as far as anything tells. */
static void add_model(const char *root, struct strbuf *to)
{
	char path[PATH_MAX], line[256], *model = NULL;
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/cpuinfo", root);
	f = fopen(path, "re");
	while (f && !model && fgets(line, sizeof(line), f))
		if (strstarts(line, "model name"))
			model = strchr(line, ':');
	if (model)
		strbuf_addf(to, "# %s", model + 1 + strspn(model + 1, " "));
	if (f)
		fclose(f);
}

static void add_notes(const struct strbuf *notes, struct strbuf *to)
{
	const char *at = notes->text, *end;

	for (; (end = strchr(at, '\n')); at = end + 1)
		strbuf_addf(to, "# %.*s\n", (int)(end - at), at);
}

static int put_text(const void *what, FILE *to)
{
	const struct strbuf *text = what;

	return fwrite(text->text, 1, text->len, to) == text->len ? 0 : -EIO;
}

/* A file is called as what it is of. */
static void name_of(const char *file, char *name, size_t size)
{
	const char *base = file ? strrchr(file, '/') : NULL;
	char *p;

	snprintf(name, size, "%s", base ? base + 1 : file ? file : "captured");
	p = strrchr(name, '.');
	if (p && p > name)
		*p = '\0';
	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			*p = '_';
}

static int capture(const char *root, const char *file, char *err)
{
	struct strbuf notes = STRBUF_INIT, text = STRBUF_INIT;
	char name[TOPOLOGY_FORM_NAME_MAX];
	struct topology_form *form;
	struct topology t;
	char why[200];
	int ret;

	name_of(file, name, sizeof(name));
	ret = topology_capture(root, name, &t, &form, &notes, why, sizeof(why));
	if (ret) {
		cli_bad(err, "%s", why);
		goto out;
	}
	add_model(root, &text);
	add_notes(&notes, &text);
	topology_write(&t, "\n", &text);
	strbuf_addf(&text, "\n");
	ret = file ? cli_write_file(file, put_text, &text) :
		     put_text(&text, stdout);
	if (ret)
		cli_bad(err, "what was captured could not be written");

out:
	free(form);
	strbuf_free(&notes);
	strbuf_free(&text);
	return ret;
}

static int list(char *err)
{
	char own[PATH_MAX];

	if (host_self_dir(own, sizeof(own)))
		return cli_bad(err, "cannot find this program");
	return table_show(own, "topologies", false, err);
}

int topology_main(int argc, char **argv, char *err)
{
	struct topology_args args;
	int ret = topology_args_parse(argc, argv, &args, err);

	if (ret)
		return ret;
	switch (args.action) {
	case TOPOLOGY_LIST:
		return list(err);
	case TOPOLOGY_SHOW:
		return show_given(args.what, err);
	default:
		return capture(args.root ? args.root : "", args.what, err);
	}
}
