using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Client.Https;
using ControlPlane.Node;
using ControlPlane.Node.Installation;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>A node agent in a process of its own, which speaks to the API over HTTPS: <c>agent</c>.</summary>
internal static class AgentProcess
{
    public static async Task<int> RunAsync(DataOptions data, JoinOptions join, AgentOptions options, CancellationToken stop)
    {
        var time = TimeProvider.System;
        using var logs = Logs.Create(data.Verbosity);
        try
        {
            await ClusterProcess.EnsureProgramsAsync(options, time, stop);
            var server = Server(join, time);
            using var transport = new HttpsTransport(server with { UserAgent = "kubelet" }, time);
            await RunAsync(transport, server.Authorities.FirstOrDefault(), data, options, time, logs, stop);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception failure) when (failure is PrerequisiteException or IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            await Console.Error.WriteLineAsync($"controlplane: {failure.Message}");
            return 1;
        }
    }

    private static async Task RunAsync(
        HttpsTransport transport, X509Certificate2? authority, DataOptions data, AgentOptions options, TimeProvider time, ILoggerFactory logs, CancellationToken stop)
    {
        var name = ClusterProcess.NodeName(options);
        var address = NodeAddress.Resolve(options.NodeIP);
        using var serving = SelfSigned(name, address, time);
        var agent = new NodeAgent(
            AgentSettings.Of(options, data, name, address) with { ServingCertificate = serving, ClientAuthority = authority },
            transport,
            time,
            new Random(),
            logs);
        var running = agent.RunAsync(stop);
        await Task.WhenAny(agent.Ready, running);
        if (agent.Ready.IsCompletedSuccessfully)
            await Console.Out.WriteLineAsync($"Node {name} is registered.");
        await running;
    }

    private static HttpsTransportOptions Server(JoinOptions join, TimeProvider time)
    {
        if (join.Kubeconfig.Length > 0)
            return Kubeconfig.Load(join.Kubeconfig, "", time);
        if (join.Server.Length == 0 || join.Token.Length == 0 || join.CaFile.Length == 0)
            throw new FormatException("an agent needs --kubeconfig, or --server, --token and --ca-file");
        return new HttpsTransportOptions
        {
            Server = new Uri(join.Server),
            Authorities = [X509CertificateLoader.LoadCertificateFromFile(join.CaFile)],
            BearerToken = _ => ValueTask.FromResult(join.Token),
        };
    }

    // As a kubelet without serverTLSBootstrap: the API server knows the node by its address, and shows its own certificate.
    private static X509Certificate2 SelfSigned(string name, IPAddress address, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddYears(1));
    }
}
