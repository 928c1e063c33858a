/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * number_text.c - numbers that stand in texts.
 *
 * Most floats in files have few digits and take the short way:
 *
 *     "-12.375"  ▶  mantissa 12375, exponent -3  ▶  12375 / 10^3
 *
 * which is one operation on two exact doubles, and so rounds once. All others are scanned into
 * their significant digits and an exponent, written again without a point, and given to strtod:
 * nothing in "12375e-3" depends on the locale. Digits beyond MAX_DIGITS cannot decide but by being
 * zeros or not: one further digit stands for all of them.
 *
 * Invariants
 *   (1) digits[0] is not '0': zeros in front of a number are not significant.
 */
#include "core/number_text_internal.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct span {
    const char *at;
    const char *end;
};

static bool is_space(char character)
{
    return character == ' ' || (character >= '\t' && character <= '\r');
}

static struct span trimmed(const char *text, size_t len)
{
    struct span span = {text, len > 0 ? text + len : text}; /* text may be NULL then */
    while (span.at < span.end && is_space(*span.at))
        span.at++;
    while (span.at < span.end && is_space(span.end[-1]))
        span.end--;
    return span;
}

static bool take_sign(struct span *span)
{
    const bool is_negative = span->at < span->end && *span->at == '-';
    if (span->at < span->end && (*span->at == '-' || *span->at == '+'))
        span->at++;
    return is_negative;
}

/* ---------------------------------------------------------------- integers */

static unsigned decimal_digit(char character)
{
    return (unsigned)(unsigned char)character - '0'; /* above 9: none */
}

/* All of the span as digits. */
static bool digits_value(struct span span, uint64_t *ret_value)
{
    uint64_t value = 0;
    if (span.at == span.end)
        return false;
    for (; span.at < span.end; span.at++) {
        const unsigned digit = decimal_digit(*span.at);
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *ret_value = value;
    return true;
}

bool tfi_uint64_from_text(const char *text, size_t len, uint64_t *ret_value)
{
    struct span span = trimmed(text, len);
    return !take_sign(&span) && digits_value(span, ret_value);
}

bool tfi_int64_from_text(const char *text, size_t len, int64_t *ret_value)
{
    struct span span = trimmed(text, len);
    const bool is_negative = take_sign(&span);
    uint64_t magnitude;
    if (!digits_value(span, &magnitude) || magnitude > (uint64_t)INT64_MAX + is_negative)
        return false;
    *ret_value = (int64_t)(is_negative ? 0 - magnitude : magnitude);
    return true;
}

/* ------------------------------------------------------------ the short way */

/* Digits of a mantissa that grows; how many there were. */
static int take_digits(struct span *span, uint64_t *mantissa)
{
    enum { MANY = 100 }; /* more than any caller takes */
    const char *start = span->at;
    unsigned digit;
    while (span->at < span->end && (digit = decimal_digit(*span->at)) <= 9) {
        *mantissa = *mantissa * 10 + digit; /* may wrap: too many digits are refused */
        span->at++;
    }
    return span->at - start < MANY ? (int)(span->at - start) : MANY;
}

/* The value of a number in base 10 whose mantissa is exact, and the power of ten too. False for all
 * others, also for what is no number. */
static bool short_number(struct span span, double *ret_value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}; /* all exact */
    enum { LARGEST_POWER = sizeof powers / sizeof powers[0] - 1, MAX_DIGITS_OF_64_BITS = 19 };
    uint64_t mantissa = 0;
    uint64_t written_exponent = 0;
    int exponent = 0;
    int n_digits = take_digits(&span, &mantissa);
    if (span.at < span.end && *span.at == '.') {
        span.at++;
        exponent = -take_digits(&span, &mantissa);
        n_digits -= exponent;
    }
    if (n_digits == 0 || n_digits > MAX_DIGITS_OF_64_BITS || mantissa > UINT64_C(1) << 53)
        return false;
    if (span.at < span.end && (*span.at | 0x20) == 'e') {
        span.at++;
        const bool is_negative = take_sign(&span);
        const int n = take_digits(&span, &written_exponent);
        if (n == 0 || n > 2)
            return false;
        exponent += is_negative ? -(int)written_exponent : (int)written_exponent;
    }
    if (span.at < span.end || exponent < -LARGEST_POWER || exponent > LARGEST_POWER)
        return false;
    *ret_value =
        exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
    return true;
}

/* ------------------------------------------------------------- the long way */

enum {
    MAX_DIGITS = 800, /* 767 decide about a double in base 10, fewer in base 16 */
    N_PREFIX = 2,     /* "0x" */
    N_EXPONENT = 24,  /* "e-9223372036854775808" and a NUL */
    BITS_OF_HEX_DIGIT = 4
};

/* digits × base ^ exponent; in base 16 the exponent counts bits. */
struct scanned {
    char text[N_PREFIX + MAX_DIGITS + 1 + N_EXPONENT]; /* digits from N_PREFIX on */
    size_t n_digits;
    int64_t exponent;
    bool is_hex;
    bool is_cut; /* what did not fit is not all zeros */
};

static unsigned hex_digit(char character)
{
    const unsigned digit = decimal_digit(character);
    if (digit <= 9)
        return digit;
    const unsigned letter = (unsigned)(unsigned char)(character | 0x20) - 'a';
    return letter < 6 ? letter + 10 : 16;
}

