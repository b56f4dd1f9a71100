# SPDX-License-Identifier: Apache-2.0
# Requests that mean harm: each gets a script or a clear status, none a 5xx,
# and no child dies of one (run-tests looks for that in the log).
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my %seen;

# A script with 200, an explanation, or a 4xx.
sub clear {
    my ($answer, $name) = @_;
    my $status = $answer->{status};
    my $good = $status == 200
        ? $answer->{body} =~ /^#!ipxe\n|^(?:decision|machine)\n/
            && $answer->{headers}{'content-length'} == length $answer->{body}
        : $status >= 400 && $status < 500;
    $name =~ s/([^\x20-\x7e]|#)/sprintf '\\x%02x', ord $1/ge;
    $name = substr $name, 0, 90;
    $seen{$status}++;
    ok($good, "$status: $name") or diag(substr $answer->{text}, 0, 400);
}

sub raw {
    my ($target, $name) = @_;
    my $port = port_of();
    clear(ask(raw => "GET $target HTTP/1.1\r\nHost: 127.0.0.1:$port\r\n"
        . "Connection: close\r\n\r\n"), defined $name ? $name : $target);
}

sub encoded { join '', map { sprintf '%%%02X', ord } split //, $_[0] }

# Every byte, as it is and encoded, and as iPXE on x86 encodes it.
for my $byte (0 .. 255) {
    my $char = chr $byte;
    raw("/boot.ipxe?serial=A${char}B&platform=efi", "byte $byte as it is");
    raw(sprintf('/boot.ipxe?serial=A%%%02xB%%FFFFFF%02X&%%%02x=1&platform=efi',
        ($byte) x 3), "byte $byte encoded");
}

# What a script would run, in each fact that is text.
my $plain = get('/boot.ipxe?serial=TOOL&platform=efi');
ok_script($plain, 'the script that others are compared with');
my $lines = () = $plain->{body} =~ /\n/g;
my @payloads = ("\nshell", "\r\nshell\r\n", '${net0/mac}', '${serial}',
    ' && shell', ' || shell', ' ; shell', '; reboot', '# comment', '\\',
    'x \\', '{{ 7 * 7 }}', '{% include "x" %}', '{# x', '`id`', '$(id)',
    '"; rm -rf /; "', "' or 1=1 --", '<script>alert(1)</script>', '%s%n%x',
    '../../../../etc/passwd', "\x1b[31m", "\xe2\x80\xae", "\xc0\xaf",
    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xef\xbb\xbf#!ipxe", '%00', '%', '%%',
    '%4', '%zz', '+', '&&&', '=', '==', '--x', '-', ':label', 'goto x',
    "\x00\x00", "\xff" x 40, 'A' x 1100);
for my $payload (@payloads) {
    my $answer =
        get('/boot.ipxe?serial=' . encoded("TOOL$payload") . '&platform=efi');
    clear($answer, "serial TOOL$payload");
    my $count = () = $answer->{body} =~ /\n/g;
    cmp_ok($count, '<=', $lines, 'and the script has no line more');
    unlike($answer->{body}, qr/^(?:shell|reboot|goto x)/m, 'of its making');
    my @kernels = $answer->{body} =~ /^kernel (.*)/mg;
    is(scalar(grep { !m{^\S+/tool\.bin quiet serial=\S* by=server \|\| goto \w+$}
        || /\$\{/ } @kernels), 0, 'nor a word within one');
}
my @facts = qw(mac mac1 platform arch buildarch uuid serial asset manufacturer
    product family sku board_serial hostname domain cpu64 memsize version
    user_class busid chip ip cpu macs done failed raw facts vars args host);
for my $fact (@facts) {
    for my $value (encoded("\n\${x} && shell \\"), '9' x 40, '-1', '%00',
        '1e400', ':' x 60, encoded("\xff\xfe"), '') {
        raw("/boot.ipxe?$fact=$value&serial.hex=544f4f4c");
    }
    raw("/boot.ipxe?$fact.hex=zz&$fact.hex=5&$fact.hex=" . 'f' x 3000,
        "$fact.hex");
}

# Lengths.
for my $length (1, 16, 63, 64, 255, 256, 257, 600, 601, 1023, 1024, 1025, 4096,
    8000) {
    raw('/boot.ipxe?serial=' . 'S' x $length, "a serial of $length");
    raw('/boot.ipxe?' . 'n' x $length . '=1', "a name of $length");
    raw('/ipxe/answers/' . 't' x ($length % 250 + 1) . '/' . 'n' x $length,
        "a file's name of $length");
}
raw('/boot.ipxe?' . 'x' x 8192, 'a request line that is too long');
raw('/boot.ipxe?' . '&' x 8000, '8000 separators');
raw('/boot.ipxe?' . '=' x 8000, '8000 equals signs');
raw('/boot.ipxe?' . '%' x 8000, '8000 percent signs');
raw('/boot.ipxe?' . join('&', map { "mac$_=52:54:00:00:00:01" } 0 .. 250),
    '251 cards');
raw('/boot.ipxe?' . join('&', ('serial=A') x 800), 'a fact 800 times');
raw('/boot.ipxe?' . join('&', map { "a$_" } 1 .. 1200), '1200 names');
raw('/boot.ipxe?' . join('&', map { "a$_=$_" } 1 .. 900), '900 arguments');
raw('/boot.ipxe?macs=' . '00:' x 2000, 'a card of 2000 octets');

# Paths.
for my $path ('/ipxe/../boot.ipxe', '/ipxe/%2e%2e/boot.ipxe', '/ipxe/%2fmenu',
    '/ipxe/menu/%00/x', '/ipxe/menu/x/%', '/ipxe/menu/x/%zz', '/ipxe/menu//x',
    '/ipxe/menu/a/b/c/d', '/ipxe/wait/', '/ipxe/wait/%0a', '/ipxe/wait/x/y',
    '/ipxe/explain/', '/ipxe/explain%00', '/ipxe/answers/../explain',
    '/ipxe/answers/x/..', '/ipxe/answers/x/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/boot.ipxe/', '/boot.ipxe;x=1', '/boot.ipxe%3fa=b', '/boot.ipxe%00',
    '/./boot.ipxe', '//ipxe//menu//x//y', '/ipxe/menu/x/' . '%41' x 900,
    '/ipxe/' . 'a/' x 900, '/ipxe/grub.cfg/x',
    '/ipxe\\menu\\x', '/ipxe/menu/$(id)/${x}', '/ipxe/menu/{{x}}/<y>') {
    raw($path);
}

# Tickets.
my $ticket = ticket_of(url_path(
    get('/boot.ipxe?serial=MENU1&platform=efi'), 'menu'));
my ($payload, $tag) = split /\./, $ticket;
my @tickets = ('.', '..', '...', 'A', '-', '_', '.A', 'A.', "$payload.",
    ".$tag", $payload, $tag, "$tag.$payload", "$payload.$tag.$tag",
    "$payload..$tag", uc $ticket, lc $ticket, scalar reverse($ticket),
    "$ticket%00", "%00$ticket", "$ticket%20", "$ticket=", "$ticket%2B",
    "$payload%2E$tag%0a", 'A' x 22, 'A' x 599 . '.', 'A' x 600, 'A' x 601,
    'A' x 2000, '%ff' x 100, '%00' x 100, "$payload." . 'A' x 22,
    'MQ.' . 'A' x 22, 'YQ.' . '-' x 22,
    map { substr $ticket, 0, $_ * length($ticket) / 12 } 1 .. 11);
for my $bad (@tickets) {
    for my $path ("/ipxe/menu/$bad/main/tool", "/ipxe/answers/$bad/preseed.cfg",
        "/ipxe/wait/$bad") {
        raw($path);
    }
}
for my $at (0 .. 40) {
    my $other = $ticket;
    my $place = int($at * (length($ticket) - 1) / 40);
    substr($other, $place, 1) =
        substr($other, $place, 1) =~ tr/a-yA-Y0-8/b-zB-Z1-9/r;
    raw("/ipxe/menu/$other/main/tool", "a ticket changed at $place")
        if $other ne $ticket;
}
for my $part (qw(main%00 %00 .. main/tool%00 main/%2e%2e main/tool%0ashell
    main/${x} more/shell x/y), 'main/' . 'z' x 200) {
    raw("/ipxe/menu/$ticket/$part", "a good ticket and $part");
}

# Forms: bytes by a generator that gives the same each time.
my $state = 1;
sub random {
    $state = ($state * 1103515245 + 12345) % 2147483648;
    return int($state / 65536) % $_[0];
}
my @pieces = ('serial', '=', '&', '%', 'mac', '52:54', '%00', '+', '.hex',
    'ask.', 'TOOL', "\n", "\x00", "\xff", '{{', '${', 'platform=efi', '#', '?');
for my $round (1 .. 120) {
    my $body = join '', map {
        random(3) ? $pieces[random(scalar @pieces)] : chr random(256)
    } 1 .. 3 + random(80);
    clear(ask(path => '/boot.ipxe', method => 'POST', body => $body),
        "form $round");
    $body =~ s/[\x00-\x20\x7f]/_/g;
    raw("/boot.ipxe?$body", "query $round");
}

# Requests that are none. No answer at all is clear enough here.
my $host = "Host: x\r\n";
my @requests = ('', "\r\n", "\x00" x 100, 'A' x 9000, "GET\r\n\r\n",
    "GET /boot.ipxe\r\n\r\n", "GET  /boot.ipxe  HTTP/1.1\r\n$host\r\n",
    "GET /boot.ipxe HTTP/9.9\r\n$host\r\n", "GET /boot.ipxe HTTP/1.1\r\n\r\n",
    "GET /boot.ipxe HTTP/1.1\r\n$host$host\r\n",
    "GET http://x/boot.ipxe HTTP/1.1\r\n$host\r\n",
    "GET http://x:99999/boot.ipxe HTTP/1.1\r\n$host\r\n",
    "get /boot.ipxe HTTP/1.1\r\n$host\r\n",
    "CONNECT /boot.ipxe HTTP/1.1\r\n$host\r\n", "\x16\x03\x01\x02\x00\x01",
    "GET /boot.ipxe HTTP/1.1\r\n${host}X: " . 'y' x 9000 . "\r\n\r\n",
    "GET /boot.ipxe HTTP/1.1\r\n$host" . "X: y\r\n" x 300 . "\r\n",
    "GET /boot.ipxe HTTP/1.1\r\n${host}User-Agent: " . 'i' x 7000
        . "\r\nConnection: close\r\n\r\n",
    "GET /boot.ipxe HTTP/1.1\r\n${host}User-Agent: iPXE/" . "\xff" x 99
        . "\r\nConnection: close\r\n\r\n",
    "GET /boot.ipxe HTTP/1.1\r\n${host}X\x00Y: z\r\n\r\n",
    "GET /boot.ipxe HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n",
    "POST /boot.ipxe HTTP/1.1\r\n${host}Content-Length: 99999999999\r\n\r\n",
    "POST /boot.ipxe HTTP/1.1\r\n${host}Content-Length: 50\r\n\r\nserial=A",
    "POST /boot.ipxe HTTP/1.1\r\n${host}Content-Length: 1\r\n"
        . "Content-Length: 2\r\n\r\nab",
    "POST /boot.ipxe HTTP/1.1\r\n${host}Transfer-Encoding: x\r\n\r\nab",
    "POST /boot.ipxe HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n"
        . "\r\nffffffffffffffff\r\nx",
    "POST /boot.ipxe HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\n",
    "POST /boot.ipxe HTTP/1.1\r\n${host}Expect: nothing\r\n\r\n",
    "POST /boot.ipxe HTTP/1.1\r\n${host}Connection: close\r\n\r\nserial=A",
);
for my $request (@requests) {
    my $answer = ask(raw => $request, half_close => 1);
    my $name = $request =~ s/([^\x20-\x7e]|#)/sprintf '\\x%02x', ord $1/ger;
    # 505 and 501 are httpd's own, before any module.
    my $own = $answer->{status} =~ /^50[15]$/;
    ok($answer->{status} < 500 || $own,
        "$answer->{status}: " . substr $name, 0, 90)
        or diag(substr $answer->{text}, 0, 400);
}
ok_script(get('/boot.ipxe?serial=TOOL&platform=efi'), 'and all goes on');

my $total = 0;
$total += $_ for values %seen;
cmp_ok($total, '>=', 300, "$total hostile requests");
diag(join ', ', map { "$seen{$_} with $_" } sort keys %seen);
expect_log('ticket refused', 'AH10244: invalid URI path', 'AH01276: Cannot serve',
    'AH00127: Cannot map GET /ipxe/answers/-/n');

done_testing();
