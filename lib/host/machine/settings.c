// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may be in the environment. See settings.h.
 */
#include "lib/host/machine/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/sandbox.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"
#include "vmm/emulated-host/emuhost_clock.h"

struct setting {
	const char *name;
	/* What is wrong with @value, NULL for nothing. */
	const char *(*wrong)(const struct setting *s, const char *value);
	unsigned long max;
	const char *says;
};

static const char *wrong_path(const struct setting *s, const char *value)
{
	(void)s;
	return *value == '/' ? NULL : "is not an absolute path";
}

static const char *wrong_folder(const struct setting *s, const char *value)
{
	if (wrong_path(s, value))
		return wrong_path(s, value);
	if (!host_is_folder(value) || access(value, X_OK))
		return "no such folder";
	return NULL;
}

static const char *wrong_results(const struct setting *s, const char *value)
{
	if (wrong_folder(s, value))
		return wrong_folder(s, value);
	return access(value, W_OK) ? "cannot be written" : NULL;
}

static const char *wrong_switch(const struct setting *s, const char *value)
{
	(void)s;
	return strcmp(value, "0") && strcmp(value, "1") ?
	       "is neither 0 nor 1" : NULL;
}

static const char *wrong_number(const struct setting *s, const char *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	return !isdigit((unsigned char)*value) || *end || errno || !n ||
	       n > s->max ? s->says : NULL;
}

static const char *wrong_clock(const struct setting *s, const char *value)
{
	enum emuhost_clock clock;

	(void)s;
	return emuhost_clock_parse(value, &clock) ?
	       "is none of " EMUHOST_CLOCK_WORDS : NULL;
}

static const char *wrong_functions(const struct setting *s, const char *value)
{
	bool begins = true;

	(void)s;
	for (; *value; value++) {
		if (*value == ',' && !begins) {
			begins = true;
			continue;
		}
		if (!isalpha((unsigned char)*value) && *value != '_' &&
		    (begins || (!isdigit((unsigned char)*value) &&
				*value != '.')))
			break;
		begins = false;
	}
	return *value || begins ? "are no names of functions" : NULL;
}

static const struct setting settings[] = {
	{ .name = "XDG_CACHE_HOME", .wrong = wrong_path },
	{ .name = "KTSTR_SIDECAR_DIR", .wrong = wrong_results },
	{ .name = "KTSTR_SCHEDULER_DIR", .wrong = wrong_folder },
	{ .name = "KTSTR_STRICT", .wrong = wrong_switch },
	{ .name = "KTSTR_VERBOSE", .wrong = wrong_switch },
	{ .name = "KTSTR_CLONE", .wrong = wrong_switch },
	{ .name = SANDBOX_ENV, .wrong = wrong_switch },
	{ .name = "KTSTR_REPRO", .wrong = wrong_switch },
	{ .name = "KTSTR_REPRO_FUNCTIONS", .wrong = wrong_functions },
	{ .name = "KTSTR_REPRO_ROUNDS", .wrong = wrong_number,
	  .max = 99, .says = "is no number from 1 to 99" },
	{ .name = "KTSTR_EMUHOST_BOOT_SECS", .wrong = wrong_number,
	  .max = 86400, .says = "is no number from 1 to 86400" },
	{ .name = "KTSTR_EMUHOST_STALL_SECS", .wrong = wrong_number,
	  .max = 86400, .says = "is no number from 1 to 86400" },
	{ .name = EMUHOST_CLOCK_ENV, .wrong = wrong_clock },
};

/* For one line of a terminal. */
static bool has_control(const char *value)
{
	for (; *value; value++)
		if (iscntrl((unsigned char)*value))
			return true;
	return false;
}

int host_settings_check(char *err, size_t err_size)
{
	const char *value, *wrong;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		value = getenv(settings[i].name);
		if (!value || !*value)
			continue;
		if (has_control(value)) {
			snprintf(err, err_size,
				 "%s has a control character in it",
				 settings[i].name);
			return -EINVAL;
		}
		wrong = settings[i].wrong(&settings[i], value);
		if (wrong) {
			snprintf(err, err_size, "%s=%s: %s", settings[i].name,
				 value, wrong);
			return -EINVAL;
		}
	}
	return 0;
}
