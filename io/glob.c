/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * glob.c - patterns walked through the folders of any file system.
 *
 * A pattern is taken component by component; what is left after each is a list of paths:
 *
 *      "data/run?/part-*"
 *       ""  ─▶  data/  ─▶  data/run1/  data/run2/  ─▶  data/run1/part-0  data/run2/part-0 …
 *
 * One without * ? [ is appended unseen. The last list is looked at: what is not there goes.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "io/files_internal.h"
#include "io/io_internal.h"

/* --- lists of paths ------------------------------------------------------------------------ */

static tfeed_status make_room(struct tfi_paths *paths, struct tfeed_error *reterr)
{
    enum { FIRST_CAPACITY = 16 };
    if (paths->n < paths->capacity)
        return TFEED_OK;
    const size_t capacity = paths->capacity > 0 ? 2 * paths->capacity : FIRST_CAPACITY;
    char **names = tfi_realloc_array(paths->allocator, paths->names, capacity, sizeof *names);
    if (names == NULL)
        return tfi_fail_memory(reterr, "a list of files");
    paths->names = names;
    paths->capacity = capacity;
    return TFEED_OK;
}

/* Appends folder + text + slashes. */
static tfeed_status add_parts(struct tfi_paths *paths, const char *folder, const char *text,
                              size_t text_len, size_t n_slashes, struct tfeed_error *reterr)
{
    const size_t folder_len = strlen(folder);
    TFI_TRY(make_room(paths, reterr));
    char *name = tfi_alloc(paths->allocator, folder_len + text_len + n_slashes + 1);
    if (name == NULL)
        return tfi_fail_memory(reterr, "a list of files");
    memcpy(name, folder, folder_len);
    memcpy(name + folder_len, text, text_len);
    memset(name + folder_len + text_len, '/', n_slashes);
    name[folder_len + text_len + n_slashes] = '\0';
    paths->names[paths->n++] = name;
    return TFEED_OK;
}

tfeed_status tfi_paths_add(struct tfi_paths *paths, const char *name, struct tfeed_error *reterr)
{
    return add_parts(paths, "", name, strlen(name), 0, reterr);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct tfi_paths *paths)
{
    if (paths->n > 1)
        qsort(paths->names, paths->n, sizeof *paths->names, compare_names);
}

void tfi_paths_sort_unique(struct tfi_paths *paths)
{
    size_t n = 0;
    sort(paths);
    for (size_t i = 0; i < paths->n; i++) {
        if (n > 0 && strcmp(paths->names[n - 1], paths->names[i]) == 0)
            tfi_free(paths->allocator, paths->names[i]);
        else
            paths->names[n++] = paths->names[i];
    }
    paths->n = n;
}

bool tfi_paths_has(const struct tfi_paths *paths, const char *name)
{
    return paths->n > 0 &&
           bsearch(&name, paths->names, paths->n, sizeof *paths->names, compare_names) != NULL;
}

void tfi_paths_clear(struct tfi_paths *paths)
{
    for (size_t i = 0; i < paths->n; i++)
        tfi_free(paths->allocator, paths->names[i]);
    tfi_free(paths->allocator, paths->names);
    *paths = (struct tfi_paths){.allocator = paths->allocator};
}

/* --- the walk ------------------------------------------------------------------------------ */

/* One component of a pattern, and the slashes behind it. */
struct component {
    const char *text;
    size_t len;
    size_t n_slashes;
};

static struct component next_component(const char *at)
{
    struct component component = {.text = at, .len = strcspn(at, "/")};
    component.n_slashes = strspn(at + component.len, "/");
    return component;
}

/* A backslash takes the next character's meaning; it makes no pattern by itself. */
static bool has_meaning(const struct component *component)
{
    return memchr(component->text, '*', component->len) != NULL ||
           memchr(component->text, '?', component->len) != NULL ||
           memchr(component->text, '[', component->len) != NULL ||
           memchr(component->text, '\\', component->len) != NULL;
}

bool tfi_glob_is_pattern(const char *name)
{
    return strpbrk(name, "*?[") != NULL;
}

/* What is matched against the entries of a folder. */
struct matcher {
    const char *folder; /* with its slash; "" is where the file system begins */
    const char *pattern;
    int flags;
    size_t n_slashes; /* that a match gets */
    struct tfi_paths *found;
};

static tfeed_status match_entry(void *user_data, const char *name, struct tfeed_error *reterr)
{
    const struct matcher *matcher = user_data;
    if (fnmatch(matcher->pattern, name, matcher->flags) != 0)
        return TFEED_OK;
    return add_parts(matcher->found, matcher->folder, name, strlen(name), matcher->n_slashes,
                     reterr);
}

/* Adds to `found` what the component makes of each of `folders`. */
static tfeed_status step(const struct component *component, int flags,
                         const struct tfeed_file_system *files, const struct tfi_paths *folders,
                         struct tfi_paths *found, struct tfeed_error *reterr)
{
    if (!has_meaning(component)) {
        for (size_t i = 0; i < folders->n; i++)
            TFI_TRY(add_parts(found, folders->names[i], component->text, component->len,
                              component->n_slashes, reterr));
        return TFEED_OK;
    }
    char *pattern = tfi_strndup(found->allocator, component->text, component->len);
    if (pattern == NULL)
        return tfi_fail_memory(reterr, "a pattern");
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < folders->n && status == TFEED_OK; i++) {
        struct matcher matcher = {.folder = folders->names[i],
                                  .pattern = pattern,
                                  .flags = flags,
                                  .n_slashes = component->n_slashes,
                                  .found = found};
        struct tfeed_error error;
        status = files->list(files->user_data, folders->names[i], match_entry, &matcher, &error);
        if (status == TFEED_NOT_FOUND) /* no folder: nothing in it matches */
            status = TFEED_OK;
        else if (status != TFEED_OK)
            (void)tfi_fail_again(reterr, &error);
    }
    tfi_free(found->allocator, pattern);
    return status;
}

