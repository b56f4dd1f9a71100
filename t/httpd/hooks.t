# SPDX-License-Identifier: Apache-2.0
# Hooks: who else is told, over crashes of either side, and nobody waits.
use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Test::More;
use Test::ModIpxe;
use Time::HiRes 'sleep';

my $rules = <<'END';
ipxe: 1
profiles:
  wipe:
    kernel: wipe.bin
    install: true
    args: [ "ks={{ answers() }}" ]
    answers: [ a.cfg ]
    report: { sh: "curl {{ report_url }}" }
rules:
  - { name: held, when: { serial: "H*" }, hold: "waiting for {{ serial }}" }
  - { name: line, boot: wipe }
END
my $base = "IPXEEngine On\nIPXERules rules\nIPXETemplates templates\n"
    . "IPXEStateDir state\nIPXEStateTimeout 5s\n"
    . "<Location /status>\nSetHandler ipxe-status\n</Location>\n"
    . "<Location /metrics>\nSetHandler ipxe-metrics\n</Location>\n";

# ---- What is refused ----

sub refused {
    my ($config, $pattern, $name) = @_;
    my ($status, $output) = check_config("IPXEEngine On\n$config\n");
    isnt($status, 0, $name);
    like($output, $pattern, 'and says why') or diag $output;
}

refused('IPXEHook boiled http://127.0.0.1/', qr/boiled is no event/,
    'an event that there is not');
refused('IPXEHook all https://127.0.0.1/', qr/curl/, 'an https address');
refused('IPXEHook all', qr{http://}, 'no receiver');
refused('IPXEHook all |/no/such/program', qr/there is no such program/,
    'a program that is not there');
{
    my $dir = t_dir() . '/logs/hook-rules';
    write_file("$dir/a.yaml", "ipxe: 1\nrules: [ { name: x, local: true } ]\n");
    refused("IPXERules $dir\nIPXEState none\nIPXEHook all http://127.0.0.1/",
        qr/IPXEHook \(\S+:\d+\): .*IPXEState is none/, 'a hook without a state');
}

# ---- A receiver ----

# Answers as its file says ("500", "200", "slow"), and writes down what it got.
my $folder = t_dir() . '/logs/hook';
my ($mode, $got) = ("$folder/mode", "$folder/got");
write_file($mode, '500');
write_file($got, '');
my $probe = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1);
my $port = $probe->sockport;
close $probe;

sub serve_one {
    my ($client) = @_;
    my $text = '';
    while ($text !~ /\r\n\r\n/) {
        sysread $client, $text, 65536, length $text or return;
    }
    my ($length) = $text =~ /Content-Length: (\d+)/;
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    while (length $body < $length) {
        sysread $client, $body, 65536, length $body or return;
    }
    my $how = read_file($mode);
    open my $file, '>>', $got or die $!;
    syswrite $file, "$how $body";
    close $file;
    if ($how eq 'slow') {
        sleep 0.1 while read_file($mode) eq 'slow';
        $how = '200';
    }
    syswrite $client, "HTTP/1.1 $how Whatever\r\nContent-Length: 0\r\n\r\n";
}

my $receiver;
sub receive {
    $receiver = fork;
    die $! unless defined $receiver;
    return if $receiver;
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
        LocalPort => $port, Listen => 5, ReuseAddr => 1) or POSIX::_exit(1);
    while (my $client = $socket->accept) {
        serve_one($client);
        close $client;
    }
    POSIX::_exit(0);
}

sub leave {
    kill 'KILL', $receiver if $receiver;
    waitpid $receiver, 0 if $receiver;
    undef $receiver;
}
END { local $?; leave() }

# The lines of a file that match, once there are so many (30 s at most).
sub lines {
    my ($path, $pattern, $n) = @_;
    my @found;
    for (1 .. 300) {
        @found = -e $path
            ? grep { $_ =~ $pattern } split /\n/, read_file($path) : ();
        last if @found >= $n;
        sleep 0.1;
    }
    return @found;
}

sub id_of { $_[0] =~ /"id": "([0-9a-f]{32})"/ ? $1 : '' }

# ---- Told ----

my $script = write_file("$folder/tell", "#!/bin/sh\n"
    . "{ printf '%s %s ' \"\$1\" \"\$(env | grep -c IPXE)\"; cat; } "
    . ">>$folder/told\n");
chmod 0755, $script;
my $server = server($base . "IPXEHook all http://127.0.0.1:$port/tell?k=s3cret\n"
        . "IPXEHook installed,failed \"|$script 'to ops'\"\n",
    sub {
        my ($dir) = @_;
        write_file("$dir/rules/a.yaml", $rules);
        write_file("$dir/templates/a.cfg",
            "{{ report('started') }}\n{{ report('installed') }}\n"
                . "{{ report('failed', 'no disk') }}\n");
    });
receive();
my ($status, $output) = $server->start;
is($status, 0, 'a start') or diag $output;

my $made = 0;
sub boot {
    my ($serial) = @_;
    $made++;
    return $server->get(sprintf '/boot.ipxe?mac=5254000000%02x&platform=efi'
        . '&arch=x86_64&serial=%s%d', $made, $serial, $made);
}

