/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_memory_file.c - files in memory: what is committed, what is pending, what outlives what.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <tfeed/io.h>

#include "tests/support/support.h"

struct fixture {
    struct tfeed_memory_files *memory;
    const struct tfeed_file_system *files;
    void *output;
    void *input;
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.output = NULL};
    cr_assert_eq(tfeed_memory_files_new(NULL, &fixture->memory, NULL), TFEED_OK);
    fixture->files = tfeed_memory_files_system(fixture->memory);
}

static void fixture_clear(struct fixture *fixture)
{
    tfeed_memory_files_free(fixture->memory);
    cr_assert_not(t_has_leaks());
}

static tfeed_status open_output(struct fixture *fixture, const char *name, uint32_t flags)
{
    return fixture->files->open_output(fixture->files->user_data, name, flags, NULL,
                                       &fixture->output, NULL);
}

static void write_text(struct fixture *fixture, const char *text)
{
    cr_assert_eq(fixture->files->write(fixture->output, text, strlen(text), NULL), TFEED_OK);
}

static void expect_content(struct fixture *fixture, const char *name, const char *expected)
{
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(fixture->memory, name, &content, NULL), TFEED_OK);
    cr_assert_eq(content.len, strlen(expected));
    cr_assert_eq(memcmp(content.data, expected, content.len), 0);
    tfeed_block_unref(content.block);
}

Test(memory_file, put_content_is_got_and_replaced)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "a", "one", 3, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "b", "", 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "a", "three", 5, NULL), TFEED_OK);
    expect_content(&fixture, "a", "three");
    expect_content(&fixture, "b", "");
    fixture_clear(&fixture);
}

Test(memory_file, absent_name_is_not_found)
{
    struct fixture fixture;
    struct tfeed_bytes content;
    struct tfeed_error error;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_memory_files_get(fixture.memory, "a", &content, &error), TFEED_NOT_FOUND);
    cr_assert_str_eq(error.path, "a");
    cr_assert_eq(
        fixture.files->open_input(fixture.files->user_data, "a", NULL, &fixture.input, &error),
        TFEED_NOT_FOUND);
    fixture_clear(&fixture);
}

Test(memory_file, output_is_pending_until_it_is_committed)
{
    struct fixture fixture;
    struct tfeed_bytes content;
    fixture_init(&fixture);
    cr_assert_eq(open_output(&fixture, "a", 0), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_n_pending(fixture.memory, "a"), 0);
    write_text(&fixture, "some");
    write_text(&fixture, " bytes");
    cr_assert_eq(tfeed_memory_files_n_pending(fixture.memory, "a"), 10);
    cr_assert_eq(tfeed_memory_files_n_pending(fixture.memory, "b"), 0);
    cr_assert_eq(tfeed_memory_files_get(fixture.memory, "a", &content, NULL), TFEED_NOT_FOUND);
    cr_assert_eq(fixture.files->commit(fixture.output, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_n_pending(fixture.memory, "a"), 0);
    expect_content(&fixture, "a", "some bytes");
    fixture_clear(&fixture);
}

Test(memory_file, discarded_output_leaves_nothing)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "a", "old", 3, NULL), TFEED_OK);
    cr_assert_eq(open_output(&fixture, "a", TFEED_OUTPUT_OVERWRITE), TFEED_OK);
    write_text(&fixture, "new");
    fixture.files->discard(fixture.output);
    expect_content(&fixture, "a", "old");
    cr_assert_eq(tfeed_memory_files_n_pending(fixture.memory, "a"), 0);
    fixture_clear(&fixture);
}

Test(memory_file, taken_name_is_refused_when_opened_and_when_committed)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(open_output(&fixture, "a", 0), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "a", "first", 5, NULL), TFEED_OK);
    cr_assert_eq(fixture.files->commit(fixture.output, NULL), TFEED_ALREADY_EXISTS);
    cr_assert_eq(open_output(&fixture, "a", 0), TFEED_ALREADY_EXISTS);
    expect_content(&fixture, "a", "first");
    fixture_clear(&fixture);
}

Test(memory_file, file_in_place_shows_what_was_flushed_and_stays)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(open_output(&fixture, "a", TFEED_OUTPUT_IN_PLACE), TFEED_OK);
    expect_content(&fixture, "a", "");
    write_text(&fixture, "one");
    expect_content(&fixture, "a", "");
    cr_assert_eq(fixture.files->flush(fixture.output, NULL), TFEED_OK);
    expect_content(&fixture, "a", "one");
    write_text(&fixture, "two");
    fixture.files->discard(fixture.output);
    expect_content(&fixture, "a", "onetwo");
    cr_assert_eq(open_output(&fixture, "a", TFEED_OUTPUT_IN_PLACE), TFEED_ALREADY_EXISTS);
    fixture_clear(&fixture);
}

Test(memory_file, appending_goes_on_behind_a_cut)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(open_output(&fixture, "a", TFEED_OUTPUT_APPEND), TFEED_OK);
    write_text(&fixture, "0123456789");
    cr_assert_eq(fixture.files->commit(fixture.output, NULL), TFEED_OK);
    cr_assert_eq(open_output(&fixture, "a", TFEED_OUTPUT_APPEND), TFEED_OK);
    cr_assert_eq(fixture.files->cut(fixture.output, 4, NULL), TFEED_OK);
    expect_content(&fixture, "a", "0123");
    write_text(&fixture, "x");
    cr_assert_eq(fixture.files->commit(fixture.output, NULL), TFEED_OK);
    expect_content(&fixture, "a", "0123x");
    fixture_clear(&fixture);
}

