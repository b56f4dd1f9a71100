# SPDX-License-Identifier: Apache-2.0
# Install once, over HTTP: each state of a machine and each way between them.
use strict;
use warnings;

use POSIX ();
use Test::More;
use Test::ModIpxe;

my $rules = <<'END';
ipxe: 1
profiles:
  wipe:
    kernel: wipe.bin
    install: true
    args: [ "ks={{ answers() }}" ]
    answers: [ a.cfg, b.cfg ]
    report: { sh: "curl {{ report_url }}" }
  other: { extends: wipe, kernel: other.bin }
  mute: { kernel: mute.bin, install: true, report: none,
      args: [ "ks={{ answers() }}" ], answers: c.cfg }
  spoilt: { kernel: s.bin, install: true, args: [ "ks={{ answers() }}" ],
      answers: d.cfg, report: { sh: "curl {{ report_url }}" } }
  tool: { kernel: tool.bin }
menus:
  main: { items: [ { boot: wipe }, { boot: tool } ] }
rules:
  - { name: menu, when: { serial: "M*" }, menu: main }
  - { name: again, when: { serial: "A*" }, boot: wipe, reinstall: always }
  - { name: other, when: { args.now: other }, boot: other }
  - { name: mute, when: { serial: "Q*" }, boot: mute }
  - { name: held, when: { serial: "H*" }, hold: "waiting for {{ serial }}" }
  - { name: tool, when: { serial: "T*" }, boot: tool }
  - { name: spoilt, when: { serial: "S*" }, boot: spoilt }
  - { name: few, when: { serial: "F*" }, boot: wipe, limit: 1/hour }
  - { name: line, boot: wipe }
END

sub start {
    my ($config) = @_;
    my $server = server(
        "IPXEEngine On\nIPXERules rules\nIPXETemplates templates\n"
            . "IPXEExplain On\nIPXEStateDir state\nIPXEStateTimeout 5s\n$config",
        sub {
            my ($dir) = @_;
            write_file("$dir/rules/a.yaml", $rules);
            write_file("$dir/templates/$_",
                "{{ report('started') }}\n{{ report('installed') }}\n"
                    . "{{ report('failed', 'no disk') }}\n")
                for 'a.cfg', 'b.cfg';
            write_file("$dir/templates/c.cfg", "mute\n");
            write_file("$dir/templates/d.cfg",
                "{{ 10 // ((args.n|default('')|length) - 33) }}\n"
                    . "{{ report('installed') }}{{ report('failed') }}\n");
            write_file("$dir/files/tool.bin", 'k' x 1000);
        });
    my ($status, $output) = $server->start;
    is($status, 0, 'a start') or diag $output;
    return $server;
}

my $server = start('');
my $made = 0;

# Another machine at each call: its serial begins with this.
sub machine {
    my ($serial) = @_;
    $made++;
    return sprintf 'mac=5254000000%02x&platform=efi&arch=x86_64&serial=%s%d'
        . '&chip=x', $made, $serial, $made;
}

sub boot {
    my ($machine, %more) = @_;
    return $server->get("/boot.ipxe?$machine", %more);
}

