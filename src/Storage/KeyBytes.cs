using System.Text;

namespace ControlPlane.Storage;

/// <summary>Keys as the bytes that engines store and compare.</summary>
internal static class KeyBytes
{
    // Lone surrogates would all become the same replacement character: two keys would be one.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>How many bytes a key of so many characters may have at most.</summary>
    public static int AtMost(int characters) => Utf8.GetMaxByteCount(characters);

    /// <summary>How many bytes a key has.</summary>
    /// <exception cref="ArgumentException">It is empty, or not valid UTF-16.</exception>
    public static int Count(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Utf8.GetByteCount(key);
    }

    /// <summary>Writes a key's bytes and gives their number.</summary>
    public static int Write(string key, Span<byte> to) => Utf8.GetBytes(key, to);

    /// <summary>The key of some bytes.</summary>
    public static string Read(ReadOnlySpan<byte> bytes) => Utf8.GetString(bytes);

    /// <summary>
    /// Compares as the bytes do. Characters compare alike, except that surrogates, which stand for the characters past U+FFFF, sort before U+E000 to
    /// U+FFFF in UTF-16 and after them in UTF-8.
    /// </summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        return Weight(left[common]).CompareTo(Weight(right[common]));
    }

    /// <summary>The least key that is greater than all keys with a prefix; null when there is none.</summary>
    public static string? AfterPrefix(string prefix)
    {
        for (var end = prefix.Length; end > 0;)
        {
            Rune.DecodeLastFromUtf16(prefix.AsSpan(0, end), out var last, out var length);
            end -= length;
            if (last.Value < 0x10FFFF)
                return string.Concat(prefix.AsSpan(0, end), new Rune(last.Value == 0xD7FF ? 0xE000 : last.Value + 1).ToString());
        }

        return null;
    }

    private static int Weight(char character) => char.IsSurrogate(character) ? character + 0x10000 : character;
}
