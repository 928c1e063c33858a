/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * make_bench_set.c - makes the sets that tfeed and other loaders are measured on.
 *
 * DIR/NAME/part-00000 … and DIR/NAME/sums.json, which says for each part what a reader must arrive
 * at: so every reader is checked against the maker, not against another reader. The same bytes each
 * time. Parts hold ranges of records that follow each other, as converters write them, and are
 * written in pieces of 4 MiB: the page cache then holds them in large folios, and mapping them is
 * fast. The kinds of content follow data sets that people train on; see the table `sets`.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tfeed/random.h>
#include <tfeed/records.h>

#include "bench/harness.h"
#include "bench/images.h"

enum {
    N_IMAGES = 60000,
    PROBE_PIXEL = 406,
    N_CATEGORIES = 26,
    N_NUMBERS = 13,
    N_CARDINALITIES = 13,
    MAX_IDS = 127,
    ID_RANGE = 50000,
    N_CLASSES = 1000,
    IMAGE_MEAN_BYTES = 110000,
    IMAGE_SPREAD_BYTES = 25000,
    IMAGE_MIN_BYTES = 20000,
    IMAGE_MAX_BYTES = 200000,
    MAX_ENTRIES = 64,
    NAME_BYTES = 32,
    PATH_BYTES = 4096
};

static const size_t write_bytes = (size_t)4 << 20;
static const size_t pool_bytes = (size_t)16 << 20;

/* What a reader of the records arrives at. Doubles hold these sums exactly: the fractions of set C
 * are multiples of 1/1024. */
struct sums {
    uint64_t records;
    uint64_t payload_bytes;
    double label;
    double probe; /* of one value per row */
    double value; /* of all values but the label */
};

struct maker {
    const struct set *set;
    struct tfeed_random random;
    struct tfeed_example_builder *builder;
    struct bench_images images; /* mnist */
    uint8_t *pool;              /* imagenet: the images are pieces of it */
    uint8_t *permuted;          /* mnistMr: a record of write_bytes at most */
    struct sums sums;           /* of the part */
    char category_names[N_CATEGORIES][NAME_BYTES];
    char number_names[N_NUMBERS][NAME_BYTES];
};

/* A kind of content. `make` leaves record i as an Example in the builder. */
struct set {
    const char *name;
    const char *help;
    uint64_t n_records;
    int n_parts;
    bool gzip;
    bool permute; /* the keys of each record, as a map of C++ writes them */
    tfeed_status (*make)(struct maker *maker, uint64_t i, const uint8_t **ret_data, size_t *ret_len,
                         struct tfeed_error *reterr);
};

/* -------------------------------------------------------------- content */

static double random_unit(struct tfeed_random *random)
{
    return tfeed_random_uint32(random) / 4294967296.0;
}

static tfeed_status make_mnist(struct maker *maker, uint64_t i, const uint8_t **ret_data,
                               size_t *ret_len, struct tfeed_error *reterr)
{
    const struct bench_images *images = &maker->images;
    const size_t image = i % images->n;
    const uint8_t *pixels = images->pixels + image * BENCH_IMAGE_BYTES;

    maker->sums.label += images->labels[image];
    maker->sums.probe += pixels[PROBE_PIXEL];
    for (int k = 0; k < BENCH_IMAGE_BYTES; k++)
        maker->sums.value += pixels[k];
    return bench_images_example(images, image, maker->builder, ret_data, ret_len, reterr);
}

/* Photographs: large bytes of differing length beside a few small features. */
static tfeed_status make_imagenet(struct maker *maker, uint64_t i, const uint8_t **ret_data,
                                  size_t *ret_len, struct tfeed_error *reterr)
{
    static const struct tfeed_bytes format = {.data = (const uint8_t *)"JPEG", .len = 4};
    static const int64_t height = 375;
    static const int64_t width = 500;
    struct tfeed_example_builder *builder = maker->builder;
    const int64_t label = 1 + tfeed_random_uint32(&maker->random) % N_CLASSES;
    const size_t start = tfeed_random_uint32(&maker->random) % (pool_bytes - IMAGE_MAX_BYTES);
    char name[NAME_BYTES];
    double size;
    tfeed_status status;

    status = tfeed_random_normal(&maker->random, TFEED_DOUBLE, IMAGE_MEAN_BYTES, IMAGE_SPREAD_BYTES,
                                 &size, 1);
    if (status != TFEED_OK)
        return bench_fail(reterr, TFEED_INTERNAL, "no size drawn");
    size = fmin(fmax(size, IMAGE_MIN_BYTES), IMAGE_MAX_BYTES);
    const struct tfeed_bytes image = {.data = maker->pool + start, .len = (size_t)size};
    snprintf(name, sizeof name, "n%08" PRId64 "_%05" PRIu64 ".JPEG", label, i);
    const struct tfeed_bytes filename = {.data = (const uint8_t *)name, .len = strlen(name)};
    maker->sums.label += (double)label;
    maker->sums.probe += image.data[0];
    maker->sums.value += (double)image.len;
    tfeed_example_builder_clear(builder);
    if ((status =
             tfeed_example_builder_add_int64(builder, "image/class/label", &label, 1, reterr)) ||
        (status = tfeed_example_builder_add_bytes(builder, "image/encoded", &image, 1, reterr)) ||
        (status =
             tfeed_example_builder_add_bytes(builder, "image/filename", &filename, 1, reterr)) ||
        (status = tfeed_example_builder_add_bytes(builder, "image/format", &format, 1, reterr)) ||
        (status = tfeed_example_builder_add_int64(builder, "image/height", &height, 1, reterr)) ||
        (status = tfeed_example_builder_add_int64(builder, "image/width", &width, 1, reterr)))
        return status;
    return tfeed_example_builder_finish(builder, ret_data, ret_len, reterr);
}

