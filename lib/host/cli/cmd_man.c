// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr man`: the manual page, from the tables of options.
 */
#include "lib/common/version.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"

/* A line never begins with what roff takes for a request. */
static void put_text(const char *text)
{
	bool begin = true;

	for (; *text; text++) {
		if (begin && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
		begin = *text == '\n';
	}
}

static void put_option(const struct cli_option *o)
{
	fputs(".TP\n.B ", stdout);
	if (o->letter)
		printf("\\-%c, ", o->letter);
	fputs("\\-\\-", stdout);
	put_text(o->name);
	if (o->value) {
		fputs(" \\fI", stdout);
		put_text(o->value);
		fputs("\\fR", stdout);
	}
	putchar('\n');
	put_text(o->what);
	putchar('\n');
}

/* Columns in it stay as they are. */
static void put_about(const char *about)
{
	fputs(".PP\n.nf\n", stdout);
	put_text(about);
	fputs(".fi\n", stdout);
}

static void put_command(const struct cli_command *c)
{
	size_t i;

	fputs(".SS ktstr ", stdout);
	put_text(c->name);
	putchar(' ');
	put_text(c->operands);
	putchar('\n');
	put_text(c->what);
	fputs(".\n", stdout);
	if (c->spec->about)
		put_about(c->spec->about);
	for (i = 0; i < c->spec->n_options; i++)
		if (c->spec->options[i].what)
			put_option(&c->spec->options[i]);
}

int man_main(int argc, char **argv, char *err)
{
	const struct cli_command *c;
	int ret = no_args_parse(argc, argv, err);

	if (ret)
		return ret;
	fputs(".TH KTSTR 1 \"\" \"ktstr " KTSTR_VERSION "\"\n", stdout);
	fputs(".SH NAME\nktstr \\- tests process schedulers on a Linux kernel, in virtual machines\n"
	      ".SH SYNOPSIS\n.B ktstr\n.I COMMAND\n.RI [ ARGUMENT ...]\n"
	      ".SH COMMANDS\n", stdout);
	for (c = cli_commands; c < cli_commands + cli_n_commands; c++)
		if (c->what)
			put_command(c);
	fputs(".SH EXIT STATUS\n0 all is well, 1 something is wrong, 4 something is missing, or was\nskipped.\n",
	      stdout);
	return fflush(stdout) ? 1 : 0;
}
