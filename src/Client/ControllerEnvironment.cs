using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Transport;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Client;

/// <summary>What a process gives all its controllers.</summary>
public sealed record ControllerEnvironment
{
    /// <summary>The way to the server as a service account of kube-system: system:serviceaccount:kube-system:NAME.</summary>
    public required Func<string, IApiTransport> TransportFor { get; init; }

    /// <summary>The shared informers, which read as system:kube-controller-manager.</summary>
    public required InformerSet Informers { get; init; }

    /// <summary>Time.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Chance, for back-off and watch timeouts.</summary>
    public required Random Random { get; init; }

    /// <summary>Where controllers log.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Is that feature gate on?</summary>
    public Func<string, bool> IsFeatureEnabled { get; init; } = static _ => true;

    /// <summary>Keys worked on at once, for controllers by name that shall not have what they declare (--concurrent-*-syncs).</summary>
    public IReadOnlyDictionary<string, int> Workers { get; init; } = new Dictionary<string, int>();

    /// <summary>Who manages the fields that controllers set.</summary>
    public string FieldManager { get; init; } = "kube-controller-manager";
}