static void take_digit(struct scanned *scanned, char character, unsigned digit, bool is_fraction)
{
    const int64_t place = scanned->is_hex ? BITS_OF_HEX_DIGIT : 1;
    if (scanned->n_digits == MAX_DIGITS) {
        scanned->is_cut |= digit != 0;
        scanned->exponent += is_fraction ? 0 : place;
        return;
    }
    if (scanned->n_digits > 0 || digit != 0) /* (1) */
        scanned->text[N_PREFIX + scanned->n_digits++] = character;
    scanned->exponent -= is_fraction ? place : 0;
}

/* Digits with a point among them; false where there is no digit. */
static bool scan_digits(struct span *span, struct scanned *scanned)
{
    const unsigned base = scanned->is_hex ? 16 : 10;
    bool is_fraction = false;
    bool has_digit = false;
    for (; span->at < span->end; span->at++) {
        const unsigned digit = scanned->is_hex ? hex_digit(*span->at) : decimal_digit(*span->at);
        if (digit < base) {
            has_digit = true;
            take_digit(scanned, *span->at, digit, is_fraction);
        } else if (*span->at == '.' && !is_fraction) {
            is_fraction = true;
        } else {
            break;
        }
    }
    return has_digit;
}

/* The exponent behind its letter. Far beyond what any number of digits in memory can make up for,
 * it grows no more. */
static bool scan_exponent(struct span span, struct scanned *scanned)
{
    const int64_t enough = INT64_C(100000000000000000);
    const bool is_negative = take_sign(&span);
    int64_t exponent = 0;
    if (span.at == span.end)
        return false;
    for (; span.at < span.end; span.at++) {
        const unsigned digit = decimal_digit(*span.at);
        if (digit > 9)
            return false;
        if (exponent < enough)
            exponent = exponent * 10 + digit;
    }
    scanned->exponent += is_negative ? -exponent : exponent;
    return true;
}

static bool scan_number(struct span span, struct scanned *scanned)
{
    scanned->n_digits = 0;
    scanned->exponent = 0;
    scanned->is_cut = false;
    scanned->is_hex = span.end - span.at > 2 && span.at[0] == '0' && (span.at[1] | 0x20) == 'x';
    if (scanned->is_hex)
        span.at += 2;
    if (!scan_digits(&span, scanned))
        return false;
    if (span.at == span.end)
        return true;
    const char letter = *span.at++;
    return (letter | 0x20) == (scanned->is_hex ? 'p' : 'e') && scan_exponent(span, scanned);
}

/* Writes the number as strtod reads it in every locale. */
static const char *write_plain(struct scanned *scanned)
{
    enum { BEYOND = 1 << 20 }; /* with the digits there are, out of the range of any double */
    const int64_t place = scanned->is_hex ? BITS_OF_HEX_DIGIT : 1;
    char *at = scanned->text + N_PREFIX + scanned->n_digits;
    int64_t exponent = scanned->exponent;
    if (scanned->n_digits == 0)
        return "0";
    if (scanned->is_cut) {
        *at++ = '1';
        exponent -= place;
    }
    if (exponent > BEYOND)
        exponent = BEYOND;
    if (exponent < -BEYOND)
        exponent = -BEYOND;
    (void)snprintf(at, N_EXPONENT, "%c%lld", scanned->is_hex ? 'p' : 'e', (long long)exponent);
    if (!scanned->is_hex)
        return scanned->text + N_PREFIX;
    memcpy(scanned->text, "0x", N_PREFIX);
    return scanned->text;
}

static bool same_word(struct span span, const char *word)
{
    for (; span.at < span.end && *word != '\0'; span.at++, word++)
        if ((*span.at | 0x20) != *word)
            return false;
    return span.at == span.end && *word == '\0';
}

static bool word_value(struct span span, double *ret_value)
{
    if (same_word(span, "nan"))
        *ret_value = (double)NAN;
    else if (same_word(span, "inf") || same_word(span, "infinity"))
        *ret_value = (double)INFINITY;
    else
        return false;
    return true;
}

bool tfi_double_from_text(const char *text, size_t len, double *ret_value)
{
    struct span span = trimmed(text, len);
    const bool is_negative = take_sign(&span);
    double value;
    if (!short_number(span, &value)) {
        struct scanned scanned;
        if (scan_number(span, &scanned)) {
            const int kept_errno = errno;
            value = strtod(write_plain(&scanned), NULL);
            errno = kept_errno;
        } else if (!word_value(span, &value)) {
            return false;
        }
    }
    *ret_value = is_negative ? -value : value;
    return true;
}

/* True when a double that is the nearest to a number is rounded to the float that is nearest to the
 * number: it does not stand in the middle between two floats, where it cannot tell on which side
 * the number was, and it is none of those so small that their floats have fewer bits. */
static bool rounds_once_more(double value)
{
    enum { BITS_LOST = 52 - 23 };
    const uint64_t middle = UINT64_C(1) << (BITS_LOST - 1);
    const double smallest_normal = 0x1p-126;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & (2 * middle - 1)) != middle && (value == 0 || value >= smallest_normal);
}

bool tfi_float_from_text(const char *text, size_t len, float *ret_value)
{
    struct span span = trimmed(text, len);
    const bool is_negative = take_sign(&span);
    double near;
    float value;
    if (short_number(span, &near) && rounds_once_more(near)) {
        value = (float)near;
    } else {
        struct scanned scanned;
        if (scan_number(span, &scanned)) {
            const int kept_errno = errno;
            value = strtof(write_plain(&scanned), NULL);
            errno = kept_errno;
        } else if (word_value(span, &near)) {
            value = (float)near;
        } else {
            return false;
        }
    }
    *ret_value = is_negative ? -value : value;
    return true;
}
