using System.Diagnostics;
using System.Text;
using ControlPlane.TestKit;

namespace ControlPlane.Conformance;

/// <summary>
/// The test image with a server that tells its host's name over TCP, HTTP and UDP and prints what it was asked for, and a client that asks: <c>/server tcp 80 udp 81</c>,
/// <c>/ask udp 10.0.0.1 81 30</c>. Debian's base system has Perl; the image gets it with just what the two need.
/// </summary>
internal static class ServerImage
{
    /// <summary>The image's name.</summary>
    public const string Name = "docker.io/conformance/server:1";

    private const string Perl = "/usr/bin/perl";

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string Server =
        """
        #!/usr/bin/perl
        use Socket; use strict; $| = 1;
        $SIG{TERM} = sub { exit 0 };
        open(my $file, '<', '/proc/sys/kernel/hostname'); chomp(my $host = <$file>);
        my @sockets;
        while (my ($kind, $port) = splice(@ARGV, 0, 2)) {
            socket(my $socket, PF_INET, $kind eq 'udp' ? SOCK_DGRAM : SOCK_STREAM, 0) or die $!;
            setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
            bind($socket, pack_sockaddr_in($port, INADDR_ANY)) or die $!;
            $kind eq 'udp' or listen($socket, 64) or die $!;
            push @sockets, [$kind, $socket];
        }
        while (1) {
            my $ready = '';
            vec($ready, fileno($_->[1]), 1) = 1 for @sockets;
            next if select(my $found = $ready, undef, undef, undef) < 1;
            for my $one (grep { vec($found, fileno($_->[1]), 1) } @sockets) {
                my ($kind, $socket) = @$one;
                if ($kind eq 'udp') {
                    my $caller = recv($socket, my $text, 1500, 0) or next;
                    send($socket, "$host\n", 0, $caller);
                    next;
                }
                accept(my $client, $socket) or next;
                eval {
                    local $SIG{ALRM} = sub { die };
                    alarm 2;
                    my $text = <$client>;
                    if ($text =~ m{^(\S+ \S+) HTTP}) {
                        print "$1\n";
                        while (my $line = <$client>) { last if $line =~ /^\r?\n$/ }
                        syswrite($client, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " . (length($host) + 1) . "\r\n\r\n$host\n");
                    } else {
                        syswrite($client, "$host\n");
                    }
                };
                alarm 0;
                close $client;
            }
        }
        """;

    private const string Client =
        """
        #!/usr/bin/perl
        use Socket; use strict; $| = 1;
        my ($kind, $address, $port, $times) = @ARGV;
        for (1 .. $times) {
            eval {
                local $SIG{ALRM} = sub { die };
                alarm 2;
                socket(my $socket, PF_INET, $kind eq 'udp' ? SOCK_DGRAM : SOCK_STREAM, 0) or die $!;
                connect($socket, pack_sockaddr_in($port, inet_aton($address))) or die $!;
                syswrite($socket, "hello\n");
                sysread($socket, my $text, 1500);
                print $text;
            };
            alarm 0;
        }
        """;

    /// <summary>Writes the image's archive.</summary>
    public static void Write(string archive)
    {
        var files = Lines("ldd", Perl).SelectMany(static line => line.Split(' ', '\t').Where(static word => word.StartsWith('/')))
            .Concat(Lines(Perl, "-MSocket", "-e", "print \"$_\\n\" for values %INC, @DynaLoader::dl_shared_objects"))
            .Append(Perl).Distinct().ToList();
        var image = OciImageBuilder.Busybox().WithDirectories([.. files.SelectMany(Parents).Distinct().Order(StringComparer.Ordinal)]);
        foreach (var file in files)
            image.WithFile(file[1..], File.ReadAllBytes(file), Executable);
        image.WithFile("server", Encoding.UTF8.GetBytes(Server), Executable).WithFile("ask", Encoding.UTF8.GetBytes(Client), Executable);
        image.Write(archive, Name);
    }

    private static IEnumerable<string> Parents(string file)
    {
        for (var at = Path.GetDirectoryName(file); at is { Length: > 1 }; at = Path.GetDirectoryName(at))
            yield return at[1..];
    }

    private static string[] Lines(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
