/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * idx.c - idx files, plain or gzip, item by item.
 *
 * Nothing is allocated by what the header says: items are shown in the window of the stream, which
 * grows only as bytes come, and never beyond what the limit allows an item.
 */
#include <tfeed/idx.h>

#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/byte_order_internal.h"
#include "core/error_internal.h"
#include "io/io_internal.h"
#include "io/stream_internal.h"

enum { MAGIC_BYTES = 4, EXTENT_BYTES = 4, TYPE_UNSIGNED_BYTE = 0x08 };

struct tfeed_idx {
    const struct tfeed_allocator *allocator;
    struct tfi_stream stream;
    struct tfeed_shape shape;
    uint64_t n_items;
    uint64_t n_read;
    uint64_t max_item_bytes;
    size_t item_bytes;
    size_t n_used; /* bytes at the front of the window that the caller is done with */
};

void tfeed_idx_options_init(struct tfeed_idx_options *options)
{
    *options = (struct tfeed_idx_options){.struct_size = sizeof *options,
                                          .max_item_bytes = TFEED_IDX_DEFAULT_LIMIT_BYTES};
}

/* A fault at byte `offset` of the file's content. */
#define FAIL_AT(idx, reterr, code, offset, ...)                                                    \
    tfi_fail_at((reterr), (code), (idx)->stream.path, TFEED_NOWHERE, (offset), __VA_ARGS__)

/* The stream ended while n bytes from window->offset on were needed for `what`. */
static tfeed_status fail_ended(const struct tfeed_idx *idx, size_t n, const char *what,
                               struct tfeed_error *reterr)
{
    const struct tfi_window *window = tfi_stream_window(&idx->stream);
    const uint64_t end = window->offset + window->len;
    switch (idx->stream.end) {
    case TFI_STREAM_DAMAGED:
        return FAIL_AT(idx, reterr, TFEED_DATA_LOSS, end, "the gzip stream is damaged: %s",
                       idx->stream.detail);
    case TFI_STREAM_TRUNCATED:
        return FAIL_AT(idx, reterr, TFEED_DATA_LOSS, end, "the gzip stream is cut");
    case TFI_STREAM_TRAILING:
        return FAIL_AT(idx, reterr, TFEED_DATA_LOSS, end,
                       "the file goes on behind its gzip stream");
    case TFI_STREAM_OPEN:
    case TFI_STREAM_CLEAN:
        break;
    }
    return FAIL_AT(idx, reterr, TFEED_DATA_LOSS, end,
                   "the file ends here, expected %zu bytes for %s from byte %" PRIu64, n, what,
                   window->offset);
}

/* Makes n bytes visible behind those that are used up. */
static tfeed_status need(struct tfeed_idx *idx, size_t n, const char *what,
                         struct tfeed_error *reterr)
{
    const tfeed_status status = tfi_stream_fill(&idx->stream, idx->n_used, n, reterr);
    idx->n_used = 0;
    return status == TFEED_OUT_OF_RANGE ? fail_ended(idx, n, what, reterr) : status;
}

static const char *type_name(unsigned type)
{
    switch (type) {
    case 0x09:
        return "signed byte";
    case 0x0b:
        return "short";
    case 0x0c:
        return "int";
    case 0x0d:
        return "float";
    case 0x0e:
        return "double";
    default:
        return "unknown type";
    }
}

static tfeed_status read_magic(struct tfeed_idx *idx, struct tfeed_error *reterr)
{
    TFI_TRY(need(idx, MAGIC_BYTES, "the header", reterr));
    const uint8_t *magic = tfi_stream_window(&idx->stream)->data;
    const unsigned rank = magic[3];
    if (magic[0] != 0 || magic[1] != 0)
        return FAIL_AT(idx, reterr, TFEED_INVALID_ARGUMENT, 0,
                       "not an idx file: magic 0x%08" PRIx32 ", expected 0x000008NN",
                       tfi_load_be32(magic));
    if (magic[2] != TYPE_UNSIGNED_BYTE)
        return FAIL_AT(idx, reterr, TFEED_INVALID_ARGUMENT, 2,
                       "idx elements of type 0x%02x (%s), expected 0x08 (unsigned byte)", magic[2],
                       type_name(magic[2]));
    if (rank == 0 || rank > TFEED_MAX_DIMS)
        return FAIL_AT(idx, reterr, TFEED_INVALID_ARGUMENT, 3,
                       "an idx array of %u dimensions, expected 1 to %d", rank, TFEED_MAX_DIMS);
    idx->shape.n_dims = (int32_t)rank;
    return TFEED_OK;
}

