/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a VM: whoever finds a reason says so.
 */
#ifndef KTSTR_VMM_END_H
#define KTSTR_VMM_END_H

#include <stdbool.h>

#include "lib/common/util/compiler.h"
#include "vmm/vm.h"

/*
 * vm_note_end() - something ended the VM; the first to say so wins
 *
 * Context: any thread of the VM.
 */
void __printf(3, 4) vm_note_end(struct vm *vm, enum vm_end end,
				const char *fmt, ...);

/*
 * vm_has_ended() - has anybody said so?
 *
 * Context: any thread of the VM.
 */
bool vm_has_ended(struct vm *vm);

#endif /* KTSTR_VMM_END_H */
