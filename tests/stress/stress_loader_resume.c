/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_loader_resume.c - loaders killed anywhere and continued from the last state they told.
 *
 * Each round draws an order, its options, the files' form, the number of workers and a place. A
 * child process runs a loader up to there, tells its state, runs on a little and kills itself. The
 * parent continues with other workers, and batches of another size where the order allows: what
 * the child told and what the parent got is the sequence of an undisturbed run. Every fourth round
 * deals the work of some shards to another number of them: every record comes as often as there
 * are epochs.
 *
 * Exit: 0 fine, 1 (or abort) a row was lost, doubled, out of order or torn, or something was left.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/thread_internal.h"
#include "tests/unit/loader/resume_fixture.h"

enum { MAX_EPOCHS = 3, MAX_TEXT_BYTES = 1 << 16, N_KINDS = RESUME_DAMAGED_SET + 1 };

/* What a child tells; in memory that both see. */
struct news {
    size_t n;
    uint64_t ids[RESUME_RECORDS * MAX_EPOCHS];
    char state[MAX_TEXT_BYTES];
};

static struct t_temp_dir dirs[N_KINDS];
static struct t_allocator allocator;

static struct totals {
    int64_t n_rounds;
    int64_t n_rows;
    int64_t n_of_order[TFEED_ORDER_TENSORFLOW + 1];
    int64_t n_reshards;
} totals;

static int64_t pick(uint64_t *random, int64_t from, int64_t to)
{
    return from + (int64_t)(t_random_next(random) % (uint64_t)(to - from + 1));
}

static bool keeps_most(const struct tfeed_loader_record *record, void *user_data)
{
    uint64_t id;
    (void)user_data;
    memcpy(&id, record->view.data, sizeof id);
    return id % 7 != 3;
}

static struct tfeed_loader_options draw_options(uint64_t *random, enum tfeed_order order,
                                                int max_workers)
{
    struct tfeed_loader_options options = resume_options(order);
    options.batch_size = pick(random, 1, 100);
    options.n_epochs = pick(random, 1, MAX_EPOCHS);
    options.seed = pick(random, 0, 1000000);
    options.n_workers = pick(random, 0, max_workers);
    options.caller_helps = pick(random, 0, 1) == 0;
    options.n_batches = pick(random, 1, 6);
    options.n_lanes = order == TFEED_ORDER_FAST ? pick(random, 4, 20) : 0;
    options.interleave = pick(random, 1, 7);
    options.block_records = pick(random, 1, 9);
    options.allocator = &allocator.hooks;
    if (options.shuffle_records > 0)
        options.shuffle_records = pick(random, 20, 600);
    return options;
}

/* In the child: takes n_batches, tells what they were and the state, then some more. */
static void run_and_die(const struct t_temp_dir *dir, const struct tfeed_loader_options *options,
                        size_t n_batches, struct news *news)
{
    struct resume_rows rows = {.n = 0};
    struct tfeed_loader *loader = resume_open(dir, options, NULL);
    const char *state = resume_run_loader(loader, n_batches, &rows);
    resume_check(rows.n <= sizeof news->ids / sizeof *news->ids, "too many rows");
    resume_check(strlen(state) < sizeof news->state, "a state of %zu bytes", strlen(state));
    memcpy(news->ids, rows.ids, rows.n * sizeof *rows.ids);
    news->n = rows.n;
    memcpy(news->state, state, strlen(state) + 1);
    (void)resume_run_loader(loader, n_batches % 5, &rows);
    (void)kill(getpid(), SIGKILL);
}

