using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Apps;

namespace ControlPlane.Resources.Apps;

/// <summary>A template as it once was, kept by DaemonSets and StatefulSets.</summary>
internal sealed class ControllerRevisions : ResourceDefinition<ControllerRevision>
{
    protected override void Declare(Declaration<ControllerRevision> resource) => resource
        .NameColumn()
        .Column("Controller", Controller)
        .Column("Revision", revision => revision.Revision)
        .AgeColumn();

    private static TableCell Controller(ControllerRevision revision)
    {
        if (revision.Metadata.OwnerReferences.FirstOrDefault(owner => owner.Controller is true) is not { } owner)
            return "<none>";
        var group = GroupVersion.TryParse(owner.ApiVersion, out var version) ? version.Group : "";
        return $"{new GroupKind(group, owner.Kind).ToString().ToLowerInvariant()}/{owner.Name}";
    }
}
