/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_index.c - bytes as the index of a file of records, in the packed form.
 *
 * Whatever the index says: no record outside the file is given, and what it gives has its
 * checksums. One that is opened is written and opened again: the same places.
 */
#include <stdlib.h>
#include <string.h>

#include "records/index_format_internal.h"
#include "records/index_internal.h"
#include "records/record_frame_internal.h"
#include "tests/fuzz/fuzz.h"

enum { N_RECORDS = 2100, MAX_LEN = 40, MANY = 8 };

static const char path[] = "indexed", again[] = "again.tfidx";
static size_t file_size;

/* Three blocks of records, of changing lengths. */
static void put_file(void)
{
    static uint8_t file[N_RECORDS * (MAX_LEN + TFI_RECORD_OVERHEAD_BYTES)];
    if (file_size > 0)
        return;
    for (size_t i = 0; i < N_RECORDS; i++) {
        const size_t len = i * 7 % MAX_LEN;
        uint8_t *frame = file + file_size;
        tfi_record_header_store(frame, len);
        memset(frame + TFI_RECORD_PAYLOAD_OFFSET, (int)i, len);
        tfi_record_footer_store(frame + TFI_RECORD_PAYLOAD_OFFSET + len,
                                frame + TFI_RECORD_PAYLOAD_OFFSET, len);
        file_size += len + TFI_RECORD_OVERHEAD_BYTES;
    }
    fuzz_put(path, file, file_size);
}

/* ------------------------------------------------------------------------- asking */

static void ask_places(struct tfeed_index *index, uint64_t n)
{
    enum { STEP = 37, FILE_STEP = 1777, N_PARTS = 5 };
    struct tfeed_record_view view;
    struct tfeed_record_range range;
    uint64_t record;
    for (uint64_t i = 0; i < n && i < N_RECORDS; i += STEP)
        if (tfeed_index_read(index, i, &view, NULL) == TFEED_OK)
            FUZZ_CHECK(view.offset + view.len + TFI_RECORD_OVERHEAD_BYTES <= file_size);
    for (uint64_t offset = 0; offset < file_size; offset += FILE_STEP)
        if (tfeed_index_find(index, offset, &record, NULL) == TFEED_OK)
            FUZZ_CHECK(record <= n);
    const bool is_plain = tfeed_index_info_get(index)->compression == TFEED_COMPRESSION_NONE;
    for (uint64_t part = 0; part < N_PARTS; part++)
        for (int split = TFEED_SPLIT_RECORDS; split <= TFEED_SPLIT_BYTES; split++)
            if (tfeed_index_split(index, part, N_PARTS, (enum tfeed_split)split, &range, NULL) ==
                TFEED_OK) {
                FUZZ_CHECK(range.first <= n && range.n_records <= n - range.first);
                FUZZ_CHECK(!is_plain || range.offset + range.n_bytes <= file_size);
            }
}

static void ask_keys(struct tfeed_index *index, uint64_t n)
{
    enum { MOST = 5000 };
    struct tfi_index_match match = {.hash = tfi_index_hash(TFI_INDEX_KEY_BYTES, NULL, 0)};
    struct tfeed_record_view view;
    uint64_t record;
    for (int i = 0; i < MOST && tfi_index_match_next(index, &match, &record, NULL) == TFEED_OK; i++)
        FUZZ_CHECK(record < n);
    (void)!tfeed_index_read(index, n, &view, NULL);
}

static void ask_many(struct tfeed_index *index, uint64_t n)
{
    enum { FAR = 7919 };
    uint64_t records[MANY];
    struct tfeed_record_view views[MANY];
    for (uint64_t i = 0; i < MANY; i++)
        records[i] = i * FAR % n;
    if (tfeed_index_read_many(index, records, MANY, views, NULL) == TFEED_OK)
        for (size_t i = 0; i < MANY; i++)
            FUZZ_CHECK(views[i].record == records[i]);
}

/* Offsets rise by a frame at least; NULL: the index is damaged. */
static uint64_t *offsets_of(struct tfeed_index *index, uint64_t n)
{
    uint64_t *offsets = malloc((n + 1) * sizeof *offsets);
    FUZZ_CHECK(offsets != NULL);
    if (tfi_index_offsets(index, 0, n, offsets, NULL) != TFEED_OK) {
        free(offsets);
        return NULL;
    }
    for (uint64_t i = 1; i < n; i++)
        FUZZ_CHECK(offsets[i] >= offsets[i - 1] + TFI_RECORD_OVERHEAD_BYTES);
    return offsets;
}

