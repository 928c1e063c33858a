/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_changes.c - files of records for fuzz targets.
 *
 * A change that only flips bits ends at the first checksum. So the stream is unpacked, changed,
 * given right checksums and packed again:
 *
 *      data ─▶ inflate ─▶ change ─▶ lengths that fit, checksums ─▶ deflate ─▶ data
 */
#include "tests/fuzz/record_changes.h"

#include <snappy-c.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/crc32c.h>

#include "io/stream_internal.h"
#include "records/record_frame_internal.h"
#include "tests/support/record_bytes.h"

/* --------------------------------------------------------------------- reading */

static void note_records(struct fuzz_reading *reading, const struct tfeed_record_view *views,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        reading->is_joined &= views[i].offset == reading->end;
        FUZZ_CHECK(views[i].offset >= reading->end);
        reading->end = views[i].offset + views[i].len + TFI_RECORD_OVERHEAD_BYTES;
        reading->n_records++;
        reading->n_bytes += views[i].len;
        reading->digest = tfeed_crc32c(reading->digest, &views[i].len, sizeof views[i].len);
        reading->digest = tfeed_crc32c(reading->digest, views[i].data, views[i].len);
    }
}

static tfeed_status read_some(struct tfeed_record_reader *reader, enum fuzz_read_by by,
                              struct fuzz_reading *reading)
{
    enum { RUN = 5 };
    struct tfeed_record_view views[RUN];
    size_t n = 1;
    const tfeed_status status = by == FUZZ_BY_RUN
                                    ? tfeed_record_reader_next_run(reader, views, RUN, &n, NULL)
                                    : tfeed_record_reader_next(reader, views, NULL);
    if (status == TFEED_OK)
        note_records(reading, views, n);
    return status;
}

struct fuzz_reading fuzz_read_records(const char *path,
                                      const struct tfeed_record_reader_options *options,
                                      enum fuzz_read_by by)
{
    struct tfeed_record_reader *reader;
    struct fuzz_reading reading = {.is_joined = true};
    struct tfeed_record_loss loss;
    tfeed_status status;
    FUZZ_CHECK(tfeed_record_reader_open(path, options, &reader, NULL) == TFEED_OK);
    do {
        while ((status = read_some(reader, by, &reading)) == TFEED_OK)
            continue;
        FUZZ_CHECK(read_some(reader, by, &reading) == status); /* it stays */
    } while (by == FUZZ_RESYNC && status == TFEED_DATA_LOSS &&
             tfeed_record_reader_resync(reader, &loss, NULL) == TFEED_OK);
    reading.status = status;
    reading.losses = tfeed_record_reader_losses(reader);
    reading.compression = tfeed_record_reader_compression(reader);
    tfeed_record_reader_close(reader);
    return reading;
}

bool fuzz_readings_equal(const struct fuzz_reading *a, const struct fuzz_reading *b)
{
    return a->n_records == b->n_records && a->digest == b->digest && a->end == b->end &&
           a->status == b->status;
}

size_t fuzz_records_limit(enum tfeed_compression compression, size_t size)
{
    /* deflate makes at most 1032 bytes of one, Snappy 64 of three */
    const size_t most = compression == TFEED_COMPRESSION_NONE     ? 1
                        : compression == TFEED_COMPRESSION_SNAPPY ? 32
                                                                  : 1032;
    return ((size_t)6 << 20) + 4 * most * size;
}

/* --------------------------------------------------------------------- changes */

enum { MAX_STREAM = 64 << 10 };

/* Lengths that the file cannot hold become ones that it can, and checksums right, most of them. */
static void mend_frames(uint8_t *stream, size_t size, uint64_t random)
{
    size_t at = 0;
    while (size - at >= TFI_RECORD_OVERHEAD_BYTES) {
        const size_t room = size - at - TFI_RECORD_OVERHEAD_BYTES;
        uint64_t len = tfi_load_le64(stream + at);
        random = random * 6364136223846793005 + 1442695040888963407;
        const unsigned dice = (unsigned)(random >> 60);
        if (len > room && dice > 0)
            len = (random >> 20) % (room + 1);
        if (dice != 1)
            tfi_record_header_store(stream + at, len);
        if (len > room)
            return;
        uint8_t *payload = stream + at + TFI_RECORD_PAYLOAD_OFFSET;
        if (dice != 2)
            tfi_record_footer_store(payload + len, payload, (size_t)len);
        at += TFI_RECORD_OVERHEAD_BYTES + (size_t)len;
    }
}

