/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_shard.c - what launchers' variables say, alone and together.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shard_internal.h"
#include "tests/support/support.h"

enum { TEXT_BYTES = 256 };

/* An environment, and what comes of it. Arrays, since Criterion copies rows between processes. */
struct row {
    char environment[TEXT_BYTES]; /* "NAME=value NAME=value" */
    int64_t index;
    int64_t n_shards;
    tfeed_status status;
    char text[64]; /* the launcher, or a part of the message */
};

/* A variable of an environment like that of the rows. */
static const char *get(void *environment, const char *name)
{
    static char value[TEXT_BYTES];
    const size_t len = strlen(name);
    for (const char *at = environment; at != NULL;) {
        if (strncmp(at, name, len) == 0 && at[len] == '=') {
            (void)snprintf(value, sizeof value, "%s", at + len + 1);
            value[strcspn(value, " ")] = '\0';
            return value;
        }
        at = strchr(at, ' ');
        at = at != NULL ? at + 1 : NULL;
    }
    return NULL;
}

static void expect_row(const struct row *row)
{
    char environment[TEXT_BYTES];
    struct tfeed_shard shard = {.launcher = ""};
    struct tfeed_error error = TFEED_ERROR_INIT;
    memcpy(environment, row->environment, sizeof environment);
    const tfeed_status status = tfi_shard_detect(get, environment, &shard, &error);
    cr_assert_eq(status, row->status, "%s: %s", row->environment, tfeed_status_name(status));
    cr_assert_eq(shard.index, row->index, "%s", row->environment);
    cr_assert_eq(shard.n_shards, row->n_shards, "%s", row->environment);
    const char *told = status == TFEED_OK ? shard.launcher : error.message;
    cr_assert_not_null(strstr(told, row->text), "%s: %s", row->environment, told);
}

/* --- one launcher -------------------------------------------------------------------------- */

ParameterizedTestParameters(shard, launcher_alone_is_believed)
{
    static struct row rows[] = {
        {"", 0, 1, TFEED_OK, "none"},
        {"RANK=3 WORLD_SIZE=8", 3, 8, TFEED_OK, "torchrun"},
        {"OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2", 0, 2, TFEED_OK, "Open MPI"},
        {"PMI_RANK=1 PMI_SIZE=2", 1, 2, TFEED_OK, "PMI"},
        {"SLURM_PROCID=4 SLURM_NTASKS=5 SLURM_STEP_ID=0", 4, 5, TFEED_OK, "Slurm"},
        {"SLURM_PROCID=4 SLURM_NTASKS=5", 4, 5, TFEED_OK, "Slurm"},
        {"JOB_COMPLETION_INDEX=2 TFEED_SHARD_COUNT=3", 2, 3, TFEED_OK, "Kubernetes"},
    };
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, shard, launcher_alone_is_believed)
{
    expect_row(row);
}

/* --- several ------------------------------------------------------------------------------- */

ParameterizedTestParameters(shard, several_launchers_agree_or_are_refused)
{
    static struct row rows[] = {
        /* the same said twice */
        {"RANK=1 WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2", 1, 2, TFEED_OK,
         "torchrun"},
        {"PMI_RANK=3 PMI_SIZE=4 SLURM_PROCID=3 SLURM_NTASKS=4 SLURM_STEP_ID=0", 3, 4, TFEED_OK,
         "PMI"},
        /* mpirun in a batch script */
        {"OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 SLURM_PROCID=0 SLURM_NTASKS=4", 3, 4,
         TFEED_OK, "Open MPI"},
        {"PMI_RANK=3 PMI_SIZE=4 SLURM_PROCID=0 SLURM_NTASKS=8", 3, 4, TFEED_OK, "PMI"},
        /* mpirun in the one task of an interactive step */
        {"OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 SLURM_PROCID=0 SLURM_NTASKS=1 "
         "SLURM_STEP_ID=0",
         3, 4, TFEED_OK, "Open MPI"},
        /* torchrun in each of two tasks */
        {"RANK=5 WORLD_SIZE=8 LOCAL_WORLD_SIZE=4 SLURM_PROCID=1 SLURM_NTASKS=2 SLURM_STEP_ID=0", 5,
         8, TFEED_OK, "torchrun"},
        {"JOB_COMPLETION_INDEX=2 TFEED_SHARD_COUNT=3 SLURM_PROCID=0 SLURM_NTASKS=2", 2, 3, TFEED_OK,
         "Kubernetes"},
        /* real disagreement */
        {"OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 SLURM_PROCID=0 SLURM_NTASKS=4 "
         "SLURM_STEP_ID=0",
         0, 0, TFEED_FAILED_PRECONDITION, "Open MPI says shard 3/4, Slurm says 0/4"},
        {"RANK=5 WORLD_SIZE=8 LOCAL_WORLD_SIZE=8 SLURM_PROCID=1 SLURM_NTASKS=2 SLURM_STEP_ID=0", 0,
         0, TFEED_FAILED_PRECONDITION, "torchrun says shard 5/8, Slurm says 1/2"},
        {"RANK=1 WORLD_SIZE=2 OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=3", 0, 0,
         TFEED_FAILED_PRECONDITION, "torchrun says shard 1/2, Open MPI says 1/3"},
        {"RANK=0 WORLD_SIZE=1 PMI_RANK=0 PMI_SIZE=2", 0, 0, TFEED_FAILED_PRECONDITION,
         "torchrun says shard 0/1, PMI says 0/2"},
    };
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, shard, several_launchers_agree_or_are_refused)
{
    expect_row(row);
}