static void expect_written_again(struct tfeed_index *index, enum tfeed_index_form form,
                                 const struct tfeed_index_options *options)
{
    const uint64_t n = tfeed_index_count(index);
    struct tfeed_index *copy;
    uint64_t *offsets = offsets_of(index, n);
    const tfeed_status written = tfeed_index_write(index, again, form, true, NULL);
    if (offsets == NULL) {
        FUZZ_CHECK(written != TFEED_OK);
        return;
    }
    struct tfeed_index_options of_copy = *options;
    of_copy.index_path = again;
    if (written == TFEED_OK && tfeed_index_open(path, &of_copy, &copy, NULL) == TFEED_OK) {
        FUZZ_CHECK(tfeed_index_count(copy) == n);
        uint64_t *of_it = offsets_of(copy, n);
        FUZZ_CHECK(of_it != NULL && (n == 0 || memcmp(of_it, offsets, n * sizeof *offsets) == 0));
        free(of_it);
        tfeed_index_close(copy);
    } else {
        /* a text has no place for what it is the index of: it must fit this file */
        FUZZ_CHECK(form == TFEED_INDEX_TEXT || written != TFEED_OK);
    }
    free(offsets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST_RECORDS = 100000 };
    struct tfeed_index_options options;
    struct tfeed_index *index;
    struct t_allocator memory;
    put_file();
    fuzz_put("indexed.tfidx", data, size);
    /* a byte of a packed index may be 8 of offsets; a writer has its buffer */
    fuzz_memory_start(&memory, ((size_t)6 << 20) + 64 * size);
    tfeed_index_options_init(&options);
    options.file_system = fuzz_file_system();
    options.allocator = &memory.hooks;
    if (tfeed_index_open(path, &options, &index, NULL) == TFEED_OK) {
        const uint64_t n = tfeed_index_count(index);
        ask_places(index, n);
        ask_keys(index, n);
        if (n > 0)
            ask_many(index, n);
        if (n < MOST_RECORDS) {
            expect_written_again(index, TFEED_INDEX_PACKED, &options);
            expect_written_again(index, TFEED_INDEX_TEXT, &options);
        }
        tfeed_index_close(index);
    }
    fuzz_memory_end(&memory);
    return 0;
}

/* ------------------------------------------------------------------------ changes */

/* The checksums of n parts of whole_bytes each (the last one shorter) from `at` on. */
static size_t mend_parts(uint8_t *data, size_t size, size_t at, uint64_t n, size_t whole_bytes,
                         size_t end)
{
    for (uint64_t i = 0; i < n && at < end; i++) {
        const size_t len = whole_bytes < end - at ? whole_bytes : end - at;
        if (len < TFI_INDEX_CRC_BYTES || at + len > size)
            break;
        tfi_store_le32(data + at, tfi_index_part_crc(data + at, len));
        at += len;
    }
    return at;
}

static void mend(uint8_t *data, size_t size)
{
    struct tfi_index_header header;
    struct tfi_index_layout layout;
    bool is_newer;
    if (size < TFI_INDEX_HEADER_BYTES)
        return;
    const size_t crc_end = TFI_INDEX_MAGIC_BYTES + TFI_INDEX_CRC_BYTES;
    tfi_store_le32(data + TFI_INDEX_MAGIC_BYTES,
                   tfi_crc32c_masked(data + crc_end, TFI_INDEX_HEADER_BYTES - crc_end));
    if (tfi_index_header_load(data, &header, &layout, &is_newer) != NULL ||
        layout.index_bytes > size)
        return;
    (void)mend_parts(data, size, TFI_INDEX_HEADER_BYTES, layout.n_blocks,
                     (size_t)layout.block_bytes, (size_t)layout.keys_offset);
    if (layout.key_head_bytes == 0)
        return;
    const size_t blocks = (size_t)(layout.keys_offset + layout.key_head_bytes);
    (void)mend_parts(data, size, (size_t)layout.keys_offset, 1, (size_t)layout.key_head_bytes,
                     blocks);
    (void)mend_parts(data, size, blocks, layout.n_key_blocks, (size_t)layout.key_block_bytes,
                     (size_t)layout.index_bytes);
}

/* The header and the first bytes of each part say most. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    enum { AS_IT_IS = 8, HEAD = 2 };
    const unsigned dice = seed % AS_IT_IS;
    if (dice == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    if (dice <= HEAD && size > TFI_INDEX_HEADER_BYTES)
        (void)LLVMFuzzerMutate(data + TFI_INDEX_MAGIC_BYTES,
                               TFI_INDEX_HEADER_BYTES - TFI_INDEX_MAGIC_BYTES,
                               TFI_INDEX_HEADER_BYTES - TFI_INDEX_MAGIC_BYTES);
    else
        size = LLVMFuzzerMutate(data, size, max_size);
    mend(data, size);
    return size;
}