/* Clicks on advertisements: 26 categories, a label, 13 numbers, a feature each. */
static tfeed_status make_ctr(struct maker *maker, uint64_t i, const uint8_t **ret_data,
                             size_t *ret_len, struct tfeed_error *reterr)
{
    static const double cardinalities[N_CARDINALITIES] = {
        3, 10, 24, 100, 305, 633, 1460, 5683, 12517, 93145, 142572, 286181, 2202608};
    struct tfeed_example_builder *builder = maker->builder;
    const int64_t label = random_unit(&maker->random) < 0.25;
    int64_t categories[N_CATEGORIES];
    float numbers[N_NUMBERS];
    tfeed_status status;

    (void)i;
    tfeed_example_builder_clear(builder);
    status = tfeed_example_builder_add_int64(builder, "label", &label, 1, reterr);
    for (int k = 0; k < N_CATEGORIES && status == TFEED_OK; k++) {
        const double unit = random_unit(&maker->random);
        categories[k] = (int64_t)(cardinalities[k % N_CARDINALITIES] * unit * unit * unit);
        maker->sums.value += (double)categories[k];
        status = tfeed_example_builder_add_int64(builder, maker->category_names[k], &categories[k],
                                                 1, reterr);
    }
    if (status == TFEED_OK &&
        tfeed_random_normal(&maker->random, TFEED_FLOAT, 0, 1, numbers, N_NUMBERS) != TFEED_OK)
        status = bench_fail(reterr, TFEED_INTERNAL, "no numbers drawn");
    for (int k = 0; k < N_NUMBERS && status == TFEED_OK; k++) {
        numbers[k] = rintf(expf(numbers[k]) * 1024) / 1024;
        maker->sums.value += (double)numbers[k];
        status = tfeed_example_builder_add_float(builder, maker->number_names[k], &numbers[k], 1,
                                                 reterr);
    }
    if (status != TFEED_OK)
        return status;
    maker->sums.label += (double)label;
    maker->sums.probe += (double)categories[N_CATEGORIES - 1];
    return tfeed_example_builder_finish(builder, ret_data, ret_len, reterr);
}

/* Sentences: from 1 to 127 word numbers, the small ones more often. */
static tfeed_status make_text(struct maker *maker, uint64_t i, const uint8_t **ret_data,
                              size_t *ret_len, struct tfeed_error *reterr)
{
    struct tfeed_example_builder *builder = maker->builder;
    const int64_t label = tfeed_random_uint32(&maker->random) % 2;
    const size_t n_ids = 1 + tfeed_random_uint32(&maker->random) % MAX_IDS;
    int64_t ids[MAX_IDS];
    tfeed_status status;

    (void)i;
    for (size_t k = 0; k < n_ids; k++) {
        const double unit = random_unit(&maker->random);
        ids[k] = (int64_t)(ID_RANGE * unit * unit);
        maker->sums.value += (double)ids[k];
    }
    maker->sums.label += (double)label;
    maker->sums.probe += (double)n_ids;
    tfeed_example_builder_clear(builder);
    if ((status = tfeed_example_builder_add_int64(builder, "ids", ids, n_ids, reterr)) ||
        (status = tfeed_example_builder_add_int64(builder, "label", &label, 1, reterr)))
        return status;
    return tfeed_example_builder_finish(builder, ret_data, ret_len, reterr);
}

