using ControlPlane.Machinery.Meta;

namespace ControlPlane.Client.Informers;

/// <summary>What an informer follows, and how patiently.</summary>
public sealed record InformerOptions
{
    /// <summary>Which objects; its resourceVersion is not used.</summary>
    public ObjectQuery Query { get; init; } = ObjectQuery.All;

    /// <summary>The resource; null for the type's own. Needed for PartialObjectMetadata.</summary>
    public GroupVersionResource? Resource { get; init; }

    /// <summary>Begin with a watch that tells the present state (WatchList); servers that refuse are listed instead.</summary>
    public bool UseWatchList { get; init; } = true;

    /// <summary>The server is asked to end watches after one to two times this, so that load spreads (client-go: reflector minWatchTimeout).</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Pause after the first failure (client-go: reflector back-off).</summary>
    public TimeSpan MinBackOff { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Longest pause between attempts (client-go: reflector back-off).</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(30);
}
