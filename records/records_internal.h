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

/* The number of the next record. */
uint64_t tfi_record_reader_record(const struct tfeed_record_reader *reader);

/* The next read begins at `offset`, which the caller knows to be where record number `record`
 * starts, or the end. Whatever had stopped the reader is forgotten. Views stay valid only with a
 * reference, as after any read.
 * INVALID_ARGUMENT: the file is compressed, can only be read in order, or ends before `offset`; the
 * reader stays where it is. Otherwise what looking at the file's first bytes says. */
tfeed_status tfi_record_reader_seek(struct tfeed_record_reader *reader, uint64_t offset,
                                    uint64_t record, struct tfeed_error *reterr);

/* As tfeed_record_reader_next_run, but payloads are not looked at: the caller checks them when it
 * likes, on any thread, with tfi_record_payload_check, and says of a bad one what
 * tfi_record_fail_payload says. A run holds at most max_bytes beyond its first record. May take
 * turns with next_run: a payload that stops one does not stop the other. */
tfeed_status tfi_record_reader_next_headers(struct tfeed_record_reader *reader, size_t max_bytes,
                                            struct tfeed_record_view *views, size_t max_views,
                                            size_t *ret_n_views, struct tfeed_error *reterr);

/* The DATA_LOSS that next_run reports where the payload checksum of `view` is wrong. */
tfeed_status tfi_record_fail_payload(const char *path, const struct tfeed_record_view *view,
                                     struct tfeed_error *reterr);

/* The bytes of the file that are in memory behind the last record read: of a mapped file all that
 * are left. For asking for them before they are read; `len` 0: none. */
void tfi_record_reader_ahead(const struct tfeed_record_reader *reader, const uint8_t **ret_data,
                             size_t *ret_len);

/* How often a walk tells where it is. */
enum { TFI_RECORD_MARK_EVERY = 1024 };

/* Where a walk over records ends, and whom it tells where they are. */
struct tfi_record_walk {
    uint64_t until_offset; /* it ends where a record starts there or behind; UINT64_MAX: no such
                            * place */
    uint64_t until_record; /* or where the next record has this number; UINT64_MAX: none */
    /* Told the place of each record whose number TFI_RECORD_MARK_EVERY divides, before stepping
     * over it; NULL: nobody. */
    void (*mark)(void *user_data, uint64_t record, uint64_t offset);
    void *user_data;
};

/* Steps over records until the walk's end is reached: OK, and the next read begins there. Lengths
 * are checked, payloads not touched; of a mapped file nothing but the headers is.
 * OUT_OF_RANGE: the records end before; otherwise as next_run, at the same record. */
tfeed_status tfi_record_reader_walk(struct tfeed_record_reader *reader,
                                    const struct tfi_record_walk *walk, struct tfeed_error *reterr);

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
