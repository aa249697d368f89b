// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr completion`: what completes command lines of ktstr, and of run_ktstr.sh
 * whose commands are the same, from the tables of options.
 */
#include <string.h>

#include "lib/common/attr/schedulers.h"
#include "lib/common/machines.h"
#include "lib/common/presets.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/test.h"
#include "lib/host/stages/stages.h"

/* Those that people type. */
static const struct cli_command *next(const struct cli_command *c)
{
	c = c ? c + 1 : cli_commands;
	while (c < cli_commands + cli_n_commands && !c->what)
		c++;
	return c < cli_commands + cli_n_commands ? c : NULL;
}

static void put_scenarios(const char *between)
{
	size_t i;

	for (i = 0; i < test_n_scenarios; i++)
		printf("%s%s", i ? between : "", test_scenarios[i].name);
}

static void put_schedulers(const char *between)
{
	size_t i;

	for (i = 0; i < ready_n_schedulers; i++)
		printf("%s%s", i ? between : "", ready_schedulers[i].name);
}

static void put_topologies(const char *between)
{
	size_t i;

	for (i = 0; i < n_presets; i++)
		printf("%s%s", i ? between : "", presets[i].name);
	for (i = 0; i < n_machines; i++)
		printf("%s%s", between, machines[i].name);
}

static void put_stages(void)
{
	size_t i;

	fputs("all", stdout);
	for (i = 0; i < stage_table.n; i++)
		printf(" %s", stage_table.rows[i].name);
}

/* ---- bash ---- */

static const char bash_head[] =
	"# bash completion of ktstr; made by `ktstr completion bash`\n"
	"\n"
	"_ktstr_command()\n"
	"{\n"
	"\tlocal i\n"
	"\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t-*) ;;\n"
	"\t\t*) echo \"${COMP_WORDS[i]}\"; return ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"}\n"
	"\n"
	"_ktstr()\n"
	"{\n"
	"\tlocal cur=$2 words='' tests='' files='' command\n"
	"\n"
	"\tcommand=$(_ktstr_command)\n";

static const char bash_tail[] =
	"\t[[ -z $tests ]] || words+=\" $(\"$1\" list 2>/dev/null)\"\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\" || :\n"
	"\t\t[[ -z $files ]] || compgen -f -- \"$cur\")\n"
	"}\n"
	"\n"
	"complete -o filenames -F _ktstr ktstr ./ktstr run_ktstr.sh ./run_ktstr.sh\n";

/* Leaves what may stand there in the variables of bash_tail. */
static void bash_value(enum cli_value is)
{
	switch (is) {
	case CLI_FILE:
		fputs("files=1", stdout);
		break;
	case CLI_TEST:
		fputs("tests=1", stdout);
		break;
	case CLI_SCENARIO:
		fputs("words='", stdout);
		put_scenarios(" ");
		fputs("' files=1", stdout);
		break;
	case CLI_TOPOLOGY:
		fputs("words='", stdout);
		put_topologies(" ");
		fputs("' files=1", stdout);
		break;
	case CLI_SCHEDULER:
		fputs("words='", stdout);
		put_schedulers(" ");
		fputs("' files=1", stdout);
		break;
	case CLI_STAGE:
		fputs("words='", stdout);
		put_stages();
		fputs("'", stdout);
		break;
	case CLI_KERNEL:
		fputs("words='" KERNEL_VERBS "'", stdout);
		break;
	default:
		fputs(":", stdout);
	}
}

static void bash_options(const struct cli_spec *spec)
{
	size_t i;

	fputs("\t\tif [[ $cur = -* ]]; then\n\t\t\twords='-h --help", stdout);
	for (i = 0; i < spec->n_options; i++) {
		if (!spec->options[i].what)
			continue;
		if (spec->options[i].letter)
			printf(" -%c", spec->options[i].letter);
		printf(" --%s", spec->options[i].name);
	}
	fputs("'\n\t\telse\n\t\t\t", stdout);
	bash_value(spec->operand);
	fputs("\n\t\tfi ;;\n", stdout);
}

static void bash_command(const struct cli_command *c)
{
	const struct cli_option *o = c->spec->options;
	size_t i;

	for (i = 0; i < c->spec->n_options; i++, o++) {
		if (!o->what || !o->value)
			continue;
		printf("\t%s,--%s", c->name, o->name);
		if (o->letter)
			printf(" | %s,-%c", c->name, o->letter);
		fputs(") ", stdout);
		bash_value(o->is);
		fputs(" ;;\n", stdout);
	}
	printf("\t%s,*)\n", c->name);
	bash_options(c->spec);
}

