/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shard_names.c - names of sets: NAME-00000-of-00008.SUFFIX.
 */
#include "datasets/shard_names_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

/* ------------------------------------------------------------ names to be made */

/* Suffixes that say how a file is compressed: the one before them belongs to them. */
static bool is_compression_suffix(const char *suffix)
{
    static const char *const known[] = {".gz", ".zlib", ".zz", ".snappy", ".sz"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(suffix, known[i]) == 0)
            return true;
    return false;
}

/* Where the suffix of a file begins: at its last dot; the dot that a name begins with is none. */
static const char *find_suffix(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *end = path + strlen(path);
    const char *dot = strrchr(name, '.');
    if (dot == NULL || dot == name)
        return end;
    if (!is_compression_suffix(dot))
        return dot;
    const char *before = dot;
    while (before > name && before[-1] != '.')
        before--;
    return before > name + 1 ? before - 1 : dot;
}

/* The at sign of "STEM@8.SUFFIX", in the file's name, not in that of its folder. */
static const char *find_mark(const char *path)
{
    const char *slash = strrchr(path, '/');
    return tfi_shard_set_mark(slash != NULL ? slash + 1 : path);
}

tfeed_status tfi_shard_names_init(struct tfi_shard_names *names, const char *out,
                                  const struct tfeed_allocator *allocator,
                                  struct tfeed_error *reterr)
{
    *names = (struct tfi_shard_names){.allocator = allocator};
    if (out[0] == '\0' || strcmp(out, "-") == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        out[0] == '\0' ? "the name of the output is empty"
                                       : "several files cannot go to standard output");
    const char *mark = find_mark(out);
    const char *suffix = find_suffix(out);
    const char *stem_end = suffix;
    if (mark != NULL) {
        char *behind;
        const unsigned long n_shards = strtoul(mark + 1, &behind, 10);
        if (n_shards == 0 || n_shards > TFI_MAX_SHARDS)
            return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, out, TFEED_NOWHERE, TFEED_NOWHERE,
                               "a set has 1 to %d files", TFI_MAX_SHARDS);
        names->says_number = true;
        names->shard.n_shards = (unsigned)n_shards;
        stem_end = mark;
        suffix = behind;
    }
    const size_t stem_len = (size_t)(stem_end - out);
    names->stem = tfi_alloc(allocator, stem_len + 1);
    if (names->stem == NULL)
        return tfi_fail_memory(reterr, "the names of outputs");
    memcpy(names->stem, out, stem_len);
    names->stem[stem_len] = '-';
    names->shard.stem = names->stem;
    names->shard.stem_len = stem_len + 1;
    names->shard.suffix = suffix;
    return TFEED_OK;
}

void tfi_shard_names_clear(struct tfi_shard_names *names)
{
    tfi_free(names->allocator, names->stem);
    names->stem = NULL;
}

unsigned tfi_shard_names_said(const struct tfi_shard_names *names)
{
    return names->says_number ? names->shard.n_shards : 0;
}

tfeed_status tfi_shard_names_set_number(struct tfi_shard_names *names, uint64_t n_shards,
                                        struct tfeed_error *reterr)
{
    if (n_shards < 1 || n_shards > TFI_MAX_SHARDS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a set has 1 to %d files, this one would have %llu", TFI_MAX_SHARDS,
                        (unsigned long long)n_shards);
    if (names->says_number && names->shard.n_shards != n_shards)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the name of the output says %u files, there are %llu",
                        names->shard.n_shards, (unsigned long long)n_shards);
    names->shard.n_shards = (unsigned)n_shards;
    return TFEED_OK;
}

char *tfi_shard_names_get(const struct tfi_shard_names *names, unsigned index)
{
    return tfi_shard_name(names->allocator, &names->shard, index);
}

uint64_t tfi_shard_begin(uint64_t n_items, uint64_t shard, uint64_t n_shards)
{
    return n_items / n_shards * shard + n_items % n_shards * shard / n_shards;
}

/* ---------------------------------------------------------- sets that are read */

static int compare_sets(const struct tfi_shard *a, const struct tfi_shard *b)
{
    if (a->n_shards != b->n_shards)
        return a->n_shards < b->n_shards ? -1 : 1;
    const int order = strcmp(a->suffix, b->suffix);
    if (order != 0)
        return order;
    if (a->stem_len != b->stem_len)
        return a->stem_len < b->stem_len ? -1 : 1;
    return memcmp(a->stem, b->stem, a->stem_len);
}

static int compare_shards(const void *one, const void *other)
{
    const struct tfi_shard *a = one;
    const struct tfi_shard *b = other;
    const int order = compare_sets(a, b);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* The files of one set, sorted; some may be there twice. */
static tfeed_status check_set(const struct tfi_shard *shards, size_t n,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    unsigned n_found = 0;
    unsigned missing = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && shards[i].index == shards[i - 1].index)
            continue;
        if (shards[i].index != n_found && missing == UINT32_MAX)
            missing = n_found;
        n_found++;
    }
    if (n_found == 1 || n_found == shards[0].n_shards)
        return TFEED_OK;
    char *name = tfi_shard_name(allocator, &shards[0], missing == UINT32_MAX ? n_found : missing);
    if (name == NULL)
        return tfi_fail_memory(reterr, "the name of a file");
    const tfeed_status status = tfi_fail_at(
        reterr, TFEED_NOT_FOUND, name, TFEED_NOWHERE, TFEED_NOWHERE,
        "missing: the set has %u files, %u of them are given", shards[0].n_shards, n_found);
    tfi_free(allocator, name);
    return status;
}

tfeed_status tfi_shards_check_whole(const char *const *names, size_t n_names,
                                    const struct tfeed_allocator *allocator,
                                    struct tfeed_error *reterr)
{
    if (n_names < 2) /* one of a set is taken to be meant */
        return TFEED_OK;
    struct tfi_shard *shards = tfi_alloc_array(allocator, n_names, sizeof *shards);
    if (shards == NULL)
        return tfi_fail_memory(reterr, "the names of the inputs");
    size_t n = 0;
    for (size_t i = 0; i < n_names; i++)
        if (tfi_shard_parse(names[i], &shards[n]))
            n++;
    if (n > 0)
        qsort(shards, n, sizeof *shards, compare_shards);
    tfeed_status status = TFEED_OK;
    for (size_t begin = 0, end; begin < n && status == TFEED_OK; begin = end) {
        end = begin + 1;
        while (end < n && compare_sets(&shards[begin], &shards[end]) == 0)
            end++;
        status = check_set(&shards[begin], end - begin, allocator, reterr);
    }
    tfi_free(allocator, shards);
    return status;
}
