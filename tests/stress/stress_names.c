/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_names.c - readers look names up while writers add them and take them out.
 *
 * Each entry carries a tag made from its name, and is wiped before its memory goes: a reader that
 * still finds it then sees another tag. Half of the names stay from beginning to end and must
 * always be found.
 *
 * Exit: 0 fine, 1 a name that stays was not found, or an entry was seen after its end.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/name_table_internal.h"
#include "core/thread_internal.h"
#include "tests/support/stress.h"

enum { N_NAMES = 256, N_STAYING = N_NAMES / 2, NAME_BYTES = 16, N_LOOKS_A_TURN = 64 };

struct named {
    struct tfi_name_entry entry;
    uint64_t tag;
    char name[NAME_BYTES];
};

static struct tfi_name_table *table;
static struct tfi_mutex writers; /* guards `present` and changes of the table */
static struct named *present[N_NAMES];
static _Atomic bool is_over;
static _Atomic uint64_t n_found;
static _Atomic uint64_t n_absent;
static _Atomic uint64_t n_changes;
static _Atomic uint64_t n_missing;
static _Atomic uint64_t n_dead;

struct worker {
    struct tfi_thread thread;
    uint64_t random;
};

static uint64_t tag_of(size_t number)
{
    return UINT64_C(0x5eed0000) + number;
}

static struct named *new_named(size_t number)
{
    struct named *named = calloc(1, sizeof *named);
    if (named == NULL)
        exit(2);
    (void)snprintf(named->name, sizeof named->name, "queue_%zu", number);
    named->entry.name = named->name;
    named->tag = tag_of(number);
    return named;
}

static void look(void *opaque)
{
    struct worker *worker = opaque;
    uint64_t found = 0, absent = 0;
    do {
        for (int i = 0; i < N_LOOKS_A_TURN; i++) {
            const size_t number = t_random_next(&worker->random) % N_NAMES;
            char name[NAME_BYTES];
            (void)snprintf(name, sizeof name, "queue_%zu", number);
            tfi_name_table_read_begin(table);
            const struct tfi_name_entry *entry = tfi_name_table_find(table, name);
            const struct named *named = (const struct named *)entry;
            if (named != NULL && named->tag != tag_of(number))
                atomic_fetch_add(&n_dead, 1);
            tfi_name_table_read_end(table);
            found += entry != NULL;
            absent += entry == NULL;
            if (entry == NULL && number < N_STAYING)
                atomic_fetch_add(&n_missing, 1);
        }
    } while (!atomic_load(&is_over));
    atomic_fetch_add(&n_found, found);
    atomic_fetch_add(&n_absent, absent);
}

static void change(void *opaque)
{
    struct worker *worker = opaque;
    do {
        const size_t number = N_STAYING + t_random_next(&worker->random) % (N_NAMES - N_STAYING);
        struct named *named = new_named(number);
        tfi_mutex_lock(&writers);
        struct named *gone = present[number];
        present[number] = NULL;
        if (gone != NULL)
            tfi_name_table_remove(table, &gone->entry);
        else if (tfi_name_table_add(table, &named->entry) == &named->entry)
            present[number] = named;
        const bool stayed_out = present[number] != named;
        if (gone != NULL)
            tfi_name_table_wait_for_readers(table);
        tfi_mutex_unlock(&writers);
        if (gone != NULL)
            gone->tag = 0;
        free(gone);
        if (stayed_out)
            free(named);
        atomic_fetch_add(&n_changes, 1);
    } while (!atomic_load(&is_over));
}

static void start(struct tfi_thread *thread, void (*run)(void *), struct worker *worker)
{
    if (tfi_thread_start(thread, "stress", run, worker, NULL) != TFEED_OK)
        exit(2);
}

static void let_time_pass(int64_t end_ns)
{
    struct tfi_mutex mutex;
    struct tfi_condition never;
    tfi_mutex_init(&mutex);
    tfi_condition_init(&never);
    tfi_mutex_lock(&mutex);
    while (tfi_condition_wait(&never, &mutex, end_ns))
        ;
    tfi_mutex_unlock(&mutex);
    tfi_condition_clear(&never);
    tfi_mutex_clear(&mutex);
}

static void clear_table(void)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        if (present[i] == NULL)
            continue;
        tfi_name_table_remove(table, &present[i]->entry);
        free(present[i]);
    }
    tfi_name_table_free(table);
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, 4, argc, argv);
    tfi_mutex_init(&writers);
    if (tfi_name_table_new(NULL, &table, NULL) != TFEED_OK)
        return 2;
    for (size_t i = 0; i < N_STAYING; i++) {
        present[i] = new_named(i);
        (void)tfi_name_table_add(table, &present[i]->entry);
    }
    struct worker *workers = calloc((size_t)options.n_threads, sizeof *workers);
    if (workers == NULL)
        return 2;
    for (int i = 0; i < options.n_threads; i++) {
        workers[i].random = options.seed + (uint64_t)i;
        start(&workers[i].thread, i % 4 == 0 ? change : look, &workers[i]);
    }
    let_time_pass(t_stress_end_ns(&options));
    atomic_store(&is_over, true);
    for (int i = 0; i < options.n_threads; i++)
        tfi_thread_join(&workers[i].thread);
    free(workers);
    clear_table();
    tfi_mutex_clear(&writers);
    printf("found %" PRIu64 ", absent %" PRIu64 ", changes %" PRIu64 ", missing %" PRIu64
           ", seen after the end %" PRIu64 "\n",
           n_found, n_absent, n_changes, n_missing, n_dead);
    return n_found > 0 && n_changes > 0 && n_missing == 0 && n_dead == 0 ? 0 : 1;
}
