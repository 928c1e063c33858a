/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_local_file.c - local inputs: mapped, read at offsets, read from pipes, interrupted.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tfeed/io.h>

#include "tests/support/support.h"

/* A file of ten digits in a folder of its own. */
struct fixture {
    const struct tfeed_file_system *files;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    void *input;
    struct tfeed_error error;
};

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.files = tfeed_local_files(), .error = TFEED_ERROR_INIT};
    t_temp_dir_init(&fixture->dir);
    t_write_file(t_temp_path(&fixture->dir, "f", fixture->path), "0123456789", 10);
}

static tfeed_status open_path(struct fixture *fixture, const char *path)
{
    return fixture->files->open_input(fixture->files->user_data, path, NULL, &fixture->input,
                                      &fixture->error);
}

static void fixture_clear(struct fixture *fixture)
{
    if (fixture->input != NULL)
        fixture->files->close_input(fixture->input);
    t_temp_dir_clear(&fixture->dir);
    cr_assert_not(t_has_leaks());
}

Test(local_file, bytes_are_read_at_their_offset)
{
    struct fixture fixture;
    char buffer[16];
    size_t n;
    fixture_init(&fixture);
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_OK);
    cr_assert_eq(fixture.files->input_size(fixture.input), 10);
    cr_assert_eq(fixture.files->read(fixture.input, 0, buffer, 4, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 4);
    cr_assert_eq(memcmp(buffer, "0123", 4), 0);
    cr_assert_eq(fixture.files->read(fixture.input, 4, buffer, 16, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 6);
    cr_assert_eq(memcmp(buffer, "456789", 6), 0);
    cr_assert_eq(fixture.files->read(fixture.input, 10, buffer, 16, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 0);
    fixture_clear(&fixture);
}

Test(local_file, map_outlives_the_input)
{
    struct fixture fixture;
    struct tfeed_bytes content;
    fixture_init(&fixture);
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_OK);
    cr_assert_eq(fixture.files->map(fixture.input, &content, NULL), TFEED_OK);
    fixture_clear(&fixture);
    cr_assert_eq(content.len, 10);
    cr_assert_eq(memcmp(content.data, "0123456789", 10), 0);
    tfeed_block_unref(content.block);
}

Test(local_file, empty_file_has_no_map_and_reads_as_the_end)
{
    struct fixture fixture;
    struct tfeed_bytes content;
    char byte;
    size_t n = 1;
    fixture_init(&fixture);
    t_write_file(fixture.path, "", 0);
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_OK);
    cr_assert_eq(fixture.files->map(fixture.input, &content, &fixture.error), TFEED_UNIMPLEMENTED);
    cr_assert_eq(fixture.files->read(fixture.input, 0, &byte, 1, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 0);
    fixture_clear(&fixture);
}

Test(local_file, file_that_says_it_is_empty_is_read_all_the_same)
{
    struct fixture fixture;
    char buffer[64];
    size_t n = 0;
    fixture_init(&fixture);
    cr_assert_eq(open_path(&fixture, "/proc/self/status"), TFEED_OK);
    cr_assert_eq(fixture.files->input_size(fixture.input), TFEED_SIZE_UNKNOWN);
    cr_assert_eq(fixture.files->read(fixture.input, 0, buffer, sizeof buffer, &n, NULL), TFEED_OK);
    cr_assert_gt(n, 0);
    fixture_clear(&fixture);
}

Test(local_file, size_follows_a_growing_file)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_OK);
    cr_assert_eq(truncate(fixture.path, 12345), 0);
    cr_assert_eq(fixture.files->input_size(fixture.input), 12345);
    fixture_clear(&fixture);
}

Test(local_file, missing_file_is_not_found_and_named)
{
    struct fixture fixture;
    fixture_init(&fixture);
    t_temp_path(&fixture.dir, "absent", fixture.path);
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_NOT_FOUND);
    cr_assert_eq(fixture.error.sys_errno, ENOENT);
    cr_assert_str_eq(fixture.error.path, fixture.path);
    cr_assert_null(fixture.input);
    fixture_clear(&fixture);
}

Test(local_file, folder_is_refused)
{
    struct fixture fixture;
    fixture_init(&fixture);
    cr_assert_neq(open_path(&fixture, fixture.dir.path), TFEED_OK);
    cr_assert_eq(fixture.error.sys_errno, EISDIR);
    fixture_clear(&fixture);
}

Test(local_file, unreadable_file_is_permission_denied)
{
    struct fixture fixture;
    if (geteuid() == 0)
        cr_skip("root reads everything");
    fixture_init(&fixture);
    cr_assert_eq(chmod(fixture.path, 0), 0);
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_PERMISSION_DENIED);
    fixture_clear(&fixture);
}

