# SPDX-License-Identifier: Apache-2.0
# What is not ours is left alone; what is ours is, whatever lies there.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

is(get('/plain.txt')->{body}, "a plain file\n" x 40, 'a file is a file');
is(get('/nothing')->{status}, 404, 'nothing is 404');
is(get('/boot.ipxe/more')->{status}, 404, 'the entry has nothing below it');
is(get('/sub/boot.ipxe')->{status}, 404, 'nor is it in other folders');
is(get('/BOOT.IPXE')->{status}, 404, 'nor in capitals');
is(ask(path => '/plain.txt', method => 'PUT')->{status}, 405,
    "a file's methods are httpd's");
is(get('/off/boot.ipxe')->{status}, 404, 'an engine that is off');
ok_script(get('/rewritten'), 'a rewritten address');
ok_script(get('//boot.ipxe'), 'a doubled slash');
ok_script(get('/sub/../boot.ipxe'), 'a way around');
ok_script(get('/b%6fot.ipxe'), 'an encoded letter');

is(get('/ipxe/tool.txt')->{body}, "a tool\n", 'a file below the prefix');
for my $path (qw(/ipxe/nothing /ipxe/menu /ipxe/menu/x /ipxe/answers/x
    /ipxe/answers/x/y/z /ipxe/report/x/y /ipxe/explain/more)) {
    is(get($path)->{status}, 404, "$path: 404");
}

my $mark = log_mark();
ok_script(get('/autoexec.ipxe'), 'a file at an address of ours is hidden')
    for 1 .. 8;
expect_log('the file \S+autoexec\.ipxe is hidden');
like(wait_for_log(0, qr/is hidden/), qr{:warn\].*htdocs/autoexec\.ipxe},
    'and the log says so');

is(get('/autoexec.ipxe', vhost => 'located')->{body}, "hidden\n",
    'where the engine is off, the file is there');
ok_script(get('/boot.ipxe', vhost => 'located'), 'a Location of its own');
is(get('/ipxe/explain', vhost => 'located')->{status}, 404,
    'and only there');

# A file is looked for at times alone; it must be there at all times.
for my $time (1 .. 20) {
    my $file = get('/plain.txt', vhost => 'off');
    next if $time < 20 && $file->{body} eq "a plain file\n" x 40;
    is($file->{body}, "a plain file\n" x 40,
        "an entry where the engine is off is a file: $time times");
    ok($file->{headers}{'last-modified'}, 'with the time of its last change');
    last;
}
is(ask(path => '/plain.txt', vhost => 'off', method => 'HEAD')
        ->{headers}{'content-length'}, length("a plain file\n") * 40,
    'and its length');

done_testing();
