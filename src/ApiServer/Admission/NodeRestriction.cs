using ControlPlane.ApiServer.Authorization.Node;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Resources.Certificates;
using ControlPlane.Types.Authentication;
using ControlPlane.Types.Certificates;
using ControlPlane.Types.Coordination;
using ControlPlane.Types.Core;
using ControlPlane.Types.Policy;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Lets a node agent write its own Node, its own lease and the pods on it, and no others (plugin/pkg/admission/noderestriction).</summary>
internal sealed class NodeRestriction(ResourceCatalog catalog) : IValidatingAdmission
{
    private const string LabelDomain = "kubernetes.io";
    private const string RestrictedPrefix = "node-restriction.kubernetes.io/";

    // pkg/kubelet/apis: what a node agent may say of itself within the reserved domains
    private static readonly HashSet<string> OwnLabels = new(StringComparer.Ordinal)
    {
        "kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/arch", "beta.kubernetes.io/instance-type",
        "failure-domain.beta.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone", "node.kubernetes.io/instance-type", "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
    };

    /// <inheritdoc/>
    public string Name => "NodeRestriction";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => NodeAuthorizer.NodeOf(request.User) is not null;

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var node = NodeAuthorizer.NodeOf(request.User)!;
        switch (request.Definition.Resource)
        {
            case { Group: "", Resource: "pods" }: CheckPod(request, node); break;
            case { Group: "", Resource: "nodes" }: CheckNode(request, node); break;
            case { Group: "", Resource: "serviceaccounts" } when request.Subresource == "token": CheckToken(request, node); break;
            case { Group: "coordination.k8s.io", Resource: "leases" }: CheckLease(request, node); break;
            case { Group: "certificates.k8s.io", Resource: "certificatesigningrequests" }: CheckCertificate(request, node); break;
            case { Group: "storage.k8s.io", Resource: "csinodes" }: CheckOwn(request, node, "CSINode"); break;
        }

