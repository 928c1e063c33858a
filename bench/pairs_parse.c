/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pairs_parse.c - parsing and nothing else: the first records, which stay in the cache, again and
 * again.
 *
 * As they are, and with the entries of each in an order of its own, as a map of C++ writes them;
 * into all columns, and into a fifth of them, spread evenly.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>
#include <tfeed/random.h>

#include "bench/consumer.h"
#include "bench/pairs.h"

enum {
    MAX_HOT_RECORDS = 128,
    MAX_HOT_BYTES = 192 << 10, /* half of a small second-level cache, beside the columns */
    TURN_BYTES = 32 << 20,     /* parsed in a turn */
    MAX_ENTRIES = 512,
    COLUMNS_A_FEW = 5
};

/* A schema with what belongs to it. */
struct hot_columns {
    struct tfeed_schema *schema;
    struct tfeed_tensor *columns;
    int n_columns;
};

struct bench_hot {
    uint8_t *bytes; /* the records, back to back … */
    uint8_t *mixed; /* … with their entries mixed … */
    uint8_t *copies;
    struct tfeed_bytes records[MAX_HOT_RECORDS];
    struct tfeed_bytes mixed_records[MAX_HOT_RECORDS];
    size_t n;
    size_t len;
    struct hot_columns all;
    struct hot_columns few;
};

/* -------------------------------------------------------------- records */

/* The byte behind a varint. */
static const uint8_t *read_varint(const uint8_t *at, const uint8_t *end, uint64_t *ret_value)
{
    *ret_value = 0;
    for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
        *ret_value |= (uint64_t)(*at & 0x7f) << shift;
        if (*at++ < 0x80)
            return at;
    }
    return NULL;
}

/* The contents of the field at `at`, which has the number 1 and a length; NULL: it is another. */
static const uint8_t *enter(const uint8_t *at, const uint8_t *end, uint64_t *ret_len)
{
    enum { TAG = 1 << 3 | 2 };

    if (at == end || *at != TAG)
        return NULL;
    at = read_varint(at + 1, end, ret_len);
    return at && *ret_len <= (uint64_t)(end - at) ? at : NULL;
}

/* Copies an Example with its entries in another order; one of another form as it is. */
static void mix(const struct tfeed_bytes *record, struct tfeed_random *random, uint8_t *to)
{
    struct tfeed_bytes entries[MAX_ENTRIES];
    const uint8_t *end = record->data + record->len;
    uint64_t len;
    uint32_t n = 0;
    const uint8_t *at = enter(record->data, end, &len);

    memcpy(to, record->data, record->len);
    if (!at || at + len != end)
        return;
    to += at - record->data;
    while (at != end) {
        const uint8_t *contents = enter(at, end, &len);
        if (!contents || n == MAX_ENTRIES)
            return;
        entries[n++] = (struct tfeed_bytes){at, (size_t)(contents - at) + (size_t)len, NULL};
        at = contents + len;
    }
    for (; n > 0; n--) {
        const uint32_t drawn = tfeed_random_uint32(random) % n;
        memcpy(to, entries[drawn].data, entries[drawn].len);
        to += entries[drawn].len;
        entries[drawn] = entries[n - 1];
    }
}

static tfeed_status keep_records(const struct bench_options *options, struct bench_hot *hot,
                                 struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options reader_options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    struct tfeed_random random;
    tfeed_status status;

    bench_reader_options(options, &reader_options);
    if ((status = tfeed_record_reader_open(options->names[0], &reader_options, &reader, reterr)))
        return status;
    tfeed_random_init(&random, (struct tfeed_seeds){1, 2});
    while (hot->n < MAX_HOT_RECORDS &&
           (status = tfeed_record_reader_next(reader, &view, reterr)) == TFEED_OK &&
           view.len <= MAX_HOT_BYTES - hot->len) {
        struct tfeed_bytes *record = &hot->records[hot->n];
        memcpy(hot->bytes + hot->len, view.data, view.len);
        *record = (struct tfeed_bytes){hot->bytes + hot->len, view.len, NULL};
        mix(record, &random, hot->mixed + hot->len);
        hot->mixed_records[hot->n++] = (struct tfeed_bytes){hot->mixed + hot->len, view.len, NULL};
        hot->len += view.len;
    }
    tfeed_record_reader_close(reader);
    if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
        return status;
    return hot->n > 0 ? TFEED_OK
                      : bench_fail(reterr, TFEED_FAILED_PRECONDITION,
                                   "%s: the first record is longer than %d bytes: it does not stay "
                                   "in the cache",
                                   options->names[0], MAX_HOT_BYTES);
}

/* -------------------------------------------------------------- columns */

static tfeed_status add_column(struct tfeed_schema *schema, const struct bench_feature *feature,
                               struct tfeed_error *reterr)
{
    static const enum tfeed_dtype dtypes[] = {[TFEED_FEATURE_BYTES] = TFEED_STRING,
                                              [TFEED_FEATURE_FLOAT] = TFEED_FLOAT,
                                              [TFEED_FEATURE_INT64] = TFEED_INT64};
    const struct tfeed_shape shape = {.n_dims = feature->n_values == 1 ? 0 : 1,
                                      .dims = {(int64_t)feature->n_values}};

    if (feature->kind == TFEED_FEATURE_BYTES && feature->n_values == 1 && feature->value_bytes > 0)
        return tfeed_schema_add_raw(schema, feature->name, TFEED_UINT8,
                                    (int64_t)feature->value_bytes, 1, 0, reterr);
    return tfeed_schema_add_fixed(schema, feature->name, dtypes[feature->kind], &shape, reterr);
}

