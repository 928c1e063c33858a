/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_schema.c - `tfeed schema`: the column that each feature can be; as a table, as JSON, or
 * as a C program that reads them.
 */
#include <inttypes.h>
#include <string.h>

#include <tfeed/inspect.h>

#include "cli/console.h"
#include "cli/example_text.h"
#include "cli/gathering.h"
#include "cli/json_writer.h"
#include "cli/reading.h"
#include "cli/schema_c.h"

enum { SAMPLE_RECORDS = 1000, WIDEST_NAME = 32, DTYPE_BYTES = 40 };

struct schema_values {
    struct reading reading;
    uint64_t n_sample; /* of each file */
    bool full;
    bool c;
};

static uint64_t n_looked_at(const struct schema_values *values)
{
    return values->full ? UINT64_MAX : values->n_sample;
}

static uint64_t n_missing(const struct tfeed_dataset_stats *stats,
                          const struct tfeed_dataset_feature *feature)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);

    return totals.n_records - totals.n_not_examples - feature->n_records;
}

/* ----------------------------------------------------------------- JSON */

static void json_number_member(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

/* What stands in a schema that programs read: doc/formats/schema.md. */
static void json_form(struct json_writer *json, const struct tfeed_inferred_column *column,
                      const char *why_not)
{
    const struct tfeed_dataset_feature *feature = &column->feature;

    json_key(json, feature->is_list ? "list" : "column");
    json_string(json, tfeed_inferred_form_name(why_not ? TFEED_INFERRED_NO_COLUMN : column->form));
    if (why_not)
        return;
    json_key(json, "dtype");
    json_string(json, tfeed_dtype_name(column->dtype));
    if (column->n_values >= 0) {
        json_key(json, "shape");
        json_begin_array(json);
        if (column->n_values != 1 || column->form == TFEED_INFERRED_RAW)
            json_uint(json, (uint64_t)column->n_values);
        json_end_array(json);
    }
    if (feature->is_list && column->form == TFEED_INFERRED_FIXED) {
        json_key(json, "allow_missing");
        json_bool(json, column->is_missing_somewhere);
    }
}

/* What was seen of it, which no reader of a schema looks at. */
static void json_seen(struct json_writer *json, const struct tfeed_dataset_stats *stats,
                      const struct tfeed_dataset_feature *feature, const char *why_not)
{
    json_key(json, "seen");
    json_begin_object(json);
    json_key(json, "kind");
    json_string(json, example_kind_name(feature->kind));
    json_number_member(json, "missing", n_missing(stats, feature));
    if (feature->is_list) {
        json_number_member(json, "min_steps", feature->min_steps);
        json_number_member(json, "max_steps", feature->max_steps);
    }
    json_number_member(json, "min_values", feature->min_values);
    json_number_member(json, "max_values", feature->max_values);
    if (feature->kind == TFEED_FEATURE_BYTES && feature->n_values > 0) {
        json_number_member(json, "min_bytes", (uint64_t)feature->min_int64);
        json_number_member(json, "max_bytes", (uint64_t)feature->max_int64);
        json_key(json, "text");
        json_bool(json, feature->n_text == feature->n_values);
    }
    if (why_not) {
        json_key(json, "because");
        json_string(json, why_not);
    }
    json_end_object(json);
}

static void json_columns(struct json_writer *json, const struct tfeed_dataset_stats *stats,
                         bool lists)
{
    json_begin_array(json);
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
        const struct tfeed_dataset_feature *feature = &column.feature;
        if (feature->n_records == 0 || feature->is_list != lists)
            continue;
        const char *why_not = column.why_not;
        if (!why_not && !json_is_utf8(feature->name, feature->name_len))
            why_not = "its name is not UTF-8";
        json_begin_object(json);
        json_key(json, "name");
        json_string_bytes(json, feature->name, feature->name_len);
        json_form(json, &column, why_not);
        json_seen(json, stats, feature, why_not);
        json_end_object(json);
    }
    json_end_array(json);
}

