// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines that cannot be: each gets its own number and one line that says
 * what is wrong. And the ports that end one.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/end.h"
#include "vmm/kvm_check.h"
#include "vmm/vmm.h"
#include "vmm/x86/devices.h"
#include "vmm/x86/layout.h"

TEST(bad_configs_are_refused)
{
	static const struct {
		struct vm_config config;
		struct topology topology;
		int ret;
		const char *says;
	} cases[] = {
		{ { .kernel = "/k" }, TOPOLOGY(1, 1, 1, 1),
		  -EINVAL, "deadline" },
		{ { .deadline_ms = 1 }, TOPOLOGY(1, 1, 1, 1),
		  -EINVAL, "no kernel was given" },
		{ { .kernel = "/no/such/file", .deadline_ms = 1 },
		  TOPOLOGY(1, 1, 1, 1),
		  -ENOENT, "/no/such/file: No such file" },
		{ { .kernel = "/proc/self/exe", .deadline_ms = 1 },
		  TOPOLOGY(1, 1, 1, 1),
		  -ENOEXEC, "is an ELF file" },
		{ { .kernel = "/dev/null", .deadline_ms = 1 },
		  TOPOLOGY(1, 1, 1, 1),
		  -ENOEXEC, "is no file" },
		{ { .kernel = "/k", .deadline_ms = 1 },
		  TOPOLOGY(1, 0, 1, 1),
		  -EINVAL, "topology 1n0l1c1t: " },
		{ { .kernel = "/k", .deadline_ms = 1 },
		  TOPOLOGY(2, 3, 1, 1),
		  -EINVAL, "topology 2n3l1c1t: " },
		{ { .kernel = "/k", .deadline_ms = 1 },
		  TOPOLOGY(1, 65536, 65536, 65536),
		  -EINVAL, "topology 1n65536l65536c65536t: " },
	};
	char err[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vm *vm = (struct vm *)&cases;
		const struct run_machine machine = {
			.topology = cases[i].topology,
		};
		struct vm_config config = cases[i].config;

		config.machine = &machine;
		err[0] = '\0';
		EXPECT_EQ(cases[i].ret, vm_create(&config, &vm, err,
						  sizeof(err)));
		EXPECT_EQ(NULL, vm);
		EXPECT_NE(NULL, strstr(err, cases[i].says)) {
			TH_LOG("case %zu says: %s", i, err);
		}
		EXPECT_EQ(NULL, strchr(err, '\n'));
		/* The sentence is welcome, but nobody has to take it. */
		EXPECT_EQ(cases[i].ret, vm_create(&config, &vm, NULL, 0));
	}
	vm_destroy(NULL);
}

TEST(apic_ids_limit_the_cpus)
{
	static const struct {
		struct topology t;
		bool fits;
	} cases[] = {
		{ TOPOLOGY(1, 1, 1, 1), true },
		{ TOPOLOGY(1, 1, 255, 1), true },
		{ TOPOLOGY(1, 1, 256, 1), false },
		{ TOPOLOGY(1, 15, 16, 1), true },
		{ TOPOLOGY(1, 14, 9, 2), false },
		{ TOPOLOGY(1, 300, 1, 1), false },
	};
	char text[200];
	struct vm_error err = { text, sizeof(text) };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct vm vm = { .topology = cases[i].t };

		text[0] = '\0';
		EXPECT_EQ(cases[i].fits ? 0 : -EINVAL,
			  machine_check_topology(&vm, &err)) {
			TH_LOG("case %zu: %s", i, text);
		}
		EXPECT_EQ(cases[i].fits, !text[0]);
	}
}

FIXTURE(ports) {
	struct vm *vm;
};

FIXTURE_SETUP(ports)
{
	struct vm *vm = calloc(1, sizeof(*vm));
	char text[200] = "";
	struct vm_error err = { text, sizeof(text) };

	ASSERT_NE(NULL, vm);
	vm->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT_LE(0, vm->wake_fd);
	pthread_mutex_init(&vm->note.lock, NULL);
	bus_init(&vm->bus, vm, vm_irq_line);
	ASSERT_EQ(0, bus_plug_all(&vm->bus, vm_devices, n_vm_devices, &err)) {
		TH_LOG("%s", text);
	}
	self->vm = vm;
}

FIXTURE_TEARDOWN(ports)
{
	bus_exit(&self->vm->bus);
	close(self->vm->wake_fd);
	free(self->vm);
}

