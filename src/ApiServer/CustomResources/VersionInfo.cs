using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.ApiExtensions;
using ControlPlane.Types.Autoscaling.V1;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>What discovery tells of a version of a custom resource (apiextensions: pkg/apiserver/customresource_discovery_controller.go).</summary>
internal static class VersionInfo
{
    private static readonly ValueList<string> All = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    // Objects with finalizers must be let go: updates go on, nothing new comes.
    private static readonly ValueList<string> WhileTerminating = ["delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    private static readonly ValueList<string> OfSubresources = ["get", "patch", "update"];

    /// <summary>Names, scope, verbs and subresources.</summary>
    public static ResourceInfo Of(CustomResourceDefinition source, CustomResourceDefinitionNames names, CustomResourceDefinitionVersion version, GroupVersionKind stored)
    {
        var kind = stored with { Version = version.Name };
        return new ResourceInfo
        {
            Kind = kind,
            Plural = names.Plural,
            Singular = names.Singular,
            ListKind = names.ListKind,
            IsNamespaced = source.Spec.Scope == "Namespaced",
            ShortNames = names.ShortNames,
            Categories = names.Categories,
            Verbs = DefinitionConditions.Has(source, "Terminating") ? WhileTerminating : All,
            Subresources = [.. Subresources(version, kind)],
            StoragePrefix = $"{source.Spec.Group}/{names.Plural}",
            StorageKind = stored,
            IsStoredAsJson = true,
        };
    }

    private static IEnumerable<SubresourceInfo> Subresources(CustomResourceDefinitionVersion version, GroupVersionKind kind)
    {
        if (version.Subresources?.Status is not null)
            yield return new SubresourceInfo("status", kind, OfSubresources);
        if (version.Subresources?.Scale is not null)
            yield return new SubresourceInfo("scale", Scale.Kind, OfSubresources);
    }
}
