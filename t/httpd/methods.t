# SPDX-License-Identifier: Apache-2.0
# Methods and bodies that an address does not take.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

for my $method (qw(PUT DELETE PATCH OPTIONS PROPFIND BREW)) {
    my $answer = ask(path => '/boot.ipxe', method => $method);
    is($answer->{status}, 405, "$method: 405");
    my %allowed = map { $_ => 1 }
        split /[\s,]+/, $answer->{headers}{allow} || '';
    is(join(' ', sort keys %allowed), 'GET HEAD POST', "$method: Allow");
}
for my $path (qw(/autoexec.ipxe /ipxe/explain /ipxe/grub.cfg /ipxe/wait/x)) {
    my $answer = ask(path => $path, method => 'POST', body => 'mac=1');
    is($answer->{status}, 405, "POST $path: 405");
    unlike($answer->{headers}{allow}, qr/POST/, "POST $path: Allow");
}
is(ask(path => '/ipxe/answers/x/y', method => 'POST', body => 'a=b')
    ->{status}, 404, 'an answer file may be asked for by POST');

my $answer = ask(path => '/boot.ipxe', method => 'POST',
    body => 'a=' . 'x' x 17000);
is($answer->{status}, 413, 'a form of more than 16 KiB: 413');
$answer = ask(path => '/boot.ipxe', method => 'POST',
    headers => ['Transfer-Encoding' => 'chunked'],
    body => join('', map { "1000\r\n" . 'x' x 4096 . "\r\n" } 1 .. 5)
        . "0\r\n\r\n");
is($answer->{status}, 413, 'and so is one in chunks');
$answer = ask(path => '/boot.ipxe', method => 'POST',
    body => 'serial=TOOL1&platform=efi&x=' . 'x' x 16000);
ok_script($answer, 'one below it is read');

$answer = ask(path => '/boot.ipxe', method => 'POST',
    body => "x=1\0\0&serial=TO\0OL9\0&platform=efi");
like($answer->{body}, qr/serial=TOOL9/, 'NUL bytes say nothing');

$answer = ask(path => '/boot.ipxe?serial=TOOL1&platform=efi',
    method => 'POST', headers => ['Content-Type' => 'application/json'],
    body => '{"serial": "DENY1"}');
ok_script($answer, 'a body that is no form is no trouble');
like($answer->{body}, qr/serial=TOOL1/, 'and nothing is read of it');

$answer = ask(path => '/boot.ipxe', method => 'POST',
    headers => ['Transfer-Encoding' => 'chunked'], body => "zz\r\n\r\n");
is($answer->{status}, 400, 'a broken body: 400');

expect_log('ticket refused', 'the file \S+autoexec\.ipxe is hidden');
done_testing();
