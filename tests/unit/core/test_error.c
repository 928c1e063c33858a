/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_error.c - what an error says, and how it stays one clean line.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/error_internal.h"

Test(error, failure_without_file_has_message_and_no_place)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfi_fail(&error, TFEED_INVALID_ARGUMENT, "batch size %d is not positive", -3),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(error.code, TFEED_INVALID_ARGUMENT);
    cr_assert_eq(error.sys_errno, 0);
    cr_assert_eq(error.offset, TFEED_NOWHERE);
    cr_assert_eq(error.record, TFEED_NOWHERE);
    cr_assert_str_empty(error.path);
    cr_assert_str_eq(error.message, "batch size -3 is not positive");
}

Test(error, no_error_storage_still_returns_the_code)
{
    const struct tfeed_error kept = {.code = TFEED_ABORTED};
    cr_assert_eq(tfi_fail(NULL, TFEED_INTERNAL, "lost"), TFEED_INTERNAL);
    cr_assert_eq(tfi_fail_at(NULL, TFEED_DATA_LOSS, "a", 1, 2, "cut"), TFEED_DATA_LOSS);
    cr_assert_eq(tfi_fail_errno(NULL, ENOENT, "a", "open"), TFEED_NOT_FOUND);
    cr_assert_eq(tfi_fail_memory(NULL, "a queue"), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfi_fail_again(NULL, &kept), TFEED_ABORTED);
}

Test(error, record_and_offset_stand_before_the_message)
{
    struct tfeed_error error;
    cr_assert_eq(tfi_fail_at(&error, TFEED_DATA_LOSS, "train.tfrecord", 812, 104733,
                             "length checksum 0x%x does not match 0x%x", 0x9au, 0x1fu),
                 TFEED_DATA_LOSS);
    cr_assert_str_eq(error.message, "train.tfrecord: record 812 at byte 104733: "
                                    "length checksum 0x9a does not match 0x1f");
    cr_assert_str_eq(error.path, "train.tfrecord");
    cr_assert_eq(error.record, 812);
    cr_assert_eq(error.offset, 104733);
}

Test(error, unknown_parts_of_the_place_are_left_out)
{
    struct tfeed_error error;
    (void)tfi_fail_at(&error, TFEED_DATA_LOSS, "a.gz", TFEED_NOWHERE, 7, "cut");
    cr_assert_str_eq(error.message, "a.gz: byte 7: cut");
    (void)tfi_fail_at(&error, TFEED_DATA_LOSS, "a.gz", 3, TFEED_NOWHERE, "cut");
    cr_assert_str_eq(error.message, "a.gz: record 3: cut");
    (void)tfi_fail_at(&error, TFEED_DATA_LOSS, "a.gz", TFEED_NOWHERE, TFEED_NOWHERE, "cut");
    cr_assert_str_eq(error.message, "a.gz: cut");
    (void)tfi_fail_at(&error, TFEED_DATA_LOSS, NULL, 0, 0, "cut");
    cr_assert_str_eq(error.message, "record 0 at byte 0: cut");
}

