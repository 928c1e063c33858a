/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_judge.c - Examples: walk, columns and writers of tfeed against protobuf-c's tree.
 *
 *   bytes ──▶ walk, columns ──┐
 *         ──▶ protobuf-c tree ┴─▶ equal?
 *                  │
 *                  ├─▶ packed ──▶ walk, columns ─▶ equal to the tree?
 *                  └─▶ builder, encoder ──▶ equal bytes? protobuf-c tree ─▶ equal?
 */
#include "tests/proto/proto_judge.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/encode.h>

#include "tests/proto/proto_judge_private.h"
#include "tests/proto/proto_oddities.h"
#include "tests/support/support.h"

/* A batch holds the message twice: the second time the parser expects what it then finds. */
enum { N_ROWS = 2 };

static _Atomic size_t n_accepted;

size_t t_judge_n_accepted(void)
{
    return n_accepted;
}

void t_judge_accept(void)
{
    n_accepted++;
}

/* -------------------------------------------------------------------- walk */

static bool view_agrees(const struct tfeed_feature_view *view,
                        const TfiPb__Features__FeatureEntry *entry, enum t_match match)
{
    static const TfiPb__Feature nothing = TFI_PB__FEATURE__INIT;
    const TfiPb__Feature *feature = entry->n_value > 0 ? entry->value[0] : &nothing;
    const struct tfeed_bytes name = t_name_of(entry->n_key, entry->key);
    if (!t_bytes_equal(view->name, view->name_len, name.data, name.len))
        return t_differ("the walk has the name '%.*s', the tree '%.*s'", (int)view->name_len,
                        view->name, (int)name.len, (const char *)name.data);
    if ((int)view->kind != (int)feature->kind_case)
        return t_differ("the walk has kind %d of '%.*s', the tree %d", (int)view->kind,
                        (int)name.len, (const char *)name.data, (int)feature->kind_case);
    void *values = t_alloc(view->n_values, sizeof(struct tfeed_bytes));
    if (view->kind == TFEED_FEATURE_BYTES)
        tfeed_feature_bytes(view, values);
    else if (view->kind == TFEED_FEATURE_FLOAT)
        tfeed_feature_floats(view, values);
    else if (view->kind == TFEED_FEATURE_INT64)
        tfeed_feature_int64s(view, values);
    const bool agrees = t_values_agree("walk", values, view->n_values, feature, match);
    free(values);
    return agrees;
}

static bool walk_accepts(const struct t_guarded *bytes)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status;
    tfeed_example_walk_init(&walk, bytes->data, bytes->len);
    while ((status = tfeed_example_walk_next(&walk, &view, NULL)) == TFEED_OK)
        continue;
    return status == TFEED_OUT_OF_RANGE;
}

static bool walk_agrees(const struct t_guarded *bytes, const TfiPb__Features *features,
                        enum t_match match)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_example_walk_init(&walk, bytes->data, bytes->len);
    for (size_t i = 0; i < features->n_feature; i++)
        if (tfeed_example_walk_next(&walk, &view, NULL) != TFEED_OK)
            return t_differ("the walk ends before feature %zu", i);
        else if (!view_agrees(&view, features->feature[i], match))
            return false;
    if (tfeed_example_walk_next(&walk, &view, NULL) != TFEED_OUT_OF_RANGE)
        return t_differ("the walk finds more than %zu features", features->n_feature);
    return true;
}

/* ----------------------------------------------------------------- columns */

/* The schema's variable columns, filled; NULL when the parser refuses. */
static struct tfeed_columns *parse_variable(struct tfeed_schema *schema,
                                            const struct tfeed_bytes rows[N_ROWS])
{
    struct tfeed_error error;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    t_must(tfeed_example_parser_new(schema, NULL, &parser, &error), "parser", &error);
    t_must(tfeed_columns_new(schema, N_ROWS, NULL, &columns, &error), "columns", &error);
    if (tfeed_example_parser_parse_batch(parser, rows, N_ROWS, columns, NULL, &error) != TFEED_OK) {
        (void)t_differ("variable columns: %s", error.message);
        tfeed_columns_free(columns);
        columns = NULL;
    }
    tfeed_example_parser_free(parser);
    return columns;
}

