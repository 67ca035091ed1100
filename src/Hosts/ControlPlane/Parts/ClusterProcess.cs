using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.ApiServer;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Node.Installation;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>A control plane in this process, with or without a node: <c>up</c> and <c>server</c>.</summary>
internal static class ClusterProcess
{
    public static async Task<int> RunAsync(
        DataOptions data, ServerOptions server, StorageOptions storage, ControllerOptions controllers, SigningOptions signing, AgentOptions? agent, int simulatedNodes, CancellationToken stop)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        using var logs = Logs.Create(data.Verbosity);
        try
        {
            if (agent is not null)
                await EnsureProgramsAsync(agent, time, stop);
            var (options, pki) = Prepare(data, server, agent, time);
            var parts = Parts(data, storage, controllers, signing, agent, simulatedNodes, options, pki, time, logs);
            var runner = new PartRunner(parts);
            var running = runner.RunAsync(stop);
            await Task.WhenAny(runner.Ready, running);
            if (runner.Ready.IsCompletedSuccessfully)
                await Console.Out.WriteLineAsync($"ControlPlane is ready after {time.GetElapsedTime(started).TotalSeconds:0.0} s. Use it with: export KUBECONFIG={pki.AdminConfigPath}");
            await running;
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception failure) when (failure is PartFailedException or PrerequisiteException or IOException or UnauthorizedAccessException or FormatException or CryptographicException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"controlplane: {failure.Message}");
            return 1;
        }
    }

    private static (ApiServerOptions Options, ClusterPki Pki) Prepare(DataOptions data, ServerOptions server, AgentOptions? agent, TimeProvider time)
    {
        var bind = IPAddress.Parse(server.BindAddress);
        // As upstream: a server bound to loopback (or to everything) still tells the cluster an address that others could reach.
        var advertise = server.AdvertiseAddress.Length > 0 ? IPAddress.Parse(server.AdvertiseAddress)
            : IsEverything(bind) || IPAddress.IsLoopback(bind) ? NodeAddress.Resolve(agent?.NodeIP ?? "")
            : bind;
        var options = new ApiServerOptions
        {
            BindAddress = bind,
            SecurePort = server.SecurePort,
            AdvertiseAddress = advertise,
            ServiceRange = IPNetwork.Parse(server.ServiceClusterIPRange),
            NodePortFirst = PortRange(server.ServiceNodePortRange).First,
            NodePortLast = PortRange(server.ServiceNodePortRange).Last,
            AuthorizationModes = server.AuthorizationModes,
            AllowsAnonymous = server.AnonymousAuth,
            ServiceAccountIssuer = server.ServiceAccountIssuer,
            MaxReadsInFlight = server.MaxRequestsInflight,
            MaxWritesInFlight = server.MaxMutatingRequestsInflight,
            AuditLogPath = server.AuditLogPath,
        };
        Directory.CreateDirectory(data.DataDir);
        var pki = ClusterPki.LoadOrCreate(
            new ClusterPkiOptions
            {
                DataDirectory = data.PathOf(),
                NodeName = NodeName(agent),
                AdvertiseAddress = IPAddress.IsLoopback(bind) ? bind : advertise,
                SecurePort = server.SecurePort,
                KubernetesServiceAddress = options.KubernetesServiceAddress,
                ExtraNames = [.. server.TlsSans, advertise.ToString()],
            },
            time);
        return (options, pki);
    }

    private static List<Part> Parts(
        DataOptions data, StorageOptions storage, ControllerOptions controllers, SigningOptions signing, AgentOptions? agent, int simulatedNodes, ApiServerOptions options, ClusterPki pki, TimeProvider time, ILoggerFactory logs)
    {
        var identity = $"{NodeName(agent)}_{Guid.NewGuid():D}";
        var store = new StorePart(storage, data, time, logs);
        var server = new ApiServerPart(store, options, pki, time, logs);
        var root = File.ReadAllText(data.PathOf("pki", "ca.crt"));
        List<Part> parts =
        [
            store,
            server,
            new ControllersPart(store, server, controllers, signing, SigningAuthority(signing, pki, time), root, identity, time, logs),
            new SchedulerPart(store, server, controllers, identity, time, logs),
        ];
        if (agent is not null)
            parts.Add(new AgentPart(server, agent, data, pki, controllers.ClusterCidr, time, logs));
        if (simulatedNodes > 0)
            parts.Add(new SimulatedNodesPart(server, simulatedNodes, time, logs));
        return parts;
    }

    private static CertificateAuthority SigningAuthority(SigningOptions signing, ClusterPki pki, TimeProvider time)
    {
        if (signing.CertFile.Length + signing.KeyFile.Length == 0)
            return pki.Authority;
        if (signing.CertFile.Length == 0 || signing.KeyFile.Length == 0)
            throw new FormatException("--cluster-signing-cert-file and --cluster-signing-key-file belong together");
        return CertificateAuthority.Of(X509Certificate2.CreateFromPemFile(signing.CertFile, signing.KeyFile), time);
    }

    internal static Task EnsureProgramsAsync(AgentOptions agent, TimeProvider time, CancellationToken cancel) =>
        new NodePrerequisites(time)
        {
            MayInstall = !agent.NoInstall,
            RuntimeEndpoint = agent.ContainerRuntimeEndpoint.Length == 0 ? null : agent.ContainerRuntimeEndpoint,
        }.EnsureAsync(Console.Error.WriteLine, cancel);

    internal static string NodeName(AgentOptions? agent) =>
        (agent is { HostnameOverride.Length: > 0 } ? agent.HostnameOverride : Environment.MachineName).ToLowerInvariant();

    private static bool IsEverything(IPAddress bind) => IPAddress.Any.Equals(bind) || IPAddress.IPv6Any.Equals(bind);

    private static (int First, int Last) PortRange(string range)
    {
        var parts = range.Split('-');
        return parts.Length == 2 && int.TryParse(parts[0], out var first) && int.TryParse(parts[1], out var last) && first is > 0 and <= 65535 && last >= first && last <= 65535
            ? (first, last)
            : throw new FormatException($"--service-node-port-range \"{range}\" is not of the form 30000-32767");
    }
}
