/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * encoder_threads.c - compression on threads of its own, piece by piece.
 *
 *    caller              threads               caller
 *    appends             compress              writes, in order
 *    ┌────────┐  ready   ┌────────┐   done     ┌────────┐
 *    │ filling│ ───────▶ │  taken │ ─────────▶ │ oldest │ ─▶ output
 *    └────────┘          └────────┘            └────────┘
 *    n_ready ────────────▶ n_taken ───────────▶ n_written      (each counts pieces; a ring holds them)
 *
 * Pieces are cut by bytes alone, so what is written does not depend on how many threads there are.
 *
 * GZIP and ZLIB: a piece is raw deflate that begins with the last 32 KiB of the piece before as its
 * dictionary and ends, at a byte, with a sync flush; header, pieces and trailer make one ordinary
 * stream, in which the checksums of the pieces are joined. (One member, since TensorFlow 1.15 reads
 * no second one.) SNAPPY: a piece is a block, the bytes are those of the encoder without threads.
 *
 * Invariants
 *   (1) n_written <= n_taken <= n_ready <= n_written + n_pieces - 1: the piece that is being filled
 *       is the caller's.
 *   (2) Of a piece that is ready, bytes and lengths do not change until it is written; the caller
 *       may read them meanwhile, as the next piece's dictionary.
 *
 * Threads: one mutex guards n_ready, n_taken, is_stopped and every is_done; output and all else are
 *          the caller's. Nobody else writes: a failed write is met on the caller's thread.
 * Follows: pigz, for the way to join pieces.
 */
#include <stdint.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/byte_order_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "io/encoder_private.h"
#include "io/zlib_private.h"

enum {
    PIECE_BYTES = TFI_DEFLATE_INPUT_BYTES,
    DICTIONARY_BYTES = 32 << 10, /* as far back as deflate looks */
    SYNC_BYTES = 64,             /* more than a flush adds to the bound of deflate */
    EXTRA_PIECES = 2,            /* one that fills, one that is done while others are compressed */
};

struct piece {
    uint8_t *input;      /* [DICTIONARY_BYTES][PIECE_BYTES] */
    size_t n_dictionary; /* directly before the piece's bytes */
    size_t n_bytes;
    bool ends_stream;
    uint8_t *output;
    size_t n_output;
    uint32_t check; /* crc32 or adler32 of its bytes alone */
    bool is_wrong;  /* zlib failed: never seen */
    bool is_done;   /* guarded by the mutex */
};

struct compressor; /* one of our threads */

struct threads {
    const struct tfeed_allocator *allocator;
    struct tfi_output *output;
    enum tfeed_compression compression;
    struct tfi_deflate_options deflate;
    bool in_members;
    size_t output_room; /* of each piece */

    struct piece *pieces;
    size_t n_pieces;
    struct compressor *compressors;
    unsigned n_compressors; /* that have started */

    /* the caller's */
    uint64_t n_written;
    bool is_inside; /* bytes were appended to a stream that has not ended */
    bool must_end;  /* even without a byte there has to be a stream */
    bool is_begun;  /* the header of the stream is written */
    uint32_t check; /* of the stream so far */
    uint32_t n_stream_bytes;

    struct tfi_mutex mutex;                 /* guards: */
    uint64_t n_ready TFI_GUARDED_BY(mutex); /* written by the caller, who reads it without */
    uint64_t n_taken TFI_GUARDED_BY(mutex);
    bool is_stopped TFI_GUARDED_BY(mutex);
    struct tfi_condition ready;
    struct tfi_condition done;
};

struct compressor {
    struct threads *threads;
    struct tfi_thread thread;
    z_stream deflater; /* of GZIP and ZLIB */
    bool is_live;
};

/* Compressing, on our threads. */

