/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_local_output.c - local outputs appear whole or not at all, and clobber nothing.
 */
#include <criterion/criterion.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tfeed/io.h>

#include "tests/support/support.h"

struct fixture {
    const struct tfeed_file_system *files;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    void *output;
    struct tfeed_error error;
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.files = tfeed_local_files(), .error = TFEED_ERROR_INIT};
    t_temp_dir_init(&fixture->dir);
    t_temp_path(&fixture->dir, "f", fixture->path);
}

static void fixture_clear(struct fixture *fixture)
{
    t_temp_dir_clear(&fixture->dir);
    cr_assert_not(t_has_leaks());
}

static tfeed_status open_path(struct fixture *fixture, const char *path, uint32_t flags)
{
    return fixture->files->open_output(NULL, path, flags, NULL, &fixture->output, &fixture->error);
}

/* An open output that holds "content". */
static void open_written(struct fixture *fixture, uint32_t flags)
{
    cr_assert_eq(open_path(fixture, fixture->path, flags), TFEED_OK, "%s", fixture->error.message);
    cr_assert_eq(fixture->files->write(fixture->output, "con", 3, NULL), TFEED_OK);
    cr_assert_eq(fixture->files->write(fixture->output, "tent", 4, NULL), TFEED_OK);
    cr_assert_eq(fixture->files->flush(fixture->output, NULL), TFEED_OK);
}

static tfeed_status commit(struct fixture *fixture)
{
    return fixture->files->commit(fixture->output, &fixture->error);
}

static void expect_content(const char *path, const char *expected)
{
    size_t len;
    uint8_t *content = t_read_file(path, &len);
    cr_assert_eq(len, strlen(expected));
    cr_assert_eq(memcmp(content, expected, len), 0);
    free(content);
}

/* The number of names in the folder; with `only`, each is like it. */
static int count_names(const struct fixture *fixture, const char *only)
{
    int n = 0;
    DIR *dir = opendir(fixture->dir.path);
    cr_assert_not_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        n++;
        if (only != NULL)
            cr_assert_eq(strncmp(entry->d_name, only, strlen(only)), 0, "%s", entry->d_name);
    }
    closedir(dir);
    return n;
}

Test(local_output, file_appears_with_commit_only)
{
    struct fixture fixture;
    fixture_init(&fixture);
    open_written(&fixture, 0);
    cr_assert_neq(access(fixture.path, F_OK), 0);
    cr_assert_eq(count_names(&fixture, ".f.tfeed-"), 1); /* hidden from patterns */
    cr_assert_eq(commit(&fixture), TFEED_OK);
    expect_content(fixture.path, "content");
    cr_assert_eq(count_names(&fixture, "f"), 1);
    fixture_clear(&fixture);
}

Test(local_output, discard_leaves_nothing_and_keeps_errno)
{
    struct fixture fixture;
    fixture_init(&fixture);
    open_written(&fixture, 0);
    errno = ERANGE;
    fixture.files->discard(fixture.output);
    cr_assert_eq(errno, ERANGE);
    cr_assert_eq(count_names(&fixture, NULL), 0);
    fixture_clear(&fixture);
}

