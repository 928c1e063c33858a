/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * records_internal.h - what modules above records ask it beyond its public functions.
 */
#ifndef TFI_RECORDS_INTERNAL_H
#define TFI_RECORDS_INTERNAL_H

#include <tfeed/records.h>

/* What is wrong where a reader stopped with DATA_LOSS. */
enum tfi_record_fault {
    TFI_RECORD_NO_FAULT,          /* it has not stopped, or for another reason */
    TFI_RECORD_LENGTH_FAULT,      /* the checksum of a length */
    TFI_RECORD_PAYLOAD_FAULT,     /* the checksum of a payload: the next record's place is known */
    TFI_RECORD_STREAM_FAULT,      /* the compressed stream does not inflate */
    TFI_RECORD_TRUNCATED,         /* the file ends inside a record or a compressed stream */
    TFI_RECORD_TRAILING_BYTES,    /* the file goes on behind its compressed stream, or in zeros */
    TFI_RECORD_WRONG_COMPRESSION, /* the file is compressed in another way than was said */
};

/* Why the reader's last call failed. */
enum tfi_record_fault tfi_record_reader_fault(const struct tfeed_record_reader *reader);

/* The word for it in reports: "truncated", "flipped_bits", "wrong_compression", "trailing_bytes";
 * NULL for no fault. Static. */
const char *tfi_record_fault_cause(enum tfi_record_fault fault);

/* Writes everything that close would write, the end of a compressed stream included, so that of
 * several files none appears when the disk has no room for all. Only close and free may follow:
 * FAILED_PRECONDITION for anything else, and for a second end. Otherwise what writing says. */
tfeed_status tfi_record_writer_end(struct tfeed_record_writer *writer, struct tfeed_error *reterr);

/* Whether the first bytes of a file are those of records as they are, GZIP or ZLIB. `head` holds
 * the first TFEED_RECORD_HEADER_BYTES, or all of a shorter file. */
enum tfeed_compression tfi_record_detect_compression(const uint8_t *head, size_t len);

/* The options as given, where they are given, over the defaults. INVALID_ARGUMENT: one is outside
 * its range. */
tfeed_status tfi_record_reader_options_resolve(const struct tfeed_record_reader_options *given,
                                               struct tfeed_record_reader_options *ret_options,
                                               struct tfeed_error *reterr);
tfeed_status tfi_record_writer_options_resolve(const struct tfeed_record_writer_options *given,
                                               struct tfeed_record_writer_options *ret_options,
                                               struct tfeed_error *reterr);

#endif