static const struct set sets[] = {
    {.name = "mnistM",
     .help = "the training images of MNIST, 20 times in a row; 875 bytes each",
     .n_records = 20 * N_IMAGES,
     .n_parts = 8,
     .make = make_mnist},
    {.name = "mnistMr",
     .help = "the same with the keys of each record in a random order",
     .n_records = 20 * N_IMAGES,
     .n_parts = 8,
     .permute = true,
     .make = make_mnist},
    {.name = "mnistG",
     .help = "mnistM in two GZIP files",
     .n_records = 20 * N_IMAGES,
     .n_parts = 2,
     .gzip = true,
     .make = make_mnist},
    {.name = "imagenetL",
     .help = "random bytes, 110 kB each, with five small features",
     .n_records = 9758,
     .n_parts = 8,
     .make = make_imagenet},
    {.name = "ctrC",
     .help = "40 numbers, each a feature of its own",
     .n_records = 1000000,
     .n_parts = 8,
     .make = make_ctr},
    {.name = "textT",
     .help = "a list of 64 numbers on average and a label",
     .n_records = 500000,
     .n_parts = 8,
     .make = make_text},
};

enum { N_SETS = sizeof sets / sizeof sets[0] };

/* -------------------------------------------------------------- writing */

/* The length of a field that begins with its tag, of one byte, and the length of the rest. */
static size_t field_len(const uint8_t *field)
{
    size_t len = 0;
    size_t n = 1;

    for (unsigned shift = 0;; shift += 7) {
        const uint8_t byte = field[n++];
        len |= (size_t)(byte & 127) << shift;
        if (byte < 128)
            return n + len;
    }
}

/* Writes the entries of an Example's one map in another order. */
static void permute_entries(struct maker *maker, const uint8_t *data, size_t len)
{
    const uint8_t *const end = data + len;
    const uint8_t *entries[MAX_ENTRIES];
    uint32_t order[MAX_ENTRIES];
    uint32_t n = 0;
    const uint8_t *at = data + 1;

    while (*at++ >= 128) /* behind the tag and the length of the map */
        continue;
    const size_t head_len = (size_t)(at - data);
    for (; at < end && n < MAX_ENTRIES; at += field_len(at)) {
        order[n] = n;
        entries[n++] = at;
    }
    tfeed_random_shuffle(&maker->random, order, n);
    memcpy(maker->permuted, data, head_len);
    uint8_t *out = maker->permuted + head_len;
    for (uint32_t k = 0; k < n; k++) {
        const uint8_t *entry = entries[order[k]];
        memcpy(out, entry, field_len(entry));
        out += field_len(entry);
    }
}

static tfeed_status write_records(struct maker *maker, struct tfeed_record_writer *writer,
                                  uint64_t first, uint64_t end, struct tfeed_error *reterr)
{
    const uint8_t *data;
    size_t len;
    tfeed_status status = TFEED_OK;

    for (uint64_t i = first; i < end && status == TFEED_OK; i++) {
        status = maker->set->make(maker, i, &data, &len, reterr);
        if (status != TFEED_OK)
            return status;
        if (maker->set->permute) {
            permute_entries(maker, data, len);
            data = maker->permuted;
        }
        maker->sums.records++;
        maker->sums.payload_bytes += len;
        status = tfeed_record_writer_write(writer, data, len, reterr);
    }
    return status;
}

static tfeed_status write_part(struct maker *maker, const char *path, uint64_t first, uint64_t end,
                               struct tfeed_error *reterr)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;

    tfeed_record_writer_options_init(&options);
    if (maker->set->gzip)
        options.compression = TFEED_COMPRESSION_GZIP;
    options.buffer_bytes = write_bytes;
    options.overwrite = true;
    maker->sums = (struct sums){0};
    tfeed_status status = tfeed_record_writer_open(path, &options, &writer, reterr);
    if (status != TFEED_OK)
        return status;
    status = write_records(maker, writer, first, end, reterr);
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, reterr);
    tfeed_record_writer_free(writer);
    return status;
}

static void print_sums(FILE *file, int part, const struct sums *sums)
{
    fprintf(file,
            "%s\n  {\"part\": \"part-%05d\", \"records\": %" PRIu64 ", \"payload_bytes\": %" PRIu64
            ", \"label_sum\": %.0f, \"probe_sum\": %.0f, \"value_sum\": %.10f}",
            part == 0 ? "" : ",", part, sums->records, sums->payload_bytes, sums->label,
            sums->probe, sums->value);
}

static tfeed_status write_parts(struct maker *maker, const char *folder, uint64_t n_records,
                                FILE *sums_file, struct tfeed_error *reterr)
{
    const uint64_t n_parts = (uint64_t)maker->set->n_parts;
    tfeed_status status = TFEED_OK;
    char path[PATH_BYTES];

    fputc('[', sums_file);
    for (uint64_t part = 0; part < n_parts && status == TFEED_OK; part++) {
        snprintf(path, sizeof path, "%s/part-%05" PRIu64, folder, part);
        status = write_part(maker, path, n_records * part / n_parts,
                            n_records * (part + 1) / n_parts, reterr);
        print_sums(sums_file, (int)part, &maker->sums);
    }
    fputs("\n]\n", sums_file);
    return status;
}

