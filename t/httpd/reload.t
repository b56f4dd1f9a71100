# SPDX-License-Identifier: Apache-2.0
# An edited file counts for the next machine; a broken one for nobody.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;
use Time::HiRes 'sleep';

# A rule set that says which one it is.
sub rules {
    my ($word) = @_;
    return "ipxe: 1\nsecrets: { root: \"file:$_[1]/root.secret\" }\n"
        . "profiles: { tool: { kernel: $word.bin, answers: a.ks } }\n"
        . "rules: [ { name: all, boot: tool } ]\n";
}
my $broken = "ipxe: 1\nrules: [ { name: all, bot: tool } ]\n";

my $server = server(<<'END',
IPXEEngine On
IPXERules rules
IPXETemplates ks
IPXEReload 200ms
StartServers 2
MinSpareThreads 25
ThreadsPerChild 5
MaxRequestWorkers 40
<VirtualHost *:*>
    ServerName main.test
</VirtualHost>
<VirtualHost *:*>
    ServerName tenant.test
    DocumentRoot "DIR/htdocs"
    IPXERules tenant
</VirtualHost>
END
    sub {
        my ($dir) = @_;
        write_file("$dir/root.secret", "first\n");
        write_file("$dir/ks/a.ks", "root {{ root }} one\n");
        write_file("$dir/rules/a.yaml", rules('one', $dir));
        write_file("$dir/tenant/a.yaml", rules('tenant', $dir));
    });
my $dir = $server->{dir};
my $path = '/boot.ipxe?serial=A&platform=efi';
my $tenant = [Host => 'tenant.test'];

sub script { $server->get($path, @_)->{body} }

sub generation {
    my ($text) = @_;
    my ($number) = $text =~ /generation (\d+)-[0-9a-f]{12}/;
    return $number;
}

# Asks until the answer is as wanted, 10 s at most, and until every child has
# had the time to see the same; gives the last one.
sub wait_for {
    my ($ask, $pattern) = @_;
    my $text;
    for (1 .. 200) {
        $text = $ask->();
        last if $text =~ $pattern;
        sleep 0.05;
    }
    sleep 0.4;
    return $text;
}

# Whether every one of so many answers, from all children, is of one number.
sub all_serve {
    my ($number) = @_;
    my %seen;
    $seen{generation(script()) // 'none'}++ for 1 .. 40;
    return "@{[sort keys %seen]}" eq $number;
}

sub children {
    my ($pid) = ($server->pid);
    my @found;
    for my $file (glob '/proc/[0-9]*/stat') {
        open my $stat, '<', $file or next;
        my $line = <$stat> // next;
        push @found, $1 if $line =~ /^(\d+) \(.*\) \S $pid /s;
    }
    return @found;
}

my ($status, $output) = $server->start;
is($status, 0, 'a server starts') or diag $output;
like(script(), qr/one\.bin/, 'with rules');
is(generation(script()), 1, 'whose number is 1');
is(generation(script(headers => $tenant)), 1, "and a tenant's");

# An edit.
write_file("$dir/rules/a.yaml", rules('two', $dir));
like(wait_for(\&script, qr/two\.bin/), qr/two\.bin/, 'an edit counts');
is(generation(script()), 2, 'with the next number');
ok(all_serve(2), 'in every child');
like(script(headers => $tenant), qr/tenant\.bin.*/s, "a tenant's rules stay");
is(generation(script(headers => $tenant)), 1, 'as they were');
like($server->log, qr/ipxe:notice.*rule set 2-[0-9a-f]{12}: 3 files, edited/,
    'the log says so');

# A broken edit.
my $mark = length $server->log;
write_file("$dir/rules/a.yaml", $broken);
my $log = wait_for_log($mark, qr/do not load/, "$dir/error_log");
like($log, qr/a\.yaml:2:\d+: error: unknown key 'bot'/, 'a broken edit is named');
like($log, qr/do not load: 2-[0-9a-f]{12} serves on/, 'and what serves');
sleep 1.2;
$log = substr($server->log, $mark);
is(scalar(() = $log =~ /unknown key 'bot'/g), 1, 'once');
like(script(), qr/two\.bin/, 'the old rules serve');
my $record = read_file("$dir/ipxe-state/sets/status");
like($record, qr/"failing": true/, 'the record says so');
like($record, qr/"failure": ".*a\.yaml:2:\d+: error: /, 'and why');
like($record, qr/"number": 2\b/, 'and what serves');

# Put right as it was.
write_file("$dir/rules/a.yaml", rules('two', $dir));
$record = wait_for(sub { read_file("$dir/ipxe-state/sets/status") },
    qr/"failing": false/);
like($record, qr/"failing": false/, 'put right, it loads');
is(generation(script()), 2, 'and is the same set');
utime undef, undef, "$dir/rules/a.yaml";
sleep 1;
is(generation(script()), 2, 'a file touched is no edit');

# All kinds of files.
write_file("$dir/rules/0.yaml", "ipxe: 1\nrules:\n"
    . "  - { name: new, when: { serial: B }, local: true }\n");
like(wait_for(sub { $server->get($path =~ s/=A/=B/r)->{body} }, qr/'new'/),
    qr/rule 'new' 0\.yaml/, 'a new file counts');
my $answers = sub {
    $server->get(url_path($server->get($path), 'answers') // '/x')->{body};
};
sub with_answers { rules($_[0], $dir) =~ s/ \}, *\n|\} \}\n/, args: "ks={{ answers() }}" } }\n/r }
write_file("$dir/rules/a.yaml", with_answers('three'));
like(wait_for($answers, qr/root/), qr/root first one/, 'an answer file');
write_file("$dir/ks/a.ks", "root {{ root }} two\n");
like(wait_for($answers, qr/two/), qr/root first two/, 'an edited template');
write_file("$dir/root.secret", "second\n");
like(wait_for($answers, qr/second/), qr/root second two/, 'an edited secret');

