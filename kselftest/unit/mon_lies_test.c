// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory that lies: lists that loop, pointers out of range, counts of
 * 2^32, trees and types that are none. The monitor must come back soon, with
 * whatever is left; run it under ASan as well (make unit SAN=1).
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_lies.h"

#define LIMIT_NS	(5 * NSEC_PER_SEC)
#define RANDOM_ROUNDS	400

FIXTURE(mon_lies)
{
	struct lies l;
};

FIXTURE_VARIANT(mon_lies)
{
	const char *image;
};

FIXTURE_VARIANT_ADD(mon_lies, made) { .image = NULL };
FIXTURE_VARIANT_ADD(mon_lies, l4_nokaslr) { .image = "l4-nokaslr" };

FIXTURE_SETUP(mon_lies)
{
	int ret = lies_open(&self->l, variant->image);

	if (ret && variant->image)
		SKIP(return, "%s", self->l.im.why);
	ASSERT_EQ(0, ret);
}

FIXTURE_TEARDOWN(mon_lies)
{
	lies_close(&self->l);
}

static struct lie_place *nth(struct lies *l, enum lie_kind kind, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < l->n_places; i++)
		if (l->places[i].kind == kind && !n--)
			return &l->places[i];
	return NULL;
}

TEST_F(mon_lies, there_is_something_to_lie_about)
{
	enum lie_kind kind;

	for (kind = 0; kind < LIE_KINDS; kind++) {
		EXPECT_NE(NULL, nth(&self->l, kind, 0)) {
			TH_LOG("no place of kind %d", kind);
	}
		}
	EXPECT_GT(LIMIT_NS, lies_read_all(&self->l));
}

/* Each lie: which member of which struct, and what it says */
static const struct {
	const char *what;
	enum lie_kind kind;
	enum mon_field_id field;
	uint64_t value;
	bool self;		/* the value is the place's own address */
} cases[] = {
	{ "next of the task list leads to itself", LIE_TASK,
	  MON_TASK_TASKS, 0, true },
	{ "next of the task list leads nowhere", LIE_TASK, MON_TASK_TASKS,
	  0xdead000000000100ULL, false },
	{ "next thread leads to itself", LIE_TASK, MON_TASK_THREAD_NODE, 0,
	  true },
	{ "a task's signal is outside of RAM", LIE_TASK, MON_TASK_SIGNAL,
	  0xffff888fffffff00ULL, false },
	{ "a stack pointer that is not aligned", LIE_TASK, MON_TASK_SP,
	  0xffffc90000000001ULL, false },
	{ "a task on CPU 2^32 - 1", LIE_TASK, MON_TASK_CPU, 0xffffffff, false },
	{ "a mask at the end of the address space", LIE_TASK,
	  MON_TASK_CPUS_PTR, ~0ULL - 3, false },
	{ "a domain that is its own parent", LIE_DOMAIN, MON_SD_PARENT, 0,
	  true },
	{ "a run queue without a task", LIE_RQ, MON_RQ_CURR, 0, false },
	{ "2^32 - 1 tasks on a run queue", LIE_RQ, MON_RQ_NR_RUNNING,
	  0xffffffff, false },
	{ "a runnable list of user space", LIE_RQ, MON_RQ_SCX_RUNNABLE_LIST,
	  0x400000, false },
	{ "a DSQ whose list is itself", LIE_DSQ, MON_DSQ_LIST, 0, true },
	{ "a DSQ of 2^32 - 1 tasks", LIE_DSQ, MON_DSQ_NR, 0xffffffff, false },
	{ "a map with keys of 2^32 - 1 bytes", LIE_MAP, MON_MAP_KEY_SIZE,
	  0xffffffff, false },
	{ "a map with values of 2^32 - 1 bytes", LIE_MAP, MON_MAP_VALUE_SIZE,
	  0xffffffff, false },
	{ "a map of 2^32 - 1 entries", LIE_MAP, MON_MAP_MAX_ENTRIES,
	  0xffffffff, false },
	{ "types of 2^32 - 1 bytes", LIE_BTF, MON_BTF_DATA_SIZE, 0xffffffff,
	  false },
	{ "types cut short", LIE_BTF, MON_BTF_DATA_SIZE, 40, false },
	{ "a program without its other half", LIE_PROG, MON_PROG_AUX, 0,
	  false },
	{ "a program with 2^32 - 1 maps", LIE_PROG_AUX, MON_AUX_USED_MAP_CNT,
	  0xffffffff, false },
	{ "a scheduler whose CPUs are nowhere", LIE_SCHED, MON_SCX_PCPU,
	  0xfffffffffffff000ULL, false },
	{ "a scheduler that ended at address 1", LIE_SCHED, MON_SCX_EXIT_INFO,
	  1, false },
};

