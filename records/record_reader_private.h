/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_reader_private.h - the reader of records, for the files that make it up.
 *
 *    record_reader.c   runs of records, headers, walks, seeks
 *    record_fault.c    how a reader stops, and what it says of it
 *    resync.c          how it goes on behind damage: the search for the next record
 */
#ifndef TFI_RECORD_READER_PRIVATE_H
#define TFI_RECORD_READER_PRIVATE_H

#include <tfeed/records.h>

#include "io/stream_internal.h"
#include "records/records_internal.h"

/* Why the reading of a run stopped. */
enum tfi_record_pause {
    TFI_PAUSE_START,   /* it has not been called: the compression is not settled */
    TFI_PAUSE_WINDOW,  /* the next record is not whole in the window, or too long */
    TFI_PAUSE_LENGTH,  /* its length has a bad checksum */
    TFI_PAUSE_PAYLOAD, /* its payload has */
    TFI_PAUSE_RUN,     /* enough for one run */
};

struct tfeed_record_reader {
    struct tfi_stream stream;
    enum tfeed_tail tail;
    bool skip_checksums;
    uint64_t max_record_bytes;
    enum tfeed_compression asked;
    const struct tfeed_allocator *allocator;

    size_t used; /* (1) */
    uint64_t offset;
    uint64_t record;
    enum tfi_record_pause pause;
    size_t
        bad_len; /* of the payload of TFI_PAUSE_PAYLOAD: a mapped file may change, and is not asked
                     * again */

    uint8_t head[TFI_RECORD_HEAD_BYTES]; /* the file's first bytes, before decompression */
    size_t head_len;

    /* What happens at damage, and what has been lost to it. */
    enum tfeed_on_error on_error;
    uint64_t max_skipped;
    tfeed_record_loss_fn on_loss; /* NULL: nobody */
    void *loss_data;
    struct tfeed_record_losses losses;
    uint64_t wasted_bytes;    /* checked by searches that found nothing there */
    const _Atomic bool *stop; /* of searches; NULL: none */

    struct tfeed_error failure; /* (3); code TFEED_OK: none. The end of the data is one */
    enum tfi_record_fault fault;
    bool is_out_of_step; /* where the next record begins must be searched for */
};

/* --- record_fault.c -------------------------------------------------------------------------- */

/* The failure is kept, with the place of the record that could not be given; its code returned. */

/* The end of the data. */
tfeed_status tfi_record_stop_at_end(struct tfeed_record_reader *reader);
/* What the file system said, or no memory: the message stands in `failure`, the place is added. */
tfeed_status tfi_record_stop_with(struct tfeed_record_reader *reader, tfeed_status status);
/* A length with a bad checksum is the next in the window. */
tfeed_status tfi_record_stop_for_length(struct tfeed_record_reader *reader);
/* A payload with a bad checksum is. */
tfeed_status tfi_record_stop_for_payload(struct tfeed_record_reader *reader);
/* The stream has ended inside a record, behind a header that was right. */
tfeed_status tfi_record_stop_inside_record(struct tfeed_record_reader *reader, uint64_t length);
/* The stream has ended where a record should begin, up to 11 bytes behind the last one. */
tfeed_status tfi_record_stop_between_records(struct tfeed_record_reader *reader);

/* --- resync.c -------------------------------------------------------------------------------- */

/* The reader has stopped: goes on behind damage if its options say so. OK: the next read comes
 * behind it. Else the code that is in `failure`. */
tfeed_status tfi_record_pass_damage(struct tfeed_record_reader *reader);

/* Forgets why the reader stopped. */
static inline void tfi_record_go_on(struct tfeed_record_reader *reader)
{
    reader->fault = TFI_RECORD_NO_FAULT;
    reader->is_out_of_step = false;
    reader->failure = (struct tfeed_error)TFEED_ERROR_INIT;
}

#endif
