/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_loader.c - loaders opened, used by several threads and ended in every way, one after the
 * other.
 *
 * Each round draws order, epochs, sizes, a filter, workers, lent threads, who helps, who holds
 * batches for how long or has them written into columns, whether a record is damaged and what is
 * done about it, and how it ends: by itself, by a stop, or by closing while batches are held. After
 * a clean end every record that damage leaves has come once an epoch, and damage was counted once;
 * after any end no thread and no byte is left, and memory has not grown since the first rounds.
 *
 * Exit: 0 fine, 1 a row was lost, doubled or torn, damage was not seen, an end was wrong, or
 * something was left.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/loader.h>

#include "core/thread_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/stress.h"
#include "tests/support/support.h"

enum {
    N_FILES = 5,
    N_RECORDS = 1200,
    N_WHOLE_SETS = 3,
    N_SETS = 21,
    MAX_TAKERS = 4,
    MAX_LENT = 2,
    MAX_HELD = 4,
    MAX_BATCH_ROWS = 70,
    MAX_GROWTH_KIB = 16 << 10
};

static const int64_t file_records[N_FILES] = {400, 0, 1, 299, 500};

enum damage { NO_DAMAGE, BAD_PAYLOAD, BAD_LENGTH };

/* The files, of which one may have a damaged record. */
struct file_set {
    struct tfeed_memory_files *files;
    bool is_plain; /* else gzip */
    enum damage damage;
    int64_t bad_id; /* the record; N_RECORDS: none */
    int64_t end_id; /* the first one of the next file */
};

enum ending { ENDS_BY_ITSELF, ENDS_BY_STOP, ENDS_BY_CLOSE, N_ENDINGS };

struct round {
    const struct file_set *set;
    struct tfeed_loader *loader;
    struct tfeed_loader_options options;
    bool fails; /* on the damaged record */
    enum ending ending;
    uint64_t random;
    int64_t n_lent; /* threads in tfeed_loader_work */
    bool uses_columns;
    _Atomic int64_t n_batches_left; /* until the stop or the close */
    _Atomic int n_seen[N_RECORDS];
    _Atomic int n_torn;
    _Atomic int n_wrong_ends;
    uint64_t n_skipped;
};

struct taker {
    struct tfi_thread thread;
    struct round *round;
    uint64_t random;
};

static struct file_set sets[N_SETS];
static struct tfeed_schema *schema;

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "stress_loader: %s\n", what);
    exit(1);
}

static int64_t pick(uint64_t *random, int64_t from, int64_t to)
{
    return from + (int64_t)(t_random_next(random) % (uint64_t)(to - from + 1));
}

/* --- files ---------------------------------------------------------------------------------- */

static void write_record(struct tfeed_record_writer *writer, struct tfeed_example_builder *builder,
                         int64_t id)
{
    const int64_t values[2] = {id, id * 3 + 1};
    const uint8_t *data;
    size_t len;
    tfeed_example_builder_clear(builder);
    if (tfeed_example_builder_add_int64(builder, "pair", values, 2, NULL) != TFEED_OK ||
        tfeed_example_builder_finish(builder, &data, &len, NULL) != TFEED_OK ||
        tfeed_record_writer_write(writer, data, len, NULL) != TFEED_OK)
        die("cannot write a record");
}

static struct tfeed_memory_files *write_files(void)
{
    struct tfeed_memory_files *files;
    struct tfeed_example_builder *builder;
    if (tfeed_memory_files_new(NULL, &files, NULL) != TFEED_OK ||
        tfeed_example_builder_new(NULL, &builder, NULL) != TFEED_OK)
        die("no memory");
    int64_t id = 0;
    for (int f = 0; f < N_FILES; f++) {
        struct tfeed_record_writer_options options;
        struct tfeed_record_writer *writer;
        char name[16];
        tfeed_record_writer_options_init(&options);
        options.file_system = tfeed_memory_files_system(files);
        (void)snprintf(name, sizeof name, "part-%d", f);
        if (tfeed_record_writer_open(name, &options, &writer, NULL) != TFEED_OK)
            die("cannot write a file");
        for (int64_t i = 0; i < file_records[f]; i++)
            write_record(writer, builder, id++);
        if (tfeed_record_writer_close(writer, NULL) != TFEED_OK)
            die("cannot write a file");
        tfeed_record_writer_free(writer);
    }
    tfeed_example_builder_free(builder);
    return files;
}

