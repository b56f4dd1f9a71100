# SPDX-License-Identifier: Apache-2.0
# httpd -t -D DUMP_IPXE: settings for people and programs.
use strict;
use warnings;

use JSON::PP;
use Test::More;
use Test::ModIpxe;

sub dumped {
    my ($config) = @_;
    my ($status, $output) = check_config($config, '-D', 'DUMP_IPXE');
    my ($json) = $output =~ /^(\{.*^\})$/ms;
    my $data = eval { decode_json($json) };
    ok($data, 'JSON') or diag $output;
    return ($status, $data);
}

my $site = t_dir() . '/site';
my ($status, $data) = dumped(<<"END");
IPXERules $site/rules more.yaml
IPXERules last.yaml
IPXETemplates $site/templates
IPXEHosts lmdb:fleet.mdb yaml:hosts yaml
IPXEVar a "b \\"c\\""
IPXETicketLife 1h 2d
<Directory "/data">
    IPXEEngine On
</Directory>
<VirtualHost 127.0.0.1:1>
    ServerName tenant.example
    IPXERules $site/other
    IPXEVar d e
    IPXEBaseURL https://x/ http://y/
    IPXEExplain On
    IPXEMaxAnswerSize 1M
    IPXESecret own-secret
</VirtualHost>
<VirtualHost 127.0.0.1:1>
    ServerName plain.example
</VirtualHost>
END
isnt($status, 0, 'rules that are not there are refused');
is($data->{format}, 1, 'and yet there is a dump');
is(scalar @{$data->{servers}}, 3, 'of each server');
my ($main, $tenant, $plain) = @{$data->{servers}};
is($main->{name}, 'server', 'the main one first');
is_deeply([map { s{^DIR/}{}r } @{$main->{rules}}],
    ["$site/rules", 'more.yaml', 'last.yaml', 'hosts'], 'its rules');
is_deeply([map { s{^lmdb:.*/}{lmdb:}r } @{$main->{hosts}}],
    ['lmdb:fleet.mdb', 'yaml'], 'where its hosts are, in order');
is_deeply($main->{vars}, {a => 'b "c"'}, 'its variables');
is_deeply($main->{engine}, ['On <Directory "/data">'], 'where its engine is on');
is($main->{fetch_life}, 3600, 'seconds');
is($main->{report_life}, 2 * 86400, 'and more of them');
is($main->{base_url}, undef, 'what is not set is null');
is($main->{site}, '', 'its site');
like($main->{secret}, qr{/ipxe-state/secret$}, 'its secret');
like($tenant->{name}, qr/^tenant\.example 127\.0\.0\.1:1$/, 'a virtual host');
like($tenant->{defined}, qr/httpd\.conf:\d+$/, 'where it is defined');
is_deeply($tenant->{rules}, ["$site/other",
    (grep { m{/hosts$} } @{$main->{rules}})], 'its own rules');
is_deeply($tenant->{vars}, {a => 'b "c"', d => 'e'}, 'variables added');
is($tenant->{base_url}, 'https://x', 'a base without its slash');
is($tenant->{plain_url}, 'http://y', 'and the plain one');
is($tenant->{site}, 'tenant.example', 'a site of its own');
is($tenant->{max_answer}, 1 << 20, 'bytes');
ok($tenant->{explain} && !$main->{explain}, 'truths');
like($tenant->{secret}, qr{/own-secret$}, 'a secret of its own');
is_deeply({%$plain, map { $_ => 1 } qw(name host defined engine)},
    {%$main, map { $_ => 1 } qw(name host defined engine)},
    'one with nothing of its own is as the server');

($status, $data) = dumped("IPXERules $site/rules\n"
    . "IPXETemplates $site/templates\nIPXEVar origin x\n");
is($status, 0, 'with good rules it succeeds');

done_testing();