/* --- incomplete and damaged ---------------------------------------------------------------- */

ParameterizedTestParameters(shard, half_a_statement_is_refused)
{
    static struct row rows[] = {
        {"RANK=3", 0, 0, TFEED_FAILED_PRECONDITION, "RANK is set and WORLD_SIZE is not"},
        {"RANK=3 WORLD_SIZE=", 0, 0, TFEED_FAILED_PRECONDITION, "WORLD_SIZE is not"},
        {"JOB_COMPLETION_INDEX=0", 0, 0, TFEED_FAILED_PRECONDITION, "TFEED_SHARD_COUNT is not"},
        {"SLURM_PROCID=0 SLURM_STEP_ID=0", 0, 0, TFEED_FAILED_PRECONDITION, "SLURM_NTASKS is not"},
        /* one process of a job that asked for no tasks, a shell that started none, another says */
        {"SLURM_PROCID=0", 0, 1, TFEED_OK, "none"},
        {"SLURM_NTASKS=8", 0, 1, TFEED_OK, "none"},
        {"RANK= WORLD_SIZE=8", 0, 1, TFEED_OK, "none"},
        {"JOB_COMPLETION_INDEX=0 RANK=1 WORLD_SIZE=2", 1, 2, TFEED_OK, "torchrun"},
    };
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, shard, half_a_statement_is_refused)
{
    expect_row(row);
}

ParameterizedTestParameters(shard, what_is_no_shard_is_refused)
{
    static struct row rows[] = {
        {"RANK=8 WORLD_SIZE=8", 0, 0, TFEED_INVALID_ARGUMENT,
         "RANK is 8, expected a number below WORLD_SIZE, which is 8"},
        {"RANK=0 WORLD_SIZE=0", 0, 0, TFEED_INVALID_ARGUMENT, "which is 0"},
        {"RANK=-1 WORLD_SIZE=8", 0, 0, TFEED_INVALID_ARGUMENT, "RANK is '-1', expected a number"},
        {"RANK=1x WORLD_SIZE=8", 0, 0, TFEED_INVALID_ARGUMENT, "RANK is '1x'"},
        {"RANK=1 WORLD_SIZE=0x8", 0, 0, TFEED_INVALID_ARGUMENT, "WORLD_SIZE is '0x8'"},
        {"RANK=99999999999999999999 WORLD_SIZE=8", 0, 0, TFEED_INVALID_ARGUMENT, "RANK is '9999"},
    };
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, shard, what_is_no_shard_is_refused)
{
    expect_row(row);
}

/* --- public -------------------------------------------------------------------------------- */

Test(shard, process_environment_is_asked)
{
    struct tfeed_shard shard;
    cr_assert_eq(setenv("JOB_COMPLETION_INDEX", "1", 1), 0);
    cr_assert_eq(setenv("TFEED_SHARD_COUNT", "4", 1), 0);
    cr_assert_eq(tfeed_shard_detect(&shard, NULL), TFEED_OK);
    cr_assert_eq(shard.index, 1);
    cr_assert_eq(shard.n_shards, 4);
    cr_assert_eq(tfeed_shard_parse("auto", &shard, NULL), TFEED_OK);
    cr_assert_eq(shard.n_shards, 4);
}

Test(shard, text_names_a_shard)
{
    struct tfeed_shard shard;
    cr_assert_eq(tfeed_shard_parse("3/8", &shard, NULL), TFEED_OK);
    cr_assert_eq(shard.index, 3);
    cr_assert_eq(shard.n_shards, 8);
    cr_assert_eq(tfeed_shard_parse("0/1", &shard, NULL), TFEED_OK);
}

Test(shard, other_texts_are_refused)
{
    static const char *const texts[] = {"",     "3",     "/8",   "3/",
                                        "8/8",  "-1/8",  "0/0",  "3/8/2",
                                        "3 /8", "three", "Auto", "1/9999999999999999999"};
    struct tfeed_shard shard;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct tfeed_error error;
        cr_assert_eq(tfeed_shard_parse(texts[i], &shard, &error), TFEED_INVALID_ARGUMENT, "%s",
                     texts[i]);
        cr_assert_not_null(strstr(error.message, "is no shard"));
    }
}
