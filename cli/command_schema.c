/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_schema.c - `tfeed schema`: the column that each feature can be; as a table, as JSON, or
 * as a C program that reads them.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include <tfeed/inspect.h>

#include "cli/console.h"
#include "cli/example_text.h"
#include "cli/gathering.h"
#include "cli/json_writer.h"
#include "cli/reading.h"

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

static void json_column(struct json_writer *json, const struct tfeed_dataset_stats *stats, size_t i)
{
    const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
    const struct tfeed_dataset_feature *feature = &column.feature;

    json_begin_object(json);
    json_key(json, "name");
    json_string_bytes(json, feature->name, feature->name_len);
    json_key(json, "column");
    json_string(json, tfeed_inferred_form_name(column.form));
    json_key(json, "kind");
    json_string(json, example_kind_name(feature->kind));
    json_key(json, "dtype");
    json_string(json, tfeed_dtype_name(column.dtype));
    json_key(json, "shape");
    if (column.n_values < 0) {
        json_null(json);
    } else {
        json_begin_array(json);
        if (column.n_values != 1 || column.form == TFEED_INFERRED_RAW)
            json_uint(json, (uint64_t)column.n_values);
        json_end_array(json);
    }
    json_number_member(json, "missing", n_missing(stats, feature));
    json_number_member(json, "min_values", feature->min_values);
    json_number_member(json, "max_values", feature->max_values);
    if (feature->kind == TFEED_FEATURE_BYTES && feature->n_values > 0) {
        json_number_member(json, "min_bytes", (uint64_t)feature->min_int64);
        json_number_member(json, "max_bytes", (uint64_t)feature->max_int64);
        json_key(json, "text");
        json_bool(json, feature->n_text == feature->n_values);
    }
    if (column.why_not) {
        json_key(json, "because");
        json_string(json, column.why_not);
    }
    json_end_object(json);
}

static void print_json(const struct tfeed_dataset_stats *stats, const struct schema_values *values)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);
    struct json_writer json = {0};

    json_begin_object(&json);
    json_number_member(&json, "files", totals.n_files);
    json_number_member(&json, "records", totals.n_records);
    json_key(&json, "full");
    json_bool(&json, values->full);
    json_number_member(&json, "not_examples", totals.n_not_examples);
    json_key(&json, "columns");
    json_begin_array(&json);
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++)
        if (tfeed_dataset_stats_feature(stats, i).n_records > 0)
            json_column(&json, stats, i);
    json_end_array(&json);
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
    if (column.form != TFEED_INFERRED_RAW && feature->kind == TFEED_FEATURE_BYTES &&
        feature->n_values > 0) {
        output_format(", %" PRId64, feature->min_int64);
        if (feature->min_int64 != feature->max_int64)
            output_format(" to %" PRId64, feature->max_int64);
        output_format(" bytes%s", feature->n_text == feature->n_values ? " of text" : "");
    }
    if (n_missing(stats, feature) > 0)
        output_format(", missing in %" PRIu64 " records", n_missing(stats, feature));
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

static void print_text(const struct tfeed_dataset_stats *stats, const struct schema_values *values)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);
    const int width = name_width(stats);

    output_format("%" PRIu64 " records of %" PRIu64 " file%s", totals.n_records, totals.n_files,
                  totals.n_files == 1 ? "" : "s");
    if (!values->full)
        output_format(", at most %" PRIu64 " of each (--full: all)", values->n_sample);
    output_text("\n");
    if (totals.n_not_examples > 0)
        output_format("records that are not Examples: %" PRIu64 "\n", totals.n_not_examples);
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++)
        if (tfeed_dataset_stats_feature(stats, i).n_records > 0)
            print_column(stats, i, width);
}

/* -------------------------------------------------------------------- C */

/* A name as it stands between quotes in C, and in a comment. */
static void print_quoted(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char byte = (unsigned char)name[i];
        if (byte >= 0x20 && byte < 0x7f && !strchr("\"\\?*", byte))
            output_format("%c", byte);
        else
            output_format("\\%03o", byte);
    }
}

