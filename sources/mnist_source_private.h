/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * mnist_source_private.h - the kind "mnist", for the table.
 */
#ifndef TFI_MNIST_SOURCE_PRIVATE_H
#define TFI_MNIST_SOURCE_PRIVATE_H

#include <tfeed/sources.h>

extern const struct tfeed_source_kind tfi_mnist_source;

#endif
