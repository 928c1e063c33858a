/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode_fixture.h - tensors of strings for the tests of the decoders, borrowed from literals.
 */
#ifndef TESTS_UNIT_FEATURES_DECODE_FIXTURE_H
#define TESTS_UNIT_FEATURES_DECODE_FIXTURE_H

#include <string.h>

#include <tfeed/decode.h>

enum { FIXTURE_STRINGS = 16 };

struct fixture_strings {
    struct tfeed_bytes elements[FIXTURE_STRINGS];
    struct tfeed_tensor tensor;
};

/* A scalar of len bytes. */
static inline const struct tfeed_tensor *fixture_scalar(struct fixture_strings *fixture,
                                                        const void *data, size_t len)
{
    const struct tfeed_shape shape = TFEED_SHAPE_SCALAR;
    fixture->elements[0] = (struct tfeed_bytes){.data = data, .len = len};
    fixture->tensor = tfeed_tensor_borrow(TFEED_STRING, &shape, fixture->elements);
    return &fixture->tensor;
}

/* A vector of n NUL-terminated texts. */
static inline const struct tfeed_tensor *fixture_vector(struct fixture_strings *fixture,
                                                        const char *const *texts, size_t n)
{
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    for (size_t i = 0; i < n; i++)
        fixture->elements[i] =
            (struct tfeed_bytes){(const uint8_t *)texts[i], strlen(texts[i]), NULL};
    fixture->tensor = tfeed_tensor_borrow(TFEED_STRING, &shape, fixture->elements);
    return &fixture->tensor;
}

/* FIXTURE_VECTOR(&fixture, "a", "b") */
#define FIXTURE_VECTOR(fixture, ...)                                                               \
    fixture_vector((fixture), (const char *const[]){__VA_ARGS__},                                  \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* True when string element i is this text. */
static inline bool fixture_is(const struct tfeed_tensor *tensor, int64_t i, const char *text)
{
    const struct tfeed_bytes *string = &tfeed_tensor_strings(tensor)[i];
    return string->len == strlen(text) &&
           (string->len == 0 || memcmp(string->data, text, string->len) == 0);
}

#endif
