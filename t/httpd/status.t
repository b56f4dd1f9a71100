# SPDX-License-Identifier: Apache-2.0
# The status page: who may see it, whose forms it obeys, what it says.
use strict;
use warnings;

use JSON::PP;
use Test::More;
use Test::ModIpxe;
use Time::HiRes 'sleep';

my $page = '/ipxe/status';
my $host = '127.0.0.1:' . port_of();

sub json {
    my ($query) = @_;
    my $body = get("$page?format=json" . ($query || ''))->{body};
    return eval { decode_json($body) } || {machines => [], counts => {}};
}

# The machines of a search, once the state has what was asked.
sub found {
    my ($text, $number) = @_;
    my $found;
    for (1 .. 100) {
        $found = json("&q=$text");
        last if @{$found->{machines}} >= $number;
        sleep 0.1;
    }
    return @{$found->{machines}};
}

sub encode {
    my ($text) = @_;
    return $text =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger;
}

sub token {
    my (%more) = @_;
    my ($token) = get($page, %more)->{body} =~ /name="token" value="([^"]+)"/;
    return $token || '';
}

# Sends a form as the page does; (field => value, ...), then what differs.
sub act {
    my ($fields, %more) = @_;
    my %fields = (token => token(), %$fields);
    my @headers = (Origin => "http://$host", 'Sec-Fetch-Site' => 'same-origin');
    return ask(path => $page, method => 'POST', headers => \@headers, %more,
        body => join '&', map { "$_=" . encode($fields{$_}) }
            grep { defined $fields{$_} } sort keys %fields);
}

sub frozen { json()->{state}{frozen} ? 1 : 0 }

for (1 .. 100) {
    last if json()->{state}{up};
    sleep 0.1;
}
ok(json()->{state}{up}, 'the state is there');

# ---- What machines say is text ----

my $evil = '"><script>alert(1)</script>\'&';
my $about = '&platform=efi&manufacturer.hex=' . unpack('H*', $evil);
get("/boot.ipxe?serial=HOLD-page&mac=52:54:00:7a:00:01$about");
get('/boot.ipxe?serial.hex=' . unpack('H*', "TOOL-$evil")
    . "&mac=52:54:00:7a:00:02$about");
my @machines = found('52:54:00:7a', 2);
is(scalar @machines, 2, 'machines that asked are there');
my ($held) = grep { $_->{hold} } @machines;
is($held->{hold}{reason}, 'not yet approved', 'a held one has its reason');
like($held->{hold}{code}, qr/^\w{4,8}$/, 'and a code');
is($held->{serial}, 'HOLD-page', 'and its serial number');
my ($tool) = grep { !$_->{hold} } @machines;
is($tool->{serial}, "TOOL-$evil", 'JSON has texts as they are');
is($tool->{profile}, 'tool', 'and the decision');
is($tool->{stage}, 'script', 'and the stage');
for my $query ('?q=52:54:00:7a', "?machine=$tool->{number}",
    "?machine=$held->{number}", '?q=' . encode($evil))
{
    my $body = get("$page$query")->{body};
    ok(index($body, '<script>alert') < 0
        && index($body, '&lt;script&gt;alert(1)') > 0,
        "$query: all of it is escaped");
}

# ---- Headers ----

my $answer = get($page);
is($answer->{status}, 200, 'the page');
is($answer->{headers}{'content-type'}, 'text/html; charset=utf-8', 'is HTML');
my $policy = $answer->{headers}{'content-security-policy'};
like($policy, qr/default-src 'none'/, 'nothing is loaded that is not named');
like($policy, qr/frame-ancestors 'none'/, 'no other page may hold it');
like($policy, qr/form-action 'self'/, 'its forms go nowhere else');
unlike($policy, qr/unsafe|\*|https?:/, 'and the policy has no holes');
is($answer->{headers}{'x-frame-options'}, 'DENY', 'for old browsers, too');
is($answer->{headers}{'x-content-type-options'}, 'nosniff', 'no guessing');
is($answer->{headers}{'cache-control'}, 'no-store', 'kept nowhere');
unlike($answer->{body}, qr/\son\w+=|\sstyle=|src=|https?:(?!\/\/www\.w3\.org)/,
    'no handler, style or address in its markup')
    or diag($answer->{body} =~ /(.{40}(?:\son\w+=|\sstyle=|src=|https?:).{40})/);
like(get("$page?format=json")->{headers}{'content-type'},
    qr{^application/json}, 'JSON by the query');
like(get($page, headers => [Accept => 'application/json'])
    ->{headers}{'content-type'}, qr{^application/json}, 'or by Accept');
my $head = ask(path => $page, method => 'HEAD');
ok($head->{status} == 200 && $head->{body} eq '', 'HEAD has no body');
is(ask(path => $page, method => 'PUT', body => 'x')->{status}, 405,
    'a PUT is refused');

# ---- Who may look ----

