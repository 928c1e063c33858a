# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Each is one line and exit 1, and leaves nothing behind.
. "$CASES/helpers.sh"
try() {
    echo "$1"
    tfeed convert mnist idx --out out --validation 2
    echo "$?"
    [ ! -d out ] || ls -A out
    rm -rf idx
    make_idx idx
}
make_idx idx
put_byte idx/train-images-idx3-ubyte 2 011
try 'another type of elements'
put_byte idx/train-images-idx3-ubyte 0 001
try 'not an idx file'
put_byte idx/train-labels-idx1-ubyte 3 003
try 'images for labels'
put_byte idx/train-labels-idx1-ubyte 9 012
try 'label 10'
put_byte idx/train-labels-idx1-ubyte 7 005
try 'counts disagree'
truncate -s 30 idx/train-images-idx3-ubyte
try 'cut'
truncate -s 5 idx/t10k-images-idx3-ubyte
try 'cut in the header'
: >idx/t10k-labels-idx1-ubyte
try 'empty'
echo x >>idx/train-labels-idx1-ubyte
try 'bytes behind the end'
gzip idx/train-images-idx3-ubyte
truncate -s 30 idx/train-images-idx3-ubyte.gz
try 'cut gzip'
