/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * parallel_scan.c - all records of one file, read by several threads without an index.
 *
 *    file      ├───── part 0 ─────┼───── part 1 ─────┼───── part 2 ──── ─ ─
 *    threads   ▶──records────────────▶ ?▶─records───────▶?▶─records──── ─ ─
 *              0                     │  │
 *                          ends here ┘  └ a record was found to begin here
 *
 * A file is cut by bytes. Where the first record of a part begins is found by its checksums, which
 * a record inside somebody's payload has, too: it is a guess. The caller goes through the parts
 * from the front. It knows where the next record of the file begins, and
 *
 *   - if a part was begun exactly there, what the part holds is merged, and it goes on behind;
 *   - if not, it reads on itself, until it comes to where the part was begun or behind the part.
 *
 * Invariants
 *   (1) Everything merged was read from a place that reading from the front has come to.
 *   (2) A part ends where reading from its begin cannot go on, whatever the reason. Only the caller
 *       meets faults: it comes to the same place, and knows the record's number.
 *
 * Threads: a part belongs to the worker that took it until it is done, then to the caller.
 */
#include <stdatomic.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "records/records_internal.h"

enum {
    RUN_RECORDS = 128,
    MAX_THREADS = 256,
    PARTS_PER_THREAD = 16,    /* the last ones end at about the same time */
    MIN_PART_BYTES = 4 << 20, /* much longer than what is looked for at a part's begin */
    MAX_PART_BYTES = 64 << 20,
    RUN_BYTES = 256 << 10
};
#define NOWHERE UINT64_MAX

enum progress { PART_WAITS, PART_IS_READ, PART_IS_DONE };

/* Records from `begin` to `end`, offsets of the file. */
struct part {
    uint64_t begin; /* NOWHERE: nothing to merge */
    uint64_t end;
    uint64_t n_records;
    void *state;
    enum progress progress;
};

struct crew {
    const struct tfi_record_scan *scan;
    struct tfeed_record_reader_options options;
    uint64_t size;
    uint64_t part_bytes;
    struct part *parts;
    size_t n_parts;
    uint8_t *states; /* [n_parts + 1]; the last is the caller's */
    struct tfi_thread threads[MAX_THREADS];
    size_t n_threads;
    _Atomic bool stop;

    struct tfi_mutex mutex; /* guards what follows, and progress */
    struct tfi_condition done;
    size_t next; /* part to be taken */
    size_t n_alive;
};

/* Where the caller stands. */
struct front {
    struct tfeed_record_reader *reader;
    uint64_t offset;
    uint64_t record;
};

static void clear_state(const struct tfi_record_scan *scan, void *state)
{
    if (scan->clear != NULL)
        scan->clear(scan->user_data, state);
    memset(state, 0, scan->state_bytes);
}

static tfeed_status next_run(const struct tfi_record_scan *scan, struct tfeed_record_reader *reader,
                             struct tfeed_record_view *views, size_t *ret_n,
                             struct tfeed_error *reterr)
{
    if (scan->headers_only)
        return tfi_record_reader_next_headers(reader, RUN_BYTES, views, RUN_RECORDS, ret_n, reterr);
    return tfeed_record_reader_next_run(reader, views, RUN_RECORDS, ret_n, reterr);
}

/* How many of the records begin before `until`. */
static size_t count_before(const struct tfeed_record_view *views, size_t n, uint64_t until)
{
    while (n > 0 && views[n - 1].offset >= until)
        n--;
    return n;
}

/* --- workers --------------------------------------------------------------------------------- */

static uint64_t part_until(const struct crew *crew, size_t i)
{
    return i + 1 < crew->n_parts ? (i + 1) * crew->part_bytes : crew->size;
}

/* Reads a part from where a record is found; false: what was taken is worth nothing. */
static bool read_part(struct crew *crew, size_t i, struct tfeed_record_reader *reader)
{
    const struct tfi_record_scan *scan = crew->scan;
    struct part *part = &crew->parts[i];
    struct tfeed_record_view views[RUN_RECORDS];
    const uint64_t until = part_until(crew, i);
    size_t n, n_mine;
    if (i == 0 ? tfi_record_reader_seek(reader, 0, 0, NULL) != TFEED_OK
               : tfi_record_reader_find(reader, i * crew->part_bytes, until, &part->begin, NULL) !=
                     TFEED_OK)
        return false;
    part->begin = i == 0 ? 0 : part->begin;
    part->end = part->begin;
    do {
        if (atomic_load_explicit(&crew->stop, memory_order_relaxed))
            return false;
        if (part->end >= until || next_run(scan, reader, views, &n, NULL) != TFEED_OK)
            break;
        n_mine = count_before(views, n, until);
        if (n_mine > 0 && scan->take(scan->user_data, part->state, views, n_mine, NULL) != TFEED_OK)
            return false;
        part->n_records += n_mine;
        part->end = n_mine < n ? views[n_mine].offset : tfeed_record_reader_offset(reader);
    } while (n_mine == n);
    return true;
}

