/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_column_table.c - names of all lengths, wanted and not.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "features/column_table_private.h"
#include "features/schema_private.h"
#include "tests/support/support.h"

static int find(const struct tfi_column_table *table, const char *name, size_t len)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, name, len);
    const int column = tfi_column_table_find(table, guarded.data, len);
    t_guarded_clear(&guarded);

    char longer[64 + 8]; /* something else stands behind it */
    memset(longer, 'x', sizeof longer);
    memcpy(longer, name, len);
    t_guarded_init_copy(&guarded, longer, len < 8 ? 8 : len);
    cr_assert_eq(tfi_column_table_find_any(table, guarded.data, len), column);
    t_guarded_clear(&guarded);
    return column;
}

/* Names that share a long beginning, all lengths 0 to 39. */
static const char *nth_name(int n, char name[64])
{
    (void)snprintf(name, 64, "%.*s", n, "abcdefghijklmnopqrstuvwxyz0123456789-+*/");
    return name;
}

Test(column_table, each_name_is_found_and_no_other)
{
    enum { N_NAMES = 40 };
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_schema *schema;
    struct tfi_column_table table;
    char name[64];
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    for (int i = 0; i < N_NAMES; i++)
        cr_assert_eq(tfeed_schema_add_fixed(schema, nth_name(i, name), TFEED_INT64, &scalar, NULL),
                     TFEED_OK);
    cr_assert_eq(tfi_column_table_init(&table, schema, NULL, NULL), TFEED_OK);
    for (int i = 0; i < N_NAMES; i++) {
        const size_t len = strlen(nth_name(i, name));
        cr_assert_eq(find(&table, name, len), i, "length %zu", len);
        for (size_t k = 0; k < len; k++) {
            name[k] ^= 0x20;
            cr_assert_eq(find(&table, name, len), -1, "byte %zu of %zu", k, len);
            name[k] ^= 0x20;
        }
    }
    tfi_column_table_clear(&table, NULL);
    tfeed_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}
