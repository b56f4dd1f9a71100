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
    ['IPXEEntry boot.ipxe', qr/begins with a slash/],
    ['IPXEEntry /', qr/begins with a slash/],
    ['IPXEEntry /a/', qr/ends with none/],
    ['IPXEEntry /a?b', qr/only letters/],
    ['IPXEPrefix /a//b', qr/never sees/],
    ['IPXEPrefix "/a b"', qr/only letters/],
    ["IPXEEntry /ipxe/boot\nIPXERules x", qr/lies below IPXEPrefix/],
    ['IPXEEntry /ipxe', qr/lies below IPXEPrefix/],
    ['IPXEVar 1a b', qr/begins with no digit/],
    ['IPXEVar a-b c', qr/variable's name/],
    ['IPXEVar a', qr/takes two arguments/],
    ['IPXETicketLife 4', qr/a number and its unit/],
    ['IPXETicketLife 4h 7', qr/a number and its unit/],
    ['IPXETicketLife -1h', qr/a number and its unit/],
    ['IPXETicketLife 0s', qr/a number and its unit/],
    ['IPXETicketLife 99999999999d', qr/a number and its unit/],
    ['IPXETicketNetwork 0', qr/leading bits/],
    ['IPXETicketNetwork 129', qr/leading bits/],
    ['IPXETicketNetwork 10.0.0.0/8', qr/leading bits/],
    ['IPXEMaxRequestFacts none', qr/whole number/],
    ['IPXEMaxRequestFacts 0', qr/whole number/],
    ['IPXEMaxAnswerSize 4G', qr/whole number/],
    ['IPXEMaxAnswerSize 99999M', qr/whole number/],
    ['IPXEMaxAnswerSize 4MM', qr/whole number/],
    ['IPXEExplain Maybe', qr/must be On or Off/],
    ['IPXETimeZone Nowhere/Atlantis', qr/no such time zone/],
    ['IPXETimeZone ../../../etc/passwd', qr/no time zone's name/],
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

my @right = (
    'IPXETicketLife 90s 30d', 'IPXETicketNetwork Off', 'IPXETimeZone UTC',
    'IPXEBaseURL https://[2001:db8::1]:8443/ http://10.0.0.1',
    'IPXEMaxAnswerSize 512K', 'IPXEHosts yaml', 'IPXEEntry /a/b.c~d_e-f',
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
