using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ControlPlane.ApiServer.Bootstrap;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Storage;
using ControlPlane.Types.Coordination;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer.Membership;

/// <summary>
/// Tells the cluster that this server lives, by a Lease of its own in kube-system, and removes those of servers that have not been heard of for long
/// (feature gate APIServerIdentity; kube-apiserver: the identity lease controller and its garbage collection).
/// </summary>
internal sealed partial class ServerIdentity(SystemObjects objects, ApiServerOptions options, int securePort, TimeProvider time, ILogger log)
{
    private const string Namespace = "kube-system";
    private const string Component = "kube-apiserver";
    private const string IdentityLabel = "apiserver.kubernetes.io/identity";
    private const string HostLabel = "kubernetes.io/hostname";
    private const string PeerAnnotation = "kubernetes.io/peer-advertise-address";
    private const int DurationSeconds = 3600; // pkg/controlplane: IdentityLeaseDurationSeconds

    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(10); // pkg/controlplane: IdentityLeaseRenewIntervalPeriod
    private static readonly TimeSpan CollectPeriod = TimeSpan.FromHours(1); // pkg/controlplane: IdentityLeaseGCPeriod

    private readonly string _name = NameOf(options.HostName);
    private readonly string _holder = $"{NameOf(options.HostName)}_{Guid.NewGuid():D}";

    /// <summary>The Lease of a server on that host, by upstream's rule: both parts with their lengths, hashed, half of it in base 32.</summary>
    public static string NameOf(string hostName)
    {
        byte[] text = [.. WithLength(hostName), .. WithLength(Component)];
        return "apiserver-" + Base32(SHA256.HashData(text).AsSpan(0, 16));
    }

    /// <summary>Renews and collects until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(EveryAsync(RenewPeriod, RenewAsync, cancel), EveryAsync(CollectPeriod, CollectAsync, cancel));

    /// <summary>Says that this server lives.</summary>
    public Task RenewAsync(CancellationToken cancel) => objects.PutAsync(Renewed(new Lease { Metadata = new ObjectMeta { Namespace = Namespace, Name = _name } }), Renewed, cancel);

    /// <summary>Removes the Leases whose time is up.</summary>
    public async Task CollectAsync(CancellationToken cancel)
    {
        var leases = objects.StoreOf(Lease.Kind).ListCached(Namespace).Where(found => found.Record is Lease lease && IsIdentity(lease) && IsOver(lease)).ToList();
        foreach (var lease in leases)
            await objects.DeleteAsync(lease, cancel);
    }

    private static bool IsIdentity(Lease lease) => lease.Metadata.Labels.TryGetValue(IdentityLabel, out var component) && component == Component;

    private bool IsOver(Lease lease) =>
        lease.Spec.RenewTime is not { } renewed
        || lease.Spec.LeaseDurationSeconds is not { } seconds
        || renewed.ToDateTimeOffset().AddSeconds(seconds) < time.GetUtcNow();

    private Lease Renewed(IApiObject current)
    {
        var lease = (Lease)current;
        return lease with
        {
            Metadata = lease.Metadata with
            {
                Labels = lease.Metadata.Labels.With(IdentityLabel, Component).With(HostLabel, options.HostName),
                Annotations = lease.Metadata.Annotations.With(PeerAnnotation, $"{options.AdvertiseAddress}:{securePort}"),
            },
            Spec = lease.Spec with { HolderIdentity = _holder, LeaseDurationSeconds = DurationSeconds, RenewTime = MicroTimestamp.From(time.GetUtcNow()) },
        };
    }

    private async Task EveryAsync(TimeSpan period, Func<CancellationToken, Task> actAsync, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do
                await TryAsync(actAsync, cancel);
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> actAsync, CancellationToken cancel)
    {
        try
        {
            await actAsync(cancel);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or ApiException)
        {
            Failed(log, failure.Message);
        }
    }

    private static byte[] WithLength(string text)
    {
        var bytes = new byte[2 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(bytes.Length - 2));
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(2));
        return bytes;
    }

    // RFC 4648, small letters, without padding.
    private static string Base32(ReadOnlySpan<byte> bytes)
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyz234567";
        var text = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var one in bytes)
        {
            (bits, count) = ((bits << 8) | one, count + 8);
            for (; count >= 5; count -= 5)
                text.Append(Letters[(bits >> (count - 5)) & 31]);
            bits &= (1 << count) - 1;
        }
        return count == 0 ? text.ToString() : text.Append(Letters[(bits << (5 - count)) & 31]).ToString();
    }

    [LoggerMessage(LogLevel.Warning, "The Lease of this server could not be written, trying again in a while: {Reason}")]
    private static partial void Failed(ILogger log, string reason);
}
