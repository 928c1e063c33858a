/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_options.c - defaults and ranges of the reader's and the writer's options.
 *
 * A program built against an older header passes a shorter struct: its struct_size says how much of
 * ours it fills in, the rest keeps its default.
 */
#include <string.h>

#include "core/error_internal.h"
#include "io/encoder_internal.h"
#include "io/io_internal.h"
#include "records/records_internal.h"

enum { DEFAULT_MAX_SKIPPED = 100 };

void tfeed_record_reader_options_init(struct tfeed_record_reader_options *options)
{
    *options = (struct tfeed_record_reader_options){
        .struct_size = sizeof *options,
        .compression = TFEED_COMPRESSION_AUTO,
        .tail = TFEED_TAIL_STRICT,
        .map = TFEED_MAP_AUTO,
        .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES,
        .on_error = TFEED_ON_ERROR_FAIL,
        .max_skipped = DEFAULT_MAX_SKIPPED,
    };
}

void tfeed_record_writer_options_init(struct tfeed_record_writer_options *options)
{
    enum { TENSORFLOW_MEM_LEVEL = 9 }; /* zlib's own default is 8, and gives other bytes */
    *options = (struct tfeed_record_writer_options){
        .struct_size = sizeof *options,
        .compression = TFEED_COMPRESSION_NONE,
        .compression_level = -1,
        .mem_level = TENSORFLOW_MEM_LEVEL,
    };
}

/* Copies what the caller knows of the struct over the defaults. */
static tfeed_status overlay(const void *given, size_t given_size, void *options, size_t size,
                            struct tfeed_error *reterr)
{
    if (given_size < sizeof(size_t) || given_size > size)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "struct_size must be at most %zu, not %zu: use the init function", size,
                        given_size);
    memcpy(options, given, given_size);
    return TFEED_OK;
}

tfeed_status tfi_record_reader_options_resolve(const struct tfeed_record_reader_options *given,
                                               struct tfeed_record_reader_options *ret_options,
                                               struct tfeed_error *reterr)
{
    tfeed_record_reader_options_init(ret_options);
    if (given != NULL)
        TFI_TRY(overlay(given, given->struct_size, ret_options, sizeof *ret_options, reterr));
    if ((unsigned)ret_options->compression > TFEED_COMPRESSION_SNAPPY)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown compression %d",
                        (int)ret_options->compression);
    if ((unsigned)ret_options->tail > TFEED_TAIL_TENSORFLOW)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown tail %d", (int)ret_options->tail);
    if ((unsigned)ret_options->map > TFEED_MAP_NEVER)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown map mode %d",
                        (int)ret_options->map);
    if ((unsigned)ret_options->on_error > TFEED_ON_ERROR_STOP_FILE)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown error policy %d",
                        (int)ret_options->on_error);
    return tfi_file_system_resolve(ret_options->file_system, &ret_options->file_system, reterr);
}

/* Pieces have their own header and flush. */
static tfeed_status check_threads(const struct tfeed_record_writer_options *options,
                                  struct tfeed_error *reterr)
{
    if (options->n_threads > TFI_ENCODER_MAX_THREADS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%u threads of a writer, expected 0 to %d",
                        options->n_threads, TFI_ENCODER_MAX_THREADS);
    const bool is_zlibs = options->compression == TFEED_COMPRESSION_GZIP ||
                          options->compression == TFEED_COMPRESSION_ZLIB;
    if (is_zlibs && options->n_threads > 0 &&
        (options->window_bits != 0 || options->flush_mode != 0))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "with threads window_bits and flush_mode must be 0, not %d and %d",
                        options->window_bits, options->flush_mode);
    return TFEED_OK;
}

tfeed_status tfi_record_writer_options_resolve(const struct tfeed_record_writer_options *given,
                                               struct tfeed_record_writer_options *ret_options,
                                               struct tfeed_error *reterr)
{
    tfeed_record_writer_options_init(ret_options);
    if (given != NULL)
        TFI_TRY(overlay(given, given->struct_size, ret_options, sizeof *ret_options, reterr));
    if ((unsigned)ret_options->compression > TFEED_COMPRESSION_SNAPPY ||
        ret_options->compression == TFEED_COMPRESSION_AUTO)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a file is written with compression none, gzip, zlib or snappy, not %s",
                        tfeed_compression_name(ret_options->compression));
    if ((unsigned)ret_options->mode > TFEED_WRITE_APPEND)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown write mode %d",
                        (int)ret_options->mode);
    if (ret_options->mode == TFEED_WRITE_APPEND &&
        ret_options->compression == TFEED_COMPRESSION_ZLIB)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a zlib stream cannot be appended to: expected none, gzip or snappy");
    TFI_TRY(check_threads(ret_options, reterr));
    return tfi_file_system_resolve(ret_options->file_system, &ret_options->file_system, reterr);
}
