using System.Collections.Immutable;
using ControlPlane.Registry;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Selectors;
using ControlPlane.Registry.Reads;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>Selectors as clients write them, to what the registry selects by.</summary>
internal static class Selection
{
    /// <summary>Reads both selectors.</summary>
    /// <exception cref="ApiException">400: one cannot be read, or asks for a field that the resource does not offer.</exception>
    public static ObjectSelection Parse(string labels, string fields, ServedResource resource)
    {
        if (labels.Length == 0 && fields.Length == 0)
            return ObjectSelection.All;
        try
        {
            var selector = LabelSelector.Parse(labels);
            return new ObjectSelection(selector.IsEverything ? null : map => selector.Matches(map), Conditions(FieldSelector.Parse(fields), resource.Definition));
        }
        catch (SelectorException malformed)
        {
            throw ApiError.BadRequest(malformed.Message);
        }
    }

    private static ImmutableArray<FieldCondition> Conditions(FieldSelector selector, ResourceDefinition definition) =>
        [.. selector.Requirements.Select(one => new FieldCondition(PlaceOf(one.Field, definition), one.Value, !one.IsEqual))];

    private static int PlaceOf(string field, ResourceDefinition definition)
    {
        switch (field)
        {
            case "metadata.name": return FieldCondition.Name;
            case "metadata.namespace": return FieldCondition.Namespace;
        }

        var offered = definition.Traits.SelectableFields;
        for (var i = 0; i < offered.Length; i++)
        {
            if (offered[i].Path == field)
                return i;
        }

        throw ApiError.BadRequest(offered.IsEmpty
            ? $"{FieldErrors.Quote(field)} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            : $"field label not supported: {field}");
    }
}
