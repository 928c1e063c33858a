/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_index_file.c - opening an index: what it says, when it is stale, and that nothing in it is
 * believed.
 */
#include <criterion/criterion.h>

#include "tests/unit/records/index_fixture.h"

enum { N_RECORDS = 3000, N_FEW = 5 };

/* --- what it says ---------------------------------------------------------------------------- */

Test(index_file, count_and_info_are_those_of_the_file)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make_and_open(&fixture);
    const struct tfeed_index_info *info = tfeed_index_info_get(fixture.index);
    cr_assert_eq(tfeed_index_count(fixture.index), N_RECORDS);
    cr_assert_eq(info->n_records, N_RECORDS);
    cr_assert_eq(info->n_bytes, fixture.len);
    cr_assert_eq(info->file_bytes, fixture.len);
    cr_assert_eq(info->compression, TFEED_COMPRESSION_NONE);
    cr_assert_str_eq(info->path, "f");
    cr_assert_str_eq(info->index_path, "f.tfidx");
    cr_assert_null(info->key_feature);
    cr_assert_eq(info->n_keys, 0);
    cr_assert_not(info->is_text);
    fixture_clear(&fixture);
}

Test(index_file, file_without_records_has_an_index)
{
    struct fixture fixture;
    uint64_t record;
    fixture_init(&fixture, 0, t_far_length);
    fixture_make_and_open(&fixture);
    cr_assert_eq(tfeed_index_count(fixture.index), 0);
    cr_assert_eq(tfeed_index_find(fixture.index, 0, &record, NULL), TFEED_OK);
    cr_assert_eq(record, 0);
    fixture_clear(&fixture);
}

Test(index_file, records_of_one_length_take_no_byte_each)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make_and_open(&fixture);
    free(fixture_get(&fixture, "f.tfidx", &len));
    cr_assert_eq(len, 80 + 3 * 12);
    for (size_t i = 0; i < N_RECORDS; i += 499)
        expect_read(&fixture, i);
    fixture_clear(&fixture);
}

Test(index_file, record_takes_as_many_bytes_as_lengths_differ_by)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_RECORDS, t_near_length);
    fixture_make(&fixture);
    free(fixture_get(&fixture, "f.tfidx", &len));
    cr_assert_eq(len, 80 + 3 * 12 + N_RECORDS);
    fixture_clear(&fixture);
}

Test(index_file, same_records_give_the_same_bytes)
{
    struct fixture fixture;
    size_t len, len_again;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make(&fixture);
    uint8_t *once = fixture_get(&fixture, "f.tfidx", &len);
    fixture_make(&fixture);
    uint8_t *again = fixture_get(&fixture, "f.tfidx", &len_again);
    cr_assert_eq(len, len_again);
    cr_assert_eq(memcmp(once, again, len), 0);
    free(once);
    free(again);
    fixture_clear(&fixture);
}

/* --- paths ----------------------------------------------------------------------------------- */

Test(index_file, path_of_the_index_opens_its_file)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_make(&fixture);
    cr_assert_eq(tfeed_index_open("f.tfidx", &fixture.options, &fixture.index, NULL), TFEED_OK);
    cr_assert_str_eq(tfeed_index_info_get(fixture.index)->path, "f");
    expect_read(&fixture, 3);
    fixture_clear(&fixture);
}

Test(index_file, index_of_another_folder_has_the_name_of_the_file)
{
    char *path;
    cr_assert_eq(tfi_index_path("a/b/c.tfrecords", "indexes", NULL, &path, NULL), TFEED_OK);
    cr_assert_str_eq(path, "indexes/c.tfrecords.tfidx");
    free(path);
    cr_assert_eq(tfi_index_path("c", "indexes/", NULL, &path, NULL), TFEED_OK);
    cr_assert_str_eq(path, "indexes/c.tfidx");
    free(path);
    cr_assert_eq(tfi_index_path("a/b/c", NULL, NULL, &path, NULL), TFEED_OK);
    cr_assert_str_eq(path, "a/b/c.tfidx");
    free(path);
}

Test(index_file, index_is_opened_where_the_options_say)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_make(&fixture);
    uint8_t *bytes = fixture_get(&fixture, "f.tfidx", &len);
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "there/f.tfidx", bytes, len, NULL),
                 TFEED_OK);
    fixture_put_index(&fixture, "nothing", 7);
    fixture.options.index_dir = "there";
    fixture_open(&fixture);
    fixture.options.index_dir = NULL;
    fixture.options.index_path = "there/f.tfidx";
    fixture_open(&fixture);
    free(bytes);
    fixture_clear(&fixture);
}

