// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a VM. See end.h.
 */
#include "vmm/end.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>

#include "vmm/vmm.h"

void vm_note_end(struct vm *vm, enum vm_end end, const char *fmt, ...)
{
	va_list args;
	bool first;

	pthread_mutex_lock(&vm->note.lock);
	first = vm->note.end == VM_END_NONE;
	if (first) {
		vm->note.end = end;
		va_start(args, fmt);
		vsnprintf(vm->note.message, sizeof(vm->note.message), fmt,
			  args);
		va_end(args);
	}
	pthread_mutex_unlock(&vm->note.lock);
	vm->stopping = true;
	eventfd_write(vm->wake_fd, 1);
	if (first && vm->ops && vm->ops->ended)
		vm->ops->ended(vm->ctx);
}

bool vm_has_ended(struct vm *vm)
{
	bool yes;

	pthread_mutex_lock(&vm->note.lock);
	yes = vm->note.end != VM_END_NONE;
	pthread_mutex_unlock(&vm->note.lock);
	return yes;
}
