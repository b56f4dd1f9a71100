# SPDX-License-Identifier: Apache-2.0
# httpd -t says every golden diagnostic whole, and fails on those that are
# errors.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $all = work_dir() . '/diag';
# Those of tests of rules, of scripts and of answer files are ipxectl's alone;
# those of databases have tests of their own.
my @cases = sort grep { !/\.tests$/ && -d "$all/$_/rules"
        && !-e "$all/$_/hosts.mdb" }
    map { m{([^/]+)/expected$} } glob "$all/*/expected";
cmp_ok(scalar @cases, '>=', 5, 'there are golden diagnostics');

# A line as httpd's log has it.
sub escaped {
    my ($line) = @_;
    my %named = ("\t" => '\t', '\\' => '\\\\', "\x0b" => '\v',
        "\x08" => '\b', "\r" => '\r');
    $line =~ s/([\\\x00-\x1f\x7f-\xff])/
        $named{$1} || sprintf '\x%02x', ord $1/xge;
    return $line;
}

# What `ipxectl check` alone says.
my $doubts = qr/\[(?:unused-\w+|unreachable-rule|contradiction|kernel-word
    |missing-initrd|missing-treeinfo|wimboot-name|no-bootif|not-in-build
    |install-asks)\]/x;

# Files that are too large to be kept: a path and its bytes on a line.
sub fill_up {
    my ($folder) = @_;
    for my $line (split /\n/, read_file("$folder/sizes")) {
        my ($path, $size) = split ' ', $line;
        open my $file, '>>', "$folder/$path" or die "$path: $!";
        truncate $file, $size or die "$path: $!";
        close $file;
    }
}

for my $case (@cases) {
    my $expected = read_file("$all/$case/expected");
    my $templates = -d "$all/$case/ks-templates"
        ? "IPXETemplates $all/$case/ks-templates\n" : '';
    my $root = -d "$all/$case/htdocs"
        ? "DocumentRoot $all/$case/htdocs\n" : '';
    fill_up("$all/$case") if -e "$all/$case/sizes";
    my ($status, $output) =
        check_config("IPXERules $all/$case/rules\n$templates$root");
    my @said;

    $output =~ s{\Q$all/$case\E/}{}g;
    for my $line (split /\n/, $output) {
        push @said, $1 if $line =~ /\[ipxe:\w+\] \[pid [^\]]*\] (.*)/
            && $line !~ /IPXERules of the server/
            && ($root || $line !~ /\[missing-file\]/);
    }
    $expected = '' if $expected =~ $doubts;
    # Of a missing file httpd's log has the first line.
    $expected =~ s/(\[missing-file\]\n)(?:(?: |help: ).*\n)+/$1/g;
    is(join("\n", @said),
        join("\n", map { escaped($_) } split /\n/, $expected),
        "$case: all of it is said");
    if ($expected =~ /^(?:\S+: )?error: /m) {
        isnt($status, 0, "$case: and refused");
    } else {
        is($status, 0, "$case: and accepted");
    }
}

my ($status, $output) = check_config('IPXERules nowhere');
isnt($status, 0, 'rules that are not there');
like($output, qr{DIR/nowhere}, 'are named');

my $shipped = work_dir();
($status, $output) = check_config(
    "IPXERules $shipped/rules\nIPXETemplates $shipped/ks-templates\n");
is($status, 0, 'the shipped rules are accepted') or diag $output;
unlike($output, qr/: error: /, 'without an error');
like($output, qr/:warn\].* warning: '[^']+' is not under the DocumentRoot '\S+htdocs' \[missing-file\]$/m,
    'and kernels that are not there are named');

done_testing();
