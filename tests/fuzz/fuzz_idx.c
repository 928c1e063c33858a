/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_idx.c - bytes as an idx file, plain or gzip.
 *
 * Items one by one and many at a time are the same; those of a plain file are its bytes.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/crc32c.h>
#include <tfeed/idx.h>

#include "tests/fuzz/fuzz.h"

static const char path[] = "idx";

struct items {
    uint64_t n;
    uint32_t digest;
    tfeed_status status;
};

static struct items read_one_by_one(const struct tfeed_idx_options *options)
{
    struct items items = {.n = 0};
    struct tfeed_idx *idx;
    const uint8_t *item;
    FUZZ_CHECK(tfeed_idx_open(path, options, &idx, NULL) == TFEED_OK);
    const size_t item_bytes = tfeed_idx_item_bytes(idx);
    enum { MOST = 10000 }; /* items may be empty, and as many as one likes */
    while (items.n < MOST && (items.status = tfeed_idx_next(idx, &item, NULL, NULL)) == TFEED_OK) {
        items.n++;
        items.digest = tfeed_crc32c(items.digest, item, item_bytes);
    }
    FUZZ_CHECK(items.n <= tfeed_idx_n_items(idx));
    tfeed_idx_close(idx);
    return items;
}

/* Also what was asked for first, and then left out. */
static struct items read_many(const struct tfeed_idx_options *options, uint64_t n_skipped)
{
    enum { RUN = 3, MOST = 10000, LARGEST = 1 << 16 };
    static uint8_t data[RUN * LARGEST];
    struct items items = {.n = 0};
    struct tfeed_idx *idx;
    FUZZ_CHECK(tfeed_idx_open(path, options, &idx, NULL) == TFEED_OK);
    const size_t item_bytes = tfeed_idx_item_bytes(idx);
    items.status = tfeed_idx_skip(idx, n_skipped, NULL);
    while (items.status == TFEED_OK && items.n < MOST && item_bytes <= LARGEST) {
        size_t n = 0;
        const size_t want = MOST - items.n < RUN ? (size_t)(MOST - items.n) : RUN;
        items.status = tfeed_idx_read(idx, data, want, &n, NULL);
        if (items.status != TFEED_OK)
            break;
        items.n += n;
        items.digest = tfeed_crc32c(items.digest, data, n * item_bytes);
    }
    tfeed_idx_close(idx);
    return items;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { DEFLATE_MOST = 1032, LARGEST = 1 << 16, MAGIC_BYTES = 4, EXTENT_BYTES = 4 };
    struct tfeed_idx_options options;
    struct tfeed_idx *idx;
    struct t_allocator memory;
    fuzz_put(path, data, size);
    fuzz_memory_start(&memory, ((size_t)6 << 20) + 4 * DEFLATE_MOST * size);
    tfeed_idx_options_init(&options);
    options.file_system = fuzz_file_system();
    options.allocator = &memory.hooks;
    if (tfeed_idx_open(path, &options, &idx, NULL) == TFEED_OK) {
        const struct tfeed_shape shape = tfeed_idx_shape(idx);
        const size_t item_bytes = tfeed_idx_item_bytes(idx);
        const size_t head = MAGIC_BYTES + EXTENT_BYTES * (size_t)shape.n_dims;
        tfeed_idx_close(idx);
        const struct items one_by_one = read_one_by_one(&options);
        if (item_bytes <= LARGEST) {
            const struct items many = read_many(&options, 0);
            FUZZ_CHECK(one_by_one.n == many.n && one_by_one.digest == many.digest);
        }
        (void)read_many(&options, one_by_one.n / 2);
        if (data[0] == 0) /* plain */
            FUZZ_CHECK(one_by_one.digest ==
                       tfeed_crc32c(0, data + head, (size_t)one_by_one.n * item_bytes));
    }
    fuzz_memory_end(&memory);
    return 0;
}
