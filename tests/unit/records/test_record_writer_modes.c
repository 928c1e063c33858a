/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_record_writer_modes.c - files written in place and appended to: what a reader next to the
 * writer sees, what a crash leaves, and how it is gone on with.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tfeed/index.h>
#include <tfeed/records.h>

#include "core/thread_internal.h"
#include "tests/support/record_bytes.h"
#include "tests/support/support.h"

static const char *const name = "f.tfrecords";

/* Files in memory, and the writer's options. */
struct fixture {
    struct tfeed_memory_files *files;
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    struct tfeed_error error;
};

static void fixture_init(struct fixture *fixture, enum tfeed_compression compression,
                         enum tfeed_write_mode mode)
{
    *fixture = (struct fixture){.error = TFEED_ERROR_INIT};
    cr_assert_eq(tfeed_memory_files_new(NULL, &fixture->files, NULL), TFEED_OK);
    tfeed_record_writer_options_init(&fixture->options);
    fixture->options.compression = compression;
    fixture->options.mode = mode;
    fixture->options.file_system = tfeed_memory_files_system(fixture->files);
}

static tfeed_status open_writer(struct fixture *fixture)
{
    return tfeed_record_writer_open(name, &fixture->options, &fixture->writer, &fixture->error);
}

static void end_writer(struct fixture *fixture)
{
    tfeed_record_writer_free(fixture->writer);
    fixture->writer = NULL;
}

static void fixture_clear(struct fixture *fixture)
{
    end_writer(fixture);
    tfeed_memory_files_free(fixture->files);
    cr_assert_not(t_has_leaks());
}

/* Record number i of every test. */
static size_t record_len(size_t i)
{
    return i % 5 == 4 ? 300000 : 1000 * (i % 3);
}

static void write_records(struct fixture *fixture, size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++) {
        uint8_t *payload = malloc(record_len(i) + 1);
        for (size_t k = 0; k < record_len(i); k++)
            payload[k] = t_pattern((unsigned)i, k) & 0x3f;
        cr_assert_eq(tfeed_record_writer_n_records(fixture->writer), i);
        cr_assert_eq(
            tfeed_record_writer_write(fixture->writer, payload, record_len(i), &fixture->error),
            TFEED_OK, "%s", fixture->error.message);
        free(payload);
    }
}

/* The file holds the first n records; its end is that. */
static void expect_records(struct fixture *fixture, size_t n, tfeed_status end)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    tfeed_status status;
    tfeed_record_reader_options_init(&options);
    options.file_system = fixture->options.file_system;
    options.compression = fixture->options.compression;
    cr_assert_eq(tfeed_record_reader_open(name, &options, &reader, NULL), TFEED_OK);
    size_t i = 0;
    for (; (status = tfeed_record_reader_next(reader, &view, &fixture->error)) == TFEED_OK; i++) {
        cr_assert_eq(view.len, record_len(i));
        for (size_t k = 0; k < view.len; k++)
            cr_assert_eq(view.data[k], t_pattern((unsigned)i, k) & 0x3f);
    }
    cr_assert_eq(i, n, "%zu records, expected %zu: %s", i, n, fixture->error.message);
    cr_assert_eq(status, end, "%s", fixture->error.message);
    tfeed_record_reader_close(reader);
}

static size_t file_size(struct fixture *fixture)
{
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(fixture->files, name, &content, NULL), TFEED_OK);
    tfeed_block_unref(content.block);
    return content.len;
}

/* The file loses its end, or gets another one. */
static void change_end(struct fixture *fixture, size_t len, const char *behind, size_t n_behind)
{
    struct tfeed_bytes content;
    cr_assert_eq(tfeed_memory_files_get(fixture->files, name, &content, NULL), TFEED_OK);
    cr_assert_leq(len, content.len);
    uint8_t *changed = malloc(len + n_behind + 1);
    memcpy(changed, content.data, len);
    if (n_behind > 0)
        memcpy(changed + len, behind, n_behind);
    tfeed_block_unref(content.block);
    cr_assert_eq(tfeed_memory_files_put(fixture->files, name, changed, len + n_behind, NULL),
                 TFEED_OK);
    free(changed);
}

/* A compression with the threads that do it. */
struct way {
    enum tfeed_compression compression;
    unsigned n_threads;
};

static struct way ways[] = {
    {TFEED_COMPRESSION_NONE, 0},   {TFEED_COMPRESSION_GZIP, 0},   {TFEED_COMPRESSION_GZIP, 2},
    {TFEED_COMPRESSION_SNAPPY, 0}, {TFEED_COMPRESSION_SNAPPY, 2},
};
enum { N_WAYS = sizeof ways / sizeof ways[0] };

