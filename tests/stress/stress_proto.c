/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_proto.c - random Examples and SequenceExamples, tfeed against protobuf-c.
 *
 * Every thread judges messages of a seed of its own. The line that reports a difference ends with
 * the bytes; tests/proto/proto_oddities.h has the differences that are meant.
 *
 * Exit: 0 both agree about all of them, 1 they differ about one.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/thread_internal.h"
#include "tests/proto/proto_judge.h"
#include "tests/proto/proto_random.h"
#include "tests/support/stress.h"

enum { N_THREADS = 2, MESSAGES_A_TURN = 64 };

static _Atomic uint64_t n_judged;
static _Atomic uint64_t n_differ;
static int64_t end_ns;

struct worker {
    struct tfi_thread thread;
    struct t_message message;
};

static void judge(void *opaque)
{
    struct worker *worker = opaque;
    struct t_message *message = &worker->message;
    do
        for (int i = 0; i < MESSAGES_A_TURN; i++) {
            int differs;
            if (i % 2 == 0) {
                t_random_example(message);
                differs = t_judge_example(message->data, message->len);
            } else {
                t_random_sequence(message);
                differs = t_judge_sequence(message->data, message->len);
            }
            atomic_fetch_add(&n_differ, (uint64_t)differs);
            atomic_fetch_add(&n_judged, 1);
        }
    while (tfi_clock_now_ns() < end_ns);
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, N_THREADS, argc, argv);
    struct worker *workers = calloc((size_t)options.n_threads, sizeof *workers);
    if (workers == NULL)
        return 2;
    end_ns = t_stress_end_ns(&options);
    for (int i = 0; i < options.n_threads; i++) {
        workers[i].message.random = options.seed + ((uint64_t)i << 32);
        if (tfi_thread_start(&workers[i].thread, "stress", judge, &workers[i], NULL) != TFEED_OK)
            return 2;
    }
    for (int i = 0; i < options.n_threads; i++)
        tfi_thread_join(&workers[i].thread);
    free(workers);
    printf("judged %" PRIu64 ", accepted by both %zu, differ %" PRIu64 "\n", n_judged,
           t_judge_n_accepted(), n_differ);
    return n_judged > 0 && t_judge_n_accepted() > n_judged / 4 && n_differ == 0 ? 0 : 1;
}