static void print_json(const struct tfeed_dataset_stats *stats, const struct schema_values *values)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);
    struct json_writer json = {0};

    json_begin_object(&json);
    json_number_member(&json, "tfeed_schema", 1);
    json_key(&json, "columns");
    json_columns(&json, stats, false);
    if (totals.n_sequences > 0) {
        json_key(&json, "lists");
        json_columns(&json, stats, true);
    }
    json_key(&json, "seen");
    json_begin_object(&json);
    json_number_member(&json, "files", totals.n_files);
    json_number_member(&json, "records", totals.n_records);
    json_key(&json, "full");
    json_bool(&json, values->full);
    json_number_member(&json, "not_examples", totals.n_not_examples);
    json_number_member(&json, "sequence_examples", totals.n_sequences);
    json_end_object(&json);
    json_end_object(&json);
    json_end_line(&json);
}

/* ----------------------------------------------------------- for people */

static void print_column(const struct tfeed_dataset_stats *stats, size_t i, int width)
{
    const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
    const struct tfeed_dataset_feature *feature = &column.feature;
    const int pad = feature->name_len < (size_t)width ? width - (int)feature->name_len : 0;

    output_text("  ");
    output_name_bytes(feature->name, feature->name_len);
    output_format("%*s  %-8s ", pad, "", tfeed_inferred_form_name(column.form));
    if (column.form == TFEED_INFERRED_NO_COLUMN) {
        output_format("%s: %s\n", example_kind_name(feature->kind), column.why_not);
        return;
    }
    output_text(tfeed_dtype_name(column.dtype));
    if (column.form == TFEED_INFERRED_VARIABLE) {
        output_format("[%" PRIu64, feature->min_values);
        if (feature->min_values != feature->max_values)
            output_format(" to %" PRIu64, feature->max_values);
        output_text("]");
    } else if (column.n_values != 1 || column.form == TFEED_INFERRED_RAW) {
        output_format("[%" PRId64 "]", column.n_values);
    }
    if (feature->is_list) {
        output_format(", %" PRIu64, feature->min_steps);
        if (feature->min_steps != feature->max_steps)
            output_format(" to %" PRIu64, feature->max_steps);
        output_format(" step%s", plural(feature->max_steps));
    }
    if (column.form != TFEED_INFERRED_RAW && feature->kind == TFEED_FEATURE_BYTES &&
        feature->n_values > 0) {
        output_format(", %" PRId64, feature->min_int64);
        if (feature->min_int64 != feature->max_int64)
            output_format(" to %" PRId64, feature->max_int64);
        output_format(" byte%s%s", plural((uint64_t)feature->max_int64),
                      feature->n_text == feature->n_values ? " of text" : "");
    }
    if (n_missing(stats, feature) > 0)
        output_format(", missing in %" PRIu64 " record%s", n_missing(stats, feature),
                      plural(n_missing(stats, feature)));
    output_text("\n");
}

static int name_width(const struct tfeed_dataset_stats *stats)
{
    size_t width = 0;

    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const size_t len = tfeed_dataset_stats_feature(stats, i).name_len;
        if (len > width && len <= WIDEST_NAME)
            width = len;
    }
    return (int)width;
}

static void print_columns(const struct tfeed_dataset_stats *stats, bool lists, int width)
{
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_dataset_feature feature = tfeed_dataset_stats_feature(stats, i);
        if (feature.n_records > 0 && feature.is_list == lists)
            print_column(stats, i, width);
    }
}

static void print_text(const struct tfeed_dataset_stats *stats, const struct schema_values *values)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);
    const int width = name_width(stats);

    output_format("%" PRIu64 " record%s of %" PRIu64 " file%s", totals.n_records,
                  plural(totals.n_records), totals.n_files, plural(totals.n_files));
    if (!values->full)
        output_format(", at most %" PRIu64 " of each (--full: all)", values->n_sample);
    output_text("\n");
    if (totals.n_not_examples > 0)
        output_format("records that are not Examples: %" PRIu64 "\n", totals.n_not_examples);
    print_columns(stats, false, width);
    if (totals.n_sequences > 0) {
        output_text("lists, and what each of their steps holds\n");
        print_columns(stats, true, width);
    }
}

