/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * files.c - from names, patterns and file sets to a list of files.
 *
 * A file set is N files that are one: STEM-00000-of-0000N.SUFFIX and so on. Half a set trains on
 * half the data and says nothing, so whatever leads to one file of a set looks for all of them.
 */
#include <tfeed/files.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/files_internal.h"
#include "io/io_internal.h"

enum { SHARD_DIGITS = 5 };

static const char shard_infix[] = "-of-";

void tfeed_files_options_init(struct tfeed_files_options *options)
{
    *options = (struct tfeed_files_options){.struct_size = sizeof *options};
}

/* --- the list being made ------------------------------------------------------------------- */

struct finder {
    const struct tfeed_file_system *files;
    const struct tfeed_allocator *allocator;
    struct tfeed_file_list list;
    size_t capacity;
    bool allow_incomplete;
};

static tfeed_status no_memory(struct tfeed_error *reterr)
{
    return tfi_fail_memory(reterr, "a list of files");
}

static tfeed_status fail_about(struct tfeed_error *reterr, tfeed_status code, const char *path,
                               const char *what)
{
    return tfi_fail_at(reterr, code, path, TFEED_NOWHERE, TFEED_NOWHERE, "%s", what);
}

static tfeed_status make_room(struct finder *finder, struct tfeed_error *reterr)
{
    enum { FIRST_CAPACITY = 16 };
    struct tfeed_file_list *list = &finder->list;
    if (list->n_files < finder->capacity)
        return TFEED_OK;
    const size_t capacity = finder->capacity > 0 ? 2 * finder->capacity : FIRST_CAPACITY;
    char **paths = tfi_realloc_array(finder->allocator, list->paths, capacity, sizeof *list->paths);
    if (paths == NULL)
        return no_memory(reterr);
    list->paths = paths;
    uint64_t *sizes =
        tfi_realloc_array(finder->allocator, list->sizes, capacity, sizeof *list->sizes);
    if (sizes == NULL)
        return no_memory(reterr);
    list->sizes = sizes;
    finder->capacity = capacity;
    return TFEED_OK;
}

static tfeed_status add(struct finder *finder, const char *path, uint64_t size,
                        struct tfeed_error *reterr)
{
    struct tfeed_file_list *list = &finder->list;
    TFI_TRY(make_room(finder, reterr));
    char *copy = tfi_strndup(finder->allocator, path, strlen(path));
    if (copy == NULL)
        return no_memory(reterr);
    list->paths[list->n_files] = copy;
    list->sizes[list->n_files] = size;
    list->n_files++;
    return TFEED_OK;
}

/* NOT_FOUND also where the file system cannot look: then a name stands for itself. */
static tfeed_status look(const struct finder *finder, const char *path,
                         struct tfeed_file_info *ret_info, struct tfeed_error *reterr)
{
    if (finder->files->look == NULL)
        return TFEED_NOT_FOUND;
    return finder->files->look(finder->files->user_data, path, ret_info, reterr);
}

/* --- file sets ----------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_digits(const char *text, unsigned *ret_number)
{
    *ret_number = 0;
    for (int i = 0; i < SHARD_DIGITS; i++) {
        if (!is_digit(text[i]))
            return false;
        *ret_number = *ret_number * 10 + (unsigned)(text[i] - '0');
    }
    return true;
}

bool tfi_shard_parse(const char *name, struct tfi_shard *ret_shard)
{
    const char *found = NULL;
    for (const char *at = strstr(name, shard_infix); at != NULL; at = strstr(at + 1, shard_infix))
        found = at;
    if (found == NULL || found - name < SHARD_DIGITS + 1 || found[-SHARD_DIGITS - 1] != '-' ||
        !read_digits(found - SHARD_DIGITS, &ret_shard->index) ||
        !read_digits(found + strlen(shard_infix), &ret_shard->n_shards))
        return false;
    ret_shard->stem = name;
    ret_shard->stem_len = (size_t)(found - SHARD_DIGITS - name);
    ret_shard->suffix = found + strlen(shard_infix) + SHARD_DIGITS;
    return ret_shard->index < ret_shard->n_shards;
}

char *tfi_shard_name(const struct tfeed_allocator *allocator, const struct tfi_shard *shard,
                     unsigned index)
{
    const size_t digits = 2 * SHARD_DIGITS + strlen(shard_infix);
    const size_t n_bytes = shard->stem_len + digits + strlen(shard->suffix) + 1;
    char *name = tfi_alloc(allocator, n_bytes);
    if (name == NULL)
        return NULL;
    memcpy(name, shard->stem, shard->stem_len);
    (void)snprintf(name + shard->stem_len, n_bytes - shard->stem_len, "%05u%s%05u%s", index,
                   shard_infix, shard->n_shards, shard->suffix);
    return name;
}

static tfeed_status look_for_shard(const struct finder *finder, const struct tfi_shard *shard,
                                   const char *name, struct tfeed_file_info *ret_info,
                                   struct tfeed_error *reterr)
{
    struct tfeed_error error;
    const tfeed_status status = look(finder, name, ret_info, &error);
    if (status == TFEED_NOT_FOUND)
        return tfi_fail_at(reterr, status, name, TFEED_NOWHERE, TFEED_NOWHERE,
                           "missing: the set has %u file%s", shard->n_shards,
                           shard->n_shards == 1 ? "" : "s");
    return status == TFEED_OK ? TFEED_OK : tfi_fail_again(reterr, &error);
}

/* Looks for the files that follow this one in its set, up to the next that has been met; from the
 * last it goes on with the first. Done for each file of a set that was met, no file is asked for
 * twice. */