ParameterizedTestParameters(record_writer_modes, flushed_records_are_seen_while_the_file_grows)
{
    return cr_make_param_array(struct way, ways, N_WAYS);
}

ParameterizedTest(struct way *way, record_writer_modes,
                  flushed_records_are_seen_while_the_file_grows)
{
    struct fixture fixture;
    fixture_init(&fixture, way->compression, TFEED_WRITE_IN_PLACE);
    fixture.options.n_threads = way->n_threads;
    cr_assert_eq(open_writer(&fixture), TFEED_OK, "%s", fixture.error.message);
    expect_records(&fixture, 0, TFEED_OUT_OF_RANGE);
    for (size_t n = 0; n < 12; n += 3) {
        write_records(&fixture, n, 3);
        cr_assert_eq(tfeed_record_writer_flush(fixture.writer, NULL), TFEED_OK);
        expect_records(&fixture, n + 3, TFEED_OUT_OF_RANGE);
    }
    write_records(&fixture, 12, 1);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    expect_records(&fixture, 13, TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

/* ZLIB has one end, which a file that grows does not have. */
Test(record_writer_modes, flushed_zlib_records_are_seen_without_an_end)
{
    for (unsigned n_threads = 0; n_threads < 3; n_threads += 2) {
        struct fixture fixture;
        fixture_init(&fixture, TFEED_COMPRESSION_ZLIB, TFEED_WRITE_IN_PLACE);
        fixture.options.n_threads = n_threads;
        cr_assert_eq(open_writer(&fixture), TFEED_OK);
        write_records(&fixture, 0, 6);
        cr_assert_eq(tfeed_record_writer_flush(fixture.writer, NULL), TFEED_OK);
        expect_records(&fixture, 6, TFEED_DATA_LOSS);
        cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
        expect_records(&fixture, 6, TFEED_OUT_OF_RANGE);
        fixture_clear(&fixture);
    }
}

ParameterizedTestParameters(record_writer_modes, crash_leaves_what_was_flushed)
{
    return cr_make_param_array(struct way, ways, N_WAYS);
}

ParameterizedTest(struct way *way, record_writer_modes, crash_leaves_what_was_flushed)
{
    struct fixture fixture;
    fixture_init(&fixture, way->compression, TFEED_WRITE_IN_PLACE);
    fixture.options.n_threads = way->n_threads;
    fixture.options.buffer_bytes = 100;
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    write_records(&fixture, 0, 7);
    cr_assert_eq(tfeed_record_writer_flush(fixture.writer, NULL), TFEED_OK);
    const size_t size = file_size(&fixture);
    write_records(&fixture, 7, 8);
    end_writer(&fixture); /* nobody closes it */
    cr_assert_geq(file_size(&fixture), size);
    change_end(&fixture, size, "", 0);
    expect_records(&fixture, 7, TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

ParameterizedTestParameters(record_writer_modes, appended_records_follow_those_that_were_there)
{
    return cr_make_param_array(struct way, ways, N_WAYS);
}

ParameterizedTest(struct way *way, record_writer_modes,
                  appended_records_follow_those_that_were_there)
{
    struct fixture fixture;
    size_t n = 0;
    fixture_init(&fixture, way->compression, TFEED_WRITE_APPEND);
    fixture.options.n_threads = way->n_threads;
    for (size_t round = 0; round < 5; round++) { /* the first makes the file; the third adds none */
        cr_assert_eq(open_writer(&fixture), TFEED_OK, "%s", fixture.error.message);
        const size_t n_more = round == 2 ? 0 : 2 * round + 1;
        const size_t size = file_size(&fixture);
        write_records(&fixture, n, n_more);
        n += n_more;
        cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
        end_writer(&fixture);
        cr_assert_eq(file_size(&fixture) > size, n_more > 0);
        expect_records(&fixture, n, TFEED_OUT_OF_RANGE);
    }
    fixture_clear(&fixture);
}

/* A file that appeared whole, with TensorFlow's bytes, is gone on with. */
ParameterizedTestParameters(record_writer_modes, whole_file_is_appended_to)
{
    return cr_make_param_array(struct way, ways, N_WAYS);
}

ParameterizedTest(struct way *way, record_writer_modes, whole_file_is_appended_to)
{
    struct fixture fixture;
    fixture_init(&fixture, way->compression, TFEED_WRITE_WHOLE);
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    write_records(&fixture, 0, 10);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    const uint64_t offset = tfeed_record_writer_offset(fixture.writer);
    end_writer(&fixture);
    fixture.options.mode = TFEED_WRITE_APPEND;
    fixture.options.n_threads = way->n_threads;
    cr_assert_eq(open_writer(&fixture), TFEED_OK, "%s", fixture.error.message);
    cr_assert_eq(tfeed_record_writer_offset(fixture.writer), offset);
    write_records(&fixture, 10, 3);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    expect_records(&fixture, 13, TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

/* Three records flushed, three more, and the file cut at a byte of those. */
static size_t make_torn(struct fixture *fixture, const struct way *way, size_t *ret_flushed)
{
    fixture_init(fixture, way->compression, TFEED_WRITE_IN_PLACE);
    fixture->options.n_threads = way->n_threads;
    cr_assert_eq(open_writer(fixture), TFEED_OK);
    write_records(fixture, 0, 3);
    cr_assert_eq(tfeed_record_writer_flush(fixture->writer, NULL), TFEED_OK);
    *ret_flushed = file_size(fixture);
    write_records(fixture, 3, 3);
    cr_assert_eq(tfeed_record_writer_close(fixture->writer, NULL), TFEED_OK);
    end_writer(fixture);
    fixture->options.mode = TFEED_WRITE_APPEND;
    return file_size(fixture);
}

ParameterizedTestParameters(record_writer_modes, torn_tail_is_refused_then_cut_off)
{
    return cr_make_param_array(struct way, ways, N_WAYS);
}

ParameterizedTest(struct way *way, record_writer_modes, torn_tail_is_refused_then_cut_off)
{
    struct fixture fixture;
    size_t flushed;
    const size_t size = make_torn(&fixture, way, &flushed);
    fixture_clear(&fixture);
    for (size_t step = 1; flushed + step < size; step = 3 * step + 1) {
        (void)make_torn(&fixture, way, &flushed);
        change_end(&fixture, flushed + step, "", 0);
        fixture.options.cut_torn_tail = false;
        cr_assert_eq(open_writer(&fixture), TFEED_DATA_LOSS, "cut %zu behind", step);
        cr_assert_not_null(strstr(fixture.error.message, name));
        cr_assert_geq(fixture.error.record, 3);
        cr_assert_eq(file_size(&fixture), flushed + step); /* as it was */
        fixture.options.cut_torn_tail = true;
        cr_assert_eq(open_writer(&fixture), TFEED_OK, "cut %zu: %s", step, fixture.error.message);
        const size_t n = (size_t)tfeed_record_writer_n_records(fixture.writer);
        cr_assert_geq(n, 3);
        expect_records(&fixture, n, TFEED_OUT_OF_RANGE);
        write_records(&fixture, n, 2);
        cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
        expect_records(&fixture, n + 2, TFEED_OUT_OF_RANGE);
        fixture_clear(&fixture);
    }
}

/* What a crash of the machine leaves: zeros, or a last payload that never reached the disk. */
Test(record_writer_modes, zeros_behind_the_records_are_a_torn_tail)
{
    struct way plain = {TFEED_COMPRESSION_NONE, 0};
    static const char zeros[5000];
    static const size_t n_zeros[] = {1, 11, 12, 16, 5000};
    for (size_t i = 0; i < sizeof n_zeros / sizeof n_zeros[0]; i++) {
        struct fixture fixture;
        size_t flushed;
        (void)make_torn(&fixture, &plain, &flushed);
        change_end(&fixture, flushed, zeros, n_zeros[i]);
        cr_assert_eq(open_writer(&fixture), TFEED_DATA_LOSS);
        fixture.options.cut_torn_tail = true;
        cr_assert_eq(open_writer(&fixture), TFEED_OK);
        cr_assert_eq(tfeed_record_writer_n_records(fixture.writer), 3);
        cr_assert_eq(file_size(&fixture), flushed);
        fixture_clear(&fixture);
    }
}

Test(record_writer_modes, wrong_last_payload_is_a_torn_tail)
{
    struct way plain = {TFEED_COMPRESSION_NONE, 0};
    struct fixture fixture;
    size_t flushed;
    (void)make_torn(&fixture, &plain, &flushed);
    change_end(&fixture, flushed - 5, "x", 1);
    change_end(&fixture, flushed - 4, "abcd", 4);
    cr_assert_eq(open_writer(&fixture), TFEED_DATA_LOSS);
    cr_assert_eq(fixture.error.record, 2);
    fixture.options.cut_torn_tail = true;
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_n_records(fixture.writer), 2);
    write_records(&fixture, 2, 1);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    expect_records(&fixture, 3, TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

/* Damage that no crash makes is never cut off: who knows what lies behind. */
Test(record_writer_modes, damage_in_the_middle_is_refused)
{
    struct way plain = {TFEED_COMPRESSION_NONE, 0};
    struct fixture fixture;
    struct tfeed_bytes content;
    size_t flushed;
    (void)make_torn(&fixture, &plain, &flushed);
    cr_assert_eq(tfeed_memory_files_get(fixture.files, name, &content, NULL), TFEED_OK);
    uint8_t *changed = malloc(content.len);
    memcpy(changed, content.data, content.len);
    changed[16] ^= 1; /* the length of record 1 */
    cr_assert_eq(tfeed_memory_files_put(fixture.files, name, changed, content.len, NULL), TFEED_OK);
    free(changed);
    fixture.options.cut_torn_tail = true;
    cr_assert_eq(open_writer(&fixture), TFEED_DATA_LOSS);
    cr_assert_eq(fixture.error.record, 1);
    cr_assert_eq(file_size(&fixture), content.len);
    tfeed_block_unref(content.block);
    fixture_clear(&fixture);
}

/* One long member that was cut has no border but the start: its records are not thrown away. */
Test(record_writer_modes, cut_gzip_file_without_a_border_is_refused)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_COMPRESSION_GZIP, TFEED_WRITE_WHOLE);
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    write_records(&fixture, 0, 12);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    end_writer(&fixture);
    change_end(&fixture, file_size(&fixture) - 5, "", 0);
    fixture.options.mode = TFEED_WRITE_APPEND;
    fixture.options.cut_torn_tail = true;
    cr_assert_eq(open_writer(&fixture), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

Test(record_writer_modes, other_compression_than_said_is_refused)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_COMPRESSION_GZIP, TFEED_WRITE_WHOLE);
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    write_records(&fixture, 0, 3);
    cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
    end_writer(&fixture);
    fixture.options.mode = TFEED_WRITE_APPEND;
    fixture.options.cut_torn_tail = true;
    fixture.options.compression = TFEED_COMPRESSION_NONE;
    cr_assert_eq(open_writer(&fixture), TFEED_DATA_LOSS);
    fixture.options.compression = TFEED_COMPRESSION_SNAPPY;
    cr_assert_eq(open_writer(&fixture), TFEED_DATA_LOSS);
    fixture.options.compression = TFEED_COMPRESSION_GZIP;
    expect_records(&fixture, 3, TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}

Test(record_writer_modes, existing_file_is_refused_in_place_unless_overwritten)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_COMPRESSION_NONE, TFEED_WRITE_IN_PLACE);
    cr_assert_eq(tfeed_memory_files_put(fixture.files, name, "old", 3, NULL), TFEED_OK);
    cr_assert_eq(open_writer(&fixture), TFEED_ALREADY_EXISTS);
    cr_assert_eq(file_size(&fixture), 3);
    fixture.options.overwrite = true;
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    cr_assert_eq(file_size(&fixture), 0);
    fixture_clear(&fixture);
}

/* In place the pieces that are written end between two records. */
Test(record_writer_modes, unflushed_file_ends_between_two_records)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_COMPRESSION_NONE, TFEED_WRITE_IN_PLACE);
    fixture.options.buffer_bytes = 5000;
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    for (size_t i = 0; i < 4; i++)
        write_records(&fixture, i, 1);
    cr_assert_eq(tfeed_memory_files_n_pending(fixture.files, name), 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(
            tfeed_record_writer_write(fixture.writer, "12345678901234567890", 1000 / 50, NULL),
            TFEED_OK);
    cr_assert_eq(tfeed_record_writer_write(fixture.writer, (const uint8_t[2000]){0}, 2000, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_memory_files_n_pending(fixture.files, name),
                 4 * 16 + 3000 + 3 * 36); /* the last one did not fit, and waits */
    fixture_clear(&fixture);
}

Test(record_writer_modes, index_is_written_with_the_file_and_goes_on)
{
    for (size_t i = 0; i < N_WAYS; i++) {
        struct fixture fixture;
        struct tfeed_index_options index_options;
        struct tfeed_index *index;
        fixture_init(&fixture, ways[i].compression, TFEED_WRITE_WHOLE);
        fixture.options.index = true;
        size_t n = 0;
        for (int round = 0; round < 3; round++) {
            cr_assert_eq(open_writer(&fixture), TFEED_OK, "%s", fixture.error.message);
            write_records(&fixture, n, 4);
            n += 4;
            cr_assert_eq(tfeed_record_writer_close(fixture.writer, &fixture.error), TFEED_OK, "%s",
                         fixture.error.message);
            end_writer(&fixture);
            tfeed_index_options_init(&index_options);
            index_options.file_system = fixture.options.file_system;
            cr_assert_eq(tfeed_index_open(name, &index_options, &index, &fixture.error), TFEED_OK,
                         "%s", fixture.error.message);
            cr_assert_eq(tfeed_index_count(index), n);
            tfeed_index_close(index);
            fixture.options.mode = TFEED_WRITE_APPEND;
            fixture.options.n_threads = ways[i].n_threads;
        }
        fixture_clear(&fixture);
    }
}

/* The same on a disk, with a process that is killed. */
Test(record_writer_modes, killed_recorder_leaves_what_was_flushed_and_is_gone_on_with)
{
    enum { N_ROUNDS = 3, N_FLUSHED = 20 };
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    struct tfeed_record_writer_options options;
    t_temp_dir_init(&dir);
    t_temp_path(&dir, name, path);
    for (size_t i = 0; i < N_WAYS; i++) {
        (void)unlink(path);
        tfeed_record_writer_options_init(&options);
        options.compression = ways[i].compression;
        options.mode = TFEED_WRITE_APPEND;
        options.cut_torn_tail = true;
        options.n_threads = ways[i].n_threads;
        options.buffer_bytes = 1000;
        for (uint64_t round = 0; round < N_ROUNDS; round++) {
            const pid_t recorder = fork();
            if (recorder == 0) { /* writes until it dies */
                struct tfeed_record_writer *writer;
                if (tfeed_record_writer_open(path, &options, &writer, NULL) != TFEED_OK)
                    _exit(1);
                for (int k = 0; k < 3 * N_FLUSHED / 2; k++)
                    if (tfeed_record_writer_write(writer, path, sizeof path, NULL) != TFEED_OK ||
                        (k == N_FLUSHED - 1 && tfeed_record_writer_flush(writer, NULL) != TFEED_OK))
                        _exit(2);
                (void)raise(SIGKILL);
            }
            int how;
            cr_assert_eq(waitpid(recorder, &how, 0), recorder);
            cr_assert(WIFSIGNALED(how), "way %zu, round %d: ended with %d", i, (int)round, how);
        }
        struct tfeed_record_writer *writer;
        cr_assert_eq(tfeed_record_writer_open(path, &options, &writer, NULL), TFEED_OK);
        cr_assert_geq(tfeed_record_writer_n_records(writer), N_ROUNDS * N_FLUSHED, "way %zu", i);
        tfeed_record_writer_free(writer);
    }
    t_temp_dir_clear(&dir);
}

Test(record_writer_modes, each_failing_allocation_is_resource_exhausted)
{
    struct fixture fixture;
    for (size_t i = 0; i < N_WAYS; i++) {
        fixture_init(&fixture, ways[i].compression, TFEED_WRITE_APPEND);
        fixture.options.n_threads = ways[i].n_threads;
        fixture.options.index = true;
        cr_assert_eq(open_writer(&fixture), TFEED_OK);
        write_records(&fixture, 0, 6);
        cr_assert_eq(tfeed_record_writer_close(fixture.writer, NULL), TFEED_OK);
        end_writer(&fixture);
        T_FAIL_EACH_ALLOC(allocator, {
            fixture.options.allocator = allocator;
            T_EXPECT_ALLOC_STATUS(open_writer(&fixture));
            end_writer(&fixture);
        });
        fixture.options.allocator = NULL;
        expect_records(&fixture, 6, TFEED_OUT_OF_RANGE);
        fixture_clear(&fixture);
    }
}

static void wait_ms(int64_t ms)
{
    const int64_t end_ns = tfi_clock_now_ns() + ms * 1000000;
    while (tfi_clock_now_ns() < end_ns) {}
}

Test(record_writer_modes, flush_comes_with_a_write_when_it_is_due)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_COMPRESSION_NONE, TFEED_WRITE_IN_PLACE);
    fixture.options.flush_ms = 3600000;
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    wait_ms(2);
    write_records(&fixture, 0, 2);
    expect_records(&fixture, 0, TFEED_OUT_OF_RANGE);
    end_writer(&fixture);

    fixture.options.overwrite = true;
    fixture.options.flush_ms = 1;
    cr_assert_eq(open_writer(&fixture), TFEED_OK);
    wait_ms(2);
    write_records(&fixture, 0, 1);
    expect_records(&fixture, 1, TFEED_OUT_OF_RANGE);
    fixture_clear(&fixture);
}
