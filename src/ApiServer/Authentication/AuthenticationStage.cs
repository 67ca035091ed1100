using System.Collections.Immutable;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Who asks? The first authenticator that knows the caller decides; a credential that is no good is 401; none at all is system:anonymous.</summary>
/// <param name="authenticators">THE list, in upstream's order: front proxy, client certificate, bearer tokens.</param>
/// <param name="allowsAnonymous">kube-apiserver: --anonymous-auth</param>
/// <param name="log">Where refusals are told; the caller learns nothing but "Unauthorized".</param>
internal sealed partial class AuthenticationStage(
    ImmutableArray<IAuthenticator> authenticators, bool allowsAnonymous, ILogger<AuthenticationStage> log) : IRequestStage
{
    /// <inheritdoc/>
    public async Task InvokeAsync(ApiContext context, NextStage next)
    {
        var refusals = new List<string>();
        var found = await FindAsync(context, refusals);
        if (found.User is { } user)
            context.User = user.WithAuthenticatedGroup();
        else if (refusals.Count > 0 || !allowsAnonymous)
            throw Refuse(refusals);
        else
            context.User = UserInfo.Anonymous;

        if (found.StaleToken is { } stale)
            context.AuditAnnotations["authentication.k8s.io/stale-token"] = stale;
        context.Http.Request.Headers.Remove("Authorization"); // nothing behind this stage, a proxy least of all, needs to see it
        await next(context);
    }

    private async ValueTask<Authentication> FindAsync(ApiContext context, List<string> refusals)
    {
        foreach (var authenticator in authenticators)
        {
            var found = await authenticator.AuthenticateAsync(context.Http, context.Cancel);
            if (found.User is not null)
                return found;
            if (found.Refusal is { } why)
                refusals.Add(why);
        }

        return Authentication.Unknown;
    }

    private ApiException Refuse(List<string> refusals)
    {
        Refused(log, string.Join("; ", refusals));
        return ApiError.Unauthorized();
    }

    [LoggerMessage(LogLevel.Information, "Unable to authenticate the request: {Refusals}")]
    private static partial void Refused(ILogger log, string refusals);
}
