/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_proto_judge.c - tfeed and protobuf-c agree about a fixed sequence of random messages.
 * stress_proto draws more of them, for as long as one likes.
 */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "tests/proto/proto_judge.h"
#include "tests/proto/proto_random.h"
#include "tests/support/support.h"

enum { N_MESSAGES = 4000, SEED = 20261122 };

static void judge_messages(void (*draw)(struct t_message *message),
                           int (*judge)(const void *bytes, size_t size))
{
    struct t_message *message = calloc(1, sizeof *message);
    cr_assert_not_null(message);
    message->random = SEED;
    for (int i = 0; i < N_MESSAGES; i++) {
        draw(message);
        cr_assert_eq(judge(message->data, message->len), 0, "message %d of seed %d", i, SEED);
    }
    free(message);
    cr_assert_gt(t_judge_n_accepted(), N_MESSAGES / 2, "most of them must be messages");
    T_EXPECT_NO_LEAKS(NULL);
}

Test(proto_judge, random_examples_are_read_and_written_as_protobuf_does)
{
    judge_messages(t_random_example, t_judge_example);
}

Test(proto_judge, random_sequence_examples_are_read_and_written_as_protobuf_does)
{
    judge_messages(t_random_sequence, t_judge_sequence);
}
