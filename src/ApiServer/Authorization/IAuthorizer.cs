using ControlPlane.ApiServer.Authentication;

namespace ControlPlane.ApiServer.Authorization;

/// <summary>Says whether a user may do something. Authorizers stand in a list; the first that has an opinion decides, and nobody's opinion is a no.</summary>
internal interface IAuthorizer
{
    /// <summary>Decides.</summary>
    ValueTask<Decision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancel);
}

/// <summary>What is to be done, by whom.</summary>
/// <param name="User">By whom.</param>
/// <param name="Verb">get, list, watch, create, update, patch, delete, deletecollection, or a special one (bind, escalate, impersonate, use, ...); HTTP's in lower case for paths.</param>
/// <param name="Group">The API group; "" for core and for paths.</param>
/// <param name="Version">The API version.</param>
/// <param name="Resource">The plural; "" for a path.</param>
/// <param name="Subresource">"" for the object itself.</param>
/// <param name="Namespace">"" for all namespaces and cluster-scoped resources.</param>
/// <param name="Name">"" for all.</param>
/// <param name="Path">The URL path where it is no resource, else "".</param>
internal sealed record AuthorizationAttributes(
    UserInfo User,
    string Verb,
    string Group,
    string Version,
    string Resource,
    string Subresource,
    string Namespace,
    string Name,
    string Path)
{
    /// <summary>Is it about a resource, not a bare path?</summary>
    public bool IsResource => Path.Length == 0;

    /// <summary>The field selector of a list, watch or deletecollection in its string form, for authorizers that look at it.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>The label selector likewise.</summary>
    public string LabelSelector { get; init; } = "";
}

/// <summary>An authorizer's answer.</summary>
/// <param name="Verdict">Yes, no, or none of my business.</param>
/// <param name="Reason">Why: for the caller, the audit log and access reviews.</param>
/// <param name="Error">What went wrong while deciding; for access reviews.</param>
internal readonly record struct Decision(Verdict Verdict, string Reason, string Error = "")
{
    /// <summary>Yes.</summary>
    public static Decision Allow(string reason) => new(Verdict.Allow, reason);

    /// <summary>No, whatever others say.</summary>
    public static Decision Deny(string reason) => new(Verdict.Deny, reason);

    /// <summary>Others may decide.</summary>
    public static Decision NoOpinion(string reason = "", string error = "") => new(Verdict.NoOpinion, reason, error);
}

/// <summary>Yes, no, or none of my business.</summary>
internal enum Verdict
{
    /// <summary>None of my business.</summary>
    NoOpinion,

    /// <summary>Yes.</summary>
    Allow,

    /// <summary>No.</summary>
    Deny,
}
