/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_main.c - runs a fuzz target without libFuzzer: on every file of its corpus as it is, and
 * on some changed copies of it, the same ones each time.
 *
 * usage: fuzz_NAME [--mutations N] [FILE | FOLDER]...
 *
 * Without names: fuzz-corpus/NAME in TFEED_BUILD and tests/fuzz/cases/NAME in TFEED_SOURCE. They
 * are run in a child, so that the next one is tried after a crash; the input that ended it is kept
 * as fuzz_NAME.crash in the current folder.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/support/stress.h"

enum { MOST_BYTES = 1 << 20, SECONDS = 300, DEFAULT_MUTATIONS = 10 };

#pragma weak LLVMFuzzerCustomMutator

/* What the child is at, for whoever reports its end. */
struct progress {
    size_t file;
    unsigned mutation;
    size_t size;
    uint8_t data[MOST_BYTES];
};

static struct progress *progress; /* shared by parent and child */
static uint64_t random_state;
static unsigned n_mutations = DEFAULT_MUTATIONS;
static int n_passed, n_failed, n_skipped;

/* --------------------------------------------------------------------- changes */

static size_t random_below(size_t n)
{
    return n == 0 ? 0 : (size_t)(t_random_next(&random_state) % n);
}

static size_t insert_bytes(uint8_t *data, size_t size, size_t max_size)
{
    enum { LONGEST = 16 };
    const size_t n = 1 + random_below(LONGEST);
    if (size == 0 || n > max_size - size)
        return size;
    const size_t at = random_below(size), from = random_below(size);
    uint8_t copy[LONGEST];
    for (size_t i = 0; i < n; i++)
        copy[i] = data[(from + i) % size];
    memmove(data + at + n, data + at, size - at);
    memcpy(data + at, copy, n);
    return size + n;
}

static size_t erase_bytes(uint8_t *data, size_t size)
{
    const size_t at = random_below(size);
    const size_t n = 1 + random_below((size - at) / 2);
    memmove(data + at, data + at + n, size - at - n);
    return size - n;
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    static const uint8_t telling[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '"', '{', '[', ',', '0', '-'};
    enum { N_CHANGES = 7, BITS = 8 };
    if (size == 0) {
        if (max_size > 0)
            data[0] = (uint8_t)t_random_next(&random_state);
        return max_size > 0;
    }
    uint8_t *byte = &data[random_below(size)];
    switch (random_below(N_CHANGES)) {
    case 0:
        *byte ^= (uint8_t)(1u << random_below(BITS));
        return size;
    case 1:
        *byte = (uint8_t)t_random_next(&random_state);
        return size;
    case 2:
        *byte = telling[random_below(sizeof telling)];
        return size;
    case 3:
        *byte = (uint8_t)(*byte + 1 - 2 * random_below(2));
        return size;
    case 4:
        return random_below(size + 1); /* cut */
    case 5:
        return erase_bytes(data, size);
    default:
        return insert_bytes(data, size, max_size);
    }
}

static size_t mutate(uint8_t *data, size_t size)
{
    enum { MOST = 4 };
    const size_t room = MOST_BYTES;
    for (size_t n = 1 + random_below(MOST); n > 0; n--)
        size =
            LLVMFuzzerCustomMutator != NULL
                ? LLVMFuzzerCustomMutator(data, size, room, (unsigned)t_random_next(&random_state))
                : LLVMFuzzerMutate(data, size, room);
    return size;
}

/* ----------------------------------------------------------------------- files */

/* A copy of exactly its size, so that a sanitizer sees the first byte behind it. */
static void run_input(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    FUZZ_CHECK(copy != NULL);
    memcpy(copy, data, size);
    FUZZ_CHECK(LLVMFuzzerTestOneInput(copy, size) == 0);
    free(copy);
}

/* The seed of a file's changes is its name, so that one more file changes no other's. */
static uint64_t seed_of(const char *path)
{
    const char *name = strrchr(path, '/');
    uint64_t seed = 0;
    for (name = name != NULL ? name + 1 : path; *name != '\0'; name++)
        seed = seed * 31 + (uint8_t)*name;
    return seed;
}

