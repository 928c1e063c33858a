/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reader.c - the states that all readers share: work units out of a queue, records out of units.
 *
 *              dequeue a name, begin ── error ──▶ reported, the name is left behind
 *                       │
 *     idle ──▶ in progress ── read: records ──▶ produced
 *      ▲                │  └─ read: error ────▶ reported, stays in progress
 *      └── end of unit ─┘
 *
 * Invariants
 *   (1) A unit is in progress while n_finished < n_started; then they differ by 1. A restored state
 *       may have finished more than it started, which is in progress for none, as in TensorFlow.
 *   (2) unit is the name taken last: it stays when its unit has ended, as part of the state.
 * Threads:  one mutex, held while a name is waited for and while a file is read: records come one
 *           run after the other, counters and reset wait.
 * Follows:  TensorFlow 1.15's ReaderBase; doc/design/pipeline.md
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "readers/reader_private.h"

struct tfeed_reader {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    const struct tfi_reader_functions *functions;

    struct tfi_mutex mutex; /* guards all that follows */
    void *work;
    char *unit_name;         /* (2); NULL: none */
    struct tfeed_bytes unit; /* a view of it */
    int64_t n_started;       /* (1) */
    int64_t n_finished;
    int64_t n_produced;
    struct tfi_reader_run run;
};

/* --- making and ending --------------------------------------------------------------------- */

tfeed_status tfi_reader_new(const struct tfi_reader_functions *functions, void *work,
                            const struct tfeed_allocator *allocator,
                            struct tfeed_reader **ret_reader, struct tfeed_error *reterr)
{
    struct tfeed_reader *reader = tfi_alloc_zeroed(allocator, 1, sizeof *reader);
    if (reader == NULL) {
        functions->free(work);
        return tfi_fail_memory(reterr, "a reader");
    }
    atomic_init(&reader->n_refs, 1);
    reader->allocator = allocator;
    reader->functions = functions;
    reader->work = work;
    tfi_mutex_init(&reader->mutex);
    *ret_reader = reader;
    return TFEED_OK;
}

struct tfeed_reader *tfeed_reader_ref(struct tfeed_reader *reader)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&reader->n_refs, 1, memory_order_relaxed);
    return reader;
}

static bool is_in_progress_locked(const struct tfeed_reader *reader) TFI_REQUIRES(&reader->mutex);

static bool is_in_progress_locked(const struct tfeed_reader *reader)
{
    return reader->n_finished < reader->n_started; /* (1) */
}

static void finish_unit_locked(struct tfeed_reader *reader) TFI_REQUIRES(&reader->mutex);

static void finish_unit_locked(struct tfeed_reader *reader)
{
    reader->functions->end(reader->work);
    reader->n_finished = reader->n_started;
}

/* Takes the place of the name that was there. */
static void set_unit_locked(struct tfeed_reader *reader, char *name, size_t len)
    TFI_REQUIRES(&reader->mutex);

static void set_unit_locked(struct tfeed_reader *reader, char *name, size_t len)
{
    tfi_free(reader->allocator, reader->unit_name);
    reader->unit_name = name;
    reader->unit = (struct tfeed_bytes){.data = (const uint8_t *)name, .len = len};
}

/* As a new reader. */
static void reset_locked(struct tfeed_reader *reader) TFI_REQUIRES(&reader->mutex);

static void reset_locked(struct tfeed_reader *reader)
{
    if (is_in_progress_locked(reader))
        finish_unit_locked(reader);
    set_unit_locked(reader, NULL, 0);
    reader->n_started = reader->n_finished = reader->n_produced = 0;
}

void tfeed_reader_unref(struct tfeed_reader *reader)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (reader == NULL || atomic_fetch_sub_explicit(&reader->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    tfi_mutex_lock(&reader->mutex);
    reset_locked(reader);
    tfi_mutex_unlock(&reader->mutex);
    reader->functions->free(reader->work);
    tfi_mutex_clear(&reader->mutex);
    tfi_free(reader->allocator, reader);
}

/* --- units and records --------------------------------------------------------------------- */

static tfeed_status check_names(const struct tfeed_queue *names, struct tfeed_error *reterr)
{
    if (names == NULL || tfeed_queue_n_components(names) != 1 ||
        tfeed_queue_dtype(names, 0) != TFEED_STRING)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a reader needs a queue whose elements are one string");
    return TFEED_OK;
}

/* Waits for a name. Where none comes there is none any more, as in TensorFlow. */
static tfeed_status take_name_locked(struct tfeed_reader *reader, struct tfeed_queue *names,
                                     struct tfeed_error *reterr) TFI_REQUIRES(&reader->mutex);

static tfeed_status take_name_locked(struct tfeed_reader *reader, struct tfeed_queue *names,
                                     struct tfeed_error *reterr)
{
    struct tfeed_tensor element = {.dtype = TFEED_DTYPE_INVALID};
    set_unit_locked(reader, NULL, 0);
    TFI_TRY(tfeed_queue_dequeue(names, &element, reterr));
    tfeed_status status = TFEED_OK;
    const struct tfeed_bytes *name = tfeed_tensor_strings(&element);
    if (tfeed_tensor_n_elements(&element) != 1) {
        status = tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                          "an element of the queue of names is not one name");
    } else if (!reader->functions->takes_any_bytes && name->len > 0 &&
               memchr(name->data, '\0', name->len) != NULL) {
        status =
            tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of a file has a NUL byte in it");
    } else {
        char *copy = tfi_strndup(reader->allocator, (const char *)name->data, name->len);
        if (copy == NULL)
            status = tfi_fail_memory(reterr, "a file's name");
        else
            set_unit_locked(reader, copy, name->len);
    }
    tfeed_tensor_clear(&element);
    return status;
}

