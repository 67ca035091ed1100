using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;

namespace ControlPlane.ApiServer.Catalog;

/// <summary>A resource in one of the versions that clients may speak: what a path like /apis/apps/v1/deployments leads to.</summary>
/// <param name="Definition">Its rules.</param>
/// <param name="Version">The version of the path.</param>
/// <param name="Store">Its objects; null where nothing is stored (reviews, bindings, computed lists).</param>
internal sealed record ServedResource(ResourceDefinition Definition, ServedVersion Version, ResourceStore? Store)
{
    /// <summary>Group, version and plural: what the path says.</summary>
    public GroupVersionResource Path => new(Version.Kind.Group, Version.Kind.Version, Definition.Info.Plural);

    /// <summary>Group and plural as errors print them; the group is that of the path.</summary>
    public GroupResource Resource => new(Version.Kind.Group, Definition.Info.Plural);

    /// <summary>Does it live in namespaces?</summary>
    public bool IsNamespaced => Definition.Info.IsNamespaced;

    /// <summary>What discovery says that can be done with it.</summary>
    public bool Allows(string verb) => Definition.Info.Verbs.Contains(verb);
}
