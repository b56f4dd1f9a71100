# SPDX-License-Identifier: Apache-2.0
# Answer files, and tickets that are not good for them.
use strict;
use warnings;

use MIME::Base64;
use Test::More;
use Test::ModIpxe;

my $script = get('/boot.ipxe?serial=LINUX-7&platform=efi&mac=525400000001');
ok_script($script, 'the script of a profile with answer files');
my $path = url_path($script, 'answers');
my $ticket = ticket_of($path);
like($ticket, qr/^[\w-]+\.[\w-]{22}$/, 'has a ticket in it');
cmp_ok(length $ticket, '<=', 600, 'of at most 600 bytes');

my $answer = get($path);
is($answer->{status}, 200, 'that fetches the answer file');
is($answer->{body}, "# for LINUX-7 by linux\n"
    . "d-i netcfg/get_hostname string web01\n", "which is the machine's own");
is($answer->{headers}{'cache-control'}, 'no-store', 'and is kept nowhere');
is(ask(path => $path, method => 'POST',
    headers => ['Content-Type' => 'application/json'],
    body => '{"serial": "X"}')->{body}, $answer->{body},
    'POST gets the same');
my $head = ask(path => $path, method => 'HEAD');
is($head->{headers}{'content-length'}, length $answer->{body}, 'and HEAD');
is(get($path)->{body}, $answer->{body}, 'a second time, too');
is(get("$path?serial=OTHER&mac=525400ffffff")->{body}, $answer->{body},
    'a query changes nothing of what the ticket says');

(my $folder = $path) =~ s{[^/]*$}{};
$answer = get("${folder}start.cmd");
is($answer->{body}, "echo off\r\necho linux\r\n", 'a .cmd has CRLF');
is($answer->{headers}{'content-length'}, length $answer->{body},
    'and they count');
$answer = get("${folder}data.json");
is($answer->{body}, qq({"serial": "LINUX-7"}\n), 'JSON');
is($answer->{headers}{'content-type'}, 'application/json', 'has its type');
is(get("${folder}nothing.cfg")->{status}, 404, 'another name: 404');
is(get("${folder}linux.seed")->{status}, 404, "a template's own name: 404");
is(get("${folder}..%2flinux.seed")->{status}, 404, 'a way around: 404');

my $fails = get('/boot.ipxe?serial=LINUX-7&platform=efi&memsize=7');
($folder = url_path($fails, 'answers')) =~ s{[^/]*$}{};
$answer = get("${folder}broken.cfg");
is($answer->{status}, 500, 'a file that fails: 500');
unlike($answer->{body}, qr/all is well/, 'and nothing of it');
expect_log('broken\.seed:2:');

# A ticket that is longer than a file's name may be, where there is a folder
# of the prefix's name.
my $long = get('/boot.ipxe?platform=efi&serial=LINUX-' . 'x' x 180);
$path = url_path($long, 'answers');
cmp_ok(length ticket_of($path), '>', 255, 'a long ticket');
is(get($path)->{status}, 200, 'is good, too');

# Tickets that are not good.
sub status_of {
    my ($text) = @_;
    return get("/ipxe/answers/$text/preseed.cfg")->{status};
}
is(status_of($ticket), 200, 'the ticket as it is');
for my $at (0, 5, 20, length($ticket) - 30) {
    my $other = $ticket;
    substr($other, $at, 1) = substr($other, $at, 1) eq 'A' ? 'B' : 'A';
    like(status_of($other), qr/^40[34]$/, "another character at $at");
}
my $tag = $ticket;
$tag =~ s/\.(.)/'.' . ($1 eq 'A' ? 'B' : 'A')/e;
is(status_of($tag), 403, 'another tag');
like(status_of(substr $ticket, 0, -1), qr/^40[34]$/, 'a tag cut short');
like(status_of("${ticket}A"), qr/^40[34]$/, 'a tag too long');
is(status_of('nonsense'), 404, 'no ticket at all');
is(status_of('A' x 2000), 404, 'one that is too long');

my $menu = get('/boot.ipxe?serial=MENU1&platform=efi');
my $kind = ticket_of(url_path($menu, 'menu'));
is(status_of($kind), 403, "a menu's ticket");
my $wait = get('/boot.ipxe?serial=HOLD1&platform=efi');
$kind = ticket_of(url_path($wait, 'wait'));
is(status_of($kind), 403, "a wait's ticket");

my ($payload, $tag_of) = split /\./, $ticket;
my $inner = decode_base64($payload =~ tr{_-}{/+}r);
substr $inner, 2, 4, 'AAAA';
$inner = encode_base64($inner, '') =~ tr{/+=}{_-}dr;
is(status_of("$inner.$tag_of"), 403, 'an unknown key');

# Too old: a ticket counts from the beginning of its minute.
sleep 1 while (localtime)[0] < 3;
my $short = get('/boot.ipxe?serial=LINUX-7&platform=efi', vhost => 'limits');
$path = url_path($short, 'answers');
is(get($path, vhost => 'limits')->{status}, 410, 'a ticket past its life');

# Bound to a network.
my @here = (headers => ['X-Test-Client' => '10.1.2.3']);
my @near = (headers => ['X-Test-Client' => '10.1.2.200']);
my @far = (headers => ['X-Test-Client' => '10.1.3.3']);
$script = get('/start?serial=A&platform=efi', vhost => 'merged', @here);
$path = url_path($script, 'answers');
is(get($path, vhost => 'merged', @here)->{status}, 200, 'the same address');
is(get($path, vhost => 'merged', @near)->{status}, 200, 'the same network');
is(get($path, vhost => 'merged', @far)->{status}, 403, 'another network');

expect_log('ticket refused', 'serves no such answer file');
# IPXETicketNetwork 64: half of an IPv6 address, all of an IPv4 one.
for my $case (
    ['192.0.2.7', '192.0.2.7', 200], ['192.0.2.7', '192.0.2.8', 403],
    ['2001:db8::7', '2001:db8::99', 200],
    ['2001:db8::7', '2001:db8:0:1::7', 403],
    ['2001:db8::7', '192.0.2.7', 403], ['192.0.2.7', '2001:db8::7', 403]) {
    my ($then, $now, $status) = @$case;
    my $given = get('/boot.ipxe?serial=LINUX-9&platform=efi',
        vhost => 'networks', headers => ['X-Test-Client' => $then]);
    is(get(url_path($given, 'answers'), vhost => 'networks',
            headers => ['X-Test-Client' => $now])->{status}, $status,
        "a ticket of $then, used by $now");
}
done_testing();
