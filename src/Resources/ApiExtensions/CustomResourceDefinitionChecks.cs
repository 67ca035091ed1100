using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Admission;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>What can be wrong with a definition of a kind, in upstream's order (apiextensions: pkg/apis/apiextensions/validation).</summary>
internal static class CustomResourceDefinitionChecks
{
    private const string ApprovalKey = "api-approved.kubernetes.io";

    internal static void Check(CustomResourceDefinition value, FieldErrors errors)
    {
        if (value.Metadata.Name.Length > 0 && value.Metadata.Name != $"{value.Spec.Names.Plural}.{value.Spec.Group}")
            errors.At("metadata").At("name").Invalid(value.Metadata.Name, "must be spec.names.plural+\".\"+spec.group");
        CheckSpec(value.Spec, value.Spec.PreserveUnknownFields, errors.At("spec"));
        CheckStoredVersions(value, errors.At("status").At("storedVersions"));
        CheckApproval(value, errors.At("metadata").At("annotations").Key(ApprovalKey));
        if (value.Spec.PreserveUnknownFields)
            errors.At("spec").At("preserveUnknownFields").Invalid(true, "must be false");
    }

    internal static void CheckUpdate(CustomResourceDefinition value, CustomResourceDefinition old, FieldErrors errors)
    {
        var spec = errors.At("spec");
        CheckSpec(value.Spec, value.Spec.PreserveUnknownFields, spec);
        if (old.Status.Conditions.Any(condition => condition is { Type: "Established", Status: "True" }))
        {
            spec.At("scope").Immutable(value.Spec.Scope, old.Spec.Scope, FieldErrors.Quote);
            spec.At("names").At("kind").Immutable(value.Spec.Names.Kind, old.Spec.Names.Kind, FieldErrors.Quote);
        }

        spec.At("group").Immutable(value.Spec.Group, old.Spec.Group, FieldErrors.Quote);
        spec.At("names").At("plural").Immutable(value.Spec.Names.Plural, old.Spec.Names.Plural, FieldErrors.Quote);
        CheckStoredVersions(value, errors.At("status").At("storedVersions"));
        if (value.Spec.PreserveUnknownFields && !old.Spec.PreserveUnknownFields)
            spec.At("preserveUnknownFields").Invalid(true, "must be false");
    }

    private static void CheckSpec(CustomResourceDefinitionSpec definition, bool preservesUnknown, FieldErrors spec)
    {
        CheckGroup(definition.Group, spec.At("group"));
        spec.At("scope").RequiredOneOf(definition.Scope, "Cluster", "Namespaced");
        CheckVersions(definition, preservesUnknown, spec);
        DefinitionNameChecks.Check(definition.Names, spec.At("names"));
        CheckConversion(definition.Conversion, spec.At("conversion"));
    }

    private static void CheckGroup(string group, FieldErrors at)
    {
        var complaints = group.Length == 0 ? "" : string.Join(",", Names.Subdomain(group));
        if (group.Length == 0)
            at.Required();
        else if (complaints.Length > 0)
            at.Invalid(group, complaints);
        else if (!group.Contains('.', StringComparison.Ordinal))
            at.Invalid(group, "should be a domain with at least one dot");
    }

    private static void CheckVersions(CustomResourceDefinitionSpec definition, bool preservesUnknown, FieldErrors spec)
    {
        var versions = definition.Versions;
        for (var i = 0; i < versions.Count; i++)
        {
            if (versions[i].Schema?.OpenAPIV3Schema is null)
                spec.At("versions", i).At("schema").At("openAPIV3Schema").Required();
        }

        for (var i = 0; i < versions.Count; i++)
        {
            DefinitionNameChecks.Tell(versions[i].Name, Names.Label1035(versions[i].Name), "", spec.At("versions", i).At("name"));
            DefinitionVersionChecks.Check(versions[i], !preservesUnknown, spec.At("versions", i));
        }

        var printed = versions.IsNil ? "null" : $"[{string.Join(",", versions.AsSpan().ToArray().Select(version => FieldErrors.Quote(version.Name)))}]";
        if (versions.Select(version => version.Name).Distinct().Count() < versions.Count)
            spec.At("versions").InvalidPrinted(printed, "must contain unique version names");
        if (versions.Count(version => version.Storage) != 1)
            spec.At("versions").InvalidPrinted(printed, "must have exactly one version marked as storage version");
    }

