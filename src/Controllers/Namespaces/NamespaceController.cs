using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Namespaces;

/// <summary>Empties namespaces that are being deleted, says in conditions what still remains, and lets go when nothing does.</summary>
internal sealed class NamespaceController(IApiClient api, TimeProvider clock) : Controller<Namespace>
{
    private const string Finalizer = "kubernetes";

    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(5);

    private readonly NamespaceContent _content = new(api, clock);

    protected override void Declare(ControllerDeclaration<Namespace> controller) => controller
        .Named("namespace-controller", alias: "namespace")
        .For(static @namespace => @namespace.IsTerminating)
        .Touches(Verb.Get | Verb.List | Verb.Watch | Verb.Delete | Verb.DeleteCollection)
        .Writes<Namespace>("status", Verb.Update)
        .Writes<Namespace>("finalize", Verb.Update)
        .Workers(10); // kube-controller-manager: --concurrent-namespace-syncs

    protected override async Task<Requeue> ReconcileAsync(Namespace cached, CancellationToken cancel)
    {
        // The cache may be behind this controller's own writes; every step here is conditional on the version.
        if (await api.FindAsync<Namespace>(cached.Key, cancel) is not { IsTerminating: true } @namespace || @namespace.Uid != cached.Uid)
            return Requeue.Never;
        if (!@namespace.Spec.Finalizers.Contains(Finalizer))
            return Requeue.Never;
        var remains = await _content.DeleteAsync(@namespace, cancel);
        @namespace = await WriteStatusAsync(@namespace, remains, cancel);
        if (remains.Failures.Count > 0)
            throw new NamespaceNotEmptyException($"failed to delete all content of namespace {@namespace.Metadata.Name}: {string.Join("; ", remains.Failures)}");
        if (!remains.IsEmpty)
            return Requeue.After(Pause(remains.LongestWait));
        await FinalizeAsync(@namespace, cancel);
        return Requeue.Never;
    }

    private static TimeSpan Pause(TimeSpan wait)
    {
        var half = (wait / 2) + TimeSpan.FromSeconds(1);
        return half < MaxPause ? half : MaxPause;
    }

    private async Task<Namespace> WriteStatusAsync(Namespace @namespace, RemainingContent remains, CancellationToken cancel)
    {
        var status = NamespaceConditions.Apply(@namespace.Status, remains, clock.GetUtcNow()) with { Phase = "Terminating" };
        return status == @namespace.Status ? @namespace : await api.UpdateStatusAsync(@namespace with { Status = status }, cancel);
    }

    private async Task FinalizeAsync(Namespace @namespace, CancellationToken cancel)
    {
        var finalizers = @namespace.Spec.Finalizers.RemoveAll(static finalizer => finalizer == Finalizer);
        var finalized = @namespace with { Spec = @namespace.Spec with { Finalizers = finalizers } };
        try
        {
            await api.UpdateSubresourceAsync<Namespace, Namespace>(@namespace.Key, "finalize", finalized, cancel);
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            // Another server's controller was faster.
        }
    }
}

/// <summary>Content could not be deleted; it will be tried again.</summary>
internal sealed class NamespaceNotEmptyException(string message) : Exception(message);