/* Takes the next name and begins it; one that fails is left behind. */
static tfeed_status begin_unit_locked(struct tfeed_reader *reader, struct tfeed_queue *names,
                                      struct tfeed_error *reterr) TFI_REQUIRES(&reader->mutex);

static tfeed_status begin_unit_locked(struct tfeed_reader *reader, struct tfeed_queue *names,
                                      struct tfeed_error *reterr)
{
    TFI_TRY(take_name_locked(reader, names, reterr));
    TFI_TRY(reader->functions->begin(reader->work, &reader->unit, reterr));
    reader->n_started++;
    return TFEED_OK;
}

/* Reads one run of the unit in progress into reader->run. OUT_OF_RANGE: the unit has ended, and is
 * counted as finished. */
static tfeed_status read_run_locked(struct tfeed_reader *reader, size_t max_records,
                                    struct tfeed_error *reterr) TFI_REQUIRES(&reader->mutex);

static tfeed_status read_run_locked(struct tfeed_reader *reader, size_t max_records,
                                    struct tfeed_error *reterr)
{
    struct tfi_reader_run *run = &reader->run;
    run->n_records = 0;
    run->ended = false;
    const tfeed_status status = reader->functions->read(reader->work, max_records, run, reterr);
    if (status == TFEED_OUT_OF_RANGE || run->ended)
        finish_unit_locked(reader);
    if (status == TFEED_OUT_OF_RANGE)
        return status;
    if (status == TFEED_OK && run->n_records == 0)
        return tfi_fail(reterr, TFEED_INTERNAL, "%s gave neither a record, the end, nor an error",
                        reader->functions->name);
    reader->n_produced += (int64_t)run->n_records;
    return status;
}

/* Reads one run, beginning units as needed: OUT_OF_RANGE is the end of the names. */
static tfeed_status read_any_run_locked(struct tfeed_reader *reader, struct tfeed_queue *names,
                                        size_t max_records, struct tfeed_error *reterr)
    TFI_REQUIRES(&reader->mutex);

static tfeed_status read_any_run_locked(struct tfeed_reader *reader, struct tfeed_queue *names,
                                        size_t max_records, struct tfeed_error *reterr)
{
    for (;;) {
        if (!is_in_progress_locked(reader))
            TFI_TRY(begin_unit_locked(reader, names, reterr));
        const tfeed_status status = read_run_locked(reader, max_records, reterr);
        if (status != TFEED_OUT_OF_RANGE)
            return status;
    }
}

/* Gives the keys of the run back that nobody wants. */
static void drop_own_keys(const struct tfeed_reader *reader)
{
    if (reader->functions->key == TFI_KEY_OWN)
        tfi_bytes_unref_n(reader->run.keys, reader->run.n_records);
}

static size_t at_most_a_run(size_t n_records)
{
    return n_records < TFI_RUN_RECORDS ? n_records : TFI_RUN_RECORDS;
}

tfeed_status tfi_reader_read_run(struct tfeed_reader *reader, struct tfeed_queue *names,
                                 size_t max_records, struct tfeed_bytes *values, size_t *ret_n_read,
                                 struct tfeed_error *reterr)
{
    tfi_mutex_lock(&reader->mutex);
    const tfeed_status status =
        read_any_run_locked(reader, names, at_most_a_run(max_records), reterr);
    if (status == TFEED_OK) {
        *ret_n_read = reader->run.n_records;
        memcpy(values, reader->run.values, reader->run.n_records * sizeof *values);
        drop_own_keys(reader);
    }
    tfi_mutex_unlock(&reader->mutex);
    return status;
}

/* --- keys ---------------------------------------------------------------------------------- */

enum { MAX_PLACE_CHARS = 20 }; /* digits of UINT64_MAX */

