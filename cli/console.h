/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * console.h - standard output, gathered and checked, and messages on standard error.
 *
 * Data goes to standard output through one buffer of our own, so that the reason of a failed write
 * is still known when the program ends: a full disk is EXIT_IO, a reader that went away (a closed
 * pipe) ends the program silently. Everything else goes to standard error, a line at a time, with
 * control characters masked. Only the main thread may use these; other threads may write into a
 * text of their own, which the main thread then puts out.
 */
#ifndef CLI_CONSOLE_H
#define CLI_CONSOLE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/status.h>

#include "cli/command.h"

void output_bytes(const void *data, size_t len);
void output_text(const char *text);

/** For numbers and short words: what is longer than 1,023 bytes ends with "...". */
void output_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** What makes a noun stand for so many: "" or "s". */
const char *plural(uint64_t n);

/** A name that may hold anything, with '?' for control characters. */
void output_name(const char *name);
void output_name_bytes(const char *name, size_t len);

/** Room for `len` more bytes, to be filled and then counted by output_advance; len <= 64 KiB. */
char *output_reserve(size_t len);
void output_advance(size_t len);

/** What a thread writes, in memory, until somebody puts it out. Zeroed at its start. */
struct output_capture {
    char *data;
    size_t len;
    size_t capacity;
    bool has_failed; /**< no memory: something is missing */
};

/** From here on this thread writes there; NULL: on standard output, as before. */
void output_redirect(struct output_capture *capture);

/** Frees what it holds; zeroed again. */
void output_capture_clear(struct output_capture *capture);

/** Hands on what was gathered, at the end of what should be seen now. */
void output_flush(void);

/**
 * From here on what is written goes to a file, until output_end_file; it grows under a temporary
 * name. "-" is standard output, as before.
 *
 * @return TFEED_OK, or what opening it says; output goes where it went before then
 */
TFEED_MUST_USE tfeed_status output_begin_file(const char *path, bool overwrite, bool sync,
                                              struct tfeed_error *reterr);

/** Ends the file: it appears, or (`keep` false) nothing does. @return TFEED_OK, or what writing or
 *  ending it said; then nothing has appeared */
TFEED_MUST_USE tfeed_status output_end_file(bool keep, struct tfeed_error *reterr);

/** True when nothing more can be written: a command that streams stops then. */
bool output_failed(void);

/** Writes the rest. Returns `code`, or EXIT_IO with a message when that failed. */
enum exit_code output_close(enum exit_code code);

/** vsnprintf that ends a text which is too long with "...". */
void output_vformat(char *text, size_t size, const char *format, va_list list)
    __attribute__((format(printf, 3, 0)));

/** The command's name in the messages below: "verify"; NULL: the program's alone. */
void report_as(const char *command_name);

/** Prints "tfeed COMMAND: …" on standard error. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Prints a library error and returns its exit code. No message, since they are none, for being
 *  stopped and for a reader of our output that has gone. */
enum exit_code report_error(const struct tfeed_error *error);

#endif