static void damage_record(uint8_t *data, int64_t record, enum damage damage)
{
    enum { LENGTH_AT = 3, PAYLOAD_AT = 12 };
    for (; record > 0; record--) {
        uint64_t len;
        memcpy(&len, data, sizeof len);
        data += len + T_RECORD_OVERHEAD;
    }
    data[damage == BAD_LENGTH ? LENGTH_AT : PAYLOAD_AT] ^= 1;
}

/* Writes file f again, damaged and packed as the set has it. */
static void finish_file(const struct file_set *set, int f, int64_t first_id)
{
    char name[16];
    struct tfeed_bytes whole;
    (void)snprintf(name, sizeof name, "part-%d", f);
    if (tfeed_memory_files_get(set->files, name, &whole, NULL) != TFEED_OK)
        die("a file is gone");
    size_t len = whole.len;
    uint8_t *data = malloc(len + 1);
    if (data == NULL)
        die("no memory");
    memcpy(data, whole.data, len);
    tfeed_block_unref(whole.block);
    if (set->bad_id >= first_id && set->bad_id < first_id + file_records[f])
        damage_record(data, set->bad_id - first_id, set->damage);
    uint8_t *packed = set->is_plain ? NULL : t_deflate(data, len, 31, &len);
    if (tfeed_memory_files_put(set->files, name, packed != NULL ? packed : data, len, NULL) !=
        TFEED_OK)
        die("cannot write a file");
    free(packed);
    free(data);
}

/* The first sets are whole; the others are damaged somewhere, in every way. */
static void make_sets(uint64_t *random)
{
    for (int i = 0; i < N_SETS; i++) {
        struct file_set *set = &sets[i];
        *set =
            (struct file_set){.files = write_files(), .is_plain = i % 3 > 0, .bad_id = N_RECORDS};
        if (i >= N_WHOLE_SETS) {
            set->damage = i % 2 == 0 ? BAD_PAYLOAD : BAD_LENGTH;
            set->bad_id = pick(random, 0, N_RECORDS - 1);
        }
        int64_t id = 0;
        for (int f = 0; f < N_FILES; f++) {
            finish_file(set, f, id);
            id += file_records[f];
            if (id - file_records[f] <= set->bad_id)
                set->end_id = id;
        }
    }
}

/* --- takers --------------------------------------------------------------------------------- */

static void check_rows(struct round *round, const int64_t *pairs, int64_t n_rows)
{
    for (int64_t row = 0; row < n_rows; row++) {
        const int64_t id = pairs[2 * row];
        if (id < 0 || id >= N_RECORDS || pairs[2 * row + 1] != id * 3 + 1)
            atomic_fetch_add(&round->n_torn, 1);
        else
            atomic_fetch_add(&round->n_seen[id], 1);
    }
}

static void check_batch(struct round *round, const struct tfeed_batch *batch)
{
    check_rows(round, tfeed_batch_int64s(batch, 0), tfeed_batch_n_rows(batch));
}

/* A batch into columns of its own. */
static tfeed_status take_into(struct round *round)
{
    static _Thread_local int64_t pairs[2 * MAX_BATCH_ROWS];
    const struct tfeed_shape shape = {.n_dims = 2, .dims = {round->options.batch_size, 2}};
    struct tfeed_tensor column = tfeed_tensor_borrow(TFEED_INT64, &shape, pairs);
    int64_t n_rows;
    const tfeed_status status = tfeed_loader_next_into(round->loader, &column, &n_rows, NULL);
    if (status == TFEED_OK)
        check_rows(round, pairs, n_rows);
    return status;
}

