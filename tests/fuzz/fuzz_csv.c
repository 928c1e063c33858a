/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fuzz_csv.c - bytes as a line of CSV; the first one chooses how it is read.
 *
 * Fields that are accepted as strings are quoted, joined and read again: the same fields. As
 * numbers a field means what string_to_number says. As a record of a schema the line has the same
 * fields.
 */
#include <string.h>

#include <tfeed/decode.h>

#include "tests/fuzz/fuzz.h"

enum { MAX_COLUMNS = 12, MAX_LINE = 1 << 16 };

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

/* A missing field of strings is an empty string, of numbers 7. */
static void set_defaults(struct tfeed_tensor *defaults, enum tfeed_dtype dtype)
{
    static double seven[1] = {7};
    static int64_t seven_whole[1] = {7};
    static float seven_float[1] = {7};
    static int32_t seven_int[1] = {7};
    static struct tfeed_bytes empty;
    void *data = dtype == TFEED_STRING   ? (void *)&empty
                 : dtype == TFEED_DOUBLE ? (void *)seven
                 : dtype == TFEED_FLOAT  ? (void *)seven_float
                 : dtype == TFEED_INT32  ? (void *)seven_int
                                         : (void *)seven_whole;
    for (size_t i = 0; i < MAX_COLUMNS; i++)
        defaults[i] = tfeed_tensor_borrow(dtype, &scalar, data);
}

/* Decodes a line into strings, whatever number of fields it has; 0: it is refused with any. */
static size_t decode_strings(const struct tfeed_tensor *line,
                             const struct tfeed_csv_options *options, struct tfeed_tensor *columns)
{
    struct tfeed_tensor defaults[MAX_COLUMNS];
    set_defaults(defaults, TFEED_STRING);
    if (options->n_select_cols > 0)
        return tfeed_decode_csv(line, defaults, options->n_select_cols, options, columns, NULL) ==
                       TFEED_OK
                   ? options->n_select_cols
                   : 0;
    for (size_t n = 1; n <= MAX_COLUMNS; n++) {
        const tfeed_status status = tfeed_decode_csv(line, defaults, n, options, columns, NULL);
        FUZZ_CHECK(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
        if (status == TFEED_OK)
            return n;
    }
    return 0;
}

static void clear_all(struct tfeed_tensor *tensors, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tfeed_tensor_clear(&tensors[i]);
}

/* Every field in quotes. */
static size_t quote_all(const struct tfeed_tensor *columns, size_t n, char delimiter, uint8_t *line)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const struct tfeed_bytes *field = tfeed_tensor_strings(&columns[i]);
        if (i > 0)
            line[len++] = (uint8_t)delimiter;
        line[len++] = '"';
        for (size_t at = 0; at < field->len; at++) {
            if (field->data[at] == '"')
                line[len++] = '"';
            line[len++] = field->data[at];
        }
        line[len++] = '"';
    }
    return len;
}

static void expect_read_again(const struct tfeed_tensor *columns, size_t n,
                              const struct tfeed_csv_options *options)
{
    static uint8_t line[2 * MAX_LINE + 4 * MAX_COLUMNS];
    struct tfeed_bytes text;
    struct tfeed_tensor again[MAX_COLUMNS];
    struct tfeed_csv_options quoted = *options;
    quoted.use_quote_delim = true;
    quoted.select_cols = NULL;
    quoted.n_select_cols = 0;
    quoted.na_value = ""; /* what is missing was filled in */
    const struct tfeed_tensor strings =
        fuzz_string(&text, line, quote_all(columns, n, options->field_delim[0], line));
    const size_t n_again = decode_strings(&strings, &quoted, again);
    FUZZ_CHECK(n_again == n);
    for (size_t i = 0; i < n; i++)
        FUZZ_CHECK(fuzz_tensors_equal(&columns[i], &again[i]));
    clear_all(again, n_again);
}

/* The line as a record of a schema of n columns; `fields` are those that it has, NULL: they are not
 * of that dtype. */