static tfeed_status read_header(struct tfeed_idx *idx, struct tfeed_error *reterr)
{
    TFI_TRY(read_magic(idx, reterr));
    const size_t header_bytes = MAGIC_BYTES + EXTENT_BYTES * (size_t)idx->shape.n_dims;
    TFI_TRY(need(idx, header_bytes, "the header", reterr));
    const uint8_t *extents = tfi_stream_window(&idx->stream)->data + MAGIC_BYTES;
    for (int i = 0; i < idx->shape.n_dims; i++)
        idx->shape.dims[i] = tfi_load_be32(extents + EXTENT_BYTES * i);
    idx->n_items = (uint64_t)idx->shape.dims[0];

    struct tfeed_shape item = {.n_dims = idx->shape.n_dims - 1};
    memcpy(item.dims, idx->shape.dims + 1, (size_t)item.n_dims * sizeof item.dims[0]);
    int64_t item_bytes;
    uint64_t total;
    char text[TFEED_SHAPE_TEXT_BYTES];
    if (tfeed_shape_n_elements(&item, &item_bytes) != TFEED_OK ||
        __builtin_mul_overflow((uint64_t)item_bytes, idx->n_items, &total) ||
        total > PTRDIFF_MAX - header_bytes)
        return FAIL_AT(idx, reterr, TFEED_INVALID_ARGUMENT, MAGIC_BYTES,
                       "an idx array of %s does not fit in memory",
                       tfeed_shape_format(&idx->shape, text));
    if (!tfi_stream_may_hold(&idx->stream, header_bytes + total))
        return FAIL_AT(idx, reterr, TFEED_DATA_LOSS, header_bytes,
                       "the file is cut: %s takes %" PRIu64 " bytes from here on",
                       tfeed_shape_format(&idx->shape, text), total);
    if ((uint64_t)item_bytes > idx->max_item_bytes)
        return FAIL_AT(idx, reterr, TFEED_RESOURCE_EXHAUSTED, MAGIC_BYTES,
                       "items of %" PRId64 " bytes exceed the limit of %" PRIu64, item_bytes,
                       idx->max_item_bytes);
    idx->item_bytes = (size_t)item_bytes;
    idx->n_used = header_bytes;
    return TFEED_OK;
}

static tfeed_status open_stream(struct tfeed_idx *idx, const char *path,
                                const struct tfeed_idx_options *options, struct tfeed_error *reterr)
{
    struct tfi_stream_options stream_options = {.allocator = options->allocator, .may_map = true};
    TFI_TRY(tfi_file_system_resolve(options->file_system, &stream_options.file_system, reterr));
    TFI_TRY(tfi_stream_open(&idx->stream, path, &stream_options, reterr));
    const uint8_t *head;
    size_t head_len;
    TFI_TRY(tfi_stream_peek(&idx->stream, MAGIC_BYTES, &head, &head_len, reterr));
    const bool is_gzip = tfi_compression_announced(head, head_len) == TFEED_COMPRESSION_GZIP;
    return tfi_stream_start(&idx->stream, is_gzip ? TFEED_COMPRESSION_GZIP : TFEED_COMPRESSION_NONE,
                            reterr);
}

