/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_text_line_work.c - lines of a file, however its bytes come.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/record_bytes.h"
#include "tests/unit/readers/kind_fixture.h"

static void open_lines(struct kind_fixture *kind, int64_t skip_header_lines)
{
    cr_assert_eq(
        tfeed_text_line_reader_new(skip_header_lines, &kind->options, &kind->reader, &kind->error),
        TFEED_OK, "%s", kind->error.message);
    kind_enqueue(kind, "f");
}

/* A reader of one file with this text. */
static void init_lines(struct kind_fixture *kind, const char *text)
{
    kind_init_text(kind, text);
    open_lines(kind, 0);
    kind_close_names(kind);
}

/* --- what a line is ------------------------------------------------------------------------ */

Test(text_line_work, lines_are_numbered_from_one)
{
    struct kind_fixture kind;
    init_lines(&kind, "one\ntwo\n");
    expect_record(&kind, "f:1", "one");
    expect_record(&kind, "f:2", "two");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    cr_assert(counters_are(&kind, 2, 1));
    kind_clear(&kind);
}

Test(text_line_work, last_line_needs_no_end)
{
    struct kind_fixture kind;
    init_lines(&kind, "one\ntwo");
    expect_record(&kind, "f:1", "one");
    expect_record(&kind, "f:2", "two");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    kind_clear(&kind);
}

Test(text_line_work, empty_lines_are_lines)
{
    struct kind_fixture kind;
    init_lines(&kind, "\n\nx\n");
    expect_record(&kind, "f:1", "");
    expect_record(&kind, "f:2", "");
    expect_record(&kind, "f:3", "x");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    kind_clear(&kind);
}

Test(text_line_work, one_cr_before_an_end_goes_and_others_stay)
{
    struct kind_fixture kind;
    init_lines(&kind, "a\r\nb\rc\r\r\n\r\nd\r");
    expect_record(&kind, "f:1", "a");
    expect_record(&kind, "f:2", "b\rc\r");
    expect_record(&kind, "f:3", "");
    expect_record(&kind, "f:4", "d");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    kind_clear(&kind);
}

Test(text_line_work, cr_alone_is_no_last_line)
{
    struct kind_fixture kind;
    init_lines(&kind, "a\n\r");
    expect_record(&kind, "f:1", "a");
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    kind_clear(&kind);
}

Test(text_line_work, nul_bytes_are_part_of_lines)
{
    struct kind_fixture kind;
    kind_init(&kind, "a\0b\nc\0", 6);
    open_lines(&kind, 0);
    cr_assert_eq(kind_read(&kind), TFEED_OK);
    cr_assert(bytes_are(tfeed_tensor_strings(&kind.value), "a\0b", 3));
    cr_assert_eq(kind_read(&kind), TFEED_OK);
    cr_assert(bytes_are(tfeed_tensor_strings(&kind.value), "c\0", 2));
    kind_clear(&kind);
}

/* --- headers ------------------------------------------------------------------------------- */

Test(text_line_work, header_lines_are_skipped_in_each_file_and_counted)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "head\none\n");
    open_lines(&kind, 1);
    kind_enqueue(&kind, "g");
    expect_record(&kind, "f:2", "one");
    expect_record(&kind, "g:2", "one");
    kind_clear(&kind);
}

Test(text_line_work, file_shorter_than_its_header_is_empty)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "head\none");
    open_lines(&kind, 9);
    kind_enqueue(&kind, "g");
    kind_close_names(&kind);
    cr_assert_eq(kind_read(&kind), TFEED_OUT_OF_RANGE);
    cr_assert(counters_are(&kind, 0, 2));
    kind_clear(&kind);
}