sub report_of {
    my ($answer, $stage) = @_;
    my ($path) = $answer->{body} =~ m{http://[^/\s]+(/ipxe/\S*?a\.cfg)};
    my $file = $server->get($path);
    my ($report) = $file->{body} =~ m{http://[^/\s]+(/ipxe/report/\S*?/$stage)};
    return $server->get($report . ($stage eq 'failed' ? '?text=no%20disk' : ''));
}

my $first = boot('A');
ok_script($first, 'a machine asks, and its receiver fails');
my @tries = lines($got, qr/^500/, 2);
is(scalar @tries, 2, 'it is tried again');
write_file($mode, '200');
my @taken = lines($got, qr/^200/, 1);
like($taken[0], qr/"event": "armed".*"mac": "52:54:00:00:00:01"/,
    'until it is taken');
like($taken[0], qr/"serial": "A1".*"profile": "wipe", "install": 1, .*line/,
    'with what is known');
is(id_of($_), id_of($taken[0]), 'each time with the same id') for @tries;
like($server->log, qr{IPXEHook http://127.0.0.1:$port: a notice was not taken},
    'the log says so');
like($server->log, qr/500 Whatever/, 'and why');
unlike($server->log, qr/s3cret/, 'without the path of its address');

report_of($first, 'started');
report_of($first, 'installed');
@taken = lines($got, qr/^200/, 3);
like($taken[1], qr/"event": "started"/, 'started is told');
like($taken[2], qr/"event": "installed".*"by": "rule line"/, 'and installed');
my @told = lines("$folder/told", qr/./, 1);
like($told[0], qr/^to ops 0 \{.*"event": "installed"/,
    'a program is told, with its own argument alone');
unlike(read_file("$folder/told"), qr/armed|started/, 'of what it wants alone');

report_of(boot('B'), 'failed');
@taken = lines($got, qr/"failed"/, 1);
like($taken[0], qr/"text": "no disk"/, 'a failure is told, with its words');
boot('H');
@taken = lines($got, qr/"held"/, 1);
like($taken[0], qr/"code": "[A-Z0-9]{5}", "text": "waiting for H3"/,
    'a hold, with its code');

# ---- Slow, and gone ----

write_file($mode, 'slow');
boot('C');
lines($got, qr/^slow/, 1);
ok_script(boot('D'), 'nobody waits for a receiver that is slow');
write_file($mode, '200');
lines($got, qr/^200.*"D5"/, 1);

leave();
ok_script(boot('E'), 'nor for one that is gone');
my $page;
for (1 .. 200) {
    $page = $server->get('/status');
    last if $page->{body} =~ /A hook does not take/;
    sleep 0.1;
}
like($page->{body}, qr/1 waits.*no connection/s, 'the page shows it');
like($server->get('/status?format=json')->{body},
    qr/"hooks": \{"waiting": 1, "failing": 1/, 'the JSON');
my $metrics = $server->get('/metrics')->{body};
like($metrics, qr/^ipxe_hook_waiting\{site=""\} 1$/m, 'and the metrics');
like($metrics, qr/^ipxe_hook_failed_total [1-9]/m, 'failures are counted');
like($metrics, qr/^ipxe_hook_delivered_total 10$/m, 'what was taken, too');

# ---- Killed between the change and its delivery ----

my $last = boot('F');
my $parent = $server->pid;
my @children = split /\s+/, qx(pgrep -P $parent);
kill 'KILL', $parent, @children;
sleep 0.5;
unlink "$server->{dir}/httpd.pid";
like($last->{body}, qr/wipe\.bin/, 'an install was given, and all is killed');
($status, $output) = $server->start;
is($status, 0, 'a start again') or diag $output;
receive();
my %ids;
for my $serial ('E6', 'F7') {
    my @found = lines($got, qr/^200.*"$serial"/, 1);
    ok(@found >= 1, "$serial is told all the same");
    $ids{id_of($_)}++ for @found;
}
is(scalar keys %ids, 2, 'each by its id');
for (1 .. 100) {
    $metrics = $server->get('/metrics')->{body};
    last if $metrics =~ /^ipxe_hook_waiting\{site=""\} 0$/m;
    sleep 0.1;
}
like($metrics, qr/^ipxe_hook_waiting\{site=""\} 0$/m, 'nothing is left');

# ---- Stopped amid a delivery ----

write_file($mode, 'slow');
boot('I');
my ($cut) = lines($got, qr/^slow.*"I8"/, 1);
$server->stop;
write_file($mode, '200');
($status, $output) = $server->start;
is($status, 0, 'a start after a stop amid a delivery') or diag $output;
@taken = lines($got, qr/^200.*"I8"/, 1);
is(id_of($taken[0] || ''), id_of($cut || ' '), 'it is told again');

# A hook that is gone wants nothing more.
$server->configure($base);
$server->control('graceful');
boot('G');
for (1 .. 50) {
    $page = $server->get('/status?format=json')->{body};
    last if $page =~ /"hooks": null/;
    sleep 0.1;
}
like($page, qr/"hooks": null/, 'without hooks');
$server->stop;
leave();
done_testing;
