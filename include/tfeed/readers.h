/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * readers.h - TensorFlow's readers: records out of the files whose names come from a queue.
 *
 * A work unit is one name, dequeued when the unit before has ended. Errors follow TensorFlow: a
 * file that cannot be opened is reported once and left behind; an error while reading stays, the
 * unit is not given up until tfeed_reader_reset.
 */
#ifndef TFEED_READERS_H
#define TFEED_READERS_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/queues.h>
#include <tfeed/records.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One reader. Counted. Thread safety: fully concurrent; records come one run after the other. */
struct tfeed_reader;

/**
 * A reader of TFRecord files (TFRecordReader). Key: "file:offset", value: the payload, a view into
 * the file's block.
 *
 * @param options  NULL: compression by content, TFEED_TAIL_TENSORFLOW. Copied.
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (struct_size), TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_tfrecord_reader_new(const struct tfeed_record_reader_options *options,
                          struct tfeed_reader **ret_reader, struct tfeed_error *reterr);

TFEED_API struct tfeed_reader *tfeed_reader_ref(struct tfeed_reader *reader);
TFEED_API void tfeed_reader_unref(struct tfeed_reader *reader);

/**
 * Reads one record; takes the next name from `names` when no file is in progress.
 *
 * @param names    a queue whose element is one string scalar
 * @param ret_key  may be NULL (saves making it); else a string scalar
 * @param ret_value string scalar
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE       the queue of names is closed and empty
 *         TFEED_INVALID_ARGUMENT   `names` is not a queue of one string
 *         an open error            once; the next read takes the next name
 *         TFEED_DATA_LOSS          again at each read, until reset
 * Ownership: clear key and value.   Thread safety: fully concurrent (one record after the other).
 * Blocks: until a name comes or the queue closes; the reader is locked meanwhile.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_reader_read(struct tfeed_reader *reader,
                                                        struct tfeed_queue *names,
                                                        struct tfeed_tensor *ret_key,
                                                        struct tfeed_tensor *ret_value,
                                                        struct tfeed_error *reterr);

/**
 * Reads up to n records of one file. Never spans two files; may give fewer at any time.
 *
 * Keys are made only when ret_keys is not NULL; values are views, a run of them costs one count.
 *
 * Shapes: keys[n_read], values[n_read]. n = 0 gives empty ones without touching the queue; n < 0 is
 * TFEED_INVALID_ARGUMENT. An error after some records gives those records up, as TensorFlow does.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_reader_read_up_to(struct tfeed_reader *reader,
                                                              struct tfeed_queue *names, int64_t n,
                                                              struct tfeed_tensor *ret_keys,
                                                              struct tfeed_tensor *ret_values,
                                                              struct tfeed_error *reterr);

TFEED_API int64_t tfeed_reader_n_records_produced(struct tfeed_reader *reader);
TFEED_API int64_t tfeed_reader_n_work_units_completed(struct tfeed_reader *reader);

/** Counters to zero; the rest of the current file is left out; the queue is not touched. */
TFEED_API void tfeed_reader_reset(struct tfeed_reader *reader);

/** Saving and restoring a reader's place: TFEED_UNIMPLEMENTED for TFRecord, as in TensorFlow. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_reader_serialize_state(struct tfeed_reader *reader,
                                                                   struct tfeed_tensor *ret_state,
                                                                   struct tfeed_error *reterr);
TFEED_API TFEED_MUST_USE tfeed_status tfeed_reader_restore_state(struct tfeed_reader *reader,
                                                                 const struct tfeed_bytes *state,
                                                                 struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
