// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's frames: taken whole however they are cut, refused when they are
 * not as protocol.h says.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/emulated-host/emuhost_frames.h"

static size_t put(char *to, uint32_t magic, uint32_t type, uint32_t len,
		  const void *data, size_t size)
{
	const struct emuhost_frame head = { magic, type, len };

	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), data, size);
	return sizeof(head) + size;
}

FIXTURE(emuhost_frames)
{
	struct frames *fr;
	char *wire;
	size_t len;
};

FIXTURE_SETUP(emuhost_frames)
{
	self->fr = calloc(1, sizeof(*self->fr));
	self->wire = calloc(1, 4 * sizeof(self->fr->buf));
	ASSERT_NE(NULL, self->fr);
	ASSERT_NE(NULL, self->wire);
}

FIXTURE_TEARDOWN(emuhost_frames)
{
	free(self->wire);
	free(self->fr);
}

/* Give it at most @chunk bytes of @wire. Return: how many it took. */
static size_t feed(struct frames *fr, const char *wire, size_t len,
		   size_t chunk)
{
	size_t room;
	void *to = frames_room(fr, &room);

	len = min(len, min(room, chunk));
	memcpy(to, wire, len);
	frames_got(fr, len);
	return len;
}

TEST_F(emuhost_frames, whole_however_cut)
{
	static const size_t chunks[] = { 1, 7, 13, 4096, SIZE_MAX };
	static char big[EMUHOST_FRAME_MAX];
	const int32_t status = 0x300;
	enum emuhost_frame_type type;
	const char *data;
	size_t i, len;
	char *w = self->wire;

	memset(big, 0xa5, sizeof(big));
	w += put(w, EMUHOST_MAGIC, EMUHOST_STAGE, 7, "command", 7);
	w += put(w, EMUHOST_MAGIC, EMUHOST_OUT, sizeof(big), big, sizeof(big));
	w += put(w, EMUHOST_MAGIC, EMUHOST_ERR, 1, "", 1);
	w += put(w, EMUHOST_MAGIC, EMUHOST_EXIT, 4, &status, 4);

	for (i = 0; i < ARRAY_SIZE(chunks); i++) {
		const char *from = self->wire;
		unsigned int n = 0;
		int ret = 0;

		memset(self->fr, 0, sizeof(*self->fr));
		while (from < w || ret > 0) {
			ret = frames_next(self->fr, &type, &data, &len);
			ASSERT_LE(0, ret);
			if (!ret) {
				size_t fed = feed(self->fr, from, w - from,
						  chunks[i]);

				ASSERT_LT(0, fed);
				from += fed;
				ret = from == w;
				continue;
			}
			switch (n++) {
			case 0:
				EXPECT_EQ(EMUHOST_STAGE, type);
				EXPECT_EQ(7, len);
				EXPECT_EQ(0, memcmp("command", data, 7));
				break;
			case 1:
				EXPECT_EQ(EMUHOST_OUT, type);
				ASSERT_EQ(sizeof(big), len);
				EXPECT_EQ(0, memcmp(big, data, len));
				break;
			case 2:
				EXPECT_EQ(EMUHOST_ERR, type);
				EXPECT_EQ(1, len);
				break;
			case 3:
				EXPECT_EQ(EMUHOST_EXIT, type);
				EXPECT_EQ(0, memcmp(&status, data, len));
				ret = 0;
				break;
			}
		}
		EXPECT_EQ(4, n) TH_LOG("chunks of %zu", chunks[i]);
	}
}

TEST_F(emuhost_frames, bad_ones_refused)
{
	static const struct {
		const char *name;
		uint32_t magic, type, len;
	} bad[] = {
		{ "magic", 0x656d6832, EMUHOST_OUT, 1 },
		{ "type 0", EMUHOST_MAGIC, 0, 1 },
		{ "type unknown", EMUHOST_MAGIC, EMUHOST_FRAME_TYPES, 1 },
		{ "type huge", EMUHOST_MAGIC, UINT32_MAX, 1 },
		{ "a request", EMUHOST_MAGIC, EMUHOST_REQUEST, 1 },
		{ "empty output", EMUHOST_MAGIC, EMUHOST_OUT, 0 },
		{ "long output", EMUHOST_MAGIC, EMUHOST_OUT,
		  EMUHOST_FRAME_MAX + 1 },
		{ "huge", EMUHOST_MAGIC, EMUHOST_ERR, UINT32_MAX },
		{ "long stage", EMUHOST_MAGIC, EMUHOST_STAGE, 513 },
		{ "short beat", EMUHOST_MAGIC, EMUHOST_BEAT, 4 },
		{ "long status", EMUHOST_MAGIC, EMUHOST_EXIT, 8 },
	};
	enum emuhost_frame_type type;
	const char *data;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(self->fr, 0, sizeof(*self->fr));
		len = put(self->wire, bad[i].magic, bad[i].type, bad[i].len,
			  "12345678", 8);
		feed(self->fr, self->wire, len, SIZE_MAX);
		EXPECT_EQ(-EPROTO, frames_next(self->fr, &type, &data, &len))
			TH_LOG("%s", bad[i].name);
	}
}

TEST_HARNESS_MAIN
