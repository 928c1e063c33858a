/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_statistics.c - which stage a set of figures blames, and what it recommends.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

#include <tfeed/loader.h>

struct figures {
    uint64_t read_ms, parse_ms, deliver_ms; /* busy */
    uint64_t program_ms, waiting_ms;
    uint64_t workers_waiting_ms;
    int64_t n_workers;
    char says[80];
    char recommends[48];
};

static char *explain(const struct figures *figures, char *text, size_t text_bytes)
{
    const uint64_t ms = 1000000;
    struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
    statistics.stages[TFEED_STAGE_READ].busy_ns = figures->read_ms * ms;
    statistics.stages[TFEED_STAGE_PARSE].busy_ns = figures->parse_ms * ms;
    statistics.stages[TFEED_STAGE_DELIVER].busy_ns = figures->deliver_ms * ms;
    statistics.stages[TFEED_STAGE_CONSUMER].busy_ns = figures->program_ms * ms;
    statistics.stages[TFEED_STAGE_CONSUMER].waiting_ns = figures->waiting_ms * ms;
    statistics.worker_waiting_ns = figures->workers_waiting_ms * ms;
    statistics.n_workers = figures->n_workers;
    return tfeed_loader_statistics_explain(&statistics, text, text_bytes);
}

ParameterizedTestParameters(statistics, figures_are_explained)
{
    static struct figures cases[] = {
        {0, 0, 0, 0, 0, 0, 2, "nothing can be said yet", "no batch has been taken"},
        {0, 0, 0, 100, 0, 0, 2, "nothing can be said yet", "no batch has been taken"},
        {50, 30, 5, 970, 30, 1900, 2, "the program holds the rest back",
         "a faster loader would not help"},
        {50, 30, 5, 970, 30, 1900, 2, "waits for batches 3 % of the time", "would not help"},
        {1500, 300, 100, 400, 600, 50, 2, "read holds the rest back: the program waits 60 %",
         "more workers"},
        {1500, 300, 200, 400, 600, 50, 2, "75 % of the loader's work is there",
         "uncompressed files"},
        {300, 1500, 100, 400, 600, 50, 2, "parse holds the rest back", "cheaper map"},
        {300, 200, 900, 100, 900, 50, 2, "deliver holds the rest back", "uint8 columns"},
        {600, 100, 0, 300, 700, 0, 0, "read holds the rest back", "workers (n_workers)"},
        {100, 600, 0, 300, 700, 0, 0, "parse holds the rest back", "workers (n_workers)"},
        {100, 100, 0, 500, 500, 900, 2, "waiting holds the rest back", "larger n_batches"},
        {UINT64_MAX / 2000000, 1, 0, 1, UINT64_MAX / 2000000, 0, 1, "read holds", "100 %"},
    };
    return cr_make_param_array(struct figures, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct figures *figures, statistics, figures_are_explained)
{
    char text[256];
    cr_assert_eq(explain(figures, text, sizeof text), text);
    cr_assert_not_null(strstr(text, figures->says), "'%s' does not say '%s'", text, figures->says);
    cr_assert_not_null(strstr(text, figures->recommends), "'%s' does not say '%s'", text,
                       figures->recommends);
    cr_assert_null(strchr(text, '\n'));
}

Test(statistics, short_text_is_cut)
{
    const struct figures figures = {.read_ms = 1, .waiting_ms = 1};
    char text[8];
    memset(text, 'x', sizeof text);
    (void)explain(&figures, text, 5);
    cr_assert_str_eq(text, "read");
    cr_assert_eq(text[5], 'x');
}

Test(statistics, stages_have_names)
{
    cr_assert_str_eq(tfeed_stage_name(TFEED_STAGE_READ), "read");
    cr_assert_str_eq(tfeed_stage_name(TFEED_STAGE_PARSE), "parse");
    cr_assert_str_eq(tfeed_stage_name(TFEED_STAGE_DELIVER), "deliver");
    cr_assert_str_eq(tfeed_stage_name(TFEED_STAGE_CONSUMER), "consumer");
    cr_assert_str_eq(tfeed_stage_name(TFEED_N_STAGES), "unknown");
}
