/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sink.c - a file system whose outputs go to a function of the program.
 *
 * An output is the sink itself: there is nothing to keep, nothing to end.
 */
#include <tfeed/io.h>

#include "core/error_internal.h"

static tfeed_status sink_open_input(void *user_data, const char *path,
                                    const struct tfeed_allocator *allocator, void **ret_input,
                                    struct tfeed_error *reterr)
{
    (void)user_data, (void)allocator, (void)ret_input;
    return tfi_fail_at(reterr, TFEED_UNIMPLEMENTED, path, TFEED_NOWHERE, TFEED_NOWHERE,
                       "what went into a sink cannot be read");
}

/* No input is ever open: what follows completes the table. */

static void sink_close_input(void *input)
{
    (void)input;
}

static uint64_t sink_input_size(void *input)
{
    (void)input;
    return TFEED_SIZE_UNKNOWN;
}

static tfeed_status sink_read(void *input, uint64_t offset, void *data, size_t len, size_t *ret_len,
                              struct tfeed_error *reterr)
{
    (void)input, (void)offset, (void)data, (void)len, (void)ret_len;
    return tfi_fail(reterr, TFEED_UNIMPLEMENTED, "what went into a sink cannot be read");
}

static tfeed_status sink_open_output(void *user_data, const char *path, uint32_t flags,
                                     const struct tfeed_allocator *allocator, void **ret_output,
                                     struct tfeed_error *reterr)
{
    (void)allocator;
    if ((flags & TFEED_OUTPUT_APPEND) != 0)
        return tfi_fail_at(reterr, TFEED_UNIMPLEMENTED, path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "a sink has no end to append to: open it to be written");
    *ret_output = user_data;
    return TFEED_OK;
}

static tfeed_status sink_write(void *output, const void *data, size_t len,
                               struct tfeed_error *reterr)
{
    const struct tfeed_sink *sink = output;
    return sink->write(sink->user_data, data, len, reterr);
}

static tfeed_status sink_end(void *output, struct tfeed_error *reterr)
{
    (void)output, (void)reterr;
    return TFEED_OK;
}

static void sink_discard(void *output)
{
    (void)output;
}

struct tfeed_file_system tfeed_sink_files(const struct tfeed_sink *sink)
{
    return (struct tfeed_file_system){
        .struct_size = sizeof(struct tfeed_file_system),
        .name = "sink",
        .user_data = (void *)(uintptr_t)sink, /* only ever read */
        .open_input = sink_open_input,
        .close_input = sink_close_input,
        .input_size = sink_input_size,
        .read = sink_read,
        .open_output = sink_open_output,
        .write = sink_write,
        .flush = sink_end,
        .commit = sink_end,
        .discard = sink_discard,
    };
}
