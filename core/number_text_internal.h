/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * number_text_internal.h - numbers that stand in texts: exact, and the same in every locale.
 *
 * A text is text[len], without NUL, of any length; all of it must be the number. White space around
 * it (blank, \t \n \v \f \r) is passed over. None of these allocates; errno is kept.
 *
 *    integer   [+-] digits
 *    float     [+-] digits [. digits] [e [+-] digits]     at least one digit before the exponent
 *              [+-] 0x hexdigits [. hexdigits] [p [+-] digits]
 *              [+-] inf | infinity | nan                  in any case of letters
 *
 * False: the text is no such number, or an integer that does not fit; *ret_value is as it was. Of
 * floats the nearest one is given, ties to even: infinity or 0 for what is out of range.
 */
#ifndef TFI_NUMBER_TEXT_INTERNAL_H
#define TFI_NUMBER_TEXT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool tfi_int64_from_text(const char *text, size_t len, int64_t *ret_value);
/* No minus, not even before a 0. */
bool tfi_uint64_from_text(const char *text, size_t len, uint64_t *ret_value);
bool tfi_double_from_text(const char *text, size_t len, double *ret_value);
/* Rounded once: not always what tfi_double_from_text and a cast give. */
bool tfi_float_from_text(const char *text, size_t len, float *ret_value);

#endif
