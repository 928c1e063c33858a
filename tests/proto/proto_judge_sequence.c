/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_judge_sequence.c - SequenceExamples: parser and writers of tfeed against protobuf-c's tree.
 *
 * A list that has steps of two kinds cannot be asked for as one column: the parser must refuse the
 * message, and then read it without that list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/encode.h>
#include <tfeed/sequence.h>

#include "tests/proto/proto_judge_private.h"
#include "tests/proto/proto_oddities.h"

enum { N_ROWS = 2 };

/* A list to ask for: each name once, with its last occurrence. */
struct steps {
    char *name;
    const TfiPb__FeatureList *list;
    enum tfeed_dtype dtype;
    bool is_mixed;   /* steps of two kinds */
    size_t n_values; /* of every step, 0: not the same of all */
};

struct wanted_lists {
    struct steps *items;
    size_t n;
};

/* ------------------------------------------------------------ what to ask for */

static void describe(struct steps *steps, const TfiPb__FeatureList *list)
{
    int kind = 0;
    steps->list = list;
    steps->dtype = TFEED_INT64;
    steps->is_mixed = false;
    steps->n_values = list->n_feature > 0 ? t_n_values(list->feature[0]) : 0;
    for (size_t i = 0; i < list->n_feature; i++) {
        const TfiPb__Feature *feature = list->feature[i];
        if (t_n_values(feature) != steps->n_values)
            steps->n_values = 0;
        if (feature->kind_case == 0)
            continue;
        steps->is_mixed |= kind != 0 && kind != (int)feature->kind_case;
        if (kind == 0)
            steps->dtype = t_dtype_of(feature);
        kind = (int)feature->kind_case;
    }
}

static struct steps *find_steps(const struct wanted_lists *lists, struct tfeed_bytes name)
{
    for (size_t i = 0; i < lists->n; i++)
        if (t_bytes_equal(lists->items[i].name, strlen(lists->items[i].name), name.data, name.len))
            return &lists->items[i];
    return NULL;
}

static const TfiPb__FeatureList *list_of(const TfiPb__FeatureLists__FeatureListEntry *entry)
{
    static const TfiPb__FeatureList none = TFI_PB__FEATURE_LIST__INIT;
    return entry->n_value > 0 ? entry->value[0] : &none;
}

static void wanted_lists_init(struct wanted_lists *lists, const TfiPb__FeatureLists *tree)
{
    const size_t n = tree != NULL ? tree->n_feature_list : 0;
    lists->items = t_alloc(n, sizeof *lists->items);
    lists->n = 0;
    for (size_t i = 0; i < n; i++) {
        const TfiPb__FeatureLists__FeatureListEntry *entry = tree->feature_list[i];
        const struct tfeed_bytes name = t_name_of(entry->n_key, entry->key);
        if (name.len > 0 && memchr(name.data, 0, name.len) != NULL)
            continue;
        struct steps *steps = find_steps(lists, name);
        if (steps == NULL) {
            steps = &lists->items[lists->n++];
            steps->name = t_alloc(name.len + 1, 1);
            if (name.len > 0)
                memcpy(steps->name, name.data, name.len);
        }
        describe(steps, list_of(entry));
    }
}

static void wanted_lists_clear(struct wanted_lists *lists)
{
    for (size_t i = 0; i < lists->n; i++)
        free(lists->items[i].name);
    free(lists->items);
}

/* How the lists are asked for. */
enum how {
    ALL,     /* as variable ones */
    UNMIXED, /* … but those of two kinds */
    UNIFORM  /* as fixed ones, those whose steps allow it */
};

static bool is_asked(const struct steps *steps, enum how how)
{
    return how == ALL || (!steps->is_mixed && (how == UNMIXED || steps->n_values > 0));
}

static struct tfeed_sequence_schema *make_schema(struct tfeed_schema *context,
                                                 const struct wanted_lists *lists, enum how how)
{
    struct tfeed_error error;
    struct tfeed_sequence_schema *schema;
    t_must(tfeed_sequence_schema_new(context, NULL, &schema, &error), "schema", &error);
    for (size_t i = 0; i < lists->n; i++) {
        const struct steps *steps = &lists->items[i];
        const struct tfeed_shape shape = tfeed_shape_vector((int64_t)steps->n_values);
        if (!is_asked(steps, how))
            continue;
        if (how == UNIFORM)
            t_must(tfeed_sequence_schema_add_fixed(schema, steps->name, steps->dtype, &shape, false,
                                                   &error),
                   "list", &error);
        else
            t_must(tfeed_sequence_schema_add_variable(schema, steps->name, steps->dtype, &error),
                   "list", &error);
    }
    return schema;
}

/* ---------------------------------------------------------------- comparing */