Test(text_line_work, negative_header_is_refused)
{
    struct tfeed_reader *reader = NULL;
    struct tfeed_error error;
    cr_assert_eq(tfeed_text_line_reader_new(-1, NULL, &reader, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "skip_header_lines must be >= 0 not -1");
}

/* --- pieces -------------------------------------------------------------------------------- */

/* The lines of a text by the rules alone: the next one from *at on, NULL at the end. */
static const uint8_t *naive_line(const uint8_t *text, size_t text_len, size_t *at, size_t *ret_len)
{
    const size_t start = *at;
    size_t end = start;
    while (end < text_len && text[end] != '\n')
        end++;
    const bool is_last = end == text_len;
    *at = is_last ? end : end + 1;
    *ret_len = end - start;
    if (*ret_len > 0 && text[end - 1] == '\r')
        --*ret_len;
    return is_last && *ret_len == 0 ? NULL : text + start;
}

static void expect_naive_lines(struct kind_fixture *kind, const uint8_t *text, size_t text_len)
{
    const uint8_t *line;
    size_t at = 0, len = 0, n = 0;
    while ((line = naive_line(text, text_len, &at, &len)) != NULL) {
        n++;
        cr_assert_eq(kind_read(kind), TFEED_OK, "line %zu: %s", n, kind->error.message);
        cr_assert(bytes_are(tfeed_tensor_strings(&kind->value), line, len), "line %zu", n);
    }
    cr_assert_eq(kind_read(kind), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_reader_n_records_produced(kind->reader), (int64_t)n);
}

ParameterizedTestParameters(text_line_work, any_read_size_gives_the_same_lines)
{
    static size_t sizes[] = {1, 2, 3, 7, 4096, 0};
    return cr_make_param_array(size_t, sizes, sizeof sizes / sizeof sizes[0]);
}

ParameterizedTest(size_t *size, text_line_work, any_read_size_gives_the_same_lines)
{
    enum { N_BYTES = 20000 };
    static const char alphabet[] = "\n\r\rabcdefgh";
    static uint8_t text[N_BYTES];
    struct kind_fixture kind;
    uint32_t random = 7;
    for (size_t i = 0; i < N_BYTES; i++)
        text[i] = (uint8_t)alphabet[next_random(&random) % (sizeof alphabet - 1)];
    kind_init(&kind, text, N_BYTES);
    kind.files.max_read = *size;
    kind.files.hide_size = *size % 2 != 0;
    open_lines(&kind, 0);
    kind_close_names(&kind);
    expect_naive_lines(&kind, text, N_BYTES);
    kind_clear(&kind);
}

/* Lines of all lengths around the size of a block, over many blocks. */
Test(text_line_work, lines_longer_than_blocks_come_whole)
{
    static const size_t lens[] = {100, 262143, 262144, 262145, 0, 700000, 1, 1500000, 5};
    size_t len = 0;
    struct kind_fixture kind;
    uint8_t *text = malloc(8 << 20);
    cr_assert_not_null(text);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        memset(text + len, 'a' + (int)i, lens[i]);
        text[len + lens[i]] = '\n';
        len += lens[i] + 1;
    }
    kind_init(&kind, text, len);
    open_lines(&kind, 0);
    kind_close_names(&kind);
    expect_naive_lines(&kind, text, len);
    kind_clear(&kind);
    free(text);
}

Test(text_line_work, values_kept_are_not_overwritten_by_later_blocks)
{
    enum { N_LINES = 4000, LINE_BYTES = 400 };
    struct kind_fixture kind;
    char *text = malloc((size_t)N_LINES * LINE_BYTES + 1);
    cr_assert_not_null(text);
    for (int i = 0; i < N_LINES; i++)
        (void)snprintf(text + (size_t)i * LINE_BYTES, LINE_BYTES + 1, "%0*d\n", LINE_BYTES - 1, i);
    kind_init(&kind, text, (size_t)N_LINES * LINE_BYTES);
    open_lines(&kind, 0);
    cr_assert_eq(kind_read_up_to(&kind, N_LINES), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&kind.value), N_LINES);
    for (int i = 0; i < N_LINES; i++)
        cr_assert(bytes_are(&tfeed_tensor_strings(&kind.value)[i], text + (size_t)i * LINE_BYTES,
                            LINE_BYTES - 1),
                  "line %d", i);
    kind_clear(&kind);
    free(text);
}

Test(text_line_work, mapped_file_gives_views_of_its_map)
{
    struct kind_fixture kind;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    t_temp_dir_init(&dir);
    kind_init_text(&kind, "");
    kind.options.file_system = NULL;
    cr_assert_eq(tfeed_text_line_reader_new(0, &kind.options, &kind.reader, NULL), TFEED_OK);
    t_write_file(t_temp_path(&dir, "lines", path), "one\ntwo\nthree\n", 14);
    kind_enqueue(&kind, path);
    cr_assert_eq(kind_read_up_to(&kind, 9), TFEED_OK);
    const struct tfeed_bytes *lines = tfeed_tensor_strings(&kind.value);
    cr_assert_eq(tfeed_tensor_n_elements(&kind.value), 3);
    cr_assert_eq(lines[1].data, lines[0].data + 4, "nothing is copied");
    cr_assert_eq(lines[1].block, lines[0].block);
    kind_clear(&kind);
    t_temp_dir_clear(&dir);
}

/* --- limits, damage, errors ---------------------------------------------------------------- */

Test(text_line_work, line_beyond_the_limit_is_refused_again_and_again)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "12345\r\n123456\n1\n");
    kind.options.max_record_bytes = 5;
    open_lines(&kind, 0);
    expect_record(&kind, "f:1", "12345");
    for (int i = 0; i < 3; i++)
        cr_assert_eq(kind_read(&kind), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_not_null(strstr(kind.error.message, "line 2"));
    kind_clear(&kind);
}

