using ControlPlane.Machinery.Trees;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>
/// CustomResourceDefinitions in the form of v1beta1, in which they are stored, and back (apiextensions: pkg/apis/apiextensions/v1/conversion.go and v1beta1/conversion.go).
/// What all versions have in common stands once, at the top; the old version's name for a field differs here and there.
/// </summary>
internal static class StoredDefinitionForm
{
    private const string Preserves = "preserveUnknownFields";

    // v1's field of a version, and v1beta1's of the same or of the whole definition
    private static readonly (string New, string Old)[] Hoisted =
        [("schema", "validation"), ("subresources", "subresources"), ("additionalPrinterColumns", "additionalPrinterColumns"), ("selectableFields", "selectableFields")];

    /// <summary>From v1 to v1beta1.</summary>
    public static TreeObject ToStored(TreeObject definition)
    {
        var spec = definition.Object("spec") ?? TreeObject.Empty;
        var versions = (spec.List("versions") ?? TreeList.Empty).OfType<TreeObject>().Select(WithOldColumns).ToArray();
        foreach (var (now, old) in Hoisted)
        {
            // One version has all in common with itself.
            if (versions.Length == 0 || !versions.All(version => TreeValue.Same(version[now], versions[0][now])))
                continue;
            if (versions[0][now] is { } common)
                spec = spec.With(old, common);
            versions = [.. versions.Select(version => version.Without(now))];
        }

        if (versions.Length > 0)
            spec = spec.With("versions", TreeList.From(versions)).With("version", versions[0]["name"] ?? TreeString.Empty);
        // Absent would mean true to v1beta1.
        if (!spec.Has(Preserves))
            spec = spec.With(Preserves, TreeBoolean.False);
        if (spec.Object("conversion") is { } conversion)
            spec = spec.With("conversion", Flat(conversion));
        return definition.With("apiVersion", TreeString.Of("apiextensions.k8s.io/v1beta1")).With("spec", spec);
    }

    /// <summary>From v1beta1 to v1.</summary>
    public static TreeObject FromStored(TreeObject definition)
    {
        var spec = definition.Object("spec") ?? TreeObject.Empty;
        var versions = (spec.List("versions") ?? TreeList.Empty).OfType<TreeObject>().ToArray();
        if (versions.Length == 0 && spec.String("version") is { Length: > 0 } only)
            versions = [TreeObject.Of(new("name", TreeString.Of(only)), new("served", TreeBoolean.True), new("storage", TreeBoolean.True))];
        foreach (var (now, old) in Hoisted)
        {
            if (spec[old] is { } common)
                versions = [.. versions.Select(version => version.Has(now) ? version : version.With(now, common))];
            spec = spec.Without(old);
        }

        if (versions.Length > 0)
            spec = spec.With("versions", TreeList.From(versions.Select(WithNewColumns)));
        spec = spec[Preserves] switch
        {
            null => spec.With(Preserves, TreeBoolean.True),
            TreeBoolean { Value: false } => spec.Without(Preserves),
            _ => spec,
        };
        if (spec.Object("conversion") is { } conversion)
            spec = spec.With("conversion", Nested(conversion));
        return definition.With("apiVersion", TreeString.Of("apiextensions.k8s.io/v1")).With("spec", spec.Without("version"));
    }

    private static TreeObject WithOldColumns(TreeObject version) => WithColumns(version, "jsonPath", "JSONPath");

    private static TreeObject WithNewColumns(TreeObject version) => WithColumns(version, "JSONPath", "jsonPath");

    private static TreeObject WithColumns(TreeObject version, string from, string to) => version.List("additionalPrinterColumns") is not { } columns
        ? version
        : version.With("additionalPrinterColumns", TreeList.From(columns.Select(column =>
            column is TreeObject members && members[from] is { } path ? members.Without(from).With(to, path) : column)));

    private static TreeObject Flat(TreeObject conversion)
    {
        if (conversion.Object("webhook") is not { } webhook)
            return conversion;
        conversion = conversion.Without("webhook");
        if (webhook["clientConfig"] is { } client)
            conversion = conversion.With("webhookClientConfig", client);
        return webhook["conversionReviewVersions"] is { } reviews ? conversion.With("conversionReviewVersions", reviews) : conversion;
    }

    private static TreeObject Nested(TreeObject conversion)
    {
        var webhook = TreeObject.Empty;
        if (conversion["webhookClientConfig"] is { } client)
            webhook = webhook.With("clientConfig", client);
        if (conversion["conversionReviewVersions"] is { } reviews)
            webhook = webhook.With("conversionReviewVersions", reviews);
        conversion = conversion.Without("webhookClientConfig").Without("conversionReviewVersions");
        return webhook.Count == 0 ? conversion : conversion.With("webhook", webhook);
    }
}
