/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * varint_run_private.h - a packed list of int64: varints back to back.
 */
#ifndef TFI_VARINT_RUN_PRIVATE_H
#define TFI_VARINT_RUN_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cpu_internal.h"

/* What a variant may write behind the last value. */
enum { TFI_VARINT_RUN_SLACK = 8 };

/* Decodes the varints that fill at … end - 1 and counts them. There is room for as many values as
 * bytes, and for TFI_VARINT_RUN_SLACK more. Reads nothing outside. False when one is cut or longer
 * than 10 bytes. */
typedef bool tfi_varint_run_function(const uint8_t *at, const uint8_t *end, int64_t *to,
                                     size_t *ret_n);

/* The variant for a level that the machine has; all give the same values. */
tfi_varint_run_function *tfi_varint_run_variant(enum tfi_cpu_level level);

#endif
