/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_status.c - names, numbers and texts of the status codes.
 */
#include <criterion/criterion.h>

#include <tfeed/status.h>

Test(status, numbers_are_those_of_tensorflow)
{
    cr_assert_eq(TFEED_OK, 0);
    cr_assert_eq(TFEED_CANCELLED, 1);
    cr_assert_eq(TFEED_UNKNOWN, 2);
    cr_assert_eq(TFEED_INVALID_ARGUMENT, 3);
    cr_assert_eq(TFEED_DEADLINE_EXCEEDED, 4);
    cr_assert_eq(TFEED_NOT_FOUND, 5);
    cr_assert_eq(TFEED_ALREADY_EXISTS, 6);
    cr_assert_eq(TFEED_PERMISSION_DENIED, 7);
    cr_assert_eq(TFEED_RESOURCE_EXHAUSTED, 8);
    cr_assert_eq(TFEED_FAILED_PRECONDITION, 9);
    cr_assert_eq(TFEED_ABORTED, 10);
    cr_assert_eq(TFEED_OUT_OF_RANGE, 11);
    cr_assert_eq(TFEED_UNIMPLEMENTED, 12);
    cr_assert_eq(TFEED_INTERNAL, 13);
    cr_assert_eq(TFEED_UNAVAILABLE, 14);
    cr_assert_eq(TFEED_DATA_LOSS, 15);
    cr_assert_eq(TFEED_UNAUTHENTICATED, 16);
}

Test(status, listed_code_has_its_name_and_text)
{
    cr_assert_str_eq(tfeed_status_name(TFEED_OK), "OK");
    cr_assert_str_eq(tfeed_status_name(TFEED_DATA_LOSS), "DATA_LOSS");
    cr_assert_str_eq(tfeed_status_text(TFEED_OUT_OF_RANGE), "end of data");
    cr_assert_str_eq(tfeed_status_text(TFEED_UNAUTHENTICATED), "unauthenticated");
}

Test(status, number_outside_the_list_is_unknown)
{
    cr_assert_str_eq(tfeed_status_name((tfeed_status)17), "UNKNOWN");
    cr_assert_str_eq(tfeed_status_text((tfeed_status)17), "unknown error");
}

Test(status, initial_error_is_ok_and_nowhere)
{
    const struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(error.code, TFEED_OK);
    cr_assert_eq(error.sys_errno, 0);
    cr_assert_eq(error.offset, TFEED_NOWHERE);
    cr_assert_eq(error.record, TFEED_NOWHERE);
    cr_assert_str_empty(error.path);
    cr_assert_str_empty(error.message);
}
