using System.Collections.Concurrent;
using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Authentication;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Volumes;

/// <summary>The tokens of pods' service accounts: bound to their pod, asked for anew when a fifth of their life is left.</summary>
internal sealed class ServiceAccountTokens
{
    private const int RestrictedMode = 0b110_000_000; // upstream: 0600, and readable for the group, where the pod has an fsGroup
    private const long DefaultSeconds = 3600; // API default
    private static readonly TimeSpan AgeMax = TimeSpan.FromHours(24); // kubelet: token_manager.go, maxTTL

    private readonly ConcurrentDictionary<(string Pod, string Volume, string Path), Issued> _issued = new();

    private sealed record Issued(string Token, DateTimeOffset At, DateTimeOffset Expires);

    /// <summary>The token's file.</summary>
    /// <exception cref="VolumeException">The API doesn't issue it.</exception>
    public async Task<VolumeFile> FileAsync(VolumeRequest request, ServiceAccountTokenProjection source, int mode, CancellationToken cancel)
    {
        Forget(request);
        var key = (request.Pod.Pod.Metadata.Uid, request.Volume.Name, source.Path);
        var now = request.Pod.Node.Clock.GetUtcNow();
        if (!_issued.TryGetValue(key, out var issued) || MustRenew(issued, now))
            _issued[key] = issued = await AskAsync(request, source, issued, now, cancel);
        return new VolumeFile(source.Path, ByteString.FromText(issued.Token), ModeOf(request.Group, mode));
    }

    private static bool MustRenew(Issued issued, DateTimeOffset now) =>
        now >= issued.At + (issued.Expires - issued.At) * 0.8 || now - issued.At > AgeMax;

    private static async Task<Issued> AskAsync(VolumeRequest request, ServiceAccountTokenProjection source, Issued? before, DateTimeOffset now, CancellationToken cancel)
    {
        var pod = request.Pod.Pod;
        var account = new ObjectKey(pod.Metadata.Namespace, pod.Spec.ServiceAccountName.Length > 0 ? pod.Spec.ServiceAccountName : "default");
        var body = new TokenRequest
        {
            Spec = new TokenRequestSpec
            {
                Audiences = source.Audience.Length > 0 ? ValueList.Create<string>([source.Audience]) : default,
                ExpirationSeconds = source.ExpirationSeconds ?? DefaultSeconds,
                BoundObjectRef = new BoundObjectReference { Kind = "Pod", ApiVersion = "v1", Name = pod.Metadata.Name, Uid = pod.Metadata.Uid },
            },
        };
        try
        {
            var answer = await request.Pod.Node.Api.CreateSubresourceAsync<ServiceAccount, TokenRequest>(account, "token", body, cancel);
            return new Issued(answer.Status.Token, now, answer.Status.ExpirationTimestamp);
        }
        catch (Exception failure) when (failure is ApiException or HttpRequestException or IOException)
        {
            if (before is not null && before.Expires > now)
                return before; // still good: the next pass tries again
            throw new VolumeException(string.Create(CultureInfo.InvariantCulture, $"failed to fetch token: {failure.Message}"));
        }
    }

    private static int ModeOf(long? group, int mode)
    {
        // A single user would have to own the file; it is left readable for all, since the directory is the pod's alone.
        return group is not null ? RestrictedMode : mode;
    }

    /// <summary>What belongs to pods that are long gone is not worth keeping.</summary>
    private void Forget(VolumeRequest request)
    {
        var now = request.Pod.Node.Clock.GetUtcNow();
        foreach (var (key, issued) in _issued)
        {
            if (issued.Expires < now)
                _issued.TryRemove(key, out _);
        }
    }
}