Test(local_output, mode_is_what_the_umask_says)
{
    struct fixture fixture;
    struct stat about;
    fixture_init(&fixture);
    (void)umask(027);
    open_written(&fixture, 0);
    cr_assert_eq(commit(&fixture), TFEED_OK);
    cr_assert_eq(stat(fixture.path, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0640);
    fixture_clear(&fixture);
}

Test(local_output, existing_file_is_refused_at_once)
{
    struct fixture fixture;
    fixture_init(&fixture);
    t_write_file(fixture.path, "precious", 8);
    cr_assert_eq(open_path(&fixture, fixture.path, 0), TFEED_ALREADY_EXISTS);
    cr_assert_eq(fixture.error.sys_errno, EEXIST);
    expect_content(fixture.path, "precious");
    cr_assert_eq(count_names(&fixture, NULL), 1);
    fixture_clear(&fixture);
}

Test(local_output, file_made_meanwhile_is_not_clobbered)
{
    struct fixture fixture;
    fixture_init(&fixture);
    open_written(&fixture, 0);
    t_write_file(fixture.path, "precious", 8);
    cr_assert_eq(commit(&fixture), TFEED_ALREADY_EXISTS);
    expect_content(fixture.path, "precious");
    cr_assert_eq(count_names(&fixture, NULL), 1);
    fixture_clear(&fixture);
}

Test(local_output, existing_file_is_replaced_when_asked)
{
    struct fixture fixture;
    fixture_init(&fixture);
    t_write_file(fixture.path, "old", 3);
    open_written(&fixture, TFEED_OUTPUT_OVERWRITE);
    expect_content(fixture.path, "old");
    cr_assert_eq(commit(&fixture), TFEED_OK);
    expect_content(fixture.path, "content");
    cr_assert_eq(count_names(&fixture, NULL), 1);
    fixture_clear(&fixture);
}

Test(local_output, two_outputs_of_one_name_do_not_meet)
{
    struct fixture fixture;
    fixture_init(&fixture);
    open_written(&fixture, 0);
    void *first = fixture.output;
    open_written(&fixture, 0);
    cr_assert_eq(fixture.files->write(fixture.output, "2", 1, NULL), TFEED_OK);
    cr_assert_eq(commit(&fixture), TFEED_OK);
    fixture.output = first;
    cr_assert_eq(commit(&fixture), TFEED_ALREADY_EXISTS);
    expect_content(fixture.path, "content2");
    fixture_clear(&fixture);
}

Test(local_output, symbolic_link_stays_and_its_target_is_replaced)
{
    struct fixture fixture;
    struct stat about;
    char target[T_PATH_BYTES];
    fixture_init(&fixture);
    t_write_file(t_temp_path(&fixture.dir, "target", target), "old", 3);
    cr_assert_eq(symlink("target", fixture.path), 0);
    cr_assert_eq(open_path(&fixture, fixture.path, 0), TFEED_ALREADY_EXISTS);
    open_written(&fixture, TFEED_OUTPUT_OVERWRITE);
    cr_assert_eq(commit(&fixture), TFEED_OK);
    cr_assert_eq(lstat(fixture.path, &about), 0);
    cr_assert(S_ISLNK(about.st_mode));
    expect_content(target, "content");
    fixture_clear(&fixture);
}

Test(local_output, link_that_leads_nowhere_is_not_found)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(symlink("absent", fixture.path), 0);
    cr_assert_eq(open_path(&fixture, fixture.path, TFEED_OUTPUT_OVERWRITE), TFEED_NOT_FOUND);
    cr_assert_eq(count_names(&fixture, "f"), 1);
    fixture_clear(&fixture);
}

Test(local_output, folder_missing_or_in_the_way_is_refused)
{
    struct fixture fixture;
    char path[T_PATH_BYTES];
    fixture_init(&fixture);
    cr_assert_eq(open_path(&fixture, t_temp_path(&fixture.dir, "no/f", path), 0), TFEED_NOT_FOUND);
    cr_assert_str_eq(fixture.error.path, path);
    cr_assert_eq(open_path(&fixture, "", 0), TFEED_NOT_FOUND);
    cr_assert_neq(open_path(&fixture, fixture.dir.path, TFEED_OUTPUT_OVERWRITE), TFEED_OK);
    cr_assert_eq(fixture.error.sys_errno, EISDIR);
    cr_assert_neq(open_path(&fixture, t_temp_path(&fixture.dir, "new/", path), 0), TFEED_OK);
    cr_assert_eq(fixture.error.sys_errno, EISDIR);
    cr_assert_eq(count_names(&fixture, NULL), 0);
    fixture_clear(&fixture);
}

