/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stream_fixture.h - a stream over bytes made for a test.
 */
#ifndef STREAM_FIXTURE_H
#define STREAM_FIXTURE_H

#include <criterion/criterion.h>

#include "io/stream_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

struct stream_fixture {
    struct t_scripted_files files;
    struct tfi_stream_options options;
    struct tfi_stream stream;
    struct tfeed_error error;
    uint8_t *out; /* what came out */
    size_t n_out;
    size_t capacity;
};

static inline void stream_fixture_init(struct stream_fixture *fixture, const void *data, size_t len)
{
    *fixture = (struct stream_fixture){.error = TFEED_ERROR_INIT};
    t_scripted_files_init(&fixture->files, data, len);
    fixture->options.file_system = &fixture->files.table;
}

static inline void stream_fixture_open(struct stream_fixture *fixture,
                                       enum tfeed_compression compression)
{
    cr_assert_eq(tfi_stream_open(&fixture->stream, "f", &fixture->options, &fixture->error),
                 TFEED_OK);
    cr_assert_eq(tfi_stream_start(&fixture->stream, compression, &fixture->error), TFEED_OK);
}

/* Takes everything out, by `step` bytes; returns what ended it. */
static inline tfeed_status stream_fixture_drain(struct stream_fixture *fixture, size_t step)
{
    size_t n_used = 0;
    tfeed_status status;
    fixture->n_out = 0;
    do {
        status = tfi_stream_fill(&fixture->stream, n_used, step, &fixture->error);
        const struct tfi_window *window = tfi_stream_window(&fixture->stream);
        n_used = window->len < step ? window->len : step;
        cr_assert_eq(window->offset, fixture->n_out);
        if (fixture->n_out + n_used > fixture->capacity) {
            fixture->capacity = 2 * (fixture->n_out + n_used);
            fixture->out = realloc(fixture->out, fixture->capacity);
            cr_assert_not_null(fixture->out);
        }
        if (n_used > 0)
            memcpy(fixture->out + fixture->n_out, window->data, n_used);
        fixture->n_out += n_used;
    } while (status == TFEED_OK);
    return status;
}

static inline void stream_fixture_expect(const struct stream_fixture *fixture, const void *data,
                                         size_t len)
{
    cr_assert_eq(fixture->n_out, len, "%zu bytes", fixture->n_out);
    cr_assert(len == 0 || memcmp(fixture->out, data, len) == 0);
}

static inline void stream_fixture_clear(struct stream_fixture *fixture)
{
    tfi_stream_clear(&fixture->stream);
    cr_assert_eq(fixture->files.n_open_inputs, 0);
    free(fixture->out);
    fixture->out = NULL;
    cr_assert_not(t_has_leaks());
}

#endif
