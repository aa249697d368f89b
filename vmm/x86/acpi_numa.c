// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes as ACPI tells of them: which CPUs and memory are in one (SRAT), how far it
 * is to others (SLIT), how fast its memory is and what caches it (HMAT), by ACPI
 * 6.5, 5.2.16, 5.2.17 and 5.2.28.
 *
 * A kernel numbers nodes in the order in which it reads of them: SRAT has CPUs by
 * node, and nodes without CPUs behind all others.
 */
#include "vmm/x86/acpi_numa.h"

#include "lib/common/util/util.h"
#include "vmm/memory.h"
#include "vmm/x86/acpi_table.h"
#include "vmm/x86/apicid.h"

#define SRAT_MEMORY		1
#define SRAT_X2APIC		2

struct srat {
	struct acpi_header h;
	uint32_t reserved0;
	uint64_t reserved1;
} __attribute__((packed));

struct srat_cpu {
	uint8_t type, len;
	uint16_t reserved0;
	uint32_t node;
	uint32_t apic_id;
	uint32_t flags;
	uint32_t clock_domain;
	uint32_t reserved1;
} __attribute__((packed));

struct srat_memory {
	uint8_t type, len;
	uint32_t node;
	uint16_t reserved0;
	uint64_t base, length;
	uint32_t reserved1;
	uint32_t flags;
	uint64_t reserved2;
} __attribute__((packed));

/* ---- SRAT ---- */

/* In whole pages of the largest kind that a kernel maps RAM by. */
#define SHARE_ALIGN		(2 * MEM_MIB)

static uint64_t even_ram(const struct topology *t, unsigned int node,
			 uint64_t ram)
{
	return node * (ram / t->nodes & ~(SHARE_ALIGN - 1));
}

uint64_t acpi_node_ram(const struct topology *t, unsigned int node,
		       uint64_t ram)
{
	uint64_t before = 0, all = 0;
	unsigned int i;

	if (node >= t->nodes)
		return ram;
	if (!t->form || !t->form->nodes_given || !t->form->node[0].memory_mib)
		return even_ram(t, node, ram);
	for (i = 0; i < t->nodes; i++) {
		all += t->form->node[i].memory_mib;
		before += i < node ? t->form->node[i].memory_mib : 0;
	}
	/* Below 2^31 * 32 nodes of 2^20: nothing is lost. */
	return (uint64_t)((__uint128_t)ram * before / all) & ~(SHARE_ALIGN - 1);
}

static void put_srat_memory(struct acpi_writer *w, uint32_t node,
			    uint64_t base, uint64_t length)
{
	const struct srat_memory memory = {
		.type = SRAT_MEMORY,
		.len = sizeof(memory),
		.node = node,
		.base = base,
		.length = length,
		.flags = ACPI_ENABLED,
	};

	if (length)
		acpi_put(w, &memory, sizeof(memory));
}

/* Cut [from, to) of RAM, counted without the hole, into ranges as they lie. */
static void put_srat_node(struct acpi_writer *w, const struct guest_mem *mem,
			  uint32_t node, uint64_t from, uint64_t to)
{
	uint64_t before = 0;
	unsigned int i;

	for (i = 0; i < mem->n_ram; i++) {
		const struct guest_range *r = &mem->ram[i];
		uint64_t start = max(from, before);
		uint64_t end = min(to, before + r->size);

		if (start < end)
			put_srat_memory(w, node, r->gpa + (start - before),
					end - start);
		before += r->size;
	}
}

static void put_srat_cpus(struct acpi_writer *w, const struct apic_layout *apic,
			  unsigned int node)
{
	unsigned int cpus = topology_cpus(&apic->topology);
	unsigned int i;

	for (i = 0; i < cpus; i++) {
		const struct srat_cpu cpu = {
			.type = SRAT_X2APIC,
			.len = sizeof(cpu),
			.node = node,
			.apic_id = apic_id(apic, i),
			.flags = ACPI_ENABLED,
		};

		if (apic_node(apic, i) == node)
			acpi_put(w, &cpu, sizeof(cpu));
	}
}

