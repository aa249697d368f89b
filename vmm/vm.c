// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtual machine: built, run, judged, taken apart. See vm.h.
 */
#include "vmm/vm.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/steal.h"
#include "vmm/clone.h"
#include "vmm/end.h"
#include "vmm/vmm.h"

#define RAM_PER_CPU_MB	64
#define RAM_MIN_MB	256
#define RAM_MAX_MB	(1U << 20)
#define RAM_STEP_MB	64

static unsigned int host_cpus(void)
{
	cpu_set_t set;

	/* It fails where there are more CPUs than a cpu_set_t holds. */
	if (sched_getaffinity(0, sizeof(set), &set))
		return CPU_SETSIZE;
	return CPU_COUNT(&set);
}

static int check_config(const struct vm_config *c, const struct vm_error *err)
{
	if (!c->kernel)
		return vm_fail(err, -EINVAL, "no kernel was given");
	if (!c->deadline_ms)
		return vm_fail(err, -EINVAL, "a VM needs a deadline");
	return topology_check(&c->machine->topology, 0, err->text, err->size);
}

static int check_cpus(struct vm *vm, const struct vm_error *err)
{
	int ret = topology_check(&vm->topology, vm->kvm.max_vcpus, err->text,
				 err->size);

	return ret ?: machine_check_topology(vm, err);
}

static uint64_t ram_bytes(const struct vm *vm, const struct vm_config *c,
			  uint64_t kernel_size)
{
	uint64_t mb = c->machine->memory_mb;

	if (!mb) {
		mb = max(topology_cpus(&vm->topology) * RAM_PER_CPU_MB,
			 RAM_MIN_MB + 0U);
		/* The archive is there twice while it is being unpacked. */
		mb += (2 * c->initrd_size + c->load_size + kernel_size) /
		      MEM_MIB + 1;
		/* The same for all that are nearly so: one's clone is all's. */
		mb = round_up(mb, (uint64_t)RAM_STEP_MB);
	}
	return min(mb, (uint64_t)RAM_MAX_MB) * MEM_MIB;
}

static int init_plumbing(struct vm *vm, const struct vm_error *err)
{
	vm->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->wake_fd < 0)
		return vm_fail(err, -errno, "eventfd: %s", strerror(errno));

	outbuf_init(&vm->com1_out, vm->wake_fd);
	outbuf_init(&vm->com2_out, vm->wake_fd);
	vm->record = malloc(WIRE_REC_MAX + 1);
	if (!vm->record || console_init(&vm->console))
		return vm_fail(err, -ENOMEM, "no memory for the consoles");
	return 0;
}

/* Pages come as the guest touches them; more than all there is cannot come. */
static int check_host_memory(uint64_t ram, const struct vm_error *err)
{
	struct sysinfo info;
	uint64_t host;

	if (sysinfo(&info))
		return 0;
	host = (uint64_t)(info.totalram + info.totalswap) * info.mem_unit;
	if (ram <= host)
		return 0;
	return vm_fail(err, -ENOMEM,
		       "the guest should have %llu MiB of RAM, but this machine has %llu MiB",
		       (unsigned long long)(ram / MEM_MIB),
		       (unsigned long long)(host / MEM_MIB));
}

static int init_memory(struct vm *vm, const struct vm_config *c,
		       const struct vm_error *err)
{
	uint64_t ram = ram_bytes(vm, c, machine_kernel_size(&vm->machine));
	int ret;

	ret = check_host_memory(ram, err);
	if (!ret)
		ret = guest_mem_init(&vm->mem, ram, WIRE_REGION_SIZE,
				     c->load_size, err);
	if (!ret)
		ret = guest_mem_slots(&vm->mem, vm->kvm.vm_fd, err);
	if (ret)
		return ret;
	wire_region_format(guest_mem_ring(&vm->mem), vm->mem.ring_size);
	wire_reader_init(&vm->reader, guest_mem_ring(&vm->mem),
			 vm->mem.ring_size);
	vm->load_size = c->load_size;
	if (c->load_size)
		memcpy(guest_mem_load(&vm->mem), c->load, c->load_size);
	return 0;
}

