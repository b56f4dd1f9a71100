# SPDX-License-Identifier: Apache-2.0
# What httpd's logs can say of a decision, and what they never say.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $log = t_dir() . '/logs/ipxe_log';

# The log's fields for the request that this query makes.
sub logged {
    my ($path) = @_;
    my $mark = -s $log || 0;
    my $answer = get($path);
    my $text = wait_for_log($mark, qr/\n/, $log);
    my %fields;
    $fields{$1} = defined $2 ? $2 : $3
        while $text =~ /(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g;
    return ($answer, \%fields);
}

my ($answer, $fields) = logged(
    '/boot.ipxe?serial=TOOL%201&mac=52-54-00-00-00-01&platform=EFI&rack=7');
is($fields->{rule}, 'a tool', 'the rule');
is($fields->{action}, 'boot', 'the action');
is($fields->{profile}, 'tool', 'the profile');
is($fields->{host}, 'web01', 'the host');
is($fields->{mac}, '52:54:00:00:00:01', 'the card, in normal form');
is($fields->{serial}, 'TOOL 1', 'the serial');
is($fields->{stage}, 'script', 'the stage');
like($fields->{generation}, qr/^1-[0-9a-f]+$/, 'the generation');
like($fields->{usec}, qr/^\d+$/, 'the time it took');
like($fields->{id}, qr/^[a-z0-9]{8}$/, 'the request');
like($answer->{body}, qr/\Q$fields->{id}\E/, 'which the script names');
like($fields->{facts}, qr/serial=TOOL%201/, 'the facts');
like($fields->{facts}, qr/platform=efi/, 'in normal form');
like($fields->{facts}, qr/rack=7/, 'with the arguments');

($answer, $fields) = logged('/boot.ipxe');
is($fields->{stage}, 'identify', 'a machine that tells nothing');
is($fields->{rule}, '-', 'has no rule');
($answer, $fields) = logged('/plain.txt');
is($fields->{id}, '-', 'what is not ours has no variables');

# Tickets.
($answer) = logged('/boot.ipxe?serial=LINUX-1&platform=efi');
my $path = url_path($answer, 'answers');
my $ticket = ticket_of($path);
($answer, $fields) = logged($path);
is($fields->{request}, 'GET /ipxe/answers/-/preseed.cfg HTTP/1.1',
    'a ticket is hidden in the request line');
is($fields->{stage}, 'answers', 'the stage of an answer file');
is($fields->{profile}, 'linux', 'and its profile');
my $menu = get('/boot.ipxe?serial=MENU1&platform=efi');
$menu = url_path($menu, 'menu');
my $second = ticket_of($menu);
(my $encoded = $path) =~ s/\./%2E/;
for my $spelt ($path =~ s{^/ipxe}{//ipxe}r, $path =~ s{^/ipxe}{/sub/../ipxe}r,
    $path =~ s{^/ipxe}{/%69pxe}r, $encoded, "$path?a=$ticket", $menu) {
    my ($other, $line) = logged($spelt);
    is($other->{status}, 200, 'another spelling works');
    unlike($line->{request}, qr/\Q$ticket\E|\Q$second\E|%2E/,
        'and is hidden too: ' . $line->{request});
}
get("/ipxe/report/$ticket/done");
ask(path => "/ipxe/answers/$ticket/nothing");
get("/ipxe/answers/${ticket}x/preseed.cfg");
ask(path => $path, method => 'PUT');
sleep 1;
my $all = read_file($log) . read_file(t_dir() . '/logs/error_log');
my @found = grep { /\Q$ticket\E|\Q$second\E/ } split /\n/, $all;
is(scalar @found, 0, 'no log has a ticket in it') or diag $found[0];
expect_log('ticket refused', 'no such answer file');

# The lines of the module itself.
my $mark = log_mark();
get('/boot.ipxe?serial=%1b%5b31mTOOL%FF&platform=efi&x=%0a%0dfoo');
my $text = wait_for_log($mark, qr/ipxe:info/);
like($text, qr/\[ipxe:info\].*script: /, 'a line for each decision');
unlike($text, qr/[^\x20-\x7e\n]/, 'of printable ASCII');
$mark = log_mark();
get('/boot.ipxe?serial=TOOL1&platform=efi');
$text = wait_for_log($mark, qr/ipxe:info/);
like($text, qr/\[ipxe:info\].*boot tool by rule 'a tool'/, 'with its rule');
$text = wait_for_log($mark, qr/ipxe:trace2.*a tool/);
like($text, qr/\[ipxe:trace2\].*by serial/, 'steps: a rule that did not hold');
like($text, qr/\[ipxe:trace2\].*a tool/, 'and the one that did');

done_testing();