/* Makes the keys "unit:place" of a run, or the unit's name alone, in one block. */
static tfeed_status make_keys(const struct tfeed_reader *reader, struct tfeed_bytes *keys,
                              struct tfeed_error *reterr)
{
    const struct tfi_reader_run *run = &reader->run;
    const bool has_place = reader->functions->key == TFI_KEY_PLACE;
    const size_t unit_len = reader->unit.len;
    const size_t max_place = has_place ? 1 + MAX_PLACE_CHARS + 1 : 0;
    struct tfeed_block *block = NULL;
    uint8_t *to = NULL;
    TFI_TRY(tfi_block_alloc(reader->allocator, run->n_records * (unit_len + max_place), &block, &to,
                            reterr));
    for (size_t i = 0; i < run->n_records; i++) {
        size_t len = unit_len;
        memcpy(to, reader->unit_name, unit_len);
        if (has_place)
            len += (size_t)snprintf((char *)to + len, max_place, ":%" PRIu64, run->places[i]);
        keys[i] = (struct tfeed_bytes){.data = to, .len = len, .block = block};
        to += len;
    }
    tfi_block_ref_n(block, run->n_records - 1);
    return TFEED_OK;
}

/* --- reading into tensors ------------------------------------------------------------------ */

/* The tensors of a call; keys may be left out. */
struct reading {
    struct tfeed_tensor keys;
    struct tfeed_tensor values;
    bool has_keys;
};

static tfeed_status alloc_reading(const struct tfeed_reader *reader,
                                  const struct tfeed_shape *shape, struct reading *reading,
                                  struct tfeed_error *reterr)
{
    if (reading->has_keys)
        TFI_TRY(tfeed_tensor_alloc(TFEED_STRING, shape, reader->allocator, &reading->keys, reterr));
    return tfeed_tensor_alloc(TFEED_STRING, shape, reader->allocator, &reading->values, reterr);
}

static void clear_reading(struct reading *reading)
{
    tfeed_tensor_clear(&reading->keys);
    tfeed_tensor_clear(&reading->values);
}

/* Moves reader->run to rows `first` and following. */
static tfeed_status store_run(struct tfeed_reader *reader, struct reading *reading, size_t first,
                              struct tfeed_error *reterr)
{
    const struct tfi_reader_run *run = &reader->run;
    memcpy(tfeed_tensor_strings(&reading->values) + first, run->values,
           run->n_records * sizeof run->values[0]);
    if (!reading->has_keys) {
        drop_own_keys(reader);
        return TFEED_OK;
    }
    struct tfeed_bytes *keys = tfeed_tensor_strings(&reading->keys) + first;
    if (reader->functions->key != TFI_KEY_OWN)
        return make_keys(reader, keys, reterr);
    memcpy(keys, run->keys, run->n_records * sizeof *keys);
    return TFEED_OK;
}

/* Fills up to n rows from one unit: the end of the unit, with some rows in hand, ends the call. */
static tfeed_status fill_locked(struct tfeed_reader *reader, struct tfeed_queue *names, size_t n,
                                struct reading *reading, size_t *ret_n_read,
                                struct tfeed_error *reterr) TFI_REQUIRES(&reader->mutex);

static tfeed_status fill_locked(struct tfeed_reader *reader, struct tfeed_queue *names, size_t n,
                                struct reading *reading, size_t *ret_n_read,
                                struct tfeed_error *reterr)
{
    size_t n_read = 0;
    while (n_read < n) {
        const size_t n_wanted = at_most_a_run(n - n_read);
        tfeed_status status;
        if (n_read == 0)
            status = read_any_run_locked(reader, names, n_wanted, reterr);
        else
            status = read_run_locked(reader, n_wanted, reterr);
        if (status == TFEED_OUT_OF_RANGE && n_read > 0)
            break;
        TFI_TRY(status);
        TFI_TRY(store_run(reader, reading, n_read, reterr));
        n_read += reader->run.n_records;
        if (reader->run.ended)
            break;
    }
    *ret_n_read = n_read;
    return TFEED_OK;
}

tfeed_status tfeed_reader_read(struct tfeed_reader *reader, struct tfeed_queue *names,
                               struct tfeed_tensor *ret_key, struct tfeed_tensor *ret_value,
                               struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct reading reading = {.has_keys = ret_key != NULL};
    size_t n_read = 0;
    TFI_TRY(check_names(names, reterr));
    tfeed_status status = alloc_reading(reader, &scalar, &reading, reterr);
    if (status == TFEED_OK) {
        tfi_mutex_lock(&reader->mutex);
        status = fill_locked(reader, names, 1, &reading, &n_read, reterr);
        tfi_mutex_unlock(&reader->mutex);
    }
    if (status != TFEED_OK) {
        clear_reading(&reading);
        return status;
    }
    if (ret_key != NULL)
        *ret_key = reading.keys;
    *ret_value = reading.values;
    return TFEED_OK;
}

