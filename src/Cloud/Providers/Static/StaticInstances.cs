using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>The listed machines.</summary>
internal sealed class StaticInstances(StaticFile file) : IInstances
{
    // A machine that was replaced under the same name has another provider id: the one that the node stands for is gone.
    public Task<Instance?> FindAsync(Node node, CancellationToken cancel) => Task.FromResult(
        node.Spec.ProviderID.Length > 0 ? file.Read().FindById(node.Spec.ProviderID) : file.Read().FindByName(node.Metadata.Name));
}
