// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who answers an access by port or by address, what of it a device sees, and
 * how devices come and go.
 */
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/bus.h"
#include "vmm/memory.h"
#include "vmm/x86/devices.h"

#define PORT	0x300
#define GPA	0xd0000000ULL
#define LEN	16
#define IRQ	5

/* What the devices of this test were asked, and what they did. */
static struct {
	unsigned int reads;
	unsigned int writes;
	const char *name;
	uint64_t offset;
	unsigned int size;
	uint64_t value;
	char order[8 * BUS_DEVICES_MAX];
	unsigned int alive;
	struct vm *vm;
	unsigned int line;
	bool level;
} seen;

/* Something that is only there if init has run, and is told to exit. */
struct state {
	uint64_t zero;
	char *made;
};

static void note(struct vm_device *dev, char did)
{
	size_t len = strlen(seen.order);

	seen.order[len] = did;
	seen.order[len + 1] = dev->ops->name[0];
}

static int made_init(struct vm_device *dev, const struct vm_error *err)
{
	struct state *s = dev->state;

	note(dev, '+');
	if (s->zero)
		return vm_fail(err, -EIO, "state is not zero");
	s->made = malloc(1);
	seen.alive++;
	return s->made ? 0 : -ENOMEM;
}

static int broken_init(struct vm_device *dev, const struct vm_error *err)
{
	note(dev, '!');
	return vm_fail(err, -ENXIO, "%s: no backend", dev->ops->name);
}

static void made_exit(struct vm_device *dev)
{
	struct state *s = dev->state;

	note(dev, '-');
	free(s->made);
	seen.alive--;
}

static uint64_t dev_read(struct vm_device *dev, uint64_t offset,
			 unsigned int size)
{
	seen.reads++;
	seen.name = dev->ops->name;
	seen.offset = offset;
	seen.size = size;
	return 0x1122334455667788ULL;
}

static void dev_write(struct vm_device *dev, uint64_t offset,
		      unsigned int size, uint64_t value)
{
	seen.writes++;
	seen.name = dev->ops->name;
	seen.offset = offset;
	seen.size = size;
	seen.value = value;
}

static void set_irq(struct vm *vm, unsigned int line, bool level)
{
	seen.vm = vm;
	seen.line = line;
	seen.level = level;
}

#define MADE(id, where, at)						\
	.name = id, .space = where, .base = at, .length = LEN,		\
	.size = sizeof(struct state), .init = made_init,		\
	.exit = made_exit, .read = dev_read, .write = dev_write

static const struct vm_device_ops ports = {
	MADE("ports", VM_SPACE_PORT, PORT), .irq = IRQ,
};

static const struct vm_device_ops mmio = { MADE("mmio", VM_SPACE_MMIO, GPA) };

static const struct vm_device_ops next = {
	MADE("next", VM_SPACE_MMIO, GPA + LEN),
};

static const struct vm_device_ops broken = {
	.name = "broken", .space = VM_SPACE_PORT, .base = PORT + LEN,
	.length = LEN, .size = sizeof(struct state), .init = broken_init,
	.exit = made_exit, .read = dev_read, .write = dev_write,
};

static const struct vm_device_ops * const both[] = { &ports, &mmio, &next };

FIXTURE(bus) {
	struct bus bus;
	char err[200];
	struct vm_error error;
};

FIXTURE_SETUP(bus)
{
	memset(&seen, 0, sizeof(seen));
	self->error = (struct vm_error) { self->err, sizeof(self->err) };
	/* No device of this test looks into it. */
	bus_init(&self->bus, (struct vm *)&seen, set_irq);
	ASSERT_EQ(0, bus_plug_all(&self->bus, both, ARRAY_SIZE(both),
				  &self->error));
}

FIXTURE_TEARDOWN(bus)
{
	bus_exit(&self->bus);
	EXPECT_EQ(0, seen.alive);
}

