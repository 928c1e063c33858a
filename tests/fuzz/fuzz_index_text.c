/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_index_text.c - bytes as the index of a file of records, in the text form of other loaders.
 *
 * One that is opened fits the file; written as a text it is the same index, and packed too.
 */
#include <string.h>

#include "records/record_frame_internal.h"
#include "tests/fuzz/fuzz.h"

#include <tfeed/index.h>

enum { N_RECORDS = 6, LEN = 5, FRAME = LEN + TFI_RECORD_OVERHEAD_BYTES };

static const char path[] = "listed", text[] = "again.text", packed[] = "again.tfidx";

static void put_file(void)
{
    static uint8_t file[N_RECORDS * FRAME];
    if (file[0] != 0)
        return;
    for (size_t i = 0; i < N_RECORDS; i++) {
        uint8_t *frame = file + i * FRAME;
        tfi_record_header_store(frame, LEN);
        memset(frame + TFI_RECORD_PAYLOAD_OFFSET, (int)i, LEN);
        tfi_record_footer_store(frame + TFI_RECORD_PAYLOAD_OFFSET + LEN,
                                frame + TFI_RECORD_PAYLOAD_OFFSET, LEN);
    }
    fuzz_put(path, file, sizeof file);
}

/* Every record is where the index says. */
static void expect_right(struct tfeed_index *index)
{
    struct tfeed_record_view view;
    FUZZ_CHECK(tfeed_index_count(index) == N_RECORDS);
    for (uint64_t i = 0; i < N_RECORDS; i++) {
        FUZZ_CHECK(tfeed_index_read(index, i, &view, NULL) == TFEED_OK);
        FUZZ_CHECK(view.offset == i * FRAME && view.len == LEN);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tfeed_index_options options;
    struct tfeed_index *index;
    struct tfeed_record_view view;
    struct t_allocator memory;
    put_file();
    fuzz_put("listed.tfidx", data, size);
    fuzz_memory_start(&memory, ((size_t)6 << 20) + 64 * size);
    tfeed_index_options_init(&options);
    options.file_system = fuzz_file_system();
    options.allocator = &memory.hooks;
    if (tfeed_index_open(path, &options, &index, NULL) == TFEED_OK) {
        const uint64_t n = tfeed_index_count(index);
        bool is_right = n == N_RECORDS;
        for (uint64_t i = 0; i < n && i < N_RECORDS; i++)
            is_right &= tfeed_index_read(index, i, &view, NULL) == TFEED_OK;
        if (is_right) {
            expect_right(index);
            FUZZ_CHECK(tfeed_index_write(index, text, TFEED_INDEX_TEXT, true, NULL) == TFEED_OK);
            FUZZ_CHECK(tfeed_index_write(index, packed, TFEED_INDEX_PACKED, true, NULL) ==
                       TFEED_OK);
        }
        tfeed_index_close(index);
        for (int form = 0; is_right && form < 2; form++) {
            options.index_path = form == 0 ? text : packed;
            FUZZ_CHECK(tfeed_index_open(path, &options, &index, NULL) == TFEED_OK);
            expect_right(index);
            tfeed_index_close(index);
        }
    }
    fuzz_memory_end(&memory);
    return 0;
}