/* Whatever may be asked at any time. */
static void look(struct tfeed_loader *loader)
{
    struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
    struct tfeed_bytes state;
    tfeed_loader_statistics_get(loader, &statistics);
    if (tfeed_loader_save_state(loader, &state, NULL) != TFEED_OK)
        die("no state");
    tfeed_block_unref(state.block);
}

/* *ret_batch stays as it is when the rows went into columns. */
static tfeed_status take_one(struct taker *taker, struct tfeed_batch **ret_batch)
{
    struct tfeed_loader *loader = taker->round->loader;
    if (pick(&taker->random, 0, 15) == 0)
        look(loader);
    if (taker->round->uses_columns && pick(&taker->random, 0, 1) == 0)
        return take_into(taker->round);
    if (taker->round->options.n_workers == 0 || pick(&taker->random, 0, 3) > 0)
        return tfeed_loader_next(loader, ret_batch, NULL);
    return tfeed_loader_next_timed(loader, pick(&taker->random, 0, 2), ret_batch, NULL);
}

/* Takes batches until the end, holding up to some of them at a time. */
static void take(void *argument)
{
    struct taker *taker = argument;
    struct round *round = taker->round;
    struct tfeed_batch *held[MAX_HELD] = {0};
    const int64_t n_hold = pick(&taker->random, 0, MAX_HELD - 1);
    tfeed_status status = TFEED_OK;
    for (int64_t i = 0;; i = (i + 1) % (n_hold + 1)) {
        tfeed_batch_unref(held[i]);
        held[i] = NULL;
        status = take_one(taker, &held[i]);
        if (status == TFEED_DEADLINE_EXCEEDED || status == TFEED_RESOURCE_EXHAUSTED)
            continue; /* the next round of the ring gives one back */
        if (status != TFEED_OK)
            break;
        if (held[i] != NULL)
            check_batch(round, held[i]);
        if (atomic_fetch_sub(&round->n_batches_left, 1) == 1 && round->ending == ENDS_BY_STOP)
            tfeed_loader_stop(round->loader);
        if (round->ending == ENDS_BY_CLOSE && atomic_load(&round->n_batches_left) <= 0)
            break;
    }
    const bool is_right = status == (round->fails ? TFEED_DATA_LOSS : TFEED_OUT_OF_RANGE) ||
                          (status == TFEED_CANCELLED && round->ending == ENDS_BY_STOP) ||
                          (status == TFEED_OK && round->ending == ENDS_BY_CLOSE);
    if (!is_right)
        atomic_fetch_add(&round->n_wrong_ends, 1);
    for (int64_t i = 0; i < MAX_HELD; i++)
        tfeed_batch_unref(held[i]);
}

/* Leaves out every seventh record of each file. */
static bool keeps_most(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    return record->view.record % 7 != 6;
}

static bool is_left_out(int64_t id)
{
    for (int f = 0; id >= file_records[f]; f++)
        id -= file_records[f];
    return id % 7 == 6;
}

static void lend(void *argument)
{
    struct round *round = argument;
    const tfeed_status status = tfeed_loader_work(round->loader, NULL);
    if (status != TFEED_OK && status != TFEED_CANCELLED)
        atomic_fetch_add(&round->n_wrong_ends, 1);
}

/* --- rounds --------------------------------------------------------------------------------- */

