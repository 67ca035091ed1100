using System.Diagnostics;
using System.Globalization;

namespace ControlPlane.TestKit;

/// <summary>
/// A network namespace with one link to the machine's own: a cluster runs in there with its own bridges, rules and ports, and clients reach it
/// over the link. Disposing it ends what still runs inside and removes all of it.
/// </summary>
/// <remarks>Programs are started with nsenter, not with ip-netns-exec: that one mounts a new /sys, without the control groups that containers need.</remarks>
public sealed class NetworkNamespace : IAsyncDisposable
{
    private NetworkNamespace(string name, int number)
    {
        Name = name;
        (OutsideAddress, InsideAddress) = ($"10.253.{number}.1", $"10.253.{number}.2");
    }

    /// <summary>As in "ip netns list".</summary>
    public string Name { get; }

    /// <summary>The link's address on the machine's side; the namespace's default route leads there.</summary>
    public string OutsideAddress { get; }

    /// <summary>The link's address inside: where clients find what listens in the namespace.</summary>
    public string InsideAddress { get; }

    /// <summary>Makes one. Needs root.</summary>
    public static async Task<NetworkNamespace> CreateAsync(CancellationToken cancel = default)
    {
        for (var number = 1; ; number++)
        {
            var made = new NetworkNamespace($"cp-test-{number}", number);
            // The kernel refuses a name that exists, so that runs side by side take different numbers.
            if (await TryAsync(cancel, "ip", "netns", "add", made.Name))
            {
                await made.LinkAsync(number.ToString(CultureInfo.InvariantCulture), cancel);
                return made;
            }

            if (number == 250)
                throw new InvalidOperationException("no network namespace could be made: are the tests run as root?");
        }
    }

    /// <summary>How to start a program inside: the program and its arguments follow.</summary>
    public IReadOnlyList<string> Enter => ["nsenter", $"--net=/run/netns/{Name}", "--"];

    /// <summary>Joins this namespace to another by a link of their own, so that what runs in one reaches the other's <see cref="InsideAddress"/>: two machines on one wire.</summary>
    public async Task LinkToAsync(NetworkNamespace other, CancellationToken cancel = default)
    {
        // The machine itself forwards nothing between namespaces.
        var number = Name["cp-test-".Length..];
        var (here, there, name) = ($"10.252.{number}.1", $"10.252.{number}.2", $"wire{number}");
        string[][] commands =
        [
            ["-n", Name, "link", "add", name, "type", "veth", "peer", "name", name, "netns", other.Name],
            ["-n", Name, "addr", "add", here + "/30", "dev", name],
            ["-n", Name, "link", "set", name, "up"],
            ["-n", other.Name, "addr", "add", there + "/30", "dev", name],
            ["-n", other.Name, "link", "set", name, "up"],
            ["-n", Name, "route", "add", other.InsideAddress, "via", there, "src", InsideAddress],
            ["-n", other.Name, "route", "add", InsideAddress, "via", here, "src", other.InsideAddress],
        ];
        await RunAsync(commands, cancel);
    }

    /// <summary>Runs a program inside to its end.</summary>
    /// <exception cref="InvalidOperationException">It has failed.</exception>
    public async Task RunAsync(string program, params string[] arguments)
    {
        if (!await TryAsync(CancellationToken.None, Enter[0], [.. Enter.Skip(1), program, .. arguments]))
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var line in (await OutputAsync("ip", "netns", "pids", Name)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var process = Process.GetProcessById(int.Parse(line, CultureInfo.InvariantCulture));
                process.Kill();
                await process.WaitForExitAsync();
            }
            catch (ArgumentException)
            {
                // It ended by itself.
            }
        }

        await TryAsync(CancellationToken.None, "ip", "link", "del", $"cpt{Name["cp-test-".Length..]}");
        await TryAsync(CancellationToken.None, "ip", "netns", "del", Name);
    }

    private async Task LinkAsync(string number, CancellationToken cancel)
    {
        var outside = $"cpt{number}";
        await TryAsync(cancel, "ip", "link", "del", outside);
        string[][] commands =
        [
            ["link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", Name],
            ["addr", "add", OutsideAddress + "/30", "dev", outside],
            ["link", "set", outside, "up"],
            ["-n", Name, "link", "set", "lo", "up"],
            ["-n", Name, "addr", "add", InsideAddress + "/30", "dev", "eth0"],
            ["-n", Name, "link", "set", "eth0", "up"],
            ["-n", Name, "route", "add", "default", "via", OutsideAddress],
        ];
        await RunAsync(commands, cancel);
    }

    private static async Task RunAsync(string[][] commands, CancellationToken cancel)
    {
        foreach (var command in commands)
        {
            if (!await TryAsync(cancel, "ip", command))
                throw new InvalidOperationException($"ip {string.Join(' ', command)} failed");
        }
    }

    private static async Task<bool> TryAsync(CancellationToken cancel, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0;
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text;
    }
}
