# SPDX-License-Identifier: Apache-2.0
# Boot slots over HTTP: filled, queued for, freed by a download, by one that
# broke off, by another boot and by time; through a graceful restart and the
# death of a child.
use strict;
use warnings;

use IO::Socket::INET;
use Test::More;
use Test::ModIpxe;
use Time::HiRes 'sleep';

my $rules = <<'END';
ipxe: 1
profiles:
  big: { kernel: big.bin, initrd: [ one.img, two.img ] }
  wipe: { kernel: big.bin, initrd: two.img, install: true, report: none,
      answers: a.cfg }
  iso: { iso: big.iso }
  san: { sanboot: "http://10.0.0.1/disk" }
menus:
  main: { items: [ { boot: big }, { local: true } ] }
rules:
  - { name: menu, when: { serial: "M*" }, menu: main }
  - { name: disk, when: { serial: "L*" }, local: true }
  - { name: iso, when: { serial: "I*" }, boot: iso }
  - { name: san, when: { serial: "S*" }, boot: san }
  - { name: held, when: { serial: "H*" }, hold: "wait" }
  - { name: wipe, when: { serial: "W*" }, boot: wipe }
  - { name: all, boot: big }
END

sub start {
    my ($slots, $more) = @_;
    my $server = server(
        "IPXEEngine On\nIPXERules rules\nIPXETemplates templates\n"
            . "IPXEStateDir state\nIPXEStateTimeout 5s\nIPXEExplain On\n"
            . "IPXEBootSlots $slots\nDocumentRoot DIR/files\n"
            . "<Directory DIR/files>\nRequire all granted\n</Directory>\n"
            . "<Location /status>\nSetHandler ipxe-status\n</Location>\n"
            . "<Location /metrics>\nSetHandler ipxe-metrics\n</Location>\n"
            . $more,
        sub {
            my ($dir) = @_;
            write_file("$dir/rules/a.yaml", $rules);
            write_file("$dir/templates/a.cfg", "mute\n");
            write_file("$dir/files/$_", 'k' x 1000)
                for qw(big.bin one.img two.img tools/memdisk);
            write_file("$dir/files/big.iso", 'i' x 50_000_000);
        });
    my ($status, $output) = $server->start;
    is($status, 0, 'a start') or diag $output;
    return $server;
}

my $server = start('2', "IPXETrack On\n");

sub facts {
    my ($serial) = @_;
    my $mac = unpack 'H*', substr "$serial......", 0, 6;
    return "mac=$mac&platform=pcbios&serial=$serial&chip=x&busid=x";
}

sub boot {
    my ($serial, %more) = @_;
    return $server->get('/boot.ipxe?' . facts($serial), %more);
}

sub boots { return boot(@_)->{body} =~ /^boot \|\|/m }

sub place {
    my ($answer) = @_;
    return $answer->{body} =~ /this machine is (\d+)\w\w in the\s+(?:echo )?queue/
        ? $1 : 0;
}

