namespace ControlPlane.Resources.Certificates;

/// <summary>The signers that the control plane itself is (k8s.io/api/certificates/v1).</summary>
public static class SignerNames
{
    /// <summary>Clients of the API server; approved by people.</summary>
    public const string ApiServerClient = "kubernetes.io/kube-apiserver-client";

    /// <summary>Node agents as clients of the API server; approved by itself for whoever may join.</summary>
    public const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";

    /// <summary>What node agents show those who call them.</summary>
    public const string KubeletServing = "kubernetes.io/kubelet-serving";

    /// <summary>What was asked for before there were signers; new requests cannot name it.</summary>
    public const string LegacyUnknown = "kubernetes.io/legacy-unknown";
}
