using System.Collections.Immutable;

namespace ControlPlane.Cel.Values;

/// <summary>What kind of type a type is.</summary>
public enum CelTypeKind : byte
{
    /// <summary>Anything; checked at run time.</summary>
    Dyn,

    /// <summary>The type of null.</summary>
    Null,

    /// <summary>bool, int, uint, double, string or bytes.</summary>
    Primitive,

    /// <summary>A point in time.</summary>
    Timestamp,

    /// <summary>A span of time.</summary>
    Duration,

    /// <summary>list(T).</summary>
    List,

    /// <summary>map(K, V).</summary>
    Map,

    /// <summary>type(T): the type of a type.</summary>
    Type,

    /// <summary>A named type whose fields a type provider knows.</summary>
    Object,

    /// <summary>A named type, perhaps with parameters, that only functions understand; optional_type(T) is one.</summary>
    Opaque,

    /// <summary>A type variable of an overload's signature, or one that the checker has yet to find.</summary>
    Parameter,
}

/// <summary>A type: of an expression when it is checked, or of a value when it is evaluated. Equal by structure.</summary>
public sealed class CelType : IEquatable<CelType>
{
    private CelType(CelTypeKind kind, string name, CelKind? valueKind = null, params ImmutableArray<CelType> parameters)
    {
        Kind = kind;
        Name = name;
        ValueKind = valueKind;
        Parameters = parameters;
    }

    /// <summary>Anything.</summary>
    public static CelType Dyn { get; } = new(CelTypeKind.Dyn, "dyn");

    /// <summary>Of what is wrong: anything may follow, so that a mistake is reported once.</summary>
    internal static CelType Error { get; } = new(CelTypeKind.Dyn, "!error!");

    /// <summary>The type of null.</summary>
    public static CelType Null { get; } = new(CelTypeKind.Null, "null_type", CelKind.Null);

    /// <summary>bool.</summary>
    public static CelType Bool { get; } = new(CelTypeKind.Primitive, "bool", CelKind.Bool);

    /// <summary>int.</summary>
    public static CelType Int { get; } = new(CelTypeKind.Primitive, "int", CelKind.Int);

    /// <summary>uint.</summary>
    public static CelType Uint { get; } = new(CelTypeKind.Primitive, "uint", CelKind.Uint);

    /// <summary>double.</summary>
    public static CelType Double { get; } = new(CelTypeKind.Primitive, "double", CelKind.Double);

    /// <summary>string.</summary>
    public static CelType String { get; } = new(CelTypeKind.Primitive, "string", CelKind.String);

    /// <summary>bytes.</summary>
    public static CelType Bytes { get; } = new(CelTypeKind.Primitive, "bytes", CelKind.Bytes);

    /// <summary>google.protobuf.Timestamp.</summary>
    public static CelType Timestamp { get; } = new(CelTypeKind.Timestamp, "google.protobuf.Timestamp", CelKind.Timestamp);

    /// <summary>google.protobuf.Duration.</summary>
    public static CelType Duration { get; } = new(CelTypeKind.Duration, "google.protobuf.Duration", CelKind.Duration);

    /// <summary>list(dyn).</summary>
    public static CelType ListOfDyn { get; } = List(Dyn);

    /// <summary>map(dyn, dyn).</summary>
    public static CelType MapOfDyn { get; } = Map(Dyn, Dyn);

    /// <summary>type(dyn).</summary>
    public static CelType TypeOfDyn { get; } = Type(Dyn);

    /// <summary>optional_type(dyn).</summary>
    public static CelType OptionalOfDyn { get; } = Optional(Dyn);

    /// <summary>What kind of type it is.</summary>
    public CelTypeKind Kind { get; }

    /// <summary>The name at run time: <c>list</c>, <c>google.protobuf.Duration</c>.</summary>
    public string Name { get; }

    /// <summary>Type arguments: element, or key and value, or an opaque type's own.</summary>
    public ImmutableArray<CelType> Parameters { get; }

    /// <summary>The kind that values of this type have; null when they may have any.</summary>
    public CelKind? ValueKind { get; }

    /// <summary>May anything stand here, as far as checking goes?</summary>
    public bool IsDyn => Kind == CelTypeKind.Dyn;

    /// <summary>Is it optional_type(T)?</summary>
    public bool IsOptional => ValueKind == CelKind.Optional;

    /// <summary>list(element).</summary>
    public static CelType List(CelType element) => new(CelTypeKind.List, "list", CelKind.List, element);

    /// <summary>map(key, value).</summary>
    public static CelType Map(CelType key, CelType value) => new(CelTypeKind.Map, "map", CelKind.Map, key, value);

    /// <summary>type(type).</summary>
    public static CelType Type(CelType type) => new(CelTypeKind.Type, "type", CelKind.Type, type);

    /// <summary>optional_type(value).</summary>
    public static CelType Optional(CelType value) => new(CelTypeKind.Opaque, "optional_type", CelKind.Optional, value);

    /// <summary>A named type with fields.</summary>
    public static CelType Object(string name) => new(CelTypeKind.Object, name, CelKind.Object);

    /// <summary>A named type without fields.</summary>
    public static CelType Opaque(string name, params ImmutableArray<CelType> parameters) => new(CelTypeKind.Opaque, name, CelKind.Object, parameters);

    /// <summary>A type variable of a signature.</summary>
    public static CelType Parameter(string name) => new(CelTypeKind.Parameter, name);

    /// <summary>The same type with other arguments.</summary>
    internal CelType With(ImmutableArray<CelType> parameters) => new(Kind, Name, ValueKind, parameters);

    /// <inheritdoc/>
    public bool Equals(CelType? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Kind == other.Kind && Name == other.Name && Parameters.AsSpan().SequenceEqual(other.Parameters.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CelType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Name, Parameters.Length);

    /// <summary>As messages name it: <c>map(string, list(int))</c>.</summary>
    public override string ToString() => Kind switch
    {
        CelTypeKind.Null => "null",
        CelTypeKind.Timestamp => "timestamp",
        CelTypeKind.Duration => "duration",
        _ when Parameters.Length == 0 => Name,
        _ => $"{Name}({string.Join(", ", Parameters)})",
    };
}
