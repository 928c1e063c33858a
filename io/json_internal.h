/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * json_internal.h - small JSON documents, read and written: states, reports. Nothing for a line per
 * record: a document is a tree in memory.
 *
 * Integers are exact. JSON's readers agree on numbers up to 2^63 - 1 at most, so an unsigned number
 * above that is written, and accepted, as a string of digits.
 *
 * The trees are the JSON library's and live in its memory (malloc), texts in the caller's
 * allocator.
 */
#ifndef TFI_JSON_INTERNAL_H
#define TFI_JSON_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>

/* A value of a tree, immutable. Those inside live as long as the one that was parsed. */
struct tfi_json;

enum { TFI_JSON_MAX_DEPTH = 32 }; /* of objects and arrays in one another, read or written */

/* --- reading ------------------------------------------------------------------------------- */

/* Parses an object or array; at most max_bytes. UTF-8, no key twice. INVALID_ARGUMENT: what is
 * wrong at which byte (also the error's offset); RESOURCE_EXHAUSTED: longer or deeper than
 * allowed. */
tfeed_status tfi_json_parse(const char *text, size_t len, size_t max_bytes,
                            struct tfi_json **ret_json, struct tfeed_error *reterr);
void tfi_json_free(struct tfi_json *json);

/* The member of an object; NULL where there is none. */
const struct tfi_json *tfi_json_member(const struct tfi_json *object, const char *key);

/* The elements of an array; 0 for anything else. */
size_t tfi_json_n_elements(const struct tfi_json *array);
const struct tfi_json *tfi_json_element(const struct tfi_json *array, size_t i);

/* A value as what it must be. `what` names it in the message: INVALID_ARGUMENT, "epoch: expected an
 * unsigned number, found a string". json NULL is "found nothing". */
tfeed_status tfi_json_as_uint64(const struct tfi_json *json, const char *what, uint64_t *ret_number,
                                struct tfeed_error *reterr);
tfeed_status tfi_json_as_int64(const struct tfi_json *json, const char *what, int64_t *ret_number,
                               struct tfeed_error *reterr);
tfeed_status tfi_json_as_double(const struct tfi_json *json, const char *what, double *ret_number,
                                struct tfeed_error *reterr);
tfeed_status tfi_json_as_bool(const struct tfi_json *json, const char *what, bool *ret_value,
                              struct tfeed_error *reterr);
/* The text lives as long as the tree, and holds no NUL. */
tfeed_status tfi_json_as_string(const struct tfi_json *json, const char *what,
                                const char **ret_text, struct tfeed_error *reterr);
tfeed_status tfi_json_as_array(const struct tfi_json *json, const char *what,
                               struct tfeed_error *reterr);
tfeed_status tfi_json_as_object(const struct tfi_json *json, const char *what,
                                struct tfeed_error *reterr);

/* --- writing ------------------------------------------------------------------------------- */

/* A document being made. Zero it before use; what fails is told at the end.
 *
 *     struct tfi_json_maker maker = {0};
 *     tfi_json_begin_object(&maker, NULL);
 *     tfi_json_put_uint64(&maker, "epoch", 3);
 *     tfi_json_end(&maker);
 *     status = tfi_json_finish(&maker, allocator, &text, reterr);
 *
 * `key` is NULL in an array and for the outermost. Keys keep their order. */
struct tfi_json_maker {
    struct tfi_json *open[TFI_JSON_MAX_DEPTH]; /* what the next value goes into is the last */
    int depth;
    struct tfi_json *root;
    tfeed_status status; /* the first failure */
};

void tfi_json_begin_object(struct tfi_json_maker *maker, const char *key);
void tfi_json_begin_array(struct tfi_json_maker *maker, const char *key);
void tfi_json_end(struct tfi_json_maker *maker);
void tfi_json_put_uint64(struct tfi_json_maker *maker, const char *key, uint64_t number);
void tfi_json_put_int64(struct tfi_json_maker *maker, const char *key, int64_t number);
/* Finite; written so that the same number is read. */
void tfi_json_put_double(struct tfi_json_maker *maker, const char *key, double number);
void tfi_json_put_bool(struct tfi_json_maker *maker, const char *key, bool value);
/* UTF-8. */
void tfi_json_put_string(struct tfi_json_maker *maker, const char *key, const char *text);
/* A value of another tree, which may go before the document. */
void tfi_json_put_value(struct tfi_json_maker *maker, const char *key,
                        const struct tfi_json *value);

/* The document in one line, for tfi_free; the maker is cleared, also on failure.
 * RESOURCE_EXHAUSTED: no memory; INVALID_ARGUMENT: a text that is not UTF-8, a number that is not
 * finite, too deep. */
tfeed_status tfi_json_finish(struct tfi_json_maker *maker, const struct tfeed_allocator *allocator,
                             char **ret_text, struct tfeed_error *reterr);
/* Gives up a document. */
void tfi_json_maker_clear(struct tfi_json_maker *maker);

#endif