Test(index_file, missing_index_is_not_found_and_named)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    cr_assert_eq(fixture_try_open(&fixture), TFEED_NOT_FOUND);
    cr_assert_not_null(strstr(fixture.error.message, "f.tfidx"));
    fixture_clear(&fixture);
}

Test(index_file, something_else_is_no_index)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_put_index(&fixture, "{\"a\": 1}", 8);
    cr_assert_eq(fixture_try_open(&fixture), TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

Test(index_file, larger_options_are_refused)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture.options.struct_size++;
    cr_assert_eq(fixture_try_open(&fixture), TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

/* --- stale ----------------------------------------------------------------------------------- */

static void expect_stale(struct fixture *fixture)
{
    fixture_put(fixture);
    cr_assert_eq(fixture_try_open(fixture), TFEED_FAILED_PRECONDITION, "%s",
                 fixture->error.message);
    cr_assert_not_null(strstr(fixture->error.message, "stale"), "%s", fixture->error.message);
    fixture_clear(fixture);
}

Test(index_file, file_of_another_size_is_noticed)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make(&fixture);
    fixture.len = fixture.offsets[N_RECORDS - 1];
    expect_stale(&fixture);
}

Test(index_file, other_content_of_the_first_record_is_noticed)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make(&fixture);
    fixture.len = 0;
    t_add_frame(&fixture, 0, 20, 77);
    fixture.len = fixture.offsets[N_RECORDS];
    expect_stale(&fixture);
}

Test(index_file, other_content_of_the_last_record_is_noticed)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make(&fixture);
    fixture.len = fixture.offsets[N_RECORDS - 1];
    t_add_frame(&fixture, N_RECORDS - 1, 20, 77);
    expect_stale(&fixture);
}

/* The records between are as long together as they were, each for itself not. */
Test(index_file, other_lengths_between_equal_ends_are_noticed)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_equal_length);
    fixture_make(&fixture);
    fixture.len = fixture.offsets[1];
    for (size_t i = 1; i < N_RECORDS - 1; i++)
        t_add_frame(&fixture, i, i == 1 ? 25 : i == N_RECORDS - 2 ? 15 : 20, (unsigned)i);
    fixture.len = fixture.offsets[N_RECORDS];
    expect_stale(&fixture);
}

Test(index_file, file_that_is_no_longer_records_is_noticed)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_make(&fixture);
    memset(fixture.data, 'x', fixture.len);
    expect_stale(&fixture);
}

Test(index_file, index_is_not_written_for_another_file)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    const struct tfi_index_target target = fixture_target(&fixture);
    struct tfi_index_builder *builder = fixture_builder(&fixture);
    struct tfeed_bytes content;
    fixture.len--;
    fixture_put(&fixture);
    cr_assert_eq(tfi_index_builder_write(builder, &target, &fixture.error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_eq(tfeed_memory_files_get(fixture.memory, "f.tfidx", &content, NULL),
                 TFEED_NOT_FOUND);
    tfi_index_builder_free(builder);
    fixture_clear(&fixture);
}

/* --- damage ---------------------------------------------------------------------------------- */

/* Opens the index and asks it everything; the first status that is not OK. */
static tfeed_status ask_all(struct fixture *fixture)
{
    tfeed_status status = fixture_try_open(fixture);
    for (uint64_t i = 0; status == TFEED_OK && i < tfeed_index_count(fixture->index); i++) {
        struct tfeed_record_view view;
        status = tfeed_index_read(fixture->index, i, &view, &fixture->error);
    }
    return status;
}

Test(index_file, flipped_bit_anywhere_is_noticed)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_make(&fixture);
    cr_assert_eq(ask_all(&fixture), TFEED_OK);
    uint8_t *bytes = fixture_get(&fixture, "f.tfidx", &len);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        fixture_put_index(&fixture, bytes, len);
        const tfeed_status status = ask_all(&fixture);
        cr_assert(status == TFEED_DATA_LOSS || status == TFEED_INVALID_ARGUMENT ||
                      status == TFEED_UNIMPLEMENTED,
                  "bit %zu: %s", bit, tfeed_status_name(status));
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(bytes);
    fixture_clear(&fixture);
}

