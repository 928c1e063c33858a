/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * loader_private.h - the parts of a loader, and how its files share the work.
 *
 *   file_set.c     the files of a set: paths, sizes, where their records begin
 *        │
 *   file_cursor.c  records of one stretch of a file, front to back, under the error policy
 *        │
 *   admission.c    is this record wanted: filter, and with SKIP can it be parsed
 *        │
 *   row_window.c   some rows that were read together: what is handed from filling to drawing
 *        │
 *   order_*.c      FILES, FAST, GLOBAL, TENSORFLOW: which windows there are, and which row of them
 *        │         is the next. Filling may run side by side; drawing is serial, and cheap. Their
 *        │         parts: order.c, file_sequence.c, fast_*.c, files_*.c, global_*.c,
 *        │         tensorflow_store.c
 *        │
 *   row_level.c    shards brought to the same number of rows; rows_again.c reads some again
 *   row_source.c   several sets: which one the next row comes from
 *        │
 *   batch_ring.c   rows into columns: parse, map; the ring's buffers
 *   batch_view.c   a batch as the program sees it: widened, its columns and places
 *        │
 *   engine.c       who does what: workers and callers, one lock, the ring
 *   state.c        the place of all that; state_text.c, state_identity.c: as a text
 *
 * A row is *filled* (read, checked, filtered into a window), then *drawn* (given its place in a
 * batch), then *parsed*. Only drawing decides the order, and nothing that threads do differently
 * reaches it: that is why the sequence is the same with any number of them.
 *
 * Invariants
 *   (1) Rows are views. A window holds their blocks; whoever uses a row holds its window.
 *   (2) An order is called under the engine's lock, but for fill_run and what the header names.
 *   (3) What stands behind the rows of a window (an error, the end) is met by drawing, in its turn.
 */
#ifndef TFI_LOADER_PRIVATE_H
#define TFI_LOADER_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/loader.h>

#include "loader/file_set_private.h"
#include "loader/row_window_private.h"

/* A run of work is at most so many records, and 256 KiB or one record. */
enum { LOADER_RUN_RECORDS = 128 };

/* Loops over millions of numbers look at the stop once in so many. */
enum { LOADER_STOP_ITEMS = 1 << 16 };

/* --- random keys ----------------------------------------------------------------------------- */

/* What a key is for, so that no two uses meet. */
enum key_use { KEY_FILES = 1, KEY_WINDOW, KEY_GLOBAL, KEY_MIX, KEY_RECORD };

/* 64 bits that depend on every input and on nothing else (Philox 4x32-10). */
uint64_t loader_key(uint64_t seed, enum key_use use, uint64_t a, uint64_t b, uint64_t c);

/* order[n] = a permutation of 0 … n - 1 that the key decides (Fisher-Yates). */
void loader_permute(uint64_t key, uint32_t *order, uint32_t n);
/* The same, for millions. False: *stop was set meanwhile, and the order is none. */
bool loader_permute_many(uint64_t key, uint32_t *order, uint32_t n, const _Atomic bool *stop);

/* --- admission -------------------------------------------------------------------------------- */

enum verdict { ROW_WANTED, ROW_FILTERED, ROW_BAD, ROW_UNKNOWN };

struct admission;

/* What is asked of every record of a set, whose seed this is, before it may be drawn. NULL in
 * *ret_admission: nothing. Options and schema are borrowed; with options->sequence_schema that of
 * the context. */
tfeed_status admission_new(const struct tfeed_loader_options *options, uint64_t seed,
                           struct tfeed_schema *schema, struct admission **ret_admission,
                           struct tfeed_error *reterr);
/* The seed that filter and map see. */
uint64_t loader_record_seed(uint64_t seed, uint64_t epoch, const struct place *place);
void admission_free(struct admission *admission);

/* What one thread needs to ask: taken once for a run of records, given back after it. NULL in
 * *ret_desk where `admission` is NULL: every record is wanted. Fully concurrent. */
