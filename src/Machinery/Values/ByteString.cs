using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ControlPlane.Machinery.Values;

/// <summary>Immutable bytes with structural equality. Its default is nil, which equals no bytes but is remembered. In JSON base64.</summary>
public readonly struct ByteString : IEquatable<ByteString>
{
    private readonly byte[]? _bytes;

    /// <summary>Takes the array over: nobody may write to it afterwards.</summary>
    internal ByteString(byte[]? bytes) => _bytes = bytes;

    /// <summary>Was it never given?</summary>
    public bool IsNil => _bytes is null;

    /// <summary>Nil or without bytes.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>In bytes.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>The bytes, without a copy.</summary>
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>The bytes, without a copy.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes;

    /// <summary>A copy of these bytes.</summary>
    public static ByteString CopyFrom(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <summary>The UTF-8 form of that text.</summary>
    public static ByteString FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>The bytes read as UTF-8.</summary>
    public string ToText() => Encoding.UTF8.GetString(Span);

    /// <inheritdoc/>
    public bool Equals(ByteString other) => ReferenceEquals(_bytes, other._bytes) || Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ByteString other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Names no bytes: they may be secret.</summary>
    public override string ToString() => $"{Length} bytes";

    /// <summary>Equal bytes?</summary>
    public static bool operator ==(ByteString left, ByteString right) => left.Equals(right);

    /// <summary>Different bytes?</summary>
    public static bool operator !=(ByteString left, ByteString right) => !left.Equals(right);
}
