using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>How small and large things in a namespace may be, and what they get who do not ask.</summary>
internal sealed class LimitRanges : ResourceDefinition<LimitRange>
{
    protected override void Declare(Declaration<LimitRange> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .CreateOnUpdate()
        .PlainColumns();

    protected override LimitRange Default(LimitRange value) =>
        value with { Spec = value.Spec with { Limits = value.Spec.Limits.IsEmpty ? default : value.Spec.Limits.DefaultEach(WithDefaults) } };

    // Whose name does not matter may go without: it gets one that nobody has.
    protected override LimitRange PrepareForCreate(LimitRange value, WriteContext context) =>
        value.Metadata.Name.Length == 0 ? value with { Metadata = value.Metadata with { Name = value.Metadata.Uid } } : value;

    protected override void Validate(LimitRange value, FieldErrors errors)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        var limits = value.Spec.Limits;
        for (var i = 0; i < limits.Count; i++)
        {
            var at = errors.At("spec").At("limits", i);
            LimitRangeChecks.CheckType(limits[i].Type, at.At("type"));
            if (!types.Add(limits[i].Type))
                at.At("type").Duplicate(limits[i].Type);
            LimitRangeChecks.CheckAmounts(limits[i], at);
        }
    }

    // Containers get the most by default what they may have at most, and ask by default for what they get.
    private static LimitRangeItem WithDefaults(LimitRangeItem item)
    {
        if (item.Type != "Container")
            return item;
        var limits = item.Default.WithAll(item.Max.Where(entry => !item.Default.ContainsKey(entry.Key)));
        var requests = item.DefaultRequest.WithAll(limits.Where(entry => !item.DefaultRequest.ContainsKey(entry.Key)));
        requests = requests.WithAll(item.Min.Where(entry => !requests.ContainsKey(entry.Key)));
        return item with { Default = limits, DefaultRequest = requests };
    }
}