# A file that is away.
my $number = generation(script());
unlink "$dir/rules/0.yaml";
sleep 1.5;
is(generation(script()), $number, 'a file that is lost is waited for');
write_file("$dir/rules/0.yaml", "ipxe: 1\n");
wait_for(\&script, qr/generation @{[$number + 1]}-/);
is(generation(script()), $number + 1, 'and counts when it is back, edited');

# Children that die, the one that watches among them.
my @before = children();
cmp_ok(scalar @before, '>=', 2, 'there are children');
kill 'KILL', @before;
sleep 1.5;
wait_for(\&script, qr/generation/);
my %old = map { $_ => 1 } @before;
ok(!(grep { $old{$_} } children()), 'killed, others are born');
ok(all_serve($number + 1), 'and serve what counts');
write_file("$dir/rules/0.yaml", "ipxe: 1\nvars: { a: 1 }\n");
wait_for(\&script, qr/generation @{[$number + 2]}-/);
is(generation(script()), $number + 2, 'an edit counts after that');
ok(all_serve($number + 2), 'in every child');

# A restart.
my @sets = grep { m{/\d+-} } glob "$dir/ipxe-state/sets/*";
cmp_ok(scalar @sets, '<=', 3, 'old sets are removed');
is((stat "$dir/ipxe-state/sets")[2] & 07777, 0700, 'nobody else reads sets');
($status, $output) = $server->control('graceful');
is($status, 0, 'a graceful restart');
wait_for(\&script, qr/generation @{[$number + 3]}-/);
is(generation(script()), $number + 3, 'has the next number');
$server->stop;
$server->start;
is(generation(script()), $number + 4, 'and so has a start');

# Off.
$server->stop;
$server->configure("IPXEEngine On\nIPXERules rules\nIPXETemplates ks\n"
    . "IPXEReload Off\n");
$server->start;
like(script(), qr/three\.bin/, 'without reload');
write_file("$dir/rules/a.yaml", rules('four', $dir));
sleep 1.5;
like(script(), qr/three\.bin/, 'an edit does not count');
like(read_file("$dir/ipxe-state/sets/status"), qr/"watched": false/,
    'as the record says');
$server->stop;

for my $wrong ('5', '50ms', 'soon', '0s') {
    ($status, $output) = check_config("IPXEReload $wrong\n");
    isnt($status, 0, "IPXEReload $wrong");
    like($output, qr/IPXEReload $wrong: On, Off, or how long/, 'is refused');
}

done_testing();
