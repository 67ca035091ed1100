using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;

namespace ControlPlane.ApiServer.Operations;

/// <summary>Questions about a resource in the version that a path names.</summary>
internal static class ServedResources
{
    extension(ServedResource resource)
    {
        /// <summary>Group, version and plural: what the path says.</summary>
        public GroupVersionResource Path => new(resource.Version.Kind.Group, resource.Version.Kind.Version, resource.Info.Plural);

        /// <summary>Group and plural as errors print them; the group is that of the path.</summary>
        public GroupResource Resource => new(resource.Version.Kind.Group, resource.Info.Plural);

        /// <summary>Does it live in namespaces?</summary>
        public bool IsNamespaced => resource.Info.IsNamespaced;

        /// <summary>Is nothing stored, because every answer is computed?</summary>
        public bool IsComputed => resource.Traits.IsWriteOnly;

        /// <summary>Is it among what can be done with it, as discovery says?</summary>
        public bool Allows(string verb) => resource.Info.Verbs.Contains(verb);
    }
}
