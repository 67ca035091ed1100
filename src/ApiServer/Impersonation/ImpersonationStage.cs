using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Impersonation;

/// <summary>
/// Lets a user act as another (kubectl --as): each name, group, uid and extra value needs the right to impersonate it
/// (apiserver: pkg/endpoints/filters/impersonation).
/// </summary>
internal sealed class ImpersonationStage(IAuthorizer authorizer) : IRequestStage
{
    /// <inheritdoc/>
    public async Task InvokeAsync(ApiContext context, NextStage next)
    {
        if (ImpersonationHeaders.Read(context.Http.Request.Headers) is { } wanted)
        {
            foreach (var asked in wanted.NeededRights(context.User))
            {
                var decision = await authorizer.AuthorizeAsync(asked, context.Cancel);
                if (decision.Verdict != Verdict.Allow)
                    throw Refusal.Of(asked, decision.Reason);
            }

            context.Impersonator = context.User;
            context.User = UserOf(wanted);
            ImpersonationHeaders.Remove(context.Http.Request.Headers);
        }

        await next(context);
    }

    // A service account brings its groups along where none are asked for; a user has those asked for, and is authenticated like everybody.
    private static UserInfo UserOf(ImpersonationHeaders wanted)
    {
        var groups = wanted.Groups;
        if (groups.IsEmpty && wanted.ServiceAccount is { } account)
            groups = UserInfo.ServiceAccount(account.Namespace, account.Name).Groups.Remove(UserInfo.Authenticated);
        if (wanted.User == UserInfo.AnonymousName)
            groups = groups.Contains(UserInfo.Unauthenticated) ? groups : groups.Add(UserInfo.Unauthenticated);
        return new UserInfo(wanted.User, wanted.Uid, groups, wanted.Extra).WithAuthenticatedGroup();
    }
}