struct admission_desk;
tfeed_status admission_enter(struct admission *admission, struct admission_desk **ret_desk,
                             struct tfeed_error *reterr);
void admission_leave(struct admission_desk *desk);

/* ROW_BAD: reterr says what is wrong. ROW_UNKNOWN: there was no memory to tell, says reterr. */
enum verdict admission_ask(struct admission_desk *desk, const struct file_set *set, uint64_t epoch,
                           const struct row *row, struct tfeed_error *reterr);

/* row[n_columns] as filters and maps see row number `number` of columns that may grow: of one shape
 * the values, else the tensor of the row, which is put into tensors[n_columns]. `columns` is NULL
 * where a schema of SequenceExamples wants nothing of the context, `sequences` for Examples. */
void loader_point_row(const struct tfeed_schema *schema, const struct tfeed_columns *columns,
                      const struct tfeed_sequence_parser *sequences, int64_t number,
                      struct tfeed_tensor *tensors, void **row);

/* Asks the program's map; an error gets the record's place. OUT_OF_RANGE, which would pass for the
 * end of the data, becomes INVALID_ARGUMENT. */
tfeed_status loader_map_row(const struct tfeed_loader_options *options,
                            const struct tfeed_loader_record *record, struct tfeed_error *reterr);

/* Asks for the rows of a window from `first` on and leaves out those that are not wanted, counted.
 * True: a bad record ends this stretch of the file (TFEED_ON_ERROR_STOP_FILE), rows behind it are
 * gone. Of one that is unknown the window's error says so, and rows from it on are gone. desk NULL:
 * nothing happens. */
bool row_window_admit(struct row_window *window, uint32_t first, struct admission_desk *desk,
                      const struct file_set *set, uint64_t epoch);

/* --- cursor ----------------------------------------------------------------------------------- */

/* A stretch of one file. */
struct stretch {
    struct place begin; /* a record's start; of a compressed file only the number is looked at */
    uint64_t
        end_offset; /* records that begin there or behind are not read; UINT64_MAX: to the end */
    uint64_t end_record; /* nor is this record, and what follows it; 0: no such record */
};

/* Reads stretches into windows, under the error policy. Used by one thread at a time. */
struct file_cursor {
    struct file_set *set;
    struct tfeed_record_reader *reader; /* NULL: no stretch is open */
    struct stretch stretch;
    struct place next; /* of the record that comes next */
    enum tfeed_on_error on_error;
};

void file_cursor_init(struct file_cursor *cursor, struct file_set *set,
                      enum tfeed_on_error on_error);
void file_cursor_clear(struct file_cursor *cursor);
/* Opens the file of a stretch and goes to its begin. What opening says. */
tfeed_status file_cursor_open(struct file_cursor *cursor, const struct stretch *stretch,
                              struct tfeed_error *reterr);

/* How the payloads' checksums of a run are treated. */
enum cursor_checks { CURSOR_CHECKS_NOW, CURSOR_CHECKS_LATER };

/* Appends the records of one run, at most max_rows, to the window; sees damage under the policy:
 * FAIL: window->status and error are set, OUT_OF_RANGE is returned. SKIP: a damaged payload is
 * left out and counted (window->n_skipped, last_skipped); where framing is lost, that counts once
 * and the stretch ends. STOP_FILE: it counts once and the stretch ends.
 * OK: there may be more. OUT_OF_RANGE: the stretch has ended, the cursor has closed its file.
 * Other statuses: no memory, or what the file system says (treated as FAIL by the callers). */
tfeed_status file_cursor_read(struct file_cursor *cursor, enum cursor_checks checks,
                              struct row_window *window, uint32_t max_rows,
                              struct tfeed_error *reterr);

/* Appends the next record of the stretch to the window, which has room, if it lies whole in memory
 * and is sound. False: it does not, is not, or the stretch ends: file_cursor_read goes on from
 * there; or there was no memory, which window->status says. */
