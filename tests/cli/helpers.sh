# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
#
# helpers.sh - small inputs for the cases; every function writes into the folder where it runs.

# make_idx FOLDER: the four idx files of a set of 2 x 2 images, 6 for training (labels 0 to 5) and 3
# for testing (labels 7 to 9).
make_idx() {
    mkdir -p "$1"
    printf '\000\000\010\003\000\000\000\006\000\000\000\002\000\000\000\002' \
        >"$1/train-images-idx3-ubyte"
    printf '\000\001\002\003aaaabbbbccccdddd\374\375\376\377' >>"$1/train-images-idx3-ubyte"
    printf '\000\000\010\001\000\000\000\006\000\001\002\003\004\005' \
        >"$1/train-labels-idx1-ubyte"
    printf '\000\000\010\003\000\000\000\003\000\000\000\002\000\000\000\002xxxxyyyyzzzz' \
        >"$1/t10k-images-idx3-ubyte"
    printf '\000\000\010\001\000\000\000\003\007\010\011' >"$1/t10k-labels-idx1-ubyte"
}

# make_records: train.tfrecords (4 Examples), validation.tfrecords (2) and test.tfrecords (3).
make_records() {
    make_idx idx
    tfeed convert mnist idx --out . --validation 2 "$@" >made
}

# put_byte FILE OFFSET OCTAL: changes one byte.
put_byte() {
    printf "\\$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# make_kinds FILE: three records: an Example with every kind of feature, one with long values, and an
# empty one.
make_kinds() {
    {
        printf '\334\000\000\000\000\000\000\000\312\165\101\144\012\331\001\012\032\012\004\164'
        printf '\145\170\164\022\022\012\020\012\005\143\141\146\303\251\012\000\012\005\141\042'
        printf '\142\134\012\012\020\012\005\142\171\164\145\163\022\007\012\005\012\003\000\377'
        printf '\376\012\056\012\006\146\154\157\141\164\163\022\044\022\042\012\040\000\000\300'
        printf '\077\315\314\314\275\000\000\200\113\001\000\000\000\377\377\177\177\000\000\300'
        printf '\177\000\000\200\177\000\000\200\377\012\052\012\004\151\156\164\163\022\042\032'
        printf '\040\012\036\000\377\377\377\377\377\377\377\377\377\001\377\377\377\377\377\377'
        printf '\377\377\177\200\200\200\200\200\200\200\200\200\001\012\020\012\012\145\155\160'
        printf '\164\171\040\151\156\164\163\022\002\032\000\012\022\012\014\145\155\160\164\171'
        printf '\040\146\154\157\141\164\163\022\002\022\000\012\021\012\013\145\155\160\164\171'
        printf '\040\142\171\164\145\163\022\002\012\000\012\010\012\004\156\157\156\145\022\000'
        printf '\012\012\012\001\141\022\005\032\003\012\001\007\253\206\170\040\120\000\000\000'
        printf '\000\000\000\000\224\017\233\202\012\116\012\030\012\004\154\157\156\147\022\020'
        printf '\032\016\012\014\000\001\002\003\004\005\006\007\010\011\012\013\012\040\012\004'
        printf '\142\154\157\142\022\030\012\026\012\024\000\001\002\003\004\005\006\007\010\011'
        printf '\012\013\014\015\016\017\020\021\022\023\012\020\012\007\345\220\215\345\211\215'
        printf '\033\022\005\032\003\012\001\001\176\211\147\056\000\000\000\000\000\000\000\000'
        printf '\051\003\230\007\330\352\202\242'
    } >"$1"
}

# make_raw FILE: three records that are not Examples: "hello", bytes that are not text, and none.
make_raw() {
    {
        printf '\005\000\000\000\000\000\000\000\352\262\004\076\150\145\154\154\157\273\037\034'
        printf '\031\020\000\000\000\000\000\000\000\225\373\376\030\377\000\156\157\164\040\141'
        printf '\156\040\105\170\141\155\160\154\145\202\334\046\010\000\000\000\000\000\000\000'
        printf '\000\051\003\230\007\330\352\202\242'
    } >"$1"
}

# make_sequences FILE: four records: SequenceExamples with lists of all kinds and lengths, with an
# empty list, without a context, and an Example.
make_sequences() {
    cat >sequences.jsonl <<'END'
{"context": {"id": {"int64": [1]}, "name": {"bytes": ["YWJj"]}}, "feature_lists": {"words": [{"bytes": ["aGk=", "eW91"]}, {"bytes": []}], "pos": [{"float": [0.5, -1.5]}, {"float": [2, 4]}], "odd": [{"int64": [1]}, {}, {"float": [2]}]}}
{"context": {"id": {"int64": [2]}}, "feature_lists": {"words": [], "pos": [{"float": [1, 3]}]}}
{"feature_lists": {"words": [{"bytes": ["dGhyZWU="]}]}}
{"features": {"id": {"int64": [3]}}}
END
    tfeed convert jsonl sequences.jsonl --out "$1" >made
}

# make_many FILE LOG: 2^LOG times the records of train.tfrecords in one file.
make_many() {
    cp train.tfrecords "$1"
    for i in $(seq "$2"); do
        cat "$1" "$1" >twice
        mv twice "$1"
    done
}

# example NAME ARGUMENT...: runs a program of examples/.
example() {
    example=$TFEED_BUILD/examples/$1
    shift
    TMPDIR=$PWD "$example" "$@"
}

# unset_launchers: nobody has started this process as one of many.
unset_launchers() {
    unset RANK WORLD_SIZE LOCAL_WORLD_SIZE OMPI_COMM_WORLD_RANK OMPI_COMM_WORLD_SIZE PMI_RANK \
        PMI_SIZE SLURM_PROCID SLURM_NTASKS SLURM_STEP_ID JOB_COMPLETION_INDEX TFEED_SHARD_COUNT
}