TEST_F(ports, ends)
{
	static const struct {
		uint16_t port;
		unsigned int size;
		uint32_t value;
		const char *says;	/* NULL: nothing happens */
	} cases[] = {
		{ 0x64, 1, 0xfe, "keyboard controller" },
		{ 0x64, 1, 0xff, NULL },
		{ 0x64, 1, 0xd1, NULL },
		{ 0x60, 1, 0xfe, NULL },
		{ 0xcf9, 1, 0x06, "0xcf9" },
		{ 0xcf9, 1, 0x02, NULL },
		{ X86_PM1_CNT_PORT, 2, X86_S5_SLP_TYP << 10 | 1 << 13,
		  "ACPI power-off" },
		{ X86_PM1_CNT_PORT, 2, X86_S5_SLP_TYP << 10, NULL },
		{ X86_PM1_CNT_PORT, 2, 1 << 13, NULL },
		{ X86_PM1_EVT_PORT, 2, 0xffff, NULL },
		{ X86_PM1_EVT_PORT + 2, 2, 0xffff, NULL },
	};
	struct vm *vm = self->vm;
	eventfd_t count;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t value = cases[i].value;
		bool end = cases[i].says;

		vm->note.end = VM_END_NONE;
		vm->note.message[0] = '\0';
		vm->stopping = false;
		bus_access(&vm->bus, VM_SPACE_PORT, cases[i].port, true,
			   &value, cases[i].size);
		EXPECT_EQ(end ? VM_END_POWEROFF : VM_END_NONE, vm->note.end) {
			TH_LOG("case %zu", i);
		}
		EXPECT_EQ(end, (bool)vm->stopping);
		EXPECT_EQ(end ? 0 : -1, eventfd_read(vm->wake_fd, &count));
		if (end)
			EXPECT_NE(NULL, strstr(vm->note.message,
					       cases[i].says));
	}
}

TEST_F(ports, first_end_wins)
{
	vm_note_end(self->vm, VM_END_TRIPLE_FAULT, "one");
	vm_note_end(self->vm, VM_END_POWEROFF, "two");
	EXPECT_EQ(VM_END_TRIPLE_FAULT, self->vm->note.end);
	EXPECT_STREQ("one", self->vm->note.message);
}

static void port(struct vm *vm, uint16_t port, bool write, void *data,
		 unsigned int size)
{
	bus_access(&vm->bus, VM_SPACE_PORT, port, write, data, size);
}

TEST_F(ports, pm1_reads_as_always_on)
{
	uint16_t value = 0xdead;
	uint32_t both;

	port(self->vm, X86_PM1_CNT_PORT, false, &value, 2);
	EXPECT_EQ(1, value);
	port(self->vm, X86_PM1_EVT_PORT, false, &value, 2);
	EXPECT_EQ(0, value);
	value = 0x120;
	port(self->vm, X86_PM1_EVT_PORT + 2, true, &value, 2);
	port(self->vm, X86_PM1_EVT_PORT, false, &both, 4);
	EXPECT_EQ(0x120U << 16, both);
}

TEST(ends_have_names)
{
	unsigned int end;

	for (end = VM_END_NONE; end <= VM_END_HUNG; end++)
		EXPECT_STRNE("?", vm_end_name(end));
	EXPECT_STREQ("?", vm_end_name(VM_END_HUNG + 1));
}

TEST(probe_says_why)
{
	static const struct {
		const char *dev;
		const char *says;
	} cases[] = {
		{ "/no/such/device", "no /no/such/device: No such file or directory" },
		{ "/dev/null", "/dev/null is no KVM device" },
	};
	enum kvm_usability usable;
	char why[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		usable = KVM_USABLE;
		ASSERT_EQ(0, kvm_check(cases[i].dev, &usable, why,
				       sizeof(why)));
		EXPECT_EQ(KVM_UNUSABLE, usable);
		EXPECT_STREQ(cases[i].says, why);
	}
}

/* Whatever the answer here, it comes soon and with a reason. */
TEST(probe_answers_in_time)
{
	uint64_t start_ns = clock_now_ns();
	enum kvm_usability usable;
	char why[200] = "?";

	ASSERT_EQ(0, kvm_check(NULL, &usable, why, sizeof(why)));
	EXPECT_LT(clock_now_ns() - start_ns, 6 * NSEC_PER_SEC);
	EXPECT_EQ(usable == KVM_USABLE, why[0] == '\0');
}

TEST_HARNESS_MAIN
