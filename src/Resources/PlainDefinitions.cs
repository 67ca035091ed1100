using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Resources;

/// <content>Kinds whose rules are no file of their own: codecs, names and status are all there is to them.</content>
public static partial class BuiltInDefinitions
{
    private static readonly ImmutableArray<ResourceDefinition> Plainly =
    [
        new Plain<Types.Core.Binding>(resource => resource.WriteOnly()),
        new Plain<Types.Core.ComponentStatus>(resource => resource.WriteOnly()),
        new Plain<Types.Core.ConfigMap>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Core.Endpoints>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Core.Event>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Core.LimitRange>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Core.Namespace>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),
        new Plain<Types.Core.Node>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),
        new Plain<Types.Core.PersistentVolumeClaim>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),
        new Plain<Types.Core.PersistentVolume>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),
        new Plain<Types.Core.ResourceQuota>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),
        new Plain<Types.Core.Secret>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Core.ServiceAccount>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Core.Service>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),

        new Plain<Types.ApiRegistration.APIService>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).Names(Names.PathSegment).NameColumn().AgeColumn()),

        new Plain<Types.Authentication.SelfSubjectReview>(resource => resource.WriteOnly()),
        new Plain<Types.Authentication.TokenReview>(resource => resource.WriteOnly()),

        new Plain<Types.Authorization.LocalSubjectAccessReview>(resource => resource.WriteOnly()),
        new Plain<Types.Authorization.SelfSubjectAccessReview>(resource => resource.WriteOnly()),
        new Plain<Types.Authorization.SelfSubjectRulesReview>(resource => resource.WriteOnly()),
        new Plain<Types.Authorization.SubjectAccessReview>(resource => resource.WriteOnly()),

        new Plain<Types.Autoscaling.HorizontalPodAutoscaler>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),

        new Plain<Types.Certificates.CertificateSigningRequest>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),

        new Plain<Types.Networking.IngressClass>(resource => resource.WithGeneration().NameColumn().AgeColumn()),
        new Plain<Types.Networking.Ingress>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).WithGeneration().NameColumn().AgeColumn()),
        new Plain<Types.Networking.IPAddress>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Networking.NetworkPolicy>(resource => resource.WithGeneration().NameColumn().AgeColumn()),
        new Plain<Types.Networking.ServiceCIDR>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),

        new Plain<Types.Rbac.ClusterRoleBinding>(resource => resource.Names(Names.PathSegment).NameColumn().AgeColumn()),
        new Plain<Types.Rbac.ClusterRole>(resource => resource.Names(Names.PathSegment).NameColumn().AgeColumn()),
        new Plain<Types.Rbac.RoleBinding>(resource => resource.Names(Names.PathSegment).NameColumn().AgeColumn()),
        new Plain<Types.Rbac.Role>(resource => resource.Names(Names.PathSegment).NameColumn().AgeColumn()),

        new Plain<Types.Storage.CSIDriver>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Storage.CSINode>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Storage.CSIStorageCapacity>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Storage.StorageClass>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Storage.VolumeAttachment>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),
        new Plain<Types.Storage.VolumeAttributesClass>(resource => resource.NameColumn().AgeColumn()),

        new Plain<Types.Admission.MutatingAdmissionPolicy>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Admission.MutatingAdmissionPolicyBinding>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Admission.MutatingWebhookConfiguration>(resource => resource.WithGeneration().NameColumn().AgeColumn()),
        new Plain<Types.Admission.ValidatingAdmissionPolicy>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).WithGeneration().NameColumn().AgeColumn()),
        new Plain<Types.Admission.ValidatingAdmissionPolicyBinding>(resource => resource.WithGeneration().NameColumn().AgeColumn()),
        new Plain<Types.Admission.ValidatingWebhookConfiguration>(resource => resource.WithGeneration().NameColumn().AgeColumn()),

        new Plain<Types.ApiExtensions.CustomResourceDefinition>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).WithGeneration().NameColumn().AgeColumn()),

        new Plain<Types.Scheduling.PriorityClass>(resource => resource.WithGeneration().NameColumn().AgeColumn()),

        new Plain<Types.Coordination.Lease>(resource => resource.NameColumn().AgeColumn()),

        new Plain<Types.Node.RuntimeClass>(resource => resource.NameColumn().AgeColumn()),

        new Plain<Types.Discovery.EndpointSlice>(resource => resource.WithGeneration().NameColumn().AgeColumn()),

        new Plain<Types.Resource.DeviceClass>(resource => resource.WithGeneration().NameColumn().AgeColumn()),
        new Plain<Types.Resource.ResourceClaim>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).NameColumn().AgeColumn()),
        new Plain<Types.Resource.ResourceClaimTemplate>(resource => resource.NameColumn().AgeColumn()),
        new Plain<Types.Resource.ResourceSlice>(resource => resource.WithGeneration().NameColumn().AgeColumn()),

        new Plain<Types.FlowControl.FlowSchema>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).WithGeneration().NameColumn().AgeColumn()),
        new Plain<Types.FlowControl.PriorityLevelConfiguration>(resource => resource.WithStatus((value, other) => value with { Status = other.Status }).WithGeneration().NameColumn().AgeColumn()),
    ];

    /// <summary>Every resource that the server serves by itself: those with rules of their own, then the plain ones.</summary>
    public static ImmutableArray<ResourceDefinition> Served => Together.All;

    private static bool Serves(ResourceDefinition ruled, ResourceDefinition plain) => ruled.Versions.Any(version => version.Kind == plain.Hub);

    private sealed class Plain<T>(Func<Declaration<T>, Declaration<T>> declare) : ResourceDefinition<T>
        where T : class, IApiObject<T>
    {
        protected override void Declare(Declaration<T> resource) => declare(resource);
    }

    // A class of its own: made after the fields of the class around it, which stand in several files and so in no certain order.
    private static class Together
    {
        internal static readonly ImmutableArray<ResourceDefinition> All =
            [.. BuiltInDefinitions.All, .. Plainly.Where(plain => !BuiltInDefinitions.All.Any(ruled => Serves(ruled, plain)))];
    }
}
