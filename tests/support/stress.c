/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress.c - options, time and random numbers of the stress programs.
 */
#include "tests/support/stress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 256, MAX_SECONDS = 86400, GRACE_SECONDS = 300 };

static _Noreturn void misuse(const char *program)
{
    fprintf(stderr, "usage: %s [--seed N] [--threads 2..%d] [--seconds S]\n", program, MAX_THREADS);
    exit(2);
}

static double parse_seconds(const char *program, const char *text)
{
    char *end;
    const double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds > 0 && seconds <= MAX_SECONDS))
        misuse(program);
    return seconds;
}

static uint64_t parse_number(const char *program, const char *text, uint64_t min, uint64_t max)
{
    char *end;
    const uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || number < min || number > max)
        misuse(program);
    return number;
}

void t_stress_options_parse(struct t_stress_options *options, int n_threads, int argc, char **argv)
{
    const char *seconds = getenv("TFEED_STRESS_SECONDS");
    options->seed = 1;
    options->n_threads = n_threads;
    options->seconds = seconds != NULL ? parse_seconds(argv[0], seconds) : 1;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc)
            misuse(argv[0]);
        if (strcmp(argv[i], "--seed") == 0)
            options->seed = parse_number(argv[0], argv[i + 1], 0, UINT64_MAX);
        else if (strcmp(argv[i], "--threads") == 0)
            options->n_threads = (int)parse_number(argv[0], argv[i + 1], 2, MAX_THREADS);
        else if (strcmp(argv[i], "--seconds") == 0)
            options->seconds = parse_seconds(argv[0], argv[i + 1]);
        else
            misuse(argv[0]);
    }
    printf("%s --seed %" PRIu64 " --threads %d --seconds %g\n", argv[0], options->seed,
           options->n_threads, options->seconds);
    fflush(stdout);
    alarm((unsigned)options->seconds + GRACE_SECONDS);
}

int64_t t_stress_end_ns(const struct t_stress_options *options)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + (int64_t)(options->seconds * 1e9);
}

uint64_t t_random_next(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}
