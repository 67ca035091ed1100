namespace ControlPlane.Cel.Values;

/// <summary>A list as expressions see it; an adapter over the program's own data, so that nothing is converted up front.</summary>
public interface ICelList
{
    /// <summary>Number of elements.</summary>
    int Count { get; }

    /// <summary>The element at an index in [0, Count).</summary>
    CelValue this[int index] { get; }
}

/// <summary>A map as expressions see it. Keys are bool, int, uint or string; 1, 1u and 1.0 are the same key.</summary>
public interface ICelMap
{
    /// <summary>Number of entries.</summary>
    int Count { get; }

    /// <summary>The keys, in an order that stays the same for one evaluation.</summary>
    IEnumerable<CelValue> Keys { get; }

    /// <summary>Finds an entry; false when there is none.</summary>
    bool TryGet(in CelValue key, out CelValue value);
}

/// <summary>
/// A value of a named type. With fields it behaves like a message (<c>object.spec</c>); without, only functions of a library
/// understand it (a quantity, a URL).
/// </summary>
public interface ICelObject
{
    /// <summary>The type that <c>type(x)</c> gives and that overloads are chosen by.</summary>
    CelType Type { get; }

    /// <summary>Reads a field that is set; false when it is not, or does not exist.</summary>
    bool TryGetField(string name, out CelValue value);

    /// <summary>Equality with another object of the same type.</summary>
    bool ValueEquals(ICelObject other);
}
