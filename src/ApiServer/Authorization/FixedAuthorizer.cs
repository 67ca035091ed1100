namespace ControlPlane.ApiServer.Authorization;

/// <summary>Answers the same to everybody: the modes AlwaysAllow and AlwaysDeny (apiserver: pkg/authorization/authorizerfactory).</summary>
internal sealed class FixedAuthorizer(Decision decision) : IAuthorizer
{
    /// <summary>--authorization-mode=AlwaysAllow</summary>
    public static FixedAuthorizer AlwaysAllow { get; } = new(Decision.Allow(""));

    /// <summary>--authorization-mode=AlwaysDeny</summary>
    public static FixedAuthorizer AlwaysDeny { get; } = new(Decision.NoOpinion("Everything is forbidden."));

    /// <inheritdoc/>
    public ValueTask<Decision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancel) => new(decision);
}
