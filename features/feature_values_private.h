/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * feature_values_private.h - what the bytes of a map entry and of a Feature mean, in one place for
 * the parser, the walk, and whatever reads features next.
 */
#ifndef TFI_FEATURE_VALUES_PRIVATE_H
#define TFI_FEATURE_VALUES_PRIVATE_H

#include <tfeed/features.h>

#include "features/wire_private.h"

/* An entry of the map from names to Features. */
struct tfi_entry {
    const uint8_t *name;
    size_t name_len;
    struct tfi_wire feature;
};

/* Splits an entry into name and Feature, in either order; what is absent is empty, as in protobuf.
 * False when it is malformed or holds either of them twice; entry->at then stands there. */
bool tfi_entry_split(struct tfi_wire *entry, struct tfi_entry *ret_entry);

/* The values of a Feature, chunk by chunk. */
struct tfi_feature_values {
    struct tfi_wire feature; /* from the first list that counts */
    struct tfi_wire list;    /* the unread part of the current list */
    enum tfeed_feature_kind kind;
};

/* Values that lie together: varints or floats back to back, or one byte string. */
struct tfi_chunk {
    const uint8_t *data;
    size_t len;
};

enum tfi_next { TFI_NEXT_CHUNK, TFI_NEXT_END, TFI_NEXT_MALFORMED };

/* Finds the list that counts. The lists are a oneof: the last kind wins, its lists since the last
 * other kind are joined. False when the Feature is malformed. */
bool tfi_feature_values_init(struct tfi_feature_values *values, struct tfi_wire feature);

/* The next chunk. Floats come in whole ones; varints are checked by whoever decodes them. */
enum tfi_next tfi_feature_values_next(struct tfi_feature_values *values,
                                      struct tfi_chunk *ret_chunk);

#endif
