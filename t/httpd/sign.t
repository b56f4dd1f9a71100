# SPDX-License-Identifier: Apache-2.0
# Signed scripts: X.sig is the signature of what X is, and changes nothing.
use strict;
use warnings;

use MIME::Base64;
use Test::More;
use Test::ModIpxe;

my $rules = <<'END';
ipxe: 1
profiles:
  wipe:
    kernel: wipe.bin
    install: true
    args: [ "ks={{ answers() }}" ]
    answers: [ a.cfg ]
    report: { sh: "curl {{ report_url }}" }
  tool: { kernel: tool.bin }
menus:
  main: { items: [ { boot: wipe }, { boot: tool } ] }
rules:
  - { name: a menu, when: { serial: "M*" }, menu: main }
  - { name: held, when: { serial: "H*" }, hold: wait }
  - { name: broken, when: { serial: "B*" }, boot: "{{ args.os|default('tool') }}" }
  - { name: line, boot: wipe }
END
my $folder = t_dir() . '/logs/sign';

# ---- Certificates ----

sub openssl {
    my (@words) = @_;
    my $said = Test::ModIpxe::run('openssl', @words);
    return ($? == 0, $said);
}

# name.crt and name.key with these extensions, signed by another's; "": by its
# own.
sub certificate {
    my ($name, $by, @extensions) = @_;
    my ($good, $said) = openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
        'ec_paramgen_curve:P-256', '-nodes', '-days', 30, '-subj', "/CN=$name",
        '-keyout', "$folder/$name.key", '-out', "$folder/$name.crt",
        $by ? ('-CA', "$folder/$by.crt", '-CAkey', "$folder/$by.key") : (),
        map { ('-addext', $_) } @extensions);
    $good or BAIL_OUT("openssl: $said");
}

write_file("$folder/empty", '');
certificate('ca', '');
certificate('mid', 'ca', 'keyUsage=keyCertSign');
certificate('code', 'mid', 'keyUsage=digitalSignature',
    'extendedKeyUsage=codeSigning');
certificate('web', 'ca', 'keyUsage=digitalSignature',
    'extendedKeyUsage=serverAuth');
certificate('bare', 'ca', 'extendedKeyUsage=codeSigning',
    'keyUsage=keyCertSign');
# What lies between it and the root that is trusted stands behind it.
write_file("$folder/code.crt",
    read_file("$folder/code.crt") . read_file("$folder/mid.crt"));
openssl('pkey', '-in', "$folder/code.key", '-aes256', '-passout', 'pass:x',
    '-out', "$folder/locked.key");

my $plain = write_file("$folder/rules/a.yaml",
    "ipxe: 1\nrules: [ { local: true } ]\n");
for my $case (
    ['code.crt', '', qr/then that of its private key/],
    ['none.crt', 'code.key', qr/none\.crt: No such file/],
    ['code.crt', 'none.key', qr/none\.key: No such file/],
    ['empty', 'code.key', qr/empty: it holds no certificate/],
    ['code.crt', 'code.crt', qr/code\.crt: it holds no private key/],
    ['code.crt', 'web.key', qr/web\.key: it is not the key/],
    ['code.crt', 'locked.key', qr/locked\.key: .* with a passphrase/],
    ['web.crt', 'web.key', qr/web\.crt: .* extendedKeyUsage codeSigning/],
    ['bare.crt', 'bare.key', qr/bare\.crt: .* keyUsage digitalSignature/],
    ) {
    my ($certificate, $key, $says) = @$case;
    my $line = "IPXESign $folder/$certificate" . ($key && " $folder/$key");
    my ($status, $output) = check_config("IPXERules $plain\n$line\n");
    isnt($status, 0, "IPXESign $certificate $key: refused");
    like($output, $says, 'and it says why');
}

# ---- Scripts and their signatures ----

my $server = server("IPXEEngine On\nIPXERules rules\nIPXETemplates templates\n"
        . "IPXEStateDir state\nIPXEStateTimeout 5s\nIPXEExplain On\n"
        . "IPXESign $folder/code.crt $folder/code.key\nIPXETicketLife 61s\n",
    sub {
        my ($dir) = @_;
        write_file("$dir/rules/a.yaml", $rules);
        write_file("$dir/templates/a.cfg", "{{ report('installed') }}\n");
    });
my ($status, $output) = $server->start;
is($status, 0, 'a start') or diag $output;

# Ten minutes do not end between a script and its signature.
sleep 1 while time % 600 > 590;

sub signature_of {
    my ($path) = @_;
    my ($way, $query) = split /\?/, $path;
    return $server->get("$way.sig" . (defined $query ? "?$query" : ''));
}