/* The beginning of the stream, as far as it can be read. */
static size_t unpack(const uint8_t *data, size_t size, enum tfeed_compression compression,
                     uint8_t stream_bytes[MAX_STREAM])
{
    static const char name[] = "unpacked";
    struct tfi_stream stream = {.path = NULL};
    fuzz_put(name, data, size);
    const struct tfi_stream_options options = {.file_system = fuzz_file_system()};
    FUZZ_CHECK(tfi_stream_open(&stream, name, &options, NULL) == TFEED_OK);
    FUZZ_CHECK(tfi_stream_start(&stream, compression, NULL) == TFEED_OK);
    (void)tfi_stream_fill(&stream, 0, MAX_STREAM, NULL); /* whatever there is */
    const struct tfi_window *window = tfi_stream_window(&stream);
    const size_t len = window->len < MAX_STREAM ? window->len : MAX_STREAM;
    if (len > 0)
        memcpy(stream_bytes, window->data, len);
    tfi_stream_clear(&stream);
    return len;
}

static uint8_t *pack(const uint8_t *stream, size_t size, enum tfeed_compression compression,
                     size_t *ret_size)
{
    enum { GZIP_WINDOW = 31, ZLIB_WINDOW = 15 };
    if (compression != TFEED_COMPRESSION_SNAPPY)
        return t_deflate(stream, size,
                         compression == TFEED_COMPRESSION_GZIP ? GZIP_WINDOW : ZLIB_WINDOW,
                         ret_size);
    enum { LENGTH_BYTES = 4, BYTE_BITS = 8 };
    size_t len = snappy_max_compressed_length(size);
    uint8_t *block = malloc(LENGTH_BYTES + len);
    FUZZ_CHECK(block != NULL);
    FUZZ_CHECK(snappy_compress((const char *)stream, size, (char *)block + LENGTH_BYTES, &len) ==
               SNAPPY_OK);
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        block[i] = (uint8_t)(len >> (BYTE_BITS * (LENGTH_BYTES - 1 - i)));
    *ret_size = LENGTH_BYTES + len;
    return block;
}

static size_t change_stream(uint8_t *data, size_t size, size_t max_size, unsigned seed,
                            enum tfeed_compression compression)
{
    static uint8_t stream[MAX_STREAM];
    size_t len = unpack(data, size, compression, stream), packed_len;
    len = LLVMFuzzerMutate(stream, len, sizeof stream);
    mend_frames(stream, len, seed);
    uint8_t *packed = pack(stream, len, compression, &packed_len);
    if (packed_len <= max_size) {
        memcpy(data, packed, packed_len);
        size = packed_len;
    }
    free(packed);
    return size;
}

static enum tfeed_compression recognise(const uint8_t *data, size_t size)
{
    static const char name[] = "recognised";
    struct tfeed_record_reader_options options;
    tfeed_record_reader_options_init(&options);
    options.file_system = fuzz_file_system();
    fuzz_put(name, data, size);
    const enum tfeed_compression found =
        fuzz_read_records(name, &options, FUZZ_ONE_BY_ONE).compression;
    return found == TFEED_COMPRESSION_AUTO ? TFEED_COMPRESSION_NONE : found;
}

size_t fuzz_change_records(uint8_t *data, size_t size, size_t max_size, unsigned seed,
                           enum tfeed_compression compression)
{
    enum { AS_IT_IS = 4 }; /* one in so many changes */
    if (seed % AS_IT_IS == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    if (compression == TFEED_COMPRESSION_AUTO)
        compression = recognise(data, size);
    if (compression != TFEED_COMPRESSION_NONE)
        return change_stream(data, size, max_size, seed, compression);
    size = LLVMFuzzerMutate(data, size, max_size);
    mend_frames(data, size, seed);
    return size;
}