static void deflate_piece(struct compressor *compressor, struct piece *piece)
{
    const struct threads *threads = compressor->threads;
    z_stream *deflater = &compressor->deflater;
    const uint8_t *bytes = piece->input + DICTIONARY_BYTES;
    const uInt n = (uInt)piece->n_bytes;
    (void)deflateReset(deflater); /* fails only on a broken z_stream, and so does the next */
    if (piece->n_dictionary > 0)
        (void)deflateSetDictionary(deflater, bytes - piece->n_dictionary,
                                   (uInt)piece->n_dictionary);
    deflater->next_in = bytes;
    deflater->avail_in = n;
    deflater->next_out = piece->output;
    deflater->avail_out = (uInt)threads->output_room;
    const int result = deflate(deflater, piece->ends_stream ? Z_FINISH : Z_SYNC_FLUSH);
    piece->is_wrong = result != (piece->ends_stream ? Z_STREAM_END : Z_OK) ||
                      deflater->avail_in > 0 || deflater->avail_out == 0;
    piece->n_output = threads->output_room - deflater->avail_out;
    piece->check = threads->compression == TFEED_COMPRESSION_GZIP ? (uint32_t)crc32(0, bytes, n)
                                                                  : (uint32_t)adler32(1, bytes, n);
}

static void compress_piece(struct compressor *compressor, struct piece *piece)
{
    if (compressor->threads->compression == TFEED_COMPRESSION_SNAPPY)
        piece->n_output = tfi_snappy_block(piece->input + DICTIONARY_BYTES, piece->n_bytes,
                                           piece->output, compressor->threads->output_room);
    else
        deflate_piece(compressor, piece);
}

static void run_compressor(void *argument)
{
    struct compressor *compressor = argument;
    struct threads *threads = compressor->threads;
    tfi_mutex_lock(&threads->mutex);
    for (;;) {
        while (!threads->is_stopped && threads->n_taken == threads->n_ready)
            (void)tfi_condition_wait(&threads->ready, &threads->mutex, TFI_FOREVER);
        if (threads->is_stopped)
            break;
        struct piece *piece = &threads->pieces[threads->n_taken++ % threads->n_pieces];
        tfi_mutex_unlock(&threads->mutex);
        compress_piece(compressor, piece);
        tfi_mutex_lock(&threads->mutex);
        piece->is_done = true;
        tfi_condition_wake(&threads->done, &threads->mutex);
    }
    tfi_mutex_unlock(&threads->mutex);
}

/* Writing, on the caller's. */

/* What stands before the first piece of a stream: what zlib writes for the same level. */
static tfeed_status write_header(struct threads *threads, struct tfeed_error *reterr)
{
    enum { ZLIB_METHOD = 0x78, ZLIB_LEVEL_SHIFT = 6, ZLIB_MODULUS = 31, DEFAULT_LEVEL = 6 };
    enum { GZIP_BEST = 2, GZIP_FASTEST = 4, GZIP_UNIX = 3, GZIP_DEFLATE = 8 };
    const int level = threads->deflate.level < 0 ? DEFAULT_LEVEL : threads->deflate.level;
    const bool is_fast = level < 2 || threads->deflate.strategy >= Z_HUFFMAN_ONLY;
    if (threads->compression == TFEED_COMPRESSION_GZIP) {
        const uint8_t extra_flags = level == Z_BEST_COMPRESSION ? GZIP_BEST
                                    : is_fast                   ? GZIP_FASTEST
                                                                : 0;
        const uint8_t header[] = {0x1f, 0x8b, GZIP_DEFLATE, 0, 0, 0, 0, 0, extra_flags, GZIP_UNIX};
        threads->check = (uint32_t)crc32(0, NULL, 0);
        return tfi_output_append(threads->output, header, sizeof header, reterr);
    }
    const unsigned rank = is_fast                  ? 0u
                          : level < DEFAULT_LEVEL  ? 1u
                          : level == DEFAULT_LEVEL ? 2u
                                                   : 3u;
    unsigned word = (unsigned)ZLIB_METHOD << 8 | rank << ZLIB_LEVEL_SHIFT;
    word += ZLIB_MODULUS - word % ZLIB_MODULUS;
    const uint8_t header[] = {(uint8_t)(word >> 8), (uint8_t)word};
    threads->check = (uint32_t)adler32(0, NULL, 0);
    return tfi_output_append(threads->output, header, sizeof header, reterr);
}

