namespace ControlPlane.Machinery.Meta;

/// <summary>Which object of a kind: its namespace ("" for a cluster-scoped one) and its name.</summary>
public readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    /// <summary>Reads "namespace/name" or "name".</summary>
    /// <exception cref="FormatException">More than one slash.</exception>
    public static ObjectKey Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (text.LastIndexOf('/') != slash)
            throw new FormatException($"unexpected key format: \"{text}\"");
        return slash < 0 ? new("", text) : new(text[..slash], text[(slash + 1)..]);
    }

    /// <summary>By namespace, then by name, in ordinal order.</summary>
    public int CompareTo(ObjectKey other)
    {
        var order = string.CompareOrdinal(Namespace, other.Namespace);
        return order != 0 ? order : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary>"namespace/name", or "name" where there is no namespace.</summary>
    public override string ToString() => string.IsNullOrEmpty(Namespace) ? Name : $"{Namespace}/{Name}";

    /// <summary>Comes before?</summary>
    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;

    /// <summary>Comes before, or is the same?</summary>
    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;

    /// <summary>Comes after?</summary>
    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;

    /// <summary>Comes after, or is the same?</summary>
    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;
}
