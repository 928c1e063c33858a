/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_oddities.h - what in a message is read differently by tfeed, protobuf and protobuf-c.
 *
 * Wherever protobuf and protobuf-c agree tfeed does as they do, but for T_ODD_TWICE; the rest is
 * what the table says. A message without oddities is the same to all three.
 *
 *                         tfeed                 protobuf            protobuf-c 1.4
 *   T_ODD_MALFORMED       refuses               refuses             refuses
 *   T_ODD_TWICE           refuses               last key, merges    (both are in our tree)
 *   T_ODD_NUMBER          refuses               refuses, mostly     refuses, mostly
 *   T_ODD_LONG            reads                 refuses             refuses
 *   T_ODD_TYPE            skips the field       skips the field     refuses
 *   T_ODD_UNSEEN          does not look there   refuses             refuses
 *   T_ODD_LISTS           joins same kinds      joins same kinds    keeps the last one
 */
#ifndef T_PROTO_ODDITIES_H
#define T_PROTO_ODDITIES_H

#include <stdbool.h>
#include <stddef.h>

enum t_oddity {
    T_ODD_MALFORMED =
        1u << 0,            /* cut, group, varint of more than 10 bytes, floats of not 4n bytes */
    T_ODD_TWICE = 1u << 1,  /* two keys or two values in an entry */
    T_ODD_NUMBER = 1u << 2, /* a field number 0, or above 2^29 - 1 */
    T_ODD_LONG = 1u << 3,   /* a tag or a length of more than 5 bytes */
    T_ODD_TYPE = 1u << 4,   /* a known field number with a type that is not its own */
    T_ODD_UNSEEN = 1u << 5, /* one of these in a list that a list of another kind follows */
    T_ODD_LISTS = 1u << 6   /* several lists in one Feature */
};

/* The oddities of an Example, or of a SequenceExample. */
unsigned t_oddities(const void *bytes, size_t size, bool is_sequence);

#endif