bool file_cursor_read_sound(struct file_cursor *cursor, struct row_window *window);

/* --- state ------------------------------------------------------------------------------------ */

/* Where a lane stands: its current window begins at `begin` and n_drawn of its rows are drawn.
 * FILES and TENSORFLOW: a lane is a slot, has_ended that no file is open in it; begin is the next
 * record itself, position that of its file among those of the epoch; window 1 says that the file is
 * known to have ended; n_drawn is 0. */
struct lane_state {
    uint64_t lane;
    uint64_t epoch;
    uint64_t window;
    uint64_t n_drawn;
    struct place begin;
    uint64_t position; /* FAST: of begin.file in the lane's list of stretches */
    bool has_ended;    /* in `epoch` */
};

/* Where an order stands; plain numbers, so that state.c can write them without knowing the order.
 * Arrays are made once, at the sizes that order_functions.state_sizes gives. */
struct order_state {
    uint64_t epoch;
    uint64_t n_epoch_rows; /* rows drawn in this epoch */
    uint64_t position;     /* FAST: turn. FILES, TENSORFLOW: files begun. GLOBAL: places passed */
    uint64_t turn;         /* FILES: slot whose turn it is */
    uint64_t n_in_turn;    /* FILES: records given in this turn. TENSORFLOW: rows of a batch */
    uint64_t n_draws;      /* TENSORFLOW: numbers drawn by the queue */
    uint64_t n_skipped;
    bool has_ended; /* all epochs are through */
    struct lane_state *lanes;
    size_t n_lanes;
    size_t max_lanes;
    struct place *queue; /* TENSORFLOW: the queue's content, in the order of its slots */
    size_t n_queue;
    size_t max_queue;
    /* What epochs that were begun with another number of shards leave to this one. FILES: triples
     * of epoch and record numbers, begin and end. GLOBAL: layers, each the epoch, the old number of
     * shards and how many positions each had passed. TENSORFLOW: the epoch of each in `queue`. */
    uint64_t *rest;
    size_t n_rest;
    size_t max_rest;
};

/* The largest arrays that the states of an order need. */
struct order_state_sizes {
    size_t n_lanes;
    size_t n_queue;
    size_t n_rest;
};

tfeed_status order_state_init(struct order_state *state, const struct tfeed_allocator *allocator,
                              const struct order_state_sizes *sizes, struct tfeed_error *reterr);
void order_state_clear(struct order_state *state, const struct tfeed_allocator *allocator);
/* `to` is as large as `from`. */
void order_state_copy(struct order_state *to, const struct order_state *from);

/* --- orders ----------------------------------------------------------------------------------- */

/* What every order is given. Lives as long as the loader. */
struct order_plan {
    const struct tfeed_loader_options *options; /* resolved: no AUTO, no 0 with another meaning */
    const struct tfeed_allocator *allocator;
    struct file_set *set;
    size_t set_index;
    uint64_t seed;               /* of this set */
    struct admission *admission; /* NULL: every record is wanted */
    struct window_pool *pool;
    const _Atomic bool *stop; /* fill_run looks at it once a run */
    int64_t n_lanes;          /* FAST: see order_fast_geometry */
    int64_t window_records;
    int64_t n_epochs; /* of this set; TFEED_EPOCHS_ENDLESS */
    bool has_workers; /* more than one thread will fill */
    struct tfi_budget *budget;
};

/* Where drawn rows go. */
struct draw {
    struct row *rows; /* [n_wanted] */
    uint32_t n_rows;
    uint32_t n_wanted;
    uint64_t serial;             /* of the batch: see row_window.drawn_by */
    struct row_window **windows; /* held for rows; grows in draw_hold */
    uint32_t n_windows;
    uint32_t n_window_slots;
    uint32_t n_begun;   /* windows that this draw began: others may be filled in their place */
    uint64_t epoch;     /* of the last row */
    bool ends_epoch;    /* no further row of this epoch exists: known when draw returned OK */
    uint64_t n_skipped; /* of windows that this draw began; the engine sees to max_skipped */
    uint64_t n_filtered;
    struct tfeed_error last_skipped;
    /* So many of the last rows repeat earlier ones: levelling. PAD, in a shard without rows: there
     * is nothing to repeat or to parse, bytes.data is NULL. */
    uint32_t n_repeated;
    const struct tfeed_allocator *allocator;
};

