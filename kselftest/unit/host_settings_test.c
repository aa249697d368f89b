// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings that are wrong are named; what may be is let through.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/machine/settings.h"

static const char * const names[] = {
	"XDG_CACHE_HOME", "KTSTR_SIDECAR_DIR", "KTSTR_SCHEDULER_DIR",
	"KTSTR_STRICT", "KTSTR_VERBOSE", "KTSTR_CLONE", "KTSTR_REPRO",
	"KTSTR_SECCOMP",
	"KTSTR_REPRO_FUNCTIONS", "KTSTR_REPRO_ROUNDS",
	"KTSTR_EMUHOST_BOOT_SECS", "KTSTR_EMUHOST_STALL_SECS",
};

static int check(const char *name, const char *value, char *err, size_t size)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		unsetenv(names[i]);
	if (name)
		setenv(name, value, 1);
	err[0] = '\0';
	return host_settings_check(err, size);
}

TEST(wrong_ones_are_named)
{
	static const struct {
		const char *name, *value, *why;
	} cases[] = {
		{ "XDG_CACHE_HOME", "cache", "is not an absolute path" },
		{ "KTSTR_SIDECAR_DIR", "results", "is not an absolute path" },
		{ "KTSTR_SIDECAR_DIR", "/nonexistent/x", "no such folder" },
		{ "KTSTR_SIDECAR_DIR", "/dev/null", "no such folder" },
		{ "KTSTR_SIDECAR_DIR", "/proc", "cannot be written" },
		{ "KTSTR_SCHEDULER_DIR", ".", "is not an absolute path" },
		{ "KTSTR_SCHEDULER_DIR", "/nonexistent", "no such folder" },
		{ "KTSTR_SCHEDULER_DIR", "/\n", "control character" },
		{ "KTSTR_STRICT", "yes", "is neither 0 nor 1" },
		{ "KTSTR_VERBOSE", "01", "is neither 0 nor 1" },
		{ "KTSTR_CLONE", "cold", "is neither 0 nor 1" },
		{ "KTSTR_SECCOMP", "off", "is neither 0 nor 1" },
		{ "KTSTR_REPRO", "-1", "is neither 0 nor 1" },
		{ "KTSTR_REPRO_FUNCTIONS", "a,,b", "no names of functions" },
		{ "KTSTR_REPRO_FUNCTIONS", "a b", "no names of functions" },
		{ "KTSTR_REPRO_FUNCTIONS", "a,", "no names of functions" },
		{ "KTSTR_REPRO_FUNCTIONS", "1a", "no names of functions" },
		{ "KTSTR_REPRO_ROUNDS", "0", "from 1 to 99" },
		{ "KTSTR_REPRO_ROUNDS", "100", "from 1 to 99" },
		{ "KTSTR_REPRO_ROUNDS", "x", "from 1 to 99" },
		{ "KTSTR_REPRO_ROUNDS", "3x", "from 1 to 99" },
		{ "KTSTR_REPRO_ROUNDS", "-3", "from 1 to 99" },
		{ "KTSTR_REPRO_ROUNDS", "99999999999999999999999", "to 99" },
		{ "KTSTR_EMUHOST_BOOT_SECS", "2m", "from 1 to 86400" },
		{ "KTSTR_EMUHOST_STALL_SECS", "86401", "from 1 to 86400" },
		{ "KTSTR_EMUHOST_CLOCK", "fast", "none of auto" },
	};
	char err[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		/* Root may write everywhere, as far as access() knows. */
		if (!strcmp(cases[i].value, "/proc") && !geteuid())
			continue;
		EXPECT_EQ(-EINVAL, check(cases[i].name, cases[i].value, err,
					 sizeof(err))) {
			TH_LOG("%s=%s", cases[i].name, cases[i].value);
		}
		EXPECT_EQ(0, strncmp(err, cases[i].name,
				     strlen(cases[i].name)));
		EXPECT_NE(NULL, strstr(err, cases[i].why)) {
			TH_LOG("%s", err);
		}
	}
}

TEST(others_are_let_through)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ NULL, NULL },
		{ "XDG_CACHE_HOME", "/nonexistent" },
		{ "KTSTR_SIDECAR_DIR", "" },
		{ "KTSTR_SIDECAR_DIR", "/tmp" },
		{ "KTSTR_SCHEDULER_DIR", "/" },
		{ "KTSTR_STRICT", "" },
		{ "KTSTR_STRICT", "1" },
		{ "KTSTR_REPRO", "0" },
		{ "KTSTR_REPRO_FUNCTIONS", "_a.b1,c" },
		{ "KTSTR_REPRO_ROUNDS", "99" },
		{ "KTSTR_EMUHOST_BOOT_SECS", "600" },
		{ "KTSTR_EMUHOST_CLOCK", "virtual" },
	};
	char err[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(0, check(cases[i].name, cases[i].value, err,
				   sizeof(err))) {
			TH_LOG("%s", err);
	}
		}
}

TEST_HARNESS_MAIN
