#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every directive of the table is spelt once, and stands in the shipped
# configuration, the manual and the manual page; those name no other. Every
# member of a configuration is merged. TAP; what cannot be found is a failure,
# never a skip.
src=${SRCDIR-.}
table=$src/mod_ipxe/httpd/directives.c
names=$src/mod_ipxe/httpd/directives.h
header=$src/mod_ipxe/httpd/config.h
merge=$src/mod_ipxe/httpd/config.c
conf=$src/conf.d/ipxe.conf
manual=$src/docs/httpd.md
page=$src/man/mod_ipxe.7
count=0
failed=0

result() { # NAME PROBLEMS
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        failed=1
        echo "not ok $count - $1"
        echo "$2" | sed 's/^/# /'
    fi
}

missing=
for file in "$table" "$names" "$header" "$merge" "$conf" "$manual" "$page"; do
    [ -s "$file" ] || missing="$missing $file"
done
result "the inputs are found" "$missing"

directives=$(sed -n 's/^#define IPXE_NAME_.* "\(IPXE[A-Za-z]*\)"$/\1/p' \
    "$names" | sort)
problems=
[ "$(echo "$directives" | wc -l)" -ge 10 ] || problems="too few names in $names"
result "directives.h names directives" "$problems"

problems=$(
    # shellcheck disable=SC2013 # no blanks in these
    for macro in $(sed -n 's/^#define \(IPXE_NAME_[A-Z_]*\).*/\1/p' "$names"); do
        n=$(grep -c "AP_INIT_[A-Z0-9_]*($macro," "$table")
        [ "$n" -eq 1 ] || echo "$macro stands $n times in the table"
    done
    grep -n 'AP_INIT_[A-Z0-9_]*("' "$table"
)
result "each has one row of the table, by its macro" "$problems"

present() { # FILE PATTERN: each directive, as the pattern has it for NAME
    for name in $directives; do
        pattern=$(echo "$2" | sed "s/NAME/$name/")
        grep -Eq "$pattern" "$1" || echo "$name is not in $1"
    done
}
result "each is set in conf.d/ipxe.conf, commented or not" \
    "$(present "$conf" '^ *#?NAME [^ ]')"
result "each is described in conf.d/ipxe.conf" \
    "$(present "$conf" '^ *# NAME [^:]*:')"
result "each has a section in docs/httpd.md" \
    "$(present "$manual" '^### NAME$')"
result "each has syntax, default and context there" "$(
    for name in $directives; do
        sed -n "/^### $name\$/,/^##/p" "$manual" >"${TMPDIR-/tmp}/part.$$"
        for pattern in "^    $name " '^    default: ' 'context: '; do
            grep -q "$pattern" "${TMPDIR-/tmp}/part.$$" ||
                echo "$name: no line with '$pattern'"
        done
        [ "$(grep -c "^ *$name " "${TMPDIR-/tmp}/part.$$")" -ge 2 ] ||
            echo "$name: no example"
    done
    rm -f "${TMPDIR-/tmp}/part.$$"
)"
result "each is in man/mod_ipxe.7" "$(present "$page" '^\.BR NAME ')"

unknown=$(grep -Eoh '\bIPXE[A-Z][a-z][A-Za-z]*' "$conf" "$manual" "$page" |
    sort -u | while read -r word; do
    echo "$directives" | grep -qx "$word" || echo "$word is no directive"
done)
result "no other directive is named there" "$unknown"

members() { # STRUCT: names of its members
    sed -n "/^typedef struct $1 {/,/^}/p" "$header" |
        sed -n 's/^    [a-z][^;/]*[ *]\([a-z_]*\);.*/\1/p'
}
merged() { # STRUCT FUNCTION
    [ -n "$(members "$1")" ] || echo "no members of $1 in $header"
    body=$(sed -n "/^void \*$2(/,/^}/p" "$merge")
    for member in $(members "$1"); do
        echo "$body" | grep -Eq "\\(($member)\\)|merged->$member =" ||
            echo "$2 forgets $member"
    done
}
result "every member of a server is merged" \
    "$(merged ipxe_server_t ipxe_server_merge)"
result "every member of a section is merged" \
    "$(merged ipxe_section_t ipxe_section_merge)"

echo "1..$count"
exit $failed
