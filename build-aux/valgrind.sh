#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the unit tests of a build under valgrind; TAP, a line a program.
#
#   build-aux/valgrind.sh BUILD
set -u
build=${1:?usage: valgrind.sh BUILD}
count=0 failed=0
log=$build/valgrind.log
SRCDIR=$(cd "$(dirname "$0")/.." && pwd)
BUILDDIR=$(cd "$build" && pwd)
export SRCDIR BUILDDIR

make -s -C "$build" check TESTS= >/dev/null || exit 1
for program in "$build"/t/unit/*; do
    { [ -f "$program" ] && [ -x "$program" ]; } || continue
    count=$((count + 1))
    name=$(basename "$program")
    if valgrind -q --error-exitcode=99 --leak-check=full \
        --show-leak-kinds=definite "$program" >"$log" 2>&1 &&
        ! grep -q '^==.*definitely lost' "$log"; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
        sed 's/^/# /' "$log" | tail -n 40
    fi
done
echo "1..$count"
[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
