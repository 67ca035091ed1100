using ControlPlane.Node.Runtime;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Pods;

/// <summary>
/// Tells which pods changed in the runtime, by listing all and comparing with the list before: at the runtime's hints at once, and in any case every so often, for
/// hints can be lost (upstream: pod lifecycle event generator).
/// </summary>
internal sealed partial class RuntimeRelist(IContainerRuntime runtime, TimeSpan period, TimeProvider clock, ILogger log)
{
    private readonly WakeSignal _hint = new(clock);
    private Dictionary<string, HashSet<string>> _before = [];

    /// <summary>Lists until cancelled.</summary>
    /// <param name="changed">Gets the uid of each pod of which something began, ended or disappeared.</param>
    /// <param name="cancel">Ends it.</param>
    public Task RunAsync(Action<string> changed, CancellationToken cancel) => Task.WhenAll(ListenAsync(cancel), RelistAsync(changed, cancel));

    private async Task RelistAsync(Action<string> changed, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await CompareAsync(changed, cancel);
            }
            catch (RuntimeException failure)
            {
                Failed(log, failure.Message);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            await _hint.WaitAsync(period, cancel);
        }
    }

    private async Task ListenAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in runtime.WatchAsync(cancel))
                    _hint.Set();
            }
            catch (RuntimeException failure)
            {
                Failed(log, failure.Message);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            await Task.Delay(period, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CompareAsync(Action<string> changed, CancellationToken cancel)
    {
        var now = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var sandbox in await runtime.ListSandboxesAsync(SandboxFilter.All, cancel))
            Add(now, sandbox.Labels, $"{sandbox.Id} {sandbox.State}");
        foreach (var container in await runtime.ListContainersAsync(ContainerFilter.All, cancel))
            Add(now, container.Labels, $"{container.Id} {container.State}");
        foreach (var uid in _before.Keys.Union(now.Keys).Where(uid => HasChanged(uid, now)).ToList())
            changed(uid);
        _before = now;
    }

    private bool HasChanged(string uid, Dictionary<string, HashSet<string>> now) =>
        !(_before.TryGetValue(uid, out var before) && now.TryGetValue(uid, out var after) && before.SetEquals(after));

    private static void Add(Dictionary<string, HashSet<string>> pods, IReadOnlyDictionary<string, string> labels, string state)
    {
        if (!labels.TryGetValue(PodLabels.PodUid, out var uid))
            return; // not a pod of Kubernetes
        if (!pods.TryGetValue(uid, out var states))
            pods[uid] = states = new HashSet<string>(StringComparer.Ordinal);
        states.Add(state);
    }

    [LoggerMessage(LogLevel.Warning, "The container runtime doesn't answer: {Message}")]
    private static partial void Failed(ILogger log, string message);
}
