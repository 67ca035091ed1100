using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Joining;

/// <summary>Renews a node's client certificate before it ends, as the node itself (client-go: util/certificate, the certificate manager).</summary>
/// <param name="nodeName">The node's name.</param>
/// <param name="credentials">Where the certificate is kept.</param>
/// <param name="api">The API as the node.</param>
/// <param name="renewed">A new certificate is there: connections must be made anew.</param>
/// <param name="clock">Time.</param>
/// <param name="random">Spreads what many nodes do.</param>
/// <param name="log">The log.</param>
public sealed partial class CertificateRotation(
    string nodeName, NodeCredentials credentials, IApiClient api, Action renewed, TimeProvider clock, Random random, ILogger log)
{
    // So that an authority with a very short signing duration is not asked in a tight loop.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var deadline = Deadline();
        while (true)
        {
            await WaitUntilAsync(deadline, cancel);
            await RenewAsync(cancel);
            deadline = Deadline();
            Renewed(log, nodeName, deadline);
        }
    }

    /// <summary>When a certificate is to be renewed: after 70 to 90 % of its time, so that a cluster's nodes do not all come at once.</summary>
    public static DateTimeOffset DeadlineOf(X509Certificate2 certificate, double chance)
    {
        var start = new DateTimeOffset(certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero);
        var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        return start + ((end - start) * (0.7 + (0.2 * chance)));
    }

    private DateTimeOffset Deadline()
    {
        using var certificate = credentials.Load();
        return DeadlineOf(certificate, random.NextDouble());
    }

    // In steps, because a timer does not count the time that the machine sleeps, and cannot be set for more than 49 days.
    private async Task WaitUntilAsync(DateTimeOffset deadline, CancellationToken cancel)
    {
        await Task.Delay(ShortestPause, clock, cancel);
        for (TimeSpan left; (left = deadline - clock.GetUtcNow()) > TimeSpan.Zero;)
            await Task.Delay(left < LongestPause ? left : LongestPause, clock, cancel);
    }

    private async Task RenewAsync(CancellationToken cancel)
    {
        var backOff = new BackOff(ShortestPause, LongestPause, clock, random);
        while (!await TryRenewAsync(cancel))
            await backOff.WaitAsync(cancel);
        renewed();
    }

    private async Task<bool> TryRenewAsync(CancellationToken cancel)
    {
        using var key = credentials.PendingKey();
        try
        {
            using var certificate = await new CertificateClient(api, nodeName, clock, random, log).ObtainAsync(key, cancel);
            credentials.Save(certificate, clock.GetUtcNow());
            return true;
        }
        catch (Exception failure) when (failure is ApiException or HttpRequestException or IOException or CryptographicException)
        {
            // What was denied stays denied; a new key is a new request.
            if (failure is JoinException)
                credentials.ForgetPendingKey();
            Failed(log, nodeName, Causes.Of(failure));
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "The certificate of node {Node} is renewed; next time at {Deadline:u}")]
    private static partial void Renewed(ILogger log, string node, DateTimeOffset deadline);

    [LoggerMessage(LogLevel.Warning, "The certificate of node {Node} could not be renewed yet: {Why}")]
    private static partial void Failed(ILogger log, string node, string why);
}
