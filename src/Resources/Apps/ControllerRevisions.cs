using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Apps;

namespace ControlPlane.Resources.Apps;

/// <summary>A template as it once was, kept by DaemonSets and StatefulSets.</summary>
internal sealed class ControllerRevisions : ResourceDefinition<ControllerRevision>
{
    protected override void Declare(Declaration<ControllerRevision> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
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

    protected override void Validate(ControllerRevision revision, FieldErrors errors)
    {
        var data = (revision.Data.IsNil ? "" : revision.Data.ToText()).AsSpan().TrimStart();
        if (data.IsEmpty)
            errors.At("data").Required("data is mandatory");
        else if (data[0] != '{')
            errors.At("data").Required("data must be a valid JSON object");
        errors.At("revision").NonNegative(revision.Revision);
    }

    protected override void ValidateUpdate(ControllerRevision revision, ControllerRevision old, FieldErrors errors)
    {
        errors.At("revision").NonNegative(revision.Revision);
        if (revision.Data != old.Data)
            errors.At("data").InvalidPrinted(revision.Data.ToText(), "field is immutable");
    }
}
