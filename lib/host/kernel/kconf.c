// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configurations. See kconf.h.
 */
#include "lib/host/kernel/kconf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/kernel/kenv.h"

/* Whether an option has to be there, or not, or would be good to have. */
enum need {
	NEED_ON,
	NEED_OFF,
	NEED_WANTED,
};

static const struct {
	const char *option;
	enum need need;
	const char *why;
} needs[] = {
	{ "64BIT", NEED_ON, "the VM is an x86-64 machine" },
	{ "SMP", NEED_ON, "the VM has several CPUs" },
	{ "X86_MPPARSE", NEED_ON,
	  "a VM of one node names its CPUs in an MP table" },
	{ "BLK_DEV_INITRD", NEED_ON, "the root is an initramfs" },
	{ "DEVTMPFS", NEED_ON, "/dev of the VM" },
	{ "TMPFS", NEED_ON, "/tmp of the VM" },
	{ "PROC_FS", NEED_ON, "/proc of the VM" },
	{ "SIGNALFD", NEED_ON, "init hears of its children by it" },
	{ "FUTEX", NEED_ON, "workers wait for each other by it" },
	{ "SYSFS", NEED_ON, "/sys of the VM" },
	{ "SERIAL_8250_CONSOLE", NEED_ON, "the console" },
	{ "DEVMEM", NEED_ON, "the result ring is mapped through /dev/mem" },
	{ "STRICT_DEVMEM", NEED_OFF, "the result ring lies above RAM" },
	{ "CGROUPS", NEED_ON, "scenarios run in cgroups" },
	{ "CPUSETS", NEED_ON, "scenarios use cpusets" },
	{ "CGROUP_SCHED", NEED_ON, "scenarios use the cpu controller" },
	{ "FAIR_GROUP_SCHED", NEED_ON, "scenarios use the cpu controller" },
	{ "BPF_SYSCALL", NEED_ON, "sched_ext schedulers are BPF programs" },
	{ "BPF_JIT", NEED_ON, "sched_ext needs it" },
	{ "SCHED_CLASS_EXT", NEED_ON,
	  "the subject: needs Linux 6.12 or newer, and DEBUG_INFO_BTF" },
	{ "DEBUG_INFO_BTF", NEED_ON,
	  "types for schedulers and monitor: needs pahole (package pahole or dwarves)" },
	{ "KALLSYMS_ALL", NEED_ON, "the monitor looks up data symbols" },
	{ "FTRACE", NEED_WANTED, "the crash probes" },
	{ "DYNAMIC_FTRACE", NEED_WANTED, "the crash probes" },
	{ "KPROBE_EVENTS", NEED_WANTED, "the crash probes" },
	{ "BPF_EVENTS", NEED_WANTED, "the crash probes" },
};

/* ---- needs ---- */

static bool line_sets(const char *line, const char *option)
{
	size_t len = strlen(option);

	return strstarts(line, "CONFIG_") &&
	       !strncmp(line + strlen("CONFIG_"), option, len) &&
	       strstarts(line + strlen("CONFIG_") + len, "=y");
}

static void read_set(const char *path, bool *set)
{
	FILE *f = fopen(path, "re");
	char line[1024];
	size_t i;

	while (f && fgets(line, sizeof(line), f))
		for (i = 0; i < ARRAY_SIZE(needs); i++)
			set[i] |= line_sets(line, needs[i].option);
	if (f)
		fclose(f);
}

/* Return: how many are not as they have to be. */
static unsigned int judge(struct kenv *k, const char *path)
{
	bool set[ARRAY_SIZE(needs)] = { };
	unsigned int missing = 0;
	size_t i;

	read_set(path, set);
	for (i = 0; k && i < ARRAY_SIZE(needs); i++)
		if (needs[i].need == NEED_WANTED && !set[i])
			kenv_say(k, "%s: CONFIG_%s is not set (%s): without it there is less to tell",
				 path, needs[i].option, needs[i].why);
	for (i = 0; i < ARRAY_SIZE(needs); i++) {
		if (needs[i].need == (set[i] ? NEED_ON : NEED_OFF) ||
		    needs[i].need == NEED_WANTED)
			continue;
		missing++;
		if (k)
			kenv_say(k, "%s: CONFIG_%s is %sset (%s)", path,
				 needs[i].option, set[i] ? "" : "not ",
				 needs[i].why);
	}
	return missing;
}

bool kconf_is_fit(const char *path)
{
	return !judge(NULL, path);
}

int kconf_must(struct kenv *k, const char *path)
{
	if (!judge(k, path))
		return 0;
	return kenv_missing(k, "%s: this kernel cannot run the tests; merge ktstr.kconfig into its configuration and build it again",
			    path);
}

/* ---- what was asked for ---- */

struct option_value {
	char *name;
	char *value;
};

struct option_values {
	struct option_value *list;
	size_t n;
};

static const char *value_of(const struct option_values *all, const char *name)
{
	size_t i = all->n;

	/* The last word holds. */
	while (i--)
		if (!strcmp(all->list[i].name, name))
			return all->list[i].value;
	return "n";
}

/* "CONFIG_X=y", or "# CONFIG_X is not set". Return: is it a line of either kind? */
static bool read_option(char *line, char **name, char **value)
{
	static const char unset[] = " is not set";
	size_t len;

	line[strcspn(line, "\n")] = '\0';
	*name = line;
	if (strstarts(line, "# CONFIG_"))
		*name += 2;
	if (!strstarts(*name, "CONFIG_"))
		return false;
	for (len = 0; isalnum((unsigned char)(*name)[len]) ||
	     (*name)[len] == '_'; len++)
		;
	*value = *name + len + 1;
	if (*name != line) {
		if (!strstarts(*name + len, unset))
			return false;
		*value = (char *)"n";
	} else if ((*name)[len] != '=') {
		return false;
	}
	(*name)[len] = '\0';
	return true;
}

static void values_add(struct option_values *all, const char *name,
		       const char *value)
{
	struct option_value *more;

	more = realloc(all->list, (all->n + 1) * sizeof(*more));
	if (!more)
		return;
	all->list = more;
	more[all->n].name = strdup(name);
	more[all->n].value = strdup(value);
	if (more[all->n].name && more[all->n].value)
		all->n++;
}

static void values_read(struct option_values *all, const char *path)
{
	char line[4096], *name, *value;
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		if (read_option(line, &name, &value))
			values_add(all, name, value);
	if (f)
		fclose(f);
}

static void values_free(struct option_values *all)
{
	while (all->n--) {
		free(all->list[all->n].name);
		free(all->list[all->n].value);
	}
	free(all->list);
}

/* Each option once, where it is first named. */
static bool is_first(const struct option_values *all, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (!strcmp(all->list[i].name, all->list[at].name))
			return false;
	return true;
}

void kconf_asked(struct kenv *k, const char *path)
{
	struct option_values want = { }, has = { };
	const char *asked, *got;
	size_t i;

	if (!k->config)
		return;
	values_read(&want, k->config);
	values_read(&has, path);
	for (i = 0; i < want.n; i++) {
		asked = value_of(&want, want.list[i].name);
		got = value_of(&has, want.list[i].name);
		if (!strcmp(asked, got) || !is_first(&want, i))
			continue;
		kenv_say(k, "KTSTR_CONFIG=%s: %s=%s became %s: kconfig has dropped it; what it depends on may be missing in the fragment, the compiler or pahole",
			 k->config, want.list[i].name, asked, got);
	}
	values_free(&want);
	values_free(&has);
}
