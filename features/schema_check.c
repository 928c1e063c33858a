/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_check.c - records checked against a schema: by parsing them, and, where nothing else is
 * allowed, by looking at each of their features.
 */
#include <tfeed/schema.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/example_parser_private.h"
#include "features/schema_private.h"

struct tfeed_schema_checker {
    const struct tfeed_allocator *allocator;
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_columns *columns;
    bool allow_others;
};

tfeed_status tfeed_schema_checker_new(struct tfeed_schema *schema, bool allow_others,
                                      const struct tfeed_allocator *allocator,
                                      struct tfeed_schema_checker **ret_checker,
                                      struct tfeed_error *reterr)
{
    struct tfeed_schema_checker *checker = tfi_alloc_zeroed(allocator, 1, sizeof *checker);
    if (checker == NULL)
        return tfi_fail_memory(reterr, "a schema checker");
    checker->allocator = allocator;
    checker->allow_others = allow_others;
    checker->schema = tfeed_schema_ref(schema);
    tfeed_status status = tfeed_example_parser_new(schema, allocator, &checker->parser, reterr);
    if (status == TFEED_OK)
        status = tfeed_columns_new(schema, 1, allocator, &checker->columns, reterr);
    if (status != TFEED_OK) {
        tfeed_schema_checker_free(checker);
        return status;
    }
    *ret_checker = checker;
    return TFEED_OK;
}

void tfeed_schema_checker_free(struct tfeed_schema_checker *checker)
{
    if (checker == NULL)
        return;
    tfeed_columns_free(checker->columns);
    tfeed_example_parser_free(checker->parser);
    tfeed_schema_unref(checker->schema);
    tfi_free(checker->allocator, checker);
}

static bool is_wanted(const struct tfeed_schema *schema, const struct tfeed_feature_view *view)
{
    for (int i = 0; i < schema->n_features; i++) {
        const struct tfi_feature *feature = &schema->features[i];
        if (feature->name_len == view->name_len &&
            memcmp(feature->name, view->name, view->name_len) == 0)
            return true;
    }
    return false;
}

/* INVALID_ARGUMENT for the first feature that is not in the schema. */
static tfeed_status check_others(const struct tfeed_schema *schema,
                                 const struct tfeed_bytes *example, struct tfeed_error *reterr)
{
    enum { NAME_CHARS = 200 };
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status;
    tfeed_example_walk_init(&walk, example->data, example->len);
    while ((status = tfeed_example_walk_next(&walk, &view, reterr)) == TFEED_OK)
        if (!is_wanted(schema, &view))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Feature: %.*s is not in the schema",
                            view.name_len > NAME_CHARS ? NAME_CHARS : (int)view.name_len,
                            view.name);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

tfeed_status tfeed_schema_checker_check(struct tfeed_schema_checker *checker,
                                        const struct tfeed_bytes *example,
                                        struct tfeed_error *reterr)
{
    TFI_TRY(tfeed_example_parser_parse_batch(checker->parser, example, 1, checker->columns, NULL,
                                             reterr));
    /* a line of CSV has no others: its fields are counted, or selected */
    const struct tfeed_bytes *parsed = tfi_example_parser_last(checker->parser, example);
    return checker->allow_others || parsed == NULL ? TFEED_OK
                                                   : check_others(checker->schema, parsed, reterr);
}