Test(index_file, cut_or_longer_index_is_noticed)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_make(&fixture);
    uint8_t *bytes = fixture_get(&fixture, "f.tfidx", &len);
    for (size_t n = 0; n <= len + 1; n++) {
        fixture_put_index(&fixture, bytes, n);
        cr_assert_eq(fixture_try_open(&fixture) == TFEED_OK, n == len, "%zu bytes", n);
    }
    free(bytes);
    fixture_clear(&fixture);
}

/* A header with right checksum and other numbers in front of the bytes that were there. */
static tfeed_status open_with_header(struct fixture *fixture, const struct tfi_index_header *header)
{
    size_t len;
    uint8_t *bytes = fixture_get(fixture, "f.tfidx", &len);
    uint8_t *changed = malloc(len);
    cr_assert_not_null(changed);
    memcpy(changed, bytes, len);
    tfi_index_header_store(changed, header);
    fixture_put_index(fixture, changed, len);
    const tfeed_status status = fixture_try_open(fixture);
    fixture_put_index(fixture, bytes, len);
    free(changed);
    free(bytes);
    return status;
}

static struct tfi_index_header header_of(struct fixture *fixture)
{
    size_t len;
    struct tfi_index_header header;
    struct tfi_index_layout layout;
    bool is_newer;
    uint8_t *bytes = fixture_get(fixture, "f.tfidx", &len);
    cr_assert_null(tfi_index_header_load(bytes, &header, &layout, &is_newer));
    free(bytes);
    return header;
}

Test(index_file, numbers_that_contradict_each_other_are_damage)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_make(&fixture);
    const struct tfi_index_header good = header_of(&fixture);
    struct tfi_index_header bad[12];
    for (size_t i = 0; i < 12; i++)
        bad[i] = good;
    bad[0].n_records = UINT64_MAX;
    bad[1].n_records = UINT64_C(1) << 60;
    bad[2].stream_bytes = UINT64_MAX;
    bad[3].min_length = UINT64_MAX;
    bad[4].length_bytes = 9;
    bad[5].last_offset = UINT64_MAX;
    bad[6].n_keys = 3;
    bad[7].key_name_bytes = UINT32_MAX;
    bad[8].record_bytes = 1;
    bad[9].compression = 0;
    bad[10].n_records = 0;
    bad[11].length_bytes = (uint8_t)(good.length_bytes + 1);
    cr_assert_eq(open_with_header(&fixture, &good), TFEED_OK);
    for (size_t i = 0; i < 12; i++)
        cr_assert_eq(open_with_header(&fixture, &bad[i]), TFEED_DATA_LOSS, "header %zu: %s", i,
                     fixture.error.message);
    fixture_clear(&fixture);
}

/* Many records in few bytes: nothing may be allocated for their number. */
Test(index_file, number_of_records_alone_allocates_nothing)
{
    struct fixture fixture;
    struct t_allocator allocator;
    fixture_init(&fixture, N_FEW, t_equal_length);
    fixture_make(&fixture);
    struct tfi_index_header header = header_of(&fixture);
    header.compression = TFEED_COMPRESSION_GZIP;
    header.n_records = 1000;
    header.stream_bytes = INT64_MAX;
    header.last_offset = INT64_MAX - 36;
    t_allocator_init(&allocator);
    fixture.options.allocator = &allocator.hooks;
    cr_assert_neq(open_with_header(&fixture, &header), TFEED_OK);
    cr_assert_eq(t_outstanding_bytes(&allocator), 0);
    fixture_clear(&fixture);
}

Test(index_file, later_version_is_unimplemented)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_FEW, t_equal_length);
    fixture_make(&fixture);
    uint8_t *bytes = fixture_get(&fixture, "f.tfidx", &len);
    tfi_store_le32(bytes + 12, 2);
    fixture_put_index(&fixture, bytes, len);
    cr_assert_eq(fixture_try_open(&fixture), TFEED_UNIMPLEMENTED);
    free(bytes);
    fixture_clear(&fixture);
}

/* Changes a byte of block 0 and makes its checksum right again. */
static tfeed_status ask_with_block(struct fixture *fixture, size_t at, uint8_t value)
{
    size_t len;
    uint8_t *bytes = fixture_get(fixture, "f.tfidx", &len);
    bytes[TFI_INDEX_HEADER_BYTES + at] = value;
    tfi_store_le32(
        bytes + TFI_INDEX_HEADER_BYTES,
        tfi_index_part_crc(bytes + TFI_INDEX_HEADER_BYTES, len - TFI_INDEX_HEADER_BYTES));
    fixture_put_index(fixture, bytes, len);
    free(bytes);
    return ask_all(fixture);
}

