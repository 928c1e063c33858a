#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
#
# check.sh - set up and test everything.

usage='usage: ./check.sh [--golden-only | --long] [--help]

Installs what is missing (scripts/packages.txt), builds under build/ and runs all tests: the rules
that scripts can see, unit tests, replay of files made by TensorFlow, the command, stress programs;
again under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer, with clang, and with
the portable code that any processor runs. Each failing thing is named; the last line is the sum.

  --golden-only   only the replay of files made by TensorFlow
  --long          besides: minutes of stress, a build without optional packages, the release archive
  --help          this text

  TFEED_GOLDEN=DIR   replays the files in DIR instead of those in tests/golden
  TFEED_MNIST=DIR    folder with the four MNIST files, for the tests that want the whole set
                     (default: what demo.sh fetched)
  JOBS=N             processes at a time (default: the number of processors)

Exit status: 0 all passed, 1 something failed, 2 usage.'

set -u -o pipefail
unset CDPATH MAKEFLAGS MAKELEVEL TFEED_CPU
export LC_ALL=C

mode=normal
case ${1:-} in
'') ;;
--golden-only) mode=golden ;;
--long) mode=long ;;
--help) echo "$usage"; exit 0 ;;
*) echo "$0: unknown option $1; try '$0 --help'" >&2; exit 2 ;;
esac

# Folders are named from where the caller stands.
for name in TFEED_GOLDEN TFEED_MNIST; do
    [ -n "${!name:-}" ] || continue
    if ! folder=$(cd -- "${!name}" 2>/dev/null && pwd); then
        echo "$0: $name=${!name} is no folder" >&2
        exit 2
    fi
    export "$name=$folder"
done
cd "$(dirname "$0")" || exit 1

export JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN)}
logs=$PWD/build/logs
passed=0 failed=0 skipped=0
failures=()

# --- Counting -------------------------------------------------------------------------------------

title() {
    printf '\n== %s (%d s)\n' "$1" "$SECONDS"
}

fail() {
    failed=$((failed + 1))
    failures+=("$1")
}

# step NAME COMMAND...: one check. What it prints is shown when it fails.
step() {
    local counted=1
    run_step "$@"
}

# needed NAME COMMAND...: the same for what is no check; it counts only when it fails.
needed() {
    local counted=0
    run_step "$@"
}

run_step() {
    local name=$1 log
    shift
    log=$logs/${name//[^A-Za-z0-9]/-}.log
    title "$name"
    if "$@" >"$log" 2>&1; then
        echo "ok   $name"
        passed=$((passed + counted))
    else
        tail -n 40 "$log" | sed 's/^/    /'
        echo "FAIL $name: all of it is in ${log#"$PWD"/}"
        fail "$name"
        return 1
    fi
}

# suite NAME COMMAND...: many checks, summed in the last line of the form "N passed, N failed, N
# skipped"; the lines that name programs and tests are shown.
suite() {
    local name=$1 log status counts
    shift
    log=$logs/${name//[^A-Za-z0-9]/-}.log
    title "$name"
    "$@" >"$log" 2>&1
    status=$?
    counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1)
    grep -E '^(ok|FAIL|SKIP|    [^ ]|      \|)' "$log"
    if [ -z "$counts" ] || [ "$counts" = '0 passed, 0 failed, 0 skipped' ]; then
        tail -n 40 "$log" | sed 's/^/    /'
        echo "FAIL $name: no tests ran; all of it is in ${log#"$PWD"/}"
        fail "$name"
        return 1
    fi
    echo "$name: $counts"
    # shellcheck disable=SC2086 # "N passed, N failed, N skipped" in words
    set -- $counts
    passed=$((passed + $1)) failed=$((failed + $3)) skipped=$((skipped + $5))
    if [ "$3" -gt 0 ]; then
        failures+=("$name: $3, named above")
    elif [ "$status" -ne 0 ]; then
        tail -n 10 "$log" | sed 's/^/    /'
        fail "$name: exit status $status although no test failed"
    fi
}

finish() {
    if [ "${#failures[@]}" -gt 0 ]; then
        printf '\nFailed:\n'
        printf '  %s\n' "${failures[@]}"
    fi
    printf '\n%d s\n' "$SECONDS"
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ]
    exit
}

# --- Building -------------------------------------------------------------------------------------