sub file {
    my ($answer, $name) = @_;
    my ($path) = $answer->{body} =~ m{http://[^/\s]+(/\S*\Q$name\E\?ipxe=\w+)};
    return $path;
}

sub fetch { return $server->get(file(@_))->{status} }

# ---- Filled, and in line ----

my $one = boot('A1');
my $two = boot('A2');
like($_->{body}, qr/^kernel /m, 'a slot, a boot') for $one, $two;
my $three = boot('A3');
ok_script($three, 'the third gets a script');
unlike($three->{body}, qr/^kernel /m, 'that boots nothing');
like($three->{body}, qr/2 of 2/, 'but tells why');
is(place($three), 1, 'and its place in the queue');
my $wait = url_path($three, 'wait');
like($three->{body}, qr/chain --replace --autofree \S+\Q$wait\E/,
    'and goes there');
my $four = boot('A4');
is(place($four), 2, 'the fourth is second');
is(place(boot('A3')), 1, 'who asks anew keeps its place');
is(boot('A5', method => 'HEAD')->{status}, 200, 'HEAD takes none');
like($server->get('/ipxe/explain?' . facts('A6'))->{body}, qr/boot big/,
    'explain neither');
is(place(boot('A4')), 2, 'so the fourth is still second');
my $answer = $server->get($wait);
is($answer->{status}, 503, 'it waits');
my $after = $answer->{headers}{'retry-after'};
ok(defined $after && $after >= 2 && $after <= 30, 'with a time to come again');
is($answer->{body}, "queued\n", 'and why');
ok(boots('A1'), 'who has a slot boots again');
is($server->get($wait)->{status}, 503, 'in the same slot');

# ---- What needs none ----

like(boot('L1')->{body}, qr/sanboot --no-describe --drive/,
    'the local disk needs none');
like(boot('M1')->{body}, qr/^menu /m, 'nor a menu');
like(boot('S1')->{body}, qr{sanboot --no-describe http}, 'nor sanboot');
like($server->get('/ipxe/grub.cfg?' . facts('G1'))->{body}, qr/^if linux /m,
    'nor GRUB');
like(boot('H1')->{body}, qr/Code:/, 'a hold is a hold');
is($server->get(url_path(boot('H1'), 'wait'))->{body}, "held\n",
    'and no place in the queue');
my ($item) = boot('M1')->{body} =~ m{http://[^/]+(/ipxe/menu/[\w.-]+/main/big)};
is(place($server->get($item)), 3, 'a choice in a menu is third');
like($server->get('/ipxe/wait/nonsense')->{body}, qr/^#!ipxe/, 'no ticket');
expect_log('ticket refused');

# ---- Freed by a download ----

like(file($one, 'big.bin'), qr/=k/, 'the kernel is followed');
like(file($one, 'one.img'), qr/=i/, 'an initrd');
like(file($one, 'two.img'), qr/=l/, 'and the last');
is(fetch($one, 'big.bin'), 200, 'the kernel');
is(fetch($one, 'one.img'), 200, 'an initrd');
is($server->get($wait)->{status}, 503, 'free nothing');
is(fetch($one, 'two.img'), 200, 'the last');
ok(!boots('A7'), 'a slot is not for who asks now');
ok_script($four = $server->get(url_path($four, 'wait')),
    'nor for the second');
is(place($four), 1, 'which is told that it is first');
$answer = $server->get($wait);
ok_script($answer, 'but for the first');
like($answer->{body}, qr/^kernel /m, 'which boots');
$three = $answer;
is($server->get(url_path($four, 'wait'))->{status}, 503, 'and waits');

# ---- By one that breaks off, by another boot ----

is($server->get(file($three, 'two.img') =~ s/two/none/r)->{status}, 404,
    'a file that is not there');
like($server->get(url_path($four, 'wait'))->{body}, qr/^kernel /m,
    'ends a boot');
$server->get($item); # is in line before
like(boot('A2')->{body}, qr/^kernel /m, 'the other slot');
ok(!place(boot('A2')), 'has not moved');
write_file("$server->{dir}/rules/a.yaml", $rules =~ s/"L\*"/"A2"/r);
$server->control('graceful');
for (1 .. 100) {
    last if boot('M9')->{body} =~ /generation 2-/;
    sleep 0.1;
}
is(place(boot('A8')), 3, 'a graceful restart leaves the queue');
ok(boots('A4'), 'and who has a slot');
unlike(boot('A2')->{body}, qr/^kernel /m, 'what boots its disk now');
like($server->get($item)->{body}, qr/^kernel /m, 'has left its slot');

# ---- The page, the metrics ----

my $json = '';
for (1 .. 50) {
    $json = $server->get('/status?format=json&q=A8')->{body};
    last if $json =~ /"place": 2/;
    sleep 0.2;
}
like($json, qr/"stage": "waiting", "place": 2/, 'the page knows who waits');
like($json, qr/"slots": \{"total": 2, "taken": 2, "waiting": 2\}/,
    'and how many');
like($server->get('/status')->{body}, qr/waiting for a slot \(2nd\)/,
    'in words');
my $metrics = $server->get('/metrics')->{body};
like($metrics, qr/^ipxe_boot_slots\{site=""\} 2$/m, 'metrics: all');
like($metrics, qr/^ipxe_boot_slots_taken\{site=""\} 2$/m, 'taken');
like($metrics, qr/^ipxe_boot_queue\{site=""\} 2$/m, 'the queue');
like($metrics, qr/^ipxe_boot_slots_ended_total\{site="",why="loaded"\} 1$/m,
    'ends');
like($metrics, qr/^ipxe_boot_slot_wait_seconds_count\{site=""\} 5$/m,
    'and who waited how long');

# ---- A child killed ----

my @children = split ' ', `pgrep -P @{[$server->pid]}`;
ok(@children, 'there are children');
kill 'KILL', @children;
expect_log('exit signal Killed');
for (1 .. 100) {
    last if boot('M9')->{status} == 200;
    sleep 0.1;
}
is(place(boot('A8')), 2, 'children die, the queue stays');
ok(boots('A4'), 'and slots');
is(fetch(boot('A4'), 'two.img'), 200, 'a download');
is(place(boot('A7')), 0, 'goes on freeing them');
$server->stop;

# ---- Broken off on the way ----

$server = start('1 1h', "IPXETrack On\n");
$one = boot('I1');
$two = boot('A2');
$wait = url_path($two, 'wait');
like(file($one, 'memdisk'), qr/=k/, 'memdisk');
like(file($one, 'big.iso'), qr/=l/, 'and its ISO are followed');
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $server->{port});
print $socket 'GET ' . file($one, 'big.iso') . " HTTP/1.1\r\nHost: x\r\n\r\n";
sysread $socket, my $some, 100;
is($server->get($wait)->{status}, 503, 'while it loads, it has its slot');
close $socket;
for (1 .. 50) {
    $answer = $server->get($wait);
    last if $answer->{status} == 200;
    sleep 0.1;
}
like($answer->{body}, qr/^kernel /m, 'a connection that breaks frees it');

# An install waits too, and what is armed is not lost in the queue.
my $install = boot('W1');
is(place($install), 1, 'an install waits');
fetch($two = $answer, 'two.img');
like($server->get(url_path($install, 'wait'))->{body}, qr/^kernel /m,
    'and is given');
$server->stop;

# ---- By time ----

$server = start('1 2s', '');
like($server->log, qr/IPXEBootSlots 1 without IPXETrack On/, 'a warning');
ok(boots('A1'), 'the first boots');
$two = boot('A2');
is(place($two), 1, 'the second waits');
for (1 .. 60) {
    $answer = $server->get(url_path($two, 'wait'));
    last if $answer->{status} == 200;
    sleep 0.1;
}
like($answer->{body}, qr/^kernel /m, 'its time over, the slot is free');
$server->stop;

# ---- What is refused ----

for my $wrong ('0', '10001', 'many', '5x', '5 5', '5 soon') {
    my ($status, $output) = check_config("IPXEBootSlots $wrong\n");
    isnt($status, 0, "IPXEBootSlots $wrong is refused");
    like($output, qr/IPXEBootSlots \S+: how/, 'with a reason');
}
my ($status) = check_config("IPXEBootSlots Off\n");
is($status, 0, 'Off is not');

done_testing();
