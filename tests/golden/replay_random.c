/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_random.c - replays the golden files of seeds, random values and random orders:
 * input/random/get_seed.json, input/random/random.json, input/orders/random_shuffle.json.
 *
 * Integers, uniform values and orders are met bit for bit. So are normal values where the
 * platform's logf, sinf and cosf are glibc's; elsewhere two units in the last place are allowed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/random.h>

#include "tests/golden/replay.h"
#include "tests/support/sha256.h"

#if defined(__GLIBC__)
enum { ALLOWED_ULPS = 0 };
#else
enum { ALLOWED_ULPS = 2 };
#endif

enum { CASE_BYTES = 128 };

/* What a row says about its operation. */
struct operation {
    const char *name;
    enum tfeed_dtype dtype;
    double first; /* minval or mean */
    double second;
    int64_t minval;
    int64_t maxval;
};

static double number_or(const json_t *row, const char *key, double otherwise)
{
    const json_t *value = json_object_get(row, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static int64_t seed_or_unset(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    return json_is_integer(value) ? json_integer_value(value) : TFEED_SEED_UNSET;
}

/* The pair that reached the node: as the row gives it, else derived from an op seed. */
static struct tfeed_seeds seeds_of(const json_t *row, const json_t *seed_attrs)
{
    if (seed_attrs != NULL)
        return (struct tfeed_seeds){
            (uint64_t)json_integer_value(json_object_get(seed_attrs, "seed")),
            (uint64_t)json_integer_value(json_object_get(seed_attrs, "seed2")),
        };
    return tfeed_seeds_derive(seed_or_unset(row, "graph_seed"), seed_or_unset(row, "op_seed"), 0);
}

static tfeed_status run(struct tfeed_random *random, const struct operation *operation,
                        void *values, size_t n)
{
    if (strcmp(operation->name, "random_uniform") == 0)
        return tfeed_random_uniform(random, operation->dtype, operation->first, operation->second,
                                    values, n);
    if (strcmp(operation->name, "random_normal") == 0)
        return tfeed_random_normal(random, operation->dtype, operation->first, operation->second,
                                   values, n);
    if (strcmp(operation->name, "truncated_normal") == 0)
        return tfeed_random_truncated_normal(random, operation->dtype, operation->first,
                                             operation->second, values, n);
    if (strcmp(operation->name, "random_uniform_int") == 0)
        return tfeed_random_uniform_int(random, operation->dtype, operation->minval,
                                        operation->maxval, values, n);
    return TFEED_UNIMPLEMENTED;
}

static struct operation operation_of(const json_t *row, enum tfeed_dtype dtype)
{
    struct operation operation = {.name = json_string_value(json_object_get(row, "op")),
                                  .dtype = dtype};
    const bool is_uniform = strncmp(operation.name, "random_uniform", 14) == 0;
    operation.first = number_or(row, is_uniform ? "minval" : "mean", 0);
    operation.second = number_or(row, is_uniform ? "maxval" : "stddev", 1);
    operation.minval = json_integer_value(json_object_get(row, "minval"));
    operation.maxval = json_integer_value(json_object_get(row, "maxval"));
    return operation;
}

/* Bits in an order in which neighbouring floating point numbers are neighbours. */
static int64_t ordered_bits(enum tfeed_dtype dtype, const void *values, size_t i)
{
    const size_t size = tfeed_dtype_size(dtype);
    uint64_t bits = 0;
    memcpy(&bits, (const uint8_t *)values + i * size, size);
    const uint64_t sign = UINT64_C(1) << (8 * size - 1);
    return (bits & sign) != 0 ? -(int64_t)(bits ^ sign) : (int64_t)bits;
}

static bool values_agree(const struct operation *operation, const struct tfeed_tensor *expected,
                         const struct tfeed_tensor *got)
{
    if (ALLOWED_ULPS == 0 || strstr(operation->name, "normal") == NULL)
        return replay_tensor_equal(expected, got);
    for (size_t i = 0; i < (size_t)tfeed_tensor_n_elements(expected); i++)
        if (llabs(ordered_bits(operation->dtype, expected->data, i) -
                  ordered_bits(operation->dtype, got->data, i)) > ALLOWED_ULPS)
            return false;
    return true;
}

/* One run of the operation against one expected tensor; the values go on from `random`. */
static bool check_run(struct replay *replay, const char *case_name, struct tfeed_random *random,
                      const struct operation *operation, const json_t *json)
{
    static const char file[] = "input/random/random.json";
    struct tfeed_tensor expected;
    struct tfeed_tensor got;
    if (!replay_tensor(json, &expected)) {
        replay_fail(replay, file, case_name, "expected a tensor, got another form");
        return false;
    }
    const size_t n = (size_t)tfeed_tensor_n_elements(&expected);
    bool ok = false;
    if (tfeed_tensor_alloc(expected.dtype, &expected.shape, NULL, &got, NULL) != TFEED_OK) {
        replay_fail(replay, file, case_name, "expected memory for the result, got none");
        tfeed_tensor_clear(&expected);
        return false;
    }
    const tfeed_status status = run(random, operation, got.data, n);
    char texts[2][REPLAY_TENSOR_TEXT_BYTES];
    if (status != TFEED_OK)
        replay_fail(replay, file, case_name, "expected OK, got %s", tfeed_status_name(status));
    else if (!values_agree(operation, &expected, &got))
        replay_fail(replay, file, case_name, "expected %s, got %s",
                    replay_tensor_text(&expected, texts[0]), replay_tensor_text(&got, texts[1]));
    else
        ok = true;
    tfeed_tensor_clear(&got);
    tfeed_tensor_clear(&expected);
    return ok;
}

/* Consecutive runs of one node: one case. */
static void replay_calls(struct replay *replay, const char *case_name, const json_t *row)
{
    struct tfeed_random random;
    tfeed_random_init(&random,
                      seeds_of(row, json_array_get(json_object_get(row, "seed_attrs"), 0)));
    const json_t *calls = json_object_get(row, "calls");
    for (size_t i = 0; i < json_array_size(calls); i++) {
        struct tfeed_tensor form;
        const json_t *call = json_array_get(calls, i);
        if (!replay_tensor(call, &form)) {
            replay_fail(replay, "input/random/random.json", case_name,
                        "expected tensors, got none");
            return;
        }
        const struct operation operation = operation_of(row, form.dtype);
        tfeed_tensor_clear(&form);
        if (!check_run(replay, case_name, &random, &operation, call))
            return;
    }
    replay_pass(replay);
}

/* Many values, of which the file gives the digest. */
static void replay_big(struct replay *replay, const char *case_name, const json_t *row)
{
    const size_t n = (size_t)json_integer_value(json_array_get(json_object_get(row, "shape"), 0));
    const struct operation operation = operation_of(row, TFEED_FLOAT);
    struct tfeed_random random;
    tfeed_random_init(&random, seeds_of(row, NULL));
    const json_t *calls = json_object_get(row, "big");
    float *values = malloc(n * sizeof *values);
    bool ok = values != NULL;
    for (size_t i = 0; ok && i < json_array_size(calls); i++) {
        const json_t *digest = json_object_get(json_array_get(calls, i), "sha256");
        char hex[SUPPORT_SHA256_HEX_BYTES];
        const tfeed_status status = run(&random, &operation, values, n);
        support_sha256_hex(values, n * sizeof *values, hex);
        ok = status == TFEED_OK && json_is_string(digest) &&
             strcmp(hex, json_string_value(digest)) == 0;
        if (!ok)
            replay_fail(replay, "input/random/random.json", case_name,
                        "expected OK and %s, got %s and %s", json_string_value(digest),
                        tfeed_status_name(status), hex);
    }
    free(values);
    if (ok)
        replay_pass(replay);
}

/* The variables of the graph that the golden set was made with: the file gives seeds and values,
 * and its README the names. Each variable is a case. */
static void replay_initializers(struct replay *replay, const json_t *row)
{
    const double glorot = sqrt(6.0 / (4 + 3)); /* the default initializer of a matrix [4, 3] */
    const struct {
        const char *variable;
        const char *node;
        struct operation operation;
    } variables[] = {
        {"net/a",
         "net/a/Initializer/random_uniform/RandomUniform",
         {"random_uniform", TFEED_FLOAT, -glorot, glorot, 0, 0}},
        {"net/b",
         "net/b/Initializer/truncated_normal/TruncatedNormal",
         {"truncated_normal", TFEED_FLOAT, 0, 0.1, 0, 0}},
        {"net/c",
         "net/c/Initializer/random_uniform/RandomUniform",
         {"random_uniform", TFEED_FLOAT, -1, 1, 0, 0}},
        {"net/e",
         "net/e/Initializer/random_normal/RandomStandardNormal",
         {"random_normal", TFEED_FLOAT, 0, 1, 0, 0}},
        {"w", "truncated_normal/TruncatedNormal", {"truncated_normal", TFEED_FLOAT, 0, 0.25, 0, 0}},
    };
    const json_t *attrs = json_object_get(row, "seed_attrs");
    for (size_t i = 0; i < json_array_size(attrs); i++) {
        const json_t *attr = json_array_get(attrs, i);
        const char *node = json_string_value(json_object_get(attr, "node"));
        size_t place = 0;
        while (place < sizeof variables / sizeof variables[0] &&
               (node == NULL || strcmp(variables[place].node, node) != 0))
            place++;
        if (place == sizeof variables / sizeof variables[0]) {
            replay_skip(replay, "a variable whose initializer the file does not describe");
            continue;
        }
        const char *variable = variables[place].variable;
        char case_name[CASE_BYTES];
        (void)snprintf(case_name, sizeof case_name, "initializer of %s, graph seed %lld", variable,
                       (long long)seed_or_unset(row, "graph_seed"));
        struct tfeed_random random;
        tfeed_random_init(&random, seeds_of(row, attr));
        if (check_run(replay, case_name, &random, &variables[place].operation,
                      json_object_get(json_object_get(row, "values"), variable)))
            replay_pass(replay);
    }
}

/* Rejected arguments. The parameters stand in the text that TensorFlow gives for them: "Need
 * minval < maxval, got 5 >= 4". */
static void replay_error(struct replay *replay, const char *case_name, const json_t *row)
{
    long long minval = 0;
    long long maxval = 0;
    const char *text = json_string_value(json_object_get(row, "text"));
    if (text == NULL ||
        sscanf(text, "Need minval < maxval, got %lld >= %lld", &minval, &maxval) != 2) {
        replay_skip(replay, "an error that a C signature rules out (a shape, a missing argument)");
        return;
    }
    struct tfeed_random random;
    tfeed_random_init(&random, (struct tfeed_seeds){1, 1});
    int32_t value;
    const tfeed_status expected =
        replay_status_from_kind(json_string_value(json_object_get(row, "error")));
    const tfeed_status got =
        tfeed_random_uniform_int(&random, TFEED_INT32, minval, maxval, &value, 1);
    if (got == expected)
        replay_pass(replay);
    else
        replay_fail(replay, "input/random/random.json", case_name, "expected %s, got %s",
                    tfeed_status_name(expected), tfeed_status_name(got));
}

static void replay_values(struct replay *replay)
{
    json_t *rows = replay_open(replay, "input/random/random.json");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *op = json_string_value(json_object_get(row, "op"));
        char case_name[CASE_BYTES];
        (void)snprintf(case_name, sizeof case_name, "row %zu, %s", i, op != NULL ? op : "no op");
        if (op == NULL)
            replay_fail(replay, "input/random/random.json", case_name, "expected op, got none");
        else if (strcmp(op, "initializers") == 0)
            replay_initializers(replay, row);
        else if (strcmp(op, "error") == 0)
            replay_error(replay, case_name, row);
        else if (json_object_get(row, "big") != NULL)
            replay_big(replay, case_name, row);
        else
            replay_calls(replay, case_name, row);
    }
    json_decref(rows);
}

static void replay_seeds(struct replay *replay)
{
    static const char file[] = "input/random/get_seed.json";
    json_t *rows = replay_open(replay, file);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *gives = json_object_get(row, "gives");
        const struct tfeed_seeds expected = {
            (uint64_t)json_integer_value(json_array_get(gives, 0)), /* null is 0: not seeded */
            (uint64_t)json_integer_value(json_array_get(gives, 1)),
        };
        const struct tfeed_seeds got =
            tfeed_seeds_derive(seed_or_unset(row, "graph_seed"), seed_or_unset(row, "op_seed"),
                               json_integer_value(json_object_get(row, "nodes_before")));
        if (got.seed == expected.seed && got.seed2 == expected.seed2) {
            replay_pass(replay);
            continue;
        }
        char case_name[CASE_BYTES];
        (void)snprintf(case_name, sizeof case_name, "row %zu", i);
        replay_fail(replay, file, case_name, "expected (%llu, %llu), got (%llu, %llu)",
                    (unsigned long long)expected.seed, (unsigned long long)expected.seed2,
                    (unsigned long long)got.seed, (unsigned long long)got.seed2);
    }
    json_decref(rows);
}