static tfeed_status look_for_followers(const struct finder *finder, const struct tfi_paths *met,
                                       const char *name, struct tfeed_error *reterr)
{
    struct tfi_shard shard;
    if (finder->allow_incomplete || !tfi_shard_parse(name, &shard))
        return TFEED_OK;
    tfeed_status status = TFEED_OK;
    bool is_met = false;
    for (unsigned i = 1; i < shard.n_shards && !is_met && status == TFEED_OK; i++) {
        char *follower =
            tfi_shard_name(finder->allocator, &shard, (shard.index + i) % shard.n_shards);
        if (follower == NULL)
            return no_memory(reterr);
        struct tfeed_file_info info;
        is_met = tfi_paths_has(met, follower);
        if (!is_met)
            status = look_for_shard(finder, &shard, follower, &info, reterr);
        tfi_free(finder->allocator, follower);
    }
    return status;
}

const char *tfi_shard_set_mark(const char *name)
{
    const char *at = strrchr(name, '@');
    return at != NULL && is_digit(at[1]) ? at : NULL;
}

static tfeed_status add_shard(struct finder *finder, const struct tfi_shard *shard, unsigned index,
                              struct tfeed_error *reterr)
{
    char *name = tfi_shard_name(finder->allocator, shard, index);
    if (name == NULL)
        return no_memory(reterr);
    struct tfeed_file_info info = {.size = TFEED_SIZE_UNKNOWN};
    struct tfeed_error error;
    tfeed_status status = TFEED_OK;
    if (finder->files->look != NULL)
        status = look_for_shard(finder, shard, name, &info, &error);
    if (status == TFEED_OK)
        status = add(finder, name, info.size, reterr);
    else if (status == TFEED_NOT_FOUND && finder->allow_incomplete)
        status = TFEED_OK;
    else
        status = tfi_fail_again(reterr, &error);
    tfi_free(finder->allocator, name);
    return status;
}

static tfeed_status add_set(struct finder *finder, const char *name, const char *mark,
                            struct tfeed_error *reterr)
{
    char *suffix;
    const unsigned long n_shards = strtoul(mark + 1, &suffix, 10);
    if (n_shards == 0 || n_shards > TFI_MAX_SHARDS)
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, name, TFEED_NOWHERE, TFEED_NOWHERE,
                           "a set has 1 to %d files", TFI_MAX_SHARDS);
    char *stem = tfi_strndup(finder->allocator, name, (size_t)(mark - name) + 1);
    if (stem == NULL)
        return no_memory(reterr);
    stem[mark - name] = '-';
    const struct tfi_shard shard = {.stem = stem,
                                    .stem_len = (size_t)(mark - name) + 1,
                                    .n_shards = (unsigned)n_shards,
                                    .suffix = suffix};
    const size_t n_before = finder->list.n_files;
    tfeed_status status = TFEED_OK;
    for (unsigned i = 0; i < shard.n_shards && status == TFEED_OK; i++)
        status = add_shard(finder, &shard, i, reterr);
    if (status == TFEED_OK && finder->list.n_files == n_before)
        status = fail_about(reterr, TFEED_NOT_FOUND, name, "no file of the set is there");
    tfi_free(finder->allocator, stem);
    return status;
}

/* --- patterns ------------------------------------------------------------------------------ */

/* What lies beside files of records: index files and outputs that have not been committed. */
static bool is_something_else(const char *path)
{
    static const char index_suffix[] = ".tfidx";
    const size_t len = strlen(path);
    const size_t suffix_len = sizeof index_suffix - 1;
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    return (name[0] == '.' && strstr(name, ".tfeed-") != NULL) ||
           (len >= suffix_len && strcmp(path + len - suffix_len, index_suffix) == 0);
}

