using ControlPlane.Client.Events;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Client;

/// <summary>What one controller is made with: its own identity towards the server, its view of the caches, time, chance, log and events.</summary>
/// <remarks>A controller is made before it has declared itself, so identity and permissions come into force when <see cref="Declaration"/> is set.</remarks>
public sealed class ControllerScope
{
    private readonly ControllerEnvironment _environment;
    private readonly Lazy<EventRecorder> _events;

    internal ControllerScope(ControllerEnvironment environment)
    {
        _environment = environment;
        Api = new ApiClient(new DeclaredTransport(this), environment.FieldManager);
        Caches = new(this);
        _events = new(() => new EventRecorder(Api, () => Declaration.EventSource, "", Clock, environment.Logs.CreateLogger<EventRecorder>()));
    }

    /// <summary>The API, as the controller's service account, within what it has declared.</summary>
    public IApiClient Api { get; }

    /// <summary>The shared informers, within what it has declared.</summary>
    public ObjectCaches Caches { get; }

    /// <summary>Time.</summary>
    public TimeProvider Clock => _environment.Clock;

    /// <summary>Events as the controller tells them; it must have declared <c>RecordsEvents</c>.</summary>
    public EventRecorder Events => _events.Value;

    /// <summary>Chance.</summary>
    public Random Random => _environment.Random;

    internal ControllerEnvironment Environment => _environment;

    internal ControllerDeclaration Declaration
    {
        get => field ?? throw new InvalidOperationException("a controller can only act once it has declared itself");
        set;
    }

    // Null for a controller that has not asked for one.
    internal EventRecorder? Recorder => _events.IsValueCreated ? _events.Value : null;

    /// <summary>The controller's log.</summary>
    public ILogger<T> Log<T>() => _environment.Logs.CreateLogger<T>();
}
