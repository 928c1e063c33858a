/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_ragged.c - tf.io.RaggedFeature, with and without a partition: what parse_example and
 * parse_single_example of TensorFlow 2 give.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>

#include "tests/golden/replay.h"
#include "tests/golden/replay_features.h"

static const char ragged_file[] = "input/examples/ragged_tf2.json";

/* What a parse gave: columns on TFEED_OK. */
struct outcome {
    tfeed_status status;
    struct tfeed_columns *columns;
    struct tfeed_error error;
};

static void parse(struct tfeed_example_parser *parser, const struct tfeed_bytes *serialized,
                  size_t n, struct outcome *outcome)
{
    outcome->error = (struct tfeed_error){0};
    outcome->status = tfeed_example_parser_parse_batch(parser, serialized, n, outcome->columns,
                                                       NULL, &outcome->error);
}

/* The one partition that a row says in words: "row_splits s", "uniform 2 over u"; the number of
 * partitions, 0 or 1. */
static int partition_of(const char *words, char key[16], char value_key[16],
                        struct tfeed_partition *ret_partition)
{
    static const char *const kinds[] = {"row_splits", "row_lengths",  "row_starts",
                                        "row_limits", "value_rowids", "uniform"};
    char kind[16] = "";
    (void)snprintf(value_key, 16, "v");
    (void)sscanf(words, "%15s %15s over %15s", kind, key, value_key);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kind, kinds[i]) == 0) {
            *ret_partition = (struct tfeed_partition){
                .kind = (enum tfeed_partition_kind)i, .key = key, .length = strtol(key, NULL, 10)};
            return 1;
        }
    return 0;
}

/* True when the values and row_splits from a level on are those of the file. Of an example that has
 * no row_splits TensorFlow makes row_splits without an element; here they have the 0 at which all
 * begin. */
static bool is_ragged(const struct tfeed_columns *columns, int level, const json_t *expected)
{
    const json_t *ragged;
    for (; (ragged = json_object_get(expected, "ragged")) != NULL; level++) {
        const json_t *splits = json_object_get(ragged, "row_splits");
        const struct tfeed_tensor *got = tfeed_columns_row_splits(columns, 0, level);
        const bool has_none = json_array_size(json_object_get(splits, "data")) == 0;
        if (got == NULL ||
            (has_none ? tfeed_tensor_n_elements(got) != 1 : !replay_is_tensor(splits, got)))
            return false;
        expected = json_object_get(ragged, "values");
    }
    return level == tfeed_columns_n_levels(columns, 0) &&
           replay_is_tensor(expected, tfeed_columns_values(columns, 0));
}

static void judge_ragged(struct replay *replay, const char *case_name, const json_t *expected,
                         const struct outcome *got, int level)
{
    const char *kind = json_string_value(json_object_get(expected, "error"));
    if (kind != NULL ? got->status == replay_status_from_kind(kind)
                     : got->status == TFEED_OK && is_ragged(got->columns, level, expected))
        replay_pass(replay);
    else
        replay_fail(replay, ragged_file, case_name, "%s: expected %s, got %s %s",
                    level == 0 ? "batch" : "alone", kind == NULL ? "equal rows" : kind,
                    tfeed_status_name(got->status), got->error.message);
}

static void replay_ragged_row(struct replay *replay, const json_t *row)
{
    struct tfeed_schema *schema = NULL;
    struct tfeed_example_parser *parser = NULL;
    struct tfeed_partition partition;
    struct tfeed_bytes *serialized;
    struct outcome outcome;
    char key[16] = "";
    char value_key[16];
    const char *name = json_string_value(json_object_get(row, "name"));
    const int n_partitions =
        partition_of(json_string_value(json_object_get(row, "spec")), key, value_key, &partition);
    const enum tfeed_dtype splits_dtype =
        strstr(name, "int64 splits") != NULL ? TFEED_INT64 : TFEED_INT32;
    const size_t n = replay_serialized_of(row, &serialized);
    if (tfeed_schema_new(NULL, &schema, NULL) != TFEED_OK ||
        tfeed_schema_add_ragged(schema, "x", value_key, TFEED_INT64, &partition, n_partitions,
                                splits_dtype, NULL) != TFEED_OK ||
        tfeed_example_parser_new(schema, NULL, &parser, NULL) != TFEED_OK ||
        tfeed_columns_new(schema, (int64_t)n, NULL, &outcome.columns, NULL) != TFEED_OK)
        abort();
    parse(parser, serialized, n, &outcome);
    judge_ragged(replay, name, json_object_get(row, "parse_example"), &outcome, 0);
    for (size_t i = 0; i < n; i++) {
        parse(parser, &serialized[i], 1, &outcome);
        judge_ragged(replay, name, replay_single_result(row, i), &outcome, 1);
    }
    replay_free_serialized(serialized, n);
    tfeed_columns_free(outcome.columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *rows = replay_open(&replay, ragged_file);
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) replay_ragged_row(&replay, row);
    json_decref(rows);
    return replay_finish(&replay);
}