Test(error, system_call_gives_code_and_reason)
{
    struct tfeed_error error;
    cr_assert_eq(tfi_fail_errno(&error, ENOSPC, "out.tfrecords", "write"),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_str_eq(error.message, "out.tfrecords: write: No space left on device");
    cr_assert_eq(error.sys_errno, ENOSPC);
    cr_assert_str_eq(error.path, "out.tfrecords");
}

Test(error, errno_without_a_name_is_given_as_number)
{
    struct tfeed_error error;
    cr_assert_eq(tfi_fail_errno(&error, 99999, "a", "read"), TFEED_UNKNOWN);
    cr_assert_str_eq(error.message, "a: read: errno 99999");
}

Test(error, errnos_map_to_the_codes_programs_branch_on)
{
    cr_assert_eq(tfi_status_from_errno(ENOENT), TFEED_NOT_FOUND);
    cr_assert_eq(tfi_status_from_errno(EACCES), TFEED_PERMISSION_DENIED);
    cr_assert_eq(tfi_status_from_errno(EROFS), TFEED_PERMISSION_DENIED);
    cr_assert_eq(tfi_status_from_errno(EEXIST), TFEED_ALREADY_EXISTS);
    cr_assert_eq(tfi_status_from_errno(ENOMEM), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfi_status_from_errno(EMFILE), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfi_status_from_errno(EFBIG), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(tfi_status_from_errno(EISDIR), TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfi_status_from_errno(EINVAL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_status_from_errno(ECANCELED), TFEED_CANCELLED);
    cr_assert_eq(tfi_status_from_errno(EIO), TFEED_UNKNOWN);
}

Test(error, no_memory_names_what_it_was_for)
{
    struct tfeed_error error;
    cr_assert_eq(tfi_fail_memory(&error, "a shuffle queue"), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_str_eq(error.message, "no memory for a shuffle queue");
}

Test(error, kept_error_is_given_again_whole)
{
    struct tfeed_error kept, again = TFEED_ERROR_INIT;
    (void)tfi_fail_at(&kept, TFEED_DATA_LOSS, "a", 1, 2, "cut");
    cr_assert_eq(tfi_fail_again(&again, &kept), TFEED_DATA_LOSS);
    cr_assert_arr_eq(&again, &kept, sizeof kept);
    cr_assert_eq(tfi_fail_again(&kept, &kept), TFEED_DATA_LOSS);
    cr_assert_arr_eq(&again, &kept, sizeof kept);
}

Test(error, message_may_be_built_from_the_same_error)
{
    struct tfeed_error error;
    (void)tfi_fail_at(&error, TFEED_DATA_LOSS, "a", TFEED_NOWHERE, TFEED_NOWHERE, "cut");
    (void)tfi_fail_at(&error, TFEED_DATA_LOSS, error.path, 4, TFEED_NOWHERE, "again: %s",
                      error.message);
    cr_assert_str_eq(error.message, "a: record 4: again: a: cut");
    cr_assert_str_eq(error.path, "a");
}

Test(error, errno_is_kept)
{
    struct tfeed_error error;
    errno = EXDEV;
    (void)tfi_fail(&error, TFEED_INTERNAL, "lost");
    (void)tfi_fail_errno(&error, ENOENT, "a", "open");
    cr_assert_eq(errno, EXDEV);
}

Test(error, long_path_keeps_its_tail)
{
    char path[1000];
    struct tfeed_error error;
    memset(path, 'd', sizeof path);
    memcpy(path + sizeof path - sizeof "/part-00007", "/part-00007", sizeof "/part-00007");
    (void)tfi_fail_at(&error, TFEED_DATA_LOSS, path, 3, 4, "cut");
    cr_assert_eq(strlen(error.path), TFEED_ERROR_PATH_BYTES - 1);
    cr_assert_str_eq(error.path + strlen(error.path) - 11, "/part-00007");
    cr_assert(strstr(error.message, "/part-00007: record 3 at byte 4: cut") != NULL);
}

Test(error, cut_path_begins_with_a_whole_character)
{
    char path[301];
    struct tfeed_error error;
    for (size_t i = 0; i < 300; i += 2)
        memcpy(path + i, "\xc3\xa4", 2); /* an a with two dots */
    path[300] = '\0';
    (void)tfi_fail_at(&error, TFEED_DATA_LOSS, path, 3, 4, "cut");
    cr_assert_eq(strlen(error.path), 254);
    cr_assert(strchr(error.path, '?') == NULL);
}

Test(error, long_message_is_cut_after_a_whole_character)
{
    char text[601];
    struct tfeed_error error;
    for (size_t i = 0; i < 600; i += 3)
        memcpy(text + i, "\xe2\x82\xac", 3); /* the euro sign */
    text[600] = '\0';
    for (const char *shift = "xyz"; *shift != '\0'; shift++) {
        (void)tfi_fail(&error, TFEED_INTERNAL, "%s%s", shift, text);
        size_t len = strlen(error.message);
        cr_assert_lt(len, sizeof error.message);
        cr_assert_geq(len, sizeof error.message - 3);
        cr_assert(strchr(error.message, '?') == NULL);
    }
}

Test(error, message_that_just_fits_is_whole)
{
    char text[TFEED_ERROR_MESSAGE_BYTES];
    struct tfeed_error error;
    memset(text, 'm', sizeof text);
    text[sizeof text - 1] = '\0';
    (void)tfi_fail(&error, TFEED_INTERNAL, "%s", text);
    cr_assert_str_eq(error.message, text);
}

Test(error, control_characters_are_masked)
{
    struct tfeed_error error;
    (void)tfi_fail_at(&error, TFEED_NOT_FOUND, "a\nb\x1b[31m", TFEED_NOWHERE, TFEED_NOWHERE,
                      "gone\r\n%s", "\x7f\xc2\x9b");
    cr_assert_str_eq(error.path, "a?b?[31m");
    cr_assert_str_eq(error.message, "a?b?[31m: gone?????");
}

Test(error, bytes_that_are_not_utf8_are_masked)
{
    struct {
        const char *text, *masked;
    } rows[] = {
        {"\xff", "?"},                /* no lead byte */
        {"\x80z", "?z"},              /* stray continuation */
        {"\xc0\xaf", "??"},           /* overlong in two */
        {"\xe0\x80\xaf", "???"},      /* overlong in three */
        {"\xf0\x80\x80\xaf", "????"}, /* overlong in four */
        {"\xed\xa0\x80", "???"},      /* surrogate */
        {"\xf4\x90\x80\x80", "????"}, /* over U+10FFFF */
        {"\xf5\x80\x80\x80", "????"}, /* lead byte that cannot be */
        {"\xe2\x82", "??"},           /* cut by the end */
        {"\xe2\x82z", "??z"},         /* cut by another character */
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xed\x9f\xbf\xf4\x8f\xbf\xbf\xc2\xa0", "\xed\x9f\xbf\xf4\x8f\xbf\xbf\xc2\xa0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[16];
        snprintf(text, sizeof text, "%s", rows[i].text);
        tfi_mask_text(text);
        cr_assert_str_eq(text, rows[i].masked, "row %zu", i);
    }
}

static tfeed_status try_twice(tfeed_status first, int *n_reached)
{
    TFI_TRY(first);
    ++*n_reached;
    return TFEED_OK;
}

Test(error, try_returns_what_is_not_ok)
{
    int n_reached = 0;
    cr_assert_eq(try_twice(TFEED_CANCELLED, &n_reached), TFEED_CANCELLED);
    cr_assert_eq(n_reached, 0);
    cr_assert_eq(try_twice(TFEED_OK, &n_reached), TFEED_OK);
    cr_assert_eq(n_reached, 1);
}
