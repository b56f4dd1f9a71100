# SPDX-License-Identifier: Apache-2.0
# What a virtual host has of its own, and what of the server's.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $answer = get('/start?serial=TOOL1&platform=efi', vhost => 'merged');
ok_script($answer, 'an entry of its own');
like($answer->{body}, qr{https://boot\.example:8443/other/kernel},
    'rules and base of its own');
like($answer->{body}, qr/by=vhost/, 'a variable of its own');
like($answer->{body}, qr/and=yes/, "and the server's variable");
like($answer->{body}, qr{https://boot\.example:8443/net/boot/answers/},
    'a prefix of its own');
is(get('/boot.ipxe', vhost => 'merged')->{status}, 404,
    "the server's entry is none there");
is(get('/ipxe/explain', vhost => 'merged')->{status}, 404,
    "nor is the server's prefix");

$answer = get('/boot.ipxe?serial=TOOL1&platform=efi', vhost => 'inherits');
ok_script($answer, 'one with nothing of its own');
like($answer->{body}, qr/by=server/, "has the server's rules and variables");

my $main = get('/boot.ipxe?serial=LINUX-1&platform=efi');
my $path = url_path($main, 'answers');
is(get($path, vhost => 'inherits')->{status}, 200,
    'tickets are good where the rule set is shared');
(my $other = $path) =~ s{^/ipxe}{/net/boot};
is(get($other, vhost => 'merged')->{status}, 403,
    'and refused by another tenant');
expect_log('ticket refused');

$answer = get('/boot.ipxe?' . 'a=1&' x 64 . 'serial=TOOL1',
    vhost => 'limits');
unlike($answer->{body}, qr/serial=TOOL1/, 'arguments past the limit');
$answer = get('/boot.ipxe?serial=BIG&long=yes&platform=efi', vhost => 'limits');
ok_script($answer, 'a script past the limit');
unlike($answer->{body}, qr/line 299/, 'is not sent');
expect_log('big\.ipxe', 'failed: ');
$answer = get('/boot.ipxe?serial=BIG&long=yes&platform=efi');
like($answer->{body}, qr/line 299/, 'below the limit it is');

done_testing();