Test(text_line_work, last_line_beyond_the_limit_is_refused)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "123456");
    kind.options.max_record_bytes = 5;
    open_lines(&kind, 0);
    cr_assert_eq(kind_read(&kind), TFEED_RESOURCE_EXHAUSTED);
    kind_clear(&kind);
}

Test(text_line_work, endless_line_costs_memory_for_the_limit_only)
{
    enum { N_BYTES = 8 << 20, LIMIT = 1 << 20 };
    struct kind_fixture kind;
    struct t_allocator allocator;
    uint8_t *text = calloc(1, N_BYTES);
    cr_assert_not_null(text);
    t_allocator_init(&allocator);
    kind_init(&kind, text, N_BYTES);
    kind.options.allocator = &allocator.hooks;
    kind.options.max_record_bytes = LIMIT;
    open_lines(&kind, 0);
    cr_assert_eq(kind_read(&kind), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_leq(t_outstanding_bytes(&allocator), 4 * LIMIT);
    kind_clear(&kind);
    free(text);
}

Test(text_line_work, read_error_is_met_again_and_good_lines_come_first)
{
    struct kind_fixture kind;
    kind_init_text(&kind, "one\ntwo\nthree\n");
    kind.files.fail_read_at = 9;
    open_lines(&kind, 0);
    expect_record(&kind, "f:1", "one");
    expect_record(&kind, "f:2", "two");
    cr_assert_eq(kind_read(&kind), TFEED_UNKNOWN);
    cr_assert_eq(kind_read(&kind), TFEED_UNKNOWN);
    kind.files.fail_read_at = T_NEVER;
    expect_record(&kind, "f:3", "three");
    kind_clear(&kind);
}

Test(text_line_work, compressed_lines_come_and_a_cut_stream_is_damage_where_asked)
{
    struct kind_fixture kind;
    size_t len;
    uint8_t *deflated = t_deflate("one\ntwo\nthree\n", 14, 31, &len);
    for (int cut = 0; cut < 2; cut++) {
        kind_init(&kind, deflated, cut ? len - 4 : len);
        kind.options.compression = TFEED_COMPRESSION_GZIP;
        kind.options.tail = TFEED_TAIL_STRICT;
        open_lines(&kind, 1);
        kind_close_names(&kind);
        expect_record(&kind, "f:2", "two");
        expect_record(&kind, "f:3", "three");
        for (int i = 0; i < 2; i++)
            cr_assert_eq(kind_read(&kind), cut ? TFEED_DATA_LOSS : TFEED_OUT_OF_RANGE);
        kind_clear(&kind);
    }
    free(deflated);
}

/* Damage of any kind ends in a status, and within the file's lines. */
Test(text_line_work, damaged_streams_end)
{
    enum { N_BYTES = 4000 };
    static char text[N_BYTES];
    uint32_t random = 11;
    size_t len;
    for (size_t i = 0; i < N_BYTES; i++)
        text[i] = (char)(next_random(&random) % 9 == 0 ? '\n' : 'a' + next_random(&random) % 26);
    uint8_t *deflated = t_deflate(text, N_BYTES, 31, &len);
    for (int round = 0; round < 300; round++) {
        struct kind_fixture kind;
        tfeed_status status;
        int n = 0;
        const size_t at = next_random(&random) % len;
        const uint8_t kept = deflated[at];
        deflated[at] ^= (uint8_t)(1u << round % 8);
        kind_init(&kind, deflated, round % 3 == 0 ? at : len);
        kind.files.max_read = 1 + (size_t)round % 5;
        kind.options.compression = TFEED_COMPRESSION_GZIP;
        kind.options.tail = round % 2 == 0 ? TFEED_TAIL_STRICT : TFEED_TAIL_TENSORFLOW;
        open_lines(&kind, round % 4);
        kind_close_names(&kind);
        while ((status = kind_read_up_to(&kind, 100)) == TFEED_OK && n < N_BYTES)
            n++;
        cr_assert(status == TFEED_OUT_OF_RANGE || status == TFEED_DATA_LOSS, "%s",
                  tfeed_status_name(status));
        kind_clear(&kind);
        deflated[at] = kept;
    }
    free(deflated);
}

Test(text_line_work, no_memory_is_reported)
{
    static char text[600000];
    struct kind_fixture kind;
    memset(text, 'x', sizeof text);
    kind_init(&kind, text, sizeof text);
    T_FAIL_EACH_ALLOC(allocator, {
        kind.options.allocator = allocator;
        kind.reader = NULL;
        tfeed_status status = tfeed_text_line_reader_new(0, &kind.options, &kind.reader, NULL);
        kind_enqueue(&kind, "f");
        if (status == TFEED_OK)
            status = kind_read(&kind);
        T_EXPECT_ALLOC_STATUS(status);
        kind_clear_records(&kind);
        tfeed_reader_unref(kind.reader);
    });
    kind.reader = NULL;
    kind_clear(&kind);
}