uint64_t acpi_put_srat(struct acpi_writer *w, const struct apic_layout *apic,
		       const struct guest_mem *mem)
{
	const struct topology *t = &apic->topology;
	struct srat srat = { .reserved0 = 1 };
	size_t at = acpi_begin(w, "SRAT", 3, &srat, sizeof(srat));
	unsigned int i;

	for (i = 0; i < topology_cpu_nodes(t); i++)
		put_srat_cpus(w, apic, i);
	for (i = 0; i < t->nodes; i++)
		put_srat_node(w, mem, i, acpi_node_ram(t, i, mem->ram_size),
			      acpi_node_ram(t, i + 1, mem->ram_size));
	return acpi_end(w, at);
}

/* ---- SLIT ---- */

uint64_t acpi_put_slit(struct acpi_writer *w, const struct topology *t)
{
	struct acpi_header h = { 0 };
	size_t at = acpi_begin(w, "SLIT", 1, &h, sizeof(h));
	uint64_t nodes = t->nodes;
	unsigned int i, j;

	acpi_put(w, &nodes, sizeof(nodes));
	for (i = 0; i < t->nodes; i++) {
		for (j = 0; j < t->nodes; j++) {
			uint8_t distance = topology_distance(t, i, j);

			acpi_put(w, &distance, sizeof(distance));
		}
	}
	return acpi_end(w, at);
}

/* ---- HMAT ---- */

struct hmat {
	struct acpi_header h;
	uint32_t reserved;
} __attribute__((packed));

/* From which CPUs a node's memory is nearest. */
struct hmat_domain {
	uint16_t type, reserved0;
	uint32_t len;
	uint16_t flags, reserved1;
	uint32_t initiator, memory;
	uint32_t reserved2;
	uint64_t reserved3[2];
} __attribute__((packed));

/* A matrix of latencies or bandwidths; the lists follow. */
struct hmat_speeds {
	uint16_t type, reserved0;
	uint32_t len;
	uint8_t flags, kind, min_transfer, reserved1;
	uint32_t initiators, targets;
	uint32_t reserved2;
	uint64_t unit;
} __attribute__((packed));

struct hmat_cache {
	uint16_t type, reserved0;
	uint32_t len;
	uint32_t memory;
	uint32_t reserved1;
	uint64_t size;
	uint32_t attributes;
	uint16_t reserved2, n_smbios;
} __attribute__((packed));

_Static_assert(sizeof(struct hmat_domain) == 40, "ACPI 6.5, 5.2.28.3");
_Static_assert(sizeof(struct hmat_speeds) == 32, "ACPI 6.5, 5.2.28.4");
_Static_assert(sizeof(struct hmat_cache) == 32, "ACPI 6.5, 5.2.28.5");

#define HMAT_DOMAIN		0
#define HMAT_SPEEDS		1
#define HMAT_CACHE		2
#define HMAT_INITIATOR_VALID	1
#define HMAT_LATENCY		0
#define HMAT_BANDWIDTH		3
#define HMAT_ENTRY_MAX		0xfffe
#define PS_PER_NS		1000

/* One level, the first; direct mapped, write back, lines of 64 bytes. */
#define HMAT_CACHE_KIND		(1U | 1U << 4 | 1U << 8 | 1U << 12 | 64U << 16)

static bool any_of_nodes(const struct topology *t, size_t offset)
{
	unsigned int i;

	for (i = 0; i < t->nodes; i++)
		if (*(const uint32_t *)((const char *)&t->form->node[i] +
					offset))
			return true;
	return false;
}

#define ANY(t, member)	any_of_nodes(t, offsetof(struct topology_node, member))

bool acpi_has_hmat(const struct topology *t)
{
	return t->form && t->form->nodes_given &&
	       (topology_cpu_nodes(t) < t->nodes || ANY(t, latency_ns) ||
		ANY(t, bandwidth_mbs) || ANY(t, cache_mib));
}

