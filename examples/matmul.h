/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * matmul.h - the matrix product that the training examples need.
 */
#ifndef EXAMPLES_MATMUL_H
#define EXAMPLES_MATMUL_H

#include <stdbool.h>

/*
 * c[m][n] = op(a)[m][k] · op(b)[k][n], all row-major and contiguous; op transposes where asked, so
 * that a transposed a is stored as a[k][m].
 *
 * By oneDNN, which picks the machine's instructions itself; without it by a plain blocked product.
 * Both use the OpenMP team of the calling thread, the only pool in these programs.
 */
void matmul(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, const float *b,
            float *c);

/* "oneDNN" or "plain". */
const char *matmul_name(void);

#endif