static bool steps_agree(const struct tfeed_sequence_parser *parser, int list, size_t row,
                        const struct steps *steps, enum t_match match)
{
    const int64_t *step_splits =
        tfeed_tensor_int64s(tfeed_sequence_parser_step_splits(parser, list));
    const int64_t *value_splits =
        tfeed_tensor_int64s(tfeed_sequence_parser_value_splits(parser, list));
    const uint8_t *values = tfeed_sequence_parser_values(parser, list)->data;
    const size_t first = (size_t)step_splits[row];
    const size_t n_steps = (size_t)step_splits[row + 1] - first;
    if (n_steps != steps->list->n_feature)
        return t_differ("list '%s' has %zu steps, in the tree %zu", steps->name, n_steps,
                        steps->list->n_feature);
    for (size_t i = 0; i < n_steps; i++) {
        const size_t start = (size_t)value_splits[first + i];
        const size_t end = (size_t)value_splits[first + i + 1];
        if (!t_values_agree("variable list", values + start * tfeed_dtype_size(steps->dtype),
                            end - start, steps->list->feature[i], match))
            return t_differ("list '%s', step %zu", steps->name, i);
    }
    return true;
}

static bool fixed_steps_agree(const struct tfeed_sequence_parser *parser, int list, size_t row,
                              const struct steps *steps)
{
    const struct tfeed_tensor got = tfeed_sequence_parser_row(parser, list, (int64_t)row);
    const uint8_t *values = got.data;
    const size_t step_bytes = steps->n_values * tfeed_dtype_size(steps->dtype);
    if (got.shape.dims[0] != (int64_t)steps->list->n_feature)
        return t_differ("list '%s' has %lld steps, in the tree %zu", steps->name,
                        (long long)got.shape.dims[0], steps->list->n_feature);
    for (size_t i = 0; i < steps->list->n_feature; i++)
        if (!t_values_agree("fixed list", values + i * step_bytes, steps->n_values,
                            steps->list->feature[i], T_MATCH_ALL))
            return t_differ("list '%s', step %zu", steps->name, i);
    return true;
}

struct asked {
    const struct t_wanted_list *context;
    const struct wanted_lists *lists;
    enum how how;
    enum t_match match;
};

