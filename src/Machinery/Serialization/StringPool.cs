using System.Text;

namespace ControlPlane.Machinery.Serialization;

/// <summary>
/// Makes strings from UTF-8 and hands out the same string for the same short text where it can: objects of a cluster repeat the same labels, namespaces,
/// images and words by the thousand. A lossy table of fixed size; races cost a repeated allocation, never a wrong answer.
/// </summary>
internal static class StringPool
{
    private const int Slots = 8192; // a power of two; 64 kB of references

    // Longer texts are mostly unique (messages, commands).
    private const int MaxLength = 64;

    private static readonly string?[] Pooled = new string?[Slots];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0)
            return "";
        if (utf8.Length > MaxLength)
            return Encoding.UTF8.GetString(utf8);
        ref var slot = ref Pooled[Slot(utf8)];
        var pooled = slot;
        if (pooled is not null && pooled.Length == utf8.Length && Ascii.Equals(utf8, pooled))
            return pooled;
        var text = Encoding.UTF8.GetString(utf8);
        slot = text;
        return text;
    }

    private static uint Slot(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length;
        while (utf8.Length >= 8)
        {
            hash = (hash ^ System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(utf8)) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
            utf8 = utf8[8..];
        }
        foreach (var octet in utf8)
            hash = (hash ^ octet) * 0x9E3779B97F4A7C15;
        return (uint)(hash >> 40) & (Slots - 1);
    }
}