static tfeed_status add_met(struct finder *finder, const char *pattern, const struct tfi_paths *met,
                            struct tfeed_error *reterr)
{
    const size_t n_before = finder->list.n_files;
    for (size_t i = 0; i < met->n; i++) {
        const char *path = met->names[i];
        struct tfeed_file_info info;
        if (is_something_else(path))
            continue;
        TFI_TRY(look(finder, path, &info, reterr));
        if (info.is_folder)
            continue;
        TFI_TRY(look_for_followers(finder, met, path, reterr));
        TFI_TRY(add(finder, path, info.size, reterr));
    }
    if (finder->list.n_files == n_before)
        return fail_about(reterr, TFEED_NOT_FOUND, pattern, "no file matches");
    return TFEED_OK;
}

static tfeed_status add_pattern(struct finder *finder, const char *pattern,
                                struct tfeed_error *reterr)
{
    struct tfi_paths met = {.allocator = finder->allocator};
    tfeed_status status = tfi_glob(pattern, TFI_GLOB_SHELL, finder->files, &met, reterr);
    if (status == TFEED_OK)
        status = add_met(finder, pattern, &met, reterr);
    tfi_paths_clear(&met);
    return status;
}

/* --- one of each --------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b)
{
    char *const *one = *(char *const *const *)a;
    char *const *other = *(char *const *const *)b;
    const int order = strcmp(*one, *other);
    return order != 0 ? order : (one > other) - (one < other);
}

/* Frees the paths that are in the list further up; what is left closes up. */
static tfeed_status drop_doubles(struct finder *finder, struct tfeed_error *reterr)
{
    struct tfeed_file_list *list = &finder->list;
    char ***places = tfi_alloc_array(finder->allocator, list->n_files, sizeof *places);
    if (places == NULL)
        return no_memory(reterr);
    for (size_t i = 0; i < list->n_files; i++)
        places[i] = &list->paths[i];
    qsort(places, list->n_files, sizeof *places, compare_places);
    size_t kept = 0;
    for (size_t i = 1; i < list->n_files; i++) {
        if (strcmp(*places[kept], *places[i]) != 0) {
            kept = i;
            continue;
        }
        tfi_free(finder->allocator, *places[i]);
        *places[i] = NULL;
    }
    tfi_free(finder->allocator, places);

    size_t n = 0;
    for (size_t i = 0; i < list->n_files; i++) {
        if (list->paths[i] == NULL)
            continue;
        list->paths[n] = list->paths[i];
        list->sizes[n++] = list->sizes[i];
    }
    list->n_files = n;
    return TFEED_OK;
}

/* --- public -------------------------------------------------------------------------------- */

static tfeed_status add_name(struct finder *finder, const char *name, struct tfeed_error *reterr)
{
    struct tfeed_file_info info = {.size = TFEED_SIZE_UNKNOWN};
    if (name[0] == '\0')
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of a file is empty");
    if (look(finder, name, &info, NULL) == TFEED_OK)
        return add(finder, name, info.size, reterr);
    if (tfi_glob_is_pattern(name))
        return add_pattern(finder, name, reterr);
    const char *mark = tfi_shard_set_mark(name);
    return mark != NULL ? add_set(finder, name, mark, reterr)
                        : add(finder, name, TFEED_SIZE_UNKNOWN, reterr);
}

tfeed_status tfeed_files_match(const char *const *names, size_t n_names,
                               const struct tfeed_files_options *options,
                               struct tfeed_file_list *ret_list, struct tfeed_error *reterr)
{
    struct tfeed_files_options defaults;
    tfeed_files_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "files options have struct_size %zu, expected %zu: call "
                        "tfeed_files_options_init first",
                        options->struct_size, sizeof *options);
    if (names == NULL || n_names == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the list of files is empty");
    struct finder finder = {.allocator = options->allocator,
                            .list = {.allocator = options->allocator},
                            .allow_incomplete = options->allow_incomplete};
    TFI_TRY(tfi_file_system_resolve(options->file_system, &finder.files, reterr));

    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < n_names && status == TFEED_OK; i++)
        status = add_name(&finder, names[i], reterr);
    if (status == TFEED_OK)
        status = drop_doubles(&finder, reterr);
    if (status != TFEED_OK) {
        tfeed_file_list_clear(&finder.list);
        return status;
    }
    *ret_list = finder.list;
    return TFEED_OK;
}

void tfeed_file_list_clear(struct tfeed_file_list *list)
{
    for (size_t i = 0; i < list->n_files; i++)
        tfi_free(list->allocator, list->paths[i]);
    tfi_free(list->allocator, list->paths);
    tfi_free(list->allocator, list->sizes);
    *list = (struct tfeed_file_list){.allocator = list->allocator};
}
