using ControlPlane.Registry.Reads;

namespace ControlPlane.Registry.Tests.Semantics;

/// <summary>A selection, as a query says it and as the model understands it.</summary>
internal sealed record SelectionCase(string Labels, string Fields, Func<Seen, bool> Selects)
{
    /// <summary>Names one object of one namespace, when that is known: such reads have no pages.</summary>
    public string? OnlyName { get; init; }

    /// <summary>Names one namespace.</summary>
    public string? OnlyNamespace { get; init; }

    public bool IsEverything => Labels.Length == 0 && Fields.Length == 0;

    /// <summary>Every kind of selection that reads treat in its own way.</summary>
    public static SelectionCase[] All { get; } =
    [
        new("", "", _ => true),
        new("c=red", "", one => one.Color == "red"),
        new("c notin (red)", "", one => one.Color != "red"),
        new("", "metadata.name=a", one => one.Name == "a") { OnlyName = "a" },
        new("", "metadata.name!=a", one => one.Name != "a"),
        new("c=red", "metadata.name=a", one => one is { Name: "a", Color: "red" }) { OnlyName = "a" },
        new("", "metadata.namespace=one", one => one.Namespace == "one") { OnlyNamespace = "one" },
        new("", "metadata.namespace=one,metadata.name=b", one => one is { Namespace: "one", Name: "b" }) { OnlyNamespace = "one", OnlyName = "b" },
        new("", "metadata.name=nobody", one => one.Name == "nobody") { OnlyName = "nobody" },
    ];

    public override string ToString() => $"labels '{Labels}' fields '{Fields}'";
}

/// <summary>Where the objects of a read can stand: the model of a prefix.</summary>
internal sealed record SpaceCase(string Namespace, SelectionCase Selection)
{
    private string Within => Namespace.Length > 0 ? Namespace : Selection.OnlyNamespace ?? "";

    public bool IsOneObject => Within.Length > 0 && Selection.OnlyName is not null;

    public bool Contains(Seen one) => Within.Length == 0 || one.Namespace == Within;

    public bool Selects(Seen one) => (Namespace.Length == 0 || one.Namespace == Namespace) && Selection.Selects(one);
}

/// <summary>A resourceVersion by what it stands for.</summary>
internal enum Version
{
    Unset,
    Zero,
    Current,
    Recent,
    OutOfWindow,
    Compacted,
    Future,
    Huge,
    Malformed,
    TooLong,
}

/// <summary>One list request.</summary>
internal sealed record ListCase(Version Version, string Match, long Limit, SpaceCase Space, bool HasSendInitialEvents = false);

/// <summary>One watch request.</summary>
internal sealed record WatchCase(Version Version, string Match, bool? SendInitialEvents, bool AllowBookmarks, SpaceCase Space);
