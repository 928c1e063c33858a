/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_example.c - bytes as a serialized Example.
 *
 * The walk reads every feature the slow way. What it accepts:
 *
 *      walk ──▶ builder ──────────────────┐
 *        └────▶ schema ──▶ parser ──▶ encoder ──▶ the same bytes, and parsed to the same columns
 *
 * Besides, some schemas of every kind of column: one row or two of the same bytes, the columns of
 * a fixed schema, and the checker agree. protobuf-c, where it is there, finds the same features.
 */
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/decode.h>
#include <tfeed/encode.h>
#include <tfeed/features.h>
#include <tfeed/schema.h>

#include "tests/fuzz/fuzz.h"
#ifdef FUZZ_HAVE_JUDGE
#include "tests/proto/proto_judge.h"
#endif

enum { MAX_FEATURES = 64, MAX_NAME = 64, N_ROWS = 2 };

/* ------------------------------------------------------- what the walk has seen */

struct feature {
    char name[MAX_NAME];
    struct tfeed_feature_view view;
};

struct features {
    struct feature all[MAX_FEATURES]; /* names once, each with a kind */
    int n;
};

/* The last occurrence with a kind counts. Names that are no C string, and long ones, are left out:
 * a schema cannot ask for the former. */
static void note_feature(struct features *features, const struct tfeed_feature_view *view)
{
    if (view->kind == TFEED_FEATURE_NONE || view->name_len >= MAX_NAME ||
        memchr(view->name, '\0', view->name_len) != NULL)
        return;
    struct feature *feature = features->all;
    for (; feature < features->all + features->n; feature++)
        if (strlen(feature->name) == view->name_len &&
            memcmp(feature->name, view->name, view->name_len) == 0)
            break;
    if (feature == features->all + MAX_FEATURES)
        return;
    if (feature == features->all + features->n) {
        features->n++;
        memset(feature->name, 0, sizeof feature->name);
        if (view->name_len > 0)
            memcpy(feature->name, view->name, view->name_len);
    }
    feature->view = *view;
}

/* False: refused. */
static bool walk_all(const struct tfeed_bytes *example, struct features *features)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status;
    features->n = 0;
    tfeed_example_walk_init(&walk, example->data, example->len);
    while ((status = tfeed_example_walk_next(&walk, &view, NULL)) == TFEED_OK)
        note_feature(features, &view);
    FUZZ_CHECK(status == TFEED_OUT_OF_RANGE || status == TFEED_INVALID_ARGUMENT);
    return status == TFEED_OUT_OF_RANGE;
}

static enum tfeed_dtype dtype_of(enum tfeed_feature_kind kind)
{
    return kind == TFEED_FEATURE_BYTES   ? TFEED_STRING
           : kind == TFEED_FEATURE_FLOAT ? TFEED_FLOAT
                                         : TFEED_INT64;
}

/* The values of a view; tfeed_tensor_clear. */
static struct tfeed_tensor values_of(const struct tfeed_feature_view *view,
                                     const struct tfeed_allocator *allocator)
{
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)view->n_values);
    struct tfeed_tensor values;
    FUZZ_CHECK(tfeed_tensor_alloc(dtype_of(view->kind), &shape, allocator, &values, NULL) ==
               TFEED_OK);
    if (view->kind == TFEED_FEATURE_BYTES)
        tfeed_feature_bytes(view, tfeed_tensor_strings(&values));
    else if (view->kind == TFEED_FEATURE_FLOAT)
        tfeed_feature_floats(view, tfeed_tensor_floats(&values));
    else
        tfeed_feature_int64s(view, tfeed_tensor_int64s(&values));
    return values;
}

/* --------------------------------------------------------- written and read again */

static void build(struct tfeed_example_builder *builder, const struct features *features,
                  const struct tfeed_allocator *allocator)
{
    for (int i = 0; i < features->n; i++) {
        const struct tfeed_feature_view *view = &features->all[i].view;
        const char *name = features->all[i].name;
        struct tfeed_tensor values = values_of(view, allocator);
        tfeed_status status;
        if (view->kind == TFEED_FEATURE_BYTES)
            status = tfeed_example_builder_add_bytes(builder, name, tfeed_tensor_strings(&values),
                                                     view->n_values, NULL);
        else if (view->kind == TFEED_FEATURE_FLOAT)
            status = tfeed_example_builder_add_float(builder, name, tfeed_tensor_floats(&values),
                                                     view->n_values, NULL);
        else
            status = tfeed_example_builder_add_int64(builder, name, tfeed_tensor_int64s(&values),
                                                     view->n_values, NULL);
        FUZZ_CHECK(status == TFEED_OK);
        tfeed_tensor_clear(&values);
    }
}

