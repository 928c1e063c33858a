/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * unit_file_private.h - a work unit that is a file, as the bytes behind a moving front.
 *
 *         window of the stream
 *    ┌──────┬───────────────────────┬ ─ ─
 *    │ used │ front, n_there bytes  │ to come       need(n): at least n bytes are there
 *    └──────┴───────────────────────┴ ─ ─
 */
#ifndef TFI_UNIT_FILE_PRIVATE_H
#define TFI_UNIT_FILE_PRIVATE_H

#include <tfeed/readers.h>

#include "io/stream_internal.h"

/* Zeroed: no file. */
struct tfi_unit_file {
    struct tfi_stream stream;
    enum tfeed_tail tail;
    size_t used; /* bytes of the window that are done with */
};

/* What values may hold together beyond the first, so that whoever reads reacts to a stop soon. */
enum { TFI_UNIT_RUN_BYTES = 256 << 10 };

/* The options as given over the defaults. INVALID_ARGUMENT: one is outside its range. */
tfeed_status tfi_reader_options_resolve(const struct tfeed_reader_options *given,
                                        struct tfeed_reader_options *ret_options,
                                        struct tfeed_error *reterr);

/* `options` resolved. On failure there is no file. */
tfeed_status tfi_unit_file_open(struct tfi_unit_file *file, const char *path,
                                const struct tfeed_reader_options *options,
                                struct tfeed_error *reterr);
void tfi_unit_file_close(struct tfi_unit_file *file);

/* The next byte; NULL where none has come yet. */
static inline const uint8_t *tfi_unit_file_front(const struct tfi_unit_file *file)
{
    const struct tfi_window *window = tfi_stream_window(&file->stream);
    return window->data == NULL ? NULL : window->data + file->used;
}

static inline size_t tfi_unit_file_n_there(const struct tfi_unit_file *file)
{
    return tfi_stream_window(&file->stream)->len - file->used;
}

/* What keeps the bytes that are there. */
static inline struct tfeed_block *tfi_unit_file_block(const struct tfi_unit_file *file)
{
    return tfi_stream_window(&file->stream)->block;
}

/* Makes n bytes be there; views without a reference end. OUT_OF_RANGE: the file ends before, the
 * rest of it is there. DATA_LOSS: its compressed stream is damaged, or, with TFEED_TAIL_STRICT, cut
 * or not the end of the file. Otherwise what reading says. */
tfeed_status tfi_unit_file_need(struct tfi_unit_file *file, size_t n, struct tfeed_error *reterr);

/* Makes more bytes be there than there are; a front that stays gets twice as many each time.
 * OUT_OF_RANGE: all are there. Otherwise as need. */
tfeed_status tfi_unit_file_need_more(struct tfi_unit_file *file, struct tfeed_error *reterr);

/* Moves the front over *n bytes and counts *n down, as far as there are any. Otherwise as need. */
tfeed_status tfi_unit_file_skip(struct tfi_unit_file *file, uint64_t *n,
                                struct tfeed_error *reterr);

#endif
