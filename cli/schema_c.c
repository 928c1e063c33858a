/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_c.c - a C program that reads what `tfeed schema` found.
 */
#include "cli/schema_c.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "cli/console.h"
#include "cli/example_text.h"

/* -------------------------------------------------------------- tables */

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

/* COLUMN_IMAGE_RAW, LIST_WORDS; with its number behind it where two names become one. */
static void print_constant(const struct tfeed_dataset_feature *feature, int number)
{
    const char *name = feature->name;

    output_text(feature->is_list ? "LIST_" : "COLUMN_");
    for (size_t i = 0; i < feature->name_len; i++) {
        const unsigned char byte = (unsigned char)name[i];
        output_format("%c", byte < 0x80 && isalnum(byte) ? toupper(byte) : '_');
    }
    if (number >= 0)
        output_format("_%d", number);
}

static bool same_constant(const struct tfeed_dataset_feature *a,
                          const struct tfeed_dataset_feature *b)
{
    if (a->is_list != b->is_list || a->name_len != b->name_len)
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
        const struct tfeed_inferred_column other = tfeed_dataset_infer_column(stats, k);
        if (other.form != TFEED_INFERRED_NO_COLUMN && same_constant(&feature, &other.feature))
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

static size_t count_columns(const struct tfeed_dataset_stats *stats, bool lists)
{
    size_t n = 0;

    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
        n += column.form != TFEED_INFERRED_NO_COLUMN && column.feature.is_list == lists;
    }
    return n;
}

static void print_enum(const struct tfeed_dataset_stats *stats, bool lists)
{
    output_text("enum {\n");
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
        if (column.form == TFEED_INFERRED_NO_COLUMN || column.feature.is_list != lists)
            continue;
        output_text("    ");
        print_constant(&column.feature, needs_number(stats, i) ? (int)i : -1);
        output_text(",\n");
    }
    output_format("    %s\n};\n\n", lists ? "N_LISTS" : "N_COLUMNS");
}

static void print_rows(const struct tfeed_dataset_stats *stats, bool lists)
{
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
        if (column.form == TFEED_INFERRED_NO_COLUMN || column.feature.is_list != lists)
            continue;
        output_text("    {\"");
        print_quoted(column.feature.name, column.feature.name_len);
        output_format("\", %s, %s, %" PRId64, c_form(column.form), c_dtype(column.dtype),
                      column.n_values);
        output_text(!lists ? "},\n" : column.is_missing_somewhere ? ", true},\n" : ", false},\n");
    }
    output_text("};\n");
}

static void print_left_out(const struct tfeed_dataset_stats *stats)
{
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_inferred_column column = tfeed_dataset_infer_column(stats, i);
        if (column.form != TFEED_INFERRED_NO_COLUMN || column.feature.n_records == 0)
            continue;
        output_format("/* Left out: %s\"", column.feature.is_list ? "list " : "");
        print_quoted(column.feature.name, column.feature.name_len);
        output_format("\" (%s): %s. */\n", example_kind_name(column.feature.kind), column.why_not);
    }
}

static void print_columns(const struct tfeed_dataset_stats *stats, const char *what)
{
    output_format("/* %s */\n", what);
    print_enum(stats, false);
    output_text("static const struct {\n"
                "    const char *name;\n"
                "    enum { FIXED, RAW, VARIABLE } form;\n"
                "    enum tfeed_dtype dtype;\n"
                "    int64_t n_values; /* of a row; VARIABLE: any number */\n"
                "} features[N_COLUMNS] = {\n");
    print_rows(stats, false);
}

static void print_lists(const struct tfeed_dataset_stats *stats, bool has_columns)
{
    output_text("\n/* The lists. */\n");
    print_enum(stats, true);
    output_format("static const struct {\n"
                  "    const char *name;\n"
                  "    %s form;\n"
                  "    enum tfeed_dtype dtype;\n"
                  "    int64_t n_values; /* of a step; VARIABLE: any number */\n"
                  "    bool may_be_missing;\n"
                  "} lists[N_LISTS] = {\n",
                  has_columns ? "int" : "enum { FIXED, RAW, VARIABLE }");
    print_rows(stats, true);
}

/* ------------------------------------------------------ texts, in parts */

static const char make_schema_text[] =
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
    "}\n";

static const char make_lists_text[] =
    "    for (int i = 0; i < N_LISTS && status == TFEED_OK; i++) {\n"
    "        const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;\n"
    "        const int64_t n = lists[i].n_values;\n"
    "        const struct tfeed_shape shape = n == 1 ? scalar : tfeed_shape_vector(n);\n"
    "\n"
    "        if (lists[i].form == FIXED)\n"
    "            status =\n"
    "                tfeed_sequence_schema_add_fixed(*ret_schema, lists[i].name, lists[i].dtype,\n"
    "                                                &shape, lists[i].may_be_missing, error);\n"
    "        else\n"
    "            status = tfeed_sequence_schema_add_variable(*ret_schema, lists[i].name,\n"
    "                                                        lists[i].dtype, error);\n"
    "    }\n";

