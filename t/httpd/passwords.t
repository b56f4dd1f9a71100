# SPDX-License-Identifier: Apache-2.0
# Passwords and questions of menus, as an iPXE would be led through them.
use strict;
use warnings;

use MIME::Base64;
use Test::More;
use Test::ModIpxe;

# 'p@ss w/rd:1' of ops; 'sub' of anybody.
my $rules = <<'END';
ipxe: 1
profiles:
  p:
    title: Install P
    kernel: k.bin
    answers: a.ks
    args: [ "ks={{ answers() }}" ]
    vars: { role: none }
menus:
  main:
    items:
      - { boot: p, password: "ops:OPS" }
      - { boot: p, name: asks, ask: [ { var: hostname, prompt: Host name,
          default: "web-{{ serial|default('x') }}" }, { var: role } ] }
      - { boot: p, name: both, password: "ops:OPS", ask: [ { var: role } ] }
      - { menu: sub, title: Sub }
      - { local: true }
  sub:
    title: Sub menu
    password: "SUB"
    items:
      - { boot: p, name: q }
      - { menu: deep, title: Deep }
  deep:
    items: [ { boot: p, name: r } ]
  shut:
    password: "SUB"
    items: [ { boot: p, name: s } ]
rules:
  - { name: shut, when: { serial: "Z*" }, menu: shut }
  - { name: all, menu: main }
END
my $ops = '$2y$05$H7Z1uCsX2lKmFUlqEMpQQ.wSd0d3qt3rQ5Kvzl80YivhG1GpvqTKq';
my $sub = '$2y$05$Ze4h6IrAJ2kJ0aG6gISBBuAeLlZWRggZgTEoUGae.K0AAspQP0tbG';
$rules =~ s/OPS/$ops/g;
$rules =~ s/SUB/$sub/g;

my $server = server("IPXEEngine On\nIPXERules rules\nIPXETemplates ks\n"
        . "LogLevel ipxe:trace4\nLogFormat \"%r %{IPXE_FACTS}e\" plain\n"
        . "CustomLog request_log plain\n",
    sub {
        write_file("$_[0]/rules/a.yaml", $rules);
        write_file("$_[0]/ks/a.ks",
            "host {{ hostname|default('-') }} role {{ role }}\n");
    });
my ($status, $output) = $server->start;
is($status, 0, 'a start') or diag $output;

