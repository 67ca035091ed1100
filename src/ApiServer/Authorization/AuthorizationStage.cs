using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Requests;

namespace ControlPlane.ApiServer.Authorization;

/// <summary>May they? What nobody allows is 403; after this stage, handlers trust the request.</summary>
internal sealed class AuthorizationStage(IAuthorizer authorizer) : IRequestStage
{
    /// <inheritdoc/>
    public async Task InvokeAsync(ApiContext context, NextStage next)
    {
        var attributes = AttributesOf(context.User, context.Info, context.Http.Request.Query["fieldSelector"].ToString(), context.Http.Request.Query["labelSelector"].ToString());
        var decision = await authorizer.AuthorizeAsync(attributes, context.Cancel);
        context.AuditAnnotations["authorization.k8s.io/decision"] = decision.Verdict == Verdict.Allow ? "allow" : "forbid";
        context.AuditAnnotations["authorization.k8s.io/reason"] = decision.Reason;
        if (decision.Verdict != Verdict.Allow)
            throw Refusal.Of(attributes, decision.Reason);
        await next(context);
    }

    /// <summary>What a request asks for, as authorizers see it. Selectors count for list, watch and deletecollection alone.</summary>
    public static AuthorizationAttributes AttributesOf(UserInfo user, RequestInfo info, string fieldSelector, string labelSelector)
    {
        if (!info.IsResource)
            return new(user, info.Verb, "", "", "", "", "", "", info.Path);
        var attributes = new AuthorizationAttributes(user, info.Verb, info.Group, info.Version, info.Resource, info.Subresource, info.Namespace, info.Name, "");
        return info.Verb is "list" or "watch" or "deletecollection" ? attributes with { FieldSelector = fieldSelector, LabelSelector = labelSelector } : attributes;
    }
}
