#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every command and option of ipxectl stands in its manual and in bash's
# completion, and these name no other. TAP. What ipxectl itself lists is what
# is compared.
src=${SRCDIR:-.}
ctl=${BUILDDIR:-.}/ipxectl
man=$src/man/ipxectl.1
completion=$src/packaging/bash-completion/ipxectl
count=0
failed=0

result() # STATUS NAME
{
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        failed=$((failed + 1))
        echo "not ok $count - $2"
    fi
}

same() # NAME, and the two lists in $wanted and $found
{
    [ -n "$wanted" ] && [ "$wanted" = "$found" ]
    status=$?
    result $status "$1"
    [ $status -eq 0 ] || printf '# wanted: %s\n# found: %s\n' \
        "$(echo $wanted)" "$(echo $found)"
}

plain() { sed 's/\\-/-/g; s/\\f[A-Z]//g' "$man"; }

commands=$("$ctl" help | sed -nE 's/^  ([a-z]+) .*/\1/p' | sort)
options=$(for c in $commands; do "$ctl" help "$c"; done |
    sed -nE 's/^  (-.,|   ) (--[a-z-]+).*/\2/p' | sort -u)
[ -n "$commands" ] && [ -n "$options" ]
result $? "ipxectl lists its commands and options"

wanted=$commands
found=$(sed -n '/^.SH COMMANDS/,/^.SH MACHINES/s/^\.B \([a-z]*\)$/\1/p' "$man" |
    sort)
same "the manual has every command"
found=$(sed -n '/^.SH SYNOPSIS/,/^.SH DESC/s/^\.B ipxectl \([a-z]*\)$/\1/p' \
    "$man" | sort)
same "and how each is called"
found=$(sed -n "s/.*commands='\(.*\)'.*/\1/p" "$completion" | tr ' ' '\n' |
    sort)
same "the completion has every command"

wanted=$options
found=$(plain | sed -n '/^.SH OPTIONS/,/^.SH ENV/p' |
    grep -E '^\.(B|BR) ' | grep -oE -- '--[a-z-]+' | sort -u)
same "the manual has every option"
for c in $commands; do
    wanted=$("$ctl" help "$c" | sed -nE 's/^  (-.,|   ) (--[a-z-]+).*/\2/p' |
        sort)
    found=$(bash -c '. "$1"; _ipxectl_words "$2"' sh "$completion" "$c" \
        2>/dev/null | tr -s ' ' '\n' | grep . | sort)
    same "the completion has the options of $c"
done
echo "1..$count"
[ $failed -eq 0 ]
