using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Coordination;
using Microsoft.Extensions.Logging;
using CoreNode = ControlPlane.Types.Core.Node;

namespace ControlPlane.Node.Registration;

/// <summary>The node's heartbeat: a Lease, renewed every ten seconds. A node that stops renewing is taken for dead after forty.</summary>
internal sealed partial class NodeLease(IApiClient api, string nodeName, TimeProvider clock, ILogger log)
{
    private const string Namespace = "kube-node-lease";
    private const int DurationSeconds = 40; // kubelet: NodeLeaseDurationSeconds

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10); // kubelet: a quarter of the duration

    private Lease? _stored;

    /// <summary>Renews until cancelled.</summary>
    /// <param name="delay">Before the first renewal: many nodes in one process don't all renew at once.</param>
    /// <param name="cancel">Ends it; the lease stays, and runs out.</param>
    public async Task RunAsync(TimeSpan delay, CancellationToken cancel)
    {
        await Task.Delay(delay, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await RenewAsync(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Failed(log, nodeName, failure.Message);
                _stored = null; // perhaps someone else wrote it: read it again
            }
            await Task.Delay(Period, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Renews it once; makes it where there is none.</summary>
    /// <exception cref="ApiException">The API refuses.</exception>
    public async Task RenewAsync(CancellationToken cancel)
    {
        _stored ??= await api.FindAsync<Lease>(new ObjectKey(Namespace, nodeName), cancel);
        _stored = _stored is null ? await api.CreateAsync(Renew(await NewAsync(cancel)), cancel) : await api.UpdateAsync(Renew(_stored), cancel);
    }

    private Lease Renew(Lease lease) => lease with
    {
        Spec = lease.Spec with { HolderIdentity = nodeName, LeaseDurationSeconds = DurationSeconds, RenewTime = MicroTimestamp.From(clock.GetUtcNow()) },
    };

    /// <summary>It goes with its node.</summary>
    private async Task<Lease> NewAsync(CancellationToken cancel)
    {
        var node = await api.FindAsync<CoreNode>(new ObjectKey("", nodeName), cancel);
        ValueList<OwnerReference> owners = node is null ? default
            : [new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = nodeName, Uid = node.Metadata.Uid }];
        return new Lease { Metadata = new ObjectMeta { Namespace = Namespace, Name = nodeName, OwnerReferences = owners } };
    }

    [LoggerMessage(LogLevel.Warning, "The lease of node {Node} could not be renewed: {Message}")]
    private static partial void Failed(ILogger log, string node, string message);
}
