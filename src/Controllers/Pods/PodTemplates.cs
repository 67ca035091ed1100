using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Pods;

/// <summary>Makes pods from templates.</summary>
internal static class PodTemplates
{
    /// <summary>A pod that the owner controls; the server completes its name.</summary>
    public static Pod Instantiate(PodTemplateSpec template, IApiObject owner) => new()
    {
        Metadata = new ObjectMeta
        {
            GenerateName = owner.Metadata.Name + "-",
            Namespace = owner.Metadata.Namespace,
            Labels = template.Metadata.Labels,
            Annotations = template.Metadata.Annotations,
            Finalizers = template.Metadata.Finalizers,
            OwnerReferences = [owner.ToControllerReference()],
        },
        Spec = template.Spec,
    };
}