static void put_bash(void)
{
	const struct cli_command *c;

	fputs(bash_head, stdout);
	fputs("\tcase $command,$3 in\n\t,*) words='--help --version", stdout);
	for (c = next(NULL); c; c = next(c))
		printf(" %s", c->name);
	fputs("' ;;\n", stdout);
	for (c = next(NULL); c; c = next(c))
		bash_command(c);
	fputs("\tesac\n", stdout);
	fputs(bash_tail, stdout);
}

/* ---- zsh ---- */

/* Within '...[ ]': no quote, no bracket, no colon; the first line is enough. */
static void zsh_text(const char *text)
{
	for (; *text && *text != '\n'; text++) {
		if (strchr("[]:\\", *text))
			putchar('\\');
		if (*text != '\'')
			putchar(*text);
	}
}

static const char *zsh_action(enum cli_value is)
{
	switch (is) {
	case CLI_FILE:
	case CLI_SCHEDULER:
		return "_files";
	case CLI_TEST:
		return "_ktstr_tests";
	case CLI_SCENARIO:
		return "_ktstr_scenarios";
	case CLI_STAGE:
		return "_ktstr_stages";
	case CLI_KERNEL:
		return "(" KERNEL_VERBS ")";
	case CLI_TOPOLOGY:
		return "_ktstr_topologies";
	default:
		return " ";
	}
}

static void zsh_option(const struct cli_option *o)
{
	fputs(" \\\n\t\t\t'*'", stdout);
	if (o->letter)
		printf("{-%c,--%s}'[", o->letter, o->name);
	else
		printf("--%s'[", o->name);
	zsh_text(o->what);
	putchar(']');
	if (o->value)
		printf(":%s:%s", o->value, zsh_action(o->is));
	putchar('\'');
}

static void zsh_command(const struct cli_command *c)
{
	size_t i;

	printf("\t\t%s)\n\t\t\t_arguments -S '(- *)'{-h,--help}'[this text]'",
	       c->name);
	for (i = 0; i < c->spec->n_options; i++)
		if (c->spec->options[i].what)
			zsh_option(&c->spec->options[i]);
	if (c->spec->operand != CLI_TEXT)
		printf(" \\\n\t\t\t'*:operand:%s'",
		       zsh_action(c->spec->operand));
	fputs(" ;;\n", stdout);
}

static void put_zsh(void)
{
	const struct cli_command *c;

	fputs("#compdef ktstr run_ktstr.sh\n"
	      "# zsh completion of ktstr; made by `ktstr completion zsh`\n\n"
	      "_ktstr_tests()\n{\n\tcompadd -- ${(f)\"$($_ktstr_program list 2>/dev/null)\"}\n}\n\n"
	      "_ktstr_scenarios()\n{\n\tcompadd -- ", stdout);
	put_scenarios(" ");
	fputs("\n}\n\n_ktstr_topologies()\n{\n\tcompadd -- ", stdout);
	put_topologies(" ");
	fputs("\n\t_files\n}\n\n_ktstr_stages()\n{\n\tcompadd -- ", stdout);
	put_stages();
	fputs("\n}\n\n_ktstr()\n{\n\tlocal curcontext=$curcontext state line _ktstr_program=$words[1]\n"
	      "\tlocal -a commands=(\n", stdout);
	for (c = next(NULL); c; c = next(c)) {
		printf("\t\t'%s:", c->name);
		zsh_text(c->what);
		fputs("'\n", stdout);
	}
	fputs("\t)\n\n\t_arguments -C '(- *)'{-h,--help}'[this text]' '1:command:->command' '*::argument:->argument'\n"
	      "\tcase $state in\n\tcommand) _describe command commands ;;\n"
	      "\targument)\n\t\tcase $words[1] in\n", stdout);
	for (c = next(NULL); c; c = next(c))
		zsh_command(c);
	fputs("\t\tesac ;;\n\tesac\n}\n\n"
	      "compdef _ktstr ktstr run_ktstr.sh\n", stdout);
}

int completion_main(int argc, char **argv, char *err)
{
	const char *shell;
	int ret = completion_args_parse(argc, argv, &shell, err);

	if (ret)
		return ret;
	if (!strcmp(shell, "zsh"))
		put_zsh();
	else
		put_bash();
	return fflush(stdout) ? 1 : 0;
}