/* Whether the path is there: literal components have been appended unseen. */
static tfeed_status is_there(const struct tfeed_file_system *files, const char *path,
                             bool *ret_is_there, struct tfeed_error *reterr)
{
    struct tfeed_file_info info;
    struct tfeed_error error;
    const tfeed_status status = files->look(files->user_data, path, &info, &error);
    if (status != TFEED_OK && status != TFEED_NOT_FOUND)
        return tfi_fail_again(reterr, &error);
    *ret_is_there = status == TFEED_OK;
    return TFEED_OK;
}

static tfeed_status drop_absent(struct tfi_paths *paths, const struct tfeed_file_system *files,
                                struct tfeed_error *reterr)
{
    size_t n = 0;
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < paths->n; i++) {
        bool stays = true; /* behind a failure, to be freed with the list */
        if (status == TFEED_OK)
            status = is_there(files, paths->names[i], &stays, reterr);
        if (stays)
            paths->names[n++] = paths->names[i];
        else
            tfi_free(paths->allocator, paths->names[i]);
    }
    paths->n = n;
    return status;
}

tfeed_status tfi_glob(const char *pattern, enum tfi_glob_dots dots,
                      const struct tfeed_file_system *files, struct tfi_paths *paths,
                      struct tfeed_error *reterr)
{
    const int flags = dots == TFI_GLOB_SHELL ? FNM_PERIOD : 0;
    if (files->list == NULL)
        return tfi_fail(reterr, TFEED_UNIMPLEMENTED,
                        "%s: the file system \"%s\" cannot look for patterns", pattern,
                        files->name);
    TFI_TRY(tfi_paths_add(paths, "", reterr));
    while (*pattern != '\0') {
        const struct component component = next_component(pattern);
        struct tfi_paths found = {.allocator = paths->allocator};
        const tfeed_status status = step(&component, flags, files, paths, &found, reterr);
        tfi_paths_clear(paths);
        *paths = found;
        TFI_TRY(status);
        tfi_paths_sort_unique(paths);
        pattern += component.len + component.n_slashes;
    }
    return drop_absent(paths, files, reterr);
}

/* --- TensorFlow's list --------------------------------------------------------------------- */

static tfeed_status match_all(const char *const *patterns, size_t n_patterns,
                              const struct tfeed_file_system *files, struct tfi_paths *all,
                              struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < n_patterns && status == TFEED_OK; i++) {
        struct tfi_paths found = {.allocator = all->allocator};
        status = tfi_glob(patterns[i], TFI_GLOB_TENSORFLOW, files, &found, reterr);
        for (size_t j = 0; j < found.n && status == TFEED_OK; j++)
            status = tfi_paths_add(all, found.names[j], reterr);
        tfi_paths_clear(&found);
    }
    sort(all);
    return status;
}

tfeed_status tfi_files_match_tensorflow(const char *const *patterns, size_t n_patterns,
                                        const struct tfeed_file_system *file_system,
                                        const struct tfeed_allocator *allocator,
                                        struct tfeed_file_list *ret_list,
                                        struct tfeed_error *reterr)
{
    TFI_TRY(tfi_file_system_resolve(file_system, &file_system, reterr));
    struct tfi_paths all = {.allocator = allocator};
    tfeed_status status = match_all(patterns, n_patterns, file_system, &all, reterr);
    uint64_t *sizes = NULL;
    if (status == TFEED_OK) {
        sizes = tfi_alloc_array(allocator, all.n, sizeof *sizes);
        if (sizes == NULL)
            status = tfi_fail_memory(reterr, "a list of files");
    }
    if (status != TFEED_OK) {
        tfi_paths_clear(&all);
        return status;
    }
    for (size_t i = 0; i < all.n; i++)
        sizes[i] = TFEED_SIZE_UNKNOWN;
    *ret_list = (struct tfeed_file_list){
        .n_files = all.n, .paths = all.names, .sizes = sizes, .allocator = allocator};
    return TFEED_OK;
}
