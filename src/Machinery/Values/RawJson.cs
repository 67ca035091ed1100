using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ControlPlane.Machinery.Values;

/// <summary>Any JSON value as its text, kept without being understood (RawExtension, apiextensions' JSON). Its default is nil, in JSON null.</summary>
/// <remarks>Equal by their bytes: the codec keeps them without white space, otherwise as they came.</remarks>
public readonly struct RawJson : IEquatable<RawJson>
{
    private readonly byte[]? _utf8;

    /// <summary>Takes the array over: valid JSON to which nobody may write afterwards.</summary>
    internal RawJson(byte[]? utf8) => _utf8 = utf8;

    /// <summary>Was it never given?</summary>
    public bool IsNil => _utf8 is null;

    /// <summary>The UTF-8 text, without a copy; empty where nil.</summary>
    public ReadOnlySpan<byte> Span => _utf8;

    /// <summary>The UTF-8 text, without a copy; empty where nil.</summary>
    public ReadOnlyMemory<byte> Memory => _utf8;

    /// <summary>A copy of this UTF-8 text, which the caller knows to be JSON.</summary>
    public static RawJson CopyFrom(ReadOnlySpan<byte> utf8) => new(utf8.ToArray());

    /// <summary>This text, which the caller knows to be JSON.</summary>
    public static RawJson FromText(string json) => new(Encoding.UTF8.GetBytes(json));

    /// <summary>The JSON text; "null" where nil.</summary>
    public string ToText() => IsNil ? "null" : Encoding.UTF8.GetString(Span);

    /// <inheritdoc/>
    public bool Equals(RawJson other) => ReferenceEquals(_utf8, other._utf8) || Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is RawJson other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Names no content: it may be secret.</summary>
    public override string ToString() => $"JSON of {Span.Length} bytes";

    /// <summary>Equal text?</summary>
    public static bool operator ==(RawJson left, RawJson right) => left.Equals(right);

    /// <summary>Different text?</summary>
    public static bool operator !=(RawJson left, RawJson right) => !left.Equals(right);
}