    private static void CheckStoredVersions(CustomResourceDefinition value, FieldErrors at)
    {
        var stored = value.Status.StoredVersions;
        if (stored.IsEmpty)
        {
            at.InvalidPrinted(stored.IsNil ? "null" : "[]", "must have at least one stored version");
            return;
        }

        var missing = stored.AsSpan().ToArray().ToHashSet(StringComparer.Ordinal);
        foreach (var version in value.Spec.Versions)
        {
            if (!missing.Remove(version.Name) && version.Storage)
                at.InvalidPrinted($"[{string.Join(",", stored.AsSpan().ToArray().Select(FieldErrors.Quote))}]", $"must have the storage version {version.Name}");
        }

        for (var i = 0; i < stored.Count; i++)
        {
            if (missing.Contains(stored[i]))
            {
                at.At(i).Invalid(stored[i], $"missing from spec.versions; {stored[i]} was previously a storage version, and must remain in spec.versions until a storage migration "
                    + $"ensures no data remains persisted in {stored[i]} and removes {stored[i]} from status.storedVersions");
            }
        }
    }

    private static void CheckApproval(CustomResourceDefinition value, FieldErrors at)
    {
        var group = value.Spec.Group;
        if (group is not ("k8s.io" or "kubernetes.io") && !group.EndsWith(".k8s.io", StringComparison.Ordinal) && !group.EndsWith(".kubernetes.io", StringComparison.Ordinal))
            return;
        const string See = "see https://github.com/kubernetes/enhancements/pull/1111";
        if (!value.Metadata.Annotations.TryGetValue(ApprovalKey, out var said) || said.Length == 0)
            at.Required($"protected groups must have approval annotation \"{ApprovalKey}\", {See}");
        else if (!said.StartsWith("unapproved", StringComparison.Ordinal) && !(Uri.TryCreate(said, UriKind.Absolute, out var url) && url.Host.Length > 0))
            at.Invalid(said, $"protected groups must have approval annotation \"{ApprovalKey}\" with either a URL or a reason starting with \"unapproved\", {See}");
    }

    private static void CheckConversion(CustomResourceConversion? conversion, FieldErrors at)
    {
        if (conversion is null)
            return;
        at.At("strategy").RequiredOneOf(conversion.Strategy, "None", "Webhook");
        var (client, reviews) = (conversion.Webhook?.ClientConfig, conversion.Webhook?.ConversionReviewVersions ?? default);
        if (conversion.Strategy == "Webhook")
        {
            CheckWebhook(client, reviews, at);
            return;
        }

        if (client is not null)
            at.At("webhookClientConfig").Forbidden("should not be set when strategy is not set to Webhook");
        if (!reviews.IsEmpty)
            at.At("conversionReviewVersions").Forbidden("should not be set when strategy is not set to Webhook");
    }

    private static void CheckWebhook(WebhookClientConfig? client, ValueList<string> reviews, FieldErrors at)
    {
        if (client is null)
            at.At("webhookClientConfig").Required("required when strategy is set to Webhook");
        else if (client.Url is null == client.Service is null)
            at.At("webhookClientConfig").Required("exactly one of url or service is required");
        else if (client.Url is { } url)
            WebhookAddressChecks.CheckUrl(url, at.At("webhookClientConfig").At("url"));
        else if (client.Service is { } service)
            WebhookAddressChecks.CheckService(service.Name, service.Namespace, service.Path, service.Port ?? 443, at.At("webhookClientConfig").At("service"));
        if (reviews.IsEmpty)
            at.At("conversionReviewVersions").Required();
        else if (!reviews.Contains("v1") && !reviews.Contains("v1beta1"))
            at.At("conversionReviewVersions").InvalidPrinted($"[{string.Join(",", reviews.AsSpan().ToArray().Select(FieldErrors.Quote))}]", "must include at least one of v1, v1beta1");
    }
}
