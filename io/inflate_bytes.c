/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inflate_bytes.c - a gzip or zlib stream that is in memory, inflated at once.
 *
 * Always by zlib, whatever files are read with: how much a cut stream gives depends on the
 * inflater, and zlib's is what TensorFlow gives.
 *
 * Memory is asked for as bytes come, never by what the stream says of itself.
 */
#include "io/inflate_bytes_internal.h"

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/inflate_private.h"

/* The room for the next run: what was enough for most, then as much again as there is, and all that
 * the buffer has by then, but one byte more than the limit at most: whoever fills that exceeds it.
 */
static tfeed_status make_room(struct tfi_byte_buffer *inflated, size_t n_given, size_t max_bytes,
                              size_t *ret_room, struct tfeed_error *reterr)
{
    enum { FIRST_ROOM = 4096 };
    size_t room = n_given > FIRST_ROOM ? n_given : FIRST_ROOM;
    if (room > max_bytes - n_given)
        room = max_bytes - n_given + 1;
    TFI_TRY(tfi_byte_buffer_reserve(inflated, room, reterr));
    room = inflated->capacity - inflated->len;
    *ret_room = room <= max_bytes - n_given ? room : max_bytes - n_given + 1;
    return TFEED_OK;
}

/* What is wrong after a run; TFEED_OK: nothing. */
static tfeed_status check_run(enum tfi_inflate_result result,
                              const struct tfi_inflate_buffers *buffers, struct tfeed_error *reterr)
{
    if (result == TFI_INFLATE_DAMAGED)
        return tfi_fail(reterr, TFEED_DATA_LOSS, "%s", buffers->detail);
    if (result == TFI_INFLATE_NO_MEMORY)
        return tfi_fail_memory(reterr, "inflating");
    return TFEED_OK;
}

/* True after the last run: the stream has ended, or what there is of it. */
static bool is_over(enum tfi_inflate_result result, const struct tfi_inflate_buffers *buffers)
{
    return result == TFI_INFLATE_END || (buffers->avail_in == 0 && buffers->avail_out > 0);
}

/* One byte more than max_bytes stands for more. */
static tfeed_status inflate_all(void *inflater, const uint8_t *data, size_t len, size_t max_bytes,
                                struct tfi_byte_buffer *inflated, struct tfeed_error *reterr)
{
    struct tfi_inflate_buffers buffers = {.next_in = data, .avail_in = len};
    size_t n_given = 0;
    for (;;) {
        size_t room;
        TFI_TRY(make_room(inflated, n_given, max_bytes, &room, reterr));
        buffers.next_out = inflated->data + inflated->len;
        buffers.avail_out = room;
        const enum tfi_inflate_result result = tfi_inflate_by_zlib.run(inflater, &buffers);
        const size_t n_new = room - buffers.avail_out;
        inflated->len += n_new;
        n_given += n_new;
        TFI_TRY(check_run(result, &buffers, reterr));
        if (n_given > max_bytes || is_over(result, &buffers))
            return TFEED_OK;
    }
}

tfeed_status tfi_inflate_bytes(const uint8_t *data, size_t len, bool is_gzip, size_t max_bytes,
                               struct tfi_byte_buffer *inflated, struct tfeed_error *reterr)
{
    const size_t start = inflated->len;
    if (len == 0)
        return TFEED_OK;
    void *inflater = tfi_inflate_by_zlib.open(is_gzip, inflated->allocator);
    if (inflater == NULL)
        return tfi_fail_memory(reterr, "inflating");
    const tfeed_status status = inflate_all(inflater, data, len, max_bytes, inflated, reterr);
    tfi_inflate_by_zlib.close(inflater);
    if (status == TFEED_OK && inflated->len - start > max_bytes)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "inflates to more than the limit of %zu bytes", max_bytes);
    return status;
}

/* ------------------------------------------------------- one after the other */

struct tfi_bytes_inflater {
    const struct tfeed_allocator *allocator;
    void *engine;
};

struct tfi_bytes_inflater *tfi_bytes_inflater_new(bool is_gzip,
                                                  const struct tfeed_allocator *allocator)
{
    struct tfi_bytes_inflater *inflater = tfi_alloc(allocator, sizeof *inflater);
    if (inflater == NULL)
        return NULL;
    inflater->allocator = allocator;
    inflater->engine = tfi_inflate_by_zlib.open(is_gzip, allocator);
    if (inflater->engine != NULL)
        return inflater;
    tfi_free(allocator, inflater);
    return NULL;
}

void tfi_bytes_inflater_free(struct tfi_bytes_inflater *inflater)
{
    if (inflater == NULL)
        return;
    tfi_inflate_by_zlib.close(inflater->engine);
    tfi_free(inflater->allocator, inflater);
}

tfeed_status tfi_bytes_inflater_run(struct tfi_bytes_inflater *inflater, const uint8_t *data,
                                    size_t len, uint8_t *to, size_t room, size_t *ret_len,
                                    struct tfeed_error *reterr)
{
    struct tfi_inflate_buffers buffers = {
        .next_in = data, .avail_in = len, .next_out = to, .avail_out = room};
    size_t n_given = 0;
    uint8_t beyond;
    tfi_inflate_by_zlib.reset(inflater->engine);
    while (len > 0 && n_given <= room) {
        if (buffers.avail_out == 0) { /* one byte more says whether there is more */
            buffers.next_out = &beyond;
            buffers.avail_out = 1;
        }
        const size_t avail = buffers.avail_out;
        const enum tfi_inflate_result result = tfi_inflate_by_zlib.run(inflater->engine, &buffers);
        n_given += avail - buffers.avail_out;
        TFI_TRY(check_run(result, &buffers, reterr));
        if (is_over(result, &buffers))
            break;
    }
    *ret_len = n_given;
    return TFEED_OK;
}

tfeed_status tfi_bytes_inflater_append(struct tfi_bytes_inflater *inflater, const uint8_t *data,
                                       size_t len, size_t max_bytes,
                                       struct tfi_byte_buffer *inflated, struct tfeed_error *reterr)
{
    if (len == 0)
        return TFEED_OK;
    tfi_inflate_by_zlib.reset(inflater->engine);
    return inflate_all(inflater->engine, data, len, max_bytes, inflated, reterr);
}
