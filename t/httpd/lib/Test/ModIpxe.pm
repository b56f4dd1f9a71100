# SPDX-License-Identifier: Apache-2.0
# What the tests of the module share: requests made byte by byte, private
# servers, and what the error log may say.
package Test::ModIpxe;

use strict;
use warnings;

use Apache::Test ();
use Exporter 'import';
use File::Basename 'dirname';
use File::Path qw(make_path remove_tree);
use IO::Socket::INET;
use Test::More;
use Time::HiRes 'sleep';

our @EXPORT = qw(ask get ticket_of url_path port_of work_dir t_dir read_file
    write_file log_since log_mark wait_for_log expect_log check_config server
    ok_script);

sub vars { Apache::Test::config()->{vars} }
sub t_dir { vars()->{t_dir} }
sub work_dir { dirname(t_dir()) }

# The port of the main server, or of a virtual host of extra.conf.in.
sub port_of {
    my ($vhost) = @_;
    return vars()->{port} unless defined $vhost;
    my $found = Apache::Test::config()->{vhosts}{$vhost}
        or die "no virtual host $vhost";
    return $found->{port};
}

sub read_file {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!";
    local $/;
    my $text = <$file>;
    return $text;
}

sub write_file {
    my ($path, $text) = @_;
    make_path(dirname($path));
    open my $file, '>:raw', $path or die "$path: $!";
    print $file $text;
    close $file or die "$path: $!";
    return $path;
}

# ---- Requests ----

# ask(path => '/boot.ipxe?mac=...', method => 'POST', body => ..., headers =>
# [Name => value, ...], vhost => name | port => n, raw => the whole request).
# Gives {status, reason, headers (lower case), body, text}.
sub ask {
    my (%ask) = @_;
    my $port = $ask{port} || port_of($ask{vhost});
    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 20)
        or return {status => 0, reason => "no connection: $!", headers => {},
                   body => '', text => ''};
    binmode $socket;
    local $SIG{PIPE} = 'IGNORE';
    local $SIG{ALRM} = sub { die "no answer in 30 s\n" };
    my $text = '';
    eval {
        alarm 30;
        print $socket defined $ask{raw} ? $ask{raw} : request_text($port, %ask);
        $socket->flush;
        shutdown $socket, 1 if $ask{half_close};
        1 while sysread $socket, $text, 65536, length $text;
        alarm 0;
    };
    alarm 0;
    close $socket;
    return parse_answer($text, $ask{method} || '');
}

sub request_text {
    my ($port, %ask) = @_;
    my $method = $ask{method} || 'GET';
    my @headers = @{$ask{headers} || []};
    my %given = map { lc $headers[$_ * 2] => 1 } 0 .. @headers / 2 - 1;
    unshift @headers, Host => "127.0.0.1:$port" unless $given{host};
    push @headers, Connection => 'close';
    if (defined $ask{body}) {
        push @headers, 'Content-Type' => 'application/x-www-form-urlencoded'
            unless $given{'content-type'};
        push @headers, 'Content-Length' => length $ask{body}
            unless $given{'content-length'} || $given{'transfer-encoding'};
    }
    my $text = "$method $ask{path} HTTP/1.1\r\n";
    while (my ($name, $value) = splice @headers, 0, 2) {
        $text .= "$name: $value\r\n" if defined $value;
    }
    return "$text\r\n" . (defined $ask{body} ? $ask{body} : '');
}

sub parse_answer {
    my ($text, $method) = @_;
    my %answer = (status => 0, reason => '', headers => {}, body => '',
                  text => $text);
    1 while $text =~ s{^HTTP/1\.1 100 .*?\r\n\r\n}{}s;
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    return \%answer unless defined $head
        && $head =~ s{^HTTP/1\.[01] (\d{3}) ([^\r\n]*)(\r\n|$)}{};
    @answer{qw(status reason)} = ($1, $2);
    for my $line (split /\r\n/, $head) {
        my ($name, $value) = split /:\s*/, $line, 2;
        $answer{headers}{lc $name} = $value;
    }
    $answer{body} = defined $body ? $body : '';
    return \%answer;
}

# The answer to a GET of a path, of a virtual host.
sub get {
    my ($path, %more) = @_;
    return ask(path => $path, %more);
}