/* The columns of every `step`-th feature that has as many values in all records. */
static tfeed_status open_columns(const struct bench_survey *survey, size_t step, int64_t n_rows,
                                 struct hot_columns *columns, struct tfeed_error *reterr)
{
    tfeed_status status = tfeed_schema_new(NULL, &columns->schema, reterr);
    size_t n_met = 0;

    for (size_t i = 0; i < survey->n_features && status == TFEED_OK; i++) {
        const struct bench_feature *feature = &survey->features[i];
        if (!feature->is_list && !feature->why_not && n_met++ % step == step / 2)
            status = add_column(columns->schema, feature, reterr);
    }
    if (status != TFEED_OK)
        return status;
    columns->n_columns = tfeed_schema_n_columns(columns->schema);
    if (columns->n_columns == 0)
        return bench_fail(reterr, TFEED_FAILED_PRECONDITION,
                          "the records have fewer than %zu features of one size", step);
    columns->columns = calloc((size_t)columns->n_columns, sizeof *columns->columns);
    if (!columns->columns)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    return tfeed_schema_alloc_columns(columns->schema, n_rows, NULL, columns->columns, reterr);
}

static void close_columns(struct hot_columns *columns)
{
    for (int i = 0; columns->columns && i < columns->n_columns; i++)
        tfeed_tensor_clear(&columns->columns[i]);
    free(columns->columns);
    tfeed_schema_unref(columns->schema);
}

void bench_hot_free(struct bench_hot *hot)
{
    if (!hot)
        return;
    close_columns(&hot->all);
    close_columns(&hot->few);
    free(hot->bytes);
    free(hot->mixed);
    free(hot->copies);
    free(hot);
}

/* Makes the records and columns where there are none yet. */
static tfeed_status make_hot(struct bench_ground *ground, struct tfeed_error *reterr)
{
    struct bench_survey survey = {0};

    if (ground->hot)
        return TFEED_OK;
    struct bench_hot *hot = calloc(1, sizeof *hot);
    if (!hot)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    ground->hot = hot;
    hot->bytes = malloc(MAX_HOT_BYTES);
    hot->mixed = malloc(MAX_HOT_BYTES);
    hot->copies = malloc(MAX_HOT_BYTES);
    if (!hot->bytes || !hot->mixed || !hot->copies)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    tfeed_status status = keep_records(ground->options, hot, reterr);
    if (status == TFEED_OK)
        status = bench_survey_make(ground->options, &survey, reterr);
    if (status == TFEED_OK)
        status = open_columns(&survey, 1, (int64_t)hot->n, &hot->all, reterr);
    if (status == TFEED_OK)
        status = open_columns(&survey, COLUMNS_A_FEW, (int64_t)hot->n, &hot->few, reterr);
    bench_survey_clear(&survey);
    return status;
}

/* ---------------------------------------------------------------- sides */

static size_t n_passes(const struct bench_hot *hot)
{
    return TURN_BYTES / hot->len + 1;
}

uint64_t bench_hot_bytes(const struct bench_ground *ground)
{
    return ground->hot ? n_passes(ground->hot) * ground->hot->len : 0;
}

/* A new parser each turn: one that has seen mixed records expects no order for a while. */
static tfeed_status parse(struct bench_ground *ground, bool is_few, bool is_mixed,
                          double *ret_seconds, struct tfeed_error *reterr)
{
    struct tfeed_example_parser *parser = NULL;
    tfeed_status status = make_hot(ground, reterr);

    if (status != TFEED_OK)
        return status;
    struct bench_hot *hot = ground->hot;
    struct hot_columns *columns = is_few ? &hot->few : &hot->all;
    const struct tfeed_bytes *records = is_mixed ? hot->mixed_records : hot->records;
    status = tfeed_example_parser_new(columns->schema, NULL, &parser, reterr);
    const double start = bench_cpu_now();
    for (size_t i = n_passes(hot); i > 0 && status == TFEED_OK; i--)
        status =
            tfeed_example_parser_parse(parser, records, hot->n, columns->columns, 0, NULL, reterr);
    *ret_seconds = bench_cpu_now() - start;
    tfeed_example_parser_free(parser);
    return status;
}

tfeed_status bench_side_parse(struct bench_ground *ground, double *ret_seconds,
                              struct tfeed_error *reterr)
{
    return parse(ground, false, false, ret_seconds, reterr);
}

tfeed_status bench_side_parse_mixed(struct bench_ground *ground, double *ret_seconds,
                                    struct tfeed_error *reterr)
{
    return parse(ground, false, true, ret_seconds, reterr);
}

tfeed_status bench_side_parse_few(struct bench_ground *ground, double *ret_seconds,
                                  struct tfeed_error *reterr)
{
    return parse(ground, true, false, ret_seconds, reterr);
}

tfeed_status bench_side_parse_few_mixed(struct bench_ground *ground, double *ret_seconds,
                                        struct tfeed_error *reterr)
{
    return parse(ground, true, true, ret_seconds, reterr);
}

tfeed_status bench_side_memcpy(struct bench_ground *ground, double *ret_seconds,
                               struct tfeed_error *reterr)
{
    const tfeed_status status = make_hot(ground, reterr);

    if (status != TFEED_OK)
        return status;
    struct bench_hot *hot = ground->hot;
    const double start = bench_cpu_now();
    for (size_t pass = n_passes(hot); pass > 0; pass--) {
        size_t at = 0;
        for (size_t i = 0; i < hot->n; at += hot->records[i++].len)
            memcpy(hot->copies + at, hot->bytes + at, hot->records[i].len);
        /* all of it is done, however little of it is looked at */
        __asm__ volatile("" : : "r"(hot->copies) : "memory");
    }
    *ret_seconds = bench_cpu_now() - start;
    return TFEED_OK;
}