Test(index_file, block_that_begins_elsewhere_is_damage)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_make(&fixture);
    cr_assert_eq(ask_with_block(&fixture, 4, 1), TFEED_DATA_LOSS);
    fixture_make(&fixture);
    cr_assert_eq(ask_with_block(&fixture, 11, 0xff), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

Test(index_file, lengths_that_lead_out_of_the_file_are_damage)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    fixture_make(&fixture);
    cr_assert_eq(ask_with_block(&fixture, 13, 0xff), TFEED_DATA_LOSS);
    fixture_clear(&fixture);
}

/* --- compressed files ------------------------------------------------------------------------ */

static void make_compressed(struct fixture *fixture)
{
    size_t len;
    uint8_t *packed = t_deflate(fixture->data, fixture->len, 31, &len);
    cr_assert_eq(tfeed_memory_files_put(fixture->memory, "f", packed, len, NULL), TFEED_OK);
    free(packed);
    struct tfi_index_target target = fixture_target(fixture);
    target.compression = TFEED_COMPRESSION_GZIP;
    struct tfi_index_builder *builder = fixture_builder(fixture);
    cr_assert_eq(tfi_index_builder_write(builder, &target, NULL), TFEED_OK);
    tfi_index_builder_free(builder);
}

Test(index_file, compressed_file_is_counted_and_not_read_by_number)
{
    struct fixture fixture;
    struct tfeed_record_place place;
    struct tfeed_record_view view;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    make_compressed(&fixture);
    fixture_open(&fixture);
    cr_assert_eq(tfeed_index_count(fixture.index), N_RECORDS);
    cr_assert_eq(tfeed_index_info_get(fixture.index)->n_bytes, fixture.len);
    cr_assert_eq(tfeed_index_place(fixture.index, 2000, &place, NULL), TFEED_OK);
    cr_assert_eq(place.offset, fixture.offsets[2000]);
    cr_assert_eq(tfeed_index_read(fixture.index, 0, &view, &fixture.error),
                 TFEED_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(fixture.error.message, "gzip"));
    fixture_clear(&fixture);
}

Test(index_file, other_compressed_file_of_the_same_size_is_noticed)
{
    struct fixture fixture;
    size_t len;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    make_compressed(&fixture);
    uint8_t *packed = fixture_get(&fixture, "f", &len);
    packed[len - 5] ^= 1; /* the checksum of everything */
    cr_assert_eq(tfeed_memory_files_put(fixture.memory, "f", packed, len, NULL), TFEED_OK);
    free(packed);
    cr_assert_eq(fixture_try_open(&fixture), TFEED_FAILED_PRECONDITION);
    fixture_clear(&fixture);
}

/* --- no memory ------------------------------------------------------------------------------- */

Test(index_file, allocation_that_fails_is_reported_and_leaves_nothing)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    fixture_make(&fixture);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_index *index = NULL;
        struct tfeed_record_place place;
        fixture.options.allocator = allocator;
        tfeed_status status = tfeed_index_open("f", &fixture.options, &index, NULL);
        if (status == TFEED_OK)
            status = tfeed_index_place(index, 2500, &place, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_index_close(index);
    });
    fixture_clear(&fixture);
}

Test(index_file, allocation_that_fails_while_writing_leaves_no_index)
{
    struct fixture fixture;
    fixture_init(&fixture, N_RECORDS, t_far_length);
    const struct tfi_index_target target = fixture_target(&fixture);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_index_builder *builder = NULL;
        tfeed_status status = tfi_index_builder_new(allocator, &builder, NULL);
        if (status == TFEED_OK)
            status = tfi_index_builder_set_key(builder, "key", NULL);
        for (size_t i = 0; i < N_RECORDS && status == TFEED_OK; i++) {
            status = tfi_index_builder_add(builder, fixture.offsets[i], t_far_length(i), NULL);
            if (status == TFEED_OK)
                status = tfi_index_builder_add_key(builder, i, i * 7, NULL);
        }
        if (status == TFEED_OK)
            status = tfi_index_builder_write(builder, &target, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfi_index_builder_free(builder);
    });
    fixture_clear(&fixture);
}

Test(index_file, few_bytes_at_a_time_give_the_same)
{
    struct fixture fixture;
    fixture_init(&fixture, N_FEW, t_far_length);
    t_counted.max_read = 3;
    fixture_make_and_open(&fixture);
    for (size_t i = 0; i < N_FEW; i++)
        expect_read(&fixture, i);
    fixture_clear(&fixture);
}
