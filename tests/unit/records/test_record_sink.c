/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_sink.c - records written to a function of the program.
 */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include <tfeed/io.h>
#include <tfeed/records.h>

#include "tests/support/support.h"

/* What a sink was given; it fails with `failure` from byte `limit` on. */
struct taken {
    uint8_t bytes[4096];
    size_t len;
    size_t limit;
    tfeed_status failure;
};

static tfeed_status take(void *user_data, const void *data, size_t len, struct tfeed_error *reterr)
{
    struct taken *taken = user_data;
    (void)reterr;
    if (len > taken->limit - taken->len)
        return taken->failure;
    memcpy(taken->bytes + taken->len, data, len);
    taken->len += len;
    return TFEED_OK;
}

static const char *const payloads[] = {"one", "", "three"};
enum { N_PAYLOADS = sizeof payloads / sizeof *payloads };

static tfeed_status write_payloads(const struct tfeed_record_writer_options *options)
{
    struct tfeed_record_writer *writer;
    tfeed_status status = tfeed_record_writer_open("a sink", options, &writer, NULL);
    if (status != TFEED_OK)
        return status;
    for (size_t i = 0; i < N_PAYLOADS && status == TFEED_OK; i++)
        status = tfeed_record_writer_write(writer, payloads[i], strlen(payloads[i]), NULL);
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, NULL);
    tfeed_record_writer_free(writer);
    return status;
}

/* Options that write to `sink`, whose table is put into *ret_files. */
static struct tfeed_record_writer_options options_for(const struct tfeed_sink *sink,
                                                      struct tfeed_file_system *ret_files)
{
    struct tfeed_record_writer_options options;
    tfeed_record_writer_options_init(&options);
    *ret_files = tfeed_sink_files(sink);
    options.file_system = ret_files;
    return options;
}

static void expect_same_as_file(enum tfeed_compression compression)
{
    struct taken taken = {.limit = sizeof taken.bytes};
    const struct tfeed_sink sink = {take, &taken};
    struct tfeed_file_system files;
    struct tfeed_record_writer_options options = options_for(&sink, &files);
    options.compression = compression;
    cr_assert_eq(write_payloads(&options), TFEED_OK);

    struct tfeed_memory_files *memory;
    cr_assert_eq(tfeed_memory_files_new(NULL, &memory, NULL), TFEED_OK);
    options.file_system = tfeed_memory_files_system(memory);
    cr_assert_eq(write_payloads(&options), TFEED_OK);
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(memory, "a sink", &content, NULL), TFEED_OK);
    cr_assert_eq(taken.len, content.len);
    cr_assert_eq(memcmp(taken.bytes, content.data, content.len), 0);
    tfeed_block_unref(content.block);
    tfeed_memory_files_free(memory);
    cr_assert_not(t_has_leaks());
}

Test(record_sink, bytes_equal_a_files)
{
    expect_same_as_file(TFEED_COMPRESSION_NONE);
    expect_same_as_file(TFEED_COMPRESSION_GZIP);
}

Test(record_sink, flush_hands_over_what_is_there)
{
    struct taken taken = {.limit = sizeof taken.bytes};
    const struct tfeed_sink sink = {take, &taken};
    struct tfeed_file_system files;
    const struct tfeed_record_writer_options options = options_for(&sink, &files);
    struct tfeed_record_writer *writer;
    cr_assert_eq(tfeed_record_writer_open("a sink", &options, &writer, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_write(writer, "one", 3, NULL), TFEED_OK);
    cr_assert_eq(taken.len, 0);
    cr_assert_eq(tfeed_record_writer_flush(writer, NULL), TFEED_OK);
    cr_assert_eq(taken.len, tfeed_record_writer_offset(writer));
    tfeed_record_writer_free(writer);
}

Test(record_sink, failure_of_the_function_is_the_writers)
{
    struct taken taken = {.limit = 10, .failure = TFEED_UNAVAILABLE};
    const struct tfeed_sink sink = {take, &taken};
    struct tfeed_file_system files;
    const struct tfeed_record_writer_options options = options_for(&sink, &files);
    cr_assert_eq(write_payloads(&options), TFEED_UNAVAILABLE);
    cr_assert_not(t_has_leaks());
}

Test(record_sink, what_must_be_read_again_is_unimplemented)
{
    struct taken taken = {.limit = sizeof taken.bytes};
    const struct tfeed_sink sink = {take, &taken};
    struct tfeed_file_system files;
    struct tfeed_record_writer_options options = options_for(&sink, &files);
    options.mode = TFEED_WRITE_APPEND;
    cr_assert_eq(write_payloads(&options), TFEED_UNIMPLEMENTED);
    options.mode = TFEED_WRITE_WHOLE;
    options.index = true;
    cr_assert_eq(write_payloads(&options), TFEED_UNIMPLEMENTED);
    cr_assert_not(t_has_leaks());
}
