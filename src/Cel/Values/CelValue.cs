using System.Globalization;

namespace ControlPlane.Cel.Values;

/// <summary>
/// One value, in 24 bytes: numbers, times and truth values need no heap. The accessors do not check the kind; callers have looked
/// at <see cref="Kind"/> or were chosen by it. Equality is the language's: numbers compare by value whatever their kind, NaN equals nothing.
/// </summary>
public readonly struct CelValue : IEquatable<CelValue>
{
    private readonly object? _reference;
    private readonly long _bits;
    private readonly int _nanoseconds;

    private CelValue(CelKind kind, long bits, object? reference = null, int nanoseconds = 0)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
        _nanoseconds = nanoseconds;
    }

    /// <summary>null.</summary>
    public static CelValue Null => default;

    /// <summary>true.</summary>
    public static CelValue True => new(CelKind.Bool, 1);

    /// <summary>false.</summary>
    public static CelValue False => new(CelKind.Bool, 0);

    /// <summary>optional.none().</summary>
    public static CelValue None => new(CelKind.Optional, 0);

    /// <summary>What it is.</summary>
    public CelKind Kind { get; }

    /// <summary>Is it a failure?</summary>
    public bool IsError => Kind == CelKind.Error;

    /// <summary>Is it exactly <c>true</c>?</summary>
    public bool IsTrue => Kind == CelKind.Bool && _bits != 0;

    /// <summary>Is it exactly <c>false</c>?</summary>
    public bool IsFalse => Kind == CelKind.Bool && _bits == 0;

    /// <summary>The truth value.</summary>
    public bool AsBool => _bits != 0;

    /// <summary>The signed integer.</summary>
    public long AsInt => _bits;

    /// <summary>The unsigned integer.</summary>
    public ulong AsUint => (ulong)_bits;

    /// <summary>The floating-point number.</summary>
    public double AsDouble => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>The text.</summary>
    public string AsString => (string)_reference!;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> AsBytes => (byte[])_reference!;

    /// <summary>The list.</summary>
    public ICelList AsList => (ICelList)_reference!;

    /// <summary>The map.</summary>
    public ICelMap AsMap => (ICelMap)_reference!;

    /// <summary>The object.</summary>
    public ICelObject AsObject => (ICelObject)_reference!;

    /// <summary>The type.</summary>
    public CelType AsType => (CelType)_reference!;

    /// <summary>The failure.</summary>
    public CelError AsError => (CelError)_reference!;

    /// <summary>The point in time.</summary>
    public CelTimestamp AsTimestamp => new(_bits, _nanoseconds);

    /// <summary>The duration in nanoseconds.</summary>
    public long AsNanoseconds => _bits;

    /// <summary>Does the optional have a value?</summary>
    public bool HasValue => _reference is not null;

    /// <summary>The optional's value.</summary>
    public CelValue OptionalValue => ((Boxed)_reference!).Value;

    /// <summary>The type that <c>type(x)</c> gives.</summary>
    public CelType Type => Kind switch
    {
        CelKind.Bool => CelType.Bool,
        CelKind.Int => CelType.Int,
        CelKind.Uint => CelType.Uint,
        CelKind.Double => CelType.Double,
        CelKind.String => CelType.String,
        CelKind.Bytes => CelType.Bytes,
        CelKind.List => CelType.ListOfDyn,
        CelKind.Map => CelType.MapOfDyn,
        CelKind.Timestamp => CelType.Timestamp,
        CelKind.Duration => CelType.Duration,
        CelKind.Type => CelType.TypeOfDyn,
        CelKind.Optional => CelType.OptionalOfDyn,
        CelKind.Object => AsObject.Type,
        _ => CelType.Null,
    };

    /// <summary>A truth value.</summary>
    public static CelValue Of(bool value) => new(CelKind.Bool, value ? 1 : 0);

    /// <summary>An int.</summary>
    public static CelValue Of(long value) => new(CelKind.Int, value);

    /// <summary>A uint.</summary>
    public static CelValue Of(ulong value) => new(CelKind.Uint, (long)value);

    /// <summary>A double.</summary>
    public static CelValue Of(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A string.</summary>
    public static CelValue Of(string value) => new(CelKind.String, 0, value);

    /// <summary>Bytes; the array becomes the value's.</summary>
    public static CelValue Of(byte[] value) => new(CelKind.Bytes, 0, value);

    /// <summary>A list.</summary>
    public static CelValue Of(ICelList value) => new(CelKind.List, 0, value);

    /// <summary>A map.</summary>
    public static CelValue Of(ICelMap value) => new(CelKind.Map, 0, value);

    /// <summary>An object.</summary>
    public static CelValue Of(ICelObject value) => new(CelKind.Object, 0, value);

    /// <summary>A type.</summary>
    public static CelValue Of(CelType value) => new(CelKind.Type, 0, value);

    /// <summary>A point in time.</summary>
    public static CelValue Of(CelTimestamp value) => new(CelKind.Timestamp, value.Seconds, nanoseconds: value.Nanoseconds);

    /// <summary>A list of values.</summary>
    public static CelValue ListOf(params IReadOnlyList<CelValue> values) => Of(new CelList(values));

    /// <summary>A duration.</summary>
    public static CelValue DurationOf(long nanoseconds) => new(CelKind.Duration, nanoseconds);

    /// <summary>An optional that has a value.</summary>
    public static CelValue Some(in CelValue value) => new(CelKind.Optional, 0, new Boxed(value));

    /// <summary>A failure.</summary>
    public static CelValue Error(CelError error) => new(CelKind.Error, 0, error);

    /// <summary>A failure with this message.</summary>
    public static CelValue Error(string message) => new(CelKind.Error, 0, new CelError(message));

    /// <inheritdoc/>
    public bool Equals(CelValue other) => CelEquality.AreEqual(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CelValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => CelEquality.Hash(this);

    /// <summary>Equality of the language.</summary>
    public static bool operator ==(CelValue left, CelValue right) => left.Equals(right);

    /// <summary>Inequality of the language.</summary>
    public static bool operator !=(CelValue left, CelValue right) => !left.Equals(right);

    /// <summary>For diagnostics; not the language's <c>string()</c>.</summary>
    public override string ToString() => Kind switch
    {
        CelKind.Null => "null",
        CelKind.Bool => AsBool ? "true" : "false",
        CelKind.Int => AsInt.ToString(CultureInfo.InvariantCulture),
        CelKind.Uint => AsUint.ToString(CultureInfo.InvariantCulture) + "u",
        CelKind.Double => AsDouble.ToString("R", CultureInfo.InvariantCulture),
        CelKind.String => '"' + AsString + '"',
        CelKind.Bytes => "b\"" + Convert.ToHexString(AsBytes.Span) + '"',
        CelKind.Timestamp => AsTimestamp.ToString(),
        CelKind.Duration => _bits.ToString(CultureInfo.InvariantCulture) + "ns",
        CelKind.List => "[" + string.Join(", ", Enumerable.Range(0, AsList.Count).Select(ElementText)) + "]",
        CelKind.Map => "{" + string.Join(", ", AsMap.Keys.Select(EntryText)) + "}",
        CelKind.Optional => HasValue ? $"optional.of({OptionalValue})" : "optional.none()",
        _ => _reference?.ToString() ?? "",
    };

    private string ElementText(int index) => AsList[index].ToString();

    private string EntryText(CelValue key) => AsMap.TryGet(key, out var value) ? $"{key}: {value}" : $"{key}: ?";

    private sealed class Boxed(CelValue value)
    {
        public CelValue Value { get; } = value;
    }
}
