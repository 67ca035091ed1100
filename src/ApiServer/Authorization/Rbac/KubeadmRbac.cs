using ControlPlane.ApiServer.Pki;
using ControlPlane.Machinery.Meta;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Rbac;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>The bindings that kubeadm makes at its first start: administrators, what lets a machine with a token become a node, and what nodes need beyond upstream's role.</summary>
internal static class KubeadmRbac
{
    private const string NodeRequests = "system:certificates.k8s.io:certificatesigningrequests:";
    private const string ClusterInfoRole = "kubeadm:bootstrap-signer-clusterinfo";
    private const string NodeProxier = "controlplane:node-proxier";

    /// <summary>All of them.</summary>
    public static IEnumerable<IApiObject> Objects() =>
    [
        // kubeadm: app/phases/kubeconfig, EnsureAdminClusterRoleBinding
        Binding(ClusterPki.AdministratorsGroup, "cluster-admin", ClusterPki.AdministratorsGroup),

        // kubeadm: app/phases/bootstraptoken/node
        Binding("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", BootstrapTokenSecret.DefaultGroup),
        Binding("kubeadm:node-autoapprove-bootstrap", NodeRequests + "nodeclient", BootstrapTokenSecret.DefaultGroup),
        Binding("kubeadm:node-autoapprove-certificate-rotation", NodeRequests + "selfnodeclient", "system:nodes"),

        // kubeadm binds system:node-proxier to the account of kube-proxy's pods. Here the agent proxies itself, and what it lacks as a node is to follow EndpointSlices.
        new ClusterRole
        {
            Metadata = new ObjectMeta { Name = NodeProxier },
            Rules = [new PolicyRule { Verbs = ["list", "watch"], ApiGroups = ["discovery.k8s.io"], Resources = ["endpointslices"] }],
        },
        Binding(NodeProxier, NodeProxier, "system:nodes"),

        // kubeadm: app/phases/bootstraptoken/clusterinfo. It is there for those who have no credentials yet.
        new Role
        {
            Metadata = new ObjectMeta { Namespace = ClusterInfo.Namespace, Name = ClusterInfoRole },
            Rules = [new PolicyRule { Verbs = ["get"], ApiGroups = [""], Resources = ["configmaps"], ResourceNames = [ClusterInfo.Name] }],
        },
        new RoleBinding
        {
            Metadata = new ObjectMeta { Namespace = ClusterInfo.Namespace, Name = ClusterInfoRole },
            RoleRef = RbacRecords.ReferenceTo(new RoleKey(ClusterInfo.Namespace, ClusterInfoRole)),
            Subjects = [RbacRecords.RecordOf(new RbacSubject("User", "", "system:anonymous"))],
        },
    ];

    private static ClusterRoleBinding Binding(string name, string role, string group) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        RoleRef = RbacRecords.ReferenceTo(new RoleKey("", role)),
        Subjects = [RbacRecords.RecordOf(new RbacSubject("Group", "", group))],
    };
}