static void try_schema(const struct tfeed_tensor *line, const struct tfeed_tensor *fields, size_t n,
                       enum tfeed_dtype dtype, const struct tfeed_csv_options *options)
{
    struct tfeed_tensor defaults[MAX_COLUMNS], columns[MAX_COLUMNS];
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_error error;
    set_defaults(defaults, dtype);
    FUZZ_CHECK(tfeed_schema_new(options->allocator, &schema, NULL) == TFEED_OK);
    for (size_t i = 0; i < n; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        FUZZ_CHECK(tfeed_schema_add_fixed_default(schema, name, dtype, &scalar, &defaults[i],
                                                  NULL) == TFEED_OK);
    }
    FUZZ_CHECK(tfeed_schema_set_csv_records(schema, options, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_example_parser_new(schema, options->allocator, &parser, NULL) == TFEED_OK);
    FUZZ_CHECK(tfeed_schema_alloc_columns(schema, 1, options->allocator, columns, NULL) ==
               TFEED_OK);
    const tfeed_status status =
        tfeed_example_parser_parse(parser, tfeed_tensor_strings(line), 1, columns, 0, NULL, &error);
    FUZZ_CHECK(status == (fields != NULL ? TFEED_OK : TFEED_INVALID_ARGUMENT));
    for (size_t i = 0; fields != NULL && i < n; i++) {
        columns[i].shape = scalar;
        FUZZ_CHECK(fuzz_tensors_equal(&columns[i], &fields[i]));
    }
    clear_all(columns, n);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

/* All columns as numbers of one dtype. */
static void try_numbers(const struct tfeed_tensor *line, const struct tfeed_tensor *fields,
                        size_t n, enum tfeed_dtype dtype, const struct tfeed_csv_options *options)
{
    struct tfeed_tensor defaults[MAX_COLUMNS], numbers[MAX_COLUMNS], number;
    struct tfeed_error error;
    set_defaults(defaults, dtype);
    const bool is_read = tfeed_decode_csv(line, defaults, n, options, numbers, &error) == TFEED_OK;
    if (dtype != TFEED_DOUBLE)
        try_schema(line, is_read ? numbers : NULL, n, dtype, options);
    if (!is_read)
        return;
    for (size_t i = 0; i < n; i++) {
        if (tfeed_tensor_strings(&fields[i])->len == 0)
            continue;
        FUZZ_CHECK(tfeed_string_to_number(&fields[i], dtype, options->allocator, &number, &error) ==
                   TFEED_OK);
        FUZZ_CHECK(fuzz_tensors_equal(&numbers[i], &number));
        tfeed_tensor_clear(&number);
    }
    clear_all(numbers, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const delimiters[] = {",", "\t", ";", " "};
    static const int64_t selected[] = {0, 2};
    static const enum tfeed_dtype dtypes[] = {TFEED_INT32, TFEED_INT64, TFEED_FLOAT, TFEED_DOUBLE};
    enum { QUOTE = 4, HAS_NA = 8, SELECT = 16, DTYPE_SHIFT = 5 };
    struct tfeed_csv_options options;
    struct tfeed_tensor fields[MAX_COLUMNS];
    struct tfeed_bytes text;
    struct t_allocator memory;
    if (size == 0 || size > MAX_LINE)
        return 0;
    fuzz_memory_start(&memory, ((size_t)1 << 20) + 64 * size);
    tfeed_csv_options_init(&options);
    options.allocator = &memory.hooks;
    options.field_delim = delimiters[data[0] % 4];
    options.use_quote_delim = (data[0] & QUOTE) == 0;
    options.na_value = (data[0] & HAS_NA) != 0 ? "NA" : "";
    if ((data[0] & SELECT) != 0) {
        options.select_cols = selected;
        options.n_select_cols = 2;
    }
    const struct tfeed_tensor line = fuzz_string(&text, data + 1, size - 1);
    const size_t n = decode_strings(&line, &options, fields);
    if (n > 0) {
        expect_read_again(fields, n, &options);
        try_schema(&line, fields, n, TFEED_STRING, &options);
        try_numbers(&line, fields, n, dtypes[(data[0] >> DTYPE_SHIFT) % 4], &options);
    }
    clear_all(fields, n);
    fuzz_memory_end(&memory);
    return 0;
}
