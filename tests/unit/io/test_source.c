/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_source.c - a file's own bytes: mapped, or read where mapping is not wanted or not possible.
 */
#include <criterion/criterion.h>

#include <string.h>
#include <unistd.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "io/stream_private.h"
#include "tests/support/scripted_files.h"
#include "tests/support/support.h"

struct fixture {
    struct tfeed_memory_files *memory;
    struct tfi_stream_options options;
    struct tfi_source source;
};

static void fixture_init(struct fixture *fixture, const char *content)
{
    *fixture = (struct fixture){.options = {.may_map = true}};
    cr_assert_eq(tfeed_memory_files_new(NULL, &fixture->memory, NULL), TFEED_OK);
    cr_assert_eq(tfeed_memory_files_put(fixture->memory, "f", content, strlen(content), NULL),
                 TFEED_OK);
    fixture->options.file_system = tfeed_memory_files_system(fixture->memory);
}

static void fixture_clear(struct fixture *fixture)
{
    tfi_source_clear(&fixture->source);
    tfeed_memory_files_free(fixture->memory);
    cr_assert_not(t_has_leaks());
}

Test(source, map_shows_the_whole_file_and_slides_without_copying)
{
    struct fixture fixture;
    const char *path;
    uint64_t offset;
    fixture_init(&fixture, "0123456789");
    cr_assert_eq(tfi_source_open(&fixture.source, "f", &fixture.options, NULL), TFEED_OK);
    cr_assert(fixture.source.is_mapped);
    const struct tfi_window *window = &fixture.source.window;
    cr_assert_eq(tfi_source_fill(&fixture.source, 0, 1, NULL), TFEED_OK);
    cr_assert_eq(window->len, 10);
    const uint8_t *data = window->data;
    cr_assert_eq(tfi_source_fill(&fixture.source, 4, 6, NULL), TFEED_OK);
    cr_assert_eq(window->data, data + 4);
    cr_assert_eq(window->offset, 4);
    cr_assert_eq(tfi_source_fill(&fixture.source, 2, 5, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(window->len, 4);
    const struct tfeed_bytes bytes = {window->data, 1, window->block};
    cr_assert(tfi_bytes_origin(&bytes, &path, &offset));
    cr_assert_str_eq(path, "f");
    cr_assert_eq(offset, 6);
    fixture_clear(&fixture);
}

/* A source of a local file, mapped by a map that is kept. */
static void open_kept(const char *path, struct tfi_kept_map *kept, struct tfi_source *ret_source)
{
    const struct tfi_stream_options options = {
        .may_map = true, .file_system = tfeed_local_files(), .kept = kept};
    *ret_source = (struct tfi_source){.files = NULL};
    cr_assert_eq(tfi_source_open(ret_source, path, &options, NULL), TFEED_OK);
    cr_assert(ret_source->is_mapped);
}

Test(source, kept_map_is_shared_and_stays_when_sources_go)
{
    struct tfi_kept_map kept;
    struct tfi_source one, other;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    t_temp_dir_init(&dir);
    t_temp_path(&dir, "file", path);
    t_write_file(path, "0123456789", 10);
    tfi_kept_map_init(&kept);
    open_kept(path, &kept, &one);
    const uint8_t *data = one.window.data;
    open_kept(path, &kept, &other);
    cr_assert_eq(other.window.data, data);
    tfi_source_clear(&one);
    cr_assert_eq(memcmp(other.window.data, "0123456789", 10), 0);
    tfi_source_clear(&other);
    open_kept(path, &kept, &one);
    cr_assert_eq(one.window.data, data);
    tfi_kept_map_clear(&kept);
    cr_assert_eq(memcmp(one.window.data, "0123456789", 10), 0);
    tfi_source_clear(&one);
    t_temp_dir_clear(&dir);
    cr_assert_not(t_has_leaks());
}

Test(source, kept_map_of_a_file_cut_short_is_not_used)
{
    struct tfi_kept_map kept;
    struct tfi_source source;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    t_temp_dir_init(&dir);
    t_temp_path(&dir, "file", path);
    t_write_file(path, "0123456789", 10);
    tfi_kept_map_init(&kept);
    open_kept(path, &kept, &source);
    tfi_source_clear(&source);
    cr_assert_eq(truncate(path, 4), 0);
    open_kept(path, &kept, &source);
    cr_assert_eq(source.window.len, 4);
    cr_assert_eq(memcmp(source.window.data, "0123", 4), 0);
    tfi_source_clear(&source);
    tfi_kept_map_clear(&kept);
    t_temp_dir_clear(&dir);
    cr_assert_not(t_has_leaks());
}

Test(source, map_that_is_not_wanted_is_not_made)
{
    struct fixture fixture;
    fixture_init(&fixture, "0123456789");
    fixture.options.may_map = false;
    cr_assert_eq(tfi_source_open(&fixture.source, "f", &fixture.options, NULL), TFEED_OK);
    cr_assert_not(fixture.source.is_mapped);
    cr_assert_eq(tfi_source_fill(&fixture.source, 0, 10, NULL), TFEED_OK);
    cr_assert_eq(memcmp(fixture.source.window.data, "0123456789", 10), 0);
    fixture_clear(&fixture);
}

Test(source, empty_map_is_the_end)
{
    struct fixture fixture;
    fixture_init(&fixture, "");
    cr_assert_eq(tfi_source_open(&fixture.source, "f", &fixture.options, NULL), TFEED_OK);
    cr_assert_eq(tfi_source_fill(&fixture.source, 0, 1, NULL), TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

/* A map function that declines, and one that fails. */
static tfeed_status decline_map(void *input, struct tfeed_bytes *ret_content,
                                struct tfeed_error *reterr)
{
    (void)input;
    (void)ret_content;
    return tfi_fail(reterr, TFEED_UNIMPLEMENTED, "not this one");
}

static tfeed_status fail_map(void *input, struct tfeed_bytes *ret_content,
                             struct tfeed_error *reterr)
{
    (void)input;
    (void)ret_content;
    return tfi_fail_memory(reterr, "a map");
}

Test(source, file_that_cannot_be_mapped_is_read)
{
    struct t_scripted_files files;
    struct tfi_source source = {.files = NULL};
    t_scripted_files_init(&files, "bytes", 5);
    files.table.map = decline_map;
    const struct tfi_stream_options options = {.file_system = &files.table, .may_map = true};
    cr_assert_eq(tfi_source_open(&source, "f", &options, NULL), TFEED_OK);
    cr_assert_eq(tfi_source_fill(&source, 0, 5, NULL), TFEED_OK);
    cr_assert_eq(memcmp(source.window.data, "bytes", 5), 0);
    tfi_source_clear(&source);
    cr_assert_eq(files.n_open_inputs, 0);
}

Test(source, failed_map_is_passed_on)
{
    struct t_scripted_files files;
    struct tfi_source source = {.files = NULL};
    t_scripted_files_init(&files, "bytes", 5);
    files.table.map = fail_map;
    const struct tfi_stream_options options = {.file_system = &files.table, .may_map = true};
    cr_assert_eq(tfi_source_open(&source, "f", &options, NULL), TFEED_RESOURCE_EXHAUSTED);
    tfi_source_clear(&source);
    cr_assert_eq(files.n_open_inputs, 0);
}
