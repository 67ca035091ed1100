namespace ControlPlane.Storage.Etcd;

/// <summary>
/// One member's time of service: until it fails a call. Its streams are then ended too, since one that is silent may be quiet or cut off, and nothing tells
/// which before the connection's own pings do, in most of a minute.
/// </summary>
internal sealed class EtcdService(EtcdMember member, TimeProvider time)
{
    // A stream gets so much time even while members fail one after the other, and so gets on.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _over = new();
    private readonly long _began = time.GetTimestamp();
    private ITimer? _end;

    /// <summary>Who serves.</summary>
    public EtcdMember Member { get; } = member;

    /// <summary>Has it only just begun? While no member can serve, they take turns many times a second.</summary>
    public bool IsBrief => time.GetElapsedTime(_began) < Grace;

    /// <summary>Cancelled a moment after the service has ended.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>The member has failed and another serves.</summary>
    public void EndStreams() => _end = time.CreateTimer(static over => ((CancellationTokenSource)over!).Cancel(), _over, Grace, Timeout.InfiniteTimeSpan);
}
