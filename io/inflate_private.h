/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inflate_private.h - one gzip or zlib stream inflated, by zlib or, of gzip, by ISA-L.
 *
 * inflate.c drives one of the two; what members of a file follow each other is its business alone.
 */
#ifndef TFI_INFLATE_PRIVATE_H
#define TFI_INFLATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>

/* What came of a run over the buffers. */
enum tfi_inflate_result {
    TFI_INFLATE_MORE,      /* input or room is used up, or both */
    TFI_INFLATE_END,       /* the stream has ended, its trailer is right */
    TFI_INFLATE_DAMAGED,   /* `detail` says why; what was given before is right */
    TFI_INFLATE_DOUBTED,   /* damaged, and up to TFI_INFLATE_MOST_DOUBTED of the bytes that this run
                              gave last were never written */
    TFI_INFLATE_NO_MEMORY, /* may be tried again */
};

/* The longest match. */
enum { TFI_INFLATE_MOST_DOUBTED = 258 };

/* What an inflater works on; it moves all four on. */
struct tfi_inflate_buffers {
    const uint8_t *next_in;
    size_t avail_in;
    uint8_t *next_out;
    size_t avail_out;
    const char *detail; /* static */
};

struct tfi_inflate_engine {
    const char *name;
    /* An inflater before the first byte of a stream; NULL: no memory. The allocator's address must
     * stay good. ISA-L's knows gzip only. */
    void *(*open)(bool is_gzip, const struct tfeed_allocator *allocator);
    enum tfi_inflate_result (*run)(void *inflater, struct tfi_inflate_buffers *buffers);
    /* Before the first byte of another stream of the same kind. */
    void (*reset)(void *inflater);
    void (*close)(void *inflater);
};

extern const struct tfi_inflate_engine tfi_inflate_by_zlib;
#ifdef TFI_HAVE_ISAL
extern const struct tfi_inflate_engine tfi_inflate_by_isal;
#endif

/* The one that files are read with. Not ISA-L for zlib streams: it takes up to two bytes that
 * follow one for its own (2.30). */
static inline const struct tfi_inflate_engine *tfi_inflate_engine(bool is_gzip)
{
#ifdef TFI_HAVE_ISAL
    if (is_gzip)
        return &tfi_inflate_by_isal;
#endif
    (void)is_gzip;
    return &tfi_inflate_by_zlib;
}

#endif
