# SPDX-License-Identifier: Apache-2.0
# Headers that a booting machine depends on.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my @paths = ('/boot.ipxe', '/boot.ipxe?serial=TOOL1&platform=efi',
    '/autoexec.ipxe', '/ipxe/explain?serial=TOOL1');
for my $path (@paths) {
    my $answer = get($path, headers => [
        'Accept-Encoding' => 'gzip, deflate, br', Range => 'bytes=0-9']);
    my $headers = $answer->{headers};

    is("$answer->{status} $answer->{reason}", '200 OK',
        "$path: whole, and with a reason");
    is($headers->{'content-type'}, 'text/plain; charset=utf-8',
        "$path: its type");
    is($headers->{'cache-control'}, 'no-store', "$path: kept nowhere");
    is($headers->{'content-encoding'}, undef, "$path: not compressed");
    is($headers->{'content-length'}, length $answer->{body},
        "$path: its length");
    is($headers->{'transfer-encoding'}, undef, "$path: in one piece");
}
my $answer = get('/plain.txt', headers => ['Accept-Encoding' => 'gzip']);
is($answer->{headers}{'content-encoding'}, 'gzip',
    'a file beside it is compressed all the same');

$answer = get('/boot.ipxe', headers => [
    'If-Modified-Since' => 'Fri, 01 Jan 2100 00:00:00 GMT',
    'If-None-Match' => '*']);
is($answer->{status}, 200, 'a condition does not make it 304');

$answer = ask(raw => "GET /boot.ipxe HTTP/1.0\r\n\r\n");
ok_script($answer, 'HTTP/1.0 without a Host');
like($answer->{body}, qr{http://127\.0\.0\.1:\d+/boot\.ipxe},
    "has the connection's address in it");

# The Host is in the script, or the connection's address where it is odd.
my $port = port_of();
for my $host ('boot.example', 'boot.example:81', '[::1]:81', 'UPPER.example') {
    $answer = get('/boot.ipxe', headers => [Host => $host]);
    like($answer->{body}, qr{http://\Q$host\E/boot\.ipxe}, "Host $host");
}
$answer = get('/boot.ipxe', headers => [Host => 'x' x 300]);
like($answer->{body}, qr{http://127\.0\.0\.1:$port/boot\.ipxe},
    'one that is too long gives way');
for my $host ('a_b.example', 'a"b', 'a b', 'a/b', '${a}', "a\xff", '') {
    $answer = get('/boot.ipxe', headers => [Host => $host]);
    ok($answer->{status} == 400
        || $answer->{body} =~ m{http://127\.0\.0\.1:$port/boot\.ipxe},
        "Host '$host' is refused, or gives way");
}

expect_log('ticket refused', 'the file \S+autoexec\.ipxe is hidden');
done_testing();
