/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * expect_retry.h - what a failed allocation must leave as it was: the call, made again, succeeds.
 */
#ifndef TESTS_SUPPORT_EXPECT_RETRY_H
#define TESTS_SUPPORT_EXPECT_RETRY_H

#include <criterion/criterion.h>

#include "tests/support/support.h"

/* Inside T_FAIL_EACH_ALLOC: the call is OK; or, where this is the one whose allocation fails, it is
 * RESOURCE_EXHAUSTED, and OK when it is made again. */
#define EXPECT_RETRY(expression)                                                                   \
    do {                                                                                           \
        const bool t_had_failed = t_has_failed(&t_failing);                                        \
        tfeed_status t_status = (expression);                                                      \
        if (!t_had_failed && t_has_failed(&t_failing)) {                                           \
            cr_assert_eq(t_status, TFEED_RESOURCE_EXHAUSTED, "allocation %zu failing gives %s",    \
                         t_nth, tfeed_status_name(t_status));                                      \
            t_status = (expression);                                                               \
        }                                                                                          \
        cr_assert_eq(t_status, TFEED_OK, "after allocation %zu has failed: %s", t_nth,             \
                     tfeed_status_name(t_status));                                                 \
    } while (0)

#endif
