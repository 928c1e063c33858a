# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# JSON stays JSON: what is not UTF-8 (a wrong byte, an overlong form, a surrogate, a cut character)
# becomes U+FFFD.
. "$CASES/helpers.sh"
make_records
for name in '\377' '\300\200' '\355\240\200' '\364\220\200\200' '\342\202' 'a\302\200\303\244"\\\\'; do
    # shellcheck disable=SC2059 # it is a format
    name=$(printf "$name")
    cp test.tfrecords "$name"
    tfeed count --json "$name"
    rm "$name"
done
