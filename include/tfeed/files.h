/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * files.h - from names, patterns and file sets to a list of files.
 *
 *      "a.tfrecord"          that file
 *      "train-*.tfrecord"    every file that matches, in the order of byte values
 *      "train@8.tfrecord"    train-00000-of-00008.tfrecord … train-00007-of-00008.tfrecord
 */
#ifndef TFEED_FILES_H
#define TFEED_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/io.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How often files are gone through, for whoever asks for n_epochs: without end. */
#define TFEED_EPOCHS_ENDLESS (-1)

/** Files in order. Thread safety: immutable between its making and tfeed_file_list_clear. */
struct tfeed_file_list {
    size_t n_files;
    char **paths;                            /**< [n_files] */
    uint64_t *sizes;                         /**< [n_files] in bytes, or TFEED_SIZE_UNKNOWN */
    const struct tfeed_allocator *allocator; /**< of both arrays and every path */
};

/** How files are looked for; start from tfeed_files_options_init. */
struct tfeed_files_options {
    size_t struct_size;                          /**< set by tfeed_files_options_init */
    const struct tfeed_file_system *file_system; /**< NULL: local files */
    const struct tfeed_allocator *allocator;     /**< NULL: malloc */
    bool allow_incomplete; /**< false; true: of a set those files that are there, if any is */
};

TFEED_API void tfeed_files_options_init(struct tfeed_files_options *options);

/**
 * Finds the files that names stand for, in the order of the names; one that several of them stand
 * for comes once, where it came first. Paths are compared as they are written.
 *
 *   a file's own name      that file, whatever characters are in the name
 *   a name with * ? or [   a pattern, as in a shell: no * or ? meets a slash, or the dot that a
 *                          name begins with. It never meets a folder, an index file (.tfidx) or a
 *                          temporary file. A file NAME-00003-of-00008.SUFFIX is one of a set: all
 *                          8 must be there, met by the pattern or not
 *   STEM@8.SUFFIX          all 8 files of that set; with allow_incomplete, which a pattern goes by
 *                          too, at least one
 *   any other name         that file; whether it is there shows when it is opened
 *
 * @param names     [n_names]
 * @param options   NULL: the defaults
 * @param ret_list  set on TFEED_OK only; ended by tfeed_file_list_clear
 * @return TFEED_OK                  n_files is at least 1
 *         TFEED_INVALID_ARGUMENT    no names, an empty name, @0 or more than 99999 files in a set
 *         TFEED_NOT_FOUND           a pattern met no file: reterr names it; or a file of a set is
 *                                   missing: reterr names that
 *         TFEED_UNIMPLEMENTED       a pattern, and the file system has no `list`
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 *         others                    a folder that a pattern leads into cannot be read
 * Thread safety: fully concurrent.   Blocks: on I/O.
 * Complexity:    one look at the file system for each file, sorting within a pattern
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_files_match(const char *const *names, size_t n_names,
                                                        const struct tfeed_files_options *options,
                                                        struct tfeed_file_list *ret_list,
                                                        struct tfeed_error *reterr);

/** Frees what the list holds. A zeroed list is left alone. */
TFEED_API void tfeed_file_list_clear(struct tfeed_file_list *list);

#ifdef __cplusplus
}
#endif
#endif
