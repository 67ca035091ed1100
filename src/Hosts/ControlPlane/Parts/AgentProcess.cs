using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Client.Https;
using ControlPlane.Node;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>A node agent in a process of its own, which speaks to the API over HTTPS: <c>agent</c>.</summary>
internal static class AgentProcess
{
    public static Task<int> RunAsync(DataOptions data, JoinOptions join, AgentOptions options, CancellationToken stop)
    {
        var errors = new OptionErrors();
        data.Validate(errors);
        join.Validate(errors);
        options.Validate(errors);
        return ProcessEnd.OfAsync(errors, () => RunCheckedAsync(data, join, options, TimeProvider.System, stop), stop);
    }

    private static async Task RunCheckedAsync(DataOptions data, JoinOptions join, AgentOptions options, TimeProvider time, CancellationToken stop)
    {
        using var logs = Logs.Create(data.Verbosity);
        using var alone = DataDirectoryLock.Take(data, "agent");
        await AgentSettings.EnsureProgramsAsync(options, time, stop);
        var (name, address) = (NodeName.Of(options), NodeAddress.Resolve(options.NodeIP));
        var membership = await ClusterMembership.OfAsync(data, join, name, time, logs, stop);
        using var transport = new HttpsTransport(membership.Transport with { UserAgent = "kubelet" }, time);
        using var serving = SelfSigned(name, address, time);
        var settings = AgentSettings.Of(options, data, name, address) with
        {
            ServingCertificate = serving,
            ClientAuthority = membership.Transport.Authorities.FirstOrDefault(),
            AwaitsCloud = join.CloudProvider.Length > 0,
        };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var renewing = membership.RenewAsync(name, transport, time, logs, ending.Token);
        var running = RunAsync(new NodeAgent(settings, transport, time, new Random(), logs), name, time, ending.Token);
        // Neither goes on without the other: an agent whose certificate nobody renews would be locked out one day.
        await Task.WhenAny(running, renewing);
        await ending.CancelAsync();
        await Task.WhenAll(running, renewing);
    }

    private static async Task RunAsync(NodeAgent agent, string name, TimeProvider time, CancellationToken stop)
    {
        var running = agent.RunAsync(stop);
        await Progress.WhileAsync(Task.WhenAny(agent.Ready, running), "Starting", static () => ["node agent"], time, Console.Error);
        if (agent.Ready.IsCompletedSuccessfully)
            await Console.Out.WriteLineAsync($"Node {name} is registered.");
        await running;
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
