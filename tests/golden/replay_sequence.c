/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_sequence.c - tf.train.SequenceExample: what parse_sequence_example and
 * parse_single_sequence_example give.
 */
#include <stdlib.h>
#include <string.h>

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

/* The parser of a row; the status says why there is none. */
static tfeed_status open_parser(const json_t *row, size_t n_rows,
                                struct tfeed_sequence_parser **ret_parser)
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
    if (status == TFEED_OK)
        status = tfeed_sequence_parser_new(schema, (int64_t)n_rows, NULL, ret_parser, NULL);
    tfeed_sequence_schema_unref(schema);
    tfeed_schema_unref(context);
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

/* One outcome of the file: of the batch, or of one message alone. */
static void judge(struct replay *replay, const char *case_name, const json_t *row,
                  const json_t *expected, const struct tfeed_bytes *serialized, size_t n,
                  int64_t which)
{
    const char *kind = json_string_value(json_object_get(expected, "error"));
    const tfeed_status wanted = replay_status_from_kind(kind);
    const char *what = which == TFEED_ALL_ROWS ? "batch" : "alone";
    struct tfeed_sequence_parser *parser = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_status status = open_parser(row, n, &parser);
    if (status == TFEED_OK)
        status = tfeed_sequence_parser_parse(parser, serialized, n, NULL, &error);
    if (status == TFEED_UNIMPLEMENTED) {
        replay_skip(replay, "kinds of feature that a SequenceExample is not asked for");
    } else if (status != wanted) {
        replay_fail(replay, sequence_file, case_name, "%s: expected %s, got %s %s", what,
                    tfeed_status_name(wanted), tfeed_status_name(status), error.message);
    } else if (status == TFEED_OK) {
        const struct tfeed_sequence_schema *schema = tfeed_sequence_parser_schema(parser);
        const char *bad = compare_context(parser, schema, expected, which);
        if (bad == NULL)
            bad = compare_lists(parser, schema, expected, which);
        if (bad == NULL)
            replay_pass(replay);
        else
            replay_fail(replay, sequence_file, case_name,
                        "%s: expected other values of '%s' than what was parsed", what, bad);
    } else {
        replay_pass(replay);
    }
    tfeed_sequence_parser_free(parser);
}

static void replay_row(struct replay *replay, const json_t *row)
{
    const char *case_name = json_string_value(json_object_get(row, "name"));
    struct tfeed_bytes *serialized;
    const size_t n = replay_serialized_of(row, &serialized);
    judge(replay, case_name, row, json_object_get(row, "parse_sequence_example"), serialized, n,
          TFEED_ALL_ROWS);
    for (size_t i = 0; i < n; i++)
        judge(replay, case_name, row,
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
