/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sha256.h - SHA-256 for tests: golden files give digests of what is too large to be listed.
 */
#ifndef TESTS_SUPPORT_SHA256_H
#define TESTS_SUPPORT_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SUPPORT_SHA256_BYTES = 32, SUPPORT_SHA256_HEX_BYTES = 2 * SUPPORT_SHA256_BYTES + 1 };

struct support_sha256 {
    uint32_t state[8];
    uint64_t n_bytes;
    uint8_t block[64]; /* the last n_bytes % 64 bytes */
};

void support_sha256_init(struct support_sha256 *sha);
void support_sha256_update(struct support_sha256 *sha, const void *data, size_t len);
void support_sha256_final(struct support_sha256 *sha, uint8_t digest[SUPPORT_SHA256_BYTES]);

/* All at once. */
void support_sha256(const void *data, size_t len, uint8_t digest[SUPPORT_SHA256_BYTES]);

/* All at once, as 64 hex digits with a NUL; returns hex. */
const char *support_sha256_hex(const void *data, size_t len, char hex[SUPPORT_SHA256_HEX_BYTES]);

/* A digest as 64 hex digits with a NUL; returns hex. */
const char *support_sha256_format(const uint8_t digest[SUPPORT_SHA256_BYTES],
                                  char hex[SUPPORT_SHA256_HEX_BYTES]);

#endif
