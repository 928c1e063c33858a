/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz.c - helpers of the fuzz targets.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_fail(const char *file, int line, const char *condition)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

/* ----------------------------------------------------------------------- memory */

void fuzz_memory_start(struct t_allocator *memory, size_t limit_bytes)
{
    t_allocator_init(memory);
    memory->limit_bytes = limit_bytes;
}

void fuzz_memory_end(const struct t_allocator *memory)
{
    FUZZ_CHECK(t_outstanding_bytes(memory) == 0);
}

/* ------------------------------------------------------------------------ files */

struct tfeed_memory_files *fuzz_files(void)
{
    static struct tfeed_memory_files *files;
    if (files == NULL)
        FUZZ_CHECK(tfeed_memory_files_new(NULL, &files, NULL) == TFEED_OK);
    return files;
}

const struct tfeed_file_system *fuzz_file_system(void)
{
    return tfeed_memory_files_system(fuzz_files());
}

void fuzz_put(const char *name, const void *data, size_t size)
{
    FUZZ_CHECK(tfeed_memory_files_put(fuzz_files(), name, data, size, NULL) == TFEED_OK);
}

struct tfeed_bytes fuzz_get(const char *name)
{
    struct tfeed_bytes content = {.data = NULL};
    FUZZ_CHECK(tfeed_memory_files_get(fuzz_files(), name, &content, NULL) == TFEED_OK);
    return content;
}

/* ---------------------------------------------------------------------- tensors */

bool fuzz_bytes_equal(const struct tfeed_bytes *a, const struct tfeed_bytes *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

bool fuzz_tensors_equal(const struct tfeed_tensor *a, const struct tfeed_tensor *b)
{
    if (a->dtype != b->dtype || !tfeed_shape_equal(&a->shape, &b->shape))
        return false;
    if (a->dtype == TFEED_DTYPE_INVALID)
        return true;
    const size_t n = (size_t)tfeed_tensor_n_elements(a);
    if (a->dtype != TFEED_STRING)
        return n == 0 || memcmp(a->data, b->data, n * tfeed_dtype_size(a->dtype)) == 0;
    for (size_t i = 0; i < n; i++)
        if (!fuzz_bytes_equal(&tfeed_tensor_strings(a)[i], &tfeed_tensor_strings(b)[i]))
            return false;
    return true;
}

struct tfeed_tensor fuzz_string(struct tfeed_bytes *storage, const uint8_t *data, size_t size)
{
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    *storage = (struct tfeed_bytes){.data = data, .len = size};
    return tfeed_tensor_borrow(TFEED_STRING, &scalar, storage);
}
