/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * kinds_fixture.h - examples with a feature of every kind, and what a batch must hold of example i:
 *
 *    label   [i]                                  fixed
 *    ids     10 i + j, i % 4 of them              variable
 *    words   "<i>.<j>", i % 3 of them             variable, strings
 *    steps   i + j, i % 3 steps of 2 floats       sequence
 *    spots   i + j at 9 - 2 j, i % 3 of them      sparse, not in order: 0 … 9
 *    nested  i + j, i % 5 of them, as rows of 1 and of the others        ragged
 *
 * SequenceExample i has the context "label", and the lists
 *
 *    frames  i + s and i + s + 1 in step s, i % 4 steps          fixed
 *    tags    "<i>.<j>", s + 1 of them in step s, i % 3 steps     variable
 */
#ifndef KINDS_FIXTURE_H
#define KINDS_FIXTURE_H

#include <tfeed/sequence.h>

#include "tests/unit/pipeline/pipeline_fixture.h"

enum kinds_column {
    KINDS_LABEL,
    KINDS_IDS,
    KINDS_WORDS,
    KINDS_STEPS,
    KINDS_SPOTS,
    KINDS_NESTED,
    KINDS_N_COLUMNS
};

enum { KINDS_MAX = 5, KINDS_SPOTS_SIZE = 10 };

/* --- writing ------------------------------------------------------------------------------- */

static inline void kinds_fill_example(struct tfeed_example_builder *builder, int64_t i)
{
    int64_t ids[KINDS_MAX], at[KINDS_MAX], nested[KINDS_MAX];
    float numbers[2 * KINDS_MAX];
    char text[KINDS_MAX][16];
    struct tfeed_bytes words[KINDS_MAX];
    const size_t n_nested = (size_t)i % 5;
    const int64_t lengths[2] = {1, (int64_t)n_nested - 1};
    for (int64_t j = 0; j < KINDS_MAX; j++) {
        ids[j] = 10 * i + j;
        at[j] = KINDS_SPOTS_SIZE - 1 - 2 * j;
        nested[j] = i + j;
        (void)snprintf(text[j], sizeof text[j], "%d.%d", (int)i, (int)j);
        words[j] = (struct tfeed_bytes){.data = (const uint8_t *)text[j], .len = strlen(text[j])};
    }
    for (int64_t j = 0; j < 2 * KINDS_MAX; j++)
        numbers[j] = (float)(i + j);
    const size_t n = (size_t)i % 3;
    FIXTURE_MUST(tfeed_example_builder_add_int64(builder, "label", &i, 1, error));
    FIXTURE_MUST(tfeed_example_builder_add_int64(builder, "ids", ids, (size_t)i % 4, error));
    FIXTURE_MUST(tfeed_example_builder_add_bytes(builder, "words", words, n, error));
    FIXTURE_MUST(tfeed_example_builder_add_float(builder, "steps", numbers, 2 * n, error));
    FIXTURE_MUST(tfeed_example_builder_add_int64(builder, "at", at, n, error));
    FIXTURE_MUST(tfeed_example_builder_add_float(builder, "value", numbers, n, error));
    FIXTURE_MUST(tfeed_example_builder_add_int64(builder, "nested", nested, n_nested, error));
    FIXTURE_MUST(
        tfeed_example_builder_add_int64(builder, "lens", lengths, n_nested > 0 ? 2 : 0, error));
}

/* Writes examples 0 … n - 1; number `bad` among them (-1: none) lacks its label. */
static inline void kinds_write_examples(const char *path, int64_t n, int64_t bad)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_example_builder *builder = NULL;
    tfeed_record_writer_options_init(&options);
    options.overwrite = true;
    FIXTURE_MUST(tfeed_record_writer_open(path, &options, &writer, error));
    FIXTURE_MUST(tfeed_example_builder_new(NULL, &builder, error));
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *record = NULL;
        size_t len = 0;
        tfeed_example_builder_clear(builder);
        if (i != bad)
            kinds_fill_example(builder, i);
        FIXTURE_MUST(tfeed_example_builder_finish(builder, &record, &len, error));
        FIXTURE_MUST(tfeed_record_writer_write(writer, record, len, error));
    }
    FIXTURE_MUST(tfeed_record_writer_close(writer, error));
    tfeed_example_builder_free(builder);
    tfeed_record_writer_free(writer);
}

static inline void kinds_fill_sequence(struct tfeed_sequence_builder *builder, int64_t i)
{
    FIXTURE_MUST(tfeed_example_builder_add_int64(tfeed_sequence_builder_context(builder), "label",
                                                 &i, 1, error));
    FIXTURE_MUST(tfeed_sequence_builder_begin_list(builder, "frames", error));
    for (int64_t s = 0; s < i % 4; s++) {
        const float frame[2] = {(float)(i + s), (float)(i + s + 1)};
        FIXTURE_MUST(tfeed_sequence_builder_step_float(builder, frame, 2, error));
    }
    FIXTURE_MUST(tfeed_sequence_builder_end_list(builder, error));
    FIXTURE_MUST(tfeed_sequence_builder_begin_list(builder, "tags", error));
    for (int64_t s = 0; s < i % 3; s++) {
        char text[KINDS_MAX][16];
        struct tfeed_bytes tags[KINDS_MAX];
        for (int64_t j = 0; j <= s; j++) {
            (void)snprintf(text[j], sizeof text[j], "%d.%d", (int)i, (int)j);
            tags[j] =
                (struct tfeed_bytes){.data = (const uint8_t *)text[j], .len = strlen(text[j])};
        }
        FIXTURE_MUST(tfeed_sequence_builder_step_bytes(builder, tags, (size_t)s + 1, error));
    }
    FIXTURE_MUST(tfeed_sequence_builder_end_list(builder, error));
}

