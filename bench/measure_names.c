/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * measure_names.c - what finding a shared name costs: the context's table beside one with a mutex.
 *
 * usage: measure_names
 *
 * 64 names, all present; each thread looks up one after the other and reads a number of what it
 * found. Both tables hash alike and compare once. Five rounds in turn; the medians are printed, in
 * nanoseconds that a thread spends on a look-up.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/name_table_internal.h"
#include "core/thread_internal.h"

enum { N_NAMES = 64, NAME_BYTES = 24, N_ROUNDS = 5, MAX_THREADS = 4, N_LOOKS = 1000000 };

struct named {
    struct tfi_name_entry entry;
    struct named *next; /* in the bucket of the table with a mutex */
    uint64_t number;
    char name[NAME_BYTES];
};

static struct named named[N_NAMES];
static struct tfi_name_table *table;

static struct tfi_mutex mutex; /* guards: */
static struct named *buckets[N_NAMES];

/* --- the two tables ------------------------------------------------------------------------ */

static uint64_t look_in_table(const char *name)
{
    tfi_name_table_read_begin(table);
    const struct named *found = (const struct named *)tfi_name_table_find(table, name);
    const uint64_t number = found != NULL ? found->number : 0;
    tfi_name_table_read_end(table);
    return number;
}

static uint64_t look_with_mutex(const char *name)
{
    const uint64_t bucket = tfi_name_hash(name) % N_NAMES;
    tfi_mutex_lock(&mutex);
    const struct named *found = buckets[bucket];
    while (found != NULL && strcmp(found->name, name) != 0)
        found = found->next;
    const uint64_t number = found != NULL ? found->number : 0;
    tfi_mutex_unlock(&mutex);
    return number;
}

static void fill_tables(void)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        struct named *one = &named[i];
        (void)snprintf(one->name, sizeof one->name, "pipeline/queue_%zu", i);
        one->entry.name = one->name;
        one->number = i + 1;
        (void)tfi_name_table_add(table, &one->entry);
        struct named **bucket = &buckets[tfi_name_hash(one->name) % N_NAMES];
        one->next = *bucket;
        *bucket = one;
    }
}

/* --- measuring ----------------------------------------------------------------------------- */

struct worker {
    struct tfi_thread thread;
    uint64_t (*look)(const char *name);
    uint64_t sum;
};

static void work(void *opaque)
{
    struct worker *worker = opaque;
    for (size_t i = 0; i < N_LOOKS; i++)
        worker->sum += worker->look(named[i % N_NAMES].name);
}

/* Nanoseconds of one round; ends the program when a name was not found. */
static int64_t run_round(uint64_t (*look)(const char *name), int n_threads)
{
    struct worker workers[MAX_THREADS] = {{.sum = 0}};
    const int64_t begin_ns = tfi_clock_now_ns();
    for (int i = 0; i < n_threads; i++) {
        workers[i].look = look;
        if (tfi_thread_start(&workers[i].thread, "look", work, &workers[i], NULL) != TFEED_OK)
            exit(1);
    }
    for (int i = 0; i < n_threads; i++)
        tfi_thread_join(&workers[i].thread);
    const int64_t took_ns = tfi_clock_now_ns() - begin_ns;
    for (int i = 0; i < n_threads; i++) {
        if (workers[i].sum != (uint64_t)N_LOOKS / N_NAMES * (N_NAMES * (N_NAMES + 1) / 2)) {
            fprintf(stderr, "measure_names: a name was not found\n");
            exit(1);
        }
    }
    return took_ns;
}

static int compare(const void *a, const void *b)
{
    const int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static double median_ns(int64_t rounds[N_ROUNDS])
{
    qsort(rounds, N_ROUNDS, sizeof *rounds, compare);
    return (double)rounds[N_ROUNDS / 2] / N_LOOKS;
}

int main(void)
{
    static const int counts[] = {1, 2, MAX_THREADS};
    tfi_mutex_init(&mutex);
    if (tfi_name_table_new(NULL, &table, NULL) != TFEED_OK)
        return 1;
    fill_tables();
    printf("ns a look-up  the context's  with a mutex\n");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int64_t ours[N_ROUNDS], theirs[N_ROUNDS];
        for (int round = 0; round < N_ROUNDS; round++) {
            ours[round] = run_round(look_in_table, counts[i]);
            theirs[round] = run_round(look_with_mutex, counts[i]);
        }
        printf("%d thread%-6s %13.1f %13.1f\n", counts[i], counts[i] == 1 ? "" : "s",
               median_ns(ours), median_ns(theirs));
    }
    for (size_t i = 0; i < N_NAMES; i++)
        tfi_name_table_remove(table, &named[i].entry);
    tfi_name_table_free(table);
    tfi_mutex_clear(&mutex);
    return 0;
}
