/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay.c - what the programs that replay golden files share.
 */
#include "tests/golden/replay.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *allocate(size_t n_bytes)
{
    void *memory = malloc(n_bytes > 0 ? n_bytes : 1);
    if (memory == NULL) {
        fputs("no memory\n", stderr);
        exit(REPLAY_USAGE);
    }
    return memory;
}

/* Finding files, counting cases. */

bool replay_start(struct replay *replay, int argc, char **argv)
{
    *replay = (struct replay){.dir = argc == 2 ? argv[1] : getenv("TFEED_GOLDEN")};
    if (argc <= 2 && replay->dir != NULL && replay->dir[0] != '\0')
        return true;
    fprintf(stderr, "usage: %s DIR   (or TFEED_GOLDEN=DIR): the folder of a golden set\n",
            argc > 0 ? argv[0] : "replay");
    return false;
}

const char *replay_path(const struct replay *replay, const char *name, char path[REPLAY_PATH_BYTES])
{
    const int len = snprintf(path, REPLAY_PATH_BYTES, "%s/%s", replay->dir, name);
    if (len < 0 || len >= REPLAY_PATH_BYTES) {
        fprintf(stderr, "%s/%s: path too long\n", replay->dir, name);
        exit(REPLAY_USAGE);
    }
    return path;
}

json_t *replay_open(struct replay *replay, const char *name)
{
    char path[REPLAY_PATH_BYTES];
    if (access(replay_path(replay, name, path), F_OK) != 0) {
        char reason[REPLAY_REASON_BYTES];
        (void)snprintf(reason, sizeof reason, "%s is missing from this set", name);
        replay_skip(replay, reason);
        return NULL;
    }
    json_error_t error;
    json_t *json = json_load_file(path, JSON_ALLOW_NUL, &error);
    if (json == NULL)
        replay_fail(replay, name, "whole file", "expected JSON, got line %d: %s", error.line,
                    error.text);
    return json;
}

uint8_t *replay_read(const struct replay *replay, const char *name, size_t *ret_len)
{
    char path[REPLAY_PATH_BYTES];
    FILE *file = fopen(replay_path(replay, name, path), "rbe");
    if (file == NULL)
        return NULL;
    size_t capacity = 1 << 16;
    size_t len = 0;
    uint8_t *bytes = allocate(capacity);
    size_t n_read;
    while ((n_read = fread(bytes + len, 1, capacity - len, file)) > 0) {
        len += n_read;
        if (len < capacity)
            continue;
        uint8_t *larger = allocate(capacity * 2);
        memcpy(larger, bytes, len);
        free(bytes);
        bytes = larger;
        capacity *= 2;
    }
    const bool failed = ferror(file) != 0;
    (void)fclose(file); /* only read from */
    if (failed) {
        free(bytes);
        return NULL;
    }
    *ret_len = len;
    return bytes;
}

void replay_pass(struct replay *replay)
{
    replay->n_passed++;
}

void replay_fail(struct replay *replay, const char *file, const char *case_name, const char *format,
                 ...)
{
    replay->n_failed++;
    printf("FAIL %s %s: ", file, case_name);
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
}

void replay_skip(struct replay *replay, const char *reason)
{
    replay->n_skipped++;
    int place = 0;
    while (place < replay->n_reasons &&
           strncmp(replay->reasons[place].text, reason, REPLAY_REASON_BYTES - 1) != 0)
        place++;
    if (place == REPLAY_MAX_REASONS) {
        place = REPLAY_MAX_REASONS - 1;
        reason = "other reasons";
    }
    struct replay_reason *entry = &replay->reasons[place];
    (void)snprintf(entry->text, sizeof entry->text, "%s", reason);
    entry->n_cases++;
    if (place == replay->n_reasons)
        replay->n_reasons++;
}

int replay_finish(const struct replay *replay)
{
    for (int i = 0; i < replay->n_reasons; i++)
        printf("skipped %d: %s\n", replay->reasons[i].n_cases, replay->reasons[i].text);
    printf("%d passed, %d failed, %d skipped\n", replay->n_passed, replay->n_failed,
           replay->n_skipped);
    if (replay->n_failed > 0)
        return REPLAY_FAIL;
    return replay->n_passed > 0 || replay->n_skipped == 0 ? REPLAY_PASS : REPLAY_SKIP;
}

/* Reading the forms of the files. */