TEST_F(bus, ports_and_addresses_are_two_spaces)
{
	uint64_t value = 0;

	bus_access(&self->bus, VM_SPACE_PORT, PORT + 3, true, &(uint8_t){ 7 },
		   1);
	EXPECT_STREQ("ports", seen.name);
	EXPECT_EQ(3, seen.offset);
	EXPECT_EQ(1, seen.size);
	EXPECT_EQ(7, seen.value);
	bus_access(&self->bus, VM_SPACE_MMIO, GPA + 8, false, &value, 8);
	EXPECT_STREQ("mmio", seen.name);
	EXPECT_EQ(8, seen.offset);
	EXPECT_EQ(8, seen.size);
	EXPECT_EQ(0x1122334455667788ULL, value);

	/* A port's number as an address, and an address as a port. */
	bus_access(&self->bus, VM_SPACE_MMIO, PORT, false, &value, 4);
	bus_access(&self->bus, VM_SPACE_PORT, GPA, false, &value, 4);
	EXPECT_EQ(1, seen.reads);
	EXPECT_EQ(1, seen.writes);
}

TEST_F(bus, only_the_bytes_asked_for_are_written)
{
	unsigned int size, i;

	for (size = 1; size <= 8; size *= 2) {
		uint8_t data[16];

		memset(data, 0x5a, sizeof(data));
		bus_access(&self->bus, VM_SPACE_MMIO, GPA, false, data, size);
		for (i = 0; i < sizeof(data); i++)
			EXPECT_EQ(i < size ? 0x88 - 0x11 * i : 0x5a, data[i]);
		memset(data, 0xff, sizeof(data));
		bus_access(&self->bus, VM_SPACE_MMIO, GPA, true, data, size);
		EXPECT_EQ(size == 8 ? ~0ULL : (1ULL << 8 * size) - 1,
			  seen.value);
	}
}

TEST_F(bus, edges_of_a_range)
{
	static const struct {
		enum vm_space space;
		uint64_t addr;
		unsigned int size;
		const char *name;	/* NULL: nobody's */
	} cases[] = {
		{ VM_SPACE_PORT, PORT, 1, "ports" },
		{ VM_SPACE_PORT, PORT + LEN - 1, 1, "ports" },
		{ VM_SPACE_PORT, PORT + LEN - 4, 4, "ports" },
		{ VM_SPACE_PORT, PORT - 1, 1, NULL },
		{ VM_SPACE_PORT, PORT - 1, 2, NULL },
		{ VM_SPACE_PORT, PORT + LEN - 1, 2, NULL },
		{ VM_SPACE_PORT, PORT + LEN - 3, 4, NULL },
		{ VM_SPACE_PORT, PORT + LEN, 1, NULL },
		{ VM_SPACE_PORT, 0xffff, 4, NULL },
		{ VM_SPACE_MMIO, GPA, 8, "mmio" },
		{ VM_SPACE_MMIO, GPA + LEN - 1, 1, "mmio" },
		{ VM_SPACE_MMIO, GPA - 1, 1, NULL },
		/* Of two neighbors, none has all of it. */
		{ VM_SPACE_MMIO, GPA + LEN - 4, 8, NULL },
		{ VM_SPACE_MMIO, GPA + LEN, 8, "next" },
		{ VM_SPACE_MMIO, GPA + 2 * LEN - 1, 1, "next" },
		{ VM_SPACE_MMIO, GPA + 2 * LEN, 1, NULL },
		{ VM_SPACE_MMIO, 0, 4, NULL },
		{ VM_SPACE_MMIO, ~0ULL, 8, NULL },
		{ VM_SPACE_MMIO, GPA + (1ULL << 32), 4, NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int asked = seen.reads + seen.writes;
		uint64_t value = 0;

		bus_access(&self->bus, cases[i].space, cases[i].addr, true,
			   &value, cases[i].size);
		bus_access(&self->bus, cases[i].space, cases[i].addr, false,
			   &value, cases[i].size);
		EXPECT_EQ(asked + (cases[i].name ? 2 : 0),
			  seen.reads + seen.writes) {
			TH_LOG("case %zu", i);
		}
		if (cases[i].name) {
			EXPECT_STREQ(cases[i].name, seen.name);
			continue;
		}
		EXPECT_EQ(~0ULL >> (64 - 8 * cases[i].size), value);
	}
}

TEST_F(bus, odd_sizes_are_nobodys)
{
	static const unsigned int ports_too[] = { 3, 5, 6, 7, 8 };
	uint8_t data[8];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(ports_too); i++) {
		n = ports_too[i];
		memset(data, 0x5a, sizeof(data));
		bus_access(&self->bus, VM_SPACE_PORT, PORT, true, data, n);
		bus_access(&self->bus, VM_SPACE_PORT, PORT, false, data, n);
		EXPECT_EQ(0xff, data[n - 1]);
		if (n == 8)
			continue;
		EXPECT_EQ(0x5a, data[n]);
		bus_access(&self->bus, VM_SPACE_MMIO, GPA, false, data, n);
	}
	bus_access(&self->bus, VM_SPACE_MMIO, GPA, true, data, 0);
	EXPECT_EQ(0, seen.reads + seen.writes);
}