/* Writes SequenceExamples 0 … n - 1. */
static inline void kinds_write_sequences(const char *path, int64_t n)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer = NULL;
    struct tfeed_sequence_builder *builder = NULL;
    tfeed_record_writer_options_init(&options);
    options.overwrite = true;
    FIXTURE_MUST(tfeed_record_writer_open(path, &options, &writer, error));
    FIXTURE_MUST(tfeed_sequence_builder_new(NULL, &builder, error));
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *record = NULL;
        size_t len = 0;
        tfeed_sequence_builder_clear(builder);
        kinds_fill_sequence(builder, i);
        FIXTURE_MUST(tfeed_sequence_builder_finish(builder, &record, &len, error));
        FIXTURE_MUST(tfeed_record_writer_write(writer, record, len, error));
    }
    FIXTURE_MUST(tfeed_record_writer_close(writer, error));
    tfeed_sequence_builder_free(builder);
    tfeed_record_writer_free(writer);
}

/* --- schemas ------------------------------------------------------------------------------- */

static inline tfeed_status kinds_add_columns(struct tfeed_schema *schema)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    const char *const index_keys[] = {"at"};
    const int64_t size[] = {KINDS_SPOTS_SIZE};
    tfeed_status status = tfeed_schema_add_fixed(schema, "label", TFEED_INT64, &scalar, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_variable(schema, "ids", TFEED_INT64, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_variable(schema, "words", TFEED_STRING, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_sequence(schema, "steps", TFEED_FLOAT, &pair, NULL, NULL);
    if (status == TFEED_OK)
        status = tfeed_schema_add_sparse(schema, "spots", index_keys, 1, "value", TFEED_FLOAT, size,
                                         false, NULL);
    return status;
}

static inline tfeed_status kinds_add_ragged(struct tfeed_schema *schema)
{
    const struct tfeed_partition lengths = {.kind = TFEED_PARTITION_ROW_LENGTHS, .key = "lens"};
    return tfeed_schema_add_ragged(schema, "nested", NULL, TFEED_INT64, &lengths, 1, TFEED_INT64,
                                   NULL);
}

static inline tfeed_status kinds_make_schema(const struct tfeed_allocator *allocator,
                                             bool has_ragged, struct tfeed_schema **ret_schema)
{
    struct tfeed_schema *schema = NULL;
    tfeed_status status = tfeed_schema_new(allocator, &schema, NULL);
    if (status != TFEED_OK)
        return status;
    status = kinds_add_columns(schema);
    if (status == TFEED_OK && has_ragged)
        status = kinds_add_ragged(schema);
    if (status == TFEED_OK)
        *ret_schema = schema;
    else
        tfeed_schema_unref(schema);
    return status;
}

/* --- what example i is --------------------------------------------------------------------- */

static inline bool kinds_is_word(const struct tfeed_bytes *word, int64_t i, int64_t j)
{
    char text[16];
    const int len = snprintf(text, sizeof text, "%d.%d", (int)i, (int)j);
    return word->len == (size_t)len && memcmp(word->data, text, word->len) == 0;
}

static inline bool kinds_has(const struct tfeed_tensor *tensor, int64_t n)
{
    return tensor->dtype != TFEED_DTYPE_INVALID && tfeed_tensor_n_elements(tensor) == n;
}

static inline bool kinds_row_fits(struct tfeed_columns *columns, int64_t row, int64_t i)
{
    const struct tfeed_tensor ids = tfeed_columns_row(columns, KINDS_IDS, row);
    const struct tfeed_tensor words = tfeed_columns_row(columns, KINDS_WORDS, row);
    const struct tfeed_tensor steps = tfeed_columns_row(columns, KINDS_STEPS, row);
    const struct tfeed_tensor nested = tfeed_columns_row(columns, KINDS_NESTED, row);
    struct tfeed_sparse spots;
    const int64_t n = i % 3;
    if (tfeed_columns_sparse(columns, KINDS_SPOTS, row, &spots, NULL) != TFEED_OK ||
        !kinds_has(&ids, i % 4) || !kinds_has(&words, n) || !kinds_has(&steps, 2 * n) ||
        !kinds_has(&spots.values, n) || !kinds_has(&nested, i % 5))
        return false;
    bool fits = true;
    for (int64_t j = 0; j < i % 4; j++)
        fits = fits && tfeed_tensor_int64s(&ids)[j] == 10 * i + j;
    for (int64_t j = 0; j < 2 * n; j++)
        fits = fits && (int64_t)tfeed_tensor_floats(&steps)[j] == i + j;
    for (int64_t j = 0; j < n; j++) /* in the order of their places */
        fits = fits && kinds_is_word(&tfeed_tensor_strings(&words)[j], i, j) &&
               (int64_t)tfeed_tensor_floats(&spots.values)[j] == i + n - 1 - j &&
               tfeed_tensor_int64s(&spots.indices)[j] == KINDS_SPOTS_SIZE - 1 - 2 * (n - 1 - j);
    for (int64_t j = 0; j < i % 5; j++)
        fits = fits && tfeed_tensor_int64s(&nested)[j] == i + j;
    return fits;
}

#endif
