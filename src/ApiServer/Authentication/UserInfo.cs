using System.Collections.Immutable;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Who makes a request.</summary>
/// <param name="Name">"system:serviceaccount:ns:name", "kubernetes-admin", ...</param>
/// <param name="Uid">A stable identity, or empty.</param>
/// <param name="Groups">The groups, "system:authenticated" among them for everybody who proved who they are.</param>
/// <param name="Extra">What else the authenticator knows; keys are lower case.</param>
public sealed record UserInfo(
    string Name,
    string Uid,
    ImmutableArray<string> Groups,
    ImmutableDictionary<string, ImmutableArray<string>> Extra)
{
    /// <summary>The group of those that may do everything.</summary>
    public const string Masters = "system:masters";

    /// <summary>The group of all that proved who they are.</summary>
    public const string Authenticated = "system:authenticated";

    /// <summary>The name of those that show no credential.</summary>
    public const string AnonymousName = "system:anonymous";

    /// <summary>The group of all that did not prove who they are.</summary>
    public const string Unauthenticated = "system:unauthenticated";

    /// <summary>In <see cref="Extra"/>: which token or certificate proved it.</summary>
    public const string CredentialIdKey = "authentication.kubernetes.io/credential-id";

    /// <summary>Nobody in particular.</summary>
    public static UserInfo Anonymous { get; } = Of(AnonymousName, Unauthenticated);

    /// <summary>The server itself, for what it does without being asked.</summary>
    public static UserInfo Loopback { get; } = Of("system:apiserver", Masters, Authenticated);

    /// <summary>Is the user in that group?</summary>
    public bool IsIn(string group) => Groups.Contains(group, StringComparer.Ordinal);

    /// <summary>The same user, in system:authenticated unless they are nobody (apiserver: AuthenticatedGroupAdder).</summary>
    public UserInfo WithAuthenticatedGroup() =>
        Name == AnonymousName || IsIn(Authenticated) || IsIn(Unauthenticated) ? this : this with { Groups = Groups.Add(Authenticated) };

    /// <summary>A user of that name in those groups.</summary>
    public static UserInfo Of(string name, params ImmutableArray<string> groups) =>
        new(name, "", groups, ImmutableDictionary<string, ImmutableArray<string>>.Empty);

    /// <summary>The user that a controller of kube-system acts as.</summary>
    public static UserInfo ServiceAccount(string @namespace, string name) =>
        Of($"system:serviceaccount:{@namespace}:{name}", "system:serviceaccounts", $"system:serviceaccounts:{@namespace}", Authenticated);
}
