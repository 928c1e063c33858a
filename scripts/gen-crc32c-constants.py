#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""Writes core/crc32c_constants_private.h: tables and folding constants of CRC-32C.

    scripts/gen-crc32c-constants.py > core/crc32c_constants_private.h

Everything follows from the polynomial. Its bits, like those of the data, are reflected: the highest
power of x stands in the lowest bit. What each number is for is said where it is used, in
core/crc32c.c and core/crc32c_x86.c.
"""

POLYNOMIAL = 0x82F63B78  # x^32 + x^28 + x^27 + … + 1 without x^32, reflected
MAX_WORDS = 128          # words of a lane of the three-way variant
TURN_BYTES = 256         # the AVX-512 variant folds four vectors of 64 bytes a turn
LANE_BYTES = 16


def times_x(value):
    """value * x modulo the polynomial, in 32 reflected bits."""
    return value >> 1 ^ (POLYNOMIAL if value & 1 else 0)


def over_x(value):
    """value / x modulo the polynomial, which ends in 1: x times the result is value again."""
    return (value ^ POLYNOMIAL) << 1 | 1 if value >> 31 else value << 1


def x_to_the(power):
    """x^power modulo the polynomial, in 32 reflected bits; power may be negative."""
    value = 0x80000000  # 1
    for _ in range(abs(power)):
        value = times_x(value) if power > 0 else over_x(value)
    return value


def slice_tables():
    """tables[k][byte]: the register after `byte` and k zero bytes."""
    tables = []
    row = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = times_x(value)
        row.append(value)
    for _ in range(8):
        tables.append(row)
        row = [value >> 8 ^ tables[0][value & 0xFF] for value in row]
    return tables


def combine_constants():
    """For lanes of 1, 2, … words: what moves a register over two lanes, and over one. The product
    counts x^1 more, and the crc32 that takes it as data x^32."""
    return [(x_to_the(2 * 64 * n - 33), x_to_the(64 * n - 33)) for n in range(1, MAX_WORDS + 1)]


def fold_pair(n_bytes):
    """The two factors that move 16 bytes forward by n_bytes: for their first eight and their last.
    Reflected in 64 bits; the product counts x^1 more."""
    return tuple(x_to_the(power) << 32 for power in (8 * n_bytes + 63, 8 * n_bytes - 1))


def register_constants():
    """For a register with n bytes of data after it: what moves it into the eight bytes that end 56
    bytes before the end of the data. The product counts x^1 more, and being data x^32 more."""
    return [x_to_the(8 * n - 8 * 56 - 33) for n in range(1, TURN_BYTES + 1)]


def reduce_constants():
    """For each lane of four vectors: its distance from the last one."""
    n_lanes = TURN_BYTES // LANE_BYTES
    return [fold_pair((n_lanes - 1 - lane) * LANE_BYTES) for lane in range(n_lanes)]


def rows(texts, per_line, indent):
    for start in range(0, len(texts), per_line):
        print(" " * indent + ", ".join(texts[start:start + per_line]) + ",")


def main():
    print("""\
/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * crc32c_constants_private.h - tables and folding constants of CRC-32C.
 *
 * Made by scripts/gen-crc32c-constants.py; not edited by hand.
 */
#ifndef TFI_CRC32C_CONSTANTS_PRIVATE_H
#define TFI_CRC32C_CONSTANTS_PRIVATE_H

#include <stdint.h>

/* clang-format off */

/* [k][byte]: the register after `byte` and k zero bytes. */
static const uint32_t tables[8][256] = {""")
    for table in slice_tables():
        print("    {")
        rows(["0x%08x" % value for value in table], 7, 8)
        print("    },")
    print("""\
};

/* [n - 1]: what moves a register over two lanes, and over one lane, of n words. */
enum { MAX_WORDS = %d };
static const uint32_t combine[MAX_WORDS][2] = {""" % MAX_WORDS)
    rows(["{ 0x%08x, 0x%08x }" % pair for pair in combine_constants()], 3, 4)
    print("""\
};

/* [n - 1]: what moves a register from before n bytes to the first 8 of their last 64 bytes. */
enum { TURN_BYTES = %d };
static const uint32_t move_register[TURN_BYTES] = {""" % TURN_BYTES)
    rows(["0x%08x" % factor for factor in register_constants()], 7, 4)
    print("""\
};

/* What moves 16 bytes forward over one turn of TURN_BYTES. */
static const uint64_t fold_turn[2] = { 0x%016x, 0x%016x };

/* What moves each 16 bytes of a turn to where the last of them stand. */
static const uint64_t fold_to_last[4][8] __attribute__((aligned(64))) = {""" %
          fold_pair(TURN_BYTES))
    texts = ["0x%016x" % factor for pair in reduce_constants() for factor in pair]
    for start in range(0, len(texts), 8):
        print("    {")
        rows(texts[start:start + 8], 4, 8)
        print("    },")
    print("""\
};

/* clang-format on */

#endif""")


if __name__ == "__main__":
    main()
