# SPDX-License-Identifier: Apache-2.0
# The explanation, and who may ask for it.
use strict;
use warnings;

use JSON::PP;
use Test::More;
use Test::ModIpxe;

my $query = 'serial=TOOL1&platform=efi&mac=52:54:00:aa:bb:cc';
my $answer = get("/ipxe/explain?$query");
is($answer->{status}, 200, 'this host may ask');
like($answer->{body}, qr/a tool/, 'and is told the rule');
like($answer->{body}, qr/by serial/, 'and those before it');
like($answer->{headers}{'content-type'}, qr{^text/plain}, 'as text');

for my $more (["&format=json", []], ['', [Accept => 'application/json']]) {
    $answer = get("/ipxe/explain?$query$more->[0]", headers => $more->[1]);
    like($answer->{headers}{'content-type'}, qr{^application/json}, 'as JSON');
    ok(eval { decode_json($answer->{body}) }, 'that can be read') or diag $@;
}
$answer = get("/ipxe/explain?$query&format=text",
    headers => [Accept => 'application/json']);
like($answer->{headers}{'content-type'}, qr{^text/plain},
    'format goes before Accept');

$answer = get('/ipxe/explain?serial=LINUX-1&platform=efi');
like($answer->{body}, qr/TICKET/, 'no ticket is signed');
$answer = get('/ipxe/explain?serial=X&ip=10.9.8.7');
like($answer->{body}, qr/10\.9\.8\.7/, 'an address is taken from the query');
$answer = get('/ipxe/explain?format=text&serial=TOOL1&ip=10.9.8.7&rack=7');
unlike($answer->{body}, qr/args\.ip|args\.format|[?&](?:ip|format)=/,
    'and is no argument of the machine, nor is the format');
like($answer->{body}, qr/args\.rack +7/, 'as others are');

my @far = (headers => ['X-Test-Client' => '192.0.2.7']);
is(get("/ipxe/explain?$query", vhost => 'inherits')->{status}, 200,
    'this host, by another virtual host');
is(get("/ipxe/explain?$query", vhost => 'inherits', @far)->{status}, 403,
    'another host may not');
is(get("/net/boot/explain?$query", vhost => 'merged', @far)->{status}, 200,
    'but where IPXEExplain is On');
ok_script(get("/boot.ipxe?$query", vhost => 'inherits', @far),
    'it boots all the same');

done_testing();
