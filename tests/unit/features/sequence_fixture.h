/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sequence_fixture.h - a builder whose records are kept, and random numbers to fill them with.
 */
#ifndef SEQUENCE_FIXTURE_H
#define SEQUENCE_FIXTURE_H

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <tfeed/random.h>
#include <tfeed/sequence.h>

#define T_OK(call) cr_assert_eq(call, TFEED_OK)

/* Below n, which is not 0. */
static inline size_t random_below(struct tfeed_random *random, size_t n)
{
    return tfeed_random_uint32(random) % n;
}

enum { SEQUENCE_RECORDS_MAX = 16 };

struct sequence_records {
    struct tfeed_sequence_builder *builder;
    struct tfeed_bytes records[SEQUENCE_RECORDS_MAX];
    size_t n;
};

static inline void sequence_records_init(struct sequence_records *records)
{
    *records = (struct sequence_records){.n = 0};
    T_OK(tfeed_sequence_builder_new(NULL, &records->builder, NULL));
}

/* Keeps what the builder holds as the next record. */
static inline void sequence_records_add(struct sequence_records *records)
{
    const uint8_t *data;
    struct tfeed_bytes *record = &records->records[records->n++];
    cr_assert_leq(records->n, (size_t)SEQUENCE_RECORDS_MAX);
    T_OK(tfeed_sequence_builder_finish(records->builder, &data, &record->len, NULL));
    uint8_t *copy = malloc(record->len + 1);
    cr_assert_not_null(copy);
    memcpy(copy, data, record->len);
    record->data = copy;
}

static inline void sequence_records_clear(struct sequence_records *records)
{
    for (size_t i = 0; i < records->n; i++)
        free((void *)(uintptr_t)records->records[i].data);
    tfeed_sequence_builder_free(records->builder);
}

/* A list of the record that is built: steps of int64. */
static inline void add_int64_list(struct sequence_records *records, const char *name,
                                  const int64_t *const *steps, const size_t *n_values,
                                  size_t n_steps)
{
    T_OK(tfeed_sequence_builder_begin_list(records->builder, name, NULL));
    for (size_t i = 0; i < n_steps; i++)
        T_OK(tfeed_sequence_builder_step_int64(records->builder, steps[i], n_values[i], NULL));
    T_OK(tfeed_sequence_builder_end_list(records->builder, NULL));
}

#endif
