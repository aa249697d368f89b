// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream whose writers do not wait: readers that sleep, that go, that never
 * come, and a disk that is full.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "lib/common/util/util.h"
#include "lib/common/util/writer.h"

#define QUEUE	(64U << 10)
#define LONG_MS	20000

FIXTURE(writer)
{
	struct writer *w;
	int fds[2];
	pthread_t reader;
	char *text;

	_Atomic size_t len;
};

FIXTURE_SETUP(writer)
{
	ASSERT_EQ(0, pipe2(self->fds, O_CLOEXEC));
	self->text = calloc(1, 4 << 20);
	ASSERT_NE(NULL, self->text);
}

FIXTURE_TEARDOWN(writer)
{
	writer_stop(self->w, 0);
	free(self->text);
	close(self->fds[0]);
}

static void *read_all(void *arg)
{
	FIXTURE_DATA(writer) *self = arg;
	ssize_t n;

	while ((n = read(self->fds[0], self->text + self->len, 65536)) > 0)
		self->len += n;
	return NULL;
}

static uint64_t stop(FIXTURE_DATA(writer) *self, unsigned int limit_ms)
{
	uint64_t lost = writer_stop(self->w, limit_ms);

	self->w = NULL;
	close(self->fds[1]);
	return lost;
}

/* Lines of 16 bytes, numbered */
static void print_lines(FIXTURE_DATA(writer) *self, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		fprintf(writer_file(self->w), "# line %08u\n", i);
}

TEST_F(writer, all_comes_in_order)
{
	unsigned int i;

	ASSERT_EQ(0, writer_start(self->fds[1], 1 << 20, &self->w));
	ASSERT_EQ(0, pthread_create(&self->reader, NULL, read_all, self));
	print_lines(self, 50000);
	fprintf(writer_file(self->w), "no newline");
	EXPECT_EQ(0, stop(self, LONG_MS));
	pthread_join(self->reader, NULL);
	ASSERT_EQ(50000 * 16 + 10, atomic_load(&self->len));
	for (i = 0; i < 50000; i++)
		ASSERT_EQ(i, strtoul(self->text + i * 16 + 7, NULL, 10));
	EXPECT_STREQ("no newline", self->text + i * 16);
}

/* It comes only once all is printed: who prints would wait for ever. */
TEST_F(writer, reader_that_sleeps)
{
	ASSERT_EQ(0, writer_start(self->fds[1], 1 << 20, &self->w));
	print_lines(self, 60000);
	ASSERT_EQ(0, pthread_create(&self->reader, NULL, read_all, self));
	EXPECT_EQ(0, stop(self, LONG_MS));
	pthread_join(self->reader, NULL);
	EXPECT_EQ(60000 * 16, atomic_load(&self->len));
}

/* Whole lines are dropped, and it is said how much that was. */
TEST_F(writer, what_is_too_much_is_counted)
{
	uint64_t lost, said = 0;
	const char *note;
	unsigned int ms;

	ASSERT_EQ(0, writer_start(self->fds[1], QUEUE, &self->w));
	print_lines(self, 50000);
	ASSERT_EQ(0, pthread_create(&self->reader, NULL, read_all, self));
	/* What the pipe holds, and half of what waits: now there is room. */
	for (ms = 0; self->len < 65536 + QUEUE / 2 && ms < LONG_MS; ms++)
		usleep(1000);
	fprintf(writer_file(self->w), "# the end\n");
	lost = stop(self, LONG_MS);
	pthread_join(self->reader, NULL);
	EXPECT_EQ(0, lost % 16);
	EXPECT_LT(50000 * 16 - 2 * QUEUE - 65536, lost);
	for (note = self->text; (note = strstr(note, "\n# (")); note += 4)
		said += strtoull(note + 4, NULL, 10);
	EXPECT_EQ(lost, said);
	EXPECT_STREQ("\n# the end\n", self->text + self->len - 11);
}

TEST_F(writer, last_note_has_room)
{
	ASSERT_EQ(0, writer_start(self->fds[1], QUEUE, &self->w));
	print_lines(self, 50000);
	ASSERT_EQ(0, pthread_create(&self->reader, NULL, read_all, self));
	EXPECT_LT(0, stop(self, LONG_MS));
	pthread_join(self->reader, NULL);
	EXPECT_NE(NULL, strstr(self->text, " bytes more were not kept)\n"));
	EXPECT_EQ('\n', self->text[self->len - 1]);
}

/* Neither waits for ever, nor leaves half of a line in front of the result. */
TEST_F(writer, reader_that_never_comes)
{
	uint64_t start_ns = clock_now_ns();

	ASSERT_EQ(0, writer_start(self->fds[1], QUEUE, &self->w));
	print_lines(self, 8000);
	EXPECT_LT(0, stop(self, 300));
	EXPECT_GT(LONG_MS * NSEC_PER_MSEC, clock_now_ns() - start_ns);
	read_all(self);
	EXPECT_LT(0, atomic_load(&self->len));
	EXPECT_EQ('\n', self->text[self->len - 1]);
}

TEST_F(writer, reader_that_goes)
{
	close(self->fds[0]);
	ASSERT_EQ(0, writer_start(self->fds[1], QUEUE, &self->w));
	print_lines(self, 50000);
	usleep(100000);
	print_lines(self, 50000);
	EXPECT_EQ(0, stop(self, LONG_MS));
}

TEST_F(writer, disk_that_is_full)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, writer_start(fd, QUEUE, &self->w));
	print_lines(self, 1);
	EXPECT_EQ(16, stop(self, LONG_MS));
	close(fd);
}

TEST_F(writer, line_longer_than_a_pipe_takes_at_once)
{
	char line[20000];

	memset(line, 'x', sizeof(line));
	ASSERT_EQ(0, writer_start(self->fds[1], QUEUE, &self->w));
	ASSERT_EQ(0, pthread_create(&self->reader, NULL, read_all, self));
	fprintf(writer_file(self->w), "%.*s\n", (int)sizeof(line), line);
	EXPECT_EQ(0, stop(self, LONG_MS));
	pthread_join(self->reader, NULL);
	EXPECT_EQ(sizeof(line) + 1, atomic_load(&self->len));
}

TEST_HARNESS_MAIN
