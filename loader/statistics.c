/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * statistics.c - what the figures say: which stage holds the rest back.
 *
 * A program that hardly waits is the limit itself. Else the loader is: where its threads are idle
 * although the program waits, it is what they wait for; where they are busy, it is the stage that
 * takes most of their time.
 */
#include <stdio.h>

#include "loader/loader_private.h"

enum {
    PERCENT = 100,
    HARDLY_WAITS_PERCENT = 10, /* of the program's time: less is not worth a change */
    MOSTLY_IDLE_PERCENT = 50,  /* of the workers' time */
};

const char *tfeed_stage_name(enum tfeed_stage stage)
{
    switch (stage) {
    case TFEED_STAGE_READ:
        return "read";
    case TFEED_STAGE_PARSE:
        return "parse";
    case TFEED_STAGE_DELIVER:
        return "deliver";
    case TFEED_STAGE_CONSUMER:
        return "consumer";
    case TFEED_N_STAGES:
        break;
    }
    return "unknown";
}

static int percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (int)((double)part * PERCENT / (double)whole + 0.5);
}

/* What would help the stage that takes most of the loader's time. */
static const char *remedy(enum tfeed_stage stage, bool has_workers)
{
    switch (stage) {
    case TFEED_STAGE_READ:
        return has_workers ? "more workers, uncompressed files or a faster disk would help"
                           : "workers (n_workers), uncompressed files or a faster disk would help";
    case TFEED_STAGE_PARSE:
        return has_workers ? "more workers, fewer columns or a cheaper map would help"
                           : "workers (n_workers), fewer columns or a cheaper map would help";
    case TFEED_STAGE_DELIVER:
        return "uint8 columns, which the program scales itself, or several threads that call next "
               "would help";
    case TFEED_STAGE_CONSUMER:
    case TFEED_N_STAGES:
        break;
    }
    return "";
}

static enum tfeed_stage busiest_stage(const struct tfeed_stage_statistics *stages)
{
    enum tfeed_stage busiest = TFEED_STAGE_READ;
    if (stages[TFEED_STAGE_PARSE].busy_ns > stages[busiest].busy_ns)
        busiest = TFEED_STAGE_PARSE;
    if (stages[TFEED_STAGE_DELIVER].busy_ns > stages[busiest].busy_ns)
        busiest = TFEED_STAGE_DELIVER;
    return busiest;
}

char *tfeed_loader_statistics_explain(const struct tfeed_loader_statistics *statistics, char *text,
                                      size_t text_bytes)
{
    const struct tfeed_stage_statistics *stages = statistics->stages;
    const struct tfeed_stage_statistics *consumer = &stages[TFEED_STAGE_CONSUMER];
    const uint64_t elapsed_ns = consumer->busy_ns + consumer->waiting_ns;
    const uint64_t work_ns = stages[TFEED_STAGE_READ].busy_ns + stages[TFEED_STAGE_PARSE].busy_ns +
                             stages[TFEED_STAGE_DELIVER].busy_ns;
    const int waits = percent(consumer->waiting_ns, elapsed_ns);
    const int idle =
        percent(statistics->worker_waiting_ns, statistics->worker_waiting_ns + work_ns);
    const enum tfeed_stage busiest = busiest_stage(stages);
    const bool has_workers = statistics->n_workers > 0;
    if (elapsed_ns == 0 || work_ns == 0)
        (void)snprintf(text, text_bytes, "nothing can be said yet: no batch has been taken");
    else if (waits < HARDLY_WAITS_PERCENT)
        (void)snprintf(text, text_bytes,
                       "the program holds the rest back: it waits for batches %d %% of the time; a "
                       "faster loader would not help",
                       waits);
    else if (has_workers && idle > MOSTLY_IDLE_PERCENT)
        (void)snprintf(text, text_bytes,
                       "waiting holds the rest back: the program waits %d %% of the time and the "
                       "workers %d %% of theirs; a larger n_batches or fewer batches held at once "
                       "would help",
                       waits, idle);
    else
        (void)snprintf(text, text_bytes,
                       "%s holds the rest back: the program waits %d %% of the time, and %d %% of "
                       "the loader's work is there; %s",
                       tfeed_stage_name(busiest), waits, percent(stages[busiest].busy_ns, work_ns),
                       remedy(busiest, has_workers));
    return text;
}
