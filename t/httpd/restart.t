# SPDX-License-Identifier: Apache-2.0
# Starts and restarts with rules that are broken, and the state folder.
use strict;
use warnings;

use File::Path 'remove_tree';
use Test::More;
use Test::ModIpxe;

my $good = "ipxe: 1\nprofiles: { tool: { kernel: tool.bin } }\n"
    . "rules: [ { name: all, boot: tool } ]\n";
my $broken = "ipxe: 1\nrules: [ { name: all, bot: tool } ]\n";
my $config = "IPXEEngine On\nIPXERules rules\n";
my $server = server($config, sub { write_file("$_[0]/rules/a.yaml", $good) });
my $rules = "$server->{dir}/rules/a.yaml";

my ($status, $output) = $server->start;
is($status, 0, 'a start with good rules') or diag $output;
my $state = "$server->{dir}/ipxe-state";
is((stat $state)[2] & 07777, 0755, 'makes the state folder');
is((stat "$state/secret")[2] & 07777, 0600, 'and the secret');
my $secret = read_file("$state/secret");
like($secret, qr/^\S{32,}\n$/, 'with a key in it');
my $first = $server->get('/boot.ipxe?serial=A&platform=efi');
ok_script($first, 'it answers');
like($first->{body}, qr/1-[0-9a-f]{12}/, 'with generation 1');

write_file($rules, $good =~ s/tool\.bin/new.bin/r);
($status, $output) = $server->control('graceful');
is($status, 0, 'a graceful restart');
my $answer;
for (1 .. 50) {
    $answer = $server->get('/boot.ipxe?serial=A&platform=efi');
    last if $answer->{body} =~ /new\.bin/;
    select undef, undef, undef, 0.1;
}
like($answer->{body}, qr/new\.bin/, 'serves the new rules');
like($answer->{body}, qr/2-[0-9a-f]{12}/, 'with the next generation');
is(read_file("$state/secret"), $secret, 'and the secret stays');

write_file($rules, $broken);
($status, $output) = $server->control('graceful');
isnt($status, 0, 'a graceful restart with broken rules is refused');
like($output, qr/unknown key 'bot'/, 'with the diagnostic');
like($output, qr/help: .*boot/, 'and its help');
$answer = $server->get('/boot.ipxe?serial=A&platform=efi');
like($answer->{body}, qr/new\.bin/, 'and the server goes on as it was');

$server->signal_restart;
ok(kill(0, $server->pid), 'a signal past the check does not end it');
$answer = $server->get('/boot.ipxe?serial=A&platform=efi');
ok_script($answer, 'machines get a script');
like($answer->{body}, qr/new\.bin/, 'of the last good rules');
like($answer->{body}, qr/2-[0-9a-f]{12}/, 'under the number they had');
like($server->log, qr/ipxe:error.*unknown key 'bot'/, 'the log has it whole');
like($server->log, qr/the last good rule set, 2-[0-9a-f]{12}, serves/,
    'and what comes of it');

my $mark = length $server->log;
($status, $output) = $server->control('restart');
is($status, 0, 'httpd -k restart is meant') or diag $output;
like($output, qr/unknown key 'bot'/, 'though it says what is wrong');
like(wait_for_log($mark, qr/the last good rule set, 2-[0-9a-f]{12}, serves/,
        "$server->{dir}/error_log"), qr/the last good rule set/,
    'and the last good rules serve');
$answer = $server->get('/boot.ipxe?serial=A&platform=efi');
like($answer->{body}, qr/new\.bin/, 'to every machine');

