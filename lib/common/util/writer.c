// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream whose writers never wait for who reads it. See writer.h.
 */
#include "lib/common/util/writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* A pipe takes so much at once, and not a part of it. */
#define PIECE_MAX	PIPE_BUF
/* "# (18446744073709551615 bytes more were not kept)" and some newlines */
#define NOTE_MAX	80
/* How often a writer that waits for its reader looks at the time */
#define LOOK_MS		50

/**
 * struct writer - a stream
 * @file: what is printed to
 * @fd: where it goes
 * @thread: takes it there
 * @lock: guards all below
 * @wake: when there is more, or when it is time to stop
 * @bytes: a ring of @size bytes, with @room of them for others than our notes
 * @head: bytes ever put
 * @tail: bytes ever taken
 * @in_line: the last byte that was put did not end a line
 * @skip: the line that is being printed is dropped
 * @untold: bytes that were dropped where nothing says so yet
 * @dropped: bytes that were dropped in all
 * @gone: there is nobody to write for any more
 * @stop: writer_stop() waits, until @stop_ns
 */
struct writer {
	FILE *file;
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	char *bytes;
	size_t size;
	size_t room;
	uint64_t head;
	uint64_t tail;
	bool in_line;
	bool skip;
	uint64_t untold;
	uint64_t dropped;
	bool gone;
	bool stop;
	uint64_t stop_ns;
};

/* ---- who prints; under the lock ---- */

static void ring_put(struct writer *w, const char *bytes, size_t len)
{
	size_t at = w->head % w->size;
	size_t first = min(len, w->size - at);

	memcpy(w->bytes + at, bytes, first);
	memcpy(w->bytes, bytes + first, len - first);
	w->head += len;
	w->in_line = bytes[len - 1] != '\n';
}

/* There is always room for one: it is put where others may begin again. */
static void put_note(struct writer *w)
{
	char note[NOTE_MAX];
	int len;

	if (!w->untold)
		return;
	len = snprintf(note, sizeof(note),
		       "%s# (%llu bytes more were not kept)\n",
		       w->in_line ? "\n" : "", (unsigned long long)w->untold);
	ring_put(w, note, len);
	w->untold = 0;
}

/* A line or a piece of one. */
static void put_piece(struct writer *w, const char *bytes, size_t len)
{
	size_t need = len + (w->untold ? NOTE_MAX : 0);
	bool ends = bytes[len - 1] == '\n';

	if (!w->skip && !w->gone && w->head - w->tail + need <= w->room) {
		put_note(w);
		ring_put(w, bytes, len);
		return;
	}
	w->skip = !ends;
	w->dropped += w->gone ? 0 : len;
	w->untold += w->gone ? 0 : len;
}

static ssize_t writer_put(void *cookie, const char *bytes, size_t len)
{
	struct writer *w = cookie;
	size_t done, n;

	pthread_mutex_lock(&w->lock);
	for (done = 0; done < len; done += n) {
		const char *nl = memchr(bytes + done, '\n', len - done);

		n = nl ? (size_t)(nl + 1 - bytes) - done : len - done;
		put_piece(w, bytes + done, n);
	}
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	return len;
}

/* ---- the thread ---- */

/* Copy what can be written at once, best up to the end of a line. */
static size_t ring_peek(const struct writer *w, char *piece)
{
	size_t len = min(w->head - w->tail, (uint64_t)PIECE_MAX);
	size_t at = w->tail % w->size;
	size_t first = min(len, w->size - at);
	const char *nl;

	memcpy(piece, w->bytes + at, first);
	memcpy(piece + first, w->bytes, len - first);
	nl = memrchr(piece, '\n', len);
	return nl ? (size_t)(nl + 1 - piece) : len;
}

/* Wait for something to write. Return: its length, 0 when there is no more. */
static size_t next_piece(struct writer *w, char *piece)
{
	size_t len = 0;

	pthread_mutex_lock(&w->lock);
	while (w->head == w->tail && !w->stop)
		pthread_cond_wait(&w->wake, &w->lock);
	if (w->head != w->tail)
		len = ring_peek(w, piece);
	pthread_mutex_unlock(&w->lock);
	return len;
}

static bool time_is_up(struct writer *w)
{
	bool up;

	pthread_mutex_lock(&w->lock);
	up = w->stop && clock_now_ns() >= w->stop_ns;
	pthread_mutex_unlock(&w->lock);
	return up;
}

/* Return: bytes written; 0 when it is too late; -errno. */
static ssize_t write_piece(struct writer *w, const char *piece, size_t len)
{
	struct pollfd pfd = { .fd = w->fd, .events = POLLOUT };
	ssize_t n;

	do {
		if (poll(&pfd, 1, LOOK_MS) > 0) {
			n = write(w->fd, piece, len);
			if (n > 0)
				return n;
			if (n < 0 && errno != EINTR && errno != EAGAIN)
				return -errno;
		}
	} while (!time_is_up(w));
	return 0;
}

/* Nothing more is written: what waits is lost, and missed by who still reads. */
static void give_up(struct writer *w, bool missed)
{
	pthread_mutex_lock(&w->lock);
	w->dropped = missed ? w->dropped + w->head - w->tail : 0;
	w->tail = w->head;
	w->gone = true;
	pthread_mutex_unlock(&w->lock);
}

static void *writer_main(void *arg)
{
	struct writer *w = arg;
	char piece[PIECE_MAX];
	ssize_t n;
	size_t len;

	while ((len = next_piece(w, piece))) {
		n = write_piece(w, piece, len);
		if (n <= 0) {
			give_up(w, n != -EPIPE);
			break;
		}
		pthread_mutex_lock(&w->lock);
		w->tail += n;
		pthread_mutex_unlock(&w->lock);
	}
	return NULL;
}

/* ---- from outside ---- */

static int start_thread(struct writer *w)
{
	sigset_t all, old;
	int err;

	/* SIGPIPE as well: a reader that goes is no reason to die. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	err = pthread_create(&w->thread, NULL, writer_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -err;
}

static void writer_free(struct writer *w)
{
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w->bytes);
	free(w);
}

int writer_start(int fd, size_t size, struct writer **writer)
{
	const cookie_io_functions_t io = { .write = writer_put };
	struct writer *w = calloc(1, sizeof(*w));
	int ret = -ENOMEM;

	*writer = NULL;
	if (!w)
		return -ENOMEM;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->fd = fd;
	w->room = size;
	/* The last note comes when there may be no room for anything else. */
	w->size = size + NOTE_MAX;
	w->bytes = malloc(w->size);
	if (!w->bytes)
		goto free_writer;
	w->file = fopencookie(w, "w", io);
	if (!w->file)
		goto free_writer;
	setvbuf(w->file, NULL, _IOLBF, BUFSIZ);
	ret = start_thread(w);
	if (ret)
		goto close_file;
	*writer = w;
	return 0;

close_file:
	fclose(w->file);
free_writer:
	writer_free(w);
	return ret;
}

FILE *writer_file(struct writer *w)
{
	return w->file;
}

uint64_t writer_stop(struct writer *w, unsigned int limit_ms)
{
	uint64_t dropped;

	if (!w)
		return 0;
	fclose(w->file);
	pthread_mutex_lock(&w->lock);
	if (!w->gone)
		put_note(w);
	w->stop = true;
	w->stop_ns = clock_now_ns() + limit_ms * NSEC_PER_MSEC;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	dropped = w->dropped;
	writer_free(w);
	return dropped;
}
