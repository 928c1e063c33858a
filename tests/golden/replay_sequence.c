/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_sequence.c - tf.train.SequenceExample: what parse_sequence_example and
 * parse_single_sequence_example give; of whole batches also through the loader.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/loader.h>
#include <tfeed/sequence.h>

#include "tests/golden/replay.h"
#include "tests/golden/replay_features.h"

static const char sequence_file[] = "input/examples/sequence.json";

/* ------------------------------------------------------------------- schema */

static tfeed_status add_list(struct tfeed_sequence_schema *schema, const char *name,
                             const json_t *feature)
{
    const char *kind = json_string_value(json_object_get(feature, "kind"));
    const bool allow_missing = json_is_true(json_object_get(feature, "allow_missing"));
    const enum tfeed_dtype dtype = replay_dtype_of(feature);
    struct tfeed_shape shape;
    if (kind == NULL || !replay_shape_of(json_object_get(feature, "shape"), &shape))
        return TFEED_UNIMPLEMENTED;
    if (strcmp(kind, "var") == 0)
        return tfeed_sequence_schema_add_variable(schema, name, dtype, NULL);
    if (strcmp(kind, "seq") == 0)
        return tfeed_sequence_schema_add_fixed(schema, name, dtype, &shape, allow_missing, NULL);
    return TFEED_UNIMPLEMENTED;
}

/* The schema of a row; the status says why there is none. */
static tfeed_status make_schema(const json_t *row, struct tfeed_sequence_schema **ret_schema)
{
    struct tfeed_schema *context = NULL;
    struct tfeed_sequence_schema *schema = NULL;
    tfeed_status status = TFEED_OK;
    const char *name;
    json_t *feature;
    if (tfeed_schema_new(NULL, &context, NULL) != TFEED_OK ||
        tfeed_sequence_schema_new(context, NULL, &schema, NULL) != TFEED_OK)
        abort();
    json_object_foreach(json_object_get(row, "context"), name, feature)
    {
        if (status == TFEED_OK)
            status = replay_add_feature(context, name, feature);
    }
    json_object_foreach(json_object_get(row, "sequence"), name, feature)
    {
        if (status == TFEED_OK)
            status = add_list(schema, name, feature);
    }
    tfeed_schema_unref(context);
    if (status == TFEED_OK)
        *ret_schema = schema;
    else
        tfeed_sequence_schema_unref(schema);
    return status;
}

/* --------------------------------------------------------------- comparison */

/* What one entry of a "dict" is compared with. */
static const json_t *entry_of(const json_t *outcome, const char *part, const char *name)
{
    return json_object_get(json_object_get(json_object_get(outcome, part), "dict"), name);
}

/* The first context feature that is not as expected, or NULL. */
static const char *compare_context(struct tfeed_sequence_parser *parser,
                                   const struct tfeed_sequence_schema *schema,
                                   const json_t *expected, int64_t row)
{
    const struct tfeed_schema *context = tfeed_sequence_schema_context(schema);
    struct tfeed_columns *columns = tfeed_sequence_parser_context(parser);
    for (int i = 0; i < tfeed_schema_n_columns(context); i++) {
        const char *name = tfeed_schema_column_name(context, i);
        const json_t *wanted = entry_of(expected, "context", name);
        struct tfeed_tensor alone = {0};
        struct tfeed_sparse sparse;
        const enum tfeed_column_kind kind = tfeed_schema_column_kind(context, i);
        bool equal;
        if (kind == TFEED_COLUMN_VARIABLE || kind == TFEED_COLUMN_SPARSE) {
            equal = tfeed_columns_sparse(columns, i, row, &sparse, NULL) == TFEED_OK &&
                    replay_is_sparse(wanted, &sparse);
        } else if (row == TFEED_ALL_ROWS) {
            equal = replay_is_tensor(wanted, tfeed_columns_values(columns, i));
        } else {
            alone = tfeed_columns_row(columns, i, row);
            equal = replay_is_tensor(wanted, &alone);
        }
        if (!equal)
            return name;
    }
    return NULL;
}

/* The first list that is not as expected, or NULL. */
static const char *compare_lists(struct tfeed_sequence_parser *parser,
                                 const struct tfeed_sequence_schema *schema, const json_t *expected,
                                 int64_t row)
{
    for (int i = 0; i < tfeed_sequence_schema_n_lists(schema); i++) {
        const char *name = tfeed_sequence_schema_list_name(schema, i);
        const json_t *wanted = entry_of(expected, "sequence", name);
        const json_t *lengths = entry_of(expected, "lengths", name);
        struct tfeed_tensor alone = {0};
        struct tfeed_sparse sparse;
        bool equal;
        if (tfeed_sequence_parser_value_splits(parser, i) != NULL) {
            equal = tfeed_sequence_parser_sparse(parser, i, row, &sparse, NULL) == TFEED_OK &&
                    replay_is_sparse(wanted, &sparse);
        } else if (row == TFEED_ALL_ROWS) {
            equal = replay_is_tensor(wanted, tfeed_sequence_parser_values(parser, i));
        } else {
            alone = tfeed_sequence_parser_row(parser, i, row);
            equal = replay_is_tensor(wanted, &alone);
        }
        if (lengths != NULL && !replay_is_tensor(lengths, tfeed_sequence_parser_lengths(parser, i)))
            equal = false;
        if (!equal)
            return name;
    }
    return NULL;
}

