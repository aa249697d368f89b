/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fault that a test asks the host to plant in its guest's kernel.
 */
#ifndef KTSTR_WIRE_PLANT_H
#define KTSTR_WIRE_PLANT_H

#include <stdbool.h>

/**
 * enum plant_kind - what is planted
 * @PLANT_NONE: nothing
 * @PLANT_SPIN: whoever calls the function switches interrupts off and spins
 * @PLANT_HALT: the same, but it halts
 * @PLANT_RETURN: the function does nothing, and returns
 * @PLANT_SPINLOCK: the spinlock is taken as soon as it is free, and kept
 * @PLANT_MUTEX: the same of a mutex, in the name of a task that sleeps
 */
enum plant_kind {
	PLANT_NONE,
	PLANT_SPIN,
	PLANT_HALT,
	PLANT_RETURN,
	PLANT_SPINLOCK,
	PLANT_MUTEX,
};

/**
 * struct guest_plant - a kernel that is mutated while it runs
 * @kind: what to plant
 * @symbol: the function, or the variable that is or has the lock
 * @type: of a lock that is a member: the struct that @symbol is
 * @member: and the member's name
 * @percpu: @symbol is per CPU
 * @cpu: then, whose
 * @after_ms: how long the body has run by then, times the slowness; 0 is 500
 */
struct guest_plant {
	enum plant_kind kind;
	const char *symbol;
	const char *type;
	const char *member;
	bool percpu;
	unsigned int cpu;
	unsigned int after_ms;
};

#endif /* KTSTR_WIRE_PLANT_H */