static void kill_and_resume(uint64_t *random, struct news *news, enum tfeed_order order,
                            int max_workers)
{
    int64_t kind = pick(random, 0, N_KINDS - 1);
    if (order == TFEED_ORDER_GLOBAL && kind == RESUME_GZIP)
        kind = RESUME_PLAIN;
    const struct t_temp_dir *dir = &dirs[kind];
    struct tfeed_loader_options options = draw_options(random, order, max_workers);
    if (kind == RESUME_DAMAGED_SET)
        options.on_error = TFEED_ON_ERROR_SKIP;
    if (pick(random, 0, 2) == 0)
        options.filter = keeps_most;

    struct resume_rows whole = resume_run_all(dir, &options, NULL);
    const size_t n_batches = (size_t)pick(random, 0, 1 + (int64_t)whole.n / options.batch_size);
    const pid_t child = fork();
    resume_check(child >= 0, "no child");
    if (child == 0)
        run_and_die(dir, &options, n_batches, news);
    int status;
    resume_check(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
                     WTERMSIG(status) == SIGKILL,
                 "the child died of something else");

    options.n_workers = pick(random, 0, max_workers);
    if (order != TFEED_ORDER_TENSORFLOW)
        options.batch_size = pick(random, 1, 100);
    struct resume_rows tail = resume_run_all(dir, &options, news->state);
    const struct resume_rows head = {.ids = news->ids, .n = news->n};
    resume_check(resume_is_whole(&whole, &head, &tail),
                 "order %d, kind %d: another sequence behind batch %zu (%zu and %zu rows, %zu "
                 "expected): %s",
                 (int)order, (int)kind, n_batches, head.n, tail.n, whole.n, news->state);
    totals.n_rows += (int64_t)(whole.n + tail.n);
    totals.n_of_order[order]++;
    resume_rows_clear(&whole);
    resume_rows_clear(&tail);
}

static void reshard(uint64_t *random, int max_workers)
{
    const enum tfeed_order order =
        (enum tfeed_order)pick(random, TFEED_ORDER_FILES, TFEED_ORDER_GLOBAL);
    const bool is_gzip = order != TFEED_ORDER_GLOBAL && pick(random, 0, 2) == 0;
    struct tfeed_loader_options options = draw_options(random, order, max_workers);
    const int n_before = (int)pick(random, 1, 4);
    size_t n_batches[RESUME_MAX_SHARDS];
    for (int i = 0; i < n_before; i++)
        n_batches[i] = (size_t)pick(
            random, 0, 1 + RESUME_RECORDS * options.n_epochs / options.batch_size / n_before);
    resume_reshard(&dirs[is_gzip ? RESUME_GZIP : RESUME_PLAIN], &options, n_before, n_batches,
                   (int)pick(random, 1, RESUME_MAX_SHARDS));
    totals.n_reshards++;
}

static void run_round(uint64_t *random, struct news *news, int max_workers, int n_threads)
{
    enum { RESHARD_EVERY = 4 };
    totals.n_rounds++;
    if (totals.n_rounds % RESHARD_EVERY == 0)
        reshard(random, max_workers);
    else
        kill_and_resume(random, news,
                        (enum tfeed_order)pick(random, TFEED_ORDER_FILES, TFEED_ORDER_TENSORFLOW),
                        max_workers);
    resume_check(t_outstanding_bytes(&allocator) == 0, "%zu bytes are left",
                 t_outstanding_bytes(&allocator));
    resume_check(t_n_threads_becomes(n_threads), "%d threads are left", t_n_threads() - n_threads);
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, 4, argc, argv);
    const int64_t end_ns = t_stress_end_ns(&options);
    uint64_t random = options.seed;
    struct news *news =
        mmap(NULL, sizeof *news, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    resume_check(news != MAP_FAILED, "no shared memory");
    const int n_threads = t_n_threads_at_rest();
    t_allocator_init(&allocator);
    for (int i = 0; i < N_KINDS; i++) {
        t_temp_dir_init(&dirs[i]);
        resume_write_set(&dirs[i], (enum resume_kind)i);
    }
    do
        run_round(&random, news, options.n_threads, n_threads);
    while (tfi_clock_now_ns() < end_ns);
    for (int i = 0; i < N_KINDS; i++)
        t_temp_dir_clear(&dirs[i]);
    (void)munmap(news, sizeof *news);
    printf("rounds %lld: files %lld, fast %lld, global %lld, tensorflow %lld, reshards %lld; rows "
           "%lld\n",
           (long long)totals.n_rounds, (long long)totals.n_of_order[TFEED_ORDER_FILES],
           (long long)totals.n_of_order[TFEED_ORDER_FAST],
           (long long)totals.n_of_order[TFEED_ORDER_GLOBAL],
           (long long)totals.n_of_order[TFEED_ORDER_TENSORFLOW], (long long)totals.n_reshards,
           (long long)totals.n_rows);
    return EXIT_SUCCESS;
}
