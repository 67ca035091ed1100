using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Lets pods stay on a lost node for a while before they are evicted (plugin/pkg/admission/defaulttolerationseconds).</summary>
/// <param name="notReady">kube-apiserver: --default-not-ready-toleration-seconds</param>
/// <param name="unreachable">kube-apiserver: --default-unreachable-toleration-seconds</param>
internal sealed class DefaultTolerationSeconds(long notReady, long unreachable) : IMutatingAdmission
{
    private const string NoExecute = "NoExecute";

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
        var missing = new[] { (Key: "node.kubernetes.io/not-ready", Seconds: notReady), (Key: "node.kubernetes.io/unreachable", Seconds: unreachable) }
            .Where(taint => !pod.Spec.Tolerations.Any(toleration => Covers(toleration, taint.Key)))
            .Select(taint => new Toleration { Key = taint.Key, Operator = "Exists", Effect = NoExecute, TolerationSeconds = taint.Seconds })
            .ToArray();
        return ValueTask.FromResult<IApiObject?>(
            missing.Length == 0 ? pod : pod with { Spec = pod.Spec with { Tolerations = pod.Spec.Tolerations.Concat(missing).ToValueList() } });
    }

    private static bool Covers(Toleration toleration, string key) =>
        (toleration.Key == key || toleration.Key.Length == 0) && toleration.Effect is NoExecute or "";
}
