/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * ask_ahead_private.h - what is done between records: a later one is asked for, and other work goes
 * a step on.
 */
#ifndef TFI_ASK_AHEAD_PRIVATE_H
#define TFI_ASK_AHEAD_PRIVATE_H

#include "features/example_parser_private.h"

/* Records that a shuffle gives are far away, and the processor cannot guess where: they are asked
 * for a few ahead; and as many bytes of what other work will look at. Where a raw column holds most
 * of a record, copying it (tfi_copy_raw) asks for the same part of those; here for the rest. */
enum { TFI_AHEAD_RECORDS = 4, TFI_AHEAD_BYTES = 1024 };

static inline __attribute__((always_inline)) void tfi_ask_for(const uint8_t *data, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i += TFI_AHEAD_LINE_BYTES)
        __builtin_prefetch(data + i, 0, 2);
}

/* Before record `i` of n is copied. */
static inline __attribute__((always_inline)) void tfi_ask_ahead(struct tfeed_example_parser *parser,
                                                                const struct tfeed_bytes *records,
                                                                size_t i, size_t n)
{
    const size_t n_spread = parser->n_spread;
    const uint8_t *record = NULL;
    const uint8_t *stream = NULL;
    if (i + TFI_AHEAD_RECORDS < n) {
        const struct tfeed_bytes *soon = &records[i + TFI_AHEAD_RECORDS];
        const size_t n_bytes = soon->len < TFI_AHEAD_BYTES ? soon->len : TFI_AHEAD_BYTES;
        record = soon->data;
        tfi_ask_for(record, n_bytes > n_spread ? n_bytes - n_spread : 0);
    }
    if (parser->between != NULL) {
        stream = parser->between(parser->between_data);
        if (stream == NULL)
            parser->between = NULL;
        else
            tfi_ask_for(stream, records[i].len > n_spread ? records[i].len - n_spread : 0);
    }
    parser->ahead.record = n_spread > 0 ? record : NULL;
    parser->ahead.stream = n_spread > 0 ? stream : NULL;
}

#endif
