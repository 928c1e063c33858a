/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * state_private.h - what the texts of states are made of, for those who write and compare them.
 */
#ifndef TFI_STATE_PRIVATE_H
#define TFI_STATE_PRIVATE_H

#include <string.h>

#include "loader/loader_private.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof *(array))

/* A number of a struct. */
struct field {
    const char *name;
    size_t offset;
};

static inline int64_t field_int64(const void *object, const struct field *field)
{
    int64_t number;
    memcpy(&number, (const char *)object + field->offset, sizeof number);
    return number;
}

/* An option that rows depend on, int64_t. Where a loader's is the open value, the state decides. */
struct identity_field {
    struct field field;
    unsigned orders; /* 1 << order for each order whose rows depend on it */
    bool may_be_open;
    int64_t open;
};

enum { IDENTITY_FIELDS = 8, STATE_ORDERS = 5, STATE_LEVELS = 4 };

extern const struct identity_field identity_fields[IDENTITY_FIELDS];
extern const char *const state_order_names[STATE_ORDERS];
extern const char *const state_level_names[STATE_LEVELS];

/* One state, or those of all shards in their order. */
tfeed_status loader_states_write(const struct loader_identity *identity,
                                 const struct loader_state *states, size_t n_states,
                                 const struct tfeed_allocator *allocator,
                                 struct tfeed_bytes *ret_text, struct tfeed_error *reterr);

#endif