static int init_vcpus(struct vm *vm, const struct vm_error *err)
{
	unsigned int n = topology_cpus(&vm->topology);
	unsigned int i;
	int ret;

	vm->vcpus = calloc(n, sizeof(*vm->vcpus));
	if (!vm->vcpus)
		return vm_fail(err, -ENOMEM, "no memory for %u vCPUs", n);
	for (i = 0; i < n; i++)
		vm->vcpus[i].fd = -1;
	vm->n_vcpus = n;
	for (i = 0; i < n; i++) {
		ret = vcpu_init(&vm->vcpus[i], vm, i, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* What it runs: a kernel that boots, or one that has done so. */
static int init_state(struct vm *vm, const struct vm_config *c,
		      const struct vm_error *err)
{
	struct clone clone = { .fd = -1 };
	int ret;

	/* Nobody keeps what a disk, a peer or a terminal knows of the guest. */
	if (!virtio_set_wanted(c))
		clone_find(vm, c, &clone);
	if (clone.fd >= 0)
		vm->origin = VM_CLONE;
	if (vm->origin == VM_CLONE)
		ret = clone_memory(vm, &clone, err);
	else
		ret = machine_load(vm, c, err);
	if (!ret)
		ret = init_vcpus(vm, err);
	if (!ret && vm->origin == VM_CLONE)
		ret = clone_machine(vm, &clone, err);
	clone_exit(&clone);
	return ret;
}

static int vm_build(struct vm *vm, const struct vm_config *c,
		    const struct vm_error *err)
{
	int ret;

	ret = init_plumbing(vm, err);
	if (!ret)
		ret = machine_open_kernel(&vm->machine, c, err);
	if (!ret)
		ret = kvm_init(&vm->kvm, c->kvm, err);
	if (!ret)
		ret = check_cpus(vm, err);
	if (!ret)
		ret = machine_init(vm, err);
	if (!ret)
		ret = init_memory(vm, c, err);
	if (!ret)
		ret = virtio_set_init(&vm->virtio, c, machine_virtio_slots(),
				      &vm->bus, &vm->mem, &vm->kvm, err);
	if (!ret)
		ret = init_state(vm, c, err);
	return ret;
}

static struct vm *vm_alloc(const struct vm_config *config)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	if (!vm)
		return NULL;
	vm->created_ns = clock_now_ns();
	vm->topology = config->machine->topology;
	vm->boot_ms = config->boot_ms;
	vm->deadline_ms = config->deadline_ms;
	vm->wall_ms = config->wall_ms ? config->wall_ms :
		      STEAL_PATIENCE * config->deadline_ms;
	vm->crowded = topology_cpus(&vm->topology) >= host_cpus();
	vm->ops = config->ops;
	vm->ctx = config->ctx;
	vm->kvm.fd = -1;
	vm->kvm.vm_fd = -1;
	vm->mem.fd = -1;
	vm->machine.kernel_fd = -1;
	vm->wake_fd = -1;
	pthread_mutex_init(&vm->note.lock, NULL);
	pthread_mutex_init(&vm->threads_lock, NULL);
	vm_steal_init(&vm->steal);
	bus_init(&vm->bus, vm, vm_irq_line);
	return vm;
}

/* A clone that cannot be one is none; the next run will make another. */
static bool spoilt_clone(struct vm *vm)
{
	if (vm->origin != VM_CLONE)
		return false;
	unlink(vm->template);
	return true;
}

int vm_create(const struct vm_config *config, struct vm **out, char *err,
	      size_t err_size)
{
	const struct vm_error error = { .text = err, .size = err_size };
	struct vm_config cold = *config;
	bool again;
	struct vm *vm;
	int ret;

	*out = NULL;
	ret = check_config(config, &error);
	if (ret)
		return ret;
	vm = vm_alloc(config);
	if (!vm)
		return vm_fail(&error, -ENOMEM, "no memory for a VM");

	ret = peeks_init(vm);
	if (!ret)
		ret = pause_init(vm);
	if (!ret)
		ret = vm_build(vm, config, &error);
	if (!ret) {
		*out = vm;
		return 0;
	}
	again = spoilt_clone(vm);
	vm_destroy(vm);
	cold.clones = NULL;
	return again ? vm_create(&cold, out, err, err_size) : ret;
}

void vm_destroy(struct vm *vm)
{
	unsigned int i;

	/* A thread that KVM keeps may still use all of it. */
	if (!vm || vm->stuck)
		return;
	for (i = 0; i < vm->n_vcpus; i++)
		vcpu_exit(&vm->vcpus[i]);
	free(vm->vcpus);
	bus_exit(&vm->bus);
	virtio_set_exit(&vm->virtio);
	machine_exit(&vm->machine);
	kvm_exit(&vm->kvm);
	guest_mem_exit(&vm->mem);
	console_exit(&vm->console);
	free(vm->record);
	free(vm->template);
	free(vm->template_key);
	vm_steal_exit(&vm->steal);
	if (vm->wake_fd >= 0)
		close(vm->wake_fd);
	free(vm);
}

/* A reset after a panic's banner is the panic's doing. */
static void judge(struct vm *vm, struct vm_result *result)
{
	bool reset = vm->note.end == VM_END_POWEROFF ||
		     vm->note.end == VM_END_TRIPLE_FAULT;

	result->end = vm->note.end;
	snprintf(result->message, sizeof(result->message), "%s",
		 vm->note.message);
	if (vm->note.end == VM_END_PANIC || (reset && banner_seen(&vm->banner))) {
		result->end = VM_END_PANIC;
		if (banner_seen(&vm->banner))
			banner_message(&vm->banner, result->message,
				       sizeof(result->message));
	}
}

static void fill_result(struct vm *vm, struct vm_result *result)
{
	unsigned int i;

	memset(result, 0, sizeof(*result));
	judge(vm, result);
	result->origin = vm->origin;
	result->stage = vm->stage;
	snprintf(result->crash, sizeof(result->crash), "%s", vm->crash);
	result->run_ns = vm->end_ns - vm->start_ns;
	result->steal_ns = min(vm_steal_ns(vm), result->run_ns);
	result->first_run_ns = vm->start_ns - vm->created_ns;
	result->console_left_out = console_left_out(&vm->console);
	result->console = console_text(&vm->console, &result->console_len);
	wire_reader_loss(&vm->reader, &result->ring);
	result->serial_lost = outbuf_dropped(&vm->com1_out) +
			      outbuf_dropped(&vm->com2_out);
	virtio_set_broken(&vm->virtio, result->driver, sizeof(result->driver));
	for (i = 0; i < vm->n_vcpus; i++)
		result->exits += vm->vcpus[i].exits;
}

int vm_run(struct vm *vm, struct vm_result *result)
{
	int ret;

	vm->start_ns = clock_now_ns();
	vm_steal_start(vm);
	ret = virtio_set_start(&vm->virtio);
	if (!ret)
		ret = vcpus_start(vm);
	if (!ret)
		vm_loop(vm);
	vm->end_ns = clock_now_ns();
	vm->stuck = vcpus_stop(vm) || virtio_set_stop(&vm->virtio);
	vm_steal_stop(vm);
	if (vm->stuck)
		return -ETIMEDOUT;
	vm->stopped = true;
	if (ret)
		return ret;
	vm_loop_drain(vm);
	fill_result(vm, result);
	return 0;
}

void vm_stop(struct vm *vm)
{
	int saved = errno;

	vm->stop_asked = true;
	eventfd_write(vm->wake_fd, 1);
	errno = saved;
}

void vm_terminal_resized(struct vm *vm, unsigned int columns,
			 unsigned int rows)
{
	if (vm->virtio.console)
		virtio_console_resized(vm->virtio.console, columns, rows);
}

void vm_stop_hung(struct vm *vm, const char *why)
{
	vm_note_end(vm, VM_END_HUNG, "%s", why);
}

void *vm_memory(struct vm *vm, uint64_t gpa, size_t len)
{
	return guest_mem_at(&vm->mem, gpa, len);
}

uint64_t vm_memory_size(const struct vm *vm)
{
	return vm->mem.ram_size;
}

/* Under threads_lock, so that the thread is not being joined. */
static int read_thread_clock(const struct vcpu *vcpu, struct timespec *ts)
{
	clockid_t clock;

	if (!vcpu->timed || pthread_getcpuclockid(vcpu->thread, &clock))
		return -ESRCH;
	return clock_gettime(clock, ts) ? -errno : 0;
}

int vm_vcpu_time_ns(struct vm *vm, unsigned int index, uint64_t *ns)
{
	struct timespec ts;
	int ret;

	if (index >= vm->n_vcpus)
		return -EINVAL;
	pthread_mutex_lock(&vm->threads_lock);
	ret = read_thread_clock(&vm->vcpus[index], &ts);
	pthread_mutex_unlock(&vm->threads_lock);
	/* The clock of a thread that has ended is no clock any more. */
	if (ret)
		return ret == -EINVAL ? -ESRCH : ret;
	*ns = (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
	return 0;
}

uint64_t vm_guest_tsc(struct vm *vm)
{
	return machine_tsc(vm);
}

int vm_vcpu_regs(struct vm *vm, unsigned int vcpu, struct vm_regs *regs)
{
	if (vcpu >= vm->n_vcpus)
		return -EINVAL;
	/* KVM would make us wait for a vCPU that still runs. */
	if (!vm->stopped)
		return -EBUSY;
	return machine_vcpu_regs(&vm->vcpus[vcpu], regs);
}

const char *vm_end_name(enum vm_end end)
{
	static const char * const names[] = {
		[VM_END_NONE] = "none",
		[VM_END_POWEROFF] = "poweroff",
		[VM_END_PANIC] = "panic",
		[VM_END_TRIPLE_FAULT] = "triple fault",
		[VM_END_NO_INIT] = "no init",
		[VM_END_DEADLINE] = "deadline",
		[VM_END_KILLED] = "killed",
		[VM_END_STARVED] = "starved",
		[VM_END_KVM_ERROR] = "KVM error",
		[VM_END_HUNG] = "hung",
	};

	return end < ARRAY_SIZE(names) ? names[end] : "?";
}

const char *vm_origin_name(enum vm_origin origin)
{
	static const char * const names[VM_ORIGINS] = {
		[VM_COLD] = "cold",
		[VM_TEMPLATE] = "template",
		[VM_CLONE] = "clone",
	};

	return origin < VM_ORIGINS ? names[origin] : "?";
}