Test(memory_file, open_input_goes_on_seeing_what_it_opened)
{
    struct fixture fixture;
    char buffer[8];
    size_t n;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "a", "before", 6, NULL), TFEED_OK);
    cr_assert_eq(
        fixture.files->open_input(fixture.files->user_data, "a", NULL, &fixture.input, NULL),
        TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "a", "after!!", 7, NULL), TFEED_OK);
    cr_assert_eq(fixture.files->input_size(fixture.input), 6);
    cr_assert_eq(fixture.files->read(fixture.input, 2, buffer, sizeof buffer, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 4);
    cr_assert_eq(memcmp(buffer, "fore", 4), 0);
    cr_assert_eq(fixture.files->read(fixture.input, 6, buffer, sizeof buffer, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 0);
    cr_assert_eq(fixture.files->read(fixture.input, 99, buffer, sizeof buffer, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 0);
    fixture.files->close_input(fixture.input);
    fixture_clear(&fixture);
}

Test(memory_file, map_outlives_input_and_files)
{
    struct fixture fixture;
    struct tfeed_bytes content;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "a", "kept", 4, NULL), TFEED_OK);
    cr_assert_eq(
        fixture.files->open_input(fixture.files->user_data, "a", NULL, &fixture.input, NULL),
        TFEED_OK);
    cr_assert_eq(fixture.files->map(fixture.input, &content, NULL), TFEED_OK);
    fixture.files->close_input(fixture.input);
    tfeed_memory_files_free(fixture.memory);
    cr_assert_eq(memcmp(content.data, "kept", 4), 0);
    tfeed_block_unref(content.block);
    cr_assert_not(t_has_leaks());
}

Test(memory_file, look_tells_files_from_folders)
{
    struct fixture fixture;
    struct tfeed_file_info info;
    fixture_init(&fixture);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "d/a", "123", 3, NULL), TFEED_OK);
    cr_assert_eq(fixture.files->look(fixture.memory, "d/a", &info, NULL), TFEED_OK);
    cr_assert_eq(info.size, 3);
    cr_assert_not(info.is_folder);
    cr_assert_eq(fixture.files->look(fixture.memory, "d", &info, NULL), TFEED_OK);
    cr_assert(info.is_folder);
    cr_assert_eq(fixture.files->look(fixture.memory, "d/", &info, NULL), TFEED_OK);
    cr_assert(info.is_folder);
    cr_assert_eq(fixture.files->look(fixture.memory, "d/b", &info, NULL), TFEED_NOT_FOUND);
    cr_assert_eq(fixture.files->look(fixture.memory, "", &info, NULL), TFEED_NOT_FOUND);
    fixture_clear(&fixture);
}

enum { NAMES_BYTES = 64 };

static tfeed_status append_name(void *text, const char *name, struct tfeed_error *reterr)
{
    (void)reterr;
    const size_t len = strlen(text);
    (void)snprintf((char *)text + len, NAMES_BYTES - len, "%s ", name);
    return strcmp(name, "stop") == 0 ? TFEED_ABORTED : TFEED_OK;
}

Test(memory_file, list_gives_what_lies_directly_in_a_folder)
{
    static const char *const names[] = {"d/c/x", "d/b", "a", "d/c/y", "d/e"};
    struct fixture fixture;
    char text[NAMES_BYTES] = "";
    fixture_init(&fixture);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_assert_eq(tfeed_memory_files_put(fixture.memory, names[i], "", 0, NULL), TFEED_OK);
    cr_assert_eq(fixture.files->list(fixture.memory, "d/", append_name, text, NULL), TFEED_OK);
    cr_assert_str_eq(text, "b c c e ");
    text[0] = '\0';
    cr_assert_eq(fixture.files->list(fixture.memory, "", append_name, text, NULL), TFEED_OK);
    cr_assert_str_eq(text, "a d d d d ");
    cr_assert_eq(fixture.files->list(fixture.memory, "z/", append_name, text, NULL),
                 TFEED_NOT_FOUND);
    fixture_clear(&fixture);
}

Test(memory_file, list_ends_when_it_is_told_to)
{
    struct fixture fixture;
    char text[NAMES_BYTES] = "";
    fixture_init(&fixture);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "stop", "", 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "zoo", "", 0, NULL), TFEED_OK);
    cr_assert_eq(fixture.files->list(fixture.memory, "", append_name, text, NULL), TFEED_ABORTED);
    cr_assert_str_eq(text, "stop ");
    fixture_clear(&fixture);
}

Test(memory_file, freeing_null_does_nothing)
{
    tfeed_memory_files_free(NULL);
}

Test(memory_file, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_memory_files *memory = NULL;
        void *output = NULL;
        void *input = NULL;
        struct tfeed_bytes content = {.block = NULL};
        tfeed_status status = tfeed_memory_files_new(allocator, &memory, NULL);
        if (status == TFEED_OK) {
            const struct tfeed_file_system *files = tfeed_memory_files_system(memory);
            status = files->open_output(files->user_data, "a", 0, allocator, &output, NULL);
            if (status == TFEED_OK) {
                status = files->write(output, "bytes", 5, NULL);
                if (status == TFEED_OK)
                    status = files->commit(output, NULL);
                else
                    files->discard(output);
            }
            if (status == TFEED_OK)
                status = files->open_input(files->user_data, "a", allocator, &input, NULL);
            if (status == TFEED_OK) {
                status = files->map(input, &content, NULL);
                files->close_input(input);
            }
        }
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_block_unref(content.block);
        tfeed_memory_files_free(memory);
    });
}
