/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_judge.h - what tfeed makes of any bytes, against what protobuf-c makes of them.
 *
 * Both read the same bytes. They must accept or refuse together, and find the same features with
 * the same values; what tfeed then writes must be the same message to protobuf-c. The differences
 * that are meant are listed in proto_oddities.h; everything else is one that nobody wanted.
 *
 * For tests and fuzz targets: any bytes will do, nothing is kept between calls but the order of
 * keys that parsers remember, and the bytes are read at a guard page.
 */
#ifndef T_PROTO_JUDGE_H
#define T_PROTO_JUDGE_H

#include <stddef.h>

/* 0 when both agree about the bytes as an Example; else 1, and a line on standard error that says
 * where they differ. */
int t_judge_example(const void *bytes, size_t size);

/* The same as a SequenceExample. */
int t_judge_sequence(const void *bytes, size_t size);

/* How many of the messages judged so far both accepted: a test that only shows refusals is none. */
size_t t_judge_n_accepted(void);

#endif