static bool batch_agrees(const struct tfeed_sequence_parser *parser, const struct asked *asked)
{
    struct tfeed_columns *context = tfeed_sequence_parser_context(parser);
    for (size_t row = 0; row < N_ROWS; row++) {
        int list = 0;
        if (context != NULL &&
            !t_columns_agree(context, (int64_t)row, asked->context, asked->match))
            return false;
        for (size_t i = 0; i < asked->lists->n; i++) {
            const struct steps *steps = &asked->lists->items[i];
            if (!is_asked(steps, asked->how))
                continue;
            if (!(asked->how == UNIFORM ? fixed_steps_agree(parser, list, row, steps)
                                        : steps_agree(parser, list, row, steps, asked->match)))
                return false;
            list++;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ writing */

enum writer { BUILDER, ENCODER };

/* Is `got` the step? What was read into columns has forgotten that a step had no list. */
static bool step_agrees(const TfiPb__Feature *got, const TfiPb__Feature *expected,
                        enum writer writer)
{
    if (writer == ENCODER && expected->kind_case == 0)
        return t_n_values(got) == 0;
    return t_features_equal(got, expected);
}

static bool written_lists_agree(const TfiPb__FeatureLists *written, const struct asked *asked,
                                enum writer writer)
{
    struct tfeed_bytes before = {NULL, 0, NULL};
    size_t n_asked = 0;
    for (size_t i = 0; i < asked->lists->n; i++)
        n_asked += is_asked(&asked->lists->items[i], asked->how);
    if (written == NULL || written->n_feature_list != n_asked)
        return t_differ("%zu lists are not written as so many", n_asked);
    for (size_t i = 0; i < n_asked; i++) {
        const TfiPb__FeatureLists__FeatureListEntry *entry = written->feature_list[i];
        const struct tfeed_bytes name = t_name_of(entry->n_key, entry->key);
        const struct steps *steps = find_steps(asked->lists, name);
        const TfiPb__FeatureList *list = list_of(entry);
        if (steps == NULL || list->n_feature != steps->list->n_feature)
            return t_differ("written list %zu has another name or number of steps", i);
        if (i > 0 && t_bytes_order(before, name) >= 0)
            return t_differ("list '%s' is not written in byte order", steps->name);
        for (size_t step = 0; step < list->n_feature; step++)
            if (!step_agrees(list->feature[step], steps->list->feature[step], writer))
                return t_differ("step %zu of '%s' is not written as it was", step, steps->name);
        before = name;
    }
    return true;
}

/* Is this the message, to protobuf-c? */
static bool written_agrees(struct tfeed_bytes record, const struct asked *asked, enum writer writer)
{
    TfiPb__SequenceExample *written =
        tfi_pb__sequence_example__unpack(NULL, record.len, record.data);
    const bool agrees = (written != NULL || t_differ("protobuf-c refuses what was written")) &&
                        t_written_agrees(t_features_of(written->context), asked->context) &&
                        written_lists_agree(written->feature_lists, asked, writer);
    if (written != NULL)
        tfi_pb__sequence_example__free_unpacked(written, NULL);
    return agrees || t_differ("… by the %s", writer == ENCODER ? "encoder" : "builder");
}

static bool encoder_agrees(struct tfeed_sequence_schema *schema,
                           const struct tfeed_sequence_parser *parser, const struct asked *asked)
{
    struct tfeed_error error;
    struct tfeed_bytes records[N_ROWS];
    struct tfeed_sequence_encoder *encoder;
    bool agrees = true;
    t_must(tfeed_sequence_encoder_new(schema, NULL, &encoder, &error), "encoder", &error);
    t_must(tfeed_sequence_encoder_encode_batch(encoder, parser, records, &error), "encode", &error);
    for (size_t row = 0; agrees && row < N_ROWS; row++)
        agrees = written_agrees(records[row], asked, ENCODER);
    tfeed_sequence_encoder_free(encoder);
    return agrees;
}

/* ------------------------------------------------------------------ reading */

enum expected { EXPECT_READ, EXPECT_REFUSED, EXPECT_ANYTHING };

/* Parses the message twice in a batch. */
static bool parser_agrees(const struct t_guarded *bytes, const struct asked *asked,
                          enum expected expected)
{
    struct tfeed_error error;
    struct tfeed_sequence_parser *parser;
    const struct tfeed_bytes row = {bytes->data, bytes->len, NULL};
    const struct tfeed_bytes rows[N_ROWS] = {row, row};
    struct tfeed_schema *context = t_schema_variable(asked->context);
    struct tfeed_sequence_schema *schema = make_schema(context, asked->lists, asked->how);
    bool agrees = true;
    if (context != NULL || tfeed_sequence_schema_n_lists(schema) > 0) {
        t_must(tfeed_sequence_parser_new(schema, N_ROWS, NULL, &parser, &error), "parser", &error);
        const tfeed_status status = tfeed_sequence_parser_parse(parser, rows, N_ROWS, NULL, &error);
        agrees = status == TFEED_OK ? expected != EXPECT_REFUSED
                                    : status == TFEED_INVALID_ARGUMENT && expected != EXPECT_READ;
        if (!agrees)
            (void)t_differ("lists: %s", status == TFEED_OK ? "not refused" : error.message);
        else if (expected == EXPECT_READ)
            agrees = batch_agrees(parser, asked) &&
                     (asked->match == T_MATCH_END || encoder_agrees(schema, parser, asked));
        tfeed_sequence_parser_free(parser);
    }
    tfeed_sequence_schema_unref(schema);
    tfeed_schema_unref(context);
    return agrees;
}

static bool reading_agrees(const struct t_guarded *bytes, const struct t_wanted_list *context,
                           const struct wanted_lists *lists, enum t_match match)
{
    bool has_mixed = false;
    for (size_t i = 0; i < lists->n; i++)
        has_mixed |= lists->items[i].is_mixed;
    const struct asked all = {context, lists, ALL, match};
    const struct asked unmixed = {context, lists, UNMIXED, match};
    const struct asked uniform = {context, lists, UNIFORM, match};
    return parser_agrees(bytes, &all, has_mixed ? EXPECT_REFUSED : EXPECT_READ) &&
           (!has_mixed || parser_agrees(bytes, &unmixed, EXPECT_READ)) &&
           (match == T_MATCH_END || parser_agrees(bytes, &uniform, EXPECT_READ));
}

/* ----------------------------------------------------------------- building */

static void build_step(struct tfeed_sequence_builder *builder, const TfiPb__Feature *feature)
{
    struct tfeed_error error;
    const size_t n = t_n_values(feature);
    void *values = t_values_of(feature);
    tfeed_status status;
    if (feature->kind_case == TFI_PB__FEATURE__KIND_INT64_LIST)
        status = tfeed_sequence_builder_step_int64(builder, values, n, &error);
    else if (feature->kind_case == TFI_PB__FEATURE__KIND_FLOAT_LIST)
        status = tfeed_sequence_builder_step_float(builder, values, n, &error);
    else if (feature->kind_case == TFI_PB__FEATURE__KIND_BYTES_LIST)
        status = tfeed_sequence_builder_step_bytes(builder, values, n, &error);
    else
        status = tfeed_sequence_builder_step_empty(builder, &error);
    t_must(status, "step", &error);
    free(values);
}

static void build_lists(struct tfeed_sequence_builder *builder, const struct wanted_lists *lists)
{
    struct tfeed_error error;
    for (size_t i = 0; i < lists->n; i++) {
        const TfiPb__FeatureList *list = lists->items[i].list;
        t_must(tfeed_sequence_builder_begin_list(builder, lists->items[i].name, &error), "list",
               &error);
        for (size_t step = 0; step < list->n_feature; step++)
            build_step(builder, list->feature[step]);
        t_must(tfeed_sequence_builder_end_list(builder, &error), "list", &error);
    }
}

static bool builder_agrees(const struct t_wanted_list *context, const struct wanted_lists *lists)
{
    struct tfeed_error error;
    struct tfeed_sequence_builder *builder;
    struct tfeed_bytes record = {NULL, 0, NULL};
    const struct asked all = {context, lists, ALL, T_MATCH_ALL};
    t_must(tfeed_sequence_builder_new(NULL, &builder, &error), "builder", &error);
    t_build(tfeed_sequence_builder_context(builder), context);
    build_lists(builder, lists);
    t_must(tfeed_sequence_builder_finish(builder, &record.data, &record.len, &error), "builder",
           &error);
    const bool agrees = written_agrees(record, &all, BUILDER);
    tfeed_sequence_builder_free(builder);
    return agrees;
}

/* -------------------------------------------------------------------- judge */

static bool packed_agrees(const TfiPb__SequenceExample *tree, const struct t_wanted_list *context,
                          const struct wanted_lists *lists)
{
    struct t_guarded packed;
    t_guarded_init(&packed, tfi_pb__sequence_example__get_packed_size(tree));
    (void)tfi_pb__sequence_example__pack(tree, packed.data);
    const bool agrees = reading_agrees(&packed, context, lists, T_MATCH_ALL);
    t_guarded_clear(&packed);
    return agrees || t_differ("… of what protobuf-c packed");
}

/* What nobody asks for is not looked at, and only the tree says what there is to ask for. What it
 * refuses is read for some names that a message may have: whatever the parser says of it, it says
 * it as it should. */
static bool survives(const struct t_guarded *bytes)
{
    static const TfiPb__FeatureList none = TFI_PB__FEATURE_LIST__INIT;
    static TfiPb__Int64List no_values = TFI_PB__INT64_LIST__INIT;
    static char age[] = "age", ids[] = "ids", w[] = "w";
    TfiPb__Feature feature = TFI_PB__FEATURE__INIT;
    feature.kind_case = TFI_PB__FEATURE__KIND_INT64_LIST;
    feature.int64_list = &no_values;
    struct t_wanted features[] = {{age, &feature}, {ids, &feature}, {w, &feature}};
    struct steps steps[] = {{.name = age, .list = &none, .dtype = TFEED_INT64},
                            {.name = ids, .list = &none, .dtype = TFEED_FLOAT},
                            {.name = w, .list = &none, .dtype = TFEED_STRING}};
    const struct t_wanted_list context = {features, 3};
    const struct wanted_lists lists = {steps, 3};
    const struct asked all = {&context, &lists, ALL, T_MATCH_END};
    return parser_agrees(bytes, &all, EXPECT_ANYTHING);
}

bool t_sequence_agrees(const struct t_guarded *bytes)
{
    const unsigned oddities = t_oddities(bytes->data, bytes->len, true);
    TfiPb__SequenceExample *tree = tfi_pb__sequence_example__unpack(NULL, bytes->len, bytes->data);
    const bool is_expected = (oddities & (T_ODD_MALFORMED | T_ODD_TWICE | T_ODD_NUMBER)) == 0;
    bool agrees = t_verdicts_agree(oddities, is_expected, tree != NULL);
    if (agrees && is_expected && tree != NULL) {
        const enum t_match match = (oddities & T_ODD_LISTS) != 0 ? T_MATCH_END : T_MATCH_ALL;
        struct t_wanted_list context;
        struct wanted_lists lists;
        t_wanted_init(&context, t_features_of(tree->context));
        wanted_lists_init(&lists, tree->feature_lists);
        agrees = reading_agrees(bytes, &context, &lists, match) &&
                 packed_agrees(tree, &context, &lists) && builder_agrees(&context, &lists);
        wanted_lists_clear(&lists);
        t_wanted_clear(&context);
        t_judge_accept();
    }
    agrees = agrees && (tree != NULL || survives(bytes));
    if (tree != NULL)
        tfi_pb__sequence_example__free_unpacked(tree, NULL);
    return agrees;
}