static const char main_text[] = "    struct tfeed_loader *loader = NULL;\n"
                                "    struct tfeed_loader_options options;\n"
                                "    struct tfeed_batch *batch;\n"
                                "    int64_t n_rows = 0;\n"
                                "\n"
                                "    if (argc < 2) {\n"
                                "        fprintf(stderr, \"usage: %s FILE...\\n\", argv[0]);\n"
                                "        return 2;\n"
                                "    }\n"
                                "    tfeed_loader_options_init(&options);\n"
                                "    options.batch_size = 128;\n";

static const char open_text[] =
    "    tfeed_status status = make_schema(&schema, &error);\n"
    "    if (status == TFEED_OK)\n"
    "        status = tfeed_loader_open_files((const char *const *)(argv + 1), (size_t)argc - 1,\n"
    "                                         schema, &options, &loader, &error);\n";

static const char open_sequences_text[] =
    "    tfeed_status status = make_sequence_schema(&schema, &error);\n"
    "    options.sequence_schema = schema;\n"
    "    if (status == TFEED_OK)\n"
    "        status = tfeed_loader_open_files((const char *const *)(argv + 1), (size_t)argc - 1,\n"
    "                                         NULL, &options, &loader, &error);\n";

static const char next_text[] =
    "    while (status == TFEED_OK &&\n"
    "           (status = tfeed_loader_next(loader, &batch, &error)) == TFEED_OK) {\n";

static const char column_text[] =
    "        /* tfeed_batch_column(batch, COLUMN_...) is a tensor with the rows of that column. "
    "*/\n";

static const char list_text[] =
    "        /* tfeed_sequence_parser_values(tfeed_batch_sequences(batch), LIST_...) are the\n"
    "           values of a list, and ..._lengths the steps that each row has of it. */\n";

static const char end_text[] = "        n_rows += tfeed_batch_n_rows(batch);\n"
                               "        tfeed_batch_unref(batch);\n"
                               "    }\n"
                               "    tfeed_loader_close(loader);\n";

static const char result_text[] = "    if (status != TFEED_OUT_OF_RANGE) {\n"
                                  "        fprintf(stderr, \"%s\\n\", error.message);\n"
                                  "        return 1;\n"
                                  "    }\n"
                                  "    printf(\"%\" PRId64 \" rows\\n\", n_rows);\n"
                                  "    return 0;\n"
                                  "}\n";

/* ---------------------------------------------------------- the program */

static void print_heading(const struct tfeed_dataset_stats *stats, bool full)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);

    output_format("/* Made by `tfeed schema --c` from %" PRIu64 " record%s of %" PRIu64
                  " file%s%s.\n",
                  totals.n_records, plural(totals.n_records), totals.n_files,
                  plural(totals.n_files), full ? ", all there were" : "");
    output_text(" *\n"
                " *     cc -o reader reader.c $(pkg-config --cflags --libs tfeed)\n"
                " *     ./reader FILE...\n"
                " */\n"
                "#include <inttypes.h>\n"
                "#include <stdio.h>\n"
                "\n"
                "#include <tfeed/tfeed.h>\n"
                "\n");
}

static void print_sequence_schema(bool has_columns, bool has_lists)
{
    output_format("\n"
                  "static tfeed_status make_sequence_schema(struct tfeed_sequence_schema "
                  "**ret_schema,\n"
                  "                                         struct tfeed_error *error)\n"
                  "{\n"
                  "    struct tfeed_schema *context = NULL;\n"
                  "    tfeed_status status = %s;\n\n",
                  has_columns ? "make_schema(&context, error)" : "TFEED_OK");
    output_text("    if (status == TFEED_OK)\n"
                "        status = tfeed_sequence_schema_new(context, NULL, ret_schema, error);\n"
                "    tfeed_schema_unref(context);\n");
    if (has_lists)
        output_text(make_lists_text);
    output_text("    return status;\n}\n");
}

static void print_main(bool is_sequence, bool has_columns, bool has_lists)
{
    const char *kind = is_sequence ? "sequence_" : "";

    output_format("\n"
                  "int main(int argc, char **argv)\n"
                  "{\n"
                  "    struct tfeed_error error = TFEED_ERROR_INIT;\n"
                  "    struct tfeed_%sschema *schema = NULL;\n",
                  kind);
    output_text(main_text);
    output_text(is_sequence ? open_sequences_text : open_text);
    output_text(next_text);
    if (has_columns)
        output_text(column_text);
    if (has_lists)
        output_text(list_text);
    output_text(end_text);
    output_format("    tfeed_%sschema_unref(schema);\n", kind);
    output_text(result_text);
}

void schema_print_c(const struct tfeed_dataset_stats *stats, bool full)
{
    const bool is_sequence = tfeed_dataset_stats_totals(stats).n_sequences > 0;
    const bool has_columns = count_columns(stats, false) > 0;
    const bool has_lists = count_columns(stats, true) > 0;

    print_heading(stats, full);
    if (has_columns)
        print_columns(stats,
                      is_sequence ? "The features of the context." : "The columns of a batch.");
    if (has_lists)
        print_lists(stats, has_columns);
    print_left_out(stats);
    if (has_columns)
        output_text(make_schema_text);
    if (is_sequence)
        print_sequence_schema(has_columns, has_lists);
    print_main(is_sequence, has_columns, has_lists);
}