        return ValueTask.CompletedTask;
    }

    private void CheckPod(AdmissionRequest request, string node)
    {
        switch (request)
        {
            case { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod made }: CheckMirror(request, made, node); break;
            case { Operation: AdmissionOperation.Delete, Subresource: "", Old: Pod gone } when gone.Spec.NodeName != node:
                throw Forbidden(request, $"node \"{node}\" can only delete pods with spec.nodeName set to itself");
            case { Operation: AdmissionOperation.Update, Subresource: "status", Old: Pod old } when old.Spec.NodeName != node:
                throw Forbidden(request, $"node \"{node}\" can only update pod status for pods with spec.nodeName set to itself");
            case { Operation: AdmissionOperation.Update, Subresource: "status", Object: Pod changed, Old: Pod old } when changed.Metadata.Labels != old.Metadata.Labels:
                throw Forbidden(request, $"node \"{node}\" cannot update labels through pod status");
            case { Operation: AdmissionOperation.Update, Subresource: "" }:
                throw Forbidden(request, "unexpected operation \"UPDATE\"");
            case { Operation: AdmissionOperation.Create, Subresource: "eviction", Object: Eviction } when PodOf(request)?.Spec.NodeName != node:
                throw Forbidden(request, $"node {node} can only evict pods with spec.nodeName set to itself");
        }
    }

    private void CheckMirror(AdmissionRequest request, Pod pod, string node)
    {
        if (!pod.Metadata.Annotations.ContainsKey(PodAdmission.MirrorAnnotation))
            throw Forbidden(request, $"pod does not have \"{PodAdmission.MirrorAnnotation}\" annotation, node \"{node}\" can only create mirror pods");
        if (pod.Spec.NodeName != node)
            throw Forbidden(request, $"node \"{node}\" can only create pods with spec.nodeName set to itself");
        if (pod.Metadata.OwnerReferences is not [{ ApiVersion: "v1", Kind: "Node" } owner] || owner.Name != node || owner.Controller != true || owner.BlockOwnerDeletion == true)
            throw Forbidden(request, $"node \"{node}\" can only create pods with a single owner reference of itself, as controller");
        if (NodeOf(node)?.Metadata.Uid is { } uid && uid != owner.Uid)
            throw Forbidden(request, $"node {node} UID mismatch: expected {owner.Uid} got {uid}");
        if (pod.Spec.ServiceAccountName.Length > 0)
            throw Forbidden(request, $"node \"{node}\" can not create pods that reference a service account");
        if (pod.Spec.Volumes.Any(volume => volume.Secret is not null || volume.ConfigMap is not null || volume.PersistentVolumeClaim is not null))
            throw Forbidden(request, $"node \"{node}\" can not create pods that reference secrets, configmaps or persistentvolumeclaims");
    }

    private static void CheckNode(AdmissionRequest request, string node)
    {
        var name = request.Object?.Metadata.Name ?? request.Name;
        if (name != node)
            throw Forbidden(request, $"node \"{node}\" is not allowed to modify node \"{name}\"");
        if (request is not { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Object: Node made })
            return;
        var old = request.Old as Node;
        if (made.Spec.ConfigSource is not null && made.Spec.ConfigSource != old?.Spec.ConfigSource)
            throw Forbidden(request, $"node \"{node}\" is not allowed to set spec.configSource");
        if (old is not null && made.Metadata.OwnerReferences != old.Metadata.OwnerReferences)
            throw Forbidden(request, $"node \"{node}\" is not allowed to modify ownerReferences");
        if (old is not null && request.Subresource.Length == 0 && made.Spec.Taints != old.Spec.Taints)
            throw Forbidden(request, $"node \"{node}\" is not allowed to modify taints");
        CheckLabels(request, node, made.Metadata, old?.Metadata);
    }

    private static void CheckLabels(AdmissionRequest request, string node, ObjectMeta made, ObjectMeta? old)
    {
        var before = old?.Labels ?? default;
        var changed = made.Labels.Where(label => !before.TryGetValue(label.Key, out var value) || value != label.Value).Select(label => label.Key)
            .Concat(before.Keys.Where(key => !made.Labels.ContainsKey(key)));
        var refused = changed.Where(key => !MayChange(key)).Order(StringComparer.Ordinal).ToArray();
        if (refused.Length > 0)
            throw Forbidden(request, $"is not allowed to {(old is null ? "set" : "modify")} the following labels: {string.Join(", ", refused)}");
    }

    private static bool MayChange(string label)
    {
        if (label.StartsWith(RestrictedPrefix, StringComparison.Ordinal))
            return false;
        var slash = label.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : label[..slash];
        var isReserved = IsWithin(domain, LabelDomain) || IsWithin(domain, "k8s.io");
        return !isReserved || OwnLabels.Contains(label) || IsWithin(domain, "kubelet.kubernetes.io") || IsWithin(domain, "node.kubernetes.io");
    }

    private static bool IsWithin(string domain, string parent) => domain == parent || domain.EndsWith("." + parent, StringComparison.Ordinal);

    private void CheckToken(AdmissionRequest request, string node)
    {
        if (request.Object is not TokenRequest { Spec.BoundObjectRef: { ApiVersion: "v1", Kind: "Pod" } bound })
            throw Forbidden(request, "node requested token not bound to a pod");
        if (bound.Uid.Length == 0)
            throw Forbidden(request, "node requested token with a pod binding without a uid");
        var pod = catalog.Current.Find(new GroupResource("", "pods"))?.FindCached(new ObjectKey(request.Namespace, bound.Name))?.Record as Pod;
        if (pod is null || pod.Metadata.Uid != bound.Uid)
            throw Forbidden(request, $"node requested token for a pod that does not exist: {bound.Name}");
        if (pod.Spec.NodeName != node)
            throw Forbidden(request, "node requested token bound to a pod scheduled on a different node");
    }

    private static void CheckLease(AdmissionRequest request, string node)
    {
        if (request.Namespace != "kube-node-lease")
            throw Forbidden(request, "can only access leases in the \"kube-node-lease\" system namespace");
        CheckOwn(request, node, nameof(Lease));
    }

    // What else a request must say is the signer's matter.
    private static void CheckCertificate(AdmissionRequest request, string node)
    {
        if (request is not { Operation: AdmissionOperation.Create, Subresource: "", Object: CertificateSigningRequest { Spec.SignerName: SignerNames.KubeletServing or SignerNames.KubeletClient } made })
            return;
        if (CertificateSubjectRestriction.Parse(made, why => Forbidden(request, $"unable to parse csr: {why}")).Subject.CommonName != $"system:node:{node}")
            throw Forbidden(request, $"can only create a node CSR with CN=system:node:{node}");
    }

    private static void CheckOwn(AdmissionRequest request, string node, string kind)
    {
        var name = request.Object?.Metadata.Name ?? request.Name;
        if (name != node)
            throw Forbidden(request, $"can only access {(kind == "CSINode" ? kind : "node lease")} with the same name as the requesting node");
    }

    private Pod? PodOf(AdmissionRequest request) =>
        catalog.Current.Find(new GroupResource("", "pods"))?.FindCached(new ObjectKey(request.Namespace, request.Name))?.Record as Pod;

    private Node? NodeOf(string name) => catalog.Current.Find(new GroupResource("", "nodes"))?.FindCached(new ObjectKey("", name))?.Record as Node;

    private static ApiException Forbidden(AdmissionRequest request, string why) => ApiError.Forbidden(request.Definition.Resource, request.Name, why);
}
