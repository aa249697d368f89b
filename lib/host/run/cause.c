// SPDX-License-Identifier: GPL-2.0-only
/*
 * Causes out of a run's texts. See cause.h.
 */
#include "lib/host/run/cause.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

#define PROG_NAME_MAX	64
#define REASON_MAX	300	/* bytes of a line; the rest is "..." */

/* What the verifier prints behind its reason, or libbpf around it. */
static const char * const no_reason[] = {
	"processed ", "verification time ", "stack depth ", "insns ",
	"total_insns", "-- END PROG LOAD LOG", "mark_precise: ",
};

/*
 * "12: (85) call ...", "; if (x) @ main.bpf.c:12", " R1=...", "from 3 to 7: ...":
 * where it was, not what was wrong
 */
static bool is_trace(const char *line, size_t len)
{
	size_t digits = strspn(line, "0123456789");

	if (!len || *line == ' ' || *line == ';' || strstarts(line, "from "))
		return true;
	if (digits && line[digits] == ':')
		return true;
	if (*line == 'R' && isdigit((unsigned char)line[1])) {
		digits = 1 + strspn(line + 1, "0123456789");
		if (line[digits] == '=' || line[digits] == '_')
			return true;
	}
	return false;
}

static bool is_reason(const char *line, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(no_reason); i++)
		if (strstarts(line, no_reason[i]))
			return false;
	return !is_trace(line, len);
}

/* The program that libbpf names in front of the log: "prog 'x_enqueue': -- " */
static void prog_name(const char *log, const char *begin, char *name,
		      size_t size)
{
	static const char mark[] = "prog '";
	const char *line = begin, *p;

	while (line > log && line[-1] != '\n')
		line--;
	p = memmem(line, begin - line, mark, strlen(mark));
	snprintf(name, size, "%s", "a program");
	if (p) {
		p += strlen(mark);
		snprintf(name, size, "%.*s", (int)strcspn(p, "'\n"), p);
	}
}

bool cause_of_refusal(const char *log, char *buf, size_t size)
{
	static const char mark[] = "-- BEGIN PROG LOAD LOG --";
	/* From 7.3 on it goes on with an explanation, sources, and advice. */
	static const char explained[] = "Verification failed: ";
	const char *begin = strstr(log, mark), *line, *reason = NULL;
	char name[PROG_NAME_MAX];
	size_t len, n = 0;

	buf[0] = '\0';
	if (!begin)
		return false;
	prog_name(log, begin, name, sizeof(name));
	line = begin + strcspn(begin, "\n");
	for (line += !!*line; *line; line += len + !!line[len]) {
		len = strcspn(line, "\n");
		if (strstarts(line, "-- END PROG LOAD LOG") ||
		    (reason && strstarts(line, explained)))
			break;
		if (!is_reason(line, len))
			continue;
		reason = line;
		n = len;
	}
	snprintf(buf, size, "the verifier refused %s%s%.*s%s", name,
		 reason ? ": " : "", (int)min(n, (size_t)REASON_MAX),
		 reason ?: "", n > REASON_MAX ? "..." : "");
	return true;
}

/* "# dir/eevdf.c:69:test:Expected 0 (0) == n (3)" of kselftest_harness.h */
bool cause_of_expectation(const char *output, char *buf, size_t size)
{
	static const char mark[] = ":Expected ";
	const char *hit = output, *line, *name, *place;
	size_t len;

	buf[0] = '\0';
	while ((hit = strstr(hit, mark))) {
		line = hit;
		while (line > output && line[-1] != '\n')
			line--;
		/* FILE:LINE:TEST in front of it, and no blank in it */
		name = memrchr(line, ':', hit - line);
		place = strstarts(line, "# ") ? line + 2 : line;
		if (name && name > place && isdigit((unsigned char)name[-1])) {
			const char *dir = memrchr(place, '/', name - place);

			place = dir ? dir + 1 : place;
			hit++;
			len = strcspn(hit, "\n");
			snprintf(buf, size, "%.*s: %.*s", (int)(name - place),
				 place, (int)len, hit);
			return true;
		}
		hit += strlen(mark);
	}
	return false;
}