static tfeed_status write_trailer(struct threads *threads, struct tfeed_error *reterr)
{
    uint8_t trailer[8];
    if (threads->compression == TFEED_COMPRESSION_GZIP) {
        tfi_store_le32(trailer, threads->check);
        tfi_store_le32(trailer + 4, threads->n_stream_bytes);
        return tfi_output_append(threads->output, trailer, 8, reterr);
    }
    for (int i = 0; i < 4; i++)
        trailer[i] = (uint8_t)(threads->check >> (24 - 8 * i));
    return tfi_output_append(threads->output, trailer, 4, reterr);
}

/* A piece of a stream, with what stands before and behind it. */
static tfeed_status write_deflated(struct threads *threads, const struct piece *piece,
                                   struct tfeed_error *reterr)
{
    if (piece->is_wrong)
        return tfi_fail(reterr, TFEED_INTERNAL, "compressing failed");
    if (!threads->is_begun)
        TFI_TRY(write_header(threads, reterr));
    threads->is_begun = true;
    const z_off_t n = (z_off_t)piece->n_bytes;
    threads->check = threads->compression == TFEED_COMPRESSION_GZIP
                         ? (uint32_t)crc32_combine(threads->check, piece->check, n)
                         : (uint32_t)adler32_combine(threads->check, piece->check, n);
    threads->n_stream_bytes += (uint32_t)piece->n_bytes;
    TFI_TRY(tfi_output_append(threads->output, piece->output, piece->n_output, reterr));
    if (!piece->ends_stream)
        return TFEED_OK;
    threads->is_begun = false;
    TFI_TRY(write_trailer(threads, reterr));
    threads->n_stream_bytes = 0;
    return TFEED_OK;
}

static struct piece *filling_piece(const struct threads *threads)
{
    return &threads->pieces[threads->n_ready % threads->n_pieces];
}

/* Whether the oldest piece is done; waits for it. */
static bool oldest_is_done(struct threads *threads, bool wait)
{
    const struct piece *piece = &threads->pieces[threads->n_written % threads->n_pieces];
    tfi_mutex_lock(&threads->mutex);
    while (wait && !piece->is_done)
        (void)tfi_condition_wait(&threads->done, &threads->mutex, TFI_FOREVER);
    const bool is_done = piece->is_done;
    tfi_mutex_unlock(&threads->mutex);
    return is_done;
}

/* Writes pieces that are done, in order; waits for them while more than `n_left` are unwritten. */
static tfeed_status write_done(struct threads *threads, uint64_t n_left, struct tfeed_error *reterr)
{
    while (threads->n_written < threads->n_ready &&
           oldest_is_done(threads, threads->n_ready - threads->n_written > n_left)) {
        const struct piece *piece = &threads->pieces[threads->n_written % threads->n_pieces];
        TFI_TRY(threads->compression == TFEED_COMPRESSION_SNAPPY
                    ? tfi_output_append(threads->output, piece->output, piece->n_output, reterr)
                    : write_deflated(threads, piece, reterr));
        threads->n_written++;
    }
    return TFEED_OK;
}

/* The piece that follows one may look back at its bytes, unless they end a stream. */
static void begin_piece(struct threads *threads, const struct piece *before)
{
    struct piece *piece = filling_piece(threads);
    piece->n_bytes = 0;
    piece->n_dictionary = 0;
    piece->is_done = false; /* nobody else looks at it: (1) */
    if (threads->compression == TFEED_COMPRESSION_SNAPPY || before->ends_stream)
        return;
    const size_t n_there = before->n_dictionary + before->n_bytes;
    const size_t n = n_there < DICTIONARY_BYTES ? n_there : DICTIONARY_BYTES;
    memcpy(piece->input + DICTIONARY_BYTES - n,
           before->input + DICTIONARY_BYTES + before->n_bytes - n, n);
    piece->n_dictionary = n;
}

