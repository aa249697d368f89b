// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lies in a guest's memory, chosen by libFuzzer: each 8 bytes of the input say
 * where and what. The guest is made by hand, so that each machine can run this;
 * with KTSTR_MON_IMAGE, it is that image of KTSTR_KERNEL's (data/mon-image.sh).
 */
#include <stdint.h>
#include <stdlib.h>

#include "kselftest/unit/mon_lies.h"

/* libFuzzer gives no place for a context between two inputs. */
static struct lies lies;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* Without a guest there is nothing to lie about. */
	if (lies_open(&lies, getenv("KTSTR_MON_IMAGE")) || !lies.n_places) {
		fprintf(stderr, "fuzz_mon_image: no guest: %s\n", lies.im.why);
		exit(1);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct {
		uint16_t place;
		uint16_t offset;
		uint32_t value;
	} one;

	for (; size >= sizeof(one); data += sizeof(one), size -= sizeof(one)) {
		const struct lie_place *p;

		memcpy(&one, data, sizeof(one));
		p = &lies.places[one.place % lies.n_places];
		lie_tell(&lies, p->host + one.offset % (p->size / 8) * 8,
			 lie_value(&lies, one.value));
	}
	lies_read_all(&lies);
	lies_take_back(&lies);
	return 0;
}
