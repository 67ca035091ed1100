using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ControlPlane.Storage.Embedded;

/// <summary>
/// A checksum of one version, kept beside it. SQLite has none for its pages: a disk that gives back other bytes than it was given would go unnoticed
/// wherever they still look like a page.
/// </summary>
internal static class VersionSum
{
    public static long Of(string key, long position, long created, long lease, ReadOnlySpan<byte> value)
    {
        var place = (ulong)position ^ BitOperations.RotateLeft((ulong)created, 21) ^ BitOperations.RotateLeft((ulong)lease, 42);
        var name = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan()), (long)place);
        return (long)XxHash3.HashToUInt64(value, (long)name);
    }

    /// <summary>Refuses a version whose sum is another.</summary>
    /// <exception cref="DamagedVersionException">It is.</exception>
    public static void Check(string key, long position, long created, long lease, ReadOnlySpan<byte> value, long sum)
    {
        if (Of(key, position, created, lease, value) != sum)
            throw new DamagedVersionException(key, Position.RevisionOf(position));
    }
}

/// <summary>The disk has given back other bytes than were written.</summary>
internal sealed class DamagedVersionException(string key, Revision revision)
    : Exception($"the stored value of {key} at revision {revision} is damaged: its checksum is wrong");
