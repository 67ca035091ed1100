namespace ControlPlane.Client;

/// <summary>Which objects of a kind are listed or watched.</summary>
public sealed record ObjectQuery
{
    /// <summary>All of them, in all namespaces.</summary>
    public static ObjectQuery All { get; } = new();

    /// <summary>"" for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Label selector in its string form.</summary>
    public string Labels { get; init; } = "";

    /// <summary>Field selector in its string form.</summary>
    public string Fields { get; init; } = "";

    /// <summary>For lists: "" the newest, "0" whatever is at hand. For watches: where to begin.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>Items a page; 0 for all at once.</summary>
    public int PageSize { get; init; }

    /// <summary>Those of one namespace.</summary>
    public static ObjectQuery In(string @namespace) => new() { Namespace = @namespace };
}
