/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * repair.c - what is good of a damaged file of records, in a new file.
 *
 * The file is examined as by verify; what is found good goes on into a writer, which is opened with
 * the first of it: only then is the input's compression known, and that there is anything to write.
 */
#include <string.h>

#include "core/error_internal.h"
#include "datasets/damage_private.h"
#include "records/records_internal.h"

struct repair {
    const char *path;
    const char *out;
    const struct tfeed_dataset_repair_options *options;
    struct tfeed_record_writer *writer; /* NULL: nothing good has come yet */
};

void tfeed_dataset_repair_options_init(struct tfeed_dataset_repair_options *options)
{
    *options = (struct tfeed_dataset_repair_options){.struct_size = sizeof *options,
                                                     .compression = TFEED_COMPRESSION_AUTO};
    tfeed_dataset_verify_options_init(&options->read);
}

static tfeed_status open_writer(struct repair *repair, enum tfeed_compression found,
                                struct tfeed_error *reterr)
{
    const struct tfeed_dataset_repair_options *options = repair->options;
    struct tfeed_record_writer_options writer_options;
    tfeed_record_writer_options_init(&writer_options);
    writer_options.compression =
        options->compression == TFEED_COMPRESSION_AUTO ? found : options->compression;
    if (writer_options.compression == TFEED_COMPRESSION_AUTO) /* an input of 0 bytes */
        writer_options.compression = TFEED_COMPRESSION_NONE;
    writer_options.overwrite = options->overwrite;
    writer_options.sync = options->sync;
    writer_options.file_system = options->read.file_system;
    writer_options.allocator = options->read.allocator;
    return tfeed_record_writer_open(repair->out, &writer_options, &repair->writer, reterr);
}

static tfeed_status write_run(void *user_data, const struct tfeed_record_reader *reader,
                              const struct tfeed_record_view *views, size_t n,
                              struct tfeed_error *reterr)
{
    struct repair *repair = user_data;
    if (repair->writer == NULL)
        TFI_TRY(open_writer(repair, tfeed_record_reader_compression(reader), reterr));
    for (size_t i = 0; i < n; i++)
        TFI_TRY(tfeed_record_writer_write(repair->writer, views[i].data, views[i].len, reterr));
    return TFEED_OK;
}

/* Makes the output appear, with what was written or, for a file that is good and empty, nothing. */
static tfeed_status finish(struct repair *repair, const struct tfeed_dataset_verify_report *report,
                           struct tfeed_error *reterr)
{
    if (repair->writer == NULL && !report->is_ok)
        return tfi_fail_at(reterr, TFEED_DATA_LOSS, repair->path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "there is not one good record in it; nothing was written");
    if (repair->writer == NULL)
        TFI_TRY(open_writer(repair, report->compression, reterr));
    return tfeed_record_writer_close(repair->writer, reterr);
}

tfeed_status tfeed_dataset_repair(const char *path, const char *out,
                                  const struct tfeed_dataset_repair_options *options,
                                  struct tfeed_dataset_verify_report *ret_report,
                                  struct tfeed_error *reterr)
{
    struct tfeed_dataset_repair_options defaults;
    tfeed_dataset_repair_options_init(&defaults);
    struct repair repair = {
        .path = path, .out = out, .options = options == NULL ? &defaults : options};
    const struct tfi_dataset_sink sink = {.take = write_run, .user_data = &repair};
    options = repair.options;
    *ret_report = (struct tfeed_dataset_verify_report){.allocator = options->read.allocator};
    if (path[0] == '\0' || out[0] == '\0')
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the %s is empty",
                        path[0] == '\0' ? "input" : "output");
    tfeed_status status = tfi_dataset_examine(path, &options->read, &sink, ret_report, reterr);
    if (status == TFEED_OK)
        status = finish(&repair, ret_report, reterr);
    tfeed_record_writer_free(repair.writer);
    return status;
}