tfeed_status tfeed_reader_read_up_to(struct tfeed_reader *reader, struct tfeed_queue *names,
                                     int64_t n, struct tfeed_tensor *ret_keys,
                                     struct tfeed_tensor *ret_values, struct tfeed_error *reterr)
{
    enum {
        MOST_AT_ONCE = 32 * TFI_RUN_RECORDS
    }; /* n is a wish: memory does not follow it blindly */
    TFI_TRY(check_names(names, reterr));
    if (n < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "read_up_to cannot read %" PRId64 " records", n);
    struct tfeed_shape shape = tfeed_shape_vector(n < MOST_AT_ONCE ? n : MOST_AT_ONCE);
    struct reading reading = {.has_keys = ret_keys != NULL};
    size_t n_read = 0;
    tfeed_status status = alloc_reading(reader, &shape, &reading, reterr);
    if (status == TFEED_OK) {
        tfi_mutex_lock(&reader->mutex);
        status = fill_locked(reader, names, (size_t)shape.dims[0], &reading, &n_read, reterr);
        tfi_mutex_unlock(&reader->mutex);
    }
    if (status != TFEED_OK) {
        clear_reading(&reading);
        return status;
    }
    reading.values.shape.dims[0] = (int64_t)n_read; /* the rows behind are empty strings */
    reading.keys.shape.dims[0] = (int64_t)n_read;
    if (ret_keys != NULL)
        *ret_keys = reading.keys;
    *ret_values = reading.values;
    return TFEED_OK;
}

/* --- counters and state -------------------------------------------------------------------- */

int64_t tfeed_reader_n_records_produced(struct tfeed_reader *reader)
{
    tfi_mutex_lock(&reader->mutex);
    const int64_t n = reader->n_produced;
    tfi_mutex_unlock(&reader->mutex);
    return n;
}

int64_t tfeed_reader_n_work_units_completed(struct tfeed_reader *reader)
{
    tfi_mutex_lock(&reader->mutex);
    const int64_t n = reader->n_finished;
    tfi_mutex_unlock(&reader->mutex);
    return n;
}

void tfeed_reader_reset(struct tfeed_reader *reader)
{
    tfi_mutex_lock(&reader->mutex);
    reset_locked(reader);
    tfi_mutex_unlock(&reader->mutex);
}

tfeed_status tfeed_reader_serialize_state(struct tfeed_reader *reader,
                                          struct tfeed_tensor *ret_state,
                                          struct tfeed_error *reterr)
{
    if (!reader->functions->has_state)
        return tfi_fail(reterr, TFEED_UNIMPLEMENTED, "Reader SerializeState: not by %s",
                        reader->functions->name);
    tfi_mutex_lock(&reader->mutex);
    const struct tfi_reader_state state = {
        .n_started = reader->n_started,
        .n_finished = reader->n_finished,
        .n_produced = reader->n_produced,
        .unit = reader->unit,
    };
    const tfeed_status status =
        tfi_reader_state_encode(&state, reader->allocator, ret_state, reterr);
    tfi_mutex_unlock(&reader->mutex);
    return status;
}

static tfeed_status restore_locked(struct tfeed_reader *reader, const struct tfeed_bytes *bytes,
                                   struct tfeed_error *reterr) TFI_REQUIRES(&reader->mutex);

static tfeed_status restore_locked(struct tfeed_reader *reader, const struct tfeed_bytes *bytes,
                                   struct tfeed_error *reterr)
{
    struct tfi_reader_state state;
    reset_locked(reader);
    TFI_TRY(tfi_reader_state_decode(bytes, reader->functions->name, &state, reterr));
    char *name = tfi_strndup(reader->allocator, (const char *)state.unit.data, state.unit.len);
    if (name == NULL)
        return tfi_fail_memory(reterr, "a reader's state");
    set_unit_locked(reader, name, state.unit.len);
    reader->n_started = state.n_started;
    reader->n_finished = state.n_finished;
    reader->n_produced = state.n_produced;
    return TFEED_OK;
}

tfeed_status tfeed_reader_restore_state(struct tfeed_reader *reader,
                                        const struct tfeed_bytes *state, struct tfeed_error *reterr)
{
    if (!reader->functions->has_state)
        return tfi_fail(reterr, TFEED_UNIMPLEMENTED, "Reader RestoreState: not by %s",
                        reader->functions->name);
    tfi_mutex_lock(&reader->mutex);
    const tfeed_status status = restore_locked(reader, state, reterr);
    tfi_mutex_unlock(&reader->mutex);
    return status;
}
