/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_builder.c - the index of a file, gathered while its records pass.
 *
 * Only lengths are kept, 7 bits a byte: records follow one another, so that their sum is where the
 * next one begins. How wide an entry of the file will be shows at the end, by the shortest and the
 * longest record; until then this is as compact as the file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/output_internal.h"
#include "records/index_private.h"
#include "records/record_frame_internal.h"

enum { MAX_LENGTH_BYTES = 10, FIRST_LENGTH_SLOTS = 4096, FIRST_PAIR_SLOTS = 1024 };

tfeed_status tfi_index_builder_new(const struct tfeed_allocator *allocator,
                                   struct tfi_index_builder **ret_builder,
                                   struct tfeed_error *reterr)
{
    struct tfi_index_builder *builder = tfi_alloc_zeroed(allocator, 1, sizeof *builder);
    if (builder == NULL)
        return tfi_fail_memory(reterr, "an index");
    builder->allocator = allocator;
    builder->min_length = UINT64_MAX;
    *ret_builder = builder;
    return TFEED_OK;
}

void tfi_index_builder_free(struct tfi_index_builder *builder)
{
    if (builder == NULL)
        return;
    tfi_free(builder->allocator, builder->pairs);
    tfi_free(builder->allocator, builder->key);
    tfi_free(builder->allocator, builder->lengths);
    tfi_free(builder->allocator, builder);
}

uint64_t tfi_index_builder_n_records(const struct tfi_index_builder *builder)
{
    return builder->n_records;
}

/* Room for n more lengths. */
static tfeed_status reserve(struct tfi_index_builder *builder, size_t n, struct tfeed_error *reterr)
{
    if (n <= (builder->n_length_slots - builder->n_length_bytes) / MAX_LENGTH_BYTES)
        return TFEED_OK;
    size_t n_slots =
        builder->n_length_slots == 0 ? FIRST_LENGTH_SLOTS : builder->n_length_slots / 2 * 3;
    if (n > (n_slots - builder->n_length_bytes) / MAX_LENGTH_BYTES)
        n_slots = builder->n_length_bytes + n * MAX_LENGTH_BYTES;
    uint8_t *lengths = tfi_realloc_array(builder->allocator, builder->lengths, n_slots, 1);
    if (lengths == NULL)
        return tfi_fail_memory(reterr, "an index");
    builder->lengths = lengths;
    builder->n_length_slots = n_slots;
    return TFEED_OK;
}

static tfeed_status check_place(const struct tfi_index_builder *builder, uint64_t offset,
                                uint64_t len, struct tfeed_error *reterr)
{
    if (offset != builder->stream_bytes)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "record %llu begins at byte %llu, where the one before it ends was "
                        "expected: %llu",
                        (unsigned long long)builder->n_records, (unsigned long long)offset,
                        (unsigned long long)builder->stream_bytes);
    if (len > TFI_INDEX_MAX_STREAM_BYTES - TFI_RECORD_OVERHEAD_BYTES ||
        offset > TFI_INDEX_MAX_STREAM_BYTES - TFI_RECORD_OVERHEAD_BYTES - len)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "record %llu ends beyond 2^63 bytes, where no index reaches",
                        (unsigned long long)builder->n_records);
    return TFEED_OK;
}

/* There is room, and the record follows. */
static inline void add(struct tfi_index_builder *builder, uint64_t len)
{
    uint8_t *at = builder->lengths + builder->n_length_bytes;
    uint64_t rest = len;
    for (; rest >= 0x80; rest >>= 7)
        *at++ = (uint8_t)(rest | 0x80);
    *at++ = (uint8_t)rest;
    builder->n_length_bytes = (size_t)(at - builder->lengths);
    if (builder->n_records++ == 0)
        builder->first_length = len;
    builder->min_length = len < builder->min_length ? len : builder->min_length;
    builder->max_length = len > builder->max_length ? len : builder->max_length;
    builder->last_offset = builder->stream_bytes;
    builder->stream_bytes += len + TFI_RECORD_OVERHEAD_BYTES;
}

tfeed_status tfi_index_builder_add(struct tfi_index_builder *builder, uint64_t offset, uint64_t len,
                                   struct tfeed_error *reterr)
{
    TFI_TRY(check_place(builder, offset, len, reterr));
    TFI_TRY(reserve(builder, 1, reterr));
    add(builder, len);
    return TFEED_OK;
}

/* Records of a run follow one another: if the first and the last are where they should be, all
 * are. */
tfeed_status tfi_index_builder_add_run(struct tfi_index_builder *builder,
                                       const struct tfeed_record_view *views, size_t n,
                                       struct tfeed_error *reterr)
{
    if (n == 0)
        return TFEED_OK;
    TFI_TRY(check_place(builder, views[0].offset, views[0].len, reterr));
    TFI_TRY(reserve(builder, n, reterr));
    for (size_t i = 0; i < n; i++) {
        if (views[i].offset != builder->stream_bytes)
            return check_place(builder, views[i].offset, views[i].len, reterr);
        add(builder, views[i].len);
    }
    return TFEED_OK;
}