static void run_file(const char *path)
{
    size_t size;
    uint8_t *data = t_read_file(path, &size);
    FUZZ_CHECK(size <= MOST_BYTES);
    random_state = seed_of(path);
    alarm(SECONDS); /* for all of them; one takes a millisecond */
    for (unsigned i = 0; i <= n_mutations; i++) {
        progress->mutation = i;
        memcpy(progress->data, data, size);
        progress->size = i == 0 ? size : mutate(progress->data, size);
        run_input(progress->data, progress->size);
    }
    free(data);
}

static void report_failure(const char *path, int status)
{
    char kept[T_PATH_BYTES];
    (void)snprintf(kept, sizeof kept, "%s.crash", program_invocation_short_name);
    t_write_file(kept, progress->data, progress->size);
    printf("FAIL %s: %s %d at change %u; the input is in %s\n", path,
           WIFSIGNALED(status) ? "signal" : "exit status",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), progress->mutation, kept);
}

/* Runs files in a child; returns how many have passed. What a sanitizer finds at the
 * child's end (a leak) counts against the last one. */
static size_t run_in_child(char *const *files, size_t n)
{
    int status = 0;
    (void)fflush(NULL);
    progress->file = 0;
    const pid_t child = fork();
    FUZZ_CHECK(child >= 0);
    if (child == 0) {
        for (; progress->file < n; progress->file++)
            run_file(files[progress->file]);
        exit(0);
    }
    while (waitpid(child, &status, 0) < 0)
        FUZZ_CHECK(errno == EINTR);
    if (status == 0)
        return n;
    const size_t n_passed_here = progress->file < n ? progress->file : n - 1;
    report_failure(files[n_passed_here], status);
    return n_passed_here;
}

static void run_files(char *const *files, size_t n)
{
    while (n > 0) {
        const size_t n_good = run_in_child(files, n);
        n_passed += (int)n_good;
        n_failed += n_good < n;
        const size_t n_done = n_good < n ? n_good + 1 : n;
        files += n_done;
        n -= n_done;
    }
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A file, or all files of a folder in the order of their names. False: nothing is there. */
static bool run_path(char *path)
{
    struct stat info;
    struct dirent **entries;
    if (stat(path, &info) != 0)
        return false;
    if (!S_ISDIR(info.st_mode)) {
        run_files(&path, 1);
        return true;
    }
    const int n = scandir(path, &entries, is_visible, alphasort);
    char **files = malloc(((size_t)n + 1) * sizeof *files);
    FUZZ_CHECK(n >= 0 && files != NULL);
    for (int i = 0; i < n; i++) {
        FUZZ_CHECK(asprintf(&files[i], "%s/%s", path, entries[i]->d_name) > 0);
        free(entries[i]);
    }
    free(entries);
    run_files(files, (size_t)n);
    for (int i = 0; i < n; i++)
        free(files[i]);
    free(files);
    return n > 0;
}

/* ----------------------------------------------------------------------- names */

static void run_own_corpus(void)
{
    static const char prefix[] = "fuzz_";
    const char *name = program_invocation_short_name;
    const char *build = getenv("TFEED_BUILD"), *source = getenv("TFEED_SOURCE");
    const char *own = strstr(name, prefix);
    char path[2 * T_PATH_BYTES];
    own = own != NULL ? own + strlen(prefix) : name;
    (void)snprintf(path, sizeof path, "%s/fuzz-corpus/%s", build != NULL ? build : ".", own);
    if (!run_path(path)) {
        printf("SKIP %s: no corpus in %s\n", name, path);
        n_skipped++;
    }
    (void)snprintf(path, sizeof path, "%s/tests/fuzz/cases/%s", source != NULL ? source : ".", own);
    (void)run_path(path);
}

int main(int argc, char **argv)
{
    int at = 1;
    progress =
        mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FUZZ_CHECK(progress != MAP_FAILED);
    if (argc > 2 && strcmp(argv[1], "--mutations") == 0) {
        n_mutations = (unsigned)strtoul(argv[2], NULL, 10);
        at = 3;
    }
    if (at == argc)
        run_own_corpus();
    for (; at < argc; at++)
        if (!run_path(argv[at])) {
            printf("FAIL %s: nothing is there\n", argv[at]);
            n_failed++;
        }
    printf("%d passed, %d failed, %d skipped\n", n_passed, n_failed, n_skipped);
    return n_failed > 0;
}
