using System.Threading.Channels;
using ControlPlane.ApiServer.Operations;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Types.ApiExtensions;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>
/// Keeps what is served true to the CustomResourceDefinitions, and their status true to what is served. One definition after the other, whichever changed, always from
/// its newest state: what is seen twice does no harm, and several servers on one store come to the same.
/// </summary>
/// <remarks>A definition is served before it says that it is established: who waits for that finds the resource.</remarks>
internal sealed partial class CustomResourceServing
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ResourceCatalog _catalog;
    private readonly ResourceStore _definitions;
    private readonly IApiTransport _api;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ConversionClient _webhooks;
    private readonly ObjectFeed _feed;
    private readonly Channel<string> _changed = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, DynamicDefinition> _served = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _clearances = new(StringComparer.Ordinal);
    private readonly List<Task> _retries = [];

    /// <summary>Serves nothing yet.</summary>
    /// <param name="catalog">What is served.</param>
    /// <param name="definitions">The CustomResourceDefinitions.</param>
    /// <param name="webhooks">Asks conversion webhooks.</param>
    /// <param name="api">Writes their status, as the server itself.</param>
    /// <param name="time">Stamps conditions.</param>
    /// <param name="log">Where failures go.</param>
    public CustomResourceServing(ResourceCatalog catalog, ResourceStore definitions, ConversionClient webhooks, IApiTransport api, TimeProvider time, ILogger log)
    {
        (_catalog, _definitions, _webhooks, _api, _time, _log) = (catalog, definitions, webhooks, api, time, log);
        _feed = new ObjectFeed([definitions], value => _changed.Writer.TryWrite(value.Metadata.Name), value => _changed.Writer.TryWrite(value.Metadata.Name));
    }

    /// <summary>Serves all that was established before this server started; at once, so that nobody sees half of it.</summary>
    public async Task LoadAsync(CancellationToken cancel)
    {
        _feed.Load(_catalog.Revision.ToString());
        foreach (var definition in _definitions.ListCached("").Select(found => (CustomResourceDefinition)found.Record).Where(DefinitionConditions.IsServable))
        {
            var made = new DynamicDefinition(definition, definition.Status.AcceptedNames, _webhooks);
            if (!IsTaken(made))
                _served.Add(definition.Metadata.Name, made);
        }

        await _catalog.AddAsync(_served.Values, cancel);
    }

    /// <summary>Follows the definitions until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await Task.WhenAll(_feed.RunAsync(cancel), WorkAsync(cancel));
        }
        finally
        {
            await Task.WhenAll(_clearances.Values.Concat(_retries));
        }
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        await foreach (var name in _changed.Reader.ReadAllAsync(cancel))
        {
            try
            {
                await SyncAsync(name, cancel);
            }
            catch (Exception failed) when (!cancel.IsCancellationRequested)
            {
                Failed(_log, name, failed);
                _retries.RemoveAll(retry => retry.IsCompleted);
                _retries.Add(RetryAsync(name, cancel));
            }
            catch (Exception) when (cancel.IsCancellationRequested)
            {
                // Whatever failed, failed because the server ends.
                return;
            }
        }
    }

    private async Task RetryAsync(string name, CancellationToken cancel)
    {
        await Task.Delay(RetryAfter, _time, cancel).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _changed.Writer.TryWrite(name);
    }

    private async Task SyncAsync(string name, CancellationToken cancel)
    {
        if (_definitions.FindCached(new ObjectKey("", name))?.Record is not CustomResourceDefinition definition)
        {
            await ServeAsync(name, null, cancel);
            return;
        }

        var group = _definitions.ListCached("").Select(found => (CustomResourceDefinition)found.Record).Where(other => other.Spec.Group == definition.Spec.Group);
        var decided = DefinitionConditions.Decide(definition, group, Timestamp.From(_time.GetUtcNow()));
        await ServeAsync(name, DefinitionConditions.IsServable(decided) ? decided : null, cancel);
        if (decided.Metadata.DeletionTimestamp is not null)
            Clear(decided, cancel);
        else if (!decided.Equals(definition))
            await WriteStatusAsync(decided, cancel);
        if (!decided.Status.AcceptedNames.Equals(definition.Status.AcceptedNames))
            RequeueWaiting(group);
    }

    // Names that were given up may be what another definition waits for.
    private void RequeueWaiting(IEnumerable<CustomResourceDefinition> group)
    {
        foreach (var waiting in group.Where(other => !DefinitionConditions.Has(other, "NamesAccepted")))
            _changed.Writer.TryWrite(waiting.Metadata.Name);
    }

    private async Task ServeAsync(string name, CustomResourceDefinition? definition, CancellationToken cancel)
    {
        var before = _served.GetValueOrDefault(name);
        if (definition is null)
        {
            if (before is null)
                return;
            await _catalog.RemoveAsync(before, cancel);
            _served.Remove(name);
            RequeueWaiting(_definitions.ListCached("").Select(found => (CustomResourceDefinition)found.Record));
            return;
        }

        if (before is not null && IsSame(before.Source, definition))
            return;
        var made = new DynamicDefinition(definition, definition.Status.AcceptedNames, _webhooks);
        if (before is not null)
            await _catalog.ReplaceAsync(before, made, cancel);
        else if (IsTaken(made))
            return;
        else
            await _catalog.AddAsync([made], cancel);
        _served[name] = made;
    }

    private static bool IsSame(CustomResourceDefinition one, CustomResourceDefinition other) =>
        one.Spec.Equals(other.Spec)
        && one.Status.AcceptedNames.Equals(other.Status.AcceptedNames)
        && DefinitionConditions.Has(one, "Terminating") == DefinitionConditions.Has(other, "Terminating");

    // What the server serves by itself comes first.
    private bool IsTaken(DynamicDefinition made) => _catalog.Current.Stores.Any(store =>
        store.Definition is not DynamicDefinition && store.Definition.Info.Group == made.Info.Group
        && (store.Definition.Info.Plural == made.Info.Plural || store.Definition.Hub.Kind == made.Hub.Kind));

    private async Task WriteStatusAsync(CustomResourceDefinition decided, CancellationToken cancel)
    {
        try
        {
            await _api.SendAsync<CustomResourceDefinition>(Request(decided) with { Method = ApiMethod.Update, Subresource = "status", Body = decided }, cancel);
        }
        catch (ApiException stale) when (stale.Code is 409 or 404)
        {
            // Somebody was faster; their write comes by here, too.
        }
    }

    private void Clear(CustomResourceDefinition definition, CancellationToken cancel)
    {
        var name = definition.Metadata.Name;
        if (!definition.Metadata.Finalizers.Contains(InstanceClearance.Finalizer) || (_clearances.TryGetValue(name, out var running) && !running.IsCompleted))
            return;
        var resource = new GroupResource(definition.Spec.Group, definition.Status.AcceptedNames.Plural);
        _clearances[name] = new InstanceClearance(_definitions, () => ServedNow(resource), _api, _time, _log).RunAsync(name, cancel);
    }

    // Asked anew each time: another change of the definition puts another store in its place.
    private ResourceStore? ServedNow(GroupResource resource) => _catalog.Current.Find(resource) is { Definition: DynamicDefinition } store ? store : null;

    internal static ApiRequest Request(CustomResourceDefinition definition) => new()
    {
        Method = ApiMethod.Get,
        Resource = CustomResourceDefinition.Resource.GroupVersionResource,
        Name = definition.Metadata.Name,
    };

    [LoggerMessage(LogLevel.Error, "CustomResourceDefinition {Name} could not be brought up to date, trying again in a while")]
    private static partial void Failed(ILogger log, string name, Exception failed);
}
