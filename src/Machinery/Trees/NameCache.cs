using System.Text;

namespace ControlPlane.Machinery.Trees;

/// <summary>Shares the strings of member names between trees: the API has some thousand field names and writes them over and over.</summary>
/// <remarks>A fixed table without locks: a slot holds one string, a collision replaces it, and a lost race costs one string more.</remarks>
internal static class NameCache
{
    private const int Slots = 4096;
    private const int LongestName = 40;
    private static readonly string?[] Names = new string?[Slots];

    /// <summary>The string of these UTF-8 bytes (unescaped).</summary>
    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestName)
            return Encoding.UTF8.GetString(utf8);
        ref var slot = ref Names[Hash(utf8) & (Slots - 1)];
        if (slot is { } name && name.Length == utf8.Length && Ascii.Equals(utf8, name))
            return name;
        return slot = Encoding.UTF8.GetString(utf8);
    }

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = 2166136261u;
        foreach (var one in utf8)
            hash = (hash ^ one) * 16777619u;
        return hash ^ (hash >> 15);
    }
}
