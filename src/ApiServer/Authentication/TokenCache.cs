using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>
/// Remembers whose token it was, so that a client that asks often is not verified each time. Entries are found by the token's hash (the tokens
/// themselves are not kept) and live so briefly that a revoked token is refused soon after.
/// </summary>
internal sealed class TokenCache(TimeProvider clock)
{
    private const int Capacity = 4096; // bounds memory under floods of distinct tokens; a full cache starts over
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10); // kube-apiserver: TokenSuccessCacheTTL
    private readonly ConcurrentDictionary<Hash, Entry> _entries = new();

    /// <summary>What was found for this token; null when it is not remembered any more.</summary>
    public Authentication? Find(string token) =>
        _entries.TryGetValue(Hash.Of(token), out var entry) && entry.Until > clock.GetUtcNow() ? entry.Result : null;

    /// <summary>Remembers what was found, until the token's own end at most.</summary>
    public void Add(string token, Authentication result, DateTimeOffset tokenExpires)
    {
        if (_entries.Count >= Capacity)
            _entries.Clear();
        var until = clock.GetUtcNow() + Lifetime;
        _entries[Hash.Of(token)] = new Entry(result, tokenExpires < until ? tokenExpires : until);
    }

    private sealed record Entry(Authentication Result, DateTimeOffset Until);

    private readonly record struct Hash(UInt128 High, UInt128 Low)
    {
        public static Hash Of(string token)
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            var length = Encoding.UTF8.GetByteCount(token);
            var bytes = length <= 2048 ? stackalloc byte[length] : new byte[length];
            Encoding.UTF8.GetBytes(token, bytes);
            SHA256.HashData(bytes, digest);
            return new Hash(
                System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest),
                System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest[16..]));
        }
    }
}
