using System.Collections.Immutable;

namespace ControlPlane.ApiServer.Requests;

/// <summary>What a URL asks for, parsed once at the edge.</summary>
/// <remarks>
/// <para>The accepted forms (apiserver: pkg/endpoints/request/requestinfo.go):</para>
/// <code>
/// /api/{version}/...                        the core group
/// /apis/{group}/{version}/...               all others; after that:
///   {resource}                              list, create, deletecollection; watch with ?watch=true
///   {resource}/{name}                       get, update, patch, delete
///   {resource}/{name}/{subresource}[/...]   the same on a part; connect for exec, proxy, ...
///   namespaces/{ns}/{resource}[/...]        the same within a namespace
///   namespaces/{ns}[/status|/finalize]      the namespace itself
///   watch/...                               the old form of ?watch=true
/// anything else                             a bare path; the verb is HTTP's method in lower case
/// </code>
/// </remarks>
internal sealed record RequestInfo
{
    /// <summary>The decoded path.</summary>
    public required string Path { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection; HTTP's method in lower case for a bare path.</summary>
    public required string Verb { get; init; }

    /// <summary>Is it about a resource?</summary>
    public bool IsResource { get; init; }

    /// <summary>"" for core.</summary>
    public string Group { get; init; } = "";

    /// <summary>"v1".</summary>
    public string Version { get; init; } = "";

    /// <summary>"" for all namespaces and cluster-scoped resources; the name itself for namespaces/{ns}.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The plural.</summary>
    public string Resource { get; init; } = "";

    /// <summary>"" for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>"" for collections, but for lists and watches whose field selector names one object: that name, for authorization.</summary>
    public string Name { get; init; } = "";

    /// <summary>Does the path end at the collection? <see cref="Name"/> alone does not tell.</summary>
    public bool IsCollection { get; init; }

    /// <summary>The segments after the subresource: a proxy's path.</summary>
    public ImmutableArray<string> Rest { get; init; } = [];

    /// <summary>The label selector of a list, watch or deletecollection, as sent; for authorizers.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>The field selector likewise.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>Watches, logs -f, exec, proxies: they have no time limit and don't count as requests in flight.</summary>
    public bool IsLongRunning { get; init; }
}