static void choose(struct round *round)
{
    uint64_t *random = &round->random;
    struct tfeed_loader_options *options = &round->options;
    const bool is_whole = pick(random, 0, 1) > 0;
    round->set = &sets[is_whole ? pick(random, 0, N_WHOLE_SETS - 1)
                                : pick(random, N_WHOLE_SETS, N_SETS - 1)];
    tfeed_loader_options_init(options);
    options->file_system = tfeed_memory_files_system(round->set->files);
    options->map = pick(random, 0, 3) > 0 ? TFEED_MAP_AUTO : TFEED_MAP_NEVER;
    options->order = (enum tfeed_order)pick(random, TFEED_ORDER_FILES, TFEED_ORDER_TENSORFLOW);
    if (!round->set->is_plain && options->order == TFEED_ORDER_GLOBAL)
        options->order = TFEED_ORDER_FAST;
    options->shuffle_records = pick(random, 1, 600);
    options->batch_size = pick(random, 1, MAX_BATCH_ROWS);
    options->n_epochs = pick(random, 1, 3);
    options->interleave = pick(random, 1, 4);
    options->block_records = pick(random, 1, 20);
    options->n_workers = pick(random, 0, 4);
    options->caller_helps = pick(random, 0, 1) > 0;
    options->n_batches = pick(random, 1, 6);
    options->with_records = pick(random, 0, 1) > 0;
    options->seed = pick(random, 0, 1000);
    options->filter = pick(random, 0, 1) > 0 ? keeps_most : NULL;
    options->on_error =
        (enum tfeed_on_error)pick(random, TFEED_ON_ERROR_FAIL, TFEED_ON_ERROR_STOP_FILE);
    if (pick(random, 0, 3) == 0)
        options->max_skipped = pick(random, 0, 2);
    round->fails = round->set->damage != NO_DAMAGE &&
                   (options->on_error == TFEED_ON_ERROR_FAIL ||
                    options->max_skipped < options->n_epochs); /* skipped once in each */
    round->n_lent = pick(random, 0, 3) > 0 ? 0 : pick(random, 1, MAX_LENT);
    round->uses_columns = pick(random, 0, 1) > 0;
    round->ending = (enum ending)pick(random, 0, N_ENDINGS - 1);
    atomic_store(&round->n_batches_left, pick(random, 1, 40));
}

static uint64_t count_skipped(struct tfeed_loader *loader)
{
    struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
    tfeed_loader_statistics_get(loader, &statistics);
    return statistics.n_skipped;
}

static void run_round(struct round *round)
{
    struct taker takers[MAX_TAKERS];
    struct tfi_thread lent[MAX_LENT];
    const int64_t n_takers = pick(&round->random, 1, MAX_TAKERS);
    struct tfeed_error error = TFEED_ERROR_INIT;
    const tfeed_status opened =
        tfeed_loader_open("part-*", schema, &round->options, &round->loader, &error);
    if (opened == TFEED_DATA_LOSS && round->fails && round->options.order == TFEED_ORDER_GLOBAL)
        return; /* it walks over all headers first */
    if (opened != TFEED_OK)
        die(error.message);
    for (int64_t i = 0; i < round->n_lent; i++)
        if (tfi_thread_start(&lent[i], "lent", lend, round, NULL) != TFEED_OK)
            die("cannot start a thread");
    for (int64_t i = 0; i < n_takers; i++) {
        takers[i] = (struct taker){.round = round, .random = t_random_next(&round->random)};
        if (tfi_thread_start(&takers[i].thread, "taker", take, &takers[i], NULL) != TFEED_OK)
            die("cannot start a thread");
    }
    for (int64_t i = 0; i < n_takers; i++)
        tfi_thread_join(&takers[i].thread);
    struct tfeed_batch *survivor = NULL;
    if (round->ending == ENDS_BY_CLOSE &&
        tfeed_loader_next(round->loader, &survivor, NULL) != TFEED_OK)
        survivor = NULL;
    if (round->n_lent > 0 && round->ending != ENDS_BY_ITSELF)
        tfeed_loader_stop(round->loader);
    for (int64_t i = 0; i < round->n_lent; i++)
        tfi_thread_join(&lent[i]);
    round->n_skipped = count_skipped(round->loader);
    tfeed_loader_close(round->loader);
    if (survivor != NULL)
        check_batch(round, survivor);
    tfeed_batch_unref(survivor);
}

enum coming { NEVER_COMES, MAY_COME, COMES };