sub proves {
    my ($script, $signature) = @_;
    write_file("$folder/script", $script->{body});
    write_file("$folder/script.sig", $signature->{body});
    return openssl('cms', '-verify', '-binary', '-inform', 'DER', '-in',
        "$folder/script.sig", '-content', "$folder/script", '-purpose', 'any',
        '-CAfile', "$folder/ca.crt", '-out', "$folder/out");
}

sub is_proven {
    my ($path, $name) = @_;
    my $script = $server->get($path);
    ok_script($script, $name);
    my $signature = signature_of($path);
    is($signature->{status}, 200, 'its signature');
    is($signature->{headers}{'content-type'}, 'application/pkcs7-signature',
        'has its type');
    my ($good, $said) = proves($script, $signature);
    ok($good, 'and proves it') or diag $said, $script->{body};
    return $script;
}

my $machine = '/boot.ipxe?platform=efi&arch=x86_64&chip=x&mac=5254000000';
is_proven('/boot.ipxe', 'the script that asks who is there');
is_proven('/autoexec.ipxe', 'that of autoexec');
my $before = signature_of("${machine}01&serial=L1");
my $script = is_proven("${machine}01&serial=L1", 'an install');
like($script->{body}, qr/wipe\.bin/, 'is one');
my (undef, $parts) = openssl('cms', '-cmsout', '-print', '-inform', 'DER',
    '-in', "$folder/script.sig");
like($parts, qr/signedAttrs:\s+<ABSENT>/, 'signed by itself, as iPXE wants it');
like($parts, qr/eContent: <ABSENT>/, 'without a copy of it');
like($parts, qr/subject: CN\s*=\s*code\b/, 'with the certificate');
like($script->{body}, qr/ request -$/m, 'without the id of a request');
# Version, kind, four letters of the key's name, the minute.
my ($payload) = $script->{body} =~ m{/ipxe/answers/([\w-]+)\.};
my ($minute) = decode_base64($payload) =~ /^.{6}([0-9a-f]+)\n/;
is(hex($minute) % 10, 0, 'its ticket is of a tenth minute');
my ($good) = proves($script, $before);
ok(!$good, 'what was signed before it was armed proves something else');
$script->{body} =~ s/wipe\.bin/evil.bin/;
ok(!(proves($script, signature_of("${machine}01&serial=L1")))[0],
    'a script that somebody changed is not proven');
is(signature_of("${machine}02&serial=L2")->{status}, 200,
    'the signature of an install that nobody asked for');
like($server->get('/ipxe/explain?mac=525400000002')->{body}, qr/boot wipe/,
    'is given');
$script = $server->get("${machine}02&serial=L2");
my ($first) = $script->{body} =~ m{(/ipxe/answers/\S+)};
is($server->get($first)->{status}, 200, 'and is no try');

my $menu = is_proven("${machine}03&serial=M3", 'a menu');
my ($item) = $menu->{body} =~ m{http://[^/]+(/ipxe/menu/\S+/tool)};
is_proven($item, 'an item of it');
my ($again) = $item =~ m{(.*)/tool};
is_proven($again, 'the menu by its ticket');
my $held = is_proven("${machine}04&serial=H4", 'a hold');
my ($wait) = $held->{body} =~ m{http://[^/]+(/ipxe/wait/[\w.-]+)};
is($server->get($wait)->{status}, 503, 'who waits');
is(signature_of($wait)->{status}, 503, 'waits for the signature, too');
is_proven("${machine}05&serial=B5&os=none", 'what went wrong');
ok_script($server->get("${machine}06&serial=L6"), 'a machine');
my $head = ask(port => $server->{port}, method => 'HEAD',
    path => "/boot.ipxe.sig?mac=525400000006&serial=L6&chip=x&platform=efi"
        . '&arch=x86_64');
is($head->{status}, 200, 'HEAD of a signature');
is($server->get($first . '.sig')->{status}, 404, 'answer files have none');
is($server->get('/ipxe/explain.sig')->{status}, 404, 'nor has explain');
like($server->log, qr/signature: boot wipe by rule 'line'/, 'the log knows it');
$server->stop;

# ---- Without ----

$server->configure("IPXEEngine On\nIPXERules rules\nIPXETemplates templates\n"
        . "IPXEStateDir state\nIPXESign Off\n");
$server->start;
is($server->get('/boot.ipxe.sig')->{status}, 404, 'no IPXESign, no signature');
like($server->get('/boot.ipxe')->{body}, qr/ request \w+$/m,
    'and requests have their ids');
$server->stop;
done_testing;
