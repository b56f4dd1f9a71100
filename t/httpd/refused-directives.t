# SPDX-License-Identifier: Apache-2.0
# Directives with values that make no sense: httpd -t says so.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my @wrong = (
    ['IPXEEngine Perhaps', qr/must be On or Off/],
    ['IPXERules', qr/requires at least one argument/],
    ['IPXETemplates', qr/takes one argument/],
    ['IPXEHosts sql:fleet', qr/no such provider.*yaml:PATH/],
    ['IPXEHosts lmdb:', qr/no path/],
    ['IPXEHosts dbd:', qr/no table and no query/],
    ['IPXEHosts dbd:a;b', qr/neither the name of a table/],
    ['IPXEHosts "dbd:SELECT 1; DROP"', qr/no ';'/],
    ['IPXEBaseURL 10.0.0.1', qr/http:\/\/ or https:\/\//],
    ['IPXEBaseURL ftp://x', qr/IPXEBaseURL ftp:\/\/x: an address is/],
    ['IPXEBaseURL http://', qr/an address is/],
    ['IPXEBaseURL http://x/boot', qr/no path/],
    ['IPXEBaseURL "http://a b"', qr/an address is/],
    ['IPXEBaseURL https://x https://y', qr/begins with http:/],
    ['IPXEBaseURL http://x:80800', qr/a port \(1 to 65535\)/],
    ['IPXEBaseURL http://x:', qr/an address is/],
    ['IPXEBaseURL http://:80', qr/an address is/],
    ['IPXEBaseURL http://[::1', qr/an address is/],
    ['IPXEBaseURL http://[12]', qr/an address is/],
    ['IPXEBaseURL http://...', qr/an address is/],
    ['IPXEEntry boot.ipxe', qr/begins with a slash/],
    ['IPXEEntry /', qr/begins with a slash/],
    ['IPXEEntry /a/', qr/ends with none/],
    ['IPXEEntry /a?b', qr/only letters/],
    ['IPXEPrefix /a//b', qr/never sees/],
    ['IPXEPrefix "/a b"', qr/only letters/],
    ['IPXEEntry /a/..', qr/never sees/],
    ['IPXEEntry /.', qr/never sees/],
    ['IPXEPrefix /autoexec.ipxe',
        qr{IPXEPrefix \(\S+/httpd.conf:\d+\): /autoexec.ipxe is an address}],
    ["IPXEEntry /ipxe/boot\nIPXERules x", qr/lies below IPXEPrefix/],
    ['IPXEEntry /ipxe', qr/lies below IPXEPrefix/],
    ['IPXEVar 1a b', qr/begins with no digit/],
    ['IPXEVar a-b c', qr/variable's name/],
    ['IPXEVar a', qr/takes two arguments/],
    ['IPXETicketLife 4', qr/a number and its unit/],
    ['IPXETicketLife 4h 7', qr/a number and its unit/],
    ['IPXETicketLife 7d 4h', qr/IPXETicketLife 4h: reports are taken at least/],
    ['IPXETicketLife -1h', qr/a number and its unit/],
    ['IPXETicketLife 0s', qr/a number and its unit/],
    ['IPXETicketLife 99999999999d', qr/a number and its unit/],
    ['IPXETicketNetwork 0', qr/leading bits/],
    ['IPXETicketNetwork 129', qr/leading bits/],
    ['IPXETicketNetwork 10.0.0.0/8', qr/leading bits/],
    ['IPXEMaxRequestFacts none', qr/whole number/],
    ['IPXEMaxRequestFacts 0', qr/whole number/],
    ['IPXEMaxRequestFacts 63', qr/64 at least/],
    ['IPXEMaxAnswerSize 4G', qr/whole number/],
    ['IPXEMaxAnswerSize 99999M', qr/whole number/],
    ['IPXEMaxAnswerSize 4MM', qr/whole number/],
    ['IPXEMaxAnswerSize 1023', qr/1K at least/],
    ['IPXEExplain Maybe', qr/must be On or Off/],
    ['IPXETimeZone Nowhere/Atlantis', qr/no such time zone/],
    ['IPXETimeZone ../../../etc/passwd', qr/no time zone's name/],
    ['IPXETimeZone Europe', qr/no such time zone/],
    ["IPXETimeZone UTC\n<VirtualHost *>\nIPXETimeZone Asia/Seoul\n"
        . '</VirtualHost>', qr/one time zone/],
    ["<Directory />\nIPXERules x\n</Directory>", qr/not allowed/],
    ["<Location />\nIPXEVar a b\n</Location>", qr/not allowed/],
);
for my $case (@wrong) {
    my ($text, $says) = @$case;
    my ($status, $output) = check_config("$text\n");
    isnt($status, 0, (split /\n/, $text)[0] . ': refused');
    like($output, $says, 'and it says why');
}

my $two_states = "IPXERules DIR/rules\n<VirtualHost *>\n"
    . "IPXEState sqlite:DIR/other\n%s</VirtualHost>\n";
for my $case (['', 1], ["IPXEStateDir other\n", 0]) {
    my ($more, $refused) = @$case;
    my $rules = write_file(t_dir() . '/logs/states/a.yaml',
        "ipxe: 1\nrules: [ { local: true } ]\n");
    (my $text = sprintf $two_states, $more) =~ s/DIR\/rules/$rules/;
    my ($status, $output) = check_config($text);
    is($status != 0, $refused == 1, 'two databases, '
            . ($more ? 'each with a folder of its own' : 'one state folder'))
        or diag $output;
    like($output, qr/two databases with one IPXEStateDir/, 'and it says why')
        if $refused;
}

# What is found once all is read has its place in the message, too.
my $plain = write_file(t_dir() . '/logs/states/b/a.yaml',
    "ipxe: 1\nrules: [ { local: true } ]\n");
my @late = (
    ["IPXERules $plain.nowhere\n", qr/named by IPXERules \(\S+\.conf:\d+\)/],
    ["IPXERules $plain\nIPXETemplates /no/where\n",
        qr/named by IPXETemplates \(\S+\.conf:\d+\)/],
    ["IPXERules $plain\nIPXEHosts yaml:/no/where\n",
        qr/named by IPXEHosts \(\S+\.conf:\d+\)/],
    ["IPXERules $plain\nIPXEHosts lmdb:/no/where\n",
        qr/IPXEHosts \(\S+\.conf:\d+\): cannot read/],
    ["IPXERules $plain\nIPXEPrefix /boot.ipxe\n",
        qr{IPXEPrefix /boot.ipxe \(\S+\.conf:\d+\)}],
    ["IPXERules $plain\nIPXESecret /no/where\n",
        qr{IPXESecret /no/where \(\S+\.conf:\d+\): No such file}],
    ["IPXERules $plain\nIPXEStateDir /no/where/state\n",
        qr{IPXEStateDir \S+ \(\S+\.conf:\d+\): the folder above it is not}],
    ["IPXERules $plain\nIPXEStateDir $plain\n", qr/it is no folder/],
);
for my $case (@late) {
    my ($text, $says) = @$case;
    my ($status, $output) = check_config($text);
    isnt($status, 0, (split /\n/, $text)[-1] . ': refused');
    like($output, $says, 'with its place');
}
{
    my ($status, $output) =
        check_config("IPXERules $plain\nIPXEState sqlite:/no/where/file\n");
    is($status, 0, 'a state whose folder may come') or diag $output;
    like($output, qr{IPXEState sqlite:\S+ \(\S+\): its folder is not there},
        'is warned of');
}

# Tickets and the state know tenants by their names.
for my $case (['one.example', 1], ['two.example', 0]) {
    my ($name, $refused) = @$case;
    my ($status, $output) = check_config("IPXERules $plain\n"
            . join '', map { "<VirtualHost *>\nServerName $_->[0]\n"
                . "IPXERules $_->[1]\n</VirtualHost>\n" }
            ['one.example', write_file(t_dir() . '/logs/states/c/a.yaml',
                "ipxe: 1\nrules: [ { deny: no } ]\n")],
            [$name, t_dir() . '/logs/states/a.yaml']);
    is($status != 0, $refused == 1, "two tenants, the second is $name")
        or diag $output;
    like($output, qr/one\.example \(\S+\) has the same name and other rules/,
        'and it says why') if $refused;
}

my @right = (
    'IPXETicketLife 90s 30d', 'IPXETicketNetwork Off', 'IPXETimeZone UTC',
    'IPXEBaseURL https://[2001:db8::1]:8443/ http://10.0.0.1',
    'IPXEMaxAnswerSize 512K', 'IPXETicketLife 30d',
    'IPXEBaseURL http://10.0.0.1:8080/', 'IPXEEntry /..a/b..', 'IPXEHosts yaml', 'IPXEEntry /a/b.c~d_e-f',
    "<Location /x>\nIPXEEngine On\n</Location>",
    "<VirtualHost *>\nIPXEEngine Off\nIPXEExplain On\n</VirtualHost>",
);
for my $text (@right) {
    my ($status, $output) = check_config("$text\n");
    is($status, 0, (split /\n/, $text)[0] . ': accepted') or diag $output;
}

my $site = t_dir() . '/site';
my $key = write_file(t_dir() . '/logs/secrets/good', ('k' x 40) . "\n");
my $short = write_file(t_dir() . '/logs/secrets/short', "short\n");
symlink $key, t_dir() . '/logs/secrets/link';
my $rules = "IPXERules $site/other\nIPXETemplates $site/templates\n"
    . "IPXEVar only_server x\nIPXEVar origin y\n";
for my $case ([$key, 0, qr/Syntax OK/], [$short, 1, qr/holds no key/],
    ["$key.nowhere", 1, qr/No such file/],
    [t_dir() . '/logs/secrets/link', 1, qr/symbolic link/]) {
    my ($path, $bad, $says) = @$case;
    my ($status, $output) = check_config("${rules}IPXESecret $path\n");
    is($status != 0, $bad == 1, "IPXESecret $path") or diag $output;
    like($output, $says, 'and what is said of it');
}

done_testing();