TEST_F(bus, overlapping_ranges_are_refused)
{
	static const struct {
		uint64_t base;
		uint64_t length;
		int ret;
	} cases[] = {
		{ PORT, LEN, -EBUSY },
		{ PORT - 1, 2, -EBUSY },
		{ PORT + LEN - 1, 1, -EBUSY },
		{ PORT - 8, 64, -EBUSY },
		{ PORT + 4, 1, -EBUSY },
		{ 0, 1 << 16, -EBUSY },
		{ PORT - 4, 4, 0 },
		{ PORT + LEN, 4, 0 },
	};
	/* Those that are plugged in have to stay until the end. */
	struct vm_device_ops twins[ARRAY_SIZE(cases)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int n = self->bus.n_devices;

		twins[i] = ports;
		twins[i].name = "twin";
		twins[i].base = cases[i].base;
		twins[i].length = cases[i].length;
		EXPECT_EQ(cases[i].ret, bus_plug(&self->bus, &twins[i],
						 &self->error)) {
			TH_LOG("case %zu", i);
		}
		EXPECT_EQ(n + !cases[i].ret, self->bus.n_devices);
		if (cases[i].ret)
			EXPECT_NE(NULL, strstr(self->err,
					       "overlaps that of ports"));
	}
	bus_exit(&self->bus);
}