/* --- keys ------------------------------------------------------------------------------------ */

tfeed_status tfi_index_builder_set_key(struct tfi_index_builder *builder, const char *feature,
                                       struct tfeed_error *reterr)
{
    const size_t len = strlen(feature);
    if (len == 0 || len > TFI_INDEX_MAX_NAME_BYTES)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the name of a key's feature has 1 to %d bytes, not %zu",
                        TFI_INDEX_MAX_NAME_BYTES, len);
    char *key = tfi_strndup(builder->allocator, feature, len);
    if (key == NULL)
        return tfi_fail_memory(reterr, "an index");
    tfi_free(builder->allocator, builder->key);
    builder->key = key;
    return TFEED_OK;
}

tfeed_status tfi_index_builder_add_key(struct tfi_index_builder *builder, uint64_t record,
                                       uint64_t hash, struct tfeed_error *reterr)
{
    if (builder->n_pairs == builder->n_pair_slots) {
        const size_t n_slots =
            builder->n_pair_slots == 0 ? FIRST_PAIR_SLOTS : 2 * builder->n_pair_slots;
        struct index_pair *pairs =
            tfi_realloc_array(builder->allocator, builder->pairs, n_slots, sizeof *pairs);
        if (pairs == NULL)
            return tfi_fail_memory(reterr, "the keys of an index");
        builder->pairs = pairs;
        builder->n_pair_slots = n_slots;
    }
    builder->pairs[builder->n_pairs++] = (struct index_pair){.hash = hash, .record = record};
    return TFEED_OK;
}

/* --- paths ----------------------------------------------------------------------------------- */

tfeed_status tfi_index_path(const char *path, const char *index_dir,
                            const struct tfeed_allocator *allocator, char **ret_index_path,
                            struct tfeed_error *reterr)
{
    const char *slash = strrchr(path, '/');
    const char *name = index_dir != NULL && slash != NULL ? slash + 1 : path;
    const size_t dir_len = index_dir != NULL ? strlen(index_dir) : 0;
    const size_t name_len = strlen(name);
    const size_t n_bytes = dir_len + 1 + name_len + sizeof TFEED_INDEX_SUFFIX;
    char *index_path = tfi_alloc(allocator, n_bytes);
    if (index_path == NULL)
        return tfi_fail_memory(reterr, "the name of an index");
    char *at = index_path;
    if (dir_len > 0) {
        memcpy(at, index_dir, dir_len);
        at += dir_len;
        if (at[-1] != '/')
            *at++ = '/';
    }
    memcpy(at, name, name_len);
    memcpy(at + name_len, TFEED_INDEX_SUFFIX, sizeof TFEED_INDEX_SUFFIX);
    *ret_index_path = index_path;
    return TFEED_OK;
}

/* --- writing --------------------------------------------------------------------------------- */

static tfeed_status put(void *sink_data, const void *data, size_t len, struct tfeed_error *reterr)
{
    return tfi_output_append(sink_data, data, len, reterr);
}

static tfeed_status write_form(struct tfi_index_builder *builder,
                               const struct tfi_index_target *target,
                               const struct tfi_index_header *header,
                               const struct tfi_index_layout *layout, struct tfi_output *output,
                               struct tfeed_error *reterr)
{
    switch (target->form) {
    case TFEED_INDEX_PACKED:
        return index_pack(builder, header, layout, put, output, reterr);
    case TFEED_INDEX_TEXT:
        return index_text_write(builder, put, output, reterr);
    }
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown form %d of an index",
                    (int)target->form);
}

tfeed_status tfi_index_builder_write(struct tfi_index_builder *builder,
                                     const struct tfi_index_target *target,
                                     struct tfeed_error *reterr)
{
    struct index_input file;
    struct tfi_index_header header;
    struct tfi_index_layout layout;
    TFI_TRY(index_input_open(&file, target->file_system, target->path, builder->allocator, reterr));
    tfeed_status status =
        index_pack_header(builder, &file, target->compression, &header, &layout, reterr);
    index_input_close(&file);
    TFI_TRY(status);

    struct tfi_output output = {.files = NULL};
    const uint32_t flags = target->overwrite ? TFEED_OUTPUT_OVERWRITE : 0;
    TFI_TRY(tfi_output_open(&output, target->file_system, target->index_path, flags, 0,
                            builder->allocator, reterr));
    status = write_form(builder, target, &header, &layout, &output, reterr);
    if (status == TFEED_OK)
        return tfi_output_commit(&output, reterr);
    tfi_output_discard(&output);
    return status;
}
