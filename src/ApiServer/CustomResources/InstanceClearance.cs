using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Writes;
using ControlPlane.Types.ApiExtensions;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>
/// Deletes all objects of a kind whose definition is going, and lets the definition go when none is left (apiextensions: pkg/controller/finalizer/crd_finalizer.go).
/// Objects with finalizers of their own are waited for.
/// </summary>
internal sealed partial class InstanceClearance(ResourceStore definitions, Func<ResourceStore?> served, IApiTransport api, TimeProvider time, ILogger log)
{
    /// <summary>What keeps a definition until its objects are gone.</summary>
    public const string Finalizer = "customresourcecleanup.apiextensions.k8s.io";

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>Completes when the definition is let go, or when somebody else has done it.</summary>
    public async Task RunAsync(string name, CancellationToken cancel)
    {
        try
        {
            while (!await TryAsync(name, cancel))
                await Task.Delay(LookAgainAfter, time, cancel);
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            // The server ends; the next one goes on.
        }
    }

    private async Task<bool> TryAsync(string name, CancellationToken cancel)
    {
        try
        {
            if (served() is { Count: > 0 } instances)
            {
                await instances.DeleteCollectionAsync(new ListRequest(), Deletion(), cancel);
                if ((await instances.ListAsync(new ListRequest { Limit = 1 }, cancel)).Items.Any())
                    return false;
            }

            return await LetGoAsync(name, cancel);
        }
        catch (Exception failed) when (!cancel.IsCancellationRequested)
        {
            Failed(log, name, failed);
            return false;
        }
    }

    private async Task<bool> LetGoAsync(string name, CancellationToken cancel)
    {
        if ((await definitions.FindAsync(new ObjectKey("", name), cancel))?.Record is not CustomResourceDefinition { Metadata.DeletionTimestamp: not null } definition)
            return true;
        var kept = definition with { Metadata = definition.Metadata with { Finalizers = definition.Metadata.Finalizers.RemoveAll(finalizer => finalizer == Finalizer) } };
        try
        {
            await api.SendAsync<CustomResourceDefinition>(CustomResourceServing.Request(kept) with { Method = ApiMethod.Update, Body = kept }, cancel);
            return true;
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            return true;
        }
        catch (ApiException stale) when (stale.Code == 409)
        {
            return false;
        }
    }

    private DeleteRequest Deletion() => new()
    {
        Context = new WriteContext(UserInfo.Loopback.Name, UserInfo.Loopback.Uid, UserInfo.Loopback.Groups, UserInfo.Loopback.Extra, time.GetUtcNow()),
    };

    [LoggerMessage(LogLevel.Error, "The objects of {Name} could not be deleted, trying again in a while")]
    private static partial void Failed(ILogger log, string name, Exception failed);
}