tfeed_status tfeed_idx_open(const char *path, const struct tfeed_idx_options *options,
                            struct tfeed_idx **ret_idx, struct tfeed_error *reterr)
{
    struct tfeed_idx_options defaults;
    tfeed_idx_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    struct tfeed_idx *idx = tfi_alloc_zeroed(options->allocator, 1, sizeof *idx);
    if (idx == NULL)
        return tfi_fail_memory(reterr, "an idx reader");
    idx->allocator = options->allocator;
    idx->max_item_bytes = options->max_item_bytes;
    tfeed_status status = open_stream(idx, path, options, reterr);
    if (status == TFEED_OK)
        status = read_header(idx, reterr);
    if (status != TFEED_OK) {
        tfeed_idx_close(idx);
        return status;
    }
    *ret_idx = idx;
    return TFEED_OK;
}

void tfeed_idx_close(struct tfeed_idx *idx)
{
    if (idx == NULL)
        return;
    tfi_stream_clear(&idx->stream);
    tfi_free(idx->allocator, idx);
}

struct tfeed_shape tfeed_idx_shape(const struct tfeed_idx *idx)
{
    return idx->shape;
}

uint64_t tfeed_idx_n_items(const struct tfeed_idx *idx)
{
    return idx->n_items;
}

size_t tfeed_idx_item_bytes(const struct tfeed_idx *idx)
{
    return idx->item_bytes;
}

/* OUT_OF_RANGE when nothing follows the last item. */
static tfeed_status check_end(struct tfeed_idx *idx, struct tfeed_error *reterr)
{
    const tfeed_status status = tfi_stream_fill(&idx->stream, idx->n_used, 1, reterr);
    idx->n_used = 0;
    if (status == TFEED_OK)
        return FAIL_AT(idx, reterr, TFEED_DATA_LOSS, tfi_stream_window(&idx->stream)->offset,
                       "the file goes on behind its last item");
    if (status != TFEED_OUT_OF_RANGE)
        return status;
    if (idx->stream.end != TFI_STREAM_CLEAN)
        return fail_ended(idx, 0, "its end", reterr);
    return FAIL_AT(idx, reterr, TFEED_OUT_OF_RANGE, tfi_stream_window(&idx->stream)->offset,
                   "no more items");
}

tfeed_status tfeed_idx_next(struct tfeed_idx *idx, const uint8_t **ret_item, uint64_t *ret_offset,
                            struct tfeed_error *reterr)
{
    if (idx->n_read == idx->n_items)
        return check_end(idx, reterr);
    TFI_TRY(need(idx, idx->item_bytes, "an item", reterr));
    const struct tfi_window *window = tfi_stream_window(&idx->stream);
    idx->n_used = idx->item_bytes;
    idx->n_read++;
    *ret_item = window->data;
    if (ret_offset != NULL)
        *ret_offset = window->offset;
    return TFEED_OK;
}

tfeed_status tfeed_idx_read(struct tfeed_idx *idx, uint8_t *items, size_t n, size_t *ret_n,
                            struct tfeed_error *reterr)
{
    size_t n_copied = 0;
    while (n_copied < n && (n_copied == 0 || idx->n_read < idx->n_items)) {
        const uint8_t *item;
        const bool is_first = n_copied == 0;
        /* what stops a later one is for the next call to say */
        const tfeed_status status = tfeed_idx_next(idx, &item, NULL, is_first ? reterr : NULL);
        if (status != TFEED_OK && is_first)
            return status;
        if (status != TFEED_OK)
            break;
        if (idx->item_bytes > 0)
            memcpy(items + n_copied * idx->item_bytes, item, idx->item_bytes);
        n_copied++;
    }
    *ret_n = n_copied;
    return TFEED_OK;
}

tfeed_status tfeed_idx_skip(struct tfeed_idx *idx, uint64_t n, struct tfeed_error *reterr)
{
    for (; n > 0 && idx->n_read < idx->n_items; n--) {
        const uint8_t *item;
        TFI_TRY(tfeed_idx_next(idx, &item, NULL, reterr));
    }
    return TFEED_OK;
}

void tfeed_one_hot(const uint8_t *labels, size_t n, size_t n_classes, float *matrix)
{
    if (n > 0 && n_classes > 0)
        memset(matrix, 0, n * n_classes * sizeof *matrix);
    for (size_t i = 0; i < n; i++)
        if (labels[i] < n_classes)
            matrix[i * n_classes + labels[i]] = 1.0F;
}
