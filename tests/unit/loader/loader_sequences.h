/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * loader_sequences.h - SequenceExamples of which every value is known from a number, and what a
 * parser of one record at a time makes of them.
 *
 *   context        "id" r; "tags" r % 3 texts
 *   feature_lists  "frames" r % 5 steps of 2 floats
 *                  "words"  r % 4 steps, step s with (r + s) % 3 texts
 *                  "boxes"  r % 3 steps of rows of pairs, divided by "lens"
 */
#ifndef T_SEQUENCE_FIXTURE_H
#define T_SEQUENCE_FIXTURE_H

#include "tests/unit/loader/loader_fixture.h"

enum { FRAMES, WORDS, BOXES, N_LISTS };                /* as the schema numbers them */
enum { ID, TAGS, N_CONTEXT, N_COLUMNS = 2 + N_LISTS }; /* of a batch */
enum { FRAME = 2, MOST_TEXTS = 3, TEXT_BYTES = 32 };

static inline int64_t t_n_frames(int64_t id)
{
    return id % 5;
}

static inline float t_frame(int64_t id, int64_t step, int64_t k)
{
    return (float)(id * 100 + step * 10 + k) + 0.5f;
}

/* In all steps. */
static inline int64_t t_n_words(int64_t id)
{
    int64_t n = 0;
    for (int64_t step = 0; step < id % 4; step++)
        n += (id + step) % 3;
    return n;
}

static inline int64_t t_n_pairs(int64_t id)
{
    int64_t n = 0;
    for (int64_t step = 0; step < id % 3; step++)
        n += step + 2;
    return n;
}

/* n texts "ID.STEP.k". */
static inline void t_make_texts(int64_t id, int64_t step, int64_t n,
                                char room[MOST_TEXTS][TEXT_BYTES],
                                struct tfeed_bytes texts[MOST_TEXTS])
{
    for (int64_t k = 0; k < n; k++) {
        const int len = snprintf(room[k], TEXT_BYTES, "%lld.%lld.%lld", (long long)id,
                                 (long long)step, (long long)k);
        texts[k] = (struct tfeed_bytes){(const uint8_t *)room[k], (size_t)len, NULL};
    }
}

static inline void t_add_context(struct tfeed_sequence_builder *builder, int64_t id)
{
    char room[MOST_TEXTS][TEXT_BYTES];
    struct tfeed_bytes texts[MOST_TEXTS];
    struct tfeed_example_builder *context = tfeed_sequence_builder_context(builder);
    t_make_texts(id, 9, id % 3, room, texts);
    cr_assert_eq(tfeed_example_builder_add_int64(context, "id", &id, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(context, "tags", texts, (size_t)(id % 3), NULL),
                 TFEED_OK);
}

/* frame_values FRAME; another number makes a record that cannot be parsed. */
static inline void t_add_frames(struct tfeed_sequence_builder *builder, int64_t id, size_t n_steps,
                                size_t frame_values)
{
    cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "frames", NULL), TFEED_OK);
    for (int64_t step = 0; step < (int64_t)n_steps; step++) {
        const float frame[FRAME] = {t_frame(id, step, 0), t_frame(id, step, 1)};
        cr_assert_eq(tfeed_sequence_builder_step_float(builder, frame, frame_values, NULL),
                     TFEED_OK);
    }
    cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
}

static inline void t_add_words(struct tfeed_sequence_builder *builder, int64_t id)
{
    char room[MOST_TEXTS][TEXT_BYTES];
    struct tfeed_bytes texts[MOST_TEXTS];
    cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "words", NULL), TFEED_OK);
    for (int64_t step = 0; step < id % 4; step++) {
        t_make_texts(id, step, (id + step) % 3, room, texts);
        cr_assert_eq(
            tfeed_sequence_builder_step_bytes(builder, texts, (size_t)((id + step) % 3), NULL),
            TFEED_OK);
    }
    cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
}

