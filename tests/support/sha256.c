/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sha256.c - SHA-256 for tests, as FIPS 180-4 writes it down.
 */
#include "tests/support/sha256.h"

#include <string.h>

/* First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_right(uint32_t value, unsigned n_bits)
{
    return value >> n_bits | value << (32 - n_bits);
}

static uint32_t load_be32(const uint8_t *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static void store_be32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Letters are those of the standard. */
static void compress(uint32_t state[8], const uint8_t block[64])
{
    uint32_t w[64];
    for (int t = 0; t < 16; t++)
        w[t] = load_be32(block + 4 * t);
    for (int t = 16; t < 64; t++) {
        const uint32_t s0 =
            rotate_right(w[t - 15], 7) ^ rotate_right(w[t - 15], 18) ^ w[t - 15] >> 3;
        const uint32_t s1 =
            rotate_right(w[t - 2], 17) ^ rotate_right(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t++) {
        const uint32_t sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        const uint32_t choice = (e & f) ^ (~e & g);
        const uint32_t t1 = h + sum1 + choice + round_constants[t] + w[t];
        const uint32_t sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        const uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        const uint32_t t2 = sum0 + majority;
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const uint32_t added[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++)
        state[i] += added[i];
}

void support_sha256_init(struct support_sha256 *sha)
{
    *sha = (struct support_sha256){
        .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                  0x1f83d9ab, 0x5be0cd19},
    };
}

void support_sha256_update(struct support_sha256 *sha, const void *data, size_t len)
{
    const uint8_t *from = data;
    while (len > 0) {
        const size_t n_held = sha->n_bytes % sizeof sha->block;
        const size_t room = sizeof sha->block - n_held;
        const size_t n = len < room ? len : room;
        memcpy(sha->block + n_held, from, n);
        sha->n_bytes += n;
        from += n;
        len -= n;
        if (n == room)
            compress(sha->state, sha->block);
    }
}

void support_sha256_final(struct support_sha256 *sha, uint8_t digest[SUPPORT_SHA256_BYTES])
{
    const uint64_t n_bits = sha->n_bytes * 8;
    uint8_t length[8];
    store_be32(length, (uint32_t)(n_bits >> 32));
    store_be32(length + 4, (uint32_t)n_bits);
    static const uint8_t padding[64] = {0x80};
    const size_t n_held = sha->n_bytes % sizeof sha->block;
    support_sha256_update(sha, padding, n_held < 56 ? 56 - n_held : 120 - n_held);
    support_sha256_update(sha, length, sizeof length);
    for (int i = 0; i < 8; i++)
        store_be32(digest + 4 * i, sha->state[i]);
}

void support_sha256(const void *data, size_t len, uint8_t digest[SUPPORT_SHA256_BYTES])
{
    struct support_sha256 sha;
    support_sha256_init(&sha);
    support_sha256_update(&sha, data, len);
    support_sha256_final(&sha, digest);
}

const char *support_sha256_format(const uint8_t digest[SUPPORT_SHA256_BYTES],
                                  char hex[SUPPORT_SHA256_HEX_BYTES])
{
    for (int i = 0; i < SUPPORT_SHA256_BYTES; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hex[2 * SUPPORT_SHA256_BYTES] = '\0';
    return hex;
}

const char *support_sha256_hex(const void *data, size_t len, char hex[SUPPORT_SHA256_HEX_BYTES])
{
    uint8_t digest[SUPPORT_SHA256_BYTES];
    support_sha256(data, len, digest);
    return support_sha256_format(digest, hex);
}
