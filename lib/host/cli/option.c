// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options from a table. See option.h.
 */
#include "lib/host/cli/option.h"

#include <ctype.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/near.h"

#define MAX_OPTIONS	32
/* What getopt_long() returns for a row, and for what each subcommand has. */
#define VAL_ROW		256
#define VAL_HELP	'h'

int cli_bad(char *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, CLI_ERR_SIZE, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

bool cli_number(const char *text, unsigned int most, unsigned int *value)
{
	unsigned long n;
	char *end;

	n = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || !n || n > most)
		return false;
	*value = n;
	return true;
}

int cli_take_number(const char *option, const char *text, unsigned int most,
		    unsigned int *value, char *err)
{
	if (cli_number(text, most, value))
		return 0;
	return cli_bad(err, "%s %.100s: is no number from 1 to %u", option,
		       text, most);
}

bool cli_fits_a_line(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

/* ---- getopt's tables ---- */

static void tables(const struct cli_spec *spec, char *letters,
		   struct option *names)
{
	size_t i;

	*letters++ = ':';
	*letters++ = VAL_HELP;
	for (i = 0; i < spec->n_options; i++) {
		const struct cli_option *o = &spec->options[i];

		names[i].name = o->name;
		names[i].has_arg = o->value ? required_argument : no_argument;
		names[i].val = VAL_ROW + (int)i;
		if (!o->letter)
			continue;
		*letters++ = o->letter;
		if (o->value)
			*letters++ = ':';
	}
	names[i] = (struct option){ "help", no_argument, NULL, VAL_HELP };
	*letters = '\0';
}

static const struct cli_option *option_of(const struct cli_spec *spec, int c)
{
	size_t i;

	if (c >= VAL_ROW)
		return &spec->options[c - VAL_ROW];
	for (i = 0; i < spec->n_options; i++)
		if (c && spec->options[i].letter == c)
			return &spec->options[i];
	return NULL;
}

static int no_such_option(const struct cli_spec *spec, const char *command,
			  const char *word, char *err)
{
	char offered[NEAR_TEXT_SIZE], given[64], name[32];
	struct near near = { .given = given };
	size_t i;

	snprintf(given, sizeof(given), "%.*s", (int)strcspn(word, "="), word);
	for (i = 0; i < spec->n_options; i++) {
		if (!spec->options[i].what)
			continue;
		snprintf(name, sizeof(name), "--%s", spec->options[i].name);
		near_offer(&near, name);
	}
	return cli_bad(err, "%s: no such option of %s%s", given, command,
		       near_text(&near, offered));
}

static int bad_option(const struct cli_spec *spec, int c, char **argv,
		      char *err)
{
	const struct cli_option *o = option_of(spec, optopt);
	const char *word = argv[optind - 1];

	if (c == ':' && o)
		return cli_bad(err, "%.100s needs a value: %s", word, o->value);
	if (o || optopt == VAL_HELP)
		return cli_bad(err, "%.100s: takes no value", word);
	if (optopt)
		return cli_bad(err, "-%c: no such option of %s", optopt,
			       argv[0]);
	return no_such_option(spec, argv[0], word, err);
}

int cli_parse(const struct cli_spec *spec, int argc, char **argv, void *args,
	      char *err)
{
	struct option names[MAX_OPTIONS + 2] = { };
	char letters[2 * MAX_OPTIONS + 3];
	const struct cli_option *o;
	int c, ret;

	tables(spec, letters, names);
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (c == VAL_HELP)
			return CLI_HELP;
		if (c == '?' || c == ':')
			return bad_option(spec, c, argv, err);
		o = option_of(spec, c);
		ret = o->take(args, optarg, err);
		if (ret)
			return ret;
	}
	return optind;
}

/* ---- help ---- */

static void help_row(FILE *to, char letter, const char *name,
		     const char *value, const char *what)
{
	char head[64], dash[8] = "    ";
	size_t len;

	if (letter)
		snprintf(dash, sizeof(dash), "-%c, ", letter);
	snprintf(head, sizeof(head), "%s--%s%s%s", dash, name,
		 value ? " " : "", value ?: "");
	while (*what) {
		len = strcspn(what, "\n");
		fprintf(to, "  %-25s %.*s\n", head, (int)len, what);
		head[0] = '\0';
		what += len + (what[len] == '\n');
	}
}

void cli_help_options(FILE *to, const struct cli_spec *spec)
{
	const struct cli_option *o;

	fprintf(to, "Options:\n");
	for (o = spec->options; o < spec->options + spec->n_options; o++)
		if (o->what)
			help_row(to, o->letter, o->name, o->value, o->what);
	help_row(to, VAL_HELP, "help", NULL, "this text");
}
