# SPDX-License-Identifier: Apache-2.0
# Downloads of trees, followed: whose they are, how many, and whether whole.
use strict;
use warnings;

use IO::Socket::INET;
use Test::More;
use Test::ModIpxe;
use Time::HiRes 'sleep';

my $rules = <<'END';
ipxe: 1
profiles:
  rocky:
    tree: OS/rocky/9
    kernel: "{{ profile.tree }}vmlinuz"
    install: true
    args: [ "inst.repo={{ profile.tree }}", "ks={{ answers() }}" ]
    answers: [ a.cfg ]
    report: { sh: "curl {{ report_url }}" }
  away: { tree: "http://mirror.example/x", kernel: k,
      args: [ "inst.repo={{ profile.tree }}" ] }
  image: { iso: OS/live.iso, kernel: k, args: [ "url={{ profile.iso }}" ] }
rules:
  - { name: away, when: { serial: away }, boot: away }
  - { name: image, when: { serial: image }, boot: image }
  - { name: all, boot: rocky }
END
my $config = "IPXEEngine On\nIPXERules rules\nIPXETemplates templates\n"
    . "IPXEStateDir state\nIPXEStateTimeout 5s\nDocumentRoot DIR/files\n"
    . "Alias /OS/alias DIR/elsewhere\n"
    . "<Directory DIR>\nRequire all granted\n</Directory>\n"
    . "<Location /OS/shut>\nRequire all denied\n</Location>\n"
    . "<Location /status>\nSetHandler ipxe-status\n</Location>\n";
my $large = 30_000_000;

sub start {
    my ($more) = @_;
    my $server = server($config . $more, sub {
        my ($dir) = @_;
        write_file("$dir/rules/a.yaml", $rules);
        write_file("$dir/templates/a.cfg", "url --url={{ profile.tree }}\n"
            . "{{ report('installed') }}\n{{ report('failed') }}\n");
        my $tree = "$dir/files/OS/rocky/9";
        write_file("$tree/vmlinuz", 'k' x 1000);
        write_file("$tree/.treeinfo", 't' x 100);
        write_file("$tree/images/install.img", 'i' x 5000);
        write_file("$tree/large", 'l' x $large);
        write_file("$dir/files/OS/live.iso", 'o');
        write_file("$dir/files/OS/shut/x", 'x');
        write_file("$dir/elsewhere/x", 'aliased');
    });
    my ($status, $output) = $server->start;
    is($status, 0, 'a start') or diag $output;
    return $server;
}

my $server = start("IPXETrack On\n");
my $machine = 'mac=525400000001&platform=efi&arch=x86_64&chip=x';
my $script = $server->get("/boot.ipxe?$machine&serial=a")->{body};
my $id = '/ipxe/tree/525400000001';
like($script, qr{ inst\.repo=http://[^/]+\Q$id\E/OS/rocky/9/ },
    'a tree is fetched with whose it is');
my ($kernel) = $script =~ m{^kernel http://[^/]+(/\S+)}m;
like($kernel, qr{^\Q$id\E/OS/rocky/9/vmlinuz\?ipxe=l525400000001$},
    'its kernel as kernels are');
is($server->get($kernel)->{body}, 'k' x 1000, 'and is served');
my ($answers) = $script =~ m{ ks=http://[^/]+(/\S+)};
my ($tree) = $server->get($answers)->{body} =~ m{--url=http://[^/]+(/\S+)};
like($tree, qr{^/ipxe/tree/(?:525400000001|i1)/OS/rocky/9/$},
    'an answer file has it, too');
is($server->get("$tree.treeinfo")->{body}, 't' x 100, 'httpd serves it as it is');
is($server->get("${tree}images/install.img",
        headers => [Range => 'bytes=0-99'])->{status}, 206, 'and ranges');
is($server->get("${tree}images/updates.img")->{status}, 404,
    'what is not there is not');
is($server->get("$id/OS/alias/x")->{body}, 'aliased', 'an alias is one still');
is($server->get("$id/OS/shut/x")->{status}, 403, 'what is shut is shut');
is($server->get('/OS/shut/x')->{status}, 403, 'as it is');
is($server->get("$id$_")->{status}, 404, 'it leads to files alone')
    for '/boot.ipxe', '/ipxe/explain';
is($server->get($_)->{status}, 404, $_)
    for '/ipxe/tree/nobody/OS/rocky/9/.treeinfo', '/ipxe/tree/5254/',
    '/ipxe/tree//OS/rocky/9/.treeinfo', '/ipxe/tree/i/OS/rocky/9/.treeinfo',
    '/ipxe/tree/' . 'a' x 41 . '/OS/rocky/9/.treeinfo';
isnt($server->get("$id/../../../../etc/passwd")->{status}, 200, 'nothing above');

sub timeline {
    my ($pattern) = @_;
    my $json;
    for (1 .. 150) {
        $json = $server->get('/status?machine=1&format=json')->{body};
        last if $json =~ $pattern;
        sleep 0.1;
    }
    return $json;
}
# Each child tells of what it served, so it may be in two.
my $files = 0;
for (1 .. 150) {
    my @told = $server->get('/status?machine=1&format=json')->{body}
        =~ /"file", "text": "(\d+) files? of the tree"[^}]*"complete": true/g;
    $files = 0;
    $files += $_ for @told;
    last if $files == 3;
    sleep 0.1;
}
is($files, 3, 'the timeline has its files, some at a time');

# One that breaks off.
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
    PeerPort => $server->{port});
print $socket "GET ${tree}large HTTP/1.1\r\nHost: x\r\n\r\n";
my $part = '';
sysread $socket, $part, 20000;
close $socket;
my $json = timeline(qr/not all of/);
my ($bytes) = $json =~ /not all of large"[^}]*"bytes": (\d+), "complete": false/;
ok(defined $bytes && $bytes > 0 && $bytes < $large,
    'what breaks off is told at once, with what was sent') or diag $json;

like($server->get("/boot.ipxe?$machine&serial=away")->{body},
    qr{inst\.repo=http://mirror\.example/x/ },
    'a tree of another server is not followed');
like($server->get("/boot.ipxe?$machine&serial=image")->{body},
    qr{url=http://[^/]+\Q$id\E/OS/live\.iso}, 'an ISO is');
$server->stop;

$server = start('');
like($server->get("/boot.ipxe?$machine&serial=a")->{body},
    qr{inst\.repo=http://[^/]+/OS/rocky/9/ }, 'not followed without IPXETrack');
is($server->get("$id/OS/rocky/9/.treeinfo")->{body}, 't' x 100,
    'and what was given before goes on');
$server->stop;

done_testing;
