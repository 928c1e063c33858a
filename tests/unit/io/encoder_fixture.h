/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * encoder_fixture.h - an encoder in front of a scripted disk.
 */
#ifndef ENCODER_FIXTURE_H
#define ENCODER_FIXTURE_H

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "io/encoder_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"
#include "tests/unit/io/stream_fixture.h"

struct encoder_fixture {
    struct t_scripted_files files;
    struct tfi_output output;
    struct tfi_encoder_options options;
    struct tfi_encoder encoder;
    struct tfeed_error error;
};

static inline void encoder_fixture_init(struct encoder_fixture *fixture,
                                        enum tfeed_compression compression, unsigned n_threads)
{
    *fixture = (struct encoder_fixture){
        .options = {.compression = compression,
                    .deflate = {.level = -1,
                                .window_bits = compression == TFEED_COMPRESSION_GZIP ? 31 : 15,
                                .mem_level = 9},
                    .n_threads = n_threads},
        .error = TFEED_ERROR_INIT};
    t_scripted_files_init(&fixture->files, NULL, 0);
}

static inline void encoder_fixture_open(struct encoder_fixture *fixture)
{
    cr_assert_eq(tfi_output_open(&fixture->output, &fixture->files.table, "f", 0, 0, NULL, NULL),
                 TFEED_OK);
    cr_assert_eq(tfi_encoder_open(&fixture->encoder, &fixture->options, &fixture->output, NULL,
                                  &fixture->error),
                 TFEED_OK, "%s", fixture->error.message);
}

/* Appends all bytes by `step`. */
static inline void encoder_fixture_append(struct encoder_fixture *fixture, const uint8_t *data,
                                          size_t len, size_t step)
{
    for (size_t i = 0; i < len; i += step)
        cr_assert_eq(tfi_encoder_append(&fixture->encoder, data + i,
                                        step < len - i ? step : len - i, &fixture->error),
                     TFEED_OK, "%s", fixture->error.message);
}

static inline void encoder_fixture_flush(struct encoder_fixture *fixture)
{
    cr_assert_eq(tfi_encoder_flush(&fixture->encoder, &fixture->error), TFEED_OK);
    cr_assert_eq(tfi_output_flush(&fixture->output, NULL), TFEED_OK);
}

static inline void encoder_fixture_finish(struct encoder_fixture *fixture)
{
    cr_assert_eq(tfi_encoder_finish(&fixture->encoder, &fixture->error), TFEED_OK);
    cr_assert_eq(tfi_output_flush(&fixture->output, NULL), TFEED_OK);
}

/* What was written holds these bytes, and ends so. */
static inline void encoder_fixture_expect(const struct encoder_fixture *fixture, const void *data,
                                          size_t len, enum tfi_stream_end end)
{
    struct stream_fixture stream;
    stream_fixture_init(&stream, fixture->files.written, fixture->files.n_written);
    stream_fixture_open(&stream, fixture->options.compression);
    cr_assert_eq(stream_fixture_drain(&stream, 5000), TFEED_OUT_OF_RANGE);
    cr_assert_eq(stream.stream.end, end);
    stream_fixture_expect(&stream, data, len);
    stream_fixture_clear(&stream);
}

static inline void encoder_fixture_clear(struct encoder_fixture *fixture)
{
    tfi_encoder_close(&fixture->encoder);
    tfi_output_discard(&fixture->output);
    t_scripted_files_clear(&fixture->files);
    cr_assert_not(t_has_leaks());
}

/* `len` bytes that compress by half. */
static inline uint8_t *encoder_bytes(size_t len)
{
    uint8_t *bytes = malloc(len + 1);
    cr_assert_not_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = t_pattern(3, i) & 0x0f;
    return bytes;
}

#endif
