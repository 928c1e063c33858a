/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_copy.c - an open index, written again in either form. Every part is checked on its way: a
 * damaged index is not multiplied.
 */
#include "core/error_internal.h"
#include "io/output_internal.h"
#include "records/index_private.h"
#include "records/record_frame_internal.h"

/* One part of the packed form, as it is. */
static tfeed_status copy_part(struct tfeed_index *index, uint64_t offset, uint64_t len,
                              struct tfi_output *output, struct tfeed_error *reterr)
{
    const uint8_t *part;
    TFI_TRY(index_fetch_part(index, offset, (size_t)len, index->layout.index_bytes, &part, reterr));
    return tfi_output_append(output, part, (size_t)len, reterr);
}

static tfeed_status copy_keys(struct tfeed_index *index, struct tfi_output *output,
                              struct tfeed_error *reterr)
{
    const struct tfi_index_layout *layout = &index->layout;
    uint64_t at = layout->keys_offset + layout->key_head_bytes;
    TFI_TRY(copy_part(index, layout->keys_offset, layout->key_head_bytes, output, reterr));
    while (at < layout->index_bytes) {
        const uint64_t left = layout->index_bytes - at;
        const uint64_t len = left < layout->key_block_bytes ? left : layout->key_block_bytes;
        TFI_TRY(copy_part(index, at, len, output, reterr));
        at += len;
    }
    return TFEED_OK;
}

/* A record must begin where the one before ended, *end, which becomes its own end; the first one
 * at 0. */
static tfeed_status follow(struct tfeed_index *index, uint64_t record, uint64_t *end,
                           struct tfeed_error *reterr)
{
    struct tfeed_record_place place;
    TFI_TRY(index_locate(index, record, index->layout.keys_offset, &place, reterr));
    if (place.offset != *end)
        return index_fail_damaged(index, index_block_offset(index, index->block),
                                  "its records do not follow one another", reterr);
    *end = place.offset + place.len + TFI_RECORD_OVERHEAD_BYTES;
    return TFEED_OK;
}

/* Inside a block records follow one another by themselves. */
static tfeed_status follow_block(struct tfeed_index *index, uint64_t block, uint64_t *end,
                                 struct tfeed_error *reterr)
{
    const uint64_t first = block * TFI_INDEX_BLOCK_RECORDS;
    const uint64_t left = index->header.n_records - first;
    const uint64_t n = left < TFI_INDEX_BLOCK_RECORDS ? left : TFI_INDEX_BLOCK_RECORDS;
    TFI_TRY(follow(index, first, end, reterr));
    if (n > 1) {
        struct tfeed_record_place last;
        TFI_TRY(index_locate(index, first + n - 1, index->layout.keys_offset, &last, reterr));
        *end = last.offset + last.len + TFI_RECORD_OVERHEAD_BYTES;
    }
    return TFEED_OK;
}

static tfeed_status write_packed(struct tfeed_index *index, struct tfi_output *output,
                                 struct tfeed_error *reterr)
{
    uint8_t header[TFI_INDEX_HEADER_BYTES];
    tfi_index_header_store(header, &index->header);
    TFI_TRY(tfi_output_append(output, header, sizeof header, reterr));
    uint64_t end = 0;
    for (uint64_t block = 0; block < index->layout.n_blocks; block++) {
        TFI_TRY(follow_block(index, block, &end, reterr));
        TFI_TRY(copy_part(index, index_block_offset(index, block), index_block_bytes(index, block),
                          output, reterr));
    }
    return index->header.key_name_bytes > 0 ? copy_keys(index, output, reterr) : TFEED_OK;
}

static tfeed_status write_text(struct tfeed_index *index, struct tfi_output *output,
                               struct tfeed_error *reterr)
{
    uint64_t end = 0;
    for (uint64_t record = 0; record < index->header.n_records; record++) {
        const uint64_t offset = end;
        char line[INDEX_LINE_BYTES];
        TFI_TRY(follow(index, record, &end, reterr));
        const size_t len = index_text_line(line, offset, end - offset);
        TFI_TRY(tfi_output_append(output, line, len, reterr));
    }
    return TFEED_OK;
}

tfeed_status tfeed_index_write(struct tfeed_index *index, const char *path,
                               enum tfeed_index_form form, bool overwrite,
                               struct tfeed_error *reterr)
{
    struct tfi_output output = {.files = NULL};
    const uint32_t flags = overwrite ? TFEED_OUTPUT_OVERWRITE : 0;
    if ((unsigned)form > TFEED_INDEX_TEXT)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown form %d of an index", (int)form);
    TFI_TRY(tfi_output_open(&output, index->file.files, path, flags, 0, index->allocator, reterr));
    const tfeed_status status = form == TFEED_INDEX_TEXT ? write_text(index, &output, reterr)
                                                         : write_packed(index, &output, reterr);
    if (status == TFEED_OK)
        return tfi_output_commit(&output, reterr);
    tfi_output_discard(&output);
    return status;
}
