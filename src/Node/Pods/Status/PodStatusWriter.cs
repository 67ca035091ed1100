using System.Globalization;
using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Status;

/// <summary>
/// Writes one pod's status: only where it differs from what the API has, in order, and never over what others wrote meanwhile. The pod as it was last stored is kept,
/// for the informer tells of it only later.
/// </summary>
internal sealed class PodStatusWriter(IApiClient api)
{
    private const int AttemptsMax = 5;

    private Pod? _stored;

    /// <summary>The newer one of what the informer tells and what was stored last.</summary>
    public Pod Newest(Pod told) => _stored is not null && VersionOf(_stored) > VersionOf(told) ? _stored : told;

    /// <summary>Writes the status that <paramref name="build"/> makes of the newest pod.</summary>
    /// <returns>The pod as it is stored now; null when it is gone.</returns>
    /// <exception cref="ApiException">The API refuses.</exception>
    public async Task<Pod?> WriteAsync(Pod pod, Func<Pod, PodStatus> build, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var status = build(pod);
            if (status == pod.Status)
                return pod;
            try
            {
                return _stored = await api.UpdateStatusAsync(pod with { Status = status }, cancel);
            }
            catch (ApiException gone) when (gone.Code == 404)
            {
                return null;
            }
            catch (ApiException conflict) when (conflict.Code == 409 && attempt < AttemptsMax)
            {
                if (await api.FindAsync<Pod>(pod.Key, cancel) is not { } fresh || fresh.Metadata.Uid != pod.Metadata.Uid)
                    return null;
                pod = fresh;
            }
        }
    }

    private static long VersionOf(Pod pod) => long.TryParse(pod.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
