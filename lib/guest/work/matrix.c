// SPDX-License-Identifier: GPL-2.0-only
/*
 * Matrices that are multiplied, as requests of servers have it.
 */
#include <stdlib.h>

#include "lib/guest/work/types.h"

static unsigned int side_of(const struct work_spec *spec)
{
	unsigned int n = 1;

	while ((n + 1) * (n + 1) * 3 * sizeof(double) <= spec->kb * 1024UL)
		n++;
	return n;
}

double *work_matrices(const struct work_run *run)
{
	unsigned int n = side_of(run->spec);
	size_t i, size = 3UL * n * n;
	double *m = calloc(size, sizeof(*m));

	for (i = 0; m && i < size; i++)
		m[i] = i;
	return m;
}

bool work_multiply(struct work_run *run, double *matrices)
{
	unsigned int n = side_of(run->spec), i, j, k;
	const double *a = matrices, *b = a + n * n;
	volatile double *c = matrices + 2 * n * n;

	for (i = 0; i < n && !work_stopped(run); i++) {
		for (j = 0; j < n; j++) {
			double sum = 0;

			for (k = 0; k < n; k++)
				sum += a[i * n + k] * b[k * n + j];
			c[i * n + j] = sum;
		}
		work_done(run, 0);
	}
	return i == n;
}
