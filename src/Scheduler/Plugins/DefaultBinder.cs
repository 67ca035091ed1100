using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Plugins;

/// <summary>Binds by posting a Binding to the pod.</summary>
internal sealed class DefaultBinder(IApiClient api) : IBind
{
    public string Name => "DefaultBinder";

    public async Task<Verdict> BindAsync(PodInfo pod, string node, CancellationToken cancel)
    {
        var key = pod.Pod.Key;
        var binding = new Binding
        {
            // With the uid: a pod made anew under the same name is not the one that was decided about.
            Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name, Uid = pod.Uid },
            Target = new ObjectReference { Kind = "Node", Name = node },
        };
        try
        {
            await api.CreateSubresourceAsync<Pod, Binding>(key, "binding", binding, cancel);
            return Verdict.Fits;
        }
        catch (Exception refused) when (refused is ApiException or IOException or HttpRequestException)
        {
            return Verdict.Error(refused);
        }
    }
}
