#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The shipped rules' own tests, which reach every rule. TAP, as ipxectl says.
src=${SRCDIR:-.}
exec "${BUILDDIR:-.}/ipxectl" test --rules "$src/rules" \
    --templates "$src/ks-templates" --coverage --strict --format tap