/* COLUMN_IMAGE_RAW; with its number behind it where two names become one. */
static void print_constant(const char *name, size_t len, int number)
{
    output_text("COLUMN_");
    for (size_t i = 0; i < len; i++) {
        const unsigned char byte = (unsigned char)name[i];
        output_format("%c", byte < 0x80 && isalnum(byte) ? toupper(byte) : '_');
    }
    if (number >= 0)
        output_format("_%d", number);
}

static bool same_constant(const struct tfeed_dataset_feature *a,
                          const struct tfeed_dataset_feature *b)
{
    if (a->name_len != b->name_len)
        return false;
    for (size_t i = 0; i < a->name_len; i++) {
        const unsigned char left = (unsigned char)a->name[i];
        const unsigned char right = (unsigned char)b->name[i];
        const bool is_word = left < 0x80 && isalnum(left);
        if (is_word != (right < 0x80 && isalnum(right)) ||
            (is_word && toupper(left) != toupper(right)))
            return false;
    }
    return true;
}

static bool needs_number(const struct tfeed_dataset_stats *stats, size_t i)
{
    const struct tfeed_dataset_feature feature = tfeed_dataset_stats_feature(stats, i);

    for (size_t k = 0; k < i; k++) {
        const struct tfeed_dataset_feature other = tfeed_dataset_stats_feature(stats, k);
        if (same_constant(&feature, &other))
            return true;
    }
    return false;
}

static const char *c_form(enum tfeed_inferred_form form)
{
    return form == TFEED_INFERRED_FIXED ? "FIXED" : form == TFEED_INFERRED_RAW ? "RAW" : "VARIABLE";
}

static const char *c_dtype(enum tfeed_dtype dtype)
{
    return dtype == TFEED_INT64   ? "TFEED_INT64"
           : dtype == TFEED_FLOAT ? "TFEED_FLOAT"
           : dtype == TFEED_UINT8 ? "TFEED_UINT8"
                                  : "TFEED_STRING";
}

static void print_c_tables(const struct tfeed_dataset_stats *stats)
{
    const size_t n = tfeed_dataset_stats_n_features(stats);

    output_text("/* The columns of a batch. */\nenum {\n");
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
        if (column.form == TFEED_INFERRED_NO_COLUMN)
            continue;
        output_text("    ");
        print_constant(column.feature.name, column.feature.name_len,
                       needs_number(stats, i) ? (int)i : -1);
        output_text(",\n");
    }
    output_text("    N_COLUMNS\n};\n\n"
                "static const struct {\n"
                "    const char *name;\n"
                "    enum { FIXED, RAW, VARIABLE } form;\n"
                "    enum tfeed_dtype dtype;\n"
                "    int64_t n_values; /* of a row; VARIABLE: any number */\n"
                "} features[N_COLUMNS] = {\n");
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
        if (column.form == TFEED_INFERRED_NO_COLUMN)
            continue;
        output_text("    {\"");
        print_quoted(column.feature.name, column.feature.name_len);
        output_format("\", %s, %s, %" PRId64 "},\n", c_form(column.form), c_dtype(column.dtype),
                      column.n_values);
    }
    output_text("};\n");
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
        if (column.form != TFEED_INFERRED_NO_COLUMN || column.feature.n_records == 0)
            continue;
        output_text("/* Left out: \"");
        print_quoted(column.feature.name, column.feature.name_len);
        output_format("\" (%s): %s. */\n", example_kind_name(column.feature.kind), column.why_not);
    }
}