static unsigned int nearest(const struct topology *t, unsigned int memory)
{
	unsigned int i, best = 0;

	for (i = 0; i < topology_cpu_nodes(t); i++)
		if (topology_distance(t, i, memory) <
		    topology_distance(t, best, memory))
			best = i;
	return best;
}

static void put_domains(struct acpi_writer *w, const struct topology *t)
{
	unsigned int i;

	for (i = 0; i < t->nodes; i++) {
		const struct hmat_domain domain = {
			.type = HMAT_DOMAIN,
			.len = sizeof(domain),
			.flags = HMAT_INITIATOR_VALID,
			.initiator = nearest(t, i),
			.memory = i,
		};

		acpi_put(w, &domain, sizeof(domain));
	}
}

/* What is told is from the nearest CPU; from others it is as far as SLIT says. */
static uint64_t speed(const struct topology *t, unsigned int kind,
		      unsigned int from, unsigned int memory)
{
	const struct topology_node *node = &t->form->node[memory];
	uint64_t near = topology_distance(t, nearest(t, memory), memory);
	uint64_t far = topology_distance(t, from, memory);

	if (kind == HMAT_LATENCY)
		return node->latency_ns * far / near;
	return node->bandwidth_mbs * near / far;
}

/* So that the largest fits. */
static uint64_t speed_unit(const struct topology *t, unsigned int kind)
{
	unsigned int i, j;
	uint64_t unit = 1;

	for (i = 0; i < topology_cpu_nodes(t); i++)
		for (j = 0; j < t->nodes; j++)
			while (speed(t, kind, i, j) / unit > HMAT_ENTRY_MAX)
				unit *= 10;
	return unit;
}

static void put_speeds(struct acpi_writer *w, const struct topology *t,
		       unsigned int kind)
{
	uint32_t initiators = topology_cpu_nodes(t), i, j;
	uint64_t unit = speed_unit(t, kind);
	const struct hmat_speeds speeds = {
		.type = HMAT_SPEEDS,
		.len = sizeof(speeds) + (initiators + t->nodes) * sizeof(i) +
		       initiators * t->nodes * sizeof(uint16_t),
		.kind = kind,
		.initiators = initiators,
		.targets = t->nodes,
		.unit = kind == HMAT_LATENCY ? unit * PS_PER_NS : unit,
	};

	acpi_put(w, &speeds, sizeof(speeds));
	for (i = 0; i < initiators; i++)
		acpi_put(w, &i, sizeof(i));
	for (i = 0; i < t->nodes; i++)
		acpi_put(w, &i, sizeof(i));
	for (i = 0; i < initiators; i++) {
		for (j = 0; j < t->nodes; j++) {
			uint16_t entry = speed(t, kind, i, j) / unit;

			acpi_put(w, &entry, sizeof(entry));
		}
	}
}

static void put_caches(struct acpi_writer *w, const struct topology *t)
{
	unsigned int i;

	for (i = 0; i < t->nodes; i++) {
		const struct hmat_cache cache = {
			.type = HMAT_CACHE,
			.len = sizeof(cache),
			.memory = i,
			.size = t->form->node[i].cache_mib * MEM_MIB,
			.attributes = HMAT_CACHE_KIND,
		};

		if (cache.size)
			acpi_put(w, &cache, sizeof(cache));
	}
}

uint64_t acpi_put_hmat(struct acpi_writer *w, const struct topology *t)
{
	struct hmat hmat = { };
	size_t at = acpi_begin(w, "HMAT", 2, &hmat, sizeof(hmat));

	put_domains(w, t);
	if (ANY(t, latency_ns))
		put_speeds(w, t, HMAT_LATENCY);
	if (ANY(t, bandwidth_mbs))
		put_speeds(w, t, HMAT_BANDWIDTH);
	put_caches(w, t);
	return acpi_end(w, at);
}
