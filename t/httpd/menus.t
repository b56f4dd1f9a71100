# SPDX-License-Identifier: Apache-2.0
# Menus, and what a choice comes back to.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $facts = 'serial=MENU1&platform=efi&mac=52:54:00:aa:bb:cc';
my $menu = get("/boot.ipxe?$facts");
ok_script($menu, 'a menu');
like($menu->{body}, qr/^menu .*Main menu of server/m, 'its title');
like($menu->{body}, qr/^item --key t \S+ Test tool$/m, 'an item');
unlike($menu->{body}, qr/BIOS only/, 'without what cannot boot here');
like($menu->{body}, qr/^item \S+ Linux$/m, 'with what its condition lets in');
like($menu->{body}, qr/--timeout 5000/, 'its timeout');
unlike(get('/boot.ipxe?serial=MENU1&platform=pcbios')->{body},
    qr/^item .*Linux/m, 'without what its condition leaves out');

my $ticket = ticket_of(url_path($menu, 'menu'));
ok($ticket, 'a ticket');
sub choice { get("/ipxe/menu/$ticket/" . join('/', @_)) }

my $answer = choice('main', 'tool');
ok_script($answer, 'a choice');
like($answer->{body}, qr/^kernel .*tool\.bin/m, 'is what was chosen');
like($answer->{body}, qr/serial=MENU1/, 'for the machine of the ticket');
$answer = ask(path => "/ipxe/menu/$ticket/main/tool", method => 'POST',
    body => 'serial=OTHER');
like($answer->{body}, qr/serial=MENU1/, 'by POST as well');

$answer = choice('main', 'more');
ok_script($answer, 'a menu below');
like($answer->{body}, qr{/more/also-linux }, 'has its items');
$answer = choice('more', 'also-linux');
like($answer->{body}, qr{^kernel .*os/linux}m, 'and they work');
like(get(url_path($answer, 'answers'))->{body}, qr/^# as chosen$/m,
    'what an item sets reaches the answer file');
$answer = choice('main');
like($answer->{body}, qr/^item .*Test tool/m, 'the menu again');

for my $wrong ([qw(main nothing)], [qw(main bios-only)], [qw(elsewhere shell)],
    [qw(nowhere x)], ['elsewhere'], ['%00', 'x'], ['main', '%FF%FE']) {
    $answer = choice(@$wrong);
    like($answer->{status}, qr/^(200|400|404)$/, "@$wrong: a clear status");
    unlike($answer->{body}, qr/^shell/m, "@$wrong: not what no rule leads to");
}
$answer = get('/ipxe/menu/nonsense/main/tool');
ok_script($answer, 'a choice with no ticket is asked who it is');
like($answer->{body}, qr/boot\.ipxe/, 'and comes back to the entry');
expect_log('ticket refused');

done_testing();
