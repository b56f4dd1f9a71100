# SPDX-License-Identifier: Apache-2.0
# What a machine gets at the entry.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $answer = get('/boot.ipxe');
ok_script($answer, 'a machine that tells nothing gets a script');
like($answer->{body}, qr/serial/, 'that asks for its serial');
like($answer->{body}, qr{http://127\.0\.0\.1:\d+/boot\.ipxe},
    'and comes back to the address that it asked');

$answer = get('/boot.ipxe?rack=7&mac=');
ok_script($answer, 'an empty fact is no trouble');

$answer = get('/boot.ipxe?serial=TOOL1&mac=52-54-00-AA-BB-CC&platform=efi');
ok_script($answer, 'a machine with facts gets its decision');
like($answer->{body}, qr{^kernel .*http://127\.0\.0\.1:\d+/tools/tool\.bin}m,
    'the kernel of its profile');
like($answer->{body}, qr/serial=TOOL1/, 'with its own serial');
like($answer->{body}, qr/^#.*a tool/m, 'and the rule in a comment');

my $posted = ask(path => '/boot.ipxe', method => 'POST',
    body => 'serial=TOOL1&mac=52-54-00-AA-BB-CC&platform=efi');
ok_script($posted, 'a form works as a query does');
s/^#.*\n//mg for $answer->{body}, $posted->{body};
is($posted->{body}, $answer->{body}, 'and gives the same lines');

$posted = ask(path => '/boot.ipxe?serial=DENY1', method => 'POST',
    body => 'serial=TOOL2&platform=efi');
like($posted->{body}, qr/serial=TOOL2/, 'the form goes before the query');

$posted = ask(path => '/boot.ipxe', method => 'POST', body => '');
ok_script($posted, 'an empty form tells nothing');

$posted = ask(path => '/boot.ipxe', method => 'POST',
    headers => ['Transfer-Encoding' => 'chunked'],
    body => "d\r\nserial=TOOL3&\r\nc\r\nplatform=efi\r\n0\r\n\r\n");
like($posted->{body}, qr/serial=TOOL3/, 'a chunked form is read');

my $head = ask(path => '/boot.ipxe?serial=TOOL1&platform=efi',
    method => 'HEAD');
$answer = get('/boot.ipxe?serial=TOOL1&platform=efi');
is($head->{status}, 200, 'HEAD has the status');
is($head->{body}, '', 'and no body');
is($head->{headers}{'content-length'}, $answer->{headers}{'content-length'},
    'and the length that GET has');

$answer = get('/boot.ipxe', headers => ['User-Agent' => 'debian-installer']);
is($answer->{status}, 200, "Debian's installer is answered");
is($answer->{body}, '', 'by an empty file');

my %actions = (
    DENY => qr/no network boot here/, SCRIPT => qr/^echo a script of server$/m,
    CHAIN => qr{http://other\.example/x\.ipxe}, SHELL => qr/^shell/m,
    OFF => qr/^poweroff/m, ELSE => qr/^menu/m, NONE => qr/exit|sanboot/,
);
for my $word (sort keys %actions) {
    $answer = get("/boot.ipxe?serial=${word}1&platform=pcbios");
    ok_script($answer, "$word: a script");
    like($answer->{body}, $actions{$word}, "$word: its action");
}

$answer = get('/boot.ipxe?mac=525400000001&platform=efi');
like($answer->{body}, qr/a known host/, 'a host is found by its card');

$answer = get('/autoexec.ipxe');
ok_script($answer, 'autoexec.ipxe is a script');
like($answer->{body}, qr/--replace --autofree/, 'that hands over');

$answer = get('/ipxe/grub.cfg?serial=TOOL1&platform=efi');
is($answer->{status}, 200, 'GRUB has its file');
like($answer->{body}, qr/\blinux .*tool\.bin/, 'with the kernel');
unlike($answer->{body}, qr/^#!ipxe/, 'and it is no script of iPXE');
is(get('/ipxe/grub.cfg?forbidden')->{status}, 403, 'Require has its say');

$answer = get('/boot.ipxe?serial=FAIL1&memsize=7&platform=efi');
ok_script($answer, 'what fails is a script as well');
like($answer->{body}, qr/failing\.ipxe/, 'that says where');
expect_log('failing\.ipxe:2:', 'AH01630: client denied .*grub\.cfg');

expect_log('ticket refused', 'the file \S+autoexec\.ipxe is hidden');
done_testing();