sub path_of {
    my ($text, $pattern) = @_;
    my ($path) = $text =~ m{http://[^/\s]+(/ipxe/\S*?$pattern)};
    return $path;
}

sub fetched {
    my ($answer) = @_;
    my $file = $server->get(path_of($answer->{body}, 'a\.cfg'));
    is($file->{status}, 200, 'its answer file') or diag $file->{body};
    return $file->{body};
}

sub reported {
    my ($file, $stage, %more) = @_;
    return $server->get(path_of($file, "report/\\S+/$stage"), %more)->{status};
}

# ---- Once ----

my $one = machine('L');
my $answer = boot($one, method => 'HEAD');
is($answer->{status}, 200, 'HEAD arms nothing');
like($server->get("/ipxe/explain?$one")->{body}, qr/boot wipe/,
    'and explain says what it would get');
$answer = boot($one);
ok_script($answer, 'the installer, the first time');
like($answer->{body}, qr/wipe\.bin/, 'is given');
like(boot($one)->{body}, qr/wipe\.bin/, 'and again: a repeat is no try');
my $file = fetched($answer);
is($server->get(path_of($answer->{body}, 'a\.cfg'))->{status}, 200,
    'the same file again is the same try');
is(reported($file, 'started'), 200, 'it reports that it began');
is(reported($file, 'started'), 200, 'twice');
is(reported($file, 'installed', method => 'HEAD'), 200, 'HEAD');
like(boot($one)->{body}, qr/wipe\.bin/, 'reports nothing');
is(reported($file, 'installed', method => 'POST'), 200,
    'it reports that it is installed');
is(reported($file, 'installed'), 200, 'twice');
$answer = boot($one);
ok_script($answer, 'from then on');
unlike($answer->{body}, qr/wipe\.bin/, 'nothing is installed');
like($answer->{body}, qr/^echo installed with wipe/m, 'it is told why');
like($answer->{body}, qr/^:local$/m, 'and boots its disk');
is(reported($file, 'failed'), 200, 'a stage that is behind changes nothing');
unlike(boot($one)->{body}, qr/wipe\.bin/, 'it stays installed');
is($server->get(path_of($file, 'report/\S+/installed') =~ s/report/answers/r
        =~ s/installed$/a.cfg/r)->{status}, 403,
    'the ticket of a report fetches nothing');
unlike(boot("$one&now=other")->{body}, qr/other\.bin/,
    'another profile installs nothing either');
like(boot("$one&now=other")->{body}, qr/wipe.*other/,
    'and it is said that the rule says so now');
like($server->get("/ipxe/explain?$one")->{body}, qr/installed with wipe/,
    'explain says it');
(my $by_card = $one) =~ s/serial=\w+/serial=/;
unlike(boot($by_card)->{body}, qr/wipe\.bin/, 'one key is enough');

# ---- Never twice for one armed machine ----

my $two = machine('L');
$answer = boot($two);
my $first = path_of($answer->{body}, 'a\.cfg');
fetched($answer);
like(boot($two)->{body}, qr/wipe\.bin/, 'a machine that never reports');
is($server->get("$first")->{status}, 200, 'goes on with its ticket');

# ---- Failed, and what never reports ----

my $three = machine('L');
$file = fetched(boot($three));
is(reported($file, 'failed\?\S+'), 200, 'a failure');
like(boot($three)->{body}, qr/wipe\.bin/, 'is tried once more');
my $mute = machine('Q');
$answer = boot($mute);
like($answer->{body}, qr/mute\.bin/, 'an installer that never reports');
is($server->get(path_of($answer->{body}, 'c\.cfg'))->{status}, 200,
    'has its answer file');
unlike(boot($mute)->{body}, qr/mute\.bin/, 'and its disk from then on');

# ---- Always ----

my $always = machine('A');
$file = fetched(boot($always));
is(reported($file, 'installed'), 200, 'reinstall: always reports');
like(boot($always)->{body}, qr/wipe\.bin/, 'and is installed again');

# ---- Menus ----

my $menu = machine('M');
my $item = path_of(boot($menu)->{body}, 'main/wipe');
$answer = $server->get($item);
like($answer->{body}, qr/wipe\.bin/, 'a choice installs at once');
is(reported(fetched($answer), 'installed'), 200, 'once');
$answer = $server->get($item);
unlike($answer->{body}, qr/wipe\.bin/, 'chosen again it is asked');
like($answer->{body}, qr/^prompt --key y --timeout 30000 /m, 'for y');
like($answer->{body}, qr/^echo installed with wipe/m, 'what is there is said');
my $yes = path_of($answer->{body} =~ s/.*prompt --key y//sr, 'main/wipe');
$answer = $server->get($yes);
like($answer->{body}, qr/wipe\.bin/, 'y installs again');
is(reported(fetched($answer), 'installed'), 200, 'that reports');
unlike($server->get($yes)->{body}, qr/wipe\.bin/,
    'the same y again is of an install that is over');
like($server->get(path_of(boot($menu)->{body}, 'main/tool'))->{body},
    qr/tool\.bin/, 'a tool is never asked about');

# ---- Holds ----

my $held = machine('H');
$answer = boot($held);
my ($code) = $answer->{body} =~ /^echo Code: (\S+)$/m;
ok($code, 'a held machine has a code');
like(boot($held)->{body}, qr/^echo Code: \Q$code\E$/m, 'that stays its own');
my $wait = path_of($answer->{body}, 'wait/[\w.-]+');
$answer = $server->get($wait);
is($answer->{status}, 503, 'it waits');
cmp_ok($answer->{headers}{'retry-after'}, '>=', 2, 'a little');
cmp_ok($answer->{headers}{'retry-after'}, '<=', 30, 'not for ever');

# ---- Limits ----

my ($f1, $f2) = (machine('F'), machine('F'));
like(boot($f1)->{body}, qr/wipe\.bin/, 'one machine within the limit');
like(boot($f1)->{body}, qr/wipe\.bin/, 'asks twice');
$answer = boot($f2);
unlike($answer->{body}, qr/wipe\.bin/, 'the next is past it');
like($answer->{body}, qr/limit of rule few/, 'and is told so');

# ---- Two children, one state ----

my $pid = fork;
die $! unless defined $pid;
my $raced = machine('L');
my @numbers;
for my $n (1 .. 20) {
    my $body = boot($raced)->{body};
    push @numbers, 1 if $body =~ /wipe\.bin/;
}
POSIX::_exit(@numbers == 20 ? 0 : 1) unless $pid;
waitpid $pid, 0;
is($?, 0, 'asked by two at once, both are given the install');
is(scalar @numbers, 20, 'each time');
$file = fetched(boot($raced));
is(reported($file, 'installed'), 200, 'it is one');
unlike(boot($raced)->{body}, qr/wipe\.bin/, 'and done');

# ---- Restarts ----

$server->control('graceful');
sleep 1;
unlike(boot($one)->{body}, qr/wipe\.bin/, 'a graceful restart forgets nothing');
ok(-f "$server->{dir}/state/db/state.sqlite", 'the state is a file');
is((stat "$server->{dir}/state/db")[2] & 0777, 0700, "the server's own");
$server->stop;
unlink glob "$server->{dir}/state/db/state.sqlite*";
my ($status) = $server->start;
is($status, 0, 'a start with the state gone');
my $late = machine('L');
$answer = boot($late);
unlike($answer->{body}, qr/wipe\.bin/, 'installs nothing');
ok(path_of($answer->{body}, 'wait/[\w.-]+'), 'but holds');
like(boot(machine('T'))->{body}, qr/tool\.bin/, 'and boots all else');
$server->stop;

# ---- An answer file that cannot be written ----

$server = start("<Location /status>\nSetHandler ipxe-status\n</Location>\n");

sub seen_of {
    my ($text, $pattern) = @_;
    my $json = '';
    for (1 .. 50) {
        $json = $server->get("/status?format=json&q=$text")->{body};
        last if $json =~ $pattern;
        select undef, undef, undef, 0.1;
    }
    return $json;
}

my $spoilt = machine('S');
$answer = boot("$spoilt&n=" . 'x' x 33);
is($server->get(path_of($answer->{body}, 'd\.cfg'))->{status}, 500,
    'it is 500, and the installer stops');
my ($serial) = $spoilt =~ /serial=(\w+)/;
my $spoilt_json = seen_of($serial, qr/"state": ?"failed"/);
like($spoilt_json, qr/"state": ?"failed"/, 'its try has failed');
like($spoilt_json, qr/"failed": ?\["spoilt"\]/, 'and its profile');
my ($number) = $spoilt_json =~ /"number": ?(\d+)/;
like($server->get("/status?format=json&machine=$number")->{body},
    qr/failed: d\.cfg could not be written: .*d\.cfg:1/,
    'and the timeline says why');
like(boot($spoilt)->{body}, qr/s\.bin/, 'it may try again');

# What boots its disk is shown so.
my $first = machine('B');
$answer = boot($first);
is(reported(fetched($answer), 'installed'), 200, 'installed');
boot($first);
($serial) = $first =~ /serial=(\w+)/;
like(seen_of($serial, qr/"action": ?"local"/), qr/"action": ?"local"/,
    'a machine that boots its disk');
like($server->get('/status')->{body}, qr{<b>local disk</b>}, 'is shown so');
$server->stop;

# ---- Downloads ----

$server = start("IPXETrack On\nDocumentRoot DIR/files\n"
    . "<Directory DIR/files>\nRequire all granted\n</Directory>\n"
    . "<Location /status>\nSetHandler ipxe-status\n</Location>\n");
my $tracked = machine('T');
$answer = boot($tracked);
my ($kernel) = $answer->{body} =~ m{^kernel http://[^/]+(/\S+)}m;
like($kernel, qr{^/tool\.bin\?ipxe=l525400[0-9a-f]{6}$},
    'a kernel is fetched with whose it is');
# Whose download it is is known once the machine's question is written.
($serial) = $tracked =~ /serial=(\w+)/;
seen_of($serial, qr/"stage"/);
is($server->get($kernel)->{body}, 'k' x 1000, 'httpd serves it as it is');
my $stage = qr/"stage": ?"(?:kernel|initrd)"/;
like(seen_of($serial, $stage), $stage, 'and the state knows');
unlike(boot(machine('T') =~ s/mac=\w+&//r)->{body}, qr/\?ipxe=/,
    'a machine with no card is not followed');
$server->stop;

# ---- By an operator alone; without a state ----

$server = start("IPXEArm operator\n");
unlike(boot(machine('L'))->{body}, qr/wipe\.bin/,
    'IPXEArm operator: nothing is armed by a rule');
$server->stop;
($status) = server(
    "IPXEEngine On\nIPXERules rules\nIPXETemplates templates\n"
        . "IPXEState none\n",
    sub {
        write_file("$_[0]/rules/a.yaml", $rules);
        write_file("$_[0]/templates/$_", "x\n")
            for 'a.cfg', 'b.cfg', 'c.cfg', 'd.cfg';
    })->start;
isnt($status, 0, 'IPXEState none with rules that install once: no start');

done_testing();
