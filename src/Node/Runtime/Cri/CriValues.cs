using System.Collections.ObjectModel;
using ControlPlane.Node.Runtime.Cri.Protocol;
using Google.Protobuf.Collections;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>The small values that CRI's messages are made of.</summary>
internal static class CriValues
{
    private const long NanosecondsPerTick = 100;

    /// <summary>A point in time from nanoseconds since 1970.</summary>
    public static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick);

    /// <summary>Likewise; 0 is no time yet.</summary>
    public static DateTimeOffset? TimeOrNull(long nanoseconds) => nanoseconds == 0 ? null : Time(nanoseconds);

    /// <summary>A map of ours into one of theirs.</summary>
    public static void Copy(IReadOnlyDictionary<string, string> from, MapField<string, string> to)
    {
        foreach (var (key, value) in from)
            to[key] = value;
    }

    /// <summary>A map of theirs as one of ours. The message isn't changed after it was read, so it may be kept.</summary>
    public static IReadOnlyDictionary<string, string> Copy(MapField<string, string> from) =>
        from.Count == 0 ? ReadOnlyDictionary<string, string>.Empty : new ReadOnlyDictionary<string, string>(from);

    /// <summary>A number that may be absent.</summary>
    public static Int64Value? Wrap(long? value) => value is { } number ? new Int64Value { Value = number } : null;
}
