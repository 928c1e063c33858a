/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_random.h - random Examples and SequenceExamples, as writers make them and as none does.
 *
 * Half of the messages are ordinary: names once, lists packed in one piece. The other half has any
 * order, repeated names, joined messages, unknown fields, lists in pieces, several lists in a
 * feature, fields of another type, lengths of many bytes; of these, half are damaged besides: cut,
 * bits flipped, bytes deleted or repeated.
 */
#ifndef T_PROTO_RANDOM_H
#define T_PROTO_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { T_MESSAGE_BYTES = 1 << 16 };

struct t_message {
    uint64_t random; /* the seed; carried from one message to the next */
    bool is_odd;     /* of this message */
    size_t len;
    uint8_t data[T_MESSAGE_BYTES];
};

/* The next Example, or SequenceExample, of the seed. */
void t_random_example(struct t_message *message);
void t_random_sequence(struct t_message *message);

#endif
