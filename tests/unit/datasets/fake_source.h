/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fake_source.h - a source kind for tests: two splits of numbered examples, failures on request.
 *
 * Everything is static: a test process runs one test.
 */
#ifndef TESTS_UNIT_DATASETS_FAKE_SOURCE_H
#define TESTS_UNIT_DATASETS_FAKE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <tfeed/sources.h>

/* What the fake does; set before use. */
static struct {
    struct tfeed_source_split splits[2];
    uint64_t n_said_too_few; /* examples that come beyond the number announced */
    uint64_t fail_at;      /* this example, counted over all splits from 1, is DATA_LOSS; 0: none */
    uint64_t n_validation; /* seen by open */
    int n_open;
} fake = {.splits = {{"first", 10}, {"second", 3}}};

static struct {
    size_t split;
    uint64_t n_left;
    uint64_t n_given; /* over all splits */
    int64_t value;
} fake_state;

static tfeed_status fake_open(const char *input, const struct tfeed_source_options *options,
                              void **ret_source, struct tfeed_error *reterr)
{
    (void)input;
    (void)reterr;
    fake.n_validation = options->n_validation;
    fake.n_open++;
    *ret_source = &fake_state;
    return TFEED_OK;
}

static void fake_close(void *source)
{
    (void)source;
    fake.n_open--;
}

static const struct tfeed_source_split *fake_splits(const void *source, size_t *ret_n_splits)
{
    (void)source;
    *ret_n_splits = 2;
    return fake.splits;
}

static tfeed_status fake_start(void *source, size_t split, struct tfeed_error *reterr)
{
    (void)source;
    (void)reterr;
    fake_state.split = split;
    fake_state.n_left = fake.splits[split].n_examples + fake.n_said_too_few;
    fake_state.value = -1;
    return TFEED_OK;
}

/* The feature "n" counts up in each split. */
static tfeed_status fake_next(void *source, struct tfeed_example_builder *builder,
                              struct tfeed_error *reterr)
{
    (void)source;
    if (fake_state.n_left == 0)
        return TFEED_OUT_OF_RANGE;
    if (++fake_state.n_given == fake.fail_at) {
        if (reterr != NULL)
            *reterr = (struct tfeed_error){.code = TFEED_DATA_LOSS, .message = "as asked"};
        return TFEED_DATA_LOSS;
    }
    fake_state.n_left--;
    fake_state.value++;
    return tfeed_example_builder_add_int64(builder, "n", &fake_state.value, 1, reterr);
}

static const struct tfeed_source_kind fake_kind = {
    .struct_size = sizeof(struct tfeed_source_kind),
    .name = "fake",
    .summary = "numbers",
    .open = fake_open,
    .close = fake_close,
    .splits = fake_splits,
    .start = fake_start,
    .next = fake_next,
};

static const struct tfeed_source_kind *const fake_kinds[] = {&fake_kind};
static const struct tfeed_source_table fake_table = {fake_kinds, 1};

#endif
