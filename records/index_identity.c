/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_identity.c - whether a file is the one that an index was made of.
 *
 *    not compressed     ┌ header ┬ payload ┬ footer ┐ … ┌ header ┬ payload ┬ footer ┐
 *                       └──●─────┴─────────┴───●────┘   └──●─────┴─────────┴───●────┘
 *                               first record                   last record
 *
 *    compressed         the first 64 bytes and the last 64, as they lie on the disk
 *
 * `first` and `last` are masked CRC-32Cs of the bytes that are marked. A footer is the checksum of
 * its payload, so a file of records that are all equally long shows another identity when its ends
 * have other contents; what a gzip or zlib stream ends with is a checksum of everything in it. The
 * file's size is compared besides. What this cannot see, the length and the checksums of each
 * record show when it is read.
 */
#include <string.h>

#include "core/crc32c_internal.h"
#include "core/error_internal.h"
#include "records/index_private.h"
#include "records/record_frame_internal.h"

/* --- files with a size ----------------------------------------------------------------------- */

/* A look tells pipes and devices from files before they are opened, and knows empty files. */
static tfeed_status look(struct index_input *input, struct tfeed_error *reterr)
{
    const struct tfeed_file_system *files = input->files;
    input->n_bytes = TFEED_SIZE_UNKNOWN;
    if (files->look == NULL)
        return TFEED_OK;
    struct tfeed_file_info info = {.size = TFEED_SIZE_UNKNOWN};
    TFI_TRY(files->look(files->user_data, input->path, &info, reterr));
    input->n_bytes = info.size;
    input->modified_ns = info.modified_ns;
    return info.size != TFEED_SIZE_UNKNOWN
               ? TFEED_OK
               : tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, input->path, TFEED_NOWHERE,
                             TFEED_NOWHERE, "is no file with a size: it has no index");
}

tfeed_status index_input_open(struct index_input *input, const struct tfeed_file_system *files,
                              const char *path, const struct tfeed_allocator *allocator,
                              struct tfeed_error *reterr)
{
    *input = (struct index_input){.files = files, .path = path};
    TFI_TRY(look(input, reterr));
    TFI_TRY(files->open_input(files->user_data, path, allocator, &input->input, reterr));
    const uint64_t n_bytes = files->input_size(input->input); /* of the one that is open */
    if (n_bytes != TFEED_SIZE_UNKNOWN)
        input->n_bytes = n_bytes;
    if (input->n_bytes != TFEED_SIZE_UNKNOWN)
        return TFEED_OK;
    index_input_close(input);
    return tfi_fail_at(reterr, TFEED_FAILED_PRECONDITION, path, TFEED_NOWHERE, TFEED_NOWHERE,
                       "is no file with a size: it has no index");
}

void index_input_close(struct index_input *input)
{
    if (input->input != NULL)
        input->files->close_input(input->input);
    input->input = NULL;
}

tfeed_status index_input_read(struct index_input *input, uint64_t offset, uint8_t *data, size_t len,
                              struct tfeed_error *reterr)
{
    for (size_t at = 0; at < len;) {
        size_t n = 0;
        TFI_TRY(input->files->read(input->input, offset + at, data + at, len - at, &n, reterr));
        if (n == 0)
            return tfi_fail_at(reterr, TFEED_DATA_LOSS, input->path, TFEED_NOWHERE, offset + at,
                               "the file ends here, %zu bytes too early", len - at);
        at += n;
    }
    return TFEED_OK;
}

/* --- identity -------------------------------------------------------------------------------- */

/* The checksum of a record's header and footer, and its end; 0 and 0 where there is none. */
static tfeed_status identify_record(struct index_input *file, uint64_t offset, uint32_t *ret_crc,
                                    uint64_t *ret_end, struct tfeed_error *reterr)
{
    uint8_t marks[TFEED_RECORD_HEADER_BYTES + TFEED_RECORD_FOOTER_BYTES];
    uint64_t length;
    *ret_crc = 0;
    *ret_end = 0;
    if (offset > file->n_bytes || file->n_bytes - offset < TFI_RECORD_OVERHEAD_BYTES)
        return TFEED_OK;
    TFI_TRY(index_input_read(file, offset, marks, TFEED_RECORD_HEADER_BYTES, reterr));
    if (!tfi_record_header_check(marks, &length) ||
        length > file->n_bytes - offset - TFI_RECORD_OVERHEAD_BYTES)
        return TFEED_OK;
    const uint64_t end = offset + TFI_RECORD_OVERHEAD_BYTES + length;
    TFI_TRY(index_input_read(file, end - TFEED_RECORD_FOOTER_BYTES,
                             marks + TFEED_RECORD_HEADER_BYTES, TFEED_RECORD_FOOTER_BYTES, reterr));
    *ret_crc = tfi_crc32c_masked(marks, sizeof marks);
    *ret_end = end;
    return TFEED_OK;
}

static tfeed_status identify_ends(struct index_input *file, struct index_identity *identity,
                                  struct tfeed_error *reterr)
{
    uint8_t bytes[TFI_INDEX_END_BYTES];
    const size_t len = file->n_bytes < sizeof bytes ? (size_t)file->n_bytes : sizeof bytes;
    TFI_TRY(index_input_read(file, 0, bytes, len, reterr));
    identity->first = tfi_crc32c_masked(bytes, len);
    TFI_TRY(index_input_read(file, file->n_bytes - len, bytes, len, reterr));
    identity->last = tfi_crc32c_masked(bytes, len);
    return TFEED_OK;
}

tfeed_status index_identify(struct index_input *file, const struct tfi_index_header *header,
                            struct index_identity *ret_identity, struct tfeed_error *reterr)
{
    *ret_identity = (struct index_identity){0};
    if (header->compression != TFEED_COMPRESSION_NONE)
        return identify_ends(file, ret_identity, reterr);
    if (header->n_records == 0)
        return TFEED_OK;
    TFI_TRY(identify_record(file, 0, &ret_identity->first, &ret_identity->first_end, reterr));
    return identify_record(file, header->last_offset, &ret_identity->last, &ret_identity->last_end,
                           reterr);
}
