#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
#
# install-packages.sh - install the Debian packages of packages.txt that are missing.
#
# usage: install-packages.sh [GROUP...]        (default: all groups)
#
# Asks nothing of the network when all are there. Installs as root or through sudo; where neither
# works, or there is no apt, says in one line what to install and exits 1.

set -u
list=$(dirname "$0")/packages.txt

# The packages of the groups named, or of all.
listed_packages() {
    awk -v groups=" $* " '
        /^\[/ { group = substr($0, 2, length($0) - 2) }
        /^[a-z0-9]/ && (groups == "  " || index(groups, " " group " ")) { print $1 }' "$list"
}

is_installed() {
    dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q ' ok installed$'
}

# Runs a command as root; fails where that would need a password that nobody can type.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    elif sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ]; }; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        return 1
    fi
}

install_packages() {
    # shellcheck disable=SC2086 # one word per package
    as_root apt-get install -y -q --no-install-recommends $1 >&2
}

packages=$(listed_packages "$@" | tr '\n' ' ')
if ! command -v dpkg-query >/dev/null; then
    for tool in autoconf automake libtoolize pkg-config make cc; do
        command -v "$tool" >/dev/null && continue
        echo "this is no Debian and $tool is missing: install what these packages of Debian 12 hold:" \
            "$packages" >&2
        exit 1
    done
    exit 0      # configure names whatever else is missing
fi

missing=
for package in $packages; do
    is_installed "$package" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then
    echo "installing:$missing" >&2
    # The first try fails where the lists of packages are absent or old.
    install_packages "$missing" || { as_root apt-get update -q >&2 && install_packages "$missing"; }
    still_missing=
    for package in $missing; do
        is_installed "$package" || still_missing="$still_missing $package"
    done
    [ -z "$still_missing" ] && exit 0
    missing=$still_missing
fi
echo "please install these packages: apt-get install --no-install-recommends$missing" >&2
exit 1
