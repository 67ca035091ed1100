using System.Text;
using System.Text.Json;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>One step of a path into an object: a field or map key, an item by its keys, a set's value, or an index.</summary>
/// <remarks>In this order of kinds; fields by name, keys member by member, values by <see cref="TreeOrder"/>. Written as f:name, k:{"a":1}, v:"x", i:0.</remarks>
public readonly struct PathElement : IComparable<PathElement>, IEquatable<PathElement>
{
    private const int FieldKind = 0, KeyKind = 1, ValueKind = 2, IndexKind = 3;
    private readonly object? _what;
    private readonly int _kind;
    private readonly int _index;

    private PathElement(int kind, object? what, int index = 0)
    {
        _kind = kind;
        _what = what;
        _index = index;
    }

    /// <summary>The field or map key; null for the other kinds.</summary>
    public string? FieldName => _kind == FieldKind ? (string?)_what : null;

    /// <summary>The key fields of a list item; null for the other kinds.</summary>
    public TreeObject? KeyFields => _kind == KeyKind ? (TreeObject?)_what : null;

    /// <summary>The value of a set's item; null for the other kinds.</summary>
    public TreeValue? SetValue => _kind == ValueKind ? (TreeValue?)_what : null;

    /// <summary>A field or map key.</summary>
    public static PathElement Field(string name) => new(FieldKind, name);

    /// <summary>A list item with these key fields.</summary>
    public static PathElement Key(TreeObject keys) => new(KeyKind, keys);

    /// <summary>An item of a set.</summary>
    public static PathElement Value(TreeValue value) => new(ValueKind, value);

    /// <summary>An item by place.</summary>
    public static PathElement Index(int index) => new(IndexKind, null, index);

    /// <summary>Reads the written form.</summary>
    /// <returns>false for kinds that are not known: they are left out, as upstream does for what later versions may add.</returns>
    /// <exception cref="ManagedFieldsException">A known kind whose text does not parse.</exception>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out PathElement element)
    {
        element = default;
        if (utf8.Length < 2 || utf8[1] != ':')
            throw new ManagedFieldsException($"key must be 2 characters long: {Encoding.UTF8.GetString(utf8)}");
        var text = utf8[2..];
        switch (utf8[0])
        {
            case (byte)'f':
                element = Field(NameCache.Get(text));
                return true;
            case (byte)'k':
                element = Key(Json(text) as TreeObject ?? throw new ManagedFieldsException("a key must be an object"));
                return true;
            case (byte)'v':
                element = Value(Json(text));
                return true;
            case (byte)'i':
                element = Index(Json(text) is TreeInteger index ? (int)index.Value : throw new ManagedFieldsException("an index must be an integer"));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes the element as the name of a JSON property.</summary>
    public void WriteName(Utf8JsonWriter writer)
    {
        if (_kind != FieldKind)
        {
            writer.WritePropertyName(Written());
            return;
        }

        var name = (string)_what!;
        Span<char> text = name.Length <= 126 ? stackalloc char[128] : new char[name.Length + 2];
        text[0] = 'f';
        text[1] = ':';
        name.CopyTo(text[2..]);
        writer.WritePropertyName(text[..(name.Length + 2)]);
    }

    /// <summary>The written form as a string.</summary>
    public string Written() => _kind switch
    {
        FieldKind => $"f:{_what}",
        KeyKind => $"k:{_what}",
        ValueKind => $"v:{_what}",
        _ => $"i:{_index}",
    };

    /// <inheritdoc/>
    public int CompareTo(PathElement other)
    {
        if (_kind != other._kind)
            return _kind.CompareTo(other._kind);
        return _kind switch
        {
            FieldKind => ReferenceEquals(_what, other._what) ? 0 : string.CompareOrdinal((string?)_what, (string?)other._what),
            KeyKind => TreeOrder.Compare((TreeObject)_what!, (TreeObject)other._what!),
            ValueKind => TreeOrder.Compare((TreeValue)_what!, (TreeValue)other._what!),
            _ => _index.CompareTo(other._index),
        };
    }

    /// <inheritdoc/>
    public bool Equals(PathElement other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PathElement other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_kind, _what, _index);

    /// <summary>As conflicts print it: .name, [name="a",port=80], [="x"], [0].</summary>
    public override string ToString() => _kind switch
    {
        FieldKind => $".{_what}",
        KeyKind => $"[{string.Join(',', ((TreeObject)_what!).Select(member => $"{member.Name}={Print(member.Value)}"))}]",
        ValueKind => $"[={Print((TreeValue)_what!)}]",
        _ => $"[{_index}]",
    };

    private static string Print(TreeValue value) => value is TreeString text ? GoText.Quote(text.Value) : value.ToString();

    private static TreeValue Json(ReadOnlySpan<byte> text)
    {
        try
        {
            return TreeReader.Read(text);
        }
        catch (TreeFormatException malformed)
        {
            throw new ManagedFieldsException(malformed.Message);
        }
    }
}
