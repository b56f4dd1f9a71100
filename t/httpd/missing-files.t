# SPDX-License-Identifier: Apache-2.0
# Files that profiles name are looked for as httpd maps them.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $files = t_dir() . '/logs/missing-files';
write_file("$files/rules.yaml", <<'END');
ipxe: 1
profiles:
  one: { kernel: boot/here, initrd: [ boot/not-here ] }
  two: { kernel: images/aliased, initrd: [ images/deep/not-aliased ] }
  three: { kernel: proxied/x, initrd: [ "matched/9", "http://y/z" ] }
  four: { kernel: "{{ serial }}/kernel" }
rules:
  - { when: { serial: A }, boot: one }
  - { when: { serial: B }, boot: two }
  - { when: { serial: C }, boot: three }
  - { when: { serial: "?*" }, boot: four }
END
write_file("$files/root/boot/here", '');
write_file("$files/second/other", '');
write_file("$files/images/aliased", '');

sub missing {
    my ($config) = @_;
    my ($status, $output) =
        check_config("IPXERules $files/rules.yaml\n$config");
    is($status, 0, 'a missing file is a warning') or diag $output;
    return join ' ', sort map { /warning: '([^']+)' is not under/ ? $1 : () }
        split /\n/, $output;
}

my $root = "DocumentRoot $files/root\n";
is(missing($root), 'boot/not-here images/aliased images/deep/not-aliased '
    . 'matched/9 proxied/x', 'below the DocumentRoot');
my $alias = "Alias /images $files/images\n";
is(missing("$root$alias"),
    'boot/not-here images/deep/not-aliased matched/9 proxied/x',
    'an Alias leads elsewhere');
is(missing("${root}${alias}Alias /images/deep/ $files/second/\n"),
    'boot/not-here images/deep/not-aliased matched/9 proxied/x',
    'the longest one');
is(missing("${root}<Location /images>\nAlias $files/images\n</Location>\n"),
    'boot/not-here images/deep/not-aliased matched/9 proxied/x',
    'or one in a Location');
is(missing("${root}${alias}AliasMatch ^/matched/(\\d) $files/\$1\n"
    . "Redirect /proxied http://elsewhere/\n"),
    'boot/not-here images/deep/not-aliased',
    'what is mapped by a pattern or sent away is not looked for');
write_file("$files/second/boot/not-here", '');
is(missing("${root}${alias}<VirtualHost *>\nDocumentRoot $files/second\n"
    . "</VirtualHost>\n"), 'images/deep/not-aliased matched/9 proxied/x',
    'nor is what another DocumentRoot has, where rules are shared');

done_testing();
