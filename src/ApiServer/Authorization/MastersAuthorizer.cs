using ControlPlane.ApiServer.Authentication;

namespace ControlPlane.ApiServer.Authorization;

/// <summary>Allows everything to system:masters, whatever the roles say; always first, so that a broken policy can be mended.</summary>
internal sealed class MastersAuthorizer : IAuthorizer
{
    /// <inheritdoc/>
    public ValueTask<Decision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancel) =>
        new(attributes.User.IsIn(UserInfo.Masters) ? Decision.Allow("") : Decision.NoOpinion());
}