Test(local_file, dash_is_standard_input_where_it_stands)
{
    struct fixture fixture;
    char buffer[16];
    size_t n;
    fixture_init(&fixture);
    const int fd = open(fixture.path, O_RDONLY);
    cr_assert_geq(dup2(fd, STDIN_FILENO), 0);
    close(fd);
    cr_assert_eq(lseek(STDIN_FILENO, 3, SEEK_SET), 3);
    cr_assert_eq(open_path(&fixture, "-"), TFEED_OK);
    cr_assert_eq(fixture.files->input_size(fixture.input), TFEED_SIZE_UNKNOWN);
    cr_assert_eq(fixture.files->read(fixture.input, 0, buffer, 16, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 7);
    cr_assert_eq(memcmp(buffer, "3456789", 7), 0);
    fixture.files->close_input(fixture.input);
    fixture.input = NULL;
    cr_assert_neq(fcntl(STDIN_FILENO, F_GETFD), -1); /* it is not ours to close */
    fixture_clear(&fixture);
}

Test(local_file, descriptors_are_closed_on_exec)
{
    struct fixture fixture;
    fixture_init(&fixture);
    const int next = open("/dev/null", O_RDONLY);
    close(next); /* the input gets this number */
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_OK);
    cr_assert_eq(fcntl(next, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    fixture_clear(&fixture);
}

Test(local_file, offset_beyond_four_gib_is_read)
{
    enum { LEN = 5 };
    const off_t offset = ((off_t)5 << 30) + 1;
    struct fixture fixture;
    char buffer[LEN];
    size_t n;
    fixture_init(&fixture);
    const int fd = open(fixture.path, O_WRONLY);
    const bool is_written = pwrite(fd, "above", LEN, offset) == LEN;
    close(fd);
    if (!is_written) {
        fixture_clear(&fixture);
        cr_skip("the disk takes no sparse file of 5 GiB");
    }
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_OK);
    cr_assert_eq(fixture.files->input_size(fixture.input), (uint64_t)offset + LEN);
    cr_assert_eq(fixture.files->read(fixture.input, (uint64_t)offset, buffer, LEN, &n, NULL),
                 TFEED_OK);
    cr_assert_eq(n, LEN);
    cr_assert_eq(memcmp(buffer, "above", LEN), 0);
    fixture_clear(&fixture);
}

/* Signals that interrupt a read. */

static void ignore_signal(int number)
{
    (void)number;
}

/* What another thread does to one that waits in a read: interrupts it, then feeds it. */
struct disturber {
    pthread_t victim;
    int fd;
};

static void *disturb(void *argument)
{
    enum { PAUSE_MS = 5 };
    const struct disturber *disturber = argument;
    for (int i = 0; i < 5; i++) {
        (void)poll(NULL, 0, PAUSE_MS); /* lets the victim come to wait */
        (void)pthread_kill(disturber->victim, SIGUSR1);
    }
    (void)poll(NULL, 0, PAUSE_MS);
    (void)!write(disturber->fd, "data", 4);
    return NULL;
}

Test(local_file, interrupted_read_goes_on)
{
    struct fixture fixture;
    struct sigaction action = {.sa_handler = ignore_signal}; /* without SA_RESTART */
    struct disturber disturber = {.victim = pthread_self()};
    pthread_t thread;
    char buffer[8];
    size_t n;
    fixture_init(&fixture);
    cr_assert_eq(sigaction(SIGUSR1, &action, NULL), 0);
    t_temp_path(&fixture.dir, "fifo", fixture.path);
    cr_assert_eq(mkfifo(fixture.path, 0600), 0);
    disturber.fd = open(fixture.path, O_RDWR); /* so that opening does not wait */
    cr_assert_eq(open_path(&fixture, fixture.path), TFEED_OK);
    cr_assert_eq(fixture.files->input_size(fixture.input), TFEED_SIZE_UNKNOWN);
    cr_assert_eq(pthread_create(&thread, NULL, disturb, &disturber), 0);
    cr_assert_eq(fixture.files->read(fixture.input, 0, buffer, sizeof buffer, &n, &fixture.error),
                 TFEED_OK, "%s", fixture.error.message);
    cr_assert_eq(n, 4);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    close(disturber.fd);
    fixture_clear(&fixture);
}

Test(local_file, each_failing_allocation_is_resource_exhausted)
{
    struct fixture fixture;
    fixture_init(&fixture);
    T_FAIL_EACH_ALLOC(allocator, {
        void *input = NULL;
        struct tfeed_bytes content = {.block = NULL};
        tfeed_status status =
            fixture.files->open_input(NULL, fixture.path, allocator, &input, NULL);
        if (status == TFEED_OK) {
            status = fixture.files->map(input, &content, NULL);
            fixture.files->close_input(input);
        }
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_block_unref(content.block);
    });
    fixture_clear(&fixture);
}
