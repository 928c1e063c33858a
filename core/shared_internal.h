/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shared_internal.h - marks internal functions that libtfeed-sources, and libtfeed-state too, use
 * across the library's border.
 *
 * Everything else with a tfi_ name is hidden in libtfeed. What is marked stands in the private node
 * of libtfeed.map too, which holds for one exact version; `make check-exports` compares.
 */
#ifndef TFI_SHARED_INTERNAL_H
#define TFI_SHARED_INTERNAL_H

#define TFI_SHARED __attribute__((visibility("default")))

#endif
