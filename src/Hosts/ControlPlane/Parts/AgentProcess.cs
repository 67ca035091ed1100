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
            var membership = await ClusterMembership.OfAsync(data, join, ClusterProcess.NodeName(options), time, logs, stop);
            using var transport = new HttpsTransport(membership.Transport with { UserAgent = "kubelet" }, time);
            await RunAsync(transport, membership, data, options, time, logs, stop);
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
        HttpsTransport transport, ClusterMembership membership, DataOptions data, AgentOptions options, TimeProvider time, ILoggerFactory logs, CancellationToken stop)
    {
        var name = ClusterProcess.NodeName(options);
        var address = NodeAddress.Resolve(options.NodeIP);
        using var serving = SelfSigned(name, address, time);
        var agent = new NodeAgent(
            AgentSettings.Of(options, data, name, address) with { ServingCertificate = serving, ClientAuthority = membership.Transport.Authorities.FirstOrDefault() },
            transport,
            time,
            new Random(),
            logs);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var renewing = membership.RenewAsync(name, transport, time, logs, ending.Token);
        var running = agent.RunAsync(ending.Token);
        await Task.WhenAny(agent.Ready, running);
        if (agent.Ready.IsCompletedSuccessfully)
            await Console.Out.WriteLineAsync($"Node {name} is registered.");
        // Neither goes on without the other: an agent whose certificate nobody renews would be locked out one day.
        await Task.WhenAny(running, renewing);
        await ending.CancelAsync();
        await Task.WhenAll(running, renewing);
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
