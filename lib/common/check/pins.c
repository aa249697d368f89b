// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the text of an expected failure must hold. See pins.h.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "lib/common/check/pins.h"

#include <errno.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Far above what a sane pattern takes, a fraction of a second at most. */
#define MATCH_STEPS_MAX	2000000
#define MATCH_HEAP_KB	65536

/* PCRE2's default `$` would match before a last newline, too. */
#define PIN_OPTIONS	(PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | \
			 PCRE2_NEVER_BACKSLASH_C)

static int pattern_compile(const char *pattern, pcre2_code **code, char *err,
			   size_t err_size)
{
	pcre2_compile_context *ctx = pcre2_compile_context_create(NULL);
	PCRE2_SIZE at = 0;
	int number = 0;

	if (!ctx) {
		snprintf(err, err_size, "no memory for a pattern");
		return -ENOMEM;
	}
	/* How the library was built is not to change what `.` means. */
	pcre2_set_newline(ctx, PCRE2_NEWLINE_LF);
	*code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
			      PIN_OPTIONS, &number, &at, ctx);
	pcre2_compile_context_free(ctx);
	if (!*code) {
		unsigned char text[128] = "";

		pcre2_get_error_message(number, text, sizeof(text));
		snprintf(err, err_size,
			 "expect_scx_bpf_error_matches '%s': %s at byte %zu",
			 pattern, text, (size_t)at);
		return -EINVAL;
	}
	return 0;
}

/* Return: 1, 0, -E2BIG, -ENOMEM. */
static int pattern_match(const pcre2_code *code, const char *text, size_t len)
{
	pcre2_match_context *ctx = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int ret = -ENOMEM;

	if (!ctx || !data)
		goto out_free;
	pcre2_set_match_limit(ctx, MATCH_STEPS_MAX);
	pcre2_set_heap_limit(ctx, MATCH_HEAP_KB);
	ret = pcre2_match(code, (PCRE2_SPTR)text, len, 0, 0, data, ctx);
	if (ret >= 0)
		ret = 1;
	else if (ret == PCRE2_ERROR_NOMATCH)
		ret = 0;
	else if (ret == PCRE2_ERROR_NOMEMORY)
		ret = -ENOMEM;
	else
		ret = -E2BIG;
out_free:
	pcre2_match_data_free(data);
	pcre2_match_context_free(ctx);
	return ret;
}

static int pattern_check(const char *pattern, char *err, size_t err_size)
{
	pcre2_code *code;
	int ret;

	if (!*pattern) {
		snprintf(err, err_size,
			 "expect_scx_bpf_error_matches is empty: leave it out");
		return -EINVAL;
	}
	ret = pattern_compile(pattern, &code, err, err_size);
	if (ret)
		return ret;
	ret = pattern_match(code, "", 0);
	pcre2_code_free(code);
	if (!ret)
		return 0;
	snprintf(err, err_size,
		 "expect_scx_bpf_error_matches '%s' matches the empty text, so it pins nothing: make it need a character",
		 pattern);
	return ret == -ENOMEM ? ret : -EINVAL;
}

int pins_check(const struct pins *pins, bool expect_err, char *err,
	       size_t err_size)
{
	if (!pins->contains && !pins->matches)
		return 0;
	if (!expect_err) {
		snprintf(err, err_size,
			 "expect_scx_bpf_error_* without expect_err: set .expect_err = true");
		return -EINVAL;
	}
	if (pins->contains && !*pins->contains) {
		snprintf(err, err_size,
			 "expect_scx_bpf_error_contains is empty: leave it out");
		return -EINVAL;
	}
	return pins->matches ? pattern_check(pins->matches, err, err_size) : 0;
}

int pins_match(const struct pins *pins, const char *text, size_t len,
	       char *err, size_t err_size)
{
	pcre2_code *code;
	int ret;

	ret = pins_check(pins, true, err, err_size);
	if (ret)
		return ret;

	if (pins->contains &&
	    !memmem(text, len, pins->contains, strlen(pins->contains))) {
		snprintf(err, err_size,
			 "the scheduler failed, but its messages do not contain '%s'",
			 pins->contains);
		return 0;
	}
	if (!pins->matches)
		return 1;

	ret = pattern_compile(pins->matches, &code, err, err_size);
	if (ret)
		return ret;
	ret = pattern_match(code, text, len);
	pcre2_code_free(code);
	if (!ret)
		snprintf(err, err_size,
			 "the scheduler failed, but its messages do not match '%s'",
			 pins->matches);
	else if (ret < 0)
		snprintf(err, err_size,
			 "pattern '%s' takes too long on %zu bytes: simplify it",
			 pins->matches, len);
	return ret;
}