static const char c_reader[] =
    "\n"
    "static tfeed_status make_schema(struct tfeed_schema **ret_schema, struct tfeed_error *error)\n"
    "{\n"
    "    tfeed_status status = tfeed_schema_new(NULL, ret_schema, error);\n"
    "\n"
    "    for (int i = 0; i < N_COLUMNS && status == TFEED_OK; i++) {\n"
    "        const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;\n"
    "        const int64_t n = features[i].n_values;\n"
    "        const struct tfeed_shape shape = n == 1 ? scalar : tfeed_shape_vector(n);\n"
    "\n"
    "        if (features[i].form == FIXED)\n"
    "            status = tfeed_schema_add_fixed(*ret_schema, features[i].name, "
    "features[i].dtype,\n"
    "                                            &shape, error);\n"
    "        else if (features[i].form == RAW)\n"
    "            status = tfeed_schema_add_raw(*ret_schema, features[i].name, features[i].dtype, "
    "n,\n"
    "                                          /* scale */ 1, /* offset */ 0, error);\n"
    "        else\n"
    "            status = tfeed_schema_add_variable(*ret_schema, features[i].name,\n"
    "                                               features[i].dtype, error);\n"
    "    }\n"
    "    return status;\n"
    "}\n"
    "\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    struct tfeed_error error = TFEED_ERROR_INIT;\n"
    "    struct tfeed_schema *schema = NULL;\n"
    "    struct tfeed_loader *loader = NULL;\n"
    "    struct tfeed_loader_options options;\n"
    "    struct tfeed_batch *batch;\n"
    "    int64_t n_rows = 0;\n"
    "\n"
    "    if (argc < 2) {\n"
    "        fprintf(stderr, \"usage: %s FILE...\\n\", argv[0]);\n"
    "        return 2;\n"
    "    }\n"
    "    tfeed_loader_options_init(&options);\n"
    "    options.batch_size = 128;\n"
    "    tfeed_status status = make_schema(&schema, &error);\n"
    "    if (status == TFEED_OK)\n"
    "        status = tfeed_loader_open_files((const char *const *)(argv + 1), (size_t)argc - 1,\n"
    "                                         schema, &options, &loader, &error);\n"
    "    while (status == TFEED_OK &&\n"
    "           (status = tfeed_loader_next(loader, &batch, &error)) == TFEED_OK) {\n"
    "        /* tfeed_batch_column(batch, COLUMN_...) is a tensor with the rows of that column. "
    "*/\n"
    "        n_rows += tfeed_batch_n_rows(batch);\n"
    "        tfeed_batch_unref(batch);\n"
    "    }\n"
    "    tfeed_loader_close(loader);\n"
    "    tfeed_schema_unref(schema);\n"
    "    if (status != TFEED_OUT_OF_RANGE) {\n"
    "        fprintf(stderr, \"%s\\n\", error.message);\n"
    "        return 1;\n"
    "    }\n"
    "    printf(\"%\" PRId64 \" rows\\n\", n_rows);\n"
    "    return 0;\n"
    "}\n";

static void print_c(const struct tfeed_dataset_stats *stats, const struct schema_values *values)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);

    output_format("/* Made by `tfeed schema --c` from %" PRIu64 " records of %" PRIu64
                  " file%s%s.\n",
                  totals.n_records, totals.n_files, totals.n_files == 1 ? "" : "s",
                  values->full ? ", all there were" : "");
    output_text(" *\n"
                " *     cc -o reader reader.c $(pkg-config --cflags --libs tfeed)\n"
                " *     ./reader FILE...\n"
                " */\n"
                "#include <inttypes.h>\n"
                "#include <stdio.h>\n"
                "\n"
                "#include <tfeed/tfeed.h>\n"
                "\n");
    print_c_tables(stats);
    output_text(c_reader);
}

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
        print_c(stats, values);
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
        "With --json one object: {\"files\", \"records\", \"full\", \"not_examples\", "
        "\"columns\":\n"
        "[{\"name\", \"column\", \"kind\", \"dtype\", \"shape\", \"missing\", \"min_values\",\n"
        "\"max_values\"}]}; bytes add \"min_bytes\", \"max_bytes\" and \"text\", none \"because\".",
    .options = schema_options,
    .defaults = &schema_defaults,
    .values_bytes = sizeof schema_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_schema,
};