/* Makes sure that the draw holds the window; with its first row, adds its counts to the draw's.
 * Call it for every window that is begun, also for one without rows. False: no memory. */
bool draw_hold(struct draw *draw, struct row_window *window);

/* Work that an order hands out: filling one window. */
struct fill {
    struct order *order;
    uint64_t n_records; /* set by fill_run and fill_one, for the statistics */
    uint64_t n_bytes;
};

struct order {
    const struct order_functions *functions;
    const struct order_plan *plan;
};

struct order_functions {
    const char *name; /* as options and states say it: "files" */

    /* Fully made. n_states 0: standing at the begin. Else the states of all shards of the job that
     * is continued, [n_states], in the order of the shards: with as many shards as now, where this
     * shard's says (the others' may be the same pointer: only its own is looked at); with another
     * number, at this shard's part of what is left. (A job of one shard has one.) */
    tfeed_status (*make)(const struct order_plan *plan, const struct order_state *const *states,
                         size_t n_states, struct order **ret_order, struct tfeed_error *reterr);
    void (*free)(struct order *order); /* no fill is out */

    /* Draws rows until n_rows == n_wanted and ends_epoch is known, or the epoch ends. May be called
     * again with the same draw to go on.
     * OK            n_rows == n_wanted, or fewer and ends_epoch
     * UNAVAILABLE   windows are missing: fill, then call again. (reterr->code UNAVAILABLE too: an
     *               error of a file system. reterr is not NULL, and its code OK before the call.)
     * OUT_OF_RANGE  no row, and none will come
     * else          the error that stands at this row; again at each call */
    tfeed_status (*draw)(struct order *order, struct draw *draw, struct tfeed_error *reterr);

    /* A fill to run, or NULL. needed_only: one the next draw waits for; else also one ahead. */
    struct fill *(*claim)(struct order *order, bool needed_only);
    /* Without the lock, on any thread. Errors go into the window. */
    void (*fill_run)(struct fill *fill);
    /* Under the lock, after fill_run: the window is there for draws. */
    void (*fill_settle)(struct fill *fill);

    void (*state_sizes)(const struct order *order, struct order_state_sizes *ret_sizes);
    /* Where it stands, arrays included (they have room). */
    void (*save)(const struct order *order, struct order_state *ret_state);

    /* Rows that `epoch` has, before filter and damage, by counting; without the lock. ret_all: of
     * every shard [n_shards]. (FAST lays the files out anew in each epoch: its cuts move.) */
    tfeed_status (*count)(const struct order_plan *plan, uint64_t epoch, uint64_t *ret_all,
                          struct tfeed_error *reterr);
    void (*depth)(const struct order *order, uint64_t *ret_n_rows); /* rows filled, not drawn */

    /* For a thread that works alone, and reads between the records that it parses: a fill to take a
     * record at a time, as far as that goes, or NULL. All three NULL: the order has none. */
    struct fill *(*claim_ahead)(struct order *order);
    /* Without the lock; reads a record, and returns where one will be read that comes some later.
     * NULL: none is read, what comes next is not for it. */
    const uint8_t *(*fill_one)(struct fill *fill);
    /* Under the lock: the fill is to be claimed again, and goes on where it stands. */
    void (*fill_pause)(struct fill *fill);
};

/* Lanes of the whole job and records of each window, for FAST: from the options, the files and the
 * budget (windows that are memory, not mapped files, must fit: RESOURCE_EXHAUSTED names the bytes
 * needed, or with shuffle_may_shrink the window gets smaller). Reads some records. */
