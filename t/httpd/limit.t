# SPDX-License-Identifier: Apache-2.0
# A rule's limit where no state is kept: counted over all children, through a
# graceful restart. install.t has it with a state.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $rules = <<'END';
ipxe: 1
profiles:
  wipe: { kernel: wipe.bin, install: true, report: none }
menus:
  m: { items: [ { boot: wipe, title: Wipe } ] }
rules:
  - { name: held, when: { serial: "H-*" }, boot: wipe,
      limit: { rate: 1/hour, then: hold }, reinstall: always }
  - { name: chosen, when: { serial: "M-*" }, menu: m, limit: 1/day, reinstall: always }
  - { name: line, boot: wipe, limit: 3/hour, reinstall: always }
END
my $server = server(
    "IPXEEngine On\nIPXERules rules\nIPXEExplain On\nIPXEState none\n",
    sub { write_file("$_[0]/rules/a.yaml", $rules) });
my ($status, $output) = $server->start;
is($status, 0, 'a start') or diag $output;

sub path {
    my ($serial, $path) = @_;
    my $mac = unpack 'H*', substr "$serial......", 0, 6;
    return ($path || '/boot.ipxe')
        . "?mac=$mac&platform=efi&serial=$serial&chip=x&busid=x&user_class=x";
}
sub gets { return $server->get(path(@_))->{body} }

like(gets("X$_", '/ipxe/explain'), qr/boot wipe/, 'explain, and asking')
    for 1 .. 5;
is($server->get(path("H-$_"), method => 'HEAD')->{status}, 200,
    'HEAD answers')
    for 1 .. 3;
like(gets("L$_"), qr/wipe\.bin/, "machine $_ passes") for 1 .. 3;
like(gets("L$_"), qr/wipe\.bin/, 'and passes again') for 1 .. 3;
for (1 .. 12) {
    my $body = gets("L4");
    unlike($body, qr/wipe\.bin/, 'the fourth does not, whichever child');
    like($body, qr/installs no more than 3\/hour/, 'and is told so');
    like($body, qr/^:local\n/m, 'and boots its disk');
}
like(gets('L9', '/ipxe/explain'), qr/local, by rule 'line'/,
    'explain tells it of others');
like($server->log, qr/rule 'line' installs no more than 3\/hour: wipe is not/,
    'the log too');

like(gets('H-1'), qr/wipe\.bin/, 'HEAD and explain counted nothing');
my $held = $server->get(path('H-2'));
unlike($held->{body}, qr/wipe\.bin/, 'the second is held');
my $wait = url_path($held, 'wait');
ok($wait, 'and waits');
is($server->get($wait)->{status}, 503, 'until there is room');

my $menu = $server->get(path('M-1'));
my ($item) = $menu->{body} =~ m{https?://[^/]+(/ipxe/menu/[\w.-]+/m/wipe)};
like($server->get($item)->{body}, qr/wipe\.bin/, 'a choice is counted');
$menu = $server->get(path('M-2'));
($item) = $menu->{body} =~ m{https?://[^/]+(/ipxe/menu/[\w.-]+/m/wipe)};
unlike($server->get($item)->{body}, qr/wipe\.bin/, 'the next is past it');

$server->control('graceful');
for (1 .. 50) {
    last if gets('L1') =~ /generation 2-/;
    select undef, undef, undef, 0.1;
}
like(gets('L1'), qr/generation 2-/, 'a graceful restart');
unlike(gets('L4'), qr/wipe\.bin/, 'forgets nobody');

done_testing();
