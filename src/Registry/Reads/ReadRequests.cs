using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Reads;

/// <summary>What a list asks for, as the query string says it: the rules of resourceVersion and its match are applied by <see cref="ResourceStore.ListAsync"/>.</summary>
public sealed record ListRequest
{
    /// <summary>"" for all namespaces, and for cluster-scoped resources.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Which objects.</summary>
    public ObjectSelection Selection { get; init; } = ObjectSelection.All;

    /// <summary>"", "0" or a revision.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>"", "Exact" or "NotOlderThan".</summary>
    public string ResourceVersionMatch { get; init; } = "";

    /// <summary>At most so many; 0 for all.</summary>
    public long Limit { get; init; }

    /// <summary>Where the last page ended; "" for the first.</summary>
    public string Continue { get; init; } = "";

    /// <summary>The query had a sendInitialEvents, which lists refuse.</summary>
    public bool HasSendInitialEvents { get; init; }

    /// <summary>Refuses combinations that mean nothing; done by whoever lists, too. For those who must refuse them before something else.</summary>
    /// <exception cref="Machinery.Errors.ApiException">422</exception>
    public void Check() => ResourceVersionRules.Check(this);
}

/// <summary>What a watch asks for.</summary>
public sealed record WatchRequest
{
    /// <summary>"" for all namespaces, and for cluster-scoped resources.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Which objects.</summary>
    public ObjectSelection Selection { get; init; } = ObjectSelection.All;

    /// <summary>"", "0" or a revision.</summary>
    public string ResourceVersion { get; init; } = "";

    /// <summary>"" or "NotOlderThan".</summary>
    public string ResourceVersionMatch { get; init; } = "";

    /// <summary>The query's continue, which watches refuse beside a resourceVersionMatch.</summary>
    public string Continue { get; init; } = "";

    /// <summary>Begin with the present state; null where the query does not say.</summary>
    public bool? SendInitialEvents { get; init; }

    /// <summary>The client understands bookmarks.</summary>
    public bool AllowBookmarks { get; init; }

    /// <summary>The watch ends by itself after this.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30); // kube-apiserver: --min-request-timeout
}

/// <summary>A page of a list: objects of one moment, read from an immutable snapshot while they are enumerated.</summary>
public sealed class ObjectPage
{
    private readonly IObjectSource _source;

    internal ObjectPage(IObjectSource source, Revision revision, string next, long? remaining)
    {
        _source = source;
        Revision = revision;
        Continue = next;
        RemainingItemCount = remaining;
    }

    /// <summary>The moment.</summary>
    public Revision Revision { get; }

    /// <summary>The list's resourceVersion.</summary>
    public string ResourceVersion => Revision.ToString();

    /// <summary>The token of the next page; "" at the end.</summary>
    public string Continue { get; }

    /// <summary>How many are left; only where it is known without looking at them, that is without selectors.</summary>
    public long? RemainingItemCount { get; }

    /// <summary>The objects in the order of their keys. May be enumerated more than once.</summary>
    public IEnumerable<StoredObject> Items => _source.Enumerate();
}

/// <summary>Objects that can be enumerated again and again.</summary>
internal interface IObjectSource
{
    /// <summary>In the order of the keys.</summary>
    IEnumerable<StoredObject> Enumerate();
}
