using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Admission;

/// <summary>What plugins about pods ask of a write.</summary>
internal static class PodAdmission
{
    /// <summary>Stands on pods that mirror what a node runs by itself.</summary>
    public const string MirrorAnnotation = "kubernetes.io/config.mirror";

    extension(AdmissionRequest request)
    {
        /// <summary>Is a resource of the core group written, and none of its subresources?</summary>
        public bool IsOf(string plural) => request.Subresource.Length == 0 && request.Definition.Resource == new GroupResource("", plural);

        /// <summary>Is a pod written, and none of its subresources?</summary>
        public bool IsPod => request.IsOf("pods");

        /// <summary>Is a pod created?</summary>
        public bool IsNewPod => request.Operation == AdmissionOperation.Create && request.IsPod;
    }
}
