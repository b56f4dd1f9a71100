# SPDX-License-Identifier: Apache-2.0
# A machine that is held.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $held = get('/boot.ipxe?serial=HOLD1&platform=efi&mac=525400aabbcc');
ok_script($held, 'a script tells why');
like($held->{body}, qr/not yet approved/, 'in the words of the rule');
my $path = url_path($held, 'wait');
like($path, qr{^/ipxe/wait/[\w.-]+$}, 'and where to wait');
like($held->{body}, qr/chain [^\n]*--replace[^\n]*\Q$path\E/,
    'which takes its place');

my $answer = get($path);
is("$answer->{status} $answer->{reason}", '503 Service Unavailable',
    'there it is 503');
my $after = $answer->{headers}{'retry-after'};
ok(defined $after && $after >= 2 && $after <= 30,
    'with a time to come again');
is($answer->{headers}{'cache-control'}, 'no-store', 'kept nowhere');
is($answer->{headers}{'content-length'}, length $answer->{body},
    'and whole');
is(ask(path => $path, method => 'HEAD')->{status}, 503, 'for HEAD too');

ok_script(get('/ipxe/wait/nonsense'), 'without a ticket it is asked anew');
expect_log('ticket refused');

done_testing();
