/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * list_entries.c - the entries of one record's map into the rows of lists: as example_entries.c
 * does it for rows of one shape, in the same three ways.
 *
 * Each way starts the row again: what an earlier occurrence of the feature had in it, or an earlier
 * way, is forgotten.
 */
#include "features/example_parser_private.h"

static bool is_whole_steps(const struct tfi_cell *cell)
{
    return cell->feature->n_elements == 1 ||
           tfi_list_row_len(cell->list) % cell->feature->n_elements == 0;
}

bool tfi_list_fill(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                   struct tfi_feature_values *values)
{
    if (parser->has_no_memory)
        return false;
    tfi_list_restart_row(cell->list);
    const enum tfi_append append =
        tfi_list_append_feature(cell->list, values, parser->serialized->block);
    if (append != TFI_APPEND_OK) {
        parser->has_no_memory |= append == TFI_APPEND_NO_MEMORY;
        return false;
    }
    if (is_whole_steps(cell))
        tfi_mark_filled(parser, cell);
    else
        tfi_mark_fault(
            parser, cell,
            (struct tfi_fault_detail){.fault = TFI_FAULT_STEPS, .n = tfi_list_row_len(cell->list)});
    return true;
}

bool tfi_list_fill_ordinary(struct tfeed_example_parser *parser, struct tfi_cell *cell,
                            struct tfi_chunk message)
{
    tfi_list_restart_row(cell->list);
    const enum tfi_append append =
        tfi_list_append_ordinary(cell->list, message, parser->serialized->block);
    parser->has_no_memory |= append == TFI_APPEND_NO_MEMORY;
    if (append != TFI_APPEND_OK || parser->has_no_memory || !is_whole_steps(cell))
        return false;
    tfi_mark_filled(parser, cell);
    return true;
}

size_t tfi_list_fill_by_template(struct tfeed_example_parser *parser, const struct tfi_cell *cell,
                                 const uint8_t *at, size_t n_left)
{
    const struct tfi_template *tmpl = &cell->list_tmpl;
    struct tfi_list *list = cell->list;
    const size_t len = tmpl->len;
    uint64_t value;
    if (len == 0 || n_left < len || !tfi_template_match(tmpl, at))
        return 0;
    const uint8_t *payload = at + len;
    const size_t n_bytes = payload[-1];
    if (n_bytes > tmpl->payload_bytes || n_bytes > n_left - len)
        return 0;
    tfi_list_restart_row(list);
    if (list->dtype == TFEED_INT64 && n_bytes - 1 < 8 && list->n < list->capacity &&
        tfi_template_varint(payload, n_bytes, tfi_join_groups, &value))
        memcpy(list->data + list->n++ * sizeof value, &value, sizeof value);
    else {
        const enum tfi_append append =
            tfi_list_append(list, (struct tfi_chunk){payload, n_bytes}, parser->serialized->block);
        parser->has_no_memory |= append == TFI_APPEND_NO_MEMORY;
        if (append != TFI_APPEND_OK)
            return 0;
    }
    return is_whole_steps(cell) ? len + n_bytes : 0;
}
