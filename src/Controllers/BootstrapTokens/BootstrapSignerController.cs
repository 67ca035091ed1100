using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.BootstrapTokens;

/// <summary>Signs cluster-info with every bootstrap token that may sign, so that whoever has the token can tell that it is genuine.</summary>
internal sealed class BootstrapSignerController(IApiClient api, ObjectCaches caches, TimeProvider clock) : Controller<ConfigMap>
{
    private static readonly ObjectKey Map = new(ClusterInfo.Namespace, ClusterInfo.Name);

    protected override void Declare(ControllerDeclaration<ConfigMap> controller) => controller
        .Named("bootstrap-signer-controller", alias: "bootstrapsigner")
        .As("bootstrap-signer")
        .For(static map => map.Key == Map)
        .Watches<Secret>(OfToken)
        .Writes<ConfigMap>(Verb.Update)
        .OffByDefault();

    protected override async Task<Requeue> ReconcileAsync(ConfigMap map, CancellationToken cancel)
    {
        if (ClusterSignatures.Renewed(map, caches.Of<Secret>().In(BootstrapTokenSecret.Namespace), clock.GetUtcNow()) is { } signed)
            await api.UpdateAsync(signed, cancel);
        return Requeue.Never;
    }

    private static IEnumerable<ObjectKey> OfToken(ObjectChange<Secret> change) => change.Object.IsBootstrapToken ? [Map] : [];
}

/// <summary>The signatures of cluster-info.</summary>
internal static class ClusterSignatures
{
    /// <summary>The map with a signature of each token that may sign, and no others; null where it is so already, or has nothing to sign.</summary>
    public static ConfigMap? Renewed(ConfigMap map, IEnumerable<Secret> secrets, DateTimeOffset now)
    {
        if (map.Data.Find(ClusterInfo.ContentKey) is not { } content)
            return null;
        var signatures = secrets.Select(secret => TokenToSign(secret, now)).OfType<BootstrapToken>()
            .Select(token => KeyValuePair.Create(ClusterInfo.SignaturePrefix + token.Id, ClusterInfo.Sign(content, token)));
        var data = map.Data.Where(entry => !entry.Key.StartsWith(ClusterInfo.SignaturePrefix, StringComparison.Ordinal)).Concat(signatures).ToValueMap();
        return data == map.Data ? null : map with { Data = data };
    }

    private static BootstrapToken? TokenToSign(Secret secret, DateTimeOffset now) =>
        secret.IsBootstrapToken && secret.TokenUsages.Contains("signing") && !(secret.TokenExpiry <= now) ? secret.BootstrapToken : null;
}