static void expect_columns(const struct tfeed_columns *columns, const struct features *features,
                           const struct tfeed_allocator *allocator)
{
    FUZZ_CHECK(tfeed_columns_n_rows(columns) == N_ROWS);
    for (int i = 0; i < features->n; i++) {
        struct tfeed_tensor values = values_of(&features->all[i].view, allocator);
        for (int64_t row = 0; row < N_ROWS; row++) {
            const struct tfeed_tensor parsed = tfeed_columns_row(columns, i, row);
            FUZZ_CHECK(fuzz_tensors_equal(&parsed, &values));
        }
        tfeed_tensor_clear(&values);
    }
}

static struct tfeed_schema *schema_of(const struct features *features,
                                      const struct tfeed_allocator *allocator)
{
    struct tfeed_schema *schema;
    FUZZ_CHECK(tfeed_schema_new(allocator, &schema, NULL) == TFEED_OK);
    for (int i = 0; i < features->n; i++)
        FUZZ_CHECK(tfeed_schema_add_variable(schema, features->all[i].name,
                                             dtype_of(features->all[i].view.kind),
                                             NULL) == TFEED_OK);
    return schema;
}

static void try_round_trip(const struct tfeed_bytes *example, const struct features *features,
                           const struct tfeed_allocator *allocator)
{
    struct tfeed_example_builder *builder;
    struct tfeed_example_parser *parser;
    struct tfeed_example_encoder *encoder;
    struct tfeed_columns *columns;
    struct tfeed_schema *schema = schema_of(features, allocator);
    struct tfeed_bytes built = {.data = NULL}, encoded[N_ROWS];

    FUZZ_CHECK(tfeed_example_builder_new(allocator, &builder, NULL) == TFEED_OK);
    build(builder, features, allocator);
    FUZZ_CHECK(tfeed_example_builder_finish(builder, &built.data, &built.len, NULL) == TFEED_OK);

    FUZZ_CHECK(tfeed_example_parser_new(schema, allocator, &parser, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_columns_new(schema, N_ROWS, allocator, &columns, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_example_encoder_new(schema, allocator, &encoder, NULL) == TFEED_OK);
    /* the second time the parser expects the order and form of what it has seen */
    const struct tfeed_bytes inputs[][N_ROWS] = {{*example, *example}, {built, *example}};
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        FUZZ_CHECK(tfeed_example_parser_parse_batch(parser, inputs[i], N_ROWS, columns, NULL,
                                                    NULL) == TFEED_OK);
        expect_columns(columns, features, allocator);
        FUZZ_CHECK(tfeed_example_encoder_encode_batch(encoder, columns, encoded, NULL) == TFEED_OK);
        for (int row = 0; row < N_ROWS; row++)
            FUZZ_CHECK(fuzz_bytes_equal(&encoded[row], &built));
    }
    tfeed_example_encoder_free(encoder);
    tfeed_columns_free(columns);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
    tfeed_example_builder_free(builder);
}

/* ------------------------------------------------------- schemas of every kind */

enum { N_SCHEMAS = 9 };

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

static void add_fixed(struct tfeed_schema *schema)
{
    FUZZ_CHECK(tfeed_schema_add_fixed(schema, "i", TFEED_INT32, &scalar, NULL) == TFEED_OK);
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    FUZZ_CHECK(tfeed_schema_add_fixed(schema, "f", TFEED_FLOAT, &pair, NULL) == TFEED_OK);
}

static void add_defaults(struct tfeed_schema *schema)
{
    int64_t number = 7;
    float floats[3] = {1, 2, 3};
    struct tfeed_bytes text;
    const struct tfeed_shape three = tfeed_shape_vector(3);
    const struct tfeed_tensor numbers = tfeed_tensor_borrow(TFEED_INT64, &scalar, &number);
    const struct tfeed_tensor triple = tfeed_tensor_borrow(TFEED_FLOAT, &three, floats);
    const struct tfeed_tensor texts = tfeed_tensor_borrow_string(&text, "none");
    FUZZ_CHECK(tfeed_schema_add_fixed_default(schema, "i", TFEED_INT64, &scalar, &numbers, NULL) ==
               TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_fixed_default(schema, "f", TFEED_FLOAT, &three, &triple, NULL) ==
               TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_fixed_default(schema, "s", TFEED_STRING, &scalar, &texts, NULL) ==
               TFEED_OK);
}

static void add_sequences(struct tfeed_schema *schema)
{
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    FUZZ_CHECK(tfeed_schema_add_sequence(schema, "i", TFEED_INT64, &pair, NULL, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_sequence(schema, "f", TFEED_FLOAT, &scalar, NULL, NULL) ==
               TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_sequence(schema, "s", TFEED_STRING, &scalar, NULL, NULL) ==
               TFEED_OK);
}

static void add_sparse(struct tfeed_schema *schema)
{
    static const char *const one[] = {"i"}, *const two[] = {"i", "l"};
    static const int64_t sizes[] = {10, 3};
    FUZZ_CHECK(tfeed_schema_add_sparse(schema, "sp", one, 1, "s", TFEED_STRING, sizes, false,
                                       NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_sparse(schema, "sq", two, 2, "f", TFEED_FLOAT, sizes, true, NULL) ==
               TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_variable(schema, "i", TFEED_INT64, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_variable(schema, "s", TFEED_STRING, NULL) == TFEED_OK);
}

static void add_ragged(struct tfeed_schema *schema)
{
    static const struct tfeed_partition lengths[] = {{TFEED_PARTITION_ROW_LENGTHS, "i", 0}};
    static const struct tfeed_partition ids[] = {{TFEED_PARTITION_VALUE_ROWIDS, "u", 0},
                                                 {TFEED_PARTITION_UNIFORM_ROW_LENGTH, NULL, 2}};
    static const struct tfeed_partition splits[] = {{TFEED_PARTITION_ROW_SPLITS, "sp", 0},
                                                    {TFEED_PARTITION_ROW_LIMITS, "lm", 0},
                                                    {TFEED_PARTITION_ROW_STARTS, "st", 0}};
    FUZZ_CHECK(tfeed_schema_add_ragged(schema, "a", "f", TFEED_FLOAT, lengths, 1, TFEED_INT32,
                                       NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_ragged(schema, "b", "s", TFEED_STRING, ids, 2, TFEED_INT64, NULL) ==
               TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_ragged(schema, "c", "v", TFEED_INT64, splits, 3, TFEED_INT64,
                                       NULL) == TFEED_OK);
}

static void add_raw(struct tfeed_schema *schema)
{
    enum { N_BYTES = 3 };
    FUZZ_CHECK(tfeed_schema_add_raw(schema, "s", TFEED_UINT8, N_BYTES, 1, 0, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_add_fixed(schema, "i", TFEED_INT64, &scalar, NULL) == TFEED_OK);
}

static void add_decoded(struct tfeed_schema *schema, enum tfeed_decoding decoding,
                        enum tfeed_dtype dtype, enum tfeed_compression compression)
{
    struct tfeed_decoded_column options;
    tfeed_decoded_column_init(&options);
    options.decoding = decoding;
    options.dtype = dtype;
    options.shape = tfeed_shape_vector(2);
    options.compression = compression;
    options.padded = compression != TFEED_COMPRESSION_NONE;
    FUZZ_CHECK(tfeed_schema_add_decoded(schema, "s", &options, NULL) == TFEED_OK);
}

static void add_inflated(struct tfeed_schema *schema)
{
    add_decoded(schema, TFEED_DECODING_RAW, TFEED_INT32, TFEED_COMPRESSION_ZLIB);
}

static void add_number(struct tfeed_schema *schema)
{
    add_decoded(schema, TFEED_DECODING_NUMBER, TFEED_FLOAT, TFEED_COMPRESSION_NONE);
}

static void add_tensor(struct tfeed_schema *schema)
{
    add_decoded(schema, TFEED_DECODING_TENSOR, TFEED_INT32, TFEED_COMPRESSION_NONE);
}

static struct tfeed_schema *schema_number(int number)
{
    static void (*const add[N_SCHEMAS])(struct tfeed_schema *) = {
        add_fixed, add_defaults, add_sequences, add_sparse, add_ragged,
        add_raw,   add_inflated, add_number,    add_tensor};
    static struct tfeed_schema *schemas[N_SCHEMAS];
    if (schemas[number] == NULL) {
        FUZZ_CHECK(tfeed_schema_new(NULL, &schemas[number], NULL) == TFEED_OK);
        add[number](schemas[number]);
    }
    return schemas[number];
}

static void expect_equal_rows(struct tfeed_schema *schema, struct tfeed_columns *columns)
{
    for (int c = 0; c < tfeed_schema_n_columns(schema); c++) {
        const enum tfeed_column_kind kind = tfeed_schema_column_kind(schema, c);
        const struct tfeed_tensor first = tfeed_columns_row(columns, c, 0);
        const struct tfeed_tensor second = tfeed_columns_row(columns, c, 1);
        FUZZ_CHECK(fuzz_tensors_equal(&first, &second));
        if (kind != TFEED_COLUMN_VARIABLE && kind != TFEED_COLUMN_SPARSE)
            continue;
        struct tfeed_sparse sparse;
        for (int64_t row = TFEED_ALL_ROWS; row < N_ROWS; row++) {
            FUZZ_CHECK(tfeed_columns_sparse(columns, c, row, &sparse, NULL) == TFEED_OK);
            FUZZ_CHECK(sparse.indices.shape.dims[0] == sparse.values.shape.dims[0]);
        }
    }
}

/* The columns that the caller holds have the same rows. */
static void expect_fixed(struct tfeed_schema *schema, struct tfeed_example_parser *parser,
                         const struct tfeed_bytes *rows, const struct tfeed_columns *columns,
                         tfeed_status expected, const struct tfeed_allocator *allocator)
{
    struct tfeed_tensor own[3] = {{.data = NULL}};
    const int n = tfeed_schema_n_columns(schema);
    FUZZ_CHECK(tfeed_schema_alloc_columns(schema, N_ROWS, allocator, own, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_example_parser_parse(parser, rows, N_ROWS, own, 0, NULL, NULL) == expected);
    for (int c = 0; c < n; c++) {
        if (expected == TFEED_OK)
            FUZZ_CHECK(fuzz_tensors_equal(&own[c], tfeed_columns_values(columns, c)));
        tfeed_tensor_clear(&own[c]);
    }
}

static void try_schema(struct tfeed_schema *schema, const struct tfeed_bytes *example,
                       const struct tfeed_allocator *allocator)
{
    struct tfeed_example_parser *parser;
    struct tfeed_schema_checker *checker;
    struct tfeed_columns *columns;
    struct tfeed_error error;
    const struct tfeed_bytes rows[N_ROWS] = {*example, *example};
    FUZZ_CHECK(tfeed_example_parser_new(schema, allocator, &parser, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_columns_new(schema, N_ROWS, allocator, &columns, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_checker_new(schema, true, allocator, &checker, NULL) == TFEED_OK);

    const tfeed_status one =
        tfeed_example_parser_parse_batch(parser, rows, 1, columns, NULL, &error);
    FUZZ_CHECK(one == TFEED_OK || one == TFEED_INVALID_ARGUMENT);
    FUZZ_CHECK(tfeed_schema_checker_check(checker, example, &error) == one);
    FUZZ_CHECK(tfeed_example_parser_parse_batch(parser, rows, N_ROWS, columns, NULL, &error) ==
               one);
    if (one == TFEED_OK)
        expect_equal_rows(schema, columns);
    if (tfeed_schema_column_kind(schema, 0) == TFEED_COLUMN_FIXED)
        expect_fixed(schema, parser, rows, columns, one, allocator);
    tfeed_schema_checker_free(checker);
    tfeed_columns_free(columns);
    tfeed_example_parser_free(parser);
}

/* ------------------------------------------------------------------------ entry */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct tfeed_bytes example = {.data = data, .len = size};
    struct features features;
    struct t_allocator memory;
    /* row ids may leave out 65536 rows in an example; an empty string takes 2 bytes of input */
    fuzz_memory_start(&memory, ((size_t)8 << 20) + 256 * size);
    if (walk_all(&example, &features) && features.n > 0)
        try_round_trip(&example, &features, &memory.hooks);
    (void)tfeed_dataset_jsonl_is_exact(data, size);
    for (int i = 0; i < N_SCHEMAS; i++)
        try_schema(schema_number(i), &example, &memory.hooks);
    fuzz_memory_end(&memory);
#ifdef FUZZ_HAVE_JUDGE
    FUZZ_CHECK(t_judge_example(data, size) == 0);
#endif
    return 0;
}