tfeed_status order_fast_geometry(const struct tfeed_loader_options *options, struct file_set *set,
                                 struct window_pool *pool, uint64_t budget_bytes,
                                 int64_t *ret_n_lanes, int64_t *ret_window_records,
                                 struct tfeed_error *reterr);

extern const struct order_functions order_files;
extern const struct order_functions order_fast;
extern const struct order_functions order_global;
extern const struct order_functions order_tensorflow;

/* --- sets and levels ------------------------------------------------------------------------- */

/* What the end of an epoch repeats is so many different rows at most, in turn. */
enum { LEVEL_MAX_REPEATS = 256 };

/* Where the levelling of a set stands; all 0 where the option is off. */
struct level_state {
    uint64_t levelled_from; /* epochs before it were begun with other shards, and are not levelled;
                               a shard that is alone keeps it for others that may follow */
    uint64_t epoch;
    uint64_t n_drawn;      /* the shard's own rows of this epoch that are drawn, or left out */
    uint64_t n_given;      /* rows given in this epoch, repeated ones included */
    bool has_ended;        /* all that the epoch gives are; own rows may be left, to be left out */
    struct place *repeats; /* WRAP, PAD: the first rows of the epoch, which its end repeats */
    size_t n_repeats;
    size_t max_repeats;
};

struct set_state {
    struct order_state order;
    struct level_state level;
};

/* Where everything stands behind a batch. The engine makes one for each buffer of the ring. */
struct loader_state {
    uint64_t shard_index; /* whose it is */
    uint64_t n_shards;
    uint64_t n_batches;
    uint64_t n_rows; /* drawn, repeated ones included */
    struct set_state *sets;
    size_t n_sets;
};

/* One or more orders as one sequence of rows: levelling (row_level.c), mixing (row_source.c). The
 * engine knows no order, only this. Under the engine's lock, but for fill_run. */
struct row_source;

/* A set as options describe it; lives as long as the source. */
struct source_set {
    struct file_set *files;
    double weight;
    struct order_plan plan;
};

/* Stands at the begin, or where `states` say: one of each shard of the job that is continued, or
 * the one of this shard where their number has not changed. Decides n_epochs of the sets' plans.
 * Levelling counts the rows of an epoch in a fill.
 * INVALID_ARGUMENT: PAD with several sets; a state that does not fit. */
tfeed_status row_source_make(const struct tfeed_loader_options *options, uint64_t seed,
                             const struct order_functions *functions, struct source_set *sets,
                             size_t n_sets, const struct loader_state *states, size_t n_states,
                             struct row_source **ret_source, struct tfeed_error *reterr);
void row_source_free(struct row_source *source);

/* As order_functions.draw, over all sets; adds to draw->n_repeated. */
tfeed_status row_source_draw(struct row_source *source, struct draw *draw,
                             struct tfeed_error *reterr);
struct fill *row_source_claim(struct row_source *source, bool needed_only);
/* As order_functions.claim_ahead; NULL where there are several sets. */
struct fill *row_source_claim_ahead(struct row_source *source);
/* n_batches is the engine's. */
void row_source_save(const struct row_source *source, struct loader_state *ret_state);
/* Rows filled, not drawn. */
uint64_t row_source_depth(const struct row_source *source);
/* Rows left out or repeated so far. */
uint64_t row_source_n_levelled(const struct row_source *source);

/* A state with arrays as large as this source's states need. row_source.c */
tfeed_status loader_state_init(struct loader_state *state, const struct row_source *source,
                               const struct tfeed_allocator *allocator, struct tfeed_error *reterr);
void loader_state_clear(struct loader_state *state, const struct tfeed_allocator *allocator);
void loader_state_copy(struct loader_state *to, const struct loader_state *from);

/* One set of it, or its levelling; max_repeats 0: there is none. `to` is as large as `from`. */
tfeed_status set_state_init(struct set_state *state, const struct tfeed_allocator *allocator,
                            const struct order_state_sizes *sizes, size_t max_repeats,
                            struct tfeed_error *reterr);

