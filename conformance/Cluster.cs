using System.Diagnostics;
using System.Text;
using ControlPlane.TestKit;
using k8s;

namespace ControlPlane.Conformance;

/// <summary>
/// A cluster as <c>controlplane up</c> makes it, in a network namespace of its own: the executable, a data directory, real containers. It can be killed
/// and started again on the same data.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const int Port = 6443;

    // Far above what a start takes; a cluster that is not ready by then never will be.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _directory = new();
    private readonly NetworkNamespace _network;
    private readonly IReadOnlyList<string> _flags;
    private readonly StringBuilder _log = new();
    private Process? _process;
    private EtcdProcess? _etcd;

    private Cluster(NetworkNamespace network, IReadOnlyList<string> flags) => (_network, _flags) = (network, flags);

    /// <summary>The data directory.</summary>
    public string Data => _directory.Path;

    /// <summary>The kubeconfig of an administrator.</summary>
    public string Kubeconfig => Path.Combine(Data, "admin.conf");

    /// <summary>kubectl as that administrator.</summary>
    public Kubectl Kubectl => new(Kubeconfig);

    /// <summary>The official client as that administrator.</summary>
    public Kubernetes Client => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(Kubeconfig));

    /// <summary>The line that the last start printed when it was ready.</summary>
    public string ReadyLine { get; private set; } = "";

    /// <summary>All that the program said, for messages of failed tests.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts one on fresh data.</summary>
    /// <param name="flags">Of <c>controlplane up</c>, beside those that keep it to itself.</param>
    public static async Task<Cluster> StartAsync(params string[] flags) => await StartAsync(new Cluster(await NetworkNamespace.CreateAsync(), flags));

    /// <summary>Starts one on fresh data in an etcd of its own.</summary>
    public static async Task<Cluster> StartOnEtcdAsync()
    {
        var network = await NetworkNamespace.CreateAsync();
        var etcd = await EtcdProcess.StartOnAsync(network.OutsideAddress);
        return await StartAsync(new Cluster(network, ["--etcd-servers", etcd.Endpoint.ToString()]) { _etcd = etcd });
    }

    private static async Task<Cluster> StartAsync(Cluster cluster)
    {
        try
        {
            await cluster.StartAgainAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program on the data there is; returns when it says that it is ready.</summary>
    public async Task StartAgainAsync()
    {
        var enter = _network.Enter;
        string[] arguments =
        [
            .. enter.Skip(1), Executable, "up", "--data-dir", Data, "--secure-port", $"{Port}", "--hostname-override", "node-a",
            "--container-runtime-endpoint", $"unix://{ContainerdSocket}", "--v", "2", .. _flags,
        ];
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(enter[0], arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        process.OutputDataReceived += (_, line) => Note(line.Data, ready);
        process.ErrorDataReceived += (_, line) => Note(line.Data, null);
        process.Exited += (_, _) => ready.TrySetException(new AssertionException($"controlplane up ended\n{Log}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        try
        {
            ReadyLine = await ready.Task.WaitAsync(StartLimit);
        }
        catch (TimeoutException)
        {
            throw new AssertionException($"controlplane up was not ready within {StartLimit}\n{Log}");
        }
    }

    /// <summary>kill -9: nothing is drained, nothing is written any more. Containers go on.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return _process.ExitCode;
    }

    /// <summary>Gives the node an image out of an OCI archive, as an administrator without a registry does.</summary>
    public async Task ImportImageAsync(string archive)
    {
        using var ctr = Process.Start(new ProcessStartInfo("ctr", ["--address", ContainerdSocket, "--namespace", "k8s.io", "images", "import", archive])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var error = await ctr.StandardError.ReadToEndAsync();
        await ctr.WaitForExitAsync();
        Assert.That(ctr.ExitCode, Is.Zero, error);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        await ContainerLeftovers.RemoveAsync(ContainerdSocket, Data);
        if (_etcd is not null)
            await _etcd.DisposeAsync();
        await _network.DisposeAsync();
        _directory.Dispose();
    }

    private string ContainerdSocket => Path.Combine(Data, "containerd", "containerd.sock");

    private static string Executable
    {
        get
        {
            // .../conformance/bin/<configuration>/net10.0/
            var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(Repository.Root, "src", "Hosts", "ControlPlane", "bin", output.Parent!.Name, output.Name, "controlplane");
        }
    }

    private void Note(string? line, TaskCompletionSource<string>? ready)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
        if (line.StartsWith("ControlPlane is ready", StringComparison.Ordinal))
            ready?.TrySetResult(line);
    }
}
