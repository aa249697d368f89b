// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr list`: the names of tests, and which of them are meant by what; what they
 * can say.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/list_table.h"
#include "lib/host/cli/programs.h"
#include "lib/host/machine/paths.h"
#include "lib/host/report/json.h"

static struct json_object *json_name(const struct suite_name *name)
{
	struct json_object *o = json_object_new_object();

	json_add_text(o, "program", name->program);
	json_add_text(o, "test", name->test);
	json_add_bool(o, "on_demand", name->on_demand);
	return o;
}

static void print_json(const struct suite_names *names)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < names->n; i++)
		if (names->list[i].chosen)
			json_object_array_add(list, json_name(&names->list[i]));
	puts(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PRETTY));
	json_object_put(list);
}

static void print_names(const struct suite_names *names, bool plan)
{
	const struct suite_name *t;

	for (t = names->list; t < names->list + names->n; t++)
		if (t->chosen)
			printf("%s%s%s\n", plan ? t->program : "",
			       plan ? " " : "", t->test);
}

static int list_tests(const char *own, const struct list_args *args, char *err)
{
	struct suite_names names = { };
	int ret = programs_choose(own, &args->choice, &names, err);

	if (!ret && args->json)
		print_json(&names);
	else if (!ret)
		print_names(&names, args->plan);
	suite_names_free(&names);
	return ret;
}

static int print_source(const struct declared_all *all, const char *name,
			char *err)
{
	int ret = declared_must(all, name, err);
	const char *source;

	if (ret)
		return ret;
	source = declared_find(all, name)->s->source;
	if (source)
		puts(source);
	return 0;
}

static int list_schedulers(const struct list_args *args, char *err)
{
	struct declared_all all;
	int ret = declared_load(&all, getenv(ENV_SCHEDULERS), err);

	if (!ret && args->source_of)
		ret = print_source(&all, args->source_of, err);
	else if (!ret && args->schema)
		declared_print_schema(stdout);
	else if (!ret && args->json)
		declared_print_json(&all, stdout);
	else if (!ret)
		declared_print(&all, stdout);
	declared_free(&all);
	return ret;
}

int list_main(int argc, char **argv, char *err)
{
	struct list_args args;
	char own[PATH_MAX];
	int ret;

	ret = list_args_parse(argc, argv, &args, err);
	if (!ret && host_self_dir(own, sizeof(own)))
		ret = cli_bad(err, "cannot find this program");
	if (!ret && args.schedulers)
		ret = list_schedulers(&args, err);
	else if (!ret && args.table)
		ret = table_show(own, args.table, args.json, err);
	else if (!ret)
		ret = list_tests(own, &args, err);
	choice_free(&args.choice);
	return ret;
}
