/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pairs_inflate.c - compressed files through the library that tfeed inflates them with: a mapped
 * file, a buffer, and a loop.
 */
#define ZLIB_CONST
#include <zlib.h>
#ifdef TFI_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/pairs.h"

enum { OUT_BYTES = 256 << 10 };

/* Both inflate every member; false: it is damaged, or there is no memory. */

#ifdef TFI_HAVE_ISAL
static bool inflate_by_isal(const uint8_t *data, size_t len, uint8_t *out, uint64_t *ret_bytes)
{
    struct inflate_state *state = malloc(sizeof *state);
    int result = state ? ISAL_DECOMP_OK : -1;
    bool is_new = true;

    while (result == ISAL_DECOMP_OK && (len > 0 || !is_new)) {
        if (is_new) {
            isal_inflate_init(state);
            state->crc_flag = ISAL_GZIP;
            is_new = false;
        }
        const uint32_t n_in = len < UINT32_MAX ? (uint32_t)len : UINT32_MAX;
        state->next_in = (uint8_t *)(uintptr_t)data; /* it reads only */
        state->avail_in = n_in;
        state->next_out = out;
        state->avail_out = OUT_BYTES;
        result = isal_inflate(state);
        data += n_in - state->avail_in;
        len -= n_in - state->avail_in;
        *ret_bytes += OUT_BYTES - state->avail_out;
        is_new = state->block_state == ISAL_BLOCK_FINISH;
        if (!is_new && len == 0 && state->avail_out == OUT_BYTES)
            result = -1;
    }
    free(state);
    return result == ISAL_DECOMP_OK;
}
#endif

static bool inflate_by_zlib(const uint8_t *data, size_t len, uint8_t *out, uint64_t *ret_bytes)
{
    enum { EITHER_CONTAINER = 32 };
    z_stream stream = {0};
    int result = inflateInit2(&stream, MAX_WBITS + EITHER_CONTAINER);

    while (result == Z_OK && len > 0) {
        const uInt n_in = len < UINT_MAX ? (uInt)len : UINT_MAX;
        stream.next_in = data;
        stream.avail_in = n_in;
        stream.next_out = out;
        stream.avail_out = OUT_BYTES;
        result = inflate(&stream, Z_NO_FLUSH);
        data += n_in - stream.avail_in;
        len -= n_in - stream.avail_in;
        *ret_bytes += OUT_BYTES - stream.avail_out;
        if (result == Z_STREAM_END && len > 0)
            result = inflateReset(&stream);
    }
    (void)inflateEnd(&stream);
    return result == Z_STREAM_END;
}

static bool inflate_file(const struct bench_ground *ground, const char *name, uint8_t *out,
                         uint64_t *ret_bytes)
{
    const int fd = open(name, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *map = MAP_FAILED;
    bool is_done = false;

    if (fd >= 0 && fstat(fd, &status) == 0)
        map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED) {
#ifdef TFI_HAVE_ISAL
        if (ground->compression == TFEED_COMPRESSION_GZIP)
            is_done = inflate_by_isal(map, (size_t)status.st_size, out, ret_bytes);
        else
#endif
            is_done = inflate_by_zlib(map, (size_t)status.st_size, out, ret_bytes);
        munmap(map, (size_t)status.st_size);
    }
    if (fd >= 0)
        close(fd);
    (void)ground;
    return is_done;
}

tfeed_status bench_side_inflate(struct bench_ground *ground, double *ret_seconds,
                                struct tfeed_error *reterr)
{
    const uint64_t frame_bytes = TFEED_RECORD_HEADER_BYTES + TFEED_RECORD_FOOTER_BYTES;
    const uint64_t n_expected = ground->sums.payload_bytes + frame_bytes * ground->sums.records;
    const double start = bench_now();
    uint64_t n_bytes = 0;
    uint8_t *out = malloc(OUT_BYTES);

    if (!out)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    bool is_done = true;
    for (size_t i = 0; i < ground->options->n_names && is_done; i++)
        is_done = inflate_file(ground, ground->options->names[i], out, &n_bytes);
    *ret_seconds = bench_now() - start;
    free(out);
    if (is_done && n_bytes == n_expected)
        return TFEED_OK;
    return bench_fail(reterr, TFEED_INTERNAL, "the library alone gave %llu bytes, expected %llu",
                      (unsigned long long)n_bytes, (unsigned long long)n_expected);
}