# configured FOLDER OPTION...
configured() {
    scripts/build-tree -n "build/$1" --enable-werror "${@:2}"
}

# build FOLDER TARGET...
build() {
    make -C "build/$1" --no-print-directory -j "$JOBS" "${@:2}"
}

# A set that lies in DIR itself, not in DIR/input, is found through a link.
find_golden() {
    [ -n "${TFEED_GOLDEN:-}" ] || return 0
    if [ ! -d "$TFEED_GOLDEN/input" ] && [ -d "$TFEED_GOLDEN/records" ]; then
        mkdir -p build/golden
        ln -sfn "$TFEED_GOLDEN" build/golden/input
        export TFEED_GOLDEN=$PWD/build/golden
    fi
}

find_mnist() {
    local fetched=$PWD/build/demo/download/mnist
    [ -n "${TFEED_MNIST:-}" ] || [ ! -d "$fetched" ] || export TFEED_MNIST=$fetched
}

# --- What is run ------------------------------------------------------------------------------------

set_up() {
    title "packages"
    if ! scripts/install-packages.sh build examples speed check; then
        fail "packages"
        finish
    fi
    mkdir -p "$logs"
    needed "configure" configured check || finish
}

check_constants() {
    scripts/gen-crc32c-constants.py | cmp - core/crc32c_constants_private.h
}

check_rules() {
    if command -v python3 >/dev/null; then
        step "generated constants" check_constants
    else
        echo 'SKIP generated constants: no python3 to make them with'
        skipped=$((skipped + 1))
    fi
    step "layers" scripts/check-layers
    step "style" scripts/check-style
    suite "headers alone" scripts/check-headers
}

check_main_build() {
    step "build" build check || return
    step "exports" build check check-exports
    step "installed copy" scripts/check-install build/check
    suite "samples in the documents" scripts/check-samples build/check
    suite "names in doc/from-tensorflow.md" scripts/check-names build/check
    suite "unit tests" build check check-unit
    suite "replay of TensorFlow's files" build check check-golden
    suite "the command" build check check-cli
    suite "stress" build check check-stress
    suite "fuzz corpora" build check check-fuzz
    suite "portable code (TFEED_CPU=baseline)" build check check-baseline
}

check_demo() {
    suite "the demo on a small set" scripts/check-demo build/check/small-demo
}

check_clang() {
    needed "configure for clang" configured clang CC=clang --disable-static || return
    step "clang with -Wthread-safety" build clang libtfeed.la libtfeed-sources.la libtfeed-state.la
}

# ThreadSanitizer of gcc 12 does not start where the kernel spreads addresses widely.
without_random_addresses() {
    if setarch -R true 2>/dev/null; then
        TEST_WRAPPER='setarch -R' "$@"
    else
        "$@"
    fi
}

# One kind of object file is enough for these.
check_sanitizers() {
    export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
    export UBSAN_OPTIONS=print_stacktrace=1
    export TSAN_OPTIONS=second_deadlock_stack=1:halt_on_error=1
    needed "configure for address and undefined" configured asan --disable-shared \
        --enable-sanitizers=address,undefined CFLAGS='-O1 -g' &&
        suite "unit tests under ASan and UBSan" build asan check-unit &&
        suite "fuzz corpora under ASan and UBSan" build asan check-fuzz
    needed "configure for threads" configured tsan --disable-shared --enable-sanitizers=thread \
        CFLAGS='-O1 -g' &&
        suite "stress under TSan" without_random_addresses build tsan check-stress
}

check_long() {
    suite "long stress" build check check-stress STRESS_SECONDS=60
    step "soak of 30 minutes" env TFEED_STRESS_SECONDS=1800 build/check/tests/stress/stress_loader
    suite "long stress under TSan" without_random_addresses build tsan check-stress STRESS_SECONDS=60
    needed "configure without optional packages" configured plain --disable-shared \
        --without-onednn --without-lmdb --without-isal --without-protobuf-c &&
        suite "unit tests without optional packages" build plain check-unit
    step "release archive" build check distcheck
}

set_up
find_golden
find_mnist
if [ "$mode" = golden ]; then
    suite "replay of TensorFlow's files" build check check-golden
    finish
fi
check_rules
check_main_build
check_demo
check_clang
check_sanitizers
[ "$mode" = long ] && check_long
finish
