# SPDX-License-Identifier: Apache-2.0
# Secrets reach the answer file, and nothing else.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $rules = <<'END';
ipxe: 1
secrets: { word: hunter2, key: file:key }
profiles:
  p:
    kernel: tool.bin
    answers: a.ks
    args: [ "a={{ answers() }}" ]
    secrets: { own: hunter4 }
rules:
  - { name: all, boot: p, set: { made: "{{ word }}x" } }
END
my $server = server(
    "LogLevel ipxe:trace4\nIPXEEngine On\nIPXERules rules\n"
        . "IPXETemplates ks\nIPXEExplain On\n",
    sub {
        write_file("$_[0]/rules/a.yaml", $rules);
        write_file("$_[0]/rules/key", "hunter3\n");
        write_file("$_[0]/ks/a.ks", "{{ word }} {{ key }} {{ own }} {{ made }}\n");
    });
my ($status, $output) = $server->start;
is($status, 0, 'a start') or diag $output;

my $boot = $server->get('/boot.ipxe?serial=A&platform=efi&mac=525400000001');
ok_script($boot, 'a script');
is($server->get(url_path($boot, 'answers'))->{body},
    "hunter2 hunter3 hunter4 hunter2x\n", 'the answer file has them');
my $text = $server->get('/ipxe/explain?serial=A&platform=efi');
like($text->{body}, qr/word +\*\*\*/, 'explain shows stars');
my $json = $server->get('/ipxe/explain?serial=A&platform=efi&format=json');
like($json->{body}, qr/"key", "value": "\*\*\*"/, 'JSON too');
unlike($_->{body}, qr/hunter/, 'and no secret')
    for $boot, $text, $json;

write_file("$server->{dir}/rules/a.yaml",
    "ipxe: 1\nsecrets: { word: *hunter5, a-b: hunter6 }\n");
($status, $output) = $server->control('graceful');
isnt($status, 0, 'wrong secrets are refused');
like($output, qr/yaml-quote/, 'with the diagnostic');
unlike($output, qr/hunter/, 'without the secret');
unlike($server->log, qr/hunter/, 'nor does the log have one');

done_testing();