/* ------------------------------------------------------------- command */

static size_t n_columns(const struct tfeed_dataset_stats *stats)
{
    size_t n = 0;

    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++)
        n += tfeed_dataset_infer_column(stats, i).form != TFEED_INFERRED_NO_COLUMN;
    return n;
}

static enum exit_code print_schema(const struct tfeed_dataset_stats *stats,
                                   const struct schema_values *values, enum exit_code code)
{
    if (tfeed_dataset_stats_totals(stats).n_files == 0)
        return code; /* the messages say why */
    if (values->c) {
        if (n_columns(stats) == 0) {
            report("no feature that can be a column");
            return exit_code_worst(code, EXIT_DATA);
        }
        schema_print_c(stats, values->full);
    } else if (values->reading.json) {
        print_json(stats, values);
    } else {
        print_text(stats, values);
    }
    return code;
}

static enum exit_code run_schema(const void *user_values, const struct operands *operands)
{
    const struct schema_values *values = user_values;
    struct tfeed_dataset_stats_options options;
    struct tfeed_dataset_stats *stats;

    if (values->c && values->reading.json) {
        report("--c and --json are two forms: take one of them");
        return EXIT_USAGE;
    }
    tfeed_dataset_stats_options_init(&options);
    options.max_records = n_looked_at(values);
    options.skip_values = true;
    enum exit_code code = gather(&values->reading, &options, operands, &stats);
    if (stats)
        code = print_schema(stats, values, code);
    tfeed_dataset_stats_free(stats);
    return code;
}

static const struct option_spec schema_options[] = {
    READING_OPTIONS(struct schema_values),
    {.name = "sample",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct schema_values, n_sample),
     .argument = "N",
     .help = "look at the first N records of each file (default: 1000)",
     .min = 1,
     .max = UINT64_MAX},
    {.name = "full",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct schema_values, full),
     .help = "look at all records"},
    {.name = "c",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct schema_values, c),
     .help = "a C program that reads these columns"},
    {0}};

static const struct schema_values schema_defaults = {.n_sample = SAMPLE_RECORDS};

const struct command command_schema = {
    .name = "schema",
    .group = "Look",
    .summary = "find out which columns the features can be",
    .usage = "[options] INPUT...",
    .details =
        "Looks at the first records of each file and says of each feature what column it can be:\n"
        "\n"
        "  fixed      in every record, always as many values\n"
        "  raw        one bytes value, always as long, with \"raw\" in its name: uint8\n"
        "  variable   the number of values differs, or it is missing somewhere\n"
        "  none       records hold it as different kinds, or it never has a list\n"
        "\n"
        "Of SequenceExamples these are the context; of their lists it says what a step holds. A\n"
        "record with feature lists (field 2) is a SequenceExample, any other an Example.\n"
        "\n"
        "--json prints a schema that the library reads (tfeed_schema_from_json, and with lists\n"
        "tfeed_sequence_schema_from_json): {\"tfeed_schema\": 1, \"columns\": [{\"name\", "
        "\"column\",\n"
        "\"dtype\", \"shape\"}], \"lists\": [{\"name\", \"list\", \"dtype\", \"shape\",\n"
        "\"allow_missing\"}]}. What was seen stands in \"seen\", of the whole and of each of "
        "them,\n"
        "and may be deleted.\n"
        "\n"
        "examples:\n"
        "  tfeed schema 'train-*.tfrecords'\n"
        "  tfeed schema --full --json train.tfrecords >train.schema.json\n"
        "  tfeed schema --c train.tfrecords >reader.c",
    .options = schema_options,
    .defaults = &schema_defaults,
    .values_bytes = sizeof schema_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_schema,
};