static void work(void *argument)
{
    struct crew *crew = argument;
    struct tfeed_record_reader *reader = NULL;
    const tfeed_status status =
        tfeed_record_reader_open(crew->scan->path, &crew->options, &reader, NULL);
    tfi_mutex_lock(&crew->mutex);
    while (status == TFEED_OK && crew->next < crew->n_parts &&
           !atomic_load_explicit(&crew->stop, memory_order_relaxed)) {
        const size_t i = crew->next++;
        crew->parts[i].progress = PART_IS_READ;
        tfi_mutex_unlock(&crew->mutex);
        const bool is_good = read_part(crew, i, reader);
        if (!is_good) {
            clear_state(crew->scan, crew->parts[i].state);
            crew->parts[i].begin = NOWHERE;
        }
        tfi_mutex_lock(&crew->mutex);
        crew->parts[i].progress = PART_IS_DONE;
        tfi_condition_wake(&crew->done, &crew->mutex);
    }
    crew->n_alive--;
    tfi_condition_wake(&crew->done, &crew->mutex);
    tfi_mutex_unlock(&crew->mutex);
    tfeed_record_reader_close(reader);
}

/* A thread that cannot be started, or open the file, is not missed: the others do its work, at last
 * the caller. */
static void start_threads(struct crew *crew)
{
    size_t n = crew->scan->n_threads < MAX_THREADS ? crew->scan->n_threads : MAX_THREADS;
    if (n > crew->n_parts)
        n = crew->n_parts;
    for (size_t i = 0; i < n; i++) {
        tfi_mutex_lock(&crew->mutex);
        crew->n_alive++;
        tfi_mutex_unlock(&crew->mutex);
        if (tfi_thread_start(&crew->threads[crew->n_threads], "tfeed-scan", work, crew, NULL) ==
            TFEED_OK) {
            crew->n_threads++;
            continue;
        }
        tfi_mutex_lock(&crew->mutex);
        crew->n_alive--;
        tfi_mutex_unlock(&crew->mutex);
    }
}

/* The part when nobody works on it any more. */
static struct part *wait_for_part(struct crew *crew, size_t i)
{
    struct part *part = &crew->parts[i];
    tfi_mutex_lock(&crew->mutex);
    while (part->progress == PART_IS_READ || (part->progress == PART_WAITS && crew->n_alive > 0))
        (void)tfi_condition_wait(&crew->done, &crew->mutex, TFI_FOREVER);
    tfi_mutex_unlock(&crew->mutex);
    return part;
}

/* --- the caller ------------------------------------------------------------------------------ */

static tfeed_status merge_part(const struct tfi_record_scan *scan, struct part *part,
                               struct front *front, struct tfeed_error *reterr)
{
    TFI_TRY(scan->merge(scan->user_data, part->state, front->record, part->end, reterr));
    front->offset = part->end;
    front->record += part->n_records;
    part->begin = NOWHERE; /* its state is merged */
    return TFEED_OK;
}

/* One run of records from the front, none of which begins at `until` or behind. OUT_OF_RANGE: there
 * are no more. */
static tfeed_status read_on(const struct tfi_record_scan *scan, struct front *front, void *state,
                            uint64_t until, struct tfeed_error *reterr)
{
    struct tfeed_record_view views[RUN_RECORDS];
    struct tfeed_error error = TFEED_ERROR_INIT;
    size_t n;
    if (tfeed_record_reader_offset(front->reader) != front->offset)
        TFI_TRY(tfi_record_reader_seek(front->reader, front->offset, front->record, reterr));
    const tfeed_status status = next_run(scan, front->reader, views, &n, &error);
    if (status == TFEED_DATA_LOSS) {
        TFI_TRY(scan->damaged(scan->user_data, front->reader, &error, reterr));
        front->offset = tfeed_record_reader_offset(front->reader);
        front->record = tfi_record_reader_record(front->reader);
        return TFEED_OK;
    }
    error.code = status;
    if (status != TFEED_OK)
        return tfi_fail_again(reterr, &error);
    const size_t n_mine = count_before(views, n, until);
    const uint64_t end =
        n_mine < n ? views[n_mine].offset : tfeed_record_reader_offset(front->reader);
    TFI_TRY(scan->take(scan->user_data, state, views, n_mine, reterr));
    TFI_TRY(scan->merge(scan->user_data, state, front->record, end, reterr));
    clear_state(scan, state);
    front->offset = end;
    front->record += n_mine;
    return TFEED_OK;
}