/* One set's order with the rows that levelling adds, and without those that it leaves out. */
struct row_level;

/* Stands at the begin, or where the states say (as in row_source_make: one of each shard, or of
 * this shard alone). `order` is borrowed and stands there too. */
tfeed_status row_level_make(struct order *order, const struct set_state *const *states,
                            size_t n_states, struct row_level **ret_level,
                            struct tfeed_error *reterr);
void row_level_free(struct row_level *level);
tfeed_status row_level_draw(struct row_level *level, struct draw *draw, struct tfeed_error *reterr);
struct fill *row_level_claim(struct row_level *level, bool needed_only);
void row_level_save(const struct row_level *level, struct level_state *ret_state);
/* levelled_from of a job of n_shards that goes on from the states. */
uint64_t row_level_from(const struct set_state *const *states, size_t n_states, size_t n_shards);
/* How many places its states hold at most. */
size_t row_level_max_repeats(const struct row_level *level);
/* Rows left out or repeated so far. */
uint64_t row_level_n_levelled(const struct row_level *level);

/* The rows of an epoch that each shard gives when they have counts[n_shards]. */
uint64_t row_level_target(enum tfeed_level level, const uint64_t *counts, size_t n_shards);

/* Rows of this shard in epoch 0, after levelling. (FAST with several shards and no levelling: other
 * epochs may have some more or fewer.) Counts without the lock: blocks on I/O. */
tfeed_status row_source_count(struct row_source *source, uint64_t *ret_n_rows,
                              struct tfeed_error *reterr);

/* --- options and state texts ------------------------------------------------------------------ */

/* loader_options.c: the options over the defaults, checked, with every default that does not depend
 * on files or a state decided: order, seed (TFEED_SEED_RANDOM drawn), n_workers, budget, shard. */
tfeed_status loader_options_resolve(const struct tfeed_loader_options *given,
                                    struct tfeed_loader_options *ret_options,
                                    struct tfeed_error *reterr);

/* The checks of single options, and of those that an order puts together. */
tfeed_status loader_options_check(const struct tfeed_loader_options *options,
                                  struct tfeed_error *reterr);

/* What a state must agree with: what the rows depend on. */
struct loader_identity {
    enum tfeed_order order;
    int64_t seed, graph_seed;
    int64_t shuffle_records, n_lanes, window_records, interleave, block_records, capacity;
    int64_t shard_index, n_shards; /* shard_index -1: of all shards, merged */
    enum tfeed_level level;
    size_t n_sets;
    struct loader_set_identity {
        uint64_t n_files, hash;
        double weight;
    } * sets;
};

/* state_text.c: the text of a state, and back. `text` is NUL-terminated JSON. */
tfeed_status loader_state_write(const struct loader_identity *identity,
                                const struct loader_state *state,
                                const struct tfeed_allocator *allocator,
                                struct tfeed_bytes *ret_text, struct tfeed_error *reterr);
/* *ret_identity and *ret_states[*ret_n_states] are made, and freed by the caller: one state, or, of
 * a merged text, one of each shard. */
tfeed_status loader_states_read(const char *text, const struct tfeed_allocator *allocator,
                                struct loader_identity *ret_identity,
                                struct loader_state **ret_states, size_t *ret_n_states,
                                struct tfeed_error *reterr);
void loader_states_free(struct loader_state *states, size_t n_states,
                        const struct tfeed_allocator *allocator);
void loader_identity_clear(struct loader_identity *identity,
                           const struct tfeed_allocator *allocator);
/* FAILED_PRECONDITION naming the first thing that differs; seed, lanes and window are not looked at
 * where `wanted` leaves them open. */
tfeed_status loader_identity_check(const struct loader_identity *wanted,
                                   const struct loader_identity *found, struct tfeed_error *reterr);

#endif
