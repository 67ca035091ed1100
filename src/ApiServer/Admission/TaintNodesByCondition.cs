using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Keeps pods off new nodes until they are known to be ready (plugin/pkg/admission/nodetaint).</summary>
internal sealed class TaintNodesByCondition : IMutatingAdmission
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string NoSchedule = "NoSchedule";

    /// <inheritdoc/>
    public string Name => "TaintNodesByCondition";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create && request.IsOf("nodes");

    /// <inheritdoc/>
    public ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var node = (Node)request.Object!;
        var isTainted = node.Spec.Taints.Any(taint => taint is { Key: NotReady, Effect: NoSchedule });
        return ValueTask.FromResult<IApiObject?>(isTainted
            ? node
            : node with { Spec = node.Spec with { Taints = node.Spec.Taints.Append(new Taint { Key = NotReady, Effect = NoSchedule }).ToValueList() } });
    }
}
