# SPDX-License-Identifier: Apache-2.0
# Operators that log in: each has forms of his own on the status page.
use strict;
use warnings;

use MIME::Base64;
use Test::More;
use Test::ModIpxe;
use Time::HiRes 'sleep';

my $rules = "ipxe: 1\nrules: [ { name: all, local: true } ]\n";
my $server = server(<<'END', sub {
IPXEEngine On
IPXERules rules
<Location "/status">
    SetHandler ipxe-status
    AuthType Basic
    AuthName "Network boot"
    AuthBasicProvider file
    AuthUserFile DIR/users
    Require valid-user
</Location>
END
    write_file("$_[0]/rules/a.yaml", $rules);
    write_file("$_[0]/users", join '',
        map { "$_:" . crypt("of $_", '$5$salt') . "\n" } 'ops1', 'ops2');
});
my ($status, $output) = $server->start;
is($status, 0, 'a start') or diag $output;

sub login {
    my ($user) = @_;
    return (Authorization => 'Basic ' . encode_base64("$user:of $user", ''));
}

sub page_of {
    my ($user, $query) = @_;
    return $server->get('/status' . ($query || ''),
        headers => [login($user)])->{body};
}

sub token_of {
    my ($user) = @_;
    my ($token) = page_of($user) =~ /name="token" value="([^"]+)"/;
    return $token || '';
}

sub act {
    my ($act, $token, @login) = @_;
    return $server->get('/status', method => 'POST',
        body => "act=$act&token=$token",
        headers => [Origin => "http://127.0.0.1:$server->{port}",
            'Sec-Fetch-Site' => 'same-origin', @login])->{status};
}

for (1 .. 100) {
    last if token_of('ops1');
    sleep 0.1;
}
is($server->get('/status')->{status}, 401, 'nobody without his password');
like(page_of('ops1'), qr/as seen by ops1/, 'the page knows who looks on');
my $token = token_of('ops1');
ok($token, 'and gives him a token');
isnt(token_of('ops2'), $token, 'another has another');
is(act('freeze', $token), 401, 'it is of no use without a password');
is(act('freeze', $token, login('ops2')), 403, 'nor to another');
like(page_of('ops1', '?format=json'), qr/"frozen": ?false/, 'nothing is done');
like($server->log, qr/the form's token is too old, or not for you/,
    'the log says so');
is(act('freeze', $token, login('ops1')), 303, 'but to who has it');
like(page_of('ops2', '?format=json'), qr/"frozen": ?true/, 'it is done');
like($server->log, qr/ops1/, 'in his name');
is(act('thaw', token_of('ops2'), login('ops2')), 303, 'each with his own');
$server->stop;
done_testing;