static bool variable_agrees(const struct tfeed_bytes rows[N_ROWS],
                            const struct t_wanted_list *wanted, enum t_match match)
{
    struct tfeed_schema *schema = t_schema_variable(wanted);
    if (schema == NULL)
        return true;
    struct tfeed_columns *columns = parse_variable(schema, rows);
    bool agrees = columns != NULL;
    for (int64_t row = 0; agrees && row < N_ROWS; row++)
        agrees = t_columns_agree(columns, row, wanted, match);
    tfeed_columns_free(columns);
    tfeed_schema_unref(schema);
    return agrees;
}

static bool fixed_columns_agree(const struct tfeed_tensor *columns,
                                const struct t_wanted_list *wanted)
{
    size_t column = 0;
    for (size_t i = 0; i < wanted->n; i++) {
        const TfiPb__Feature *feature = wanted->items[i].feature;
        const size_t n = t_n_values(feature);
        if (n == 0)
            continue;
        const uint8_t *values = columns[column++].data;
        for (size_t row = 0; row < N_ROWS; row++)
            if (!t_values_agree("fixed column",
                                values + row * n * tfeed_dtype_size(t_dtype_of(feature)), n,
                                feature, T_MATCH_ALL))
                return t_differ("fixed column '%s', row %zu", wanted->items[i].name, row);
    }
    return true;
}