# Nothing is left of what was good.
sub forget_sets { remove_tree("$state/sets") }
forget_sets();
$server->signal_restart;
ok(kill(0, $server->pid), 'nor does one with no last good set');
$answer = $server->get('/boot.ipxe?serial=A&platform=efi');
ok_script($answer, 'machines get a script');
like($answer->{body}, qr{/a\.yaml:2:\d+: error}, 'that says where');
like($answer->{body}, qr/exit|sanboot/, 'and boots the disk');
is($server->get('/ipxe/answers/x/y')->{status}, 500, 'answer files are 500');
$answer = $server->get('/ipxe/wait/x');
is($answer->{status}, 503, 'who waits goes on waiting');
ok($answer->{headers}{'retry-after'}, 'and comes again');
is($server->get('/ipxe/explain')->{status}, 500, 'explain is 500');
like($server->log, qr/every machine is told so/, 'the log says so');

write_file($rules, $good);
$server->signal_restart;
$answer = $server->get('/boot.ipxe?serial=A&platform=efi');
like($answer->{body}, qr/tool\.bin/, 'good rules are served again');

$server->stop;
write_file($rules, $broken);
($status, $output) = $server->start;
is($status, 0, 'a start with broken rules and a last good set') or diag $output;
like($output, qr/unknown key 'bot'/, 'says what is wrong');
$answer = $server->get('/boot.ipxe?serial=A&platform=efi');
like($answer->{body}, qr/tool\.bin/, 'and serves that set');
($status, $output) = $server->control('stop');
is($status, 0, 'httpd -k stop reads no rules') or diag $output;
unlike($output, qr/unknown key/, 'and says nothing of them');
$server->wait_until_gone;
($status) = $server->start;
is($status, 0, 'it starts once more');
($status, $output) = $server->control('graceful-stop');
is($status, 0, 'nor does httpd -k graceful-stop') or diag $output;
$server->wait_until_gone;
my $newest = (sort glob "$state/sets/*-*")[-1];
write_file("$newest/manifest", "mod_ipxe set 1\ncontent 0\n");
($status, $output) = $server->start;
isnt($status, 0, 'a set that was cut is none');
$server->wait_until_gone;
forget_sets();
($status, $output) = $server->start;
isnt($status, 0, 'a start with broken rules and no last good set is refused');

# The state folder and the secret.
write_file($rules, $good);
my @cases = (
    ['others may write there', sub { chmod 0775, $state },
        qr/others may write there: chmod go-w/, sub { chmod 0755, $state }],
    ['a secret without a key', sub { write_file("$state/secret", "x\n") },
        qr/secret \S+: it holds no key/, sub { unlink "$state/secret" }],
    ['a secret that is a link',
        sub { symlink '/etc/passwd', "$state/secret" },
        qr/secret \S+: it is a symbolic link/, sub { unlink "$state/secret" }],
    ['a file in its place',
        sub { rename $state, "$state.kept"; write_file($state, 'x') },
        qr/it is no folder/,
        sub { unlink $state; rename "$state.kept", $state }],
);
for my $case (@cases) {
    my ($name, $before, $says, $after) = @$case;
    $mark = length $server->log;
    $before->();
    my ($refused, $said) = $server->control('start');
    $said .= wait_for_log($mark, $says, "$server->{dir}/error_log")
        if !$refused;
    like($said, $says, "a state folder: $name");
    ok(!$server->pid || !kill(0, $server->pid), 'no start');
    $server->wait_until_gone;
    $after->();
}
($status) = $server->start;
is($status, 0, 'a start without a secret');
like(read_file("$state/secret"), qr/^\S{32,}\n$/, 'makes a new one');
$server->stop;
chmod 0644, "$state/secret";
$server->start;
like($server->log, qr/ipxe:warn.*secret \S+: others than its owner may read/,
    'one that others may read is worth a warning');
$server->stop;

my $bare = server("IPXEEngine On\n");
($status) = $bare->start;
is($status, 0, 'a start without rules');
like($bare->log, qr/ipxe:warn.*IPXEEngine is On, and no server has IPXERules/,
    'is worth a warning');
$answer = $bare->get('/boot.ipxe?serial=A');
ok_script($answer, 'machines are answered');
like($answer->{body}, qr/no IPXERules/, 'and told why');
$bare->stop;

done_testing();
