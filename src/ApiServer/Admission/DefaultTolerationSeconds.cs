using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Lets pods stay on a lost node for a while before they are evicted (plugin/pkg/admission/defaulttolerationseconds).</summary>
internal sealed class DefaultTolerationSeconds : IMutatingAdmission
{
    private const string NoExecute = "NoExecute";
    private const long Seconds = 300; // kube-apiserver: --default-not-ready-toleration-seconds, --default-unreachable-toleration-seconds

    /// <inheritdoc/>
    public string Name => "DefaultTolerationSeconds";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => request.IsPod && request.Operation is AdmissionOperation.Create or AdmissionOperation.Update;

    /// <inheritdoc/>
    public ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var pod = (Pod)request.Object!;
        if (request.Operation == AdmissionOperation.Update && request.Subresource.Length > 0)
            return ValueTask.FromResult<IApiObject?>(pod);
        var missing = new[] { "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable" }
            .Where(key => !pod.Spec.Tolerations.Any(toleration => Covers(toleration, key)))
            .Select(key => new Toleration { Key = key, Operator = "Exists", Effect = NoExecute, TolerationSeconds = Seconds })
            .ToArray();
        return ValueTask.FromResult<IApiObject?>(
            missing.Length == 0 ? pod : pod with { Spec = pod.Spec with { Tolerations = pod.Spec.Tolerations.Concat(missing).ToValueList() } });
    }

    private static bool Covers(Toleration toleration, string key) =>
        (toleration.Key == key || toleration.Key.Length == 0) && toleration.Effect is NoExecute or "";
}