/* The member's own bytes change, no others. */
static void tell_field(struct lies *l, const struct lie_place *p,
		       enum mon_field_id id, uint64_t value)
{
	const struct mon_field *f = &l->im.kernel->f.field[id];
	uint64_t all;

	if (!f->present || f->offset + 8 > p->size)
		return;
	memcpy(&all, p->host + f->offset, 8);
	memcpy(&all, &value, min((size_t)f->elem_size, sizeof(all)));
	lie_tell(l, p->host + f->offset, all);
}

TEST_F(mon_lies, one_member)
{
	struct lies *l = &self->l;
	unsigned int i, n, told = 0;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (n = 0; n < 4; n++) {
			const struct lie_place *p = nth(l, cases[i].kind, n);
			uint64_t value, ns;

			if (!p)
				break;
			value = cases[i].value;
			if (cases[i].self)
				value = p->va +
					mon_guest_offset(&l->im.guest,
							 cases[i].field);
			tell_field(l, p, cases[i].field, value);
			told += l->n_told;
			ns = lies_read_all(l);
			EXPECT_GT(LIMIT_NS, ns) {
				TH_LOG("%s: %llu ms", cases[i].what,
				       (unsigned long long)(ns / 1000000));
			}
			lies_take_back(l);
		}
	}
	TH_LOG("%u lies of %zu kinds", told, ARRAY_SIZE(cases));
	EXPECT_LT(2 * ARRAY_SIZE(cases), told);
}

/* Slots of the trees of maps and programs lead into the tree again. */
TEST_F(mon_lies, tree_that_loops)
{
	struct lies *l = &self->l;
	unsigned int n, i;

	for (n = 0; n < 4; n++) {
		const struct lie_place *p = nth(l, LIE_TREE, n);

		if (!p)
			break;
		for (i = 0; i + 8 <= p->size && i < 8 * LIES_MAX; i += 8)
			lie_tell(l, p->host + i, p->va + 2);
		EXPECT_GT(LIMIT_NS, lies_read_all(l));
		lies_take_back(l);
	}
}

/* Page tables: each entry leads to the table itself, or out of RAM. */
TEST_F(mon_lies, page_tables)
{
	const uint64_t present = 1, own = self->l.im.guest.mem.pgd_pa;
	const uint64_t values[] = {
		0, own | present, 0x000ffffffffff000ULL | present,
		own | 0x80 | present, ~0ULL,
	};
	struct lie_place *p = nth(&self->l, LIE_PAGE_TABLE, 0);
	uint8_t *saved = malloc(4096);
	unsigned int v, i;

	ASSERT_TRUE(p && saved);
	memcpy(saved, p->host, 4096);
	for (v = 0; v < ARRAY_SIZE(values); v++) {
		for (i = 0; i < 4096; i += 8)
			memcpy(p->host + i, &values[v], 8);
		EXPECT_GT(LIMIT_NS, lies_read_all(&self->l));
		memcpy(p->host, saved, 4096);
	}
	free(saved);
}

TEST_F(mon_lies, at_random)
{
	struct lies *l = &self->l;
	uint64_t worst = 0, ns;
	unsigned int i, k;

	srandom(20250101);
	for (i = 0; i < RANDOM_ROUNDS; i++) {
		for (k = 0; k < 1 + i % 16; k++) {
			const struct lie_place *p =
				&l->places[random() % l->n_places];

			lie_tell(l, p->host + random() % (p->size / 8) * 8,
				 lie_value(l, random()));
		}
		ns = lies_read_all(l);
		worst = max(worst, ns);
		EXPECT_GT(LIMIT_NS, ns) {
			TH_LOG("round %u took %llu ms", i,
			       (unsigned long long)(ns / 1000000));
		}
		lies_take_back(l);
	}
	TH_LOG("%u places, worst %llu ms", l->n_places,
	       (unsigned long long)(worst / 1000000));
}

TEST_HARNESS_MAIN
