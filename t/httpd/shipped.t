# SPDX-License-Identifier: Apache-2.0
# The shipped configuration, as it is and with all that it shows in comments.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $shipped = work_dir();
my $conf = read_file("$shipped/conf.d/ipxe.conf");

sub with {
    my ($text) = @_;
    my $data = t_dir() . '/htdocs';
    return "Define IPXE_DATA $data\nDefine IPXE_CONF $shipped\n"
        . "Define IPXE_STATE DIR/state\nDefine IPXE_LOGS DIR\n$text";
}

my $server = server(with($conf));
my ($status, $output) = $server->start;
is($status, 0, 'a server starts with it') or diag $output;
my $answer = $server->get('/boot.ipxe?serial=SN1&platform=efi&arch=x86_64'
    . '&mac=52:54:00:12:34:56');
ok_script($answer, 'and answers a machine');
like($answer->{body}, qr/^menu /m, 'with a menu');
$answer = $server->get('/boot.ipxe');
ok_script($answer, 'it identifies another');
my $log = read_file("$server->{dir}/ipxe.log");
like($log, qr/ "menu" .*mac=52:54:00:12:34:56 /, 'and logs both');
like($log, qr/ stage=identify /, 'in the shipped format');
my @complaints = grep { /ipxe:(?:warn|error)/
    && !/is not under the DocumentRoot|IPXERules of the server \(\S+\): 0 errors/ }
    split /\n/, $server->log;
is("@complaints", '', 'with no complaint but of trees that are not there');
$server->stop;

# Every directive that stands there in a comment is one that works.
my $key = write_file(t_dir() . '/logs/secrets/shipped', ('k' x 40) . "\n");
my $hosts = write_file(t_dir() . '/logs/shipped-hosts/hosts.yaml',
    "ipxe: 1\nhosts: [ { name: h1, serial: H1 } ]\n");
my $all = with($conf =~ s{^#(IPXE|</?Location|    Require)}{$1}gmr);
$all =~ s{^IPXESecret .*}{IPXESecret $key}m;
# What a command makes first: a fleet's file.
$all =~ s{^IPXEHosts "lmdb:.*}{}m;
$all =~ s{^IPXEHosts .*}{IPXEHosts yaml:$hosts}m;
# A certificate and its key (sign.t).
$all =~ s{^IPXESign .*}{IPXESign Off}m;
$all =~ s{DIR}{t_dir() . '/logs'}ge;
($status, $output) = check_config($all);
is($status, 0, 'what it shows in comments works, too') or diag $output;

done_testing();