/* Step s: a row of s + 1 pairs, and one of one pair. */
static inline void t_add_boxes(struct tfeed_sequence_builder *builder, int64_t id)
{
    cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "box_values", NULL), TFEED_OK);
    for (int64_t step = 0; step < id % 3; step++) {
        int64_t values[2 * 4];
        const int64_t n = 2 * (step + 2);
        for (int64_t k = 0; k < n; k++)
            values[k] = id * 1000 + step * 10 + k;
        cr_assert_eq(tfeed_sequence_builder_step_int64(builder, values, (size_t)n, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_builder_begin_list(builder, "lens", NULL), TFEED_OK);
    for (int64_t step = 0; step < id % 3; step++) {
        const int64_t lens[] = {step + 1, 1};
        cr_assert_eq(tfeed_sequence_builder_step_int64(builder, lens, 2, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_sequence_builder_end_list(builder, NULL), TFEED_OK);
}

/* Record `id`, until the builder's next use. Not is_good: of a list that does not fit the schema,
 * and without its id. */
static inline struct tfeed_bytes t_sequence(struct tfeed_sequence_builder *builder, int64_t id,
                                            bool is_good)
{
    struct tfeed_bytes record = {0};
    tfeed_sequence_builder_clear(builder);
    if (is_good)
        t_add_context(builder, id);
    t_add_frames(builder, id, is_good ? (size_t)t_n_frames(id) : 2, is_good ? FRAME : 1);
    t_add_words(builder, id);
    t_add_boxes(builder, id);
    cr_assert_eq(tfeed_sequence_builder_finish(builder, &record.data, &record.len, NULL), TFEED_OK);
    return record;
}

/* Writes "NAME-00000" …, as t_write_files; record `bad` of all is one that cannot be parsed. */
static inline void t_write_sequences(struct t_files *files, const char *name, const int64_t *counts,
                                     size_t n, enum tfeed_compression compression, int64_t bad)
{
    struct tfeed_sequence_builder *builder;
    cr_assert_eq(tfeed_sequence_builder_new(NULL, &builder, NULL), TFEED_OK);
    for (size_t f = 0; f < n; f++) {
        struct tfeed_record_writer_options options;
        tfeed_record_writer_options_init(&options);
        options.file_system = tfeed_memory_files_system(files->memory);
        options.compression = compression;
        char path[64];
        snprintf(path, sizeof path, "%s-%05zu", name, f);
        struct tfeed_record_writer *writer;
        cr_assert_eq(tfeed_record_writer_open(path, &options, &writer, NULL), TFEED_OK);
        for (int64_t i = 0; i < counts[f]; i++, files->n_records++) {
            const struct tfeed_bytes record =
                t_sequence(builder, files->n_records, files->n_records != bad);
            cr_assert_eq(tfeed_record_writer_write(writer, record.data, record.len, NULL),
                         TFEED_OK);
        }
        cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
        tfeed_record_writer_free(writer);
    }
    tfeed_sequence_builder_free(builder);
}

/* Of "frames" alone. */
static inline struct tfeed_sequence_schema *t_frames_schema(struct tfeed_schema *context)
{
    const struct tfeed_shape frame = tfeed_shape_vector(FRAME);
    struct tfeed_sequence_schema *schema;
    cr_assert_eq(tfeed_sequence_schema_new(context, NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(
        tfeed_sequence_schema_add_fixed(schema, "frames", TFEED_FLOAT, &frame, false, NULL),
        TFEED_OK);
    return schema;
}

static inline struct tfeed_sequence_schema *t_sequence_schema(void)
{
    static const struct tfeed_partition partitions[] = {
        {TFEED_PARTITION_ROW_LENGTHS, "lens", 0}, {TFEED_PARTITION_UNIFORM_ROW_LENGTH, NULL, 2}};
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_schema *context;
    cr_assert_eq(tfeed_schema_new(NULL, &context, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(context, "id", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(context, "tags", TFEED_STRING, NULL), TFEED_OK);
    struct tfeed_sequence_schema *schema = t_frames_schema(context);
    tfeed_schema_unref(context);
    cr_assert_eq(tfeed_sequence_schema_add_variable(schema, "words", TFEED_STRING, NULL), TFEED_OK);
    cr_assert_eq(tfeed_sequence_schema_add_ragged(schema, "boxes", "box_values", TFEED_INT64,
                                                  partitions, 2, TFEED_INT32, NULL),
                 TFEED_OK);
    return schema;
}

/* ------------------------------------------------------------------- comparison */

static inline void t_expect_tensor(const struct tfeed_tensor *got,
                                   const struct tfeed_tensor *wanted)
{
    const size_t n = (size_t)tfeed_tensor_n_elements(wanted);
    cr_assert_eq(got->dtype, wanted->dtype);
    cr_assert(tfeed_shape_equal(&got->shape, &wanted->shape));
    if (wanted->dtype != TFEED_STRING) {
        cr_assert(n == 0 || memcmp(got->data, wanted->data, n * tfeed_dtype_size(got->dtype)) == 0);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_bytes *a = &tfeed_tensor_strings(got)[i];
        const struct tfeed_bytes *b = &tfeed_tensor_strings(wanted)[i];
        cr_assert(a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0));
    }
}

static inline int64_t t_split(const struct tfeed_tensor *splits, int64_t i)
{
    return splits->dtype == TFEED_INT32 ? tfeed_tensor_int32s(splits)[i]
                                        : tfeed_tensor_int64s(splits)[i];
}

/* Expects splits `first` … `end` of one to have the distances of as many of the other from `from`;
 * these ranges become what they divide. */
static inline void t_expect_splits(const struct tfeed_tensor *got, int64_t *first, int64_t *end,
                                   const struct tfeed_tensor *wanted, int64_t *from)
{
    const int64_t begin = t_split(got, *first);
    const int64_t wanted_begin = t_split(wanted, *from);
    for (int64_t i = *first; i <= *end; i++)
        cr_assert_eq(t_split(got, i) - begin, t_split(wanted, *from + i - *first) - wanted_begin);
    *end = t_split(got, *end);
    *first = begin;
    *from = wanted_begin;
}

/* Row `row` of a list is the only one that `alone` holds: values and how they are divided. */
static inline void t_expect_list(const struct tfeed_sequence_parser *got, int list, int64_t row,
                                 const struct tfeed_sequence_parser *alone)
{
    const struct tfeed_tensor values = tfeed_sequence_parser_row(got, list, row);
    const struct tfeed_tensor wanted = tfeed_sequence_parser_row(alone, list, 0);
    const struct tfeed_tensor *steps = tfeed_sequence_parser_step_splits(got, list);
    const int64_t n = t_split(tfeed_sequence_parser_lengths(alone, list), 0);
    int64_t first = t_split(steps, row), end = t_split(steps, row + 1), from = 0;
    t_expect_tensor(&values, &wanted);
    cr_assert_eq(end - first, n);
    cr_assert_eq(t_split(tfeed_sequence_parser_lengths(got, list), row), n);
    for (int level = 0; level < tfeed_sequence_parser_n_levels(got, list); level++)
        t_expect_splits(tfeed_sequence_parser_row_splits(got, list, level), &first, &end,
                        tfeed_sequence_parser_row_splits(alone, list, level), &from);
    if (tfeed_sequence_parser_value_splits(got, list) == NULL)
        return;
    first = t_split(steps, row), end = t_split(steps, row + 1), from = 0;
    t_expect_splits(tfeed_sequence_parser_value_splits(got, list), &first, &end,
                    tfeed_sequence_parser_value_splits(alone, list), &from);
}

/* Row `row` is the record with this id. `alone` is a parser for one row of the same schema. */
static inline void t_expect_sequence(const struct tfeed_sequence_parser *got, int64_t row,
                                     struct tfeed_sequence_parser *alone, int64_t id)
{
    struct tfeed_sequence_builder *builder;
    cr_assert_eq(tfeed_sequence_builder_new(NULL, &builder, NULL), TFEED_OK);
    const struct tfeed_bytes record = t_sequence(builder, id, true);
    cr_assert_eq(tfeed_sequence_parser_parse(alone, &record, 1, NULL, NULL), TFEED_OK);
    for (int column = 0; column < N_CONTEXT; column++) {
        const struct tfeed_tensor values =
            tfeed_columns_row(tfeed_sequence_parser_context(got), column, row);
        const struct tfeed_tensor wanted =
            tfeed_columns_row(tfeed_sequence_parser_context(alone), column, 0);
        t_expect_tensor(&values, &wanted);
    }
    for (int list = 0; list < N_LISTS; list++)
        t_expect_list(got, list, row, alone);
    tfeed_sequence_builder_free(builder);
}

/* Of all columns. */
static inline uint64_t t_batch_bytes(const struct tfeed_batch *batch)
{
    uint64_t n = 0;
    for (int i = 0; i < tfeed_batch_n_columns(batch); i++) {
        const struct tfeed_tensor *column = tfeed_batch_column(batch, i);
        n += (uint64_t)tfeed_tensor_n_elements(column) * tfeed_dtype_size(column->dtype);
    }
    return n;
}

#endif
