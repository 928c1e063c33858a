/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sources.c - the table of source kinds: an explicit list, because a static link drops
 * constructors.
 */
#include <tfeed/sources.h>

#include "sources/mnist_source_private.h"

static const struct tfeed_source_kind *const kinds[] = {
    &tfi_mnist_source,
};

const struct tfeed_source_table *tfeed_sources(void)
{
    static const struct tfeed_source_table table = {kinds, sizeof kinds / sizeof kinds[0]};
    return &table;
}
