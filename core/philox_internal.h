/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * philox_internal.h - Philox 4x32-10: a group of four random words for each key and counter.
 *
 * The counter is a number of 128 bits, lowest word first. Groups do not depend on each other, so
 * any of them can be had in any order.
 */
#ifndef TFI_PHILOX_INTERNAL_H
#define TFI_PHILOX_INTERNAL_H

#include <stdint.h>

enum { TFI_PHILOX_WORDS = 4, TFI_PHILOX_BLOCK_GROUPS = 16 };
enum { TFI_PHILOX_BLOCK_WORDS = TFI_PHILOX_WORDS * TFI_PHILOX_BLOCK_GROUPS };

/* The group of one counter. */
void tfi_philox_group(const uint32_t key[2], const uint32_t counter[4],
                      uint32_t words[TFI_PHILOX_WORDS]);

/* The groups of a counter and the 15 that follow it: up to three times as fast. */
void tfi_philox_block(const uint32_t key[2], const uint32_t counter[4],
                      uint32_t words[TFI_PHILOX_BLOCK_WORDS]);

/* Moves a counter on. */
void tfi_philox_skip(uint32_t counter[4], uint64_t n_groups);

#endif