tfeed_status replay_status_from_kind(const char *kind)
{
    static const struct {
        const char *kind;
        tfeed_status status;
    } table[] = {
        {"Cancelled", TFEED_CANCELLED},
        {"Unknown", TFEED_UNKNOWN},
        {"InvalidArgument", TFEED_INVALID_ARGUMENT},
        {"DeadlineExceeded", TFEED_DEADLINE_EXCEEDED},
        {"NotFound", TFEED_NOT_FOUND},
        {"AlreadyExists", TFEED_ALREADY_EXISTS},
        {"PermissionDenied", TFEED_PERMISSION_DENIED},
        {"ResourceExhausted", TFEED_RESOURCE_EXHAUSTED},
        {"FailedPrecondition", TFEED_FAILED_PRECONDITION},
        {"Aborted", TFEED_ABORTED},
        {"OutOfRange", TFEED_OUT_OF_RANGE},
        {"Unimplemented", TFEED_UNIMPLEMENTED},
        {"Internal", TFEED_INTERNAL},
        {"Unavailable", TFEED_UNAVAILABLE},
        {"DataLoss", TFEED_DATA_LOSS},
        {"ValueError", TFEED_INVALID_ARGUMENT},
        {"TypeError", TFEED_INVALID_ARGUMENT},
        {"RuntimeError", TFEED_FAILED_PRECONDITION},
    };
    if (kind == NULL)
        return TFEED_OK;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].kind, kind) == 0)
            return table[i].status;
    return TFEED_UNKNOWN;
}

/* The place of a character in an alphabet, -1 when it has none. */
static int digit_value(const char *alphabet, char character)
{
    const char *place = character == '\0' ? NULL : strchr(alphabet, character);
    return place == NULL ? -1 : (int)(place - alphabet);
}

uint8_t *replay_hex(const char *text, size_t *ret_len)
{
    if (text == NULL || strlen(text) % 2 != 0)
        return NULL;
    const size_t len = strlen(text) / 2;
    uint8_t *bytes = allocate(len);
    for (size_t i = 0; i < len; i++) {
        const int high = digit_value("0123456789abcdef", text[2 * i]);
        const int low = digit_value("0123456789abcdef", text[2 * i + 1]);
        if (high < 0 || low < 0) {
            free(bytes);
            return NULL;
        }
        bytes[i] = (uint8_t)(high * 16 + low);
    }
    *ret_len = len;
    return bytes;
}

uint8_t *replay_base64(const char *text, size_t *ret_len)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text == NULL || strlen(text) % 4 != 0)
        return NULL;
    const size_t n_chars = strlen(text);
    size_t n_padding = 0;
    while (n_padding < 2 && n_padding < n_chars && text[n_chars - 1 - n_padding] == '=')
        n_padding++;
    const size_t len = n_chars / 4 * 3 - n_padding;
    uint8_t *bytes = allocate(len);
    uint32_t bits = 0;
    size_t n_written = 0;
    for (size_t i = 0; i < n_chars - n_padding; i++) {
        const int value = digit_value(alphabet, text[i]);
        if (value < 0) {
            free(bytes);
            return NULL;
        }
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 != 0) /* 6 bits make no byte yet; 12, 18 and 24 make the 1st, 2nd and 3rd */
            bytes[n_written++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *ret_len = len;
    return bytes;
}

static enum tfeed_dtype dtype_from_name(const char *name)
{
    if (name == NULL)
        return TFEED_DTYPE_INVALID;
#define MATCH_DTYPE(NAME, number, size, text)                                                      \
    if (strcmp(name, text) == 0)                                                                   \
        return TFEED_##NAME;
    TFEED_DTYPE_LIST(MATCH_DTYPE)
#undef MATCH_DTYPE
    return TFEED_DTYPE_INVALID;
}

static bool shape_from_json(const json_t *dims, struct tfeed_shape *ret_shape)
{
    *ret_shape = (struct tfeed_shape)TFEED_SHAPE_SCALAR;
    if (!json_is_array(dims) || json_array_size(dims) > TFEED_MAX_DIMS)
        return false;
    ret_shape->n_dims = (int32_t)json_array_size(dims);
    for (size_t i = 0; i < json_array_size(dims); i++)
        ret_shape->dims[i] = json_integer_value(json_array_get(dims, i));
    return true;
}

static bool fill_strings(struct tfeed_tensor *tensor, const json_t *texts)
{
    for (size_t i = 0; i < json_array_size(texts); i++) {
        size_t len;
        uint8_t *bytes = replay_hex(json_string_value(json_array_get(texts, i)), &len);
        const bool ok = bytes != NULL &&
                        tfeed_tensor_set_string(tensor, (int64_t)i, bytes, len, NULL) == TFEED_OK;
        free(bytes);
        if (!ok)
            return false;
    }
    return true;
}