/* Whether a record comes in an epoch that is drawn to its end. */
static enum coming comes(const struct round *round, int64_t id)
{
    const struct file_set *set = round->set;
    const struct tfeed_loader_options *options = &round->options;
    if (id == set->bad_id || (options->filter != NULL && is_left_out(id)))
        return NEVER_COMES;
    if (id < set->bad_id || id >= set->end_id)
        return COMES;
    if (options->on_error == TFEED_ON_ERROR_SKIP)
        return COMES; /* nothing but the length is damaged: where the next one begins is certain */
    if (set->damage == BAD_LENGTH)
        return NEVER_COMES; /* nobody looks where it begins */
    if (options->order == TFEED_ORDER_GLOBAL)
        return COMES;
    /* the rest of the stretch that was read is left out: of a lane, or of the file */
    const bool has_lanes = set->is_plain && options->order == TFEED_ORDER_FAST;
    return has_lanes || options->on_error == TFEED_ON_ERROR_FAIL ? MAY_COME : NEVER_COMES;
}

static void check_rows_seen(struct round *round)
{
    const bool is_whole = round->ending == ENDS_BY_ITSELF && !round->fails;
    for (int id = 0; id < N_RECORDS; id++) {
        const int64_t n = atomic_load(&round->n_seen[id]);
        const enum coming coming = comes(round, id);
        if (n > round->options.n_epochs)
            die("a row came twice in an epoch");
        if (n > 0 && coming == NEVER_COMES)
            die("a row came that is damaged, or that the filter left out");
        if (is_whole && coming == COMES && n != round->options.n_epochs)
            die("a row is lost");
    }
}

static void check_round(struct round *round)
{
    const bool has_damage = round->set->damage != NO_DAMAGE;
    const int64_t n_most = has_damage ? round->options.n_epochs : 0;
    if (atomic_load(&round->n_torn) > 0)
        die("a row is torn");
    if (atomic_load(&round->n_wrong_ends) > 0)
        die("a wrong end");
    if (round->n_skipped > (uint64_t)n_most)
        die("damage was counted twice");
    if (round->ending == ENDS_BY_ITSELF && !round->fails && round->n_skipped != (uint64_t)n_most)
        die("damage was not counted");
    check_rows_seen(round);
}

/* Resident memory in KiB. */
static long resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long n_pages = 0;
    if (file == NULL || fscanf(file, "%*s %ld", &n_pages) != 1)
        n_pages = 0;
    if (file != NULL)
        (void)fclose(file);
    return n_pages * 4;
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, MAX_TAKERS, argc, argv);
    const int n_threads = t_n_threads_at_rest();
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    if (tfeed_schema_new(NULL, &schema, NULL) != TFEED_OK ||
        tfeed_schema_add_fixed(schema, "pair", TFEED_INT64, &pair, NULL) != TFEED_OK)
        die("no schema");

    static struct round round;
    uint64_t random = options.seed;
    make_sets(&random);
    const int64_t end_ns = t_stress_end_ns(&options);
    enum { WARM_ROUNDS = 50 };
    long warm_kib = 0;
    int64_t n_rounds = 0, n_damaged = 0, n_of_ending[N_ENDINGS] = {0};
    do {
        memset(&round, 0, sizeof round);
        round.random = t_random_next(&random);
        choose(&round);
        run_round(&round);
        check_round(&round);
        n_of_ending[round.ending]++;
        n_damaged += round.set->damage != NO_DAMAGE;
        if (++n_rounds == WARM_ROUNDS)
            warm_kib = resident_kib();
    } while (tfi_clock_now_ns() < end_ns);

    tfeed_schema_unref(schema);
    for (int i = 0; i < N_SETS; i++)
        tfeed_memory_files_free(sets[i].files);
    const long growth_kib = warm_kib > 0 ? resident_kib() - warm_kib : 0;
    printf("%lld rounds: %lld to the end, %lld stopped, %lld closed; %lld with damage; memory grew "
           "by %ld KiB\n",
           (long long)n_rounds, (long long)n_of_ending[ENDS_BY_ITSELF],
           (long long)n_of_ending[ENDS_BY_STOP], (long long)n_of_ending[ENDS_BY_CLOSE],
           (long long)n_damaged, growth_kib);
    if (!t_n_threads_becomes(n_threads))
        die("a thread is left");
    if (t_has_leaks())
        die("memory is left");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    if (growth_kib > MAX_GROWTH_KIB)
        die("memory grows");
#endif
    return 0;
}