/* Hands the piece to the threads; the next one is there to be filled. */
static tfeed_status hand_over(struct threads *threads, bool ends_stream, struct tfeed_error *reterr)
{
    struct piece *piece = filling_piece(threads);
    piece->ends_stream = ends_stream;
    tfi_mutex_lock(&threads->mutex);
    threads->n_ready++;
    tfi_condition_wake_one(&threads->ready, &threads->mutex);
    tfi_mutex_unlock(&threads->mutex);
    TFI_TRY(write_done(threads, threads->n_pieces - 1, reterr));
    begin_piece(threads, piece);
    return TFEED_OK;
}

static tfeed_status threads_keep_together(void *opaque, size_t n, struct tfeed_error *reterr)
{
    struct threads *threads = opaque;
    const struct piece *piece = filling_piece(threads);
    if (threads->compression == TFEED_COMPRESSION_SNAPPY && piece->n_bytes > 0 &&
        n > PIECE_BYTES - piece->n_bytes)
        return hand_over(threads, false, reterr);
    return TFEED_OK;
}

static tfeed_status threads_append(void *opaque, const void *data, size_t len,
                                   struct tfeed_error *reterr)
{
    struct threads *threads = opaque;
    const uint8_t *next = data;
    TFI_TRY(threads_keep_together(threads, len, reterr));
    threads->is_inside = true;
    while (len > 0) {
        struct piece *piece = filling_piece(threads);
        if (piece->n_bytes == PIECE_BYTES) {
            TFI_TRY(hand_over(threads, false, reterr));
            piece = filling_piece(threads);
        }
        const size_t room = PIECE_BYTES - piece->n_bytes;
        const size_t n = len < room ? len : room;
        memcpy(piece->input + DICTIONARY_BYTES + piece->n_bytes, next, n);
        piece->n_bytes += n;
        next += n;
        len -= n;
    }
    return TFEED_OK;
}

static tfeed_status end_stream(struct threads *threads, struct tfeed_error *reterr)
{
    TFI_TRY(hand_over(threads, true, reterr));
    threads->is_inside = false;
    threads->must_end = false;
    return TFEED_OK;
}

static tfeed_status threads_flush(void *opaque, struct tfeed_error *reterr)
{
    struct threads *threads = opaque;
    if (threads->in_members) {
        if (threads->is_inside)
            TFI_TRY(end_stream(threads, reterr));
    } else if (filling_piece(threads)->n_bytes > 0) {
        TFI_TRY(hand_over(threads, false, reterr));
    }
    return write_done(threads, 0, reterr);
}

static tfeed_status threads_finish(void *opaque, struct tfeed_error *reterr)
{
    struct threads *threads = opaque;
    if (threads->compression == TFEED_COMPRESSION_SNAPPY)
        return threads_flush(threads, reterr);
    if (threads->is_inside || threads->must_end)
        TFI_TRY(end_stream(threads, reterr));
    return write_done(threads, 0, reterr);
}

/* Opening and closing. */

static void stop_compressors(struct threads *threads)
{
    tfi_mutex_lock(&threads->mutex);
    threads->is_stopped = true;
    tfi_condition_wake(&threads->ready, &threads->mutex);
    tfi_mutex_unlock(&threads->mutex);
    for (unsigned i = 0; i < threads->n_compressors; i++)
        tfi_thread_join(&threads->compressors[i].thread);
}

static void threads_close(void *opaque)
{
    struct threads *threads = opaque;
    stop_compressors(threads);
    for (size_t i = 0; threads->compressors != NULL && i < threads->n_pieces - EXTRA_PIECES; i++)
        if (threads->compressors[i].is_live)
            (void)deflateEnd(&threads->compressors[i].deflater); /* complains of what is given up */
    for (size_t i = 0; threads->pieces != NULL && i < threads->n_pieces; i++) {
        tfi_free(threads->allocator, threads->pieces[i].input);
        tfi_free(threads->allocator, threads->pieces[i].output);
    }
    tfi_free(threads->allocator, threads->compressors);
    tfi_free(threads->allocator, threads->pieces);
    tfi_condition_clear(&threads->done);
    tfi_condition_clear(&threads->ready);
    tfi_mutex_clear(&threads->mutex);
    tfi_free(threads->allocator, threads);
}