/* Brings the front behind part i: by what is in it, or by reading. */
static tfeed_status pass_part(struct crew *crew, size_t i, struct front *front,
                              struct tfeed_error *reterr)
{
    struct part *part = wait_for_part(crew, i);
    void *state = crew->states + crew->n_parts * crew->scan->state_bytes;
    const uint64_t until = part_until(crew, i);
    while (front->offset < until) {
        if (front->offset == part->begin && part->end > part->begin) {
            TFI_TRY(merge_part(crew->scan, part, front, reterr)); /* (1) */
            continue;
        }
        const bool is_ahead = part->begin != NOWHERE && part->begin > front->offset;
        TFI_TRY(read_on(crew->scan, front, state, is_ahead ? part->begin : until, reterr));
    }
    clear_state(crew->scan, part->state);
    part->begin = NOWHERE;
    return TFEED_OK;
}

/* Cuts the file; no parts where one thread does it all. */
static tfeed_status make_parts(struct crew *crew, struct tfeed_record_reader *reader,
                               struct tfeed_error *reterr)
{
    const struct tfi_record_scan *scan = crew->scan;
    crew->size = tfi_record_reader_size(reader);
    crew->part_bytes = scan->part_bytes;
    if (scan->n_threads > 1 && crew->size != TFEED_SIZE_UNKNOWN) {
        if (crew->part_bytes == 0)
            crew->part_bytes = crew->size / scan->n_threads / PARTS_PER_THREAD;
        if (scan->part_bytes == 0 && crew->part_bytes < MIN_PART_BYTES)
            crew->part_bytes = MIN_PART_BYTES;
        if (crew->part_bytes > MAX_PART_BYTES)
            crew->part_bytes = MAX_PART_BYTES;
        if (crew->size > crew->part_bytes)
            crew->n_parts = (size_t)((crew->size + crew->part_bytes - 1) / crew->part_bytes);
    }
    crew->parts = tfi_alloc_zeroed(crew->options.allocator, crew->n_parts + 1, sizeof *crew->parts);
    crew->states = tfi_alloc_zeroed(crew->options.allocator, crew->n_parts + 1,
                                    scan->state_bytes > 0 ? scan->state_bytes : 1);
    if (crew->parts == NULL || crew->states == NULL)
        return tfi_fail_memory(reterr, "the parts of a file");
    for (size_t i = 0; i < crew->n_parts; i++)
        crew->parts[i] =
            (struct part){.begin = NOWHERE, .state = crew->states + i * scan->state_bytes};
    return TFEED_OK;
}

static tfeed_status scan_all(struct crew *crew, struct tfeed_record_reader *reader,
                             struct tfeed_error *reterr)
{
    struct front front = {.reader = reader};
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; status == TFEED_OK && i < crew->n_parts; i++)
        status = pass_part(crew, i, &front, reterr);
    void *state = crew->states + crew->n_parts * crew->scan->state_bytes;
    while (status == TFEED_OK)
        status = read_on(crew->scan, &front, state, UINT64_MAX, reterr);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static void clear_crew(struct crew *crew)
{
    atomic_store_explicit(&crew->stop, true, memory_order_relaxed);
    for (size_t i = 0; i < crew->n_threads; i++)
        tfi_thread_join(&crew->threads[i]);
    for (size_t i = 0; crew->states != NULL && i <= crew->n_parts; i++)
        clear_state(crew->scan, crew->states + i * crew->scan->state_bytes);
    tfi_free(crew->options.allocator, crew->parts);
    tfi_free(crew->options.allocator, crew->states);
    tfi_condition_clear(&crew->done);
    tfi_mutex_clear(&crew->mutex);
}

tfeed_status tfi_record_scan_file(const struct tfi_record_scan *scan,
                                  struct tfeed_record_reader **ret_reader,
                                  struct tfeed_error *reterr)
{
    struct crew crew = {.scan = scan};
    *ret_reader = NULL;
    TFI_TRY(tfi_record_reader_options_resolve(scan->options, &crew.options, reterr));
    crew.options.on_error = TFEED_ON_ERROR_FAIL;
    TFI_TRY(tfeed_record_reader_open(scan->path, &crew.options, ret_reader, reterr));
    /* looks at the first bytes; a compressed file stays where it is, and what fails is met again */
    (void)tfi_record_reader_seek(*ret_reader, 0, 0, NULL);
    tfi_mutex_init(&crew.mutex);
    tfi_condition_init(&crew.done);
    tfeed_status status = make_parts(&crew, *ret_reader, reterr);
    if (status == TFEED_OK) {
        start_threads(&crew);
        status = scan_all(&crew, *ret_reader, reterr);
    }
    clear_crew(&crew);
    return status;
}