Test(local_output, longest_name_is_written)
{
    enum { NAME_LEN = 255 };
    struct fixture fixture;
    char name[NAME_LEN + 1];
    fixture_init(&fixture);
    memset(name, 'n', NAME_LEN);
    name[NAME_LEN] = '\0';
    t_temp_path(&fixture.dir, name, fixture.path);
    open_written(&fixture, 0);
    cr_assert_eq(commit(&fixture), TFEED_OK);
    expect_content(fixture.path, "content");
    fixture_clear(&fixture);
}

Test(local_output, name_without_a_folder_lies_in_the_current_one)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(chdir(fixture.dir.path), 0);
    cr_assert_eq(open_path(&fixture, "bare", 0), TFEED_OK);
    cr_assert_eq(count_names(&fixture, ".bare.tfeed-"), 1);
    cr_assert_eq(commit(&fixture), TFEED_OK);
    cr_assert_eq(count_names(&fixture, "bare"), 1);
    fixture_clear(&fixture);
}

Test(local_output, full_device_is_written_through_and_reported)
{
    struct fixture fixture;
    struct stat about;
    fixture_init(&fixture);
    cr_assert_eq(open_path(&fixture, "/dev/full", 0), TFEED_OK);
    cr_assert_eq(fixture.files->write(fixture.output, "x", 1, &fixture.error),
                 TFEED_RESOURCE_EXHAUSTED);
    cr_assert_eq(fixture.error.sys_errno, ENOSPC);
    fixture.files->discard(fixture.output);
    cr_assert_eq(stat("/dev/full", &about), 0);
    cr_assert(S_ISCHR(about.st_mode));
    fixture_clear(&fixture);
}

Test(local_output, fifo_is_written_through)
{
    struct fixture fixture;
    struct stat about;
    char buffer[16];
    fixture_init(&fixture);
    cr_assert_eq(mkfifo(fixture.path, 0600), 0);
    const int fd = open(fixture.path, O_RDWR); /* a reader, so that opening does not wait */
    open_written(&fixture, 0);
    cr_assert_eq(commit(&fixture), TFEED_OK);
    cr_assert_eq(read(fd, buffer, sizeof buffer), 7);
    close(fd);
    cr_assert_eq(stat(fixture.path, &about), 0);
    cr_assert(S_ISFIFO(about.st_mode));
    fixture_clear(&fixture);
}