static tfeed_status make_deflaters(struct threads *threads, unsigned n, struct tfeed_error *reterr)
{
    const struct tfi_deflate_options *options = &threads->deflate;
    for (unsigned i = 0; i < n; i++) {
        z_stream *deflater = &threads->compressors[i].deflater;
        *deflater = (z_stream){
            .zalloc = tfi_zlib_alloc, .zfree = tfi_zlib_free, .opaque = &threads->allocator};
        const int result = deflateInit2(deflater, options->level, Z_DEFLATED, -MAX_WBITS,
                                        options->mem_level, options->strategy);
        if (result == Z_MEM_ERROR)
            return tfi_fail_memory(reterr, "compressing");
        if (result != Z_OK)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "zlib does not take compression_level %d, mem_level %d, "
                            "compression_strategy %d",
                            options->level, options->mem_level, options->strategy);
        threads->compressors[i].is_live = true;
        threads->output_room = deflateBound(deflater, PIECE_BYTES) + SYNC_BYTES;
    }
    return TFEED_OK;
}

static tfeed_status make_pieces(struct threads *threads, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < threads->n_pieces; i++) {
        struct piece *piece = &threads->pieces[i];
        piece->input = tfi_alloc(threads->allocator, DICTIONARY_BYTES + PIECE_BYTES);
        piece->output = tfi_alloc(threads->allocator, threads->output_room);
        if (piece->input == NULL || piece->output == NULL)
            return tfi_fail_memory(reterr, "compressing");
    }
    return TFEED_OK;
}

static tfeed_status start_compressors(struct threads *threads, unsigned n,
                                      struct tfeed_error *reterr)
{
    for (unsigned i = 0; i < n; i++) {
        struct compressor *compressor = &threads->compressors[i];
        compressor->threads = threads;
        TFI_TRY(tfi_thread_start(&compressor->thread, "tfeed-compress", run_compressor, compressor,
                                 reterr));
        threads->n_compressors++;
    }
    return TFEED_OK;
}

tfeed_status tfi_threads_encoder_open(struct tfi_encoder *encoder,
                                      const struct tfi_encoder_options *options,
                                      struct tfi_output *output,
                                      const struct tfeed_allocator *allocator,
                                      struct tfeed_error *reterr)
{
    static const struct tfi_encoder_kind kind = {.append = threads_append,
                                                 .keep_together = threads_keep_together,
                                                 .flush = threads_flush,
                                                 .finish = threads_finish,
                                                 .close = threads_close};
    struct threads *threads = tfi_alloc_zeroed(allocator, 1, sizeof *threads);
    if (threads == NULL)
        return tfi_fail_memory(reterr, "compressing");
    threads->allocator = allocator;
    threads->output = output;
    threads->compression = options->compression;
    threads->deflate = options->deflate;
    threads->in_members = options->in_pieces && options->compression == TFEED_COMPRESSION_GZIP;
    threads->must_end = !options->may_be_nothing;
    threads->n_pieces = options->n_threads + EXTRA_PIECES;
    threads->output_room = tfi_snappy_bound(PIECE_BYTES);
    tfi_mutex_init(&threads->mutex);
    tfi_condition_init(&threads->ready);
    tfi_condition_init(&threads->done);
    encoder->kind = &kind;
    encoder->state = threads;
    threads->pieces = tfi_alloc_zeroed(allocator, threads->n_pieces, sizeof *threads->pieces);
    threads->compressors =
        tfi_alloc_zeroed(allocator, options->n_threads, sizeof *threads->compressors);
    if (threads->pieces == NULL || threads->compressors == NULL)
        return tfi_fail_memory(reterr, "compressing");
    if (options->compression != TFEED_COMPRESSION_SNAPPY)
        TFI_TRY(make_deflaters(threads, options->n_threads, reterr));
    TFI_TRY(make_pieces(threads, reterr));
    return start_compressors(threads, options->n_threads, reterr);
}