# A script with status 200 that an iPXE would run.
sub ok_script {
    my ($answer, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $good = $answer->{status} == 200 && $answer->{body} =~ /^#!ipxe\n/
        && $answer->{headers}{'content-length'} == length $answer->{body};
    ok($good, $name)
        or diag("status $answer->{status} $answer->{reason}\n"
                . substr($answer->{text}, 0, 600));
    return $good;
}

# The path of the first URL in a script whose path has WORD in it.
sub url_path {
    my ($answer, $word) = @_;
    my ($path) = $answer->{body} =~ m{https?://[^/\s]+(/\S*?/\Q$word\E/[^\s|]+)};
    return $path;
}

sub ticket_of {
    my ($path) = @_;
    my ($ticket) = ($path || '') =~ m{/(?:menu|wait|answers)/([\w.-]+)};
    return $ticket;
}

# ---- The error log ----

sub error_log { t_dir() . '/logs/error_log' }

# A place in the log, to look from later.
sub log_mark { -s error_log() || 0 }

sub log_since {
    my ($mark) = @_;
    return substr(read_file(error_log()), $mark);
}

# What was logged since, once it holds the pattern (2 s at most).
sub wait_for_log {
    my ($mark, $pattern, $path) = @_;
    $path ||= error_log();
    my $text = '';
    for (1 .. 40) {
        $text = -e $path ? substr(read_file($path), $mark) : '';
        return $text if $text =~ $pattern;
        sleep 0.05;
    }
    return $text;
}

# Lines of the server's error log that this test is about. run-tests fails on
# every other line of a warning or worse.
sub expect_log {
    my (@patterns) = @_;
    open my $file, '>>', t_dir() . '/logs/expected' or die $!;
    print $file map { "$_\n" } @patterns;
    close $file;
}

# Lines of LOG that nobody expected.
sub surprises {
    my ($log, $expected) = @_;
    my @patterns = map { chomp; $_ } -e $expected
        ? do { open my $file, '<', $expected or die $!; <$file> } : ();
    my @found;
    for my $line (split /\n/, read_file($log)) {
        next unless $line =~ /\[[\w]*:(?:warn|error|crit|alert|emerg)\]/
            || $line =~ /Sanitizer|runtime error|exit signal|Assertion/;
        push @found, $line unless grep { $line =~ /$_/ } @patterns;
    }
    return @found;
}

# ---- Configurations ----

my $count = 0;

# A folder of its own below t/logs, with a configuration that loads what the
# suite loads.
sub prepare {
    my ($config) = @_;
    my $dir = t_dir() . '/logs/private-' . $$ . '-' . ++$count;
    make_path("$dir/htdocs");
    write_file("$dir/mime.types", '');
    my $load = work_dir() . '/load.conf';
    write_file("$dir/httpd.conf", <<"END" . $config);
ServerRoot "$dir"
DefaultRuntimeDir "$dir"
PidFile "$dir/httpd.pid"
ErrorLog "$dir/error_log"
LogLevel warn ipxe:info mpm_event:notice
TypesConfig mime.types
Include "$load"
ServerName localhost
DocumentRoot "$dir/htdocs"
<Directory "$dir/htdocs">
    Require all granted
</Directory>
END
    return $dir;
}

# httpd -t of a configuration: (exit status, all that it printed).
sub check_config {
    my ($config, @more) = @_;
    my $dir = prepare("Listen 127.0.0.1:1\n$config");
    my $output = run(vars()->{httpd}, '-t', @more, '-f', "$dir/httpd.conf");
    my $status = $? >> 8;
    $output =~ s/\Q$dir\E/DIR/g;
    return ($status, $output);
}

sub run {
    my (@command) = @_;
    my $pid = open my $pipe, '-|';
    die "fork: $!" unless defined $pid;
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec @command or exit 127;
    }
    local $/;
    my $output = <$pipe>;
    close $pipe;
    return defined $output ? $output : '';
}

# A server of a test's own: server($config, sub { $dir, before it starts }).
sub server {
    my ($config, $before) = @_;
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
        or die $!;
    my $port = $socket->sockport;
    close $socket;
    my $dir = prepare("Listen 127.0.0.1:$port\n");
    my $self = bless {dir => $dir, port => $port}, 'Test::ModIpxe::Server';
    $self->configure($config);
    $before->($dir) if $before;
    return $self;
}

package Test::ModIpxe::Server;

use Time::HiRes 'sleep';

sub configure {
    my ($self, $config) = @_;
    my $dir = $self->{dir};
    my $text = Test::ModIpxe::read_file("$dir/httpd.conf");
    $self->{base} = $text unless defined $self->{base};
    $config =~ s/DIR/$dir/g;
    Test::ModIpxe::write_file("$dir/httpd.conf", $self->{base} . $config);
}

# httpd -k SIGNAL: its exit status and what it printed.
sub control {
    my ($self, $signal) = @_;
    my $output = Test::ModIpxe::run(Test::ModIpxe::vars()->{httpd}, '-k',
        $signal, '-f', "$self->{dir}/httpd.conf");
    return ($? >> 8, $output);
}

sub start {
    my ($self) = @_;
    my ($status, $output) = $self->control('start');
    if ($status == 0) {
        for (1 .. 100) {
            last if $self->get('/')->{status};
            sleep 0.05;
        }
    }
    return ($status, $output);
}

sub pid {
    my ($self) = @_;
    my $path = "$self->{dir}/httpd.pid";
    return undef unless -e $path;
    my ($pid) = Test::ModIpxe::read_file($path) =~ /(\d+)/;
    return $pid;
}

# The signal of a graceful restart, past any check; waits for the log.
sub signal_restart {
    my ($self) = @_;
    my $mark = length $self->log;
    kill 'USR1', $self->pid;
    Test::ModIpxe::wait_for_log($mark, qr/resuming normal|caught SIG|exiting/,
        "$self->{dir}/error_log");
    sleep 0.3;
}

sub get {
    my ($self, $path, %more) = @_;
    return Test::ModIpxe::ask(path => $path, port => $self->{port}, %more);
}

sub log {
    my ($self) = @_;
    my $path = "$self->{dir}/error_log";
    return -e $path ? Test::ModIpxe::read_file($path) : '';
}

# Nobody listens any more: after a start that failed.
sub wait_until_gone {
    my ($self) = @_;
    for (1 .. 100) {
        last unless IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $self->{port});
        sleep 0.05;
    }
}

sub stop {
    my ($self) = @_;
    my $pid = $self->pid or return;
    kill 'TERM', $pid;
    for (1 .. 100) {
        last unless kill 0, $pid;
        sleep 0.05;
    }
}

sub DESTROY { local $?; $_[0]->stop }

1;