/* Standard output leads to a file meanwhile. */
static int redirect_output(const struct fixture *fixture)
{
    const int kept = dup(STDOUT_FILENO);
    const int fd = open(fixture->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert_geq(dup2(fd, STDOUT_FILENO), 0);
    close(fd);
    return kept;
}

Test(local_output, dash_is_standard_output_which_stays_open)
{
    struct fixture fixture;
    fixture_init(&fixture);
    const int kept = redirect_output(&fixture);
    const tfeed_status status = open_path(&fixture, "-", 0);
    if (status == TFEED_OK) {
        (void)fixture.files->write(fixture.output, "out", 3, NULL);
        (void)commit(&fixture);
    }
    const ssize_t n = write(STDOUT_FILENO, "!", 1);
    cr_assert_geq(dup2(kept, STDOUT_FILENO), 0);
    close(kept);
    cr_assert_eq(status, TFEED_OK);
    cr_assert_eq(n, 1);
    expect_content(fixture.path, "out!");
    fixture_clear(&fixture);
}

Test(local_output, name_of_an_open_descriptor_is_not_replaced)
{
    struct fixture fixture;
    struct stat before;
    struct stat after;
    fixture_init(&fixture);
    const int kept = redirect_output(&fixture);
    cr_assert_eq(stat(fixture.path, &before), 0);
    const tfeed_status status = open_path(&fixture, "/dev/stdout", 0);
    if (status == TFEED_OK) {
        (void)fixture.files->write(fixture.output, "out", 3, NULL);
        (void)commit(&fixture);
    }
    cr_assert_geq(dup2(kept, STDOUT_FILENO), 0);
    close(kept);
    cr_assert_eq(status, TFEED_OK);
    cr_assert_eq(stat(fixture.path, &after), 0);
    cr_assert_eq(before.st_ino, after.st_ino);
    expect_content(fixture.path, "out");
    fixture_clear(&fixture);
}

Test(local_output, each_failing_allocation_leaves_nothing)
{
    struct fixture fixture;
    fixture_init(&fixture);
    T_FAIL_EACH_ALLOC(allocator, {
        void *output = NULL;
        const tfeed_status status =
            fixture.files->open_output(NULL, fixture.path, 0, allocator, &output, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        if (status == TFEED_OK)
            fixture.files->discard(output);
        cr_assert_eq(count_names(&fixture, NULL), 0);
    });
    fixture_clear(&fixture);
}

/* In place and appending. */

Test(local_output, file_in_place_is_there_and_stays)
{
    struct fixture fixture;
    fixture_init(&fixture);
    open_written(&fixture, TFEED_OUTPUT_IN_PLACE);
    expect_content(fixture.path, "content");
    cr_assert_eq(fixture.files->write(fixture.output, "ed", 2, NULL), TFEED_OK);
    fixture.files->discard(fixture.output);
    expect_content(fixture.path, "contented");
    cr_assert_eq(count_names(&fixture, "f"), 1);
    fixture_clear(&fixture);
}

Test(local_output, existing_file_is_refused_in_place_or_emptied_at_once)
{
    struct fixture fixture;
    fixture_init(&fixture);
    t_write_file(fixture.path, "old content", 11);
    cr_assert_eq(open_path(&fixture, fixture.path, TFEED_OUTPUT_IN_PLACE), TFEED_ALREADY_EXISTS);
    expect_content(fixture.path, "old content");
    cr_assert_eq(open_path(&fixture, fixture.path, TFEED_OUTPUT_IN_PLACE | TFEED_OUTPUT_OVERWRITE),
                 TFEED_OK);
    expect_content(fixture.path, "");
    cr_assert_eq(commit(&fixture), TFEED_OK);
    fixture_clear(&fixture);
}

Test(local_output, appended_bytes_follow_what_was_there)
{
    struct fixture fixture;
    fixture_init(&fixture);
    open_written(&fixture, TFEED_OUTPUT_APPEND); /* makes it */
    cr_assert_eq(commit(&fixture), TFEED_OK);
    open_written(&fixture, TFEED_OUTPUT_APPEND | TFEED_OUTPUT_SYNC);
    expect_content(fixture.path, "contentcontent");
    cr_assert_eq(commit(&fixture), TFEED_OK);
    expect_content(fixture.path, "contentcontent");
    fixture_clear(&fixture);
}

Test(local_output, cut_takes_the_end_away)
{
    struct fixture fixture;
    fixture_init(&fixture);
    t_write_file(fixture.path, "0123456789", 10);
    cr_assert_eq(open_path(&fixture, fixture.path, TFEED_OUTPUT_APPEND), TFEED_OK);
    cr_assert_eq(fixture.files->cut(fixture.output, 4, NULL), TFEED_OK);
    cr_assert_eq(fixture.files->write(fixture.output, "x", 1, NULL), TFEED_OK);
    cr_assert_eq(commit(&fixture), TFEED_OK);
    expect_content(fixture.path, "0123x");
    fixture_clear(&fixture);
}

Test(local_output, only_regular_files_are_appended_to)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(open_path(&fixture, "-", TFEED_OUTPUT_APPEND), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(open_path(&fixture, "/dev/null", TFEED_OUTPUT_APPEND), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(open_path(&fixture, "/dev/stdout", TFEED_OUTPUT_APPEND), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(open_path(&fixture, "/dev/null", TFEED_OUTPUT_IN_PLACE), TFEED_OK);
    cr_assert_eq(commit(&fixture), TFEED_OK);
    fixture_clear(&fixture);
}