static bool fill_integers(struct tfeed_tensor *tensor, const json_t *values)
{
    const size_t size = tfeed_dtype_size(tensor->dtype);
    for (size_t i = 0; i < json_array_size(values); i++) {
        const json_t *value = json_array_get(values, i);
        const int64_t number =
            json_is_boolean(value) ? json_is_true(value) : json_integer_value(value);
        memcpy((uint8_t *)tensor->data + i * size, &number, size); /* little-endian */
    }
    return true;
}

static bool fill_bytes(struct tfeed_tensor *tensor, const char *hex, size_t expected_len)
{
    size_t len;
    uint8_t *bytes = replay_hex(hex, &len);
    const bool ok = bytes != NULL && len == expected_len;
    if (ok)
        memcpy(tensor->data, bytes, len);
    free(bytes);
    return ok;
}

bool replay_tensor(const json_t *value, struct tfeed_tensor *ret_tensor)
{
    const enum tfeed_dtype dtype =
        dtype_from_name(json_string_value(json_object_get(value, "dtype")));
    struct tfeed_shape shape;
    if (!shape_from_json(json_object_get(value, "shape"), &shape) ||
        tfeed_tensor_alloc(dtype, &shape, NULL, ret_tensor, NULL) != TFEED_OK)
        return false;
    const size_t n = (size_t)tfeed_tensor_n_elements(ret_tensor);
    const json_t *data = json_object_get(value, "data");
    const json_t *hex = json_object_get(value, "hex");
    const json_t *le = json_object_get(value, "le");
    bool ok = false;
    if (dtype == TFEED_STRING)
        ok = json_array_size(hex) == n && fill_strings(ret_tensor, hex);
    else if (le != NULL)
        ok = fill_bytes(ret_tensor, json_string_value(le), n * tfeed_dtype_size(dtype));
    else
        ok = json_array_size(data) == n && fill_integers(ret_tensor, data);
    if (!ok)
        tfeed_tensor_clear(ret_tensor);
    return ok;
}

bool replay_tensor_equal(const struct tfeed_tensor *a, const struct tfeed_tensor *b)
{
    if (a->dtype != b->dtype || !tfeed_shape_equal(&a->shape, &b->shape))
        return false;
    const size_t n = (size_t)tfeed_tensor_n_elements(a);
    if (a->dtype != TFEED_STRING)
        return n == 0 || memcmp(a->data, b->data, n * tfeed_dtype_size(a->dtype)) == 0;
    const struct tfeed_bytes *strings_a = tfeed_tensor_strings(a);
    const struct tfeed_bytes *strings_b = tfeed_tensor_strings(b);
    for (size_t i = 0; i < n; i++)
        if (strings_a[i].len != strings_b[i].len ||
            (strings_a[i].len > 0 &&
             memcmp(strings_a[i].data, strings_b[i].data, strings_a[i].len) != 0))
            return false;
    return true;
}

/* Appends the bytes in hex, as far as there is room. */
static char *append_hex(char *to, const char *end, const uint8_t *bytes, size_t len)
{
    if (to < end)
        *to++ = ' ';
    for (size_t i = 0; i < len && end - to >= 2; i++) {
        *to++ = "0123456789abcdef"[bytes[i] >> 4];
        *to++ = "0123456789abcdef"[bytes[i] & 15];
    }
    return to;
}

const char *replay_tensor_text(const struct tfeed_tensor *tensor,
                               char text[REPLAY_TENSOR_TEXT_BYTES])
{
    char shape[TFEED_SHAPE_TEXT_BYTES];
    const char *end = text + REPLAY_TENSOR_TEXT_BYTES - 1;
    const int len =
        snprintf(text, REPLAY_TENSOR_TEXT_BYTES, "%s%s", tfeed_dtype_name(tensor->dtype),
                 tfeed_shape_format(&tensor->shape, shape));
    char *to = text + (len > 0 && len < REPLAY_TENSOR_TEXT_BYTES ? len : 0);
    const size_t n = (size_t)tfeed_tensor_n_elements(tensor);
    const size_t size = tfeed_dtype_size(tensor->dtype);
    for (size_t i = 0; i < n && to < end; i++) {
        if (tensor->dtype == TFEED_STRING)
            to = append_hex(to, end, tfeed_tensor_strings(tensor)[i].data,
                            tfeed_tensor_strings(tensor)[i].len);
        else
            to = append_hex(to, end, (const uint8_t *)tensor->data + i * size, size);
    }
    *to = '\0';
    return text;
}
