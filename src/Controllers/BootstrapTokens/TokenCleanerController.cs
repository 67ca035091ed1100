using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Controllers.BootstrapTokens;

/// <summary>Deletes bootstrap tokens when they have ended.</summary>
internal sealed partial class TokenCleanerController(IApiClient api, TimeProvider clock, ILogger<TokenCleanerController> log) : Controller<Secret>
{
    protected override void Declare(ControllerDeclaration<Secret> controller) => controller
        .Named("token-cleaner-controller", alias: "tokencleaner")
        .As("token-cleaner")
        .For(static secret => secret is { IsBootstrapToken: true, TokenExpiry: not null })
        .Writes<Secret>(Verb.Delete)
        .OffByDefault();

    protected override async Task<Requeue> ReconcileAsync(Secret secret, CancellationToken cancel)
    {
        if (secret.TokenExpiry is not { } end)
            return Requeue.Never;
        if (end > clock.GetUtcNow())
            return Requeue.At(end);
        if (await api.TryDeleteAsync(secret, Deletion.Default, cancel))
            Deleted(log, secret.Key);
        return Requeue.Never;
    }

    [LoggerMessage(LogLevel.Information, "Deleted bootstrap token {Secret}: it has ended")]
    private static partial void Deleted(ILogger log, ObjectKey secret);
}
