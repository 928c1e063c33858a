/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_judge_private.h - what the judges of Examples and of SequenceExamples share.
 *
 * Each function returns whether both sides agree; where they do not it has printed why.
 */
#ifndef T_PROTO_JUDGE_PRIVATE_H
#define T_PROTO_JUDGE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include <tfeed/features.h>
#include <tfeed/tensor.h>

#include "proto/example.pb-c.h"
#include "tests/support/support.h"

/* Prints a line; false, so that a comparison can end with it. */
bool t_differ(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How the values that tfeed read compare with those of the tree. */
enum t_match {
    T_MATCH_ALL, /* equal */
    T_MATCH_END  /* the tree has the last of several lists: tfeed's values end with them */
};

/* `values`: n of int64_t, float or struct tfeed_bytes, as the feature's kind says. */
bool t_values_agree(const char *where, const void *values, size_t n, const TfiPb__Feature *feature,
                    enum t_match match);

size_t t_n_values(const TfiPb__Feature *feature);
enum tfeed_dtype t_dtype_of(const TfiPb__Feature *feature);

/* The values in tfeed's form, as t_values_agree takes them; free() them. */
void *t_values_of(const TfiPb__Feature *feature);

bool t_features_equal(const TfiPb__Feature *a, const TfiPb__Feature *b);

bool t_bytes_equal(const void *a, size_t a_len, const void *b, size_t b_len);
int t_bytes_order(struct tfeed_bytes a, struct tfeed_bytes b);

/* Features that are absent are none. */
const TfiPb__Features *t_features_of(const TfiPb__Features *features);

/* The name of an entry; absent it is empty. */
struct tfeed_bytes t_name_of(size_t n_keys, const ProtobufCBinaryData *keys);

/* A feature to ask for: each name once, with the last occurrence that has a list. Names that hold a
 * NUL cannot be asked for. */
struct t_wanted {
    char *name;
    const TfiPb__Feature *feature;
};

struct t_wanted_list {
    struct t_wanted *items;
    size_t n;
};

void t_wanted_init(struct t_wanted_list *wanted, const TfiPb__Features *features);
void t_wanted_clear(struct t_wanted_list *wanted);

/* A schema of all wanted features: as variable columns, or those that have values as fixed ones.
 * NULL when there is none. */
struct tfeed_schema *t_schema_variable(const struct t_wanted_list *wanted);
struct tfeed_schema *t_schema_fixed(const struct t_wanted_list *wanted);

/* Row `row` of variable columns of t_schema_variable. */
bool t_columns_agree(const struct tfeed_columns *columns, int64_t row,
                     const struct t_wanted_list *wanted, enum t_match match);

/* Adds the wanted features. */
void t_build(struct tfeed_example_builder *builder, const struct t_wanted_list *wanted);

/* Are these exactly the wanted features, in byte order? */
bool t_written_agrees(const TfiPb__Features *features, const struct t_wanted_list *wanted);

/* For what cannot fail but by a fault of tfeed or of this machine: ends the program. */
void t_must(tfeed_status status, const char *what, const struct tfeed_error *error);

/* n zeroed elements, at least 1. */
void *t_alloc(size_t n, size_t size);

/* Counts a message that both accepted. */
void t_judge_accept(void);

/* The sides must refuse, or accept, as the oddities of the bytes say. */
bool t_verdicts_agree(unsigned oddities, bool tfeed_accepts, bool tree_accepts);

bool t_sequence_agrees(const struct t_guarded *bytes);

#endif