static bool fixed_agrees(const struct tfeed_bytes rows[N_ROWS], const struct t_wanted_list *wanted)
{
    struct tfeed_error error;
    struct tfeed_example_parser *parser;
    struct tfeed_schema *schema = t_schema_fixed(wanted);
    if (schema == NULL)
        return true;
    const int n_columns = tfeed_schema_n_columns(schema);
    struct tfeed_tensor *columns = t_alloc((size_t)n_columns, sizeof *columns);
    t_must(tfeed_example_parser_new(schema, NULL, &parser, &error), "parser", &error);
    t_must(tfeed_schema_alloc_columns(schema, N_ROWS, NULL, columns, &error), "columns", &error);
    bool agrees =
        tfeed_example_parser_parse(parser, rows, N_ROWS, columns, 0, NULL, &error) == TFEED_OK ||
        t_differ("fixed columns: %s", error.message);
    agrees = agrees && fixed_columns_agree(columns, wanted);
    for (int i = 0; i < n_columns; i++)
        tfeed_tensor_clear(&columns[i]);
    free(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    return agrees;
}

/* ----------------------------------------------------------------- writers */

static bool encoder_agrees(const struct t_wanted_list *wanted, struct tfeed_bytes built)
{
    struct tfeed_error error;
    struct tfeed_bytes records[N_ROWS];
    struct tfeed_example_encoder *encoder;
    struct tfeed_schema *schema = t_schema_variable(wanted);
    if (schema == NULL)
        return true;
    const struct tfeed_bytes rows[N_ROWS] = {built, built};
    struct tfeed_columns *columns = parse_variable(schema, rows);
    if (columns == NULL)
        return false;
    t_must(tfeed_example_encoder_new(schema, NULL, &encoder, &error), "encoder", &error);
    t_must(tfeed_example_encoder_encode_batch(encoder, columns, records, &error), "encode", &error);
    bool agrees = true;
    for (size_t row = 0; agrees && row < N_ROWS; row++)
        agrees = t_bytes_equal(records[row].data, records[row].len, built.data, built.len) ||
                 t_differ("the encoder's row %zu is not what the builder writes", row);
    tfeed_example_encoder_free(encoder);
    tfeed_columns_free(columns);
    tfeed_schema_unref(schema);
    return agrees;
}

/* What the builder writes is the wanted features to protobuf-c, and what the encoder writes too. */
static bool writers_agree(const struct t_wanted_list *wanted)
{
    struct tfeed_error error;
    struct tfeed_example_builder *builder;
    const uint8_t *data;
    size_t len;
    t_must(tfeed_example_builder_new(NULL, &builder, &error), "builder", &error);
    t_build(builder, wanted);
    t_must(tfeed_example_builder_finish(builder, &data, &len, &error), "builder", &error);
    TfiPb__Example *written = tfi_pb__example__unpack(NULL, len, data);
    const bool agrees = (written != NULL || t_differ("protobuf-c refuses what was built")) &&
                        t_written_agrees(t_features_of(written->features), wanted) &&
                        encoder_agrees(wanted, (struct tfeed_bytes){data, len, NULL});
    tfi_pb__example__free_unpacked(written, NULL);
    tfeed_example_builder_free(builder);
    return agrees;
}

/* ------------------------------------------------------------------- judge */

bool t_verdicts_agree(unsigned oddities, bool tfeed_accepts, bool tree_accepts)
{
    const unsigned refused_by_tfeed = T_ODD_MALFORMED | T_ODD_TWICE | T_ODD_NUMBER;
    const unsigned refused_by_tree = T_ODD_MALFORMED | T_ODD_LONG | T_ODD_TYPE;
    if (tfeed_accepts != ((oddities & refused_by_tfeed) == 0))
        return t_differ("tfeed %s it, with the oddities %#x", tfeed_accepts ? "accepts" : "refuses",
                        oddities);
    if ((oddities & (T_ODD_NUMBER | T_ODD_UNSEEN)) == 0 &&
        tree_accepts != ((oddities & refused_by_tree) == 0))
        return t_differ("protobuf-c %s it, with the oddities %#x",
                        tree_accepts ? "accepts" : "refuses", oddities);
    return true;
}

static bool reading_agrees(const struct t_guarded *bytes, const TfiPb__Features *features,
                           const struct t_wanted_list *wanted, enum t_match match)
{
    const struct tfeed_bytes row = {bytes->data, bytes->len, NULL};
    const struct tfeed_bytes rows[N_ROWS] = {row, row};
    return walk_agrees(bytes, features, match) && variable_agrees(rows, wanted, match) &&
           (match == T_MATCH_END || fixed_agrees(rows, wanted));
}

/* The tree, packed by protobuf-c, is read as the tree. */
static bool packed_agrees(const TfiPb__Example *tree, const struct t_wanted_list *wanted)
{
    struct t_guarded packed;
    t_guarded_init(&packed, tfi_pb__example__get_packed_size(tree));
    (void)tfi_pb__example__pack(tree, packed.data);
    const bool agrees = reading_agrees(&packed, t_features_of(tree->features), wanted, T_MATCH_ALL);
    t_guarded_clear(&packed);
    return agrees || t_differ("… of what protobuf-c packed");
}

static bool example_agrees(const struct t_guarded *bytes)
{
    const unsigned oddities = t_oddities(bytes->data, bytes->len, false);
    const bool is_accepted = walk_accepts(bytes);
    TfiPb__Example *tree = tfi_pb__example__unpack(NULL, bytes->len, bytes->data);
    bool agrees = t_verdicts_agree(oddities, is_accepted, tree != NULL);
    if (agrees && is_accepted && tree != NULL) {
        const TfiPb__Features *features = t_features_of(tree->features);
        const enum t_match match = (oddities & T_ODD_LISTS) != 0 ? T_MATCH_END : T_MATCH_ALL;
        struct t_wanted_list wanted;
        t_wanted_init(&wanted, features);
        agrees = reading_agrees(bytes, features, &wanted, match) && packed_agrees(tree, &wanted) &&
                 writers_agree(&wanted);
        t_wanted_clear(&wanted);
        t_judge_accept();
    }
    if (tree != NULL)
        tfi_pb__example__free_unpacked(tree, NULL);
    return agrees;
}

static int judge(bool (*agrees)(const struct t_guarded *bytes), const char *kind, const void *bytes,
                 size_t size)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, bytes, size);
    const bool is_fine = agrees(&guarded);
    if (!is_fine) {
        fprintf(stderr, "judge: %s of %zu bytes: ", kind, size);
        for (size_t i = 0; i < size; i++)
            fprintf(stderr, "%02x", guarded.data[i]);
        fputc('\n', stderr);
    }
    t_guarded_clear(&guarded);
    return is_fine ? 0 : 1;
}

int t_judge_example(const void *bytes, size_t size)
{
    return judge(example_agrees, "Example", bytes, size);
}

int t_judge_sequence(const void *bytes, size_t size)
{
    return judge(t_sequence_agrees, "SequenceExample", bytes, size);
}
