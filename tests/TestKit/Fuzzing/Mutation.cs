using System.Text;

namespace ControlPlane.TestKit.Fuzzing;

/// <summary>Spoils samples the ways that find mistakes of parsers: flipped bits, lost and doubled parts, parts of other samples, numbers and texts at the edges, deep nesting.</summary>
public static class Mutation
{
    private const int BytesMax = 256 * 1024;

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "null", "true", "-0", "1e400", "-1e-400", "1.0", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "2147483648",
            "1e2147483647", "1e-2147483648", "1e1000000000", "0x7f", "1_000", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[]]", "[null]", "{\"\":null}", "\"k8s\"", "\"$patch\":\"delete\",", "\"$patch\":",
            "\"$retainKeys\":[\"a\"],", "\"$setElementOrder/containers\":[{\"name\":\"a\"}],", "\"$deleteFromPrimitiveList/finalizers\":[\"a\"],", "\"metadata\":", "\"name\":", "&a ", "*a", "<<: ", "!!binary ", "!!int ",
            "---\n", "...\n", "\t", "? ", "|\n", ">-\n", "%YAML 1.1\n", "# ", ",", ":", "=", "!=", "==", "(", ")", " in ", " notin ", "!", "/", "//", "..", "%2F", "%00", "%", "\\", "~0", "~1", "-", "+", ".", "*", "..*", "[?(@.",
            "self", ".all(x,", "matches(", "{1000}", "(?i)", "[^", "\\p{L}", "T24:60:60Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-23:59", "Ki", "Ei", "n", "e",
        }.Select(Encoding.UTF8.GetBytes),
        [0], [0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F], [0xEF, 0xBB, 0xBF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x0B], [0x0C], [0x07],
        [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
    ];

    private static readonly string[] Openings = ["[", "{\"a\":", "(", "{", "!", "-", "- ", "a: ", "\n ", "[?(", "f(", "\\", "/", "~1", "\"not\":{", "\"f:a\":{"];

    /// <summary>A sample of the corpus, spoilt in one to six places.</summary>
    public static byte[] Of(IReadOnlyList<byte[]> corpus, Random random)
    {
        var bytes = corpus[random.Next(corpus.Count)];
        for (var left = random.Next(1, 7); left > 0; left--)
            bytes = Once(bytes, corpus, random);
        return bytes;
    }

    /// <summary>The same of texts; what is no text becomes U+FFFD.</summary>
    public static string Of(IReadOnlyList<string> corpus, Random random) =>
        Encoding.UTF8.GetString(Of([.. corpus.Select(Encoding.UTF8.GetBytes)], random));

    private static byte[] Once(byte[] bytes, IReadOnlyList<byte[]> corpus, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var end = Math.Min(bytes.Length, at + random.Next(1, 1 << random.Next(1, 8)));
        var changed = random.Next(9) switch
        {
            0 => With(bytes, at, at, Tokens[random.Next(Tokens.Length)]),
            1 => With(bytes, at, end, Tokens[random.Next(Tokens.Length)]),
            2 => With(bytes, at, end, []),
            3 => With(bytes, at, at, bytes.AsSpan(at, end - at)),
            4 => bytes[..at],
            5 => Spliced(bytes, at, corpus[random.Next(corpus.Count)], random),
            6 when random.Next(20) == 0 => With(bytes, at, at, Deep(random)),
            7 when random.Next(20) == 0 && end > at => With(bytes, at, at, Repeated(bytes.AsSpan(at, end - at), random.Next(1, 2000))),
            _ => Flipped(bytes, at, random),
        };
        return changed.Length <= BytesMax ? changed : changed[..BytesMax];
    }

    private static byte[] Flipped(byte[] bytes, int at, Random random)
    {
        if (at == bytes.Length)
            return [.. bytes, (byte)random.Next(256)];
        byte[] changed = [.. bytes];
        changed[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(changed[at] ^ (1 << random.Next(8)));
        return changed;
    }

    private static byte[] Spliced(byte[] bytes, int at, byte[] other, Random random)
    {
        var from = random.Next(other.Length + 1);
        return With(bytes, at, at, other.AsSpan(from, random.Next(Math.Min(other.Length - from, 200) + 1)));
    }

    private static byte[] Deep(Random random) => Repeated(Encoding.UTF8.GetBytes(Openings[random.Next(Openings.Length)]), random.Next(1, 20_000));

    private static byte[] Repeated(ReadOnlySpan<byte> part, int times)
    {
        var all = new byte[part.Length * Math.Min(times, Math.Max(1, BytesMax / part.Length))];
        for (var at = 0; at < all.Length; at += part.Length)
            part.CopyTo(all.AsSpan(at));
        return all;
    }

    private static byte[] With(ReadOnlySpan<byte> bytes, int from, int to, ReadOnlySpan<byte> instead) => [.. bytes[..from], .. instead, .. bytes[to..]];
}
