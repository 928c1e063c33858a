/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * matmul.c - matrix products by oneDNN, or blocked by hand where oneDNN is not there.
 */
#include "examples/matmul.h"

#ifdef TFI_HAVE_ONEDNN

#include <stdio.h>
#include <stdlib.h>

#include <oneapi/dnnl/dnnl.h>

const char *matmul_name(void)
{
    return "oneDNN";
}

void matmul(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, const float *b,
            float *c)
{
    dnnl_status_t status =
        dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0f, a,
                   transpose_a ? m : k, b, transpose_b ? k : n, 0.0f, c, n);
    if (status != dnnl_success) {
        /* Only a wrong argument or no memory lead here: nothing a training program could go on
         * with. */
        fprintf(stderr, "matrix product %dx%dx%d failed: oneDNN status %d\n", m, n, k, (int)status);
        exit(3);
    }
}

#else

#include <string.h>

#include "examples/vectorize.h"

const char *matmul_name(void)
{
    return "plain";
}

/* A block of op(b) this large stays in the second-level cache while a block of rows of op(a)
 * passes. */
enum { BLOCK_ROWS = 32, BLOCK_DEPTH = 64, BLOCK_COLUMNS = 256 };

static inline int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* op(b)[depth][column] of one block, made contiguous. */
static void pack_block(bool transpose, const float *b, int n, int k, int depth, int n_depth,
                       int column, int n_columns, float *packed)
{
    for (int i = 0; i < n_depth; i++)
        for (int j = 0; j < n_columns; j++)
            packed[i * BLOCK_COLUMNS + j] =
                transpose ? b[(column + j) * k + depth + i] : b[(depth + i) * n + column + j];
}

VECTORIZE static void add_scaled_row(float factor, const float *restrict from, int n,
                                     float *restrict to)
{
    for (int j = 0; j < n; j++)
        to[j] += factor * from[j];
}

/* Rows first_row … of c: every block of op(b) is packed once for all of them. */
static void multiply_rows(bool transpose_a, bool transpose_b, int first_row, int n_rows, int m,
                          int n, int k, const float *a, const float *b, float *c)
{
    float packed[BLOCK_DEPTH * BLOCK_COLUMNS];
    for (int column = 0; column < n; column += BLOCK_COLUMNS) {
        int n_columns = smaller(BLOCK_COLUMNS, n - column);
        for (int depth = 0; depth < k; depth += BLOCK_DEPTH) {
            int n_depth = smaller(BLOCK_DEPTH, k - depth);
            pack_block(transpose_b, b, n, k, depth, n_depth, column, n_columns, packed);
            for (int row = first_row; row < first_row + n_rows; row++)
                for (int i = 0; i < n_depth; i++)
                    add_scaled_row(transpose_a ? a[(depth + i) * m + row] : a[row * k + depth + i],
                                   packed + i * BLOCK_COLUMNS, n_columns, c + row * n + column);
        }
    }
}

void matmul(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, const float *b,
            float *c)
{
#pragma omp parallel for schedule(static)
    for (int row = 0; row < m; row += BLOCK_ROWS) {
        int n_rows = smaller(BLOCK_ROWS, m - row);
        memset(c + row * n, 0, (size_t)n_rows * (size_t)n * sizeof *c);
        multiply_rows(transpose_a, transpose_b, row, n_rows, m, n, k, a, b, c);
    }
}

#endif
