#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
#
# run.sh - install the peers and run them beside tfeed.

usage='usage: run.sh --sets DIR --tfeed COMMAND [--peers DIR] [--install-only] [OPTION...]

Installs the other loaders into DIR (default: build/peers), each into an environment of its own, and
runs all of them and tfeed in turn on the sets that make_bench_set left in --sets. One Markdown table
comes out. What is installed stays, and is not asked for again; what cannot be installed stands in the
table with the reason (remove DIR/NAME.why to try once more).

  --only WORK:SET,...  --rounds N  --seconds N  --log FILE     as compare.py says

Python packages come through pip, the Rust crate through cargo; the C loop wants the Debian packages
libprotobuf-c-dev and protobuf-c-compiler. PYTHON names the interpreter for most (default python3), and
PYTHON38 one of version 3.8 for DareBlopy, whose packages end there.'

set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
peers=$here/../../build/peers
install_only=
options=()
while [ $# -gt 0 ]; do
    case $1 in
    --help) echo "$usage"; exit 0 ;;
    --install-only) install_only=yes ;;
    --peers) peers=${2:?}; shift ;;
    *) options+=("$1") ;;
    esac
    shift
done
mkdir -p "$peers" && peers=$(cd "$peers" && pwd) || exit 2

# --- Installing -----------------------------------------------------------------------------------

# once NAME COMMAND...: installs a peer into $peers/NAME unless it is there; the last line of a
# command that failed is the reason that the table gives.
once() {
    local name=$1
    shift
    [ -d "$peers/$name" ] || [ -e "$peers/$name.why" ] && return
    echo "installing $name" >&2
    if "$@" "$peers/$name.part" >"$peers/$name.log" 2>&1; then
        mv "$peers/$name.part" "$peers/$name"
    else
        grep -v '^ *$' "$peers/$name.log" | tail -n 1 >"$peers/$name.why"
        rm -rf "$peers/$name.part"
    fi
}

# packages PYTHON PACKAGE... FOLDER
packages() {
    local python=$1 folder=${*: -1}
    shift
    "$python" --version || { echo "no $python here"; return 1; }
    "$python" -m venv "$folder" || return 1
    "$folder/bin/python" -m pip install --disable-pip-version-check "${@:1:$#-1}"
}

rust_crate() {
    command -v cargo || { echo "no cargo here"; return 1; }
    mkdir -p "$1" && cp -R "$here/rust/." "$1/" &&
        (cd "$1" && cargo build --release) && mv "$1/target/release/peer-tfrecord" "$1/" &&
        rm -r "$1/target"
}

c_loop() {
    command -v protoc-c || { echo "no protoc-c here"; return 1; }
    mkdir -p "$1" && protoc-c --c_out="$1" -I"$here" "$here/example.proto" &&
        ${CC:-cc} -O3 -march=native -I"$1" -o "$1/fread_loop" "$here/fread_loop.c" "$1/example.pb-c.c" \
            -lprotobuf-c -lm
}

python=${PYTHON:-python3}
python38=python3.8
for candidate in "${PYTHON38:-}" python3.8 ~/.pyenv/versions/3.8.*/bin/python3.8; do
    [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1 && python38=$candidate && break
done
once c c_loop
once rust rust_crate
once dareblopy packages "$python38" dareblopy==0.0.5 numpy
once tfrecord packages "$python" tfrecord==1.14.6
once tfrecords packages "$python" tfrecords==0.3.1 numpy
once dali packages "$python" nvidia-dali-cuda120==2.4.0 numpy
once tensorflow packages "$python" tensorflow-cpu==2.21.0
[ -n "$install_only" ] && exit 0

# --- Running --------------------------------------------------------------------------------------

export PYTHONDONTWRITEBYTECODE=1
exec "$python" "$here/compare.py" --peers "$peers" "${options[@]}"