sub path_in {
    my ($body, $end) = @_;
    my ($path) = $body =~ m{https?://(?:[^/\s@]*@)?[^/\s]+(/\S*/\Q$end\E)};
    return $path;
}
sub basic {
    my ($user, $word) = @_;
    return (headers => [Authorization => 'Basic '
        . encode_base64("$user:$word", '')]);
}
my $entry = '/boot.ipxe?mac=525400000001&platform=efi&serial=S1';
my $main = $server->get($entry)->{body};
like($main, qr/^item i0 Install P$/m, 'the menu shows what has a password');

# An item's password.
my $item = path_in($main, 'main/p');
my $login = $server->get($item);
ok_script($login, 'the item asks for it');
like($login->{body}, qr/^set username ops \|\|\nclear password \|\|\nlogin \|\|/m,
    'by login, with the name that it is for');
my ($back) = $login->{body} =~
    m{//\$\{username:uristring\}:\$\{password:uristring\}@[^/]+(\S+)};
like($back, qr{^/ipxe/menu/[\w.-]+/main/p\?login=1$},
    'and comes back as a user with a password');
unlike($login->{body}, qr/k\.bin/, 'and is not given without');
my $shut = $server->get($back);
is($shut->{status}, 401, 'the first request there is 401');
like($shut->{headers}{'www-authenticate'}, qr/^Basic realm=/, 'for Basic');
my $wrong = $server->get($back, basic('ops', 'wrong'));
ok_script($wrong, 'a wrong password gets a script');
like($wrong->{body}, qr/^echo Wrong password$/m, 'that says so');
ok(path_in($wrong->{body}, 'main'), 'and leads to the menu again');
unlike($wrong->{body}, qr/k\.bin/, 'and to no more');
ok_script($server->get($back, basic('root', 'p@ss w/rd:1')),
    'another name gets one too');
my $right = $server->get($back, basic('ops', 'p@ss w/rd:1'));
like($right->{body}, qr/^kernel \S+k\.bin/m, 'the right one boots');
like($right->{body}, qr/^clear password \|\|$/m, 'and is forgotten');
like($server->get(path_in($right->{body}, 'a.ks'))->{body}, qr/role none/,
    'its answer file needs none');

# Questions.
$item = path_in($main, 'main/asks');
my $asks = $server->get($item)->{body};
like($asks, qr/^set ask0 web-S1 \|\|$/m, 'a default stands there');
like($asks, qr/^echo -n Host name:\$\{blank:string\}\nread ask0 \|\| goto back$/m,
    'the question is asked');
like($asks, qr/^clear ask1 \|\|\n(?:.*\n)echo -n role:/m,
    'another has the name of its variable');
my ($send) = $asks =~ m{(/ipxe/menu/[\w.-]+/main/asks\?\S+)};
is($send =~ s/.*\?//r,
    'ask.hostname.hex=${ask0:hexraw}&ask.role.hex=${ask1:hexraw}',
    'and sent back in hex');
my $answered = $send =~ s/\$\{ask0:hexraw\}/64622031/r
    =~ s/\$\{ask1:hexraw\}/247b787d27/r;
my $boot = $server->get($answered)->{body};
like($boot, qr/k\.bin/, 'with answers it boots');
is($server->get(path_in($boot, 'a.ks'))->{body}, "host db 1 role \${x}'\n",
    'and the answers are in the answer file');
$boot = $server->get($send =~ s/\$\{ask.:hexraw\}//gr)->{body};
is($server->get(path_in($boot, 'a.ks'))->{body}, "host web-S1 role \n",
    'nothing is the default, or empty');

# Both.
$item = path_in($main, 'main/both');
like($server->get($item)->{body}, qr/^login/m, 'first the password');
$asks = $server->get("$item?login=1", basic('ops', 'p@ss w/rd:1'))->{body};
like($asks, qr/^read ask0/m, 'then the questions');
($send) = $asks =~ m{(/ipxe/menu/[\w.-]+/main/both\?\S+)};
unlike($send, qr/login/, 'for which the ticket is enough');
like($server->get($send =~ s/\$\{ask.:hexraw\}/61/gr)->{body}, qr/k\.bin/,
    'then it boots');
like($server->get($item . '?ask.role=x')->{body}, qr/^login/m,
    'no answer goes past the password');

# A menu's password.
$item = path_in($main, 'main/sub');
my $into = $server->get($item)->{body};
($back) = $into =~ m{@[^/\s]+(/ipxe/menu/[\w.-]+/sub\?login=1)};
ok($back, 'a menu asks too');
my $menu = $server->get($back, basic('anybody', 'sub'))->{body};
like($menu, qr/^menu Sub menu/m, 'and is shown');
my $inside = path_in($menu, 'sub/q');
like($server->get($inside)->{body}, qr/k\.bin/, 'what is in it boots');
my $deep = $server->get(path_in($menu, 'sub/deep'))->{body};
like($server->get(path_in($deep, 'deep/r'))->{body}, qr/k\.bin/,
    'what is behind it too');
my ($ticket) = $main =~ m{/menu/([\w.-]+)/};
my ($opened) = $inside =~ m{/menu/([\w.-]+)/};
for my $path ('sub', 'sub/q', 'deep', 'deep/r') {
    like($server->get("/ipxe/menu/$ticket/$path")->{body}, qr/^login/m,
        "nobody comes to $path by its address");
}
like($server->get("/ipxe/menu/$opened/main/p")->{body}, qr/^login/m,
    'and it opens nothing else');
like($server->get('/boot.ipxe?serial=Z1&platform=efi')->{body}, qr/^login/m,
    'the first menu asks at once');

# GRUB cannot ask.
my $grub = $server->get('/ipxe/grub.cfg?serial=S1')->{body};
unlike($grub, qr/Install P|Sub/, 'GRUB is shown none of it');

# Slowly.
my $again = "/ipxe/menu/$ticket/main/p?login=1";
$server->get($again, basic('ops', "guess $_")) for 1 .. 5;
like($server->get($again, basic('ops', 'p@ss w/rd:1'))->{body},
    qr/Too many wrong passwords/, 'after five in a minute none is looked at');

my $log = $server->log;
like($log, qr/Wrong password: main\/p/, 'the log says what was tried');
my $request_log = read_file("$server->{dir}/request_log");
like($request_log, qr{GET /ipxe/menu/-/main/asks\?- HTTP}, 'nor is an answer');
unlike($request_log, qr/ask\.|64622031/, 'in any line');
unlike($log, qr/guess|p\@ss|\$2y|cDpz/, 'and never the password');

done_testing();