TEST_F(bus, ranges_that_cannot_be)
{
	static const struct {
		enum vm_space space;
		uint64_t base;
		uint64_t length;
		int ret;
	} cases[] = {
		{ VM_SPACE_PORT, 0x500, 0, -ERANGE },
		{ VM_SPACE_PORT, 0xffff, 2, -ERANGE },
		{ VM_SPACE_PORT, 0x10000, 1, -ERANGE },
		{ VM_SPACE_PORT, 1, ~0ULL, -ERANGE },
		/* RAM, and what the interrupt controllers and KVM have. */
		{ VM_SPACE_MMIO, MEM_HOLE_START - 1, 2, -ERANGE },
		{ VM_SPACE_MMIO, MEM_DEVICES_END - 1, 2, -ERANGE },
		{ VM_SPACE_MMIO, 0xfee00000, 4096, -ERANGE },
		{ VM_SPACE_MMIO, MEM_HOLE_END, 4096, -ERANGE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vm_device_ops odd = ports;

		odd.name = "odd";
		odd.space = cases[i].space;
		odd.base = cases[i].base;
		odd.length = cases[i].length;
		EXPECT_EQ(cases[i].ret, bus_plug(&self->bus, &odd,
						 &self->error)) {
			TH_LOG("case %zu", i);
		}
		EXPECT_NE(NULL, strstr(self->err, "device odd: "));
	}
	EXPECT_STREQ("+p+m+n", seen.order);
}

TEST_F(bus, is_full_at_some_time)
{
	struct vm_device_ops more[BUS_DEVICES_MAX];
	unsigned int i, n = 0;
	int ret = 0;

	for (i = 0; i < BUS_DEVICES_MAX && !ret; i++) {
		more[i] = (struct vm_device_ops) {
			.name = "more", .space = VM_SPACE_PORT, .base = i,
			.length = 1, .read = dev_read, .write = dev_write,
		};
		ret = bus_plug(&self->bus, &more[i], &self->error);
		n += !ret;
	}
	EXPECT_EQ(-ENOSPC, ret);
	EXPECT_EQ(BUS_DEVICES_MAX - ARRAY_SIZE(both), n);
	bus_exit(&self->bus);
}

TEST_F(bus, leave_in_the_other_order)
{
	EXPECT_EQ(3, seen.alive);
	bus_exit(&self->bus);
	EXPECT_STREQ("+p+m+n-n-m-p", seen.order);
	EXPECT_EQ(0, seen.alive);
	/* Nobody is there any more. */
	bus_access(&self->bus, VM_SPACE_PORT, PORT, true, &(uint8_t){ 0 }, 1);
	EXPECT_EQ(0, seen.writes);
	bus_exit(&self->bus);
	EXPECT_STREQ("+p+m+n-n-m-p", seen.order);
}

TEST_F(bus, failing_half_way_releases_what_was_made)
{
	static const struct vm_device_ops * const table[] = {
		&ports, &mmio, &broken, &next,
	};

	bus_exit(&self->bus);
	memset(&seen, 0, sizeof(seen));
	EXPECT_EQ(-ENXIO, bus_plug_all(&self->bus, table, ARRAY_SIZE(table),
				       &self->error));
	EXPECT_STREQ("broken: no backend", self->err);
	/* Its own exit is not called, nor is anything behind it made. */
	EXPECT_STREQ("+p+m!b-m-p", seen.order);
	EXPECT_EQ(0, seen.alive);
	EXPECT_EQ(0, self->bus.n_devices);
}

TEST_F(bus, one_that_fails_leaves_the_others)
{
	EXPECT_EQ(-ENXIO, bus_plug(&self->bus, &broken, &self->error));
	bus_access(&self->bus, VM_SPACE_PORT, broken.base, true,
		   &(uint8_t){ 0 }, 1);
	EXPECT_EQ(0, seen.writes);
	bus_access(&self->bus, VM_SPACE_PORT, PORT, true, &(uint8_t){ 0 }, 1);
	EXPECT_EQ(1, seen.writes);
}

TEST_F(bus, lines_are_the_rows)
{
	vm_device_irq(&self->bus.devices[0], true);
	EXPECT_EQ((struct vm *)&seen, seen.vm);
	EXPECT_EQ(IRQ, seen.line);
	EXPECT_TRUE(seen.level);
	vm_device_irq(&self->bus.devices[0], false);
	EXPECT_FALSE(seen.level);
}

/* As KVM shares it: the fields, and a page for data behind them. */
FIXTURE(exits) {
	struct bus bus;
	struct kvm_run *run;
	size_t size;
	uint8_t *data;
};

FIXTURE_SETUP(exits)
{
	char text[200] = "";
	struct vm_error err = { text, sizeof(text) };

	memset(&seen, 0, sizeof(seen));
	bus_init(&self->bus, NULL, set_irq);
	ASSERT_EQ(0, bus_plug_all(&self->bus, both, ARRAY_SIZE(both), &err)) {
		TH_LOG("%s", text);
	}
	self->size = sizeof(*self->run) + 4096;
	self->run = calloc(1, self->size);
	ASSERT_NE(NULL, self->run);
	self->data = (uint8_t *)(self->run + 1);
	self->run->io.data_offset = sizeof(*self->run);
	self->run->io.port = PORT;
}

FIXTURE_TEARDOWN(exits)
{
	free(self->run);
	bus_exit(&self->bus);
}

TEST_F(exits, strings_are_one_access_after_the_other)
{
	self->run->io.direction = KVM_EXIT_IO_OUT;
	self->run->io.size = 2;
	self->run->io.count = 2048;
	self->data[4094] = 0xcd;
	self->data[4095] = 0xab;
	EXPECT_EQ(0, bus_run_io(&self->bus, self->run, self->size));
	EXPECT_EQ(2048, seen.writes);
	EXPECT_EQ(0xabcd, seen.value);
	EXPECT_EQ(2, seen.size);
	EXPECT_EQ(0, seen.offset);

	self->run->io.direction = KVM_EXIT_IO_IN;
	self->run->io.size = 4;
	self->run->io.count = 1;
	self->run->io.data_offset = self->size - 4;
	EXPECT_EQ(0, bus_run_io(&self->bus, self->run, self->size));
	EXPECT_EQ(0x88, self->data[4092]);
	EXPECT_EQ(0x55, self->data[4095]);
	EXPECT_EQ(1, seen.reads);
}

TEST_F(exits, data_beyond_the_page_is_refused)
{
	static const struct {
		uint8_t size;
		uint32_t count;
		int64_t offset;		/* from the end of the page */
	} cases[] = {
		{ 1, 4097, -4096 },
		{ 4, 1025, -4096 },
		{ 4, 0x40000001, -4096 },	/* 4 bytes in 32 bits */
		{ 1, 1, 0 },
		{ 4, 1, -3 },
		{ 1, 1, 1 },
		{ 1, 1, 1LL << 62 },
		/* Where KVM's own fields are. */
		{ 1, 1, -4097 },
		{ 4, 1, -4096 - (int64_t)sizeof(struct kvm_run) },
		{ 0, 1, -4096 },
		{ 3, 1, -4096 },
		{ 8, 1, -4096 },
		{ 255, 1, -4096 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->run->io.direction = i % 2;
		self->run->io.size = cases[i].size;
		self->run->io.count = cases[i].count;
		self->run->io.data_offset = self->size + cases[i].offset;
		EXPECT_EQ(-EINVAL, bus_run_io(&self->bus, self->run,
					      self->size)) {
			TH_LOG("case %zu", i);
		}
	}
	self->run->mmio.phys_addr = GPA;
	self->run->mmio.len = 9;
	EXPECT_EQ(-EINVAL, bus_run_mmio(&self->bus, self->run));
	EXPECT_EQ(0, seen.reads + seen.writes);
}

TEST_F(exits, mmio_reads_and_writes)
{
	struct kvm_run *run = self->run;

	run->mmio.phys_addr = GPA + LEN + 4;
	run->mmio.len = 4;
	run->mmio.is_write = 1;
	memcpy(run->mmio.data, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
	EXPECT_EQ(0, bus_run_mmio(&self->bus, run));
	EXPECT_STREQ("next", seen.name);
	EXPECT_EQ(4, seen.offset);
	EXPECT_EQ(0x04030201, seen.value);

	run->mmio.is_write = 0;
	EXPECT_EQ(0, bus_run_mmio(&self->bus, run));
	EXPECT_EQ(0, memcmp(run->mmio.data, "\x88\x77\x66\x55\x05", 5));

	/* Where nobody is, a read gives ones. */
	run->mmio.phys_addr = GPA - 4;
	EXPECT_EQ(0, bus_run_mmio(&self->bus, run));
	EXPECT_EQ(0, memcmp(run->mmio.data, "\xff\xff\xff\xff\x05", 5));
	EXPECT_EQ(1, seen.reads);
}

/* The machine's own: names, lines and handlers that all differ. */
TEST(devices_of_the_machine_are_sound)
{
	unsigned int i, j;

	ASSERT_LT(4, n_vm_devices);
	for (i = 0; i < n_vm_devices; i++) {
		const struct vm_device_ops *ops = vm_devices[i];

		EXPECT_TRUE(!!ops->read);
		EXPECT_TRUE(!!ops->write);
		EXPECT_GT(24, ops->irq);
		for (j = 0; j < i; j++) {
			EXPECT_STRNE(ops->name, vm_devices[j]->name);
			if (ops->irq)
				EXPECT_NE(ops->irq, vm_devices[j]->irq);
		}
	}
}

/* Of the list of devices of architecture.rst, beside this file's folders */
static char *documentation(void)
{
	size_t len = strlen(__FILE__), up = 0, size = 0;
	char path[4096], *text = NULL;
	FILE *f;

	while (len && up < 3)
		up += __FILE__[--len] == '/';
	snprintf(path, sizeof(path), "%.*sDocumentation/architecture.rst",
		 (int)(len + (up == 3)), __FILE__);
	f = fopen(path, "re");
	if (!f)
		return NULL;
	if (getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		text = NULL;
	}
	fclose(f);
	return text;
}

TEST(devices_of_the_machine_are_documented)
{
	char row[64], *text = documentation();
	unsigned int i;

	if (!text)
		SKIP(return, "the source is not where it was compiled");
	EXPECT_EQ(NULL, strstr(text, "\nno-such-device "));
	for (i = 0; i < n_vm_devices; i++) {
		snprintf(row, sizeof(row), "\n%s ", vm_devices[i]->name);
		EXPECT_NE(NULL, strstr(text, row)) {
			TH_LOG("architecture.rst has no device %s",
			       vm_devices[i]->name);
		}
	}
	free(text);
}

TEST_HARNESS_MAIN