/* ----------------------------------------------------------------- sets */

static void maker_clear(struct maker *maker)
{
    tfeed_example_builder_free(maker->builder);
    bench_images_clear(&maker->images);
    free(maker->pool);
    free(maker->permuted);
}

/* Prepares what the set is made from, all with a fixed seed. */
static tfeed_status maker_init(struct maker *maker, const struct set *set, const char *idx_folder,
                               struct tfeed_error *reterr)
{
    const struct tfeed_seeds seeds = {(uint64_t)(set - sets) + 1, 0};

    *maker = (struct maker){.set = set};
    tfeed_random_init(&maker->random, seeds);
    for (int i = 0; i < N_CATEGORIES; i++)
        snprintf(maker->category_names[i], NAME_BYTES, "cat_%02d", i);
    for (int i = 0; i < N_NUMBERS; i++)
        snprintf(maker->number_names[i], NAME_BYTES, "num_%02d", i);
    maker->pool = malloc(pool_bytes);
    maker->permuted = malloc(write_bytes);
    if (!maker->pool || !maker->permuted)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    if (set->make == make_imagenet)
        for (size_t i = 0; i < pool_bytes; i++)
            maker->pool[i] = (uint8_t)(tfeed_random_uint32(&maker->random) >> 24);
    if (set->make == make_mnist) {
        const tfeed_status status = bench_images_load(idx_folder, N_IMAGES, &maker->images, reterr);
        if (status != TFEED_OK)
            return status;
    }
    return tfeed_example_builder_new(NULL, &maker->builder, reterr);
}

static tfeed_status make_set(const struct set *set, const char *idx_folder, uint64_t n_records,
                             const char *folder, struct tfeed_error *reterr)
{
    struct maker maker;
    char path[PATH_BYTES];
    FILE *sums_file;

    snprintf(path, sizeof path, "%s/%s", folder, set->name);
    if ((mkdir(folder, 0777) != 0 && errno != EEXIST) ||
        (mkdir(path, 0777) != 0 && errno != EEXIST))
        return bench_fail(reterr, TFEED_PERMISSION_DENIED, "%s: %s", path, strerror(errno));
    const size_t folder_len = strlen(path);
    snprintf(path + folder_len, sizeof path - folder_len, "/sums.json");
    sums_file = fopen(path, "w");
    if (!sums_file)
        return bench_fail(reterr, TFEED_PERMISSION_DENIED, "%s: %s", path, strerror(errno));
    path[folder_len] = '\0';
    tfeed_status status = maker_init(&maker, set, idx_folder, reterr);
    if (status == TFEED_OK)
        status = write_parts(&maker, path, n_records > 0 ? n_records : set->n_records, sums_file,
                             reterr);
    maker_clear(&maker);
    if (fclose(sums_file) != 0 && status == TFEED_OK)
        status = bench_fail(reterr, TFEED_DATA_LOSS, "%s/sums.json: %s", path, strerror(errno));
    return status;
}

/* -------------------------------------------------------------- command */

static void print_usage(FILE *file)
{
    fputs("usage: make_bench_set [--idx DIR] [--records N] SET... DIR\n"
          "Makes DIR/SET/part-* and DIR/SET/sums.json. MNIST's images come from the idx files in "
          "--idx DIR\n(plain or .gz; without it: random images); --records makes a smaller or "
          "larger set.\n\n",
          file);
    for (int i = 0; i < N_SETS; i++)
        fprintf(file, "  %-10s %s (%" PRIu64 " records, %d files)\n", sets[i].name, sets[i].help,
                sets[i].n_records, sets[i].n_parts);
}

static const struct set *find_set(const char *name)
{
    for (int i = 0; i < N_SETS; i++)
        if (strcmp(sets[i].name, name) == 0)
            return &sets[i];
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"idx", required_argument, NULL, 'i'},
                                            {"records", required_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct tfeed_error error;
    const char *idx_folder = NULL;
    unsigned long long n_records = 0;
    char *end = NULL;
    bool is_usage = false;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            print_usage(stdout);
            return 0;
        }
        if (option == 'i')
            idx_folder = optarg;
        else if (option == 'r')
            n_records = strtoull(optarg, &end, 10);
        is_usage = is_usage || option == '?' || (end && (*end || n_records == 0));
    }
    for (int i = optind; i < argc - 1; i++)
        is_usage = is_usage || !find_set(argv[i]);
    if (is_usage || argc - optind < 2) {
        print_usage(stderr);
        return 2;
    }
    for (int i = optind; i < argc - 1; i++) {
        if (make_set(find_set(argv[i]), idx_folder, n_records, argv[argc - 1], &error) !=
            TFEED_OK) {
            fprintf(stderr, "make_bench_set: %s\n", error.message);
            return 1;
        }
    }
    return 0;
}
