/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * inputs.c - from what the user names to a list of files.
 */
#include "cli/inputs.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/console.h"
#include "cli/options.h"

enum { SHARD_DIGITS = 5, MAX_SHARDS = 99999, PATH_BYTES = 4096 };

static enum exit_code no_memory(void)
{
    report("no memory for the list of files");
    return EXIT_IO;
}

static enum exit_code add(struct inputs *inputs, const char *name)
{
    if (inputs->n_names == inputs->n_slots) {
        const size_t n_slots = inputs->n_slots ? 2 * inputs->n_slots : 16;
        char **names = realloc(inputs->names, n_slots * sizeof *names);
        if (!names)
            return no_memory();
        inputs->names = names;
        inputs->n_slots = n_slots;
    }
    if (!(inputs->names[inputs->n_names] = strdup(name)))
        return no_memory();
    inputs->n_names++;
    return EXIT_FINE;
}

/* ----------------------------------------------------------- file sets */

/* Reads SHARD_DIGITS digits. */
static bool read_digits(const char *text, unsigned *ret_number)
{
    *ret_number = 0;
    for (int i = 0; i < SHARD_DIGITS; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
        *ret_number = *ret_number * 10 + (unsigned)(text[i] - '0');
    }
    return true;
}

struct shard {
    size_t stem_len; /* up to the first digit */
    unsigned index;
    unsigned n_shards;
    const char *suffix;
};

/* Takes "STEM-00003-of-00008.SUFFIX" apart; false for any other name. */
static bool shard_parse(const char *name, struct shard *ret_shard)
{
    static const char of[] = "-of-";
    const char *found = NULL;

    for (const char *at = strstr(name, of); at; at = strstr(at + 1, of))
        found = at;
    if (!found || found - name < SHARD_DIGITS + 1 || found[-SHARD_DIGITS - 1] != '-' ||
        !read_digits(found - SHARD_DIGITS, &ret_shard->index) ||
        !read_digits(found + strlen(of), &ret_shard->n_shards))
        return false;
    ret_shard->stem_len = (size_t)(found - SHARD_DIGITS - name);
    ret_shard->suffix = found + strlen(of) + SHARD_DIGITS;
    return ret_shard->index < ret_shard->n_shards;
}

static bool format_shard(char path[PATH_BYTES], const char *stem, size_t stem_len, unsigned index,
                         unsigned n_shards, const char *suffix)
{
    return snprintf(path, PATH_BYTES, "%.*s%05u-of-%05u%s", (int)stem_len, stem, index, n_shards,
                    suffix) < PATH_BYTES;
}

/* All shards of the set that `name` is one of must be there. */
static enum exit_code check_set(const char *name)
{
    struct shard shard;
    char path[PATH_BYTES];

    if (!shard_parse(name, &shard))
        return EXIT_FINE;
    for (unsigned i = 0; i < shard.n_shards; i++) {
        if (!format_shard(path, name, shard.stem_len, i, shard.n_shards, shard.suffix))
            return EXIT_FINE;
        if (access(path, F_OK) != 0) {
            report("%s: missing: the set has %u files", path, shard.n_shards);
            return EXIT_IO;
        }
    }
    return EXIT_FINE;
}

/* True when both names are shards of one set. */
static bool same_set(const char *a, const char *b)
{
    struct shard one;
    struct shard other;

    return shard_parse(a, &one) && shard_parse(b, &other) && one.n_shards == other.n_shards &&
           one.stem_len == other.stem_len && memcmp(a, b, one.stem_len) == 0 &&
           strcmp(one.suffix, other.suffix) == 0;
}

/* "STEM@8.SUFFIX": the at sign, or NULL. */
static const char *set_mark(const char *name)
{
    const char *at = strrchr(name, '@');

    return at && isdigit((unsigned char)at[1]) ? at : NULL;
}

static enum exit_code add_set(struct inputs *inputs, const char *name, const char *mark)
{
    char stem[PATH_BYTES];
    char path[PATH_BYTES];
    char *suffix;
    const unsigned long n_shards = strtoul(mark + 1, &suffix, 10);
    const int stem_len = snprintf(stem, sizeof stem, "%.*s-", (int)(mark - name), name);

