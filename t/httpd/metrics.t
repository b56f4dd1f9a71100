# SPDX-License-Identifier: Apache-2.0
# The metrics: a text that Prometheus reads, counts that are right.
use strict;
use warnings;

use Test::More;
use Test::ModIpxe;

my $name = qr/[a-zA-Z_:][a-zA-Z0-9_:]*/;
my $label = qr/[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"/;
my $value = qr/[-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf|NaN)/;

# {name{labels} => value}; every fault of the format fails a test.
sub parse {
    my ($text) = @_;
    my (%values, %types, %helps, @faults, $family);
    push @faults, 'its last line does not end' unless $text =~ /\n\z/;
    for my $line (split /\n/, $text) {
        if ($line =~ /^# HELP ($name) \S/) {
            push @faults, "HELP twice: $1" if $helps{$1}++;
        } elsif ($line =~ /^# TYPE ($name) (counter|gauge|histogram)$/) {
            push @faults, "TYPE twice: $1" if $types{$1};
            push @faults, "no HELP: $1" unless $helps{$1};
            ($family, $types{$1}) = ($1, $2);
        } elsif ($line =~ /^($name)((?:\{$label(?:,$label)*\})?) ($value)$/) {
            my ($of, $key, $number) = ($1, "$1$2", $3);
            $of =~ s/_(?:bucket|sum|count)$//
                if ($types{$family} || '') eq 'histogram';
            push @faults, "not in its family: $line" if $of ne $family;
            push @faults, "no _total: $line"
                if $types{$family} eq 'counter' && $of !~ /_total$/;
            push @faults, "twice: $key" if exists $values{$key};
            $values{$key} = $number;
        } else {
            push @faults, "not in the format: $line";
        }
    }
    is("@faults", '', 'Prometheus can read it') or diag join "\n", @faults;
    return \%values;
}

sub metrics { parse(get('/ipxe/metrics')->{body}) }

my $answer = get('/ipxe/metrics');
is($answer->{status}, 200, 'SetHandler puts it below the prefix, too');
is($answer->{headers}{'content-type'},
    'text/plain; version=0.0.4; charset=utf-8', 'its type');
is($answer->{headers}{'cache-control'}, 'no-store', 'kept nowhere');
my $values = parse($answer->{body});
is($values->{'ipxe_rules_last_load_success{site=""}'}, 1, 'the rules loaded');
like($values->{'ipxe_rules_generation{site=""}'}, qr/^[1-9]/, 'their number');
is(scalar(grep { /^ipxe_build_info\{version="[^"]+"\}\z/ } keys %$values), 1,
    'the version');

my $key = 'ipxe_answers_total{site="",rule="a tool",action="boot",'
    . 'stage="script",outcome="ok"}';
my $before = $values->{$key} || 0;
my $all = $values->{ipxe_answer_seconds_count};
get('/boot.ipxe?serial=TOOL1&platform=efi&mac=52:54:00:aa:bb:cc') for 1 .. 5;
$values = metrics();
is($values->{$key}, $before + 5, 'answers are counted by their rule');
is($values->{ipxe_answer_seconds_count}, $all + 5, 'and by their time');
is($values->{'ipxe_answer_seconds_bucket{le="+Inf"}'}, $all + 5,
    'each in a bucket');
my $less = 0;
for my $at (sort { $a <=> $b } map { /le="([\d.]+)"/ ? $1 : () } keys %$values)
{
    my $here = $values->{qq(ipxe_answer_seconds_bucket{le="$at"})};
    ok($here >= $less, "the bucket of $at s counts what smaller ones count");
    $less = $here;
}

get('/ipxe/answers/nonsense/preseed.cfg');
ok((grep { /stage="answers",outcome="refused"/ } keys %{metrics()}),
    'what is refused is counted so');
unlike(get('/ipxe/metrics')->{body}, qr/52:54:00|TOOL1/i,
    'no machine is named');

is(ask(path => '/ipxe/metrics', method => 'POST', body => '')->{status}, 405,
    'a POST is refused');
my $head = ask(path => '/ipxe/metrics', method => 'HEAD');
ok($head->{status} == 200 && $head->{body} eq '', 'HEAD has no body');
is(get('/ipxe/metrics?forbidden')->{status}, 403, 'Require is obeyed');
is(get('/ipxe/metrics', vhost => 'merged')->{status}, 200,
    'where the prefix is another, too');

like(get('/server-status?auto')->{body}, qr/^IPXEAnswers: \d+$/m,
    '/server-status has a section for programs');
like(get('/server-status')->{body}, qr{<h2>mod_ipxe</h2>.*Answers to}s,
    'and for people');

my ($promtool) = grep { -x } map { "$_/promtool" } split /:/, $ENV{PATH};
if ($promtool) {
    my $path = write_file(t_dir() . '/logs/metrics',
        get('/ipxe/metrics')->{body});
    is(system("$promtool check metrics <$path >$path.out 2>&1"), 0,
        'promtool finds nothing') or diag read_file("$path.out");
}
expect_log('ticket refused', 'denied by server configuration: .*metrics');

done_testing();
