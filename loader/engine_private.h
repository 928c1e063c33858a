/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * engine_private.h - the loader itself, for the files that make it go.
 *
 *    loader.c       open and close, states, counts
 *    engine.c       the steps of the work, and who takes them
 *    next.c         what a caller of next does
 *    batch_ring.c   the buffers: rows become columns
 *    batch_view.c   what the program sees of them
 *
 *    ticket       rows that are drawn: a batch without its columns
 *    batch        a buffer of the ring: columns, and the ticket it was made from
 *
 *         free tickets ─▶ drawing ─▶ drawn (in order) ─┐
 *                                                      ├─▶ pending (in order) ─▶ out ─▶ free …
 *         free batches ────────────────────────────────┘     parsed side by side
 *
 * Threads: one lock. What takes time (filling, parsing, widening) happens outside it, on tickets,
 * batches and fills that then belong to one thread.
 */
#ifndef TFI_ENGINE_PRIVATE_H
#define TFI_ENGINE_PRIVATE_H

#include "loader/loader_private.h"

/* Rows of one batch, and where everything stands behind them. */
struct ticket {
    struct draw draw;
    struct loader_state state;
    uint64_t epoch;
    bool is_last; /* of its epoch */
    /* With drop_remainder: whether it is the last is known when the next one is complete. */
    bool is_settled;
    struct ticket *next;
};

/* What one thread needs to parse. */
struct parse_desk {
    struct tfeed_example_parser *wide;   /* NULL: there are no Examples to parse */
    struct tfeed_example_parser *narrow; /* NULL: no scaled columns */
    void **row;                          /* [n_columns] for the map */
    struct tfeed_tensor *tensors;        /* [n_columns], what row points to of growing columns */
    struct parse_desk *next;
};

/* What the scaled columns of a batch are widened into. A batch has one from when its floats are
 * made until the program gives it back. A thread takes one that it filled before, the one given
 * back last: that is still in the cache of its processor, and in no other's. */
struct wide_columns {
    struct wide_columns *next;
    const void *filler; /* of it last; NULL: nobody */
    void *data[];       /* [n_columns]; NULL: not scaled */
};

enum batch_phase { BATCH_FREE, BATCH_PARSING, BATCH_READY, BATCH_OUT };

struct tfeed_batch {
    _Atomic uint32_t n_references;
    struct tfeed_loader *loader;   /* held while the batch is out */
    struct ticket *ticket;         /* NULL while free */
    struct tfeed_tensor *columns;  /* [n_columns], as wide as the schema says */
    struct tfeed_columns *growing; /* in their place where the schema has columns that grow; of
                                    * SequenceExamples the context, which `sequences` owns */
    struct tfeed_sequence_parser *sequences; /* NULL: no SequenceExamples */
    uint64_t n_growing_bytes;    /* of the largest batch that they held: charged to the budget */
    struct wide_columns *wide;   /* where scaled columns lie; NULL: they have no room yet */
    struct tfeed_tensor *shown;  /* the same with as many rows as there are */
    struct tfeed_tensor *narrow; /* scaled columns as uint8; the others share `columns` */
    struct tfeed_bytes *records; /* [batch_size] */
    int64_t n_rows;              /* that count */
    bool is_narrow;
    enum batch_phase phase;
    tfeed_status status;
    struct tfeed_error error;
    struct tfeed_batch *next;
};

/* Lists keep their order. */
struct batch_list {
    struct tfeed_batch *first, *last;
};
struct ticket_list {
    struct ticket *first, *last;
    size_t n;
};

struct tfeed_loader {
    _Atomic uint32_t n_references; /* the program's, and one for each batch that is out */

    /* Set during open. */
    struct tfeed_loader_options options; /* resolved; holds a reference to sequence_schema */
    const struct tfeed_allocator *allocator;
    struct tfeed_schema *schema; /* of Examples, or of the context of SequenceExamples; or NULL */
    struct tfeed_schema *narrow_schema; /* NULL: nothing to widen */
    int n_columns;                      /* those of the schema, then the lists */
    int n_lists;
    bool parses_examples;
    bool has_growing; /* columns that are not of one shape, or lists */
    struct loader_identity identity;
    struct source_set *sets;
    struct file_set *file_sets;
    size_t n_sets;
    struct admission **admissions; /* [n_sets] */
    struct window_pool *pool;
    struct tfi_budget *budget;
    struct tfi_thread *threads;
    size_t n_threads;
    struct tfeed_batch *batches; /* [n_batches] */
    struct ticket *tickets;      /* [n_tickets] */
    size_t n_tickets;

    _Atomic bool stop;