    if (n_shards == 0 || n_shards > MAX_SHARDS || stem_len >= (int)sizeof stem) {
        report("%s: a set has 1 to %d files", name, MAX_SHARDS);
        return EXIT_USAGE;
    }
    for (unsigned i = 0; i < n_shards; i++) {
        if (!format_shard(path, stem, (size_t)stem_len, i, (unsigned)n_shards, suffix))
            return no_memory();
        if (i == 0 && check_set(path) != EXIT_FINE)
            return EXIT_IO;
        const enum exit_code code = add(inputs, path);
        if (code != EXIT_FINE)
            return code;
    }
    return EXIT_FINE;
}

/* ------------------------------------------------------------ patterns */

/* What a pattern may meet beside files of records: folders (marked by a slash), index files and
 * temporary files. */
static bool is_something_else(const char *name)
{
    static const char index_suffix[] = ".tfidx";
    const size_t len = strlen(name);
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name;

    return name[len - 1] == '/' || (base[0] == '.' && strstr(base, ".tfeed-")) ||
           (len >= sizeof index_suffix &&
            strcmp(name + len - (sizeof index_suffix - 1), index_suffix) == 0);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum exit_code add_matches(struct inputs *inputs, const char *pattern, glob_t *found)
{
    const size_t n_before = inputs->n_names;
    const char *checked = NULL;

    if (found->gl_pathc > 0)
        qsort(found->gl_pathv, found->gl_pathc, sizeof *found->gl_pathv, compare_names);
    for (size_t i = 0; i < found->gl_pathc; i++) {
        const char *name = found->gl_pathv[i];
        enum exit_code code = EXIT_FINE;
        if (is_something_else(name))
            continue;
        if (!checked || !same_set(checked, name))
            code = check_set(name);
        checked = name;
        if (code == EXIT_FINE)
            code = add(inputs, name);
        if (code != EXIT_FINE)
            return code;
    }
    if (inputs->n_names > n_before)
        return EXIT_FINE;
    report("%s: no file matches", pattern);
    return EXIT_IO;
}

static enum exit_code add_pattern(struct inputs *inputs, const char *pattern)
{
    glob_t found = {0};
    const int result = glob(pattern, GLOB_NOSORT | GLOB_MARK, NULL, &found);
    enum exit_code code;

    if (result == 0 || result == GLOB_NOMATCH) {
        code = add_matches(inputs, pattern, &found);
    } else {
        report("%s: the pattern cannot be looked up", pattern);
        code = EXIT_IO;
    }
    globfree(&found);
    return code;
}

/* --------------------------------------------------------------- public */

static bool exists(const char *name)
{
    struct stat status;

    return lstat(name, &status) == 0;
}

enum exit_code inputs_find(struct inputs *inputs, const struct operands *operands)
{
    bool stdin_given = false;

    *inputs = (struct inputs){0};
    for (size_t i = 0; i < operands->n_names; i++) {
        const char *name = operands->names[i];
        const char *mark = set_mark(name);
        enum exit_code code;
        if (name[0] == '\0') {
            report("'' is no input: the name is empty");
            return EXIT_USAGE;
        }
        if (strcmp(name, "-") == 0 && stdin_given) {
            report("standard input can be read only once");
            return EXIT_USAGE;
        }
        stdin_given = stdin_given || strcmp(name, "-") == 0;
        if (exists(name))
            code = add(inputs, name);
        else if (strpbrk(name, "*?["))
            code = add_pattern(inputs, name);
        else if (mark)
            code = add_set(inputs, name, mark);
        else
            code = add(inputs, name);
        if (code != EXIT_FINE)
            return code;
    }
    return EXIT_FINE;
}

void inputs_clear(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->n_names; i++)
        free(inputs->names[i]);
    free(inputs->names);
    *inputs = (struct inputs){0};
}

uint64_t inputs_file_bytes(const char *name)
{
    struct stat status;

    return stat(name, &status) == 0 && S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
}

uint64_t inputs_total_bytes(const struct inputs *inputs)
{
    uint64_t total = 0;

    for (size_t i = 0; i < inputs->n_names; i++) {
        const uint64_t bytes = inputs_file_bytes(inputs->names[i]);
        if (bytes == 0 && access(inputs->names[i], F_OK) != 0)
            return 0;
        total += bytes;
    }
    return total;
}
