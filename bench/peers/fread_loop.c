/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fread_loop.c - what a C program does without a library: fread, protobuf-c, a loop.
 *
 * Reads records, trusts their lengths, looks at no checksum, finds features by comparing names, and
 * shuffles through an array of copied records. Takes and prints what peer.py describes.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <example.pb-c.h> /* made of example.proto */

enum { PIXELS = 784, PROBE_PIXEL = 406, SHUFFLE = 10000, MAX_BATCH = 256, MAX_IDS = 127 };
enum { N_CATEGORIES = 26, N_NUMBERS = 13, CANNOT = 77 };

struct record {
    uint8_t *data;
    size_t len;
};

static char work; /* s(can), b(atch), s-h-u(ffle): the third letter tells */
static char kind;
static bool all_values;
static size_t batch_size;
static struct record buffer[SHUFFLE];
static size_t n_buffered;

static Example *examples[MAX_BATCH]; /* of the batch: they own the bytes of its blobs */
static ProtobufCBinaryData blobs[MAX_BATCH];
static float images[MAX_BATCH][PIXELS], numbers[MAX_BATCH][N_NUMBERS];
static int64_t labels[MAX_BATCH], categories[MAX_BATCH][N_CATEGORIES], ids[MAX_BATCH * MAX_IDS];
static size_t n_rows, n_ids;

static struct {
    uint64_t records, payload_bytes;
    double label, probe, value;
} sums;

static const Feature *find(const Example *example, const char *name)
{
    for (size_t i = 0; i < example->features->n_feature; i++)
        if (strcmp(example->features->feature[i]->key, name) == 0)
            return example->features->feature[i]->value;
    fprintf(stderr, "no feature %s\n", name);
    exit(1);
}

static void use_batch(void)
{
    for (size_t i = 0; i < n_rows; i++) {
        sums.label += (double)labels[i];
        if (kind == 'm')
            sums.probe += rintf((images[i][PROBE_PIXEL] + 0.5f) * 255);
        else if (kind == 'i')
            sums.probe += blobs[i].data[0];
        else if (kind == 'c')
            sums.probe += (double)categories[i][N_CATEGORIES - 1];
        for (size_t k = 0; all_values && kind == 'm' && k < PIXELS; k++)
            sums.value += rintf((images[i][k] + 0.5f) * 255);
        for (size_t k = 0; all_values && kind == 'c' && k < N_CATEGORIES; k++)
            sums.value += (double)categories[i][k];
        for (size_t k = 0; all_values && kind == 'c' && k < N_NUMBERS; k++)
            sums.value += (double)numbers[i][k];
        if (all_values && kind == 'i')
            sums.value += (double)blobs[i].len;
        example__free_unpacked(examples[i], NULL);
    }
    sums.probe += kind == 't' ? (double)n_ids : 0;
    for (size_t k = 0; all_values && k < n_ids; k++)
        sums.value += (double)ids[k];
    sums.records += n_rows;
    n_rows = n_ids = 0;
}

static void put_row(const uint8_t *data, size_t len)
{
    Example *example = example__unpack(NULL, len, data);
    const size_t row = n_rows++;
    char name[16];

    examples[row] = example;
    labels[row] = find(example, kind == 'i' ? "image/class/label" : "label")->int64_list->value[0];
    if (kind == 'm' || kind == 'i')
        blobs[row] =
            find(example, kind == 'i' ? "image/encoded" : "image_raw")->bytes_list->value[0];
    for (size_t k = 0; kind == 'm' && k < PIXELS; k++)
        images[row][k] = (float)blobs[row].data[k] * (1 / 255.0f) - 0.5f;
    for (int k = 0; kind == 'c' && k < N_CATEGORIES; k++) {
        snprintf(name, sizeof name, "cat_%02d", k);
        categories[row][k] = find(example, name)->int64_list->value[0];
    }
    for (int k = 0; kind == 'c' && k < N_NUMBERS; k++) {
        snprintf(name, sizeof name, "num_%02d", k);
        numbers[row][k] = find(example, name)->float_list->value[0];
    }
    if (kind == 't') {
        const Int64List *list = find(example, "ids")->int64_list;
        memcpy(ids + n_ids, list->value, list->n_value * sizeof *ids);
        n_ids += list->n_value;
    }
    if (n_rows == batch_size)
        use_batch();
}

static size_t random_below(size_t n)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % n;
}

static void swap_through_buffer(const uint8_t *data, size_t len)
{
    struct record *slot = &buffer[n_buffered];

    if (n_buffered == SHUFFLE) {
        slot = &buffer[random_below(SHUFFLE)];
        put_row(slot->data, slot->len);
    } else {
        n_buffered++;
    }
    slot->data = realloc(slot->data, len);
    slot->len = len;
    memcpy(slot->data, data, len);
}

static void read_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    uint8_t head[12], *data = NULL;
    size_t room = 0;
    uint64_t len;

    while (fread(head, 1, sizeof head, file) == sizeof head) {
        memcpy(&len, head, sizeof len);
        if (len + 4 > room)
            data = realloc(data, room = len + 4);
        if (fread(data, 1, len + 4, file) != len + 4)
            exit(1);
        if (work == 'b') {
            put_row(data, len);
        } else if (work == 'u') {
            swap_through_buffer(data, len);
        } else {
            sums.records++;
            sums.payload_bytes += len;
        }
    }
    free(data);
    fclose(file);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static bool is_gzip(const char *name)
{
    FILE *file = fopen(name, "rb");
    const bool is = file && fgetc(file) == 0x1f && fgetc(file) == 0x8b;
    if (file)
        fclose(file);
    return is;
}

int main(int argc, char **argv)
{
    if (argc < 4 || is_gzip(argv[argc - 1])) {
        fputs(argc < 4 ? "usage: fread_loop WORK SET [--all-values] FILE...\n"
                       : "reads no compressed files\n",
              stderr);
        return argc < 4 ? 2 : CANNOT;
    }
    work = argv[1][0] == 's' && argv[1][1] == 'h' ? 'u' : argv[1][0];
    kind = argv[2][0];
    all_values = strcmp(argv[3], "--all-values") == 0;
    batch_size = kind == 'i' ? 32 : kind == 'c' ? 256 : 128;
    const double start = seconds_now(), cpu = cpu_seconds();
    for (int i = all_values ? 4 : 3; i < argc; i++)
        read_file(argv[i]);
    while (n_buffered > 0) {
        const size_t i = random_below(n_buffered);
        put_row(buffer[i].data, buffer[i].len);
        free(buffer[i].data);
        buffer[i] = buffer[--n_buffered];
    }
    use_batch();
    const double seconds = seconds_now() - start;
    printf("{\"version\": \"protobuf-c %s\", \"records\": %llu, \"seconds\": %.6f, "
           "\"cpu_seconds\": %.6f, \"rec_per_s\": %.1f, \"crc_verified\": false, \"check\": "
           "{\"records\": %llu, \"payload_bytes\": %llu, \"label_sum\": %.0f, \"probe_sum\": %.0f, "
           "\"value_sum\": %.10f}}\n",
           protobuf_c_version(), (unsigned long long)sums.records, seconds, cpu_seconds() - cpu,
           (double)sums.records / seconds, (unsigned long long)sums.records,
           (unsigned long long)sums.payload_bytes, sums.label, sums.probe, sums.value);
    return 0;
}
