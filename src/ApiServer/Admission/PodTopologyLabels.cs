using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Tells pods where they run: the zone and region of the node that they are bound to become labels (plugin/pkg/admission/podtopologylabels).</summary>
internal sealed class PodTopologyLabels(ResourceCatalog catalog) : IMutatingAdmission
{
    private static readonly string[] Keys = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

    /// <inheritdoc/>
    public string Name => "PodTopologyLabels";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create && request.Object is Binding;

    /// <inheritdoc/>
    public ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var binding = (Binding)request.Object!;
        var node = catalog.Current.Find(new GroupResource("", "nodes"))?.FindCached(new ObjectKey("", binding.Target.Name))?.Record.Metadata.Labels ?? default;
        var found = Keys.Where(node.ContainsKey).Select(key => KeyValuePair.Create(key, node[key])).ToArray();
        return ValueTask.FromResult<IApiObject?>(found.Length == 0
            ? binding
            : binding with { Metadata = binding.Metadata with { Labels = found.Concat(binding.Metadata.Labels).DistinctBy(pair => pair.Key).ToValueMap() } });
    }
}
