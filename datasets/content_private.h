/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * content_private.h - whether two records say the same, and what not.
 */
#ifndef TFI_CONTENT_PRIVATE_H
#define TFI_CONTENT_PRIVATE_H

#include <tfeed/inspect.h>

/* The features of a record that count, by name; views into it. Memory is kept for the next record.
 * Zeroed at its start. */
struct tfi_content {
    struct tfeed_feature_view *features;
    size_t n_features;
    size_t n_places;
    void *values; /* of one feature */
    size_t values_bytes;
};

void tfi_content_clear(struct tfi_content *content, const struct tfeed_allocator *allocator);

/* INVALID_ARGUMENT: not an Example. */
tfeed_status tfi_content_read(struct tfi_content *content, const struct tfeed_allocator *allocator,
                              const void *data, size_t len, struct tfeed_error *reterr);

/* A text that grows in a place of fixed size; begins with "". */
struct tfi_words {
    char *text;
    size_t size;
    size_t len;
};

/* Says every feature that differs, as far as there is room: "label: int64 3 against 5; …". */
tfeed_status tfi_content_compare(struct tfi_content *a, struct tfi_content *b,
                                 const struct tfeed_allocator *allocator, struct tfi_words *words,
                                 bool *ret_same, struct tfeed_error *reterr);

/* Says how two different payloads differ as bytes. */
void tfi_content_say_bytes(struct tfi_words *words, const struct tfeed_record_view *a,
                           const struct tfeed_record_view *b);

void tfi_words_say(struct tfi_words *words, const char *text);

#endif
