using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Authorization;

/// <summary>Says no in upstream's words (apiserver: pkg/endpoints/handlers/responsewriters/errors.go).</summary>
internal static class Refusal
{
    /// <summary>The 403 for what was refused.</summary>
    public static ApiException Of(AuthorizationAttributes asked, string reason)
    {
        var text = Describe(asked);
        return ApiError.Forbidden(new GroupResource(asked.Group, asked.Resource), asked.Name, reason.Length == 0 ? text : $"{text}: {reason}");
    }

    private static string Describe(AuthorizationAttributes asked)
    {
        var user = FieldErrors.Quote(asked.User.Name);
        if (!asked.IsResource)
            return $"User {user} cannot {asked.Verb} path {FieldErrors.Quote(asked.Path)}";
        var resource = asked.Subresource.Length == 0 ? asked.Resource : $"{asked.Resource}/{asked.Subresource}";
        var where = asked.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{asked.Namespace}\"";
        return $"User {user} cannot {asked.Verb} resource \"{resource}\" in API group \"{asked.Group}\" {where}";
    }
}
