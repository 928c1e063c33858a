/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * files_internal.h - lists of paths, patterns walked through folders, names of files in a set.
 */
#ifndef TFI_FILES_INTERNAL_H
#define TFI_FILES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/files.h>

/* A list of paths that grows. Zero it, but for the allocator, before use. */
struct tfi_paths {
    const struct tfeed_allocator *allocator;
    char **names;
    size_t n;
    size_t capacity;
};

tfeed_status tfi_paths_add(struct tfi_paths *paths, const char *name, struct tfeed_error *reterr);
/* Sorts by byte value; of equal names one stays. */
void tfi_paths_sort_unique(struct tfi_paths *paths);
/* Whether a sorted list holds `name`. */
bool tfi_paths_has(const struct tfi_paths *paths, const char *name);
void tfi_paths_clear(struct tfi_paths *paths);

/* What the `*` of a pattern may stand for. */
enum tfi_glob_dots {
    TFI_GLOB_SHELL,     /* not the dot that a name begins with */
    TFI_GLOB_TENSORFLOW /* that dot too */
};

/* Whether the name has characters that make it a pattern. */
bool tfi_glob_is_pattern(const char *name);

/* Adds every path that the pattern matches, folders too, sorted, each once. *paths is empty.
 * UNIMPLEMENTED: the file system cannot list. */
tfeed_status tfi_glob(const char *pattern, enum tfi_glob_dots dots,
                      const struct tfeed_file_system *files, struct tfi_paths *paths,
                      struct tfeed_error *reterr);

/* TensorFlow's tf.io.matching_files: the matches of all patterns together, files, folders and names
 * with a dot, in the order of byte values; what two patterns match comes twice, and finding nothing
 * is no error. file_system NULL: local files. The sizes of the list are TFEED_SIZE_UNKNOWN. */
tfeed_status tfi_files_match_tensorflow(const char *const *patterns, size_t n_patterns,
                                        const struct tfeed_file_system *file_system,
                                        const struct tfeed_allocator *allocator,
                                        struct tfeed_file_list *ret_list,
                                        struct tfeed_error *reterr);

enum { TFI_MAX_SHARDS = 99999 }; /* files of a set: five digits in the names */

/* The name of one file of a set, taken apart. */
struct tfi_shard {
    const char *stem; /* stem_len bytes, up to the first digit */
    size_t stem_len;
    unsigned index;
    unsigned n_shards;
    const char *suffix;
};

/* Takes "STEM-00003-of-00008.SUFFIX" apart; false for any other name. The name is borrowed. */
bool tfi_shard_parse(const char *name, struct tfi_shard *ret_shard);

/* The name of file `index` of the set, for tfi_free; NULL: no memory. */
char *tfi_shard_name(const struct tfeed_allocator *allocator, const struct tfi_shard *shard,
                     unsigned index);

/* "STEM@8.SUFFIX": the at sign, or NULL. */
const char *tfi_shard_set_mark(const char *name);

#endif
