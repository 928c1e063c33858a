/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * idle_internal.h - objects that threads take, use and give back: there are as many as there ever
 * were threads at the same time. The one that was used last is taken first.
 */
#ifndef TFI_IDLE_INTERNAL_H
#define TFI_IDLE_INTERNAL_H

#include <stddef.h>

#include "core/thread_internal.h"

/* Stands first in an object that is kept. */
struct tfi_idle_link {
    struct tfi_idle_link *next;
};

struct tfi_idle {
    struct tfi_mutex mutex; /* guards what follows */
    struct tfi_idle_link *first;
};

static inline void tfi_idle_init(struct tfi_idle *idle)
{
    tfi_mutex_init(&idle->mutex);
    idle->first = NULL;
}

/* NULL: all are in use. */
static inline void *tfi_idle_take(struct tfi_idle *idle)
{
    tfi_mutex_lock(&idle->mutex);
    struct tfi_idle_link *link = idle->first;
    if (link != NULL)
        idle->first = link->next;
    tfi_mutex_unlock(&idle->mutex);
    return link;
}

static inline void tfi_idle_give(struct tfi_idle *idle, struct tfi_idle_link *link)
{
    tfi_mutex_lock(&idle->mutex);
    link->next = idle->first;
    idle->first = link;
    tfi_mutex_unlock(&idle->mutex);
}

/* When all have been taken. */
static inline void tfi_idle_clear(struct tfi_idle *idle)
{
    tfi_mutex_clear(&idle->mutex);
}

#endif
