/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * console.c - standard output, gathered and checked, and messages on standard error.
 *
 * write(2) and not stdio: stdio reports that some earlier write failed but not why, and the reason
 * decides between a message and silence.
 */
#include "cli/console.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tfeed/io.h>

#include "cli/progress.h"
#include "cli/stop.h"

enum { BUFFER_BYTES = 256 << 10, RESERVE_BYTES = 64 << 10, LINE_BYTES = 1024 };

static struct {
    char buffer[BUFFER_BYTES];
    size_t len;
    int sys_errno;            /* of the first write that failed; everything after it is dropped */
    void *file;               /* of the local file system; NULL: standard output */
    struct tfeed_error error; /* of the file's first write that failed; code TFEED_OK: none */
} out;

static _Thread_local struct output_capture *captured; /* NULL: `out` */

static const char *reporting_command;

/* ------------------------------------------------------------- output */

static void flush_to_file(void)
{
    if (out.len > 0 && out.error.code == TFEED_OK)
        out.error.code = tfeed_local_files()->write(out.file, out.buffer, out.len, &out.error);
    out.len = 0;
}

void output_flush(void)
{
    size_t done = 0;

    if (out.file) {
        flush_to_file();
        return;
    }
    if (out.len > 0)
        progress_clear();
    while (done < out.len && out.sys_errno == 0) {
        const ssize_t n = write(STDOUT_FILENO, out.buffer + done, out.len - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            out.sys_errno = errno;
    }
    out.len = 0;
}

/* Room in memory; where there is none what was written is lost, and the room stands for it. */
static char *reserve_captured(size_t len)
{
    static _Thread_local char lost[RESERVE_BYTES];

    if (captured->capacity - captured->len < len) {
        const size_t capacity = 2 * captured->capacity + RESERVE_BYTES;
        char *data = captured->has_failed ? NULL : realloc(captured->data, capacity);
        if (!data) {
            captured->has_failed = true;
            return lost;
        }
        captured->data = data;
        captured->capacity = capacity;
    }
    return captured->data + captured->len;
}

void output_redirect(struct output_capture *capture)
{
    captured = capture;
}

void output_capture_clear(struct output_capture *capture)
{
    free(capture->data);
    *capture = (struct output_capture){0};
}

char *output_reserve(size_t len)
{
    assert(len <= RESERVE_BYTES);
    if (captured)
        return reserve_captured(len);
    if (len > BUFFER_BYTES - out.len)
        output_flush();
    return out.buffer + out.len;
}

void output_advance(size_t len)
{
    if (!captured)
        out.len += len;
    else if (!captured->has_failed)
        captured->len += len;
}

void output_bytes(const void *data, size_t len)
{
    const char *bytes = data;

    while (len > 0) {
        const size_t part = len < RESERVE_BYTES ? len : RESERVE_BYTES;
        memcpy(output_reserve(part), bytes, part);
        output_advance(part);
        bytes += part;
        len -= part;
    }
}

void output_text(const char *text)
{
    output_bytes(text, strlen(text));
}

void output_format(const char *format, ...)
{
    char text[LINE_BYTES];
    va_list list;

    va_start(list, format);
    output_vformat(text, sizeof text, format, list);
    va_end(list);
    output_text(text);
}

const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

tfeed_status output_begin_file(const char *path, bool overwrite, bool sync,
                               struct tfeed_error *reterr)
{
    const uint32_t flags =
        (overwrite ? TFEED_OUTPUT_OVERWRITE : 0u) | (sync ? TFEED_OUTPUT_SYNC : 0u);
    void *file;

    if (strcmp(path, "-") == 0)
        return TFEED_OK;
    const tfeed_status status =
        tfeed_local_files()->open_output(NULL, path, flags, NULL, &file, reterr);
    if (status != TFEED_OK)
        return status;
    output_flush();
    out.error = (struct tfeed_error)TFEED_ERROR_INIT;
    out.file = file;
    return TFEED_OK;
}

tfeed_status output_end_file(bool keep, struct tfeed_error *reterr)
{
    void *file = out.file;

    if (!file)
        return TFEED_OK;
    output_flush();
    out.file = NULL;
    if (keep && out.error.code == TFEED_OK)
        return tfeed_local_files()->commit(file, reterr);
    tfeed_local_files()->discard(file);
    if (keep)
        *reterr = out.error;
    return keep ? out.error.code : TFEED_OK;
}

bool output_failed(void)
{
    return out.sys_errno != 0 || (out.file && out.error.code != TFEED_OK);
}

enum exit_code output_close(enum exit_code code)
{
    output_flush();
    /* close(2) is where a network file system says what it could not store. */
    if (out.sys_errno == 0 && close(STDOUT_FILENO) != 0 && errno != EBADF)
        out.sys_errno = errno;
    if (out.sys_errno == 0 || out.sys_errno == EPIPE)
        return code;
    report("standard output: %s", strerror(out.sys_errno));
    return exit_code_worst(code, EXIT_IO);
}

/* ----------------------------------------------------------- messages */

void output_vformat(char *text, size_t size, const char *format, va_list list)
{
    static const char more[] = "...";

    if (vsnprintf(text, size, format, list) >= (int)size)
        memcpy(text + size - sizeof more, more, sizeof more);
}

/* Control characters, also the two-byte ones of UTF-8, would let a file's name drive a terminal. */
static void mask_controls(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (*at < 0x20 || *at == 0x7f) {
            *at = '?';
        } else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) {
            at[0] = '?';
            at[1] = '?';
        }
    }
}

void output_name_bytes(const char *name, size_t len)
{
    char text[LINE_BYTES];

    snprintf(text, sizeof text, "%.*s", (int)(len < sizeof text ? len : sizeof text), name);
    mask_controls(text);
    output_text(text);
}

void output_name(const char *name)
{
    output_name_bytes(name, strlen(name));
}

void report_as(const char *command_name)
{
    reporting_command = command_name;
}

void report(const char *format, ...)
{
    char text[LINE_BYTES];
    va_list list;

    va_start(list, format);
    output_vformat(text, sizeof text, format, list);
    va_end(list);
    mask_controls(text);
    output_flush(); /* what was found before stands before */
    progress_clear();
    fprintf(stderr, "tfeed%s%s: %s\n", reporting_command ? " " : "",
            reporting_command ? reporting_command : "", text);
}

/* A folder stands where a file was meant: of an input its files may be, of an output one in it. */
static void report_folder(const struct tfeed_error *error)
{
    size_t len = strlen(error->path);

    while (len > 0 && error->path[len - 1] == '/')
        len--;
    if (strstr(error->message, ": open for writing: "))
        report("%s; a file in it would be '%.*s/NAME'", error->message, (int)len, error->path);
    else
        report("%s; its files are '%.*s/*'", error->message, (int)len, error->path);
}

enum exit_code report_error(const struct tfeed_error *error)
{
    if (error->code == TFEED_CANCELLED && stop_requested())
        return EXIT_INTERRUPTED;
    if (error->sys_errno == EPIPE) /* who reads our output has gone */
        return EXIT_FINE;
    if (error->sys_errno == EISDIR && error->path[0] != '\0')
        report_folder(error);
    else
        report("%s", error->message);
    return exit_code_of(error->code);
}