    struct tfi_mutex mutex;     /* guards all that follows, and the lists' links */
    struct tfi_condition work;  /* a worker may have something to do */
    struct tfi_condition ready; /* a caller of next may have */
    struct tfi_condition spare; /* the spare worker is needed */
    struct row_source *source;
    struct ticket *drawing; /* begun, not complete */
    struct ticket_list free_tickets;
    struct ticket_list drawn;
    struct batch_list free_batches;
    struct batch_list pending;
    struct wide_columns *free_wide;
    int64_t n_free, n_ready, n_out;
    int64_t n_helpers;   /* threads in the workers' loop */
    bool caller_is_near; /* it comes back at once, and helps: its thread counts as a worker */
    bool caller_skims;   /* it came back before it could have looked at all of its last batch */
    uint64_t n_serials;  /* of draws */
    uint64_t n_drawn_batches;
    uint64_t n_skipped;
    uint64_t n_filtered;
    tfeed_status draw_status; /* OK: there is more to draw */
    struct tfeed_error draw_error;
    tfeed_status end_status; /* OK: the end has not been handed out */
    struct tfeed_error end_error;
    struct parse_desk *free_desks;
    struct loader_state last_state; /* behind the last batch handed out */
    struct tfeed_stage_statistics stages[TFEED_N_STAGES];
    struct { /* records read between parsed ones: engine.c's struct reading */
        uint64_t n_calls;
        uint64_t ns; /* of reading, counted as parsing so far or in parses to come */
    } between;
    uint64_t worker_waiting_ns;
    int64_t last_return_ns; /* of next, for the consumer's busy time; 0: none yet */
    uint64_t n_shown_bytes; /* of the columns that it returned in place; next_into: 0 */
};

/* --- batch_ring.c ---------------------------------------------------------------------------- */

/* Makes the buffers of the ring. */
tfeed_status loader_make_batches(struct tfeed_loader *loader, struct tfeed_error *reterr);
void loader_free_batches(struct tfeed_loader *loader);

/* True: of this column workers parse the bytes, which are widened later. */
bool loader_is_widened(const struct tfeed_loader *loader, int column);

/* Ends what the batch's strings refer to. */
void batch_release_strings(struct tfeed_batch *batch);

/* Bytes of a row of a column of one shape. */
size_t tensor_row_bytes(const struct tfeed_tensor *column);

/* Gives back the windows that the draw holds, and its rows. */
void draw_release(struct draw *draw);

/* A desk that nobody uses, made if need be; under the lock, which it may let go in between. */
tfeed_status parse_desk_take_locked(struct tfeed_loader *loader, struct parse_desk **ret_desk,
                                    struct tfeed_error *reterr) TFI_REQUIRES(&loader->mutex);
void parse_desk_free(struct tfeed_loader *loader, struct parse_desk *desk);

/* Parses the batch's ticket into its columns or, where they are not NULL, into these, and maps the
 * rows. Without the lock. */
tfeed_status batch_parse(struct tfeed_batch *batch, struct parse_desk *desk,
                         struct tfeed_tensor *into, struct tfeed_error *reterr);

/* Gives the batch room for its scaled columns, if it has none, or takes it away. There is one for
 * each batch. Under the lock. */
void batch_take_wide(struct tfeed_batch *batch);
void batch_give_wide(struct tfeed_batch *batch);

/* --- batch_view.c ---------------------------------------------------------------------------- */

/* Sets what the program sees of a batch that holds its ticket's rows; widens what is narrow. */
void batch_show(struct tfeed_batch *batch);

/* Copies the rows of a batch to the program's columns, widening what is narrow. */
void batch_copy(struct tfeed_batch *batch, struct tfeed_tensor *columns);

/* INVALID_ARGUMENT where columns are not as the schema's with room for a batch. */
tfeed_status loader_check_columns(const struct tfeed_loader *loader,
                                  const struct tfeed_tensor *columns, struct tfeed_error *reterr);

/* Rows that count: without those that pad. */
int64_t ticket_n_rows(const struct tfeed_loader *loader, const struct ticket *ticket);

/* --- engine.c ------------------------------------------------------------------------------ */

tfeed_status engine_start(struct tfeed_loader *loader, struct tfeed_error *reterr);
/* Stops and joins the workers. */
void engine_stop(struct tfeed_loader *loader);

static inline bool engine_is_stopped(const struct tfeed_loader *loader)
{
    return atomic_load_explicit(&loader->stop, memory_order_relaxed);
}

/* One step of the work; false: there is nothing to do now. May let go of the lock in between. */
bool engine_step(struct tfeed_loader *loader, bool is_worker) TFI_REQUIRES(&loader->mutex);

/* The next rows that are drawn get a free buffer, last in `pending`; NULL: one of these is missing.
 */
struct tfeed_batch *engine_begin_batch(struct tfeed_loader *loader) TFI_REQUIRES(&loader->mutex);
/* Parses a batch that was begun, into its own columns (NULL) or others; lets go of the lock. */
tfeed_status engine_parse(struct tfeed_loader *loader, struct tfeed_batch *batch,
                          struct tfeed_tensor *into, struct tfeed_error *reterr)
    TFI_REQUIRES(&loader->mutex);
/* Takes the batch at the front, which is there. */
struct tfeed_batch *engine_pop_pending(struct tfeed_loader *loader) TFI_REQUIRES(&loader->mutex);
/* The batch's ticket and room are free again, and it too. */
void engine_recycle(struct tfeed_loader *loader, struct tfeed_batch *batch)
    TFI_REQUIRES(&loader->mutex);

void engine_wake_all(struct tfeed_loader *loader) TFI_REQUIRES(&loader->mutex);
/* Waking a thread costs more than a small batch does: one is woken for free buffers when there are
 * as many as batches that are ready. */
void engine_wake_for_room(struct tfeed_loader *loader) TFI_REQUIRES(&loader->mutex);

/* --- loader.c ------------------------------------------------------------------------------ */

/* With the last reference everything goes. */
void loader_unref(struct tfeed_loader *loader);

#endif
