/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * records_internal.h - what modules above records ask it beyond its public functions.
 */
#ifndef TFI_RECORDS_INTERNAL_H
#define TFI_RECORDS_INTERNAL_H

#include <stdatomic.h>

#include <tfeed/records.h>

#include "io/io_internal.h"
#include "io/stream_internal.h"

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

/* As tfeed_record_reader_open; where the file is mapped, by the map that is kept for this path. */
tfeed_status tfi_record_reader_open_kept(const char *path,
                                         const struct tfeed_record_reader_options *options,
                                         struct tfi_kept_map *kept,
                                         struct tfeed_record_reader **ret_reader,
                                         struct tfeed_error *reterr);

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

/* The reader has stopped at damage. Goes on behind it where there is no doubt what the next record
 * is: behind a bad payload, whose length was right, and behind a bad length if the checksum of the
 * payload stands where the next record begins, so that nothing but the length was damaged. The
 * record counts. A function of the file's bytes alone. One that has not stopped stays where it is.
 * OK: the next read comes behind it. Otherwise the reader is at its end, with the DATA_LOSS that it
 * had stopped with; or with what reading said where the search met that, or CANCELLED. */
tfeed_status tfi_record_reader_pass_certain(struct tfeed_record_reader *reader,
                                            struct tfeed_error *reterr);

/* From now on whoever searches for a record looks at *stop, once in 256 KiB and at each record that
 * it tries: when it is true the reader has stopped with CANCELLED. Borrowed; NULL: nothing does. */
void tfi_record_reader_stop_by(struct tfeed_record_reader *reader, const _Atomic bool *stop);

/* Finds the first place from `offset` on and before `until` where a whole record begins, by its
 * checksums; the next read begins there, with record number 0. Payloads may hold records: such a
 * place is no more than a guess, until somebody who came from the front of the file ends there.
 * OUT_OF_RANGE: there is none; the reader must be moved by a seek before it is read. Otherwise as
 * tfi_record_reader_seek. */
tfeed_status tfi_record_reader_find(struct tfeed_record_reader *reader, uint64_t offset,
                                    uint64_t until, uint64_t *ret_offset,
                                    struct tfeed_error *reterr);

/* The bytes of the stream, once the first read or seek has looked at the file; TFEED_SIZE_UNKNOWN:
 * it is compressed, or can only be read in order. */
uint64_t tfi_record_reader_size(const struct tfeed_record_reader *reader);

/* From now on tells where the file could be cut (io/stream_internal.h). */
void tfi_record_reader_on_border(struct tfeed_record_reader *reader, tfi_stream_border_fn fn,
                                 void *user_data);

/* The DATA_LOSS that next_run reports where the payload checksum of `view` is wrong. */
tfeed_status tfi_record_fail_payload(const char *path, const struct tfeed_record_view *view,
                                     struct tfeed_error *reterr);

/* The next record, checked as next_run checks it, where it lies whole in memory and is sound.
 * False: it does not, is not, or there is none; nothing has moved, and next_run says what it is.
 * For taking records one at a time between other work. */
bool tfi_record_reader_next_sound(struct tfeed_record_reader *reader,
                                  struct tfeed_record_view *ret_view);

/* How often a walk tells where it is. */
enum { TFI_RECORD_MARK_EVERY = 1024 };

/* Where a walk over records ends, and whom it tells where they are. */
struct tfi_record_walk {
    uint64_t until_offset; /* it ends where a record starts there or behind; UINT64_MAX: no such
                            * place */
    uint64_t until_record; /* or where the next record has this number; UINT64_MAX: none */
    bool passes_damage;    /* it goes on as tfi_record_reader_pass_certain does */
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

/* --- parallel_scan.c: all records of a file, by several threads ------------------------------- */

/* What is done with them. Records are taken into *parts*, any number of parts at once, each by one
 * thread; parts are merged on the caller's thread in the order of the file, once it is certain that
 * they hold records of the file and not of some payload. Others are thrown away unseen. */
struct tfi_record_scan {
    const char *path;
    const struct tfeed_record_reader_options *options; /* of the readers; on_error is FAIL */
    size_t n_threads;    /* 1: the caller alone. More make no difference but in speed */
    uint64_t part_bytes; /* of the file in a part; 0: as seems right */
    bool headers_only;   /* payloads are not checked */

    size_t state_bytes; /* of a part's state, zeroed before the first run */
    void *user_data;
    /* Takes a run of records into a part; numbers count from the part's first record. */
    tfeed_status (*take)(void *user_data, void *state, const struct tfeed_record_view *views,
                         size_t n, struct tfeed_error *reterr);
    /* The part's records come next: the first has number `record`, behind the last is `end_offset`.
     * Called about every 128 records, or a part. Its state is cleared afterwards. */
    tfeed_status (*merge)(void *user_data, void *state, uint64_t record, uint64_t end_offset,
                          struct tfeed_error *reterr);
    /* Frees what a state holds; NULL: nothing. */
    void (*clear)(void *user_data, void *state);
    /* The reader has stopped with DATA_LOSS, behind everything that was merged. OK: it was brought
     * behind the damage; else the scan ends with that. */
    tfeed_status (*damaged)(void *user_data, struct tfeed_record_reader *reader,
                            const struct tfeed_error *error, struct tfeed_error *reterr);
};

/* Reads the file to its end: OK, with `merge` called for all its records in order, as one thread
 * would. The reader is the caller's to look at until it closes it; NULL where opening fails.
 * Otherwise what the functions above say, or what opening and reading do. */
tfeed_status tfi_record_scan_file(const struct tfi_record_scan *scan,
                                  struct tfeed_record_reader **ret_reader,
                                  struct tfeed_error *reterr);

/* The word for it in reports: "truncated", "flipped_bits", "wrong_compression", "trailing_bytes";
 * NULL for no fault. Static. */
const char *tfi_record_fault_cause(enum tfi_record_fault fault);

/* Writes everything that close would write, the end of a compressed stream included, so that of
 * several files none appears when the disk has no room for all. Only close and free may follow:
 * FAILED_PRECONDITION for anything else, and for a second end. Otherwise what writing says. */
tfeed_status tfi_record_writer_end(struct tfeed_record_writer *writer, struct tfeed_error *reterr);

/* Writes records that are framed already, whole and checked by the caller: n bytes that a reader of
 * this file would take as they are. As tfeed_record_writer_write otherwise. */
tfeed_status tfi_record_writer_write_frames(struct tfeed_record_writer *writer, const void *frames,
                                            size_t len, struct tfeed_error *reterr);

/* Whether the first bytes of a file are those of records as they are, GZIP, ZLIB or SNAPPY. `head`
 * holds the first TFI_RECORD_HEAD_BYTES, or all of a shorter file. */
enum { TFI_RECORD_HEAD_BYTES = TFI_SNAPPY_HEAD_BYTES };
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