/* ------------------------------------------------------------------ judging */

/* What came of one outcome of the file. */
struct result {
    tfeed_status status;
    struct tfeed_error error;
    struct tfeed_sequence_parser *parser; /* that holds the rows, where the status is OK */
};

static void judge(struct replay *replay, const char *case_name, const char *what,
                  const json_t *expected, const struct result *result, int64_t which)
{
    const char *kind = json_string_value(json_object_get(expected, "error"));
    const tfeed_status wanted = replay_status_from_kind(kind);
    const char *bad = NULL;
    if (result->status == TFEED_UNIMPLEMENTED) {
        replay_skip(replay, "kinds of feature that a SequenceExample is not asked for");
        return;
    }
    if (result->status != wanted) {
        replay_fail(replay, sequence_file, case_name, "%s: expected %s, got %s %s", what,
                    tfeed_status_name(wanted), tfeed_status_name(result->status),
                    result->error.message);
        return;
    }
    if (result->status == TFEED_OK) {
        const struct tfeed_sequence_schema *schema = tfeed_sequence_parser_schema(result->parser);
        bad = compare_context(result->parser, schema, expected, which);
        if (bad == NULL)
            bad = compare_lists(result->parser, schema, expected, which);
    }
    if (bad == NULL)
        replay_pass(replay);
    else
        replay_fail(replay, sequence_file, case_name,
                    "%s: expected other values of '%s' than what was parsed", what, bad);
}

/* An outcome of the batch, or of one message alone. */
static void judge_parsed(struct replay *replay, const char *case_name, const json_t *row,
                         const json_t *expected, const struct tfeed_bytes *serialized, size_t n,
                         int64_t which)
{
    struct tfeed_sequence_schema *schema = NULL;
    struct result result = {.error = TFEED_ERROR_INIT};
    result.status = make_schema(row, &schema);
    if (result.status == TFEED_OK)
        result.status =
            tfeed_sequence_parser_new(schema, (int64_t)n, NULL, &result.parser, &result.error);
    if (result.status == TFEED_OK)
        result.status =
            tfeed_sequence_parser_parse(result.parser, serialized, n, NULL, &result.error);
    judge(replay, case_name, which == TFEED_ALL_ROWS ? "batch" : "alone", expected, &result, which);
    tfeed_sequence_parser_free(result.parser);
    tfeed_sequence_schema_unref(schema);
}

static void write_file(struct tfeed_memory_files *memory, const struct tfeed_bytes *serialized,
                       size_t n)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    tfeed_record_writer_options_init(&options);
    options.file_system = tfeed_memory_files_system(memory);
    if (tfeed_record_writer_open("records", &options, &writer, NULL) != TFEED_OK)
        abort();
    for (size_t i = 0; i < n; i++)
        if (tfeed_record_writer_write(writer, serialized[i].data, serialized[i].len, NULL) !=
            TFEED_OK)
            abort();
    if (tfeed_record_writer_close(writer, NULL) != TFEED_OK)
        abort();
    tfeed_record_writer_free(writer);
}

/* The outcome of the batch, out of a file of these records; a batch has one or more. */
static void judge_loaded(struct replay *replay, const char *case_name, const json_t *row,
                         const json_t *expected, const struct tfeed_bytes *serialized, size_t n)
{
    struct tfeed_memory_files *memory;
    struct tfeed_loader_options options;
    struct tfeed_loader *loader = NULL;
    struct tfeed_batch *batch = NULL;
    struct result result = {.error = TFEED_ERROR_INIT};
    if (tfeed_memory_files_new(NULL, &memory, NULL) != TFEED_OK)
        abort();
    write_file(memory, serialized, n);
    tfeed_loader_options_init(&options);
    options.file_system = tfeed_memory_files_system(memory);
    options.batch_size = (int64_t)n;
    result.status = make_schema(row, &options.sequence_schema);
    if (result.status == TFEED_OK)
        result.status = tfeed_loader_open("records", NULL, &options, &loader, &result.error);
    if (result.status == TFEED_OK)
        result.status = tfeed_loader_next(loader, &batch, &result.error);
    if (result.status == TFEED_OK)
        result.parser = tfeed_batch_sequences(batch);
    judge(replay, case_name, "loader", expected, &result, TFEED_ALL_ROWS);
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
    tfeed_sequence_schema_unref(options.sequence_schema);
    tfeed_memory_files_free(memory);
}

static void replay_row(struct replay *replay, const json_t *row)
{
    const char *case_name = json_string_value(json_object_get(row, "name"));
    struct tfeed_bytes *serialized;
    const size_t n = replay_serialized_of(row, &serialized);
    const json_t *batch = json_object_get(row, "parse_sequence_example");
    judge_parsed(replay, case_name, row, batch, serialized, n, TFEED_ALL_ROWS);
    if (n > 0)
        judge_loaded(replay, case_name, row, batch, serialized, n);
    for (size_t i = 0; i < n; i++)
        judge_parsed(replay, case_name, row,
                     json_array_get(json_object_get(row, "parse_single_sequence_example"), i),
                     &serialized[i], 1, 0);
    replay_free_serialized(serialized, n);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *rows = replay_open(&replay, sequence_file);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) replay_row(&replay, row);
    json_decref(rows);
    return replay_finish(&replay);
}
