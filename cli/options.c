/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * options.c - the command line, read by table.
 *
 * Every mistake is one line that names the command, the word and where to read on; the caller ends
 * with EXIT_USAGE.
 */
#include "cli/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/spelling.h"

enum { NAME_BYTES = 64, HINT_BYTES = 256 };

struct parse {
    const struct command *command;
    char **words;
    int n_words;
    int at; /* the word to be read next */
    void *values;
};

static enum options_outcome wrong(const struct parse *parse, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum options_outcome wrong(const struct parse *parse, const char *format, ...)
{
    char text[512];
    va_list list;

    va_start(list, format);
    output_vformat(text, sizeof text, format, list);
    va_end(list);
    report("%s; try 'tfeed help %s'", text, parse->command->name);
    return OPTIONS_WRONG;
}

bool options_parse_number(const char *text, uint64_t *ret_number)
{
    static const char suffixes[] = "KMGT";
    uint64_t number = 0;

    if (*text < '0' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        if (__builtin_mul_overflow(number, UINT64_C(10), &number) ||
            __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number))
            return false;
    const char *suffix = *text ? strchr(suffixes, *text) : NULL;
    if (suffix) {
        const uint64_t unit = UINT64_C(1) << (10 * (suffix - suffixes + 1));
        if (__builtin_mul_overflow(number, unit, &number))
            return false;
        text++;
        if (strcmp(text, "iB") == 0)
            text += 2;
    }
    if (*text)
        return false;
    *ret_number = number;
    return true;
}

/* The place of `word` in "first|second|third", -1 when it is not there. */
static int choice_index(const char *choices, const char *word)
{
    const size_t len = strlen(word);

    for (int i = 0;; i++) {
        const size_t choice_len = strcspn(choices, "|");
        if (choice_len == len && memcmp(choices, word, len) == 0)
            return i;
        if (choices[choice_len] == '\0')
            return -1;
        choices += choice_len + 1;
    }
}

static enum options_outcome store(const struct parse *parse, const struct option_spec *spec,
                                  const char *value)
{
    char *place = (char *)parse->values + spec->offset;
    uint64_t number;

    switch (spec->kind) {
    case OPTION_FLAG:
        *(bool *)place = true;
        return OPTIONS_RUN;
    case OPTION_NUMBER:
        if (!options_parse_number(value, &number))
            return wrong(parse, "option '--%s' needs a number, not '%s'", spec->name, value);
        if (number < spec->min || number > spec->max)
            return wrong(parse, "option '--%s' must be from %llu to %llu, not %s", spec->name,
                         (unsigned long long)spec->min, (unsigned long long)spec->max, value);
        *(uint64_t *)(void *)place = number;
        return OPTIONS_RUN;
    case OPTION_TEXT:
        *(const char **)(void *)place = value;
        return OPTIONS_RUN;
    case OPTION_CHOICE: {
        const int index = choice_index(spec->argument, value);
        if (index < 0)
            return wrong(parse, "option '--%s' must be %s, not '%s'", spec->name, spec->argument,
                         value);
        *(int *)(void *)place = index;
        return OPTIONS_RUN;
    }
    }
    return OPTIONS_WRONG;
}

/* A word that looks like an option but is the name of a file: what it must be written as. */
static const char *file_hint(const char *word, char *text, size_t size)
{
    text[0] = '\0';
    if (access(word, F_OK) == 0)
        snprintf(text, size, " (the file of that name is './%s')", word);
    return text;
}

static enum options_outcome unknown(const struct parse *parse, const char *name, size_t len)
{
    char typed[NAME_BYTES];
    char hint[HINT_BYTES];
    const char *meant = NULL;
    size_t nearest = SIZE_MAX;

    snprintf(typed, sizeof typed, "%.*s", (int)(len < sizeof typed ? len : sizeof typed), name);
    for (const struct option_spec *spec = parse->command->options; spec->name; spec++) {
        const size_t distance = spelling_distance(typed, spec->name);
        if (distance < nearest) {
            nearest = distance;
            meant = spec->name;
        }
    }
    if (meant)
        return wrong(parse, "unknown option '--%.*s' (is it '--%s'?)", (int)len, name, meant);
    return wrong(parse, "unknown option '--%.*s'%s", (int)len, name,
                 file_hint(name - 2, hint, sizeof hint));
}

/* "--name", "--name=value" or "--name value"; parse->at is behind the word. */
static enum options_outcome parse_long(struct parse *parse, const char *word)
{
    const char *name = word + 2;
    const size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    const struct option_spec *spec = parse->command->options;

    while (spec->name && (strlen(spec->name) != len || memcmp(spec->name, name, len) != 0))
        spec++;
    if (!spec->name)
        return unknown(parse, name, len);
    if (spec->kind == OPTION_FLAG) {
        if (value)
            return wrong(parse, "option '--%s' takes no value", spec->name);
    } else if (!value) {
        if (parse->at == parse->n_words)
            return wrong(parse, "option '--%s' needs a value: %s", spec->name, spec->argument);
        value = parse->words[parse->at++];
    }
    return store(parse, spec, value);
}

static bool has_letter(const struct parse *parse, char letter)
{
    const struct option_spec *spec = parse->command->options;

    while (spec->name && spec->letter != letter)
        spec++;
    return spec->name != NULL;
}

/* "-n value" or "-nvalue". */
static enum options_outcome parse_letter(struct parse *parse, const char *word)
{
    char hint[HINT_BYTES];
    const struct option_spec *spec = parse->command->options;

    while (spec->name && spec->letter != word[1])
        spec++;
    if (!spec->name && word[1] >= '0' && word[1] <= '9' && has_letter(parse, 'n'))
        return wrong(parse, "unknown option '%s' (is it '-n %s'?)", word, word + 1);
    if (!spec->name || (spec->kind == OPTION_FLAG && word[2]))
        return wrong(parse, "unknown option '%s'%s", word, file_hint(word, hint, sizeof hint));
    const char *value = word[2] ? word + 2 : NULL;
    if (spec->kind != OPTION_FLAG && !value) {
        if (parse->at == parse->n_words)
            return wrong(parse, "option '%s' needs a value: %s", word, spec->argument);
        value = parse->words[parse->at++];
    }
    return store(parse, spec, value);
}

/* True when a word before "--" asks for help; then nothing else is looked at. */
static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

enum options_outcome options_parse(const struct command *command, int argc, char **argv,
                                   void *values, struct operands *ret_operands)
{
    struct parse parse = {command, argv, argc, 0, values};
    size_t n_operands = 0;
    bool options_ended = false;

    if (asks_for_help(argc, argv))
        return OPTIONS_HELP;
    while (parse.at < argc) {
        char *word = argv[parse.at++];
        enum options_outcome outcome = OPTIONS_RUN;
        if (options_ended || word[0] != '-' || word[1] == '\0')
            argv[n_operands++] = word;
        else if (strcmp(word, "--") == 0)
            options_ended = true;
        else
            outcome = word[1] == '-' ? parse_long(&parse, word) : parse_letter(&parse, word);
        if (outcome != OPTIONS_RUN)
            return outcome;
    }
    if (n_operands < command->min_operands)
        return wrong(&parse, "%s; usage: tfeed %s %s",
                     n_operands ? "something is missing" : "no input given", command->name,
                     command->usage);
    if (n_operands > command->max_operands)
        return wrong(&parse, "unexpected '%s'", argv[command->max_operands]);
    *ret_operands = (struct operands){(const char *const *)argv, n_operands};
    return OPTIONS_RUN;
}