/* The first number in nested arrays; -1 where a row holds none. */
static int64_t first_number(const json_t *value)
{
    while (json_is_array(value))
        value = json_array_get(value, 0);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* How many numbers a row of the shuffled tensor holds. */
static int64_t row_size(const json_t *shape)
{
    int64_t size = 1;
    for (size_t i = 1; i < json_array_size(shape); i++)
        size *= json_integer_value(json_array_get(shape, i));
    return size;
}

static bool order_agrees(const json_t *expected, const uint32_t *order, int64_t size)
{
    for (size_t i = 0; i < json_array_size(expected); i++) {
        const int64_t first = first_number(json_array_get(expected, i));
        if (first >= 0 && first != (int64_t)order[i] * size) /* rows of 0, 1, 2, … in order */
            return false;
    }
    return true;
}

static void replay_orders(struct replay *replay)
{
    static const char file[] = "input/orders/random_shuffle.json";
    json_t *rows = replay_open(replay, file);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *calls = json_object_get(row, "calls");
        const int64_t size = row_size(json_object_get(row, "shape"));
        struct tfeed_random random;
        tfeed_random_init(&random,
                          seeds_of(row, json_array_get(json_object_get(row, "seed_attrs"), 0)));
        bool ok = true;
        for (size_t j = 0; ok && j < json_array_size(calls); j++) {
            const json_t *expected = json_array_get(calls, j);
            const size_t n = json_array_size(expected);
            uint32_t *order = calloc(n + 1, sizeof *order);
            if (order == NULL)
                exit(REPLAY_USAGE);
            tfeed_random_shuffle(&random, order, (uint32_t)n);
            ok = order_agrees(expected, order, size);
            if (!ok) {
                char case_name[CASE_BYTES];
                (void)snprintf(case_name, sizeof case_name, "row %zu, call %zu", i, j);
                replay_fail(replay, file, case_name, "expected %lld first, got %lld",
                            (long long)first_number(expected), (long long)(order[0] * size));
            }
            free(order);
        }
        if (ok)
            replay_pass(replay);
    }
    json_decref(rows);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    replay_seeds(&replay);
    replay_values(&replay);
    replay_orders(&replay);
    return replay_finish(&replay);
}