is(get("$page?forbidden")->{status}, 403, 'Require is obeyed');
for my $name ('evil.example', 'evil.example:80', '') {
    is(get($page, headers => [Host => $name])->{status}, $name ? 421 : 400,
        "not by the name '$name'");
}
for my $name ('localhost', '127.0.0.1', '[::1]', '10.0.0.1:8080') {
    is(get($page, headers => [Host => $name])->{status}, 200, "by $name");
}
is(get("$page?machine=999999")->{status}, 404, 'no such machine');
is(get("$page?machine=-1&page=99999999999999999999&state=x&q=%00%ff")
    ->{status}, 200, 'odd arguments');
is(scalar @{json('&state=held&q=HOLD-page')->{machines}}, 1, 'a filter');
is(scalar @{json('&state=installed&q=HOLD-page')->{machines}}, 0,
    'that finds nothing');
is(scalar @{json('&q=HOLD-page&page=2')->{machines}}, 0, 'a page too far');

# ---- Whose forms are obeyed ----

my %freeze = (act => 'freeze');
my %foreign = (
    'with no token' => [{%freeze, token => undef}],
    'with an empty one' => [{%freeze, token => ''}],
    'with a made up one' => [{%freeze, token => 'x' x 40}],
    'with one that was changed' => [{%freeze, token => token() . 'A'}],
    'with the token of another address' => [{%freeze, token => token(
        vhost => 'inherits', headers => ['X-Test-Client' => '192.0.2.7'])}],
    'from another origin' => [\%freeze,
        headers => [Origin => 'http://evil.example']],
    'from an origin that is hidden' => [\%freeze, headers => [Origin => 'null']],
    'from another port' => [\%freeze,
        headers => [Origin => 'http://127.0.0.1:1']],
    'from the same site, but not its origin' => [\%freeze,
        headers => [Origin => "http://$host",
            'Sec-Fetch-Site' => 'same-site']],
    'from another site' => [\%freeze,
        headers => ['Sec-Fetch-Site' => 'cross-site']],
    'from nobody knows where' => [\%freeze, headers => []],
);
for my $how (sort keys %foreign) {
    my ($fields, %more) = @{$foreign{$how}};
    my $refused = act($fields, %more);
    is($refused->{status}, 403, "a form $how is refused");
}
is(frozen(), 0, 'and none of them did anything');
is(get("$page?act=freeze&token=" . token())->{status}, 200, 'a GET');
is(frozen(), 0, 'changes nothing either');
is(act(\%freeze, headers => [Host => 'evil.example',
    Origin => 'http://evil.example'])->{status}, 421,
    'nor does one by another name');

# ---- What they do ----

$answer = act(\%freeze);
is($answer->{status}, 303, 'a form of the page leads back');
like($answer->{headers}{location}, qr{/ipxe/status\?did=freeze$}, 'to it');
is(frozen(), 1, 'and was obeyed');
like(get("$page?did=freeze")->{body}, qr/Frozen: no machine/, 'it says so');
act({act => 'thaw'});
is(frozen(), 0, 'thawed');

$answer = act({act => 'arm', machine => $tool->{number}});
like($answer->{headers}{location}, qr/did=unsure$/,
    'a disk is not given up without its box');
$answer = act({act => 'next', machine => $tool->{number}, profile => 'nosuch'});
like($answer->{headers}{location}, qr/did=no-profile$/, 'an unknown profile');
$answer = act({act => 'arm', machine => $tool->{number}, profile => 'tool',
    sure => 'yes'});
like($answer->{headers}{location}, qr/did=no-install$/,
    'a profile that installs nothing cannot be armed');
$answer = act({act => 'next', machine => 999999, profile => 'tool'});
like($answer->{headers}{location}, qr/did=unknown$/, 'an unknown machine');
$answer = act({act => 'explode', machine => $tool->{number}});
like($answer->{headers}{location}, qr/did=refused$/, 'an unknown act');
$answer = act({act => 'release', machine => $held->{number},
    set => 'a-b=1', profile => 'tool'});
like($answer->{headers}{location}, qr/did=bad-vars$/, 'a name that is none');
my $mark = log_mark();
$answer = act({act => 'release', machine => $held->{number},
    set => "origin=the page\r\nrack=7", profile => 'tool'});
like($answer->{headers}{location},
    qr{\?machine=$held->{number}&did=release$}, 'released');
like(wait_for_log($mark, qr/release, machine/),
    qr/address 127\.0\.0\.1: release, machine $held->{number}, profile tool/,
    'the log says who did it');
my $script = '';
for (1 .. 50) {
    $script = get("/boot.ipxe?serial=HOLD-page&mac=52:54:00:7a:00:01$about")
        ->{body};
    last if $script =~ /tools\/tool\.bin/;
    sleep 0.1;
}
like($script, qr/tools\/tool\.bin/, 'and it boots what was chosen');
like($script, qr/by=the page|by=the_page/, 'with the variable that was set');

is(get($page, vhost => 'merged')->{status}, 200, 'another tenant has a page');
my $other = get("$page?format=json&q=52:54:00:7a", vhost => 'merged');
is(scalar @{decode_json($other->{body})->{machines}}, 0,
    'and does not see these machines');

expect_log('a form was not obeyed', 'asked by another name',
    'denied by server configuration: .*status');

done_testing();
